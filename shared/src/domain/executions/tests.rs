mod flow_counts;
mod random_walks;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::event::{ENDED as ENDED_EVENT, STARTED, STEP_ENDED};
use super::views::{ExecutionState, ExecutionView};
use super::*;
use crate::domain::event::Event;

const FLOW: &str = "FW00000000000000000000000000000001";
const EXECUTION: &str = "FN00000000000000000000000000000001";

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_900_000_000_000 + milliseconds).unwrap()
}

fn event(event_type: &str, id: &str, milliseconds: i64, data: Value) -> StudioEvent {
    let mut data = data;
    data["execution_sid"] = EXECUTION.into();
    data["flow_sid"] = FLOW.into();
    let envelope =
        json!({"type": event_type, "id": id, "time": at(milliseconds).to_string(), "data": data});
    let event = Event { event_type: event_type.to_owned(), id: id.to_owned(), envelope };
    StudioEvent::read(&event, at(86_400_000)).unwrap().unwrap()
}

fn started(milliseconds: i64) -> StudioEvent {
    let data = json!({"started_by": "CA00000000000000000000000000000001", "flow_revision": 42,
                      "contact_channel_address": "+15005550006"});
    event(STARTED, EXECUTION, milliseconds, data)
}

fn ended(milliseconds: i64) -> StudioEvent {
    event(ENDED_EVENT, EXECUTION, milliseconds, json!({"ended_reason": "FLOW_END"}))
}

fn step(number: u32, name: &str, from: &str, to: &str, milliseconds: i64) -> StudioEvent {
    let sid = format!("FT{number:032x}");
    let created = at(milliseconds).to_string();
    let data = json!({"step_sid": sid, "name": name, "transitioned_from": from, "transitioned_to": to,
                      "date_created": created});
    event(STEP_ENDED, &sid, milliseconds, data)
}

fn applied(events: &[StudioEvent]) -> RecordedExecution {
    let mut execution = RecordedExecution::default();
    for event in events {
        execution.apply(event);
    }
    execution
}

fn path(execution: &RecordedExecution) -> Vec<&str> {
    execution.steps.iter().map(|step| step.to.as_str()).collect()
}

#[test]
fn start_and_end_count_each_though_they_share_an_id() {
    let mut execution = RecordedExecution::default();
    let counts = execution.apply(&started(0));
    assert_eq!(counts.len(), 2);
    assert_eq!(execution.apply(&started(0)), []);
    let names: Vec<CountName> =
        execution.apply(&ended(2_500)).into_iter().map(|count| count.name).collect();
    let milliseconds = CountName::Milliseconds(2_500);
    let bucket = CountName::Bucket(Some(5));
    let unknown = CountName::LastWidget(String::new());
    assert_eq!(names, [CountName::Events, bucket, milliseconds, CountName::Ended, unknown]);
    assert_eq!(execution.apply(&ended(2_500)), []);
    assert_eq!(execution.contact.as_deref(), Some("0006"));
    assert!(!serde_json::to_string(&execution).unwrap().contains("1500555"));
}

/// What counts as an end of these events.
fn ends(events: &[StudioEvent]) -> (usize, Vec<String>) {
    let mut execution = RecordedExecution::default();
    let counts: Vec<CountName> =
        events.iter().flat_map(|event| execution.apply(event)).map(|count| count.name).collect();
    let last = |name: &CountName| match name {
        CountName::LastWidget(widget) => Some(widget.clone()),
        _ => None,
    };
    let ended = counts.iter().filter(|name| **name == CountName::Ended).count();
    (ended, counts.iter().filter_map(last).collect())
}

#[test]
fn end_counts_once_by_whichever_event_tells_it() {
    let first = || step(1, "incomingCall", TRIGGER, "menu", 100);
    let last = || step(2, HANG_UP, "menu", ENDED, 200);
    for (events, widget) in [
        (vec![started(0), first(), last()], "menu"),
        (vec![started(0), first(), last(), ended(210)], "menu"),
        (vec![started(0), first(), ended(210), last()], "menu"),
        (vec![started(0), first(), ended(210)], "menu"),
        (vec![started(0), step(3, "incomingCall", TRIGGER, ENDED, 100)], TRIGGER),
        (vec![ended(210)], ""),
        (vec![ended(210), last(), first(), started(0)], ""),
    ] {
        assert_eq!(ends(&events), (1, vec![widget.to_owned()]), "{events:?}");
    }
    assert_eq!(ends(&[started(0), first()]), (0, Vec::new()));
}

#[test]
fn end_that_only_a_step_tells_is_none_that_an_event_told() {
    let events = [started(0), step(1, "incomingCall", TRIGGER, ENDED, 2_000)];
    let view = ExecutionView::of(&EXECUTION.into(), &applied(&events), None, at(9_000));
    assert_eq!((view.state, view.seconds), (ExecutionState::Ended, Some(2)));
    assert_eq!(view.ended_at, None);
    let events = [&events[..], &[ended(3_000)]].concat();
    let view = ExecutionView::of(&EXECUTION.into(), &applied(&events), None, at(9_000));
    assert_eq!((view.ended_at, view.seconds), (Some(at(3_000)), Some(3)));
}

#[test]
fn place_in_the_list_is_that_of_the_start_as_far_as_it_is_known() {
    let mut execution = applied(&[step(2, "next", "a", "b", 200)]);
    for (event, listed_at) in [
        (step(1, "incomingCall", TRIGGER, "a", 100), at(100)),
        (started(0), at(0)),
        (step(3, "next", "b", "c", -50), at(0)),
    ] {
        execution.apply(&event);
        assert_eq!(execution.listed_at, Some(listed_at));
    }
}

#[test]
fn late_step_lands_in_its_place_even_after_the_end() {
    let execution = applied(&[
        started(0),
        step(3, "keypress", "menu", "bye", 300),
        ended(500),
        step(1, "incomingCall", TRIGGER, "hello", 100),
        step(4, "audioComplete", "bye", ENDED, 400),
        step(2, "audioComplete", "hello", "menu", 200),
    ]);
    assert_eq!(path(&execution), ["hello", "menu", "bye", ENDED]);
    let view = ExecutionView::of(&EXECUTION.into(), &execution, None, at(1_000));
    assert_eq!((view.state, view.seconds), (ExecutionState::Ended, Some(0)));
    let times: Vec<_> = view.steps.iter().map(|step| step.milliseconds).collect();
    assert_eq!(times, [Some(100); 4]);
}

#[test]
fn hang_up_that_is_noted_too_early_comes_last() {
    let execution = applied(&[
        step(1, "incomingCall", TRIGGER, "hello", 100),
        step(3, HANG_UP, "menu", ENDED, 190),
        step(2, "audioComplete", "hello", "menu", 200),
    ]);
    assert_eq!(path(&execution), ["hello", "menu", ENDED]);
    let view = ExecutionView::of(&EXECUTION.into(), &execution, None, at(1_000));
    let last = view.steps.last().unwrap();
    assert!(last.is_hang_up && !last.is_after_gap);
    assert_eq!(last.milliseconds, Some(0));
}

#[test]
fn steps_of_one_moment_follow_their_widgets() {
    let execution = applied(&[
        step(9, "incomingCall", TRIGGER, "a", 100),
        step(1, "next", "c", "d", 100),
        step(2, "next", "b", "c", 100),
        step(3, "next", "a", "b", 100),
    ]);
    assert_eq!(path(&execution), ["a", "b", "c", "d"]);
}

#[test]
fn missing_step_is_shown_as_a_gap_and_survived() {
    let execution = applied(&[
        started(0),
        step(1, "incomingCall", TRIGGER, "hello", 100),
        step(3, "keypress", "menu", "queue", 300),
    ]);
    let view = ExecutionView::of(&EXECUTION.into(), &execution, None, at(1_000));
    let gaps: Vec<bool> = view.steps.iter().map(|step| step.is_after_gap).collect();
    assert_eq!(gaps, [false, true]);
    assert_eq!(view.steps[1].milliseconds, None);
    assert_eq!((view.widget.as_deref(), view.since), (Some("queue"), Some(at(300))));
}

#[test]
fn start_is_unknown_until_its_event_comes() {
    let mut execution = applied(&[step(1, "incomingCall", TRIGGER, "hello", 100)]);
    let view = ExecutionView::of(&EXECUTION.into(), &execution, None, at(1_000));
    assert_eq!((view.is_start_known, view.began_at), (false, Some(at(100))));
    execution.apply(&started(0));
    let view = ExecutionView::of(&EXECUTION.into(), &execution, None, at(1_000));
    assert_eq!((view.is_start_known, view.began_at), (true, Some(at(0))));
}

#[test]
fn step_beyond_the_limit_is_left_out_and_noted_once() {
    let mut execution = RecordedExecution::default();
    for number in 0..record::MAX_STEPS as u32 {
        assert!(!execution.apply(&step(number, "next", "a", "a", i64::from(number))).is_empty());
    }
    let names = |counts: Vec<Count>| counts.into_iter().map(|count| count.name).collect::<Vec<_>>();
    let further = step(5_000, "next", "a", "b", 9_000);
    assert_eq!(names(execution.apply(&further)), [CountName::Events, CountName::Cut]);
    assert_eq!(execution.apply(&further), []);
    assert!(execution.is_cut && execution.steps.len() == record::MAX_STEPS);
}

#[test]
fn record_with_the_longest_names_fits_the_store() {
    let name = "\u{1}\"ü".repeat(200);
    let mut execution = applied(&[started(0), ended(5)]);
    for number in 0..record::MAX_STEPS as u32 {
        execution.apply(&step(number, &name, &name, &name, i64::from(number)));
        if execution.is_cut {
            break;
        }
    }
    assert!(execution.is_cut);
    assert!(serde_json::to_string(&execution).unwrap().len() < 390 * 1024);
}

#[test]
fn subflow_neither_ends_nor_moves_the_execution_around_it() {
    let mut inner = step(2, "next", "sub-1", ENDED, 200);
    let StudioEventKind::Step(inner_step) = &mut inner.kind else { panic!("no step") };
    inner_step.parent = Some("FT000000000000000000000000000000aa".into());
    let execution = applied(&[step(1, "incomingCall", TRIGGER, "sub", 100), inner]);
    assert!(!execution.is_over());
    assert_eq!(execution.position().unwrap().widget, "sub");
}
