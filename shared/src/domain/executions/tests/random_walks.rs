//! Invariants of the events of any walk through a Flow, and of any event.

use proptest::prelude::*;

use super::*;

/// A walk through a Flow, with its events in the order in which they happened. The pauses may be zero.
fn walk() -> impl Strategy<Value = Vec<StudioEvent>> {
    let steps = prop::collection::vec((0..5_u8, 0..4_i64), 0..12);
    (steps, any::<bool>()).prop_map(|(steps, has_end)| {
        let (mut events, mut here, mut time) = (vec![started(0)], TRIGGER.to_owned(), 0);
        let count = steps.len();
        for (number, (widget, pause)) in steps.into_iter().enumerate() {
            time += pause;
            let is_last = has_end && number + 1 == count;
            let next = if is_last { ENDED.to_owned() } else { format!("w|{widget}%") };
            events.push(step(number as u32, "next", &here, &next, time));
            here = next;
        }
        if has_end {
            events.push(ended(time + 3));
        }
        events
    })
}

/// The events of a walk in any order, some of them twice.
fn shuffled() -> impl Strategy<Value = (Vec<StudioEvent>, Vec<StudioEvent>)> {
    walk().prop_flat_map(|events| {
        let twice = prop::collection::vec(prop::sample::select(events.clone()), 0..6);
        let sent = (Just(events.clone()), twice).prop_map(|(mut events, twice)| {
            events.extend(twice);
            events
        });
        (Just(events), sent.prop_shuffle())
    })
}

fn sorted(counts: Vec<Count>) -> Vec<String> {
    let mut texts: Vec<String> = counts
        .iter()
        .map(|Count { at, name, .. }| {
            // An end counts when it is first told, in the widget that is known by then.
            let at = Some(*at).filter(|_| name.is_by_time() && *name != CountName::Ended);
            let text = match name {
                CountName::LastWidget(_) => "last".to_owned(),
                name => name.to_text(),
            };
            format!("{text} {} {at:?}", name.amount())
        })
        .collect();
    texts.sort();
    texts
}

proptest! {
    #[test]
    fn order_and_repeats_change_neither_record_nor_counts((events, sent) in shuffled(), left_out in 0..20_usize) {
        let count = |events: &[StudioEvent]| {
            let mut execution = RecordedExecution::default();
            let counts: Vec<Count> =
                events.iter().flat_map(|event| execution.apply(event)).collect();
            (execution, sorted(counts))
        };
        prop_assert_eq!(count(&events), count(&sent));
        // The same holds for any part of them: what is missing is missing in each order.
        let missing = events.get(left_out);
        let rest = |events: &[StudioEvent]| -> Vec<StudioEvent> {
            events.iter().filter(|event| Some(*event) != missing).cloned().collect()
        };
        let (execution, counts) = count(&rest(&sent));
        prop_assert_eq!((execution.clone(), counts), count(&rest(&events)));
        let view = ExecutionView::of(&EXECUTION.into(), &execution, None, at(5));
        prop_assert_eq!(view.steps.len(), execution.steps.len());
    }

    #[test]
    fn no_event_can_make_it_panic(name in ".{0,300}", time in ".{0,30}", sid in "(FW|FN|FT)[0-9a-f]{30,33}") {
        for event_type in [STARTED, ENDED_EVENT, STEP_ENDED] {
            let envelope = json!({"source": name, "time": time, "data": {
                "execution_sid": sid, "flow_sid": sid, "step_sid": sid, "name": name,
                "transitioned_from": name, "transitioned_to": name, "flow_revision": name,
                "contact_channel_address": name, "date_created": time}});
            let event = Event { event_type: event_type.to_owned(), id: sid.clone(), envelope };
            let _ = StudioEvent::read(&event, at(0));
        }
    }
}
