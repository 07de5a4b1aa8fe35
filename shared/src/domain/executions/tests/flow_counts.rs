//! Counters of a Flow, their names, and what a page shows of them.

use proptest::prelude::*;

use super::*;
use crate::domain::executions::views::{CountSpan, FlowCounts, medians};

#[test]
fn as_many_came_to_a_widget_as_left_it_and_are_there() {
    let edge = |from: &str, event: &str, to: &str| {
        CountName::Edge { from: from.into(), event: event.into(), to: to.into() }.to_text()
    };
    // The step from b to c is missing.
    let counters = [
        (CountName::Started.to_text(), 2),
        (edge(TRIGGER, "incomingCall", "a"), 2),
        (edge("a", "next", "b"), 2),
        (edge("c", HANG_UP, ENDED), 1),
    ];
    let counts = FlowCounts::of(CountSpan::Day, at(0), &counters.into());
    let c = &counts.widgets["c"];
    assert_eq!((c.came(0), c.came(1), c.hang_ups, c.percent), (1, 2, 1, Some(50.0)));
    assert_eq!((counts.widgets["b"].came(0), counts.widgets["b"].came(2)), (2, 2));
    assert_eq!(counts.widgets[TRIGGER].came(0), 2);
}

#[test]
fn counts_of_a_span_have_percents_and_hang_ups() {
    let edge = |from: &str, event: &str, to: &str| {
        CountName::Edge { from: from.into(), event: event.into(), to: to.into() }.to_text()
    };
    let counters = [
        (CountName::Started.to_text(), 10),
        (edge(TRIGGER, "incomingCall", "menu"), 10),
        (edge("menu", "keypress", "queue"), 6),
        (edge("menu", HANG_UP, ENDED), 2),
        (edge("queue", "failedToEnqueue", ENDED), 1),
    ];
    let counts = FlowCounts::of(CountSpan::Day, at(0), &counters.into());
    let menu = &counts.widgets["menu"];
    assert_eq!((menu.arrived, menu.left, menu.hang_ups, menu.percent), (10, 8, 2, Some(100.0)));
    assert_eq!(counts.edges[1].percent, 75.0);
    assert_eq!(counts.failed, 1);
    assert_eq!(counts.ends().count(), 2);
}

#[test]
fn spans_begin_with_whole_hours_and_days() {
    let now: Timestamp = "2026-11-28T20:41:07Z".parse().unwrap();
    for (name, since) in [
        ("hour", "2026-11-28T19:00:00Z"),
        ("day", "2026-11-28T00:00:00Z"),
        ("week", "2026-11-22T00:00:00Z"),
        ("month", "2026-10-30T00:00:00Z"),
    ] {
        assert_eq!(CountSpan::of(name).since(now).to_string(), since);
    }
}

#[test]
fn median_is_of_the_times_between_two_steps() {
    let one = |seconds: i64| {
        applied(&[
            started(0),
            step(1, "incomingCall", TRIGGER, "menu", 1_000),
            step(2, "keypress", "menu", ENDED, 1_000 + seconds * 1_000),
        ])
    };
    let all = [one(1), one(9), one(4), one(2)];
    let medians = medians(&all);
    assert_eq!((medians["menu"].seconds, medians["menu"].of), (3.0, 4));
}

proptest! {
    #[test]
    fn name_of_a_counter_survives_any_widget(from in ".{0,20}", event in "[|%0-9A-F]{0,9}", to in ".{0,20}") {
        let edge = CountName::Edge { from: from.clone(), event, to };
        prop_assert_eq!(CountName::read(&edge.to_text()), Some(edge));
        let last = CountName::LastWidget(from.clone());
        prop_assert_eq!(CountName::read(&last.to_text()), Some(last));
        CountName::read(&from);
    }
}
