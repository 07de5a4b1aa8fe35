//! Invariants of the figures of any incidents.

use proptest::prelude::*;

use super::*;

fn signal() -> impl Strategy<Value = Signal> {
    let event = prop_oneof![
        Just(PLACED),
        Just(CallEvent::Answered),
        Just(CallEvent::Machine),
        Just(CallEvent::Refused("no".to_owned())),
        Just(CallEvent::Pressed(Key::Take)),
        Just(CallEvent::Pressed(Key::Decline)),
        Just(CallEvent::Ended(End::NoAnswer)),
    ];
    prop_oneof![
        6 => (1_u32..5, event).prop_map(|(attempt, event)| call(attempt, event)),
        1 => "[a-c]".prop_map(|name| Signal::Alarm(sample::alarm(&name, sample::at(0)))),
        1 => "[a-c]".prop_map(|key| Signal::Recovered { key }),
        1 => Just(Signal::Acknowledged { outside: false, person: "bravo".into() }),
        1 => Just(Signal::Released { person: "bravo".into() }),
        2 => Just(Signal::Wake),
    ]
}

proptest! {
    #[test]
    fn figures_of_any_incidents_add_up(
        all in proptest::collection::vec(
            (-200_000_i64..200_000, proptest::collection::vec((0_i64..4_000, signal()), 0..25)), 0..12,
        ),
        span in prop_oneof![Just(Span::Hour), Just(Span::Day), Just(Span::Month)],
    ) {
        let (now, clocks) = (sample::at(0), utc());
        let beginnings = span.beginnings(clocks.days(), now);
        let mut totals = IncidentTotals::default();
        for (from, signals) in &all {
            let mut signals = signals.clone();
            signals.sort_by_key(|(seconds, _)| *seconds);
            totals.add(&after(raised("a", sample::at(*from)), &signals));
        }
        let readings = Readings { at_beginnings: vec![Delivered::default(); beginnings.len()], ..Readings::default() };
        let shown = Numbers::of(span, (&beginnings, now), &readings, totals, &clocks);
        let figures = &shown.incidents;
        prop_assert_eq!(figures.began, all.len());
        let groups = figures.taken + figures.nobody_took_it + figures.over_before_taken + figures.not_taken_yet;
        prop_assert_eq!(groups, figures.began);
        prop_assert_eq!(shown.people.iter().map(|person| person.calls).sum::<usize>(), figures.calls);
        prop_assert_eq!(figures.time_to_take.count, figures.taken);
        for times in [&figures.time_to_answer, &figures.time_to_take, &figures.time_to_resolve] {
            prop_assert!(times.p90_seconds >= times.median_seconds && times.count <= figures.began);
            prop_assert_eq!(times.count > 0, times.median_seconds.is_some());
        }
        for person in &shown.people {
            prop_assert!(person.night_calls.max(person.answered) <= person.calls);
        }
        for alarm in &shown.alarms {
            prop_assert!(alarm.incidents <= alarm.went_off && alarm.incidents <= figures.began);
        }
        let within = all.iter().filter(|(from, _)| sample::at(*from) >= beginnings[0]).count();
        prop_assert_eq!(shown.bars.iter().map(|bar| bar.incidents).sum::<usize>(), within);
    }
}
