//! Each figure by hand, and what holds for any incidents.

mod delivered;
mod random_incidents;
mod spans;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::domain::escalation::{CallEvent, End, Incident, Key, Signal};
use crate::domain::schedule::{Rotation, Schedule, Schedules, Source, Turns};
use crate::testing::sample;

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn utc() -> Clocks {
    Clocks::of(&Schedules::default())
}

/// An incident of this alarm that begins then, of a policy that calls alpha, then bravo.
fn raised(alarm: &str, at: Timestamp) -> Incident {
    let policy = sample::policy("checkout", &["alpha", "bravo"]);
    sample::incident(format!("checkout-{at}").as_str(), &policy, sample::alarm(alarm, at))
}

fn call(attempt: u32, event: CallEvent) -> Signal {
    Signal::Call { attempt, call: Some(format!("CA{attempt}").as_str().into()), event }
}

/// The incident after these signals, each so many seconds after its beginning.
fn after(incident: Incident, signals: &[(i64, Signal)]) -> Incident {
    let began = incident.raised_at;
    let at = |seconds: i64| began + SignedDuration::from_secs(seconds);
    sample::after(incident, signals.iter().map(|(seconds, signal)| (signal, at(*seconds))))
}

const PLACED: CallEvent = CallEvent::Placed { reading_seconds: 8 };

/// Alpha answers after so many seconds, takes it ten seconds later, and it is over after an hour.
fn taken(alarm: &str, at: Timestamp, answers: i64) -> Incident {
    after(
        raised(alarm, at),
        &[
            (1, call(1, PLACED)),
            (answers, call(1, CallEvent::Answered)),
            (answers + 10, call(1, CallEvent::Pressed(Key::Take))),
            (3_600, Signal::Recovered { key: alarm.to_owned() }),
        ],
    )
}

/// Nobody answers.
fn exhausted(alarm: &str, at: Timestamp) -> Incident {
    let no = || CallEvent::Ended(End::NoAnswer);
    let signals =
        [(1, call(1, PLACED)), (26, call(1, no())), (27, call(2, PLACED)), (60, call(2, no()))];
    after(raised(alarm, at), &signals)
}

fn numbers(incidents: &[Incident], clocks: &Clocks) -> Numbers {
    let now = time("2026-11-18T12:20:00Z");
    let beginnings = Span::Day.beginnings(clocks.days(), now);
    let mut totals = IncidentTotals::default();
    incidents.iter().for_each(|incident| totals.add(incident));
    let readings = Readings {
        at_beginnings: vec![Delivered::default(); beginnings.len()],
        ..Readings::default()
    };
    Numbers::of(Span::Day, (&beginnings, now), &readings, totals, clocks)
}

#[test]
fn median_and_p90_are_times_that_really_were() {
    let of = |seconds: &[i64]| {
        let times = Times::of(seconds.to_vec());
        (times.count, times.median_seconds, times.p90_seconds)
    };
    assert_eq!(of(&[]), (0, None, None));
    assert_eq!(of(&[7]), (1, Some(7), Some(7)));
    assert_eq!(of(&[40, 10, 30, 20]), (4, Some(20), Some(40)));
    assert_eq!(of(&[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]), (10, Some(5), Some(9)));
    assert_eq!(of(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), (11, Some(6), Some(10)));
}

#[test]
fn incidents_are_counted_by_what_became_of_them_and_how_fast_that_was() {
    let at = |minute: &str| time(&format!("2026-11-18T{minute}:00Z"));
    let over = after(
        raised("disk", at("09:00")),
        &[(1, call(1, PLACED)), (5, Signal::Recovered { key: "disk".to_owned() })],
    );
    let incidents = [
        taken("cpu", at("08:00"), 20),
        taken("cpu", at("08:30"), 25),
        exhausted("queue", at("10:00")),
        over,
        raised("cpu", at("12:19")),
    ];
    let figures = numbers(&incidents, &utc()).incidents;
    let counts = (figures.began, figures.taken, figures.nobody_took_it);
    assert_eq!(counts, (5, 2, 1));
    assert_eq!((figures.over_before_taken, figures.not_taken_yet, figures.calls), (1, 1, 5));
    let times =
        |median, p90, count| Times { count, median_seconds: Some(median), p90_seconds: Some(p90) };
    assert_eq!(figures.time_to_answer, times(20, 25, 2));
    assert_eq!(figures.time_to_take, times(30, 35, 2));
    assert_eq!(figures.time_to_resolve, times(3_600, 3_600, 3));
}

#[test]
fn incident_that_was_over_counts_as_it_stands_now() {
    let at = time("2026-11-18T09:00:00Z");
    let over = |seconds| (seconds, Signal::Recovered { key: "disk".to_owned() });
    let again = Signal::Alarm(sample::alarm("disk", at + SignedDuration::from_secs(9)));
    let open = after(raised("disk", at), &[over(5), (9, again)]);
    let figures = numbers(std::slice::from_ref(&open), &utc()).incidents;
    assert_eq!((figures.over_before_taken, figures.not_taken_yet), (0, 1));
    assert_eq!(figures.time_to_resolve.count, 0);
    let figures = numbers(&[after(open, &[over(20)])], &utc()).incidents;
    assert_eq!((figures.over_before_taken, figures.not_taken_yet), (1, 0));
    assert_eq!(figures.time_to_resolve.median_seconds, Some(20));
}

#[test]
fn alarm_counts_each_time_that_it_went_off() {
    let at = time("2026-11-18T08:00:00Z");
    let alarm = |name: &str, seconds| {
        let since = at + SignedDuration::from_secs(seconds);
        (seconds, Signal::Alarm(sample::alarm(name, since)))
    };
    let flapping = after(
        raised("flap", at),
        &[alarm("disk", 5), (20, Signal::Recovered { key: "flap".to_owned() }), alarm("flap", 30)],
    );
    let noisy = numbers(&[flapping, raised("disk", at)], &utc()).alarms;
    let noisy: Vec<_> = noisy.iter().map(|a| (a.name.as_str(), a.went_off, a.incidents)).collect();
    assert_eq!(noisy, [("disk", 2, 2), ("flap", 2, 1)]);
    let many: Vec<Incident> = (0..30).map(|number| raised(&format!("a-{number:02}"), at)).collect();
    let named = numbers(&many, &utc()).alarms;
    assert_eq!((named.len(), named[9].name.as_str()), (10, "a-09"));
}

#[test]
fn call_is_at_night_by_the_clock_of_the_schedule_that_names_its_person() {
    let schedule = |name: &str, zone: &str, person: &str| Schedule {
        name: name.to_owned(),
        zone: TimeZone::get(zone).expect("a zone"),
        source: Source::Rotation(Rotation {
            people: vec![person.to_owned()],
            turns: Turns::Weekly,
            hand_over: jiff::civil::time(9, 0, 0, 0),
            starts: jiff::civil::date(2026, 1, 5),
        }),
        overrides: Vec::new(),
    };
    let schedules = Schedules::new(vec![
        schedule("berlin", "Europe/Berlin", "alpha"),
        schedule("tokyo", "Asia/Tokyo", "bravo"),
        schedule("again", "UTC", "alpha"),
    ]);
    let clocks = Clocks::of(&schedules);
    // 21:59 and 22:00 in Berlin, 05:59 and 06:00 the next day in Tokyo.
    for (at, alpha, bravo) in [
        ("2026-11-17T20:59:59Z", false, true),
        ("2026-11-17T21:00:00Z", true, true),
        ("2026-11-17T21:59:59Z", true, true),
        ("2026-11-17T22:00:00Z", true, false),
        ("2026-11-18T05:59:59Z", true, false),
        ("2026-11-18T06:00:00Z", false, false),
    ] {
        let at = time(at);
        let nights = ["alpha", "bravo", "stranger"].map(|person| clocks.is_night(person, at));
        assert_eq!(nights, [alpha, bravo, alpha], "{at}");
    }
    let shown = numbers(&[exhausted("cpu", time("2026-11-17T21:00:00Z"))], &clocks);
    let people: Vec<_> = shown
        .people
        .iter()
        .map(|p| (p.person.as_str(), p.calls, p.answered, p.night_calls, p.time_zone.as_str()))
        .collect();
    let expected = [("alpha", 1, 0, 1, "Europe/Berlin"), ("bravo", 1, 0, 1, "Asia/Tokyo")];
    assert_eq!((people, shown.time_zone.as_str()), (expected.to_vec(), "Europe/Berlin"));
}

#[test]
fn machine_that_answers_is_nobody() {
    let at = time("2026-11-18T08:00:00Z");
    let voicemail = after(
        raised("cpu", at),
        &[
            (1, call(1, PLACED)),
            (5, call(1, CallEvent::Answered)),
            (6, call(1, CallEvent::Machine)),
            (9, call(1, CallEvent::Ended(End::Completed))),
        ],
    );
    let shown = numbers(&[voicemail], &utc());
    assert_eq!((shown.people[0].calls, shown.people[0].answered), (1, 0));
    assert_eq!(shown.incidents.time_to_answer, Times::default());
}

#[test]
fn names_in_json_stay() {
    let shown = numbers(&[taken("cpu", time("2026-11-18T08:00:00Z"), 20)], &utc());
    let json = serde_json::to_value(&shown).expect("JSON");
    let names = |value: &serde_json::Value| {
        value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>().join(" ")
    };
    for (value, expected) in [
        (
            &json,
            "alarms bars delivery from incidents incidents_since night people span time_zone until",
        ),
        (
            &json["delivery"],
            "calls_completed calls_completed_percent calls_failed calls_failed_by_reason counted_since \
             messages_delivered messages_delivered_percent messages_failed messages_failed_by_code",
        ),
        (
            &json["incidents"],
            "began calls nobody_took_it not_taken_yet over_before_taken taken time_to_answer \
             time_to_resolve time_to_take",
        ),
        (&json["incidents"]["time_to_take"], "count median_seconds p90_seconds"),
        (&json["alarms"][0], "incidents name went_off"),
        (&json["people"][0], "answered calls night_calls person time_zone"),
        (
            &json["bars"][0],
            "calls_completed calls_failed from incidents messages_delivered messages_failed until",
        ),
    ] {
        assert_eq!(names(value), expected);
    }
    assert_eq!(
        (&json["span"], &json["night"]),
        (&"day".into(), &serde_json::json!(["22:00", "07:00"]))
    );
}
