//! Invariants of any schedule at any time.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::super::calendar::Calendar;
use super::super::slot::{Timeline, last_covering};
use super::calendar::{names, shift_of};
use super::*;

const ZONES: [&str; 7] = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Tokyo",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "UTC",
];
const PEOPLE: [&str; 4] = ["alpha", "bravo", "charlie", "delta"];

prop_compose! {
    fn any_override()(from in 0_i64..30_000, hours in 1_i64..200, person in proptest::option::of(0_usize..4))
        -> (i64, i64, Option<usize>) {
        (from, hours, person)
    }
}

/// Hours after 1 January 2024.
pub(super) fn hour(hours: i64) -> Timestamp {
    let begin = at("2024-01-01T00:00Z");
    begin.checked_add(SignedDuration::from_hours(hours)).expect("a time")
}

const EVENTS: [&str; 5] = [
    "DTSTART;TZID=Europe/Berlin:20240102T090000\nDTEND;TZID=Europe/Berlin:20240109T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2\n\
     SUMMARY:alpha\n",
    "DTSTART:20240301T020000Z\nDURATION:PT9H\nRRULE:FREQ=DAILY;COUNT=300\nSUMMARY:bravo\n",
    "DTSTART;VALUE=DATE:20250329\nDTEND;VALUE=DATE:20250402\nSUMMARY:charlie\n",
    "DTSTART;TZID=America/New_York:20240601T023000\nDURATION:P1D\n\
     RRULE:FREQ=WEEKLY;BYDAY=SA,SU;UNTIL=20260101T000000Z\nEXDATE;TZID=America/New_York:20240602T023000\nSUMMARY:delta\n",
    "DTSTART:20240105T000000Z\nDTEND:20240105T000001Z\nRRULE:FREQ=DAILY;INTERVAL=5;BYDAY=MO\nSUMMARY:alpha\n",
];

fn calendar(zone_name: &str, which: u8) -> Source {
    let events = EVENTS.iter().enumerate().filter(|(index, _)| which & (1 << index) != 0);
    let events: String =
        events.map(|(_, event)| format!("BEGIN:VEVENT\n{event}END:VEVENT\n")).collect();
    let text = format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n");
    let read = Calendar::read(&text, Some(&zone(zone_name)), &names());
    assert_eq!(read.complaints, []);
    Source::Calendar(Arc::new(read.calendar))
}

prop_compose! {
    pub(super) fn any_schedule()(
        zone_at in 0_usize..ZONES.len(),
        is_daily in any::<bool>(),
        people in proptest::collection::vec(0_usize..4, 1..6),
        minute in 0_i8..60, hour_of_day in 0_i8..24,
        day in 0_i64..1_000,
        overrides in proptest::collection::vec(any_override(), 0..6),
        events in proptest::option::of(0_u8..32),
    ) -> Schedule {
        let turns = if is_daily { Turns::Daily } else { Turns::Weekly };
        let names: Vec<&str> = people.iter().map(|person| PEOPLE[*person]).collect();
        let starts = hour(day * 24).to_zoned(TimeZone::UTC).date().to_string();
        let hand_over = format!("{hour_of_day:02}:{minute:02}");
        let mut schedule = rotation(turns, ZONES[zone_at], &starts, &hand_over, &names);
        for (from, hours, person) in overrides {
            schedule.overrides.push(Override {
                from: hour(from),
                until: hour(from + hours),
                person: person.map(|person| PEOPLE[person].to_owned()),
                stored: None,
            });
        }
        if let Some(events) = events {
            schedule.source = calendar(ZONES[zone_at], events);
        }
        schedule
    }
}

proptest! {
    #[test]
    fn timeline_has_the_slots_of_its_spans(
        spans in proptest::collection::vec((0_i64..40, 0_i64..20), 0..12), moment in -2_i64..70,
    ) {
        let spans: Vec<_> = spans.into_iter().map(|(from, hours)| (hour(from), hour(from + 1 + hours))).collect();
        prop_assert_eq!(Timeline::of(&spans).at(hour(moment)), last_covering(&spans, hour(moment)));
    }

    #[test]
    fn at_any_time_exactly_one_shift_covers_it(
        schedule in any_schedule(), from in 0_i64..30_000, minutes in 1_i64..60_000, ask in 0.0_f64..1.0,
    ) {
        let from = hour(from);
        let until = from.checked_add(SignedDuration::from_mins(minutes)).expect("a time");
        let shifts = schedule.shifts(from, until);
        prop_assert!(shifts[0].from <= from && shifts[shifts.len() - 1].until >= until);
        for pair in shifts.windows(2) {
            prop_assert_eq!(pair[0].until, pair[1].from);
        }
        for shift in &shifts {
            prop_assert!(shift.from < shift.until, "{:?}", shift);
            // The same at its beginning, in its middle and at its very end.
            let (begins, ends) = (shift.from.max(from), shift.until.min(until));
            let last = ends.checked_sub(SignedDuration::from_nanos(1)).expect("a time");
            let inside = ends.duration_since(begins).mul_f64(ask);
            let inside = begins.checked_add(inside).expect("a time").min(last);
            for moment in [begins, inside, last] {
                prop_assert_eq!(&schedule.on_call(moment), shift);
            }
            prop_assert_eq!(shift.because == Because::Nobody, shift.people.is_empty() && shift.because != Because::Override);
        }
        let gaps = schedule.gaps(from, until);
        prop_assert_eq!(gaps.len(), shifts.iter().filter(|shift| shift.people.is_empty()).count());
        let people = schedule.people();
        prop_assert!(shifts.iter().flat_map(|shift| &shift.people).all(|person| people.contains(person)));
    }

    #[test]
    fn the_ends_of_time_are_no_danger(schedule in any_schedule(), second in any::<i64>(), nano in 0_i32..1_000_000_000) {
        for moment in [Timestamp::MIN, Timestamp::MAX].into_iter().chain(Timestamp::new(second % 400_000_000_000, nano)) {
            let shift = schedule.on_call(moment);
            prop_assert!(shift.from <= moment && (moment < shift.until || moment == Timestamp::MAX));
        }
    }

    #[test]
    fn no_moment_can_make_it_panic(text in "[0-9TZ:+ \\-\\[\\]a-z/é]{0,30}", any in ".{0,30}") {
        for text in [text, any] {
            if let Some(moment) = Moment::parse(&text) {
                moment.in_zone(&zone("Europe/Berlin"));
            }
        }
    }

    #[test]
    fn no_calendar_can_make_it_panic(
        any in ".{0,80}",
        lines in proptest::collection::vec(
            ("(DTSTART|DTEND|RRULE|EXDATE|DURATION|SUMMARY|RECURRENCE-ID|UID|BEGIN|END| |STATUS)(;TZID=[a-zA-Z/\"]{0,8}|;VALUE=DATE)?:?",
             "(-?P[0-9]{0,12}[DWTHMS]{0,3}|[0-9]{7,8}(T[0-9]{6}Z?)?|FREQ=(DAILY|WEEKLY|X)(;(INTERVAL|COUNT|UNTIL|BYDAY|WKST)=([0-9]{1,9}|MO|SU,TU|99991231))*|VEVENT|VALARM|alpha|CANCELLED|é.{0,9})"),
            0..12,
        ),
    ) {
        let lines: String = lines.into_iter().map(|(name, value)| format!("{name}{value}\r\n")).collect();
        let good = format!("BEGIN:VEVENT\nDTSTART:20240101T000000Z\nSUMMARY:alpha\n{lines}END:VEVENT\n");
        for text in [any, lines, good] {
            let calendar = Calendar::read(&text, None, &names()).calendar;
            for moment in [Timestamp::MIN, hour(0), hour(20_000), Timestamp::MAX] {
                shift_of(&calendar, moment);
            }
        }
    }
}
