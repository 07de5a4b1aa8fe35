mod random_weeks;

use jiff::civil::Weekday::{Saturday, Sunday};
use jiff::civil::date;

use super::*;

/// The minutes of an hour.
const HOUR: i64 = 60;
/// The minutes of a day.
const DAY: i64 = 24 * HOUR;

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// A Monday, 0:00 in Berlin, so many minutes later; no clock is put forward or back within nine weeks.
fn at(minute: i64) -> Timestamp {
    let monday = date(2026, 6, 1).at(0, 0, 0, 0).in_tz("Europe/Berlin").unwrap();
    monday.timestamp() + minutes(minute)
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

/// A Flow's past, and what people are told of it.
struct Watched {
    starts: Vec<Timestamp>,
    known: Starts,
    quiet: Option<Quiet>,
    zone: TimeZone,
    told: Vec<(Timestamp, QuietChange)>,
}

impl Watched {
    fn of(starts: Vec<Timestamp>) -> Watched {
        let known = Starts::unknown(*starts.first().unwrap());
        Watched { starts, known, quiet: None, zone: berlin(), told: Vec::new() }
    }

    /// The Flow is started at these minutes of each day for so many weeks, but where `except` says otherwise.
    fn daily(weeks: i64, times: &[i64], is_started: impl Fn(i64) -> bool) -> Watched {
        let days = (0..weeks * 7).flat_map(|day| times.iter().map(move |time| day * DAY + time));
        Watched::of(days.filter(|minute| is_started(*minute)).map(at).collect())
    }

    /// One look, as the schedule has it once a minute: the past is read up to five hours ago, the newest start always.
    fn look_once(&mut self, now: Timestamp) {
        let until = now - minutes(5 * HOUR);
        if until > self.known.until {
            let from = self.starts.partition_point(|start| *start < self.known.until);
            let to = self.starts.partition_point(|start| *start < until);
            self.known.add(&self.starts[from..to], until);
        }
        let last = self.starts[..self.starts.partition_point(|start| *start <= now)].last();
        let last = last.copied();
        let (quiet, change) = next(self.quiet, &self.known, last, false, now, &self.zone);
        self.quiet = quiet;
        self.told.extend(change.map(|change| (now, change)));
    }

    fn look_each_minute(&mut self, from: Timestamp, until: Timestamp) {
        let mut now = from;
        while now < until {
            self.look_once(now);
            now += minutes(1);
        }
    }
}

/// Every ten minutes from eight in the morning, for the last time ten minutes before eight in the evening.
fn by_day() -> Vec<i64> {
    (8 * HOUR..20 * HOUR).step_by(10).collect()
}

fn weekday(minute: i64) -> jiff::civil::Weekday {
    at(minute).to_zoned(berlin()).weekday()
}

/// The sixth Monday.
const MONDAY: i64 = 35 * DAY;

#[test]
fn flow_that_stops_on_a_busy_monday_is_quiet_an_hour_later_and_once() {
    let stops = MONDAY + 11 * HOUR;
    let starts_again = MONDAY + 15 * HOUR;
    let is_started = |minute| !(stops + 1..starts_again).contains(&minute);
    let mut flow = Watched::daily(6, &by_day(), is_started);
    flow.look_each_minute(at(MONDAY), at(MONDAY + DAY));
    let quiet = Quiet { since: at(stops), usual_seconds: 20 * 60 };
    assert_eq!(
        flow.told,
        [
            (at(stops + 61), QuietChange::Quiet(quiet)),
            (at(starts_again), QuietChange::Resumed(quiet, at(starts_again))),
        ]
    );
    let reason = quiet.reason(at(stops + 190));
    assert_eq!(reason, "no start for 3 h 10 min; usually at most 20 min at this hour");
}

#[test]
fn sunday_and_night_without_starts_are_not_quiet() {
    let is_started = |minute| weekday(minute) != Sunday;
    let mut flow = Watched::daily(6, &by_day(), is_started);
    flow.look_each_minute(at(MONDAY - 2 * DAY), at(MONDAY + 7 * DAY));
    assert_eq!(flow.told, []);
}

#[test]
fn sunday_that_is_quieter_than_other_sundays_is_within_three_times_their_pauses() {
    // A start every 25 minutes on Sundays; on the last one every 70.
    let times: Vec<i64> = (0..DAY).step_by(25).collect();
    let of_sunday = MONDAY - DAY..MONDAY;
    let is_started = |minute: i64| !of_sunday.contains(&minute) || minute % 3 == 0;
    let mut flow = Watched::daily(6, &times, is_started);
    flow.look_each_minute(at(of_sunday.start), at(of_sunday.end));
    assert_eq!(flow.told, []);
}

#[test]
fn flow_whose_day_does_not_begin_is_quiet_an_hour_after_its_usual_beginning() {
    let mut flow = Watched::daily(6, &by_day(), |minute| minute < MONDAY);
    flow.look_each_minute(at(MONDAY - 6 * HOUR), at(MONDAY + DAY));
    let told: Vec<Timestamp> = flow.told.iter().map(|(at, _)| *at).collect();
    assert_eq!(told, [at(MONDAY + 9 * HOUR + 1)]);
}

#[test]
fn flow_that_stops_before_a_weekend_is_quiet_on_monday() {
    let is_started = |minute| !matches!(weekday(minute), Saturday | Sunday);
    let stops = MONDAY - 3 * DAY + 19 * HOUR;
    let mut flow = Watched::daily(6, &by_day(), |minute| is_started(minute) && minute < stops);
    flow.look_each_minute(at(stops), at(MONDAY + DAY));
    let told: Vec<Timestamp> = flow.told.iter().map(|(at, _)| *at).collect();
    assert_eq!(told, [at(MONDAY + 9 * HOUR + 1)]);
}

#[test]
fn flow_with_data_of_less_than_two_weeks_is_never_quiet() {
    let mut new = Watched::daily(1, &by_day(), |_| true);
    new.look_each_minute(at(0), at(9 * DAY));
    assert_eq!(new.told, []);
    // One that stops on the last day of its second week, and one that stops a day later.
    for (day, count) in [(13, 0), (14, 1)] {
        let stops = day * DAY + 11 * HOUR;
        let mut flow = Watched::daily(3, &by_day(), |minute| minute <= stops);
        flow.look_each_minute(at(0), at(stops + 9 * HOUR));
        assert_eq!(flow.told.len(), count, "{day}");
    }
    let nothing = Starts::unknown(at(0));
    assert_eq!(next(None, &nothing, None, false, at(0), &berlin()), (None, None));
}

#[test]
fn week_without_any_start_is_no_data_and_others_are_compared() {
    // The sink was down for the fifth week, and for three hours of the fourth Monday.
    let is_down = |minute: i64| {
        (28 * DAY..35 * DAY).contains(&minute)
            || (21 * DAY + 10 * HOUR..21 * DAY + 13 * HOUR).contains(&minute)
    };
    let stops = MONDAY + 15 * HOUR;
    let mut flow = Watched::daily(6, &by_day(), |minute| !is_down(minute) && minute <= stops);
    flow.look_each_minute(at(MONDAY + 8 * HOUR), at(MONDAY + DAY));
    assert_eq!(flow.told.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [at(stops + 61)]);
    // In the hours of the gap a silence may be three times as long; after them it may not.
    let stops = MONDAY + 10 * HOUR;
    let mut flow = Watched::daily(6, &by_day(), |minute| !is_down(minute) && minute <= stops);
    flow.look_each_minute(at(MONDAY + 8 * HOUR), at(MONDAY + DAY));
    let told: Vec<_> = flow.told.iter().map(|(at, _)| *at).collect();
    assert_eq!(told, [at(MONDAY + 14 * HOUR + 1)]);
}

#[test]
fn silence_of_more_than_a_week_begins_no_alert_and_one_that_was_told_ends_after_four() {
    let stops = 30 * DAY;
    let mut flow = Watched::daily(6, &by_day(), |minute| minute < stops);
    flow.look_once(at(stops + 7 * DAY + 10 * HOUR));
    assert_eq!((flow.quiet, flow.told.len()), (None, 0));
    flow.look_each_minute(at(stops + 8 * HOUR), at(stops + 10 * HOUR));
    assert!(flow.quiet.is_some() && flow.told.len() == 1);
    flow.look_once(at(stops + 26 * DAY));
    assert!(flow.quiet.is_some());
    flow.look_once(at(stops + 29 * DAY));
    assert!(flow.quiet.is_none() && flow.told.len() == 1);
}

#[test]
fn flow_that_is_deleted_is_not_quiet() {
    let mut flow = Watched::daily(6, &by_day(), |minute| minute < MONDAY);
    flow.look_once(at(MONDAY + 10 * HOUR));
    let last = flow.known.last;
    assert!(flow.quiet.is_some());
    let now = at(MONDAY + 11 * HOUR);
    assert_eq!(next(flow.quiet, &flow.known, last, true, now, &berlin()), (None, None));
}

#[test]
fn start_that_comes_late_moves_the_silence_and_tells_nothing() {
    let stops = MONDAY + 11 * HOUR;
    let mut flow = Watched::daily(6, &by_day(), |minute| minute <= stops);
    flow.look_each_minute(at(stops), at(stops + 70));
    assert_eq!(flow.told.len(), 1);
    // It was under way for more than an hour.
    flow.starts.push(at(stops + 5));
    flow.look_once(at(stops + 70));
    assert_eq!((flow.quiet.unwrap().since, flow.told.len()), (at(stops + 5), 1));
}

// Starts by the clock of Berlin, from eight to eight; on the day itself the first one is left out.
#[test]
fn day_on_which_the_clock_changes_is_no_alert_in_the_zone_of_the_callers() {
    for changes in [date(2026, 3, 29), date(2026, 10, 25)] {
        let first = changes.checked_sub(Span::new().days(34)).unwrap();
        let days = first.series(Span::new().days(1)).take(48);
        let starts = days.flat_map(|day| by_day().into_iter().map(move |minute| (day, minute)));
        let starts = starts.filter(|(day, minute)| *day != changes || *minute > 8 * HOUR);
        let starts = starts.map(|(day, minute)| {
            let hour = i8::try_from(minute / 60).unwrap();
            let time = day.at(hour, i8::try_from(minute % 60).unwrap(), 0, 0);
            time.to_zoned(berlin()).unwrap().timestamp()
        });
        let mut flow = Watched::of(starts.collect());
        let from = changes.at(0, 0, 0, 0).to_zoned(berlin()).unwrap().timestamp();
        flow.look_each_minute(from - minutes(DAY), from + minutes(8 * DAY));
        assert_eq!(flow.told, [], "{changes}");
        // By UTC the mornings of autumn come an hour late.
        let mut by_utc = Watched { zone: TimeZone::UTC, ..Watched::of(flow.starts) };
        by_utc.look_each_minute(from, from + minutes(DAY));
        let is_told = by_utc.told.iter().any(|(_, told)| matches!(told, QuietChange::Quiet(_)));
        assert_eq!(is_told, changes.month() == 10, "{changes}");
    }
}
