//! Texts that are not delivered.

use super::*;

fn not_delivered(sid: &str, code: Option<u32>) -> Signal {
    Signal::TextNotDelivered { person: "alpha".to_owned(), code, sid: sid.into() }
}

#[test]
fn text_that_was_not_delivered_is_recorded_once_and_changes_nothing() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed);
    scenario.effects.clear();
    scenario.told = scenario.incident.as_ref().map_or(0, |incident| incident.timeline.next);
    scenario.signal(not_delivered("SM1", Some(30_003)));
    scenario.tells(&["text-not-delivered alpha"]).is(State::Taken).owned_by("alpha").asks(&[]);
    // Failed and undelivered, or one of them twice: it is the same text.
    scenario.signal(not_delivered("SM1", None)).tells(&[]);
    scenario.signal(not_delivered("SM2", None)).tells(&["text-not-delivered alpha"]);
    // The text that says that it is over comes later than the end.
    scenario.recovers("cpu").tells(&["resolved"]).effects.clear();
    scenario.signal(not_delivered("SM3", None)).tells(&["text-not-delivered alpha"]);
    scenario.is(State::Resolved).asks(&[]);
}

#[test]
fn entry_is_stored_with_its_code_if_there_is_one() {
    for (code, stored) in [
        (Some(30_003), r#"{"text-not-delivered":{"person":"alpha","code":30003,"sid":"SM1"}}"#),
        (None, r#"{"text-not-delivered":{"person":"alpha","sid":"SM1"}}"#),
    ] {
        let event = Event::TextNotDelivered { person: "alpha".to_owned(), code, sid: "SM1".into() };
        assert_eq!(serde_json::to_string(&event).unwrap(), stored);
        assert_eq!(serde_json::from_str::<Event>(stored).unwrap(), event);
    }
}
