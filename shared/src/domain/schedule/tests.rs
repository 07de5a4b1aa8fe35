//! Shifts as people live them, over nights on which the clocks change too.

mod absence;
mod attendees;
mod bounds;
mod calendar;
mod days;
mod declined;
mod definitions;
mod far;
mod feed;
mod files;
mod foreign;
mod limits;
mod over;
mod properties;
mod refused;
mod rules;
mod series;
mod stored;
mod taken_over;
mod unclear;
mod words;
mod zones;

use jiff::civil::{Date, Time};

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("a zone")
}

/// alpha, bravo and so on in turn, from this local date on.
fn rotation(
    turns: Turns,
    zone_name: &str,
    starts: &str,
    hand_over: &str,
    people: &[&str],
) -> Schedule {
    let starts: Date = starts.parse().expect("a date");
    let hand_over: Time = hand_over.parse().expect("a time");
    let people = people.iter().map(|name| (*name).to_owned()).collect();
    Schedule {
        name: "primary".to_owned(),
        zone: zone(zone_name),
        source: Source::Rotation(Rotation { turns, people, hand_over, starts }),
        overrides: Vec::new(),
    }
}

fn over(schedule: &mut Schedule, from: &str, until: &str, person: Option<&str>) {
    let moment = |text: &str| Moment::parse(text).expect("a moment").in_zone(&schedule.zone);
    let (from, until) = (moment(from), moment(until));
    schedule.overrides.push(Override {
        from,
        until,
        person: person.map(str::to_owned),
        stored: None,
    });
}

/// The shifts of these local days: who, since when, for how many hours.
fn told(schedule: &Schedule, from: &str, until: &str) -> Vec<String> {
    let moment = |text: &str| Moment::parse(text).expect("a moment").in_zone(&schedule.zone);
    let shifts = schedule.shifts(moment(from), moment(until));
    shifts.iter().map(|shift| tell(shift, &schedule.zone)).collect()
}

fn tell(shift: &Shift, zone: &TimeZone) -> String {
    let people =
        if shift.people.is_empty() { "nobody".to_owned() } else { shift.people.join(", ") };
    let person = people.as_str();
    let because = match shift.because {
        Because::Override => ", override",
        _ => "",
    };
    if shift.from == Timestamp::MIN {
        return format!("{person} until {}{because}", time(shift.until, zone));
    }
    if shift.until == Timestamp::MAX {
        return format!("{person} from {}{because}", time(shift.from, zone));
    }
    let minutes = shift.until.duration_since(shift.from).as_mins();
    let minutes = match minutes % 60 {
        0 => format!("{} h", minutes / 60),
        _ => format!("{minutes} min"),
    };
    format!("{person} {} {minutes}{because}", time(shift.from, zone))
}

const AB: [&str; 2] = ["alpha", "bravo"];

#[test]
fn weeks_are_weeks_whatever_the_clocks_do() {
    let berlin = rotation(Turns::Weekly, "Europe/Berlin", "2026-01-05", "09:00", &AB);
    assert_eq!(
        told(&berlin, "2026-03-20T12:00", "2026-04-07T00:00"),
        [
            "alpha Mon 2026-03-16 09:00 CET 168 h",
            "bravo Mon 2026-03-23 09:00 CET 167 h",
            "alpha Mon 2026-03-30 09:00 CEST 168 h",
            "bravo Mon 2026-04-06 09:00 CEST 168 h",
        ]
    );
    assert_eq!(
        told(&berlin, "2026-10-24T12:00", "2026-10-27T00:00"),
        ["bravo Mon 2026-10-19 09:00 CEST 169 h", "alpha Mon 2026-10-26 09:00 CET 168 h"]
    );
    let new_york = rotation(Turns::Weekly, "America/New_York", "2026-01-05", "09:00", &AB);
    assert_eq!(
        told(&new_york, "2026-03-08T00:00", "2026-03-09T12:00"),
        ["alpha Mon 2026-03-02 09:00 EST 167 h", "bravo Mon 2026-03-09 09:00 EDT 168 h"]
    );
    assert_eq!(
        told(&new_york, "2026-11-01T00:00", "2026-11-02T12:00"),
        ["alpha Mon 2026-10-26 09:00 EDT 169 h", "bravo Mon 2026-11-02 09:00 EST 168 h"]
    );
    let tokyo = rotation(Turns::Weekly, "Asia/Tokyo", "2026-01-05", "09:00", &AB);
    assert_eq!(
        told(&tokyo, "2026-03-24T00:00", "2026-03-31T00:00"),
        ["bravo Mon 2026-03-23 09:00 JST 168 h", "alpha Mon 2026-03-30 09:00 JST 168 h"]
    );
}

#[test]
fn days_have_23_and_25_hours() {
    for (zone_name, hand_over, from, until, expected) in [
        (
            "Europe/Berlin",
            "09:00",
            "2026-03-28T12:00",
            "2026-03-30T00:00",
            ["alpha Sat 2026-03-28 09:00 CET 23 h", "bravo Sun 2026-03-29 09:00 CEST 24 h"],
        ),
        (
            "Europe/Berlin",
            "09:00",
            "2026-10-24T12:00",
            "2026-10-26T00:00",
            ["alpha Sat 2026-10-24 09:00 CEST 25 h", "bravo Sun 2026-10-25 09:00 CET 24 h"],
        ),
        // There is no 02:30: it is 03:30 by then.
        (
            "Europe/Berlin",
            "02:30",
            "2026-03-28T12:00",
            "2026-03-30T00:00",
            ["alpha Sat 2026-03-28 02:30 CET 24 h", "bravo Sun 2026-03-29 03:30 CEST 23 h"],
        ),
        // There are two: the first one counts.
        (
            "Europe/Berlin",
            "02:30",
            "2026-10-24T12:00",
            "2026-10-26T00:00",
            ["alpha Sat 2026-10-24 02:30 CEST 24 h", "bravo Sun 2026-10-25 02:30 CEST 25 h"],
        ),
        (
            "America/New_York",
            "02:30",
            "2026-03-07T12:00",
            "2026-03-09T00:00",
            ["bravo Sat 2026-03-07 02:30 EST 24 h", "alpha Sun 2026-03-08 03:30 EDT 23 h"],
        ),
        (
            "America/New_York",
            "01:30",
            "2026-10-31T12:00",
            "2026-11-02T00:00",
            ["bravo Sat 2026-10-31 01:30 EDT 24 h", "alpha Sun 2026-11-01 01:30 EDT 25 h"],
        ),
        (
            "Asia/Tokyo",
            "02:30",
            "2026-03-28T12:00",
            "2026-03-30T00:00",
            ["alpha Sat 2026-03-28 02:30 JST 24 h", "bravo Sun 2026-03-29 02:30 JST 24 h"],
        ),
    ] {
        let daily = rotation(Turns::Daily, zone_name, "2026-01-01", hand_over, &AB);
        assert_eq!(told(&daily, from, until), expected, "{zone_name} {hand_over}");
    }
}

#[test]
fn in_the_fold_the_same_person_has_both_hours() {
    let daily = rotation(Turns::Daily, "Europe/Berlin", "2026-01-01", "02:30", &AB);
    let person = |text: &str| daily.on_call(at(text)).people.first().cloned();
    assert_eq!(person("2026-10-25T02:29+02:00").as_deref(), Some("alpha"));
    assert_eq!(person("2026-10-25T02:30+02:00").as_deref(), Some("bravo"));
    assert_eq!(person("2026-10-25T02:29+01:00").as_deref(), Some("bravo"));
    assert_eq!(person("2026-10-25T02:30+01:00").as_deref(), Some("bravo"));
}

#[test]
fn turn_that_began_goes_on_though_the_clocks_take_its_date_back() {
    // Newfoundland's clocks went from a minute past midnight back to 23:01 of the day before.
    let daily = rotation(Turns::Daily, "America/St_Johns", "2010-11-01", "00:00", &AB);
    assert_eq!(
        told(&daily, "2010-11-06T12:00", "2010-11-07T12:00"),
        ["bravo Sat 2010-11-06 00:00 NDT 24 h", "alpha Sun 2010-11-07 00:00 NDT 25 h"]
    );
    for (moment, person) in [
        ("2010-11-07T02:29:59Z", "bravo"),
        ("2010-11-07T02:30:00Z", "alpha"),
        // It is 23:30 on the 6th.
        ("2010-11-07T03:00:00Z", "alpha"),
        ("2010-11-08T03:30:00Z", "bravo"),
    ] {
        assert_eq!(daily.on_call(at(moment)).people, [person], "{moment}");
    }
    let begins = rotation(Turns::Daily, "America/St_Johns", "2010-11-07", "00:00", &AB);
    assert_eq!(begins.on_call(at("2010-11-07T03:00:00Z")).people, ["alpha"]);
}

#[test]
fn a_day_that_a_zone_left_out_is_nobodys() {
    // Samoa went from 29 to 31 December 2011.
    let apia = rotation(
        Turns::Daily,
        "Pacific/Apia",
        "2011-12-28",
        "09:00",
        &["alpha", "bravo", "charlie", "delta"],
    );
    assert_eq!(
        told(&apia, "2011-12-28T10:00", "2011-12-31T12:00"),
        [
            "alpha Wed 2011-12-28 09:00 -10 24 h",
            "bravo Thu 2011-12-29 09:00 -10 24 h",
            "delta Sat 2011-12-31 09:00 +14 24 h",
        ]
    );
}

#[test]
fn nobody_is_on_call_before_the_first_shift() {
    let weekly = rotation(Turns::Weekly, "Europe/Berlin", "2026-01-05", "09:00", &AB);
    assert_eq!(
        told(&weekly, "2025-12-01T00:00", "2026-01-06T00:00"),
        ["nobody until Mon 2026-01-05 09:00 CET", "alpha Mon 2026-01-05 09:00 CET 168 h"]
    );
    assert_eq!(weekly.on_call(at("2026-01-05T07:59:59Z")).because, Because::Nobody);
    assert_eq!(weekly.on_call(at("2026-01-05T08:00:00Z")).people, ["alpha"]);
}

#[test]
fn two_turns_in_a_row_are_one_shift() {
    let people = ["alpha", "bravo", "bravo", "alpha"];
    let daily = rotation(Turns::Daily, "UTC", "2026-01-01", "00:00", &people);
    assert_eq!(
        told(&daily, "2026-01-01T00:00", "2026-01-07T00:00"),
        [
            "alpha Thu 2026-01-01 00:00 UTC 24 h",
            "bravo Fri 2026-01-02 00:00 UTC 48 h",
            "alpha Sun 2026-01-04 00:00 UTC 48 h",
            "bravo Tue 2026-01-06 00:00 UTC 48 h",
        ]
    );
    let alone = rotation(Turns::Weekly, "Europe/Berlin", "2026-01-05", "09:00", &["alpha"]);
    assert_eq!(
        told(&alone, "2026-06-01T00:00", "2027-06-01T00:00"),
        ["alpha from Mon 2026-01-05 09:00 CET"]
    );
}

#[test]
fn overrides_lie_over_the_rotation_and_the_later_one_wins() {
    let mut weekly = rotation(Turns::Weekly, "Europe/Berlin", "2026-12-21", "09:00", &AB);
    over(&mut weekly, "2026-12-24T18:00", "2026-12-26T09:00", Some("charlie"));
    assert_eq!(
        told(&weekly, "2026-12-22T00:00", "2026-12-29T00:00"),
        [
            "alpha Mon 2026-12-21 09:00 CET 81 h",
            "charlie Thu 2026-12-24 18:00 CET 39 h, override",
            "alpha Sat 2026-12-26 09:00 CET 48 h",
            "bravo Mon 2026-12-28 09:00 CET 168 h",
        ]
    );
    // Over a hand-over, and partly over charlie's.
    over(&mut weekly, "2026-12-25T09:00:00Z", "2026-12-28T12:00", Some("delta"));
    over(&mut weekly, "2026-12-25T12:00", "2026-12-25T14:00", None);
    assert_eq!(
        told(&weekly, "2026-12-24T19:00", "2026-12-29T00:00"),
        [
            "charlie Thu 2026-12-24 18:00 CET 16 h, override",
            "delta Fri 2026-12-25 10:00 CET 2 h, override",
            "nobody Fri 2026-12-25 12:00 CET 2 h, override",
            "delta Fri 2026-12-25 14:00 CET 70 h, override",
            "bravo Mon 2026-12-28 12:00 CET 165 h",
        ]
    );
    let (from, until) = (at("2026-12-21T12:00Z"), at("2027-01-21T12:00Z"));
    let gaps: Vec<String> =
        weekly.gaps(from, until).iter().map(|gap| tell(gap, &weekly.zone)).collect();
    assert_eq!(gaps, ["nobody Fri 2026-12-25 12:00 CET 2 h, override"]);
    let (from, until) = (at("2026-12-25T11:30Z"), at("2026-12-25T12:15Z"));
    let cut: Vec<_> =
        weekly.gaps(from, until).into_iter().map(|gap| (gap.from, gap.until)).collect();
    assert_eq!(cut, [(from, until)], "a gap is cut to the span that is asked for");
}

#[test]
fn an_override_may_come_before_the_first_shift() {
    let mut weekly = rotation(Turns::Weekly, "UTC", "2026-01-05", "09:00", &AB);
    over(&mut weekly, "2026-01-01T00:00", "2026-01-02T00:00", Some("charlie"));
    assert_eq!(
        told(&weekly, "2025-01-01T00:00", "2026-01-05T00:00"),
        [
            "nobody until Thu 2026-01-01 00:00 UTC",
            "charlie Thu 2026-01-01 00:00 UTC 24 h, override",
            "nobody Fri 2026-01-02 00:00 UTC 81 h",
        ]
    );
}
