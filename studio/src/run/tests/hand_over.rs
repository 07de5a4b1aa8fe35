//! The widgets whose work is done elsewhere.

use std::time::Duration;

use super::*;

fn back(event: &str, variables: Value) -> RunEvent {
    RunEvent::HandedBack { event: event.to_owned(), variables: object(variables) }
}

#[test]
fn widget_that_is_handed_over_ends_with_the_event_it_is_given() {
    for (kind, event) in [
        ("add-twiml-redirect", "return"),
        ("add-twiml-redirect", "fail"),
        ("capture-payments", "maxFailedAttempts"),
        ("connect-virtual-agent", "return"),
        ("connect-virtual-agent-v2", "live-agent-handoff"),
        ("run-conversation-relay", "success"),
        ("send-to-auto-pilot", "sessionEnded"),
        ("start-conversation", "created"),
        ("resume-conversation", "resumed"),
    ] {
        let trigger = if kind.ends_with("-conversation") { request() } else { call() };
        let w = widget(
            "w",
            kind,
            json!({"url": "https://h.example/{{flow.sid}}", "timeout": "14400"}),
            &[(event, "")],
        );
        let (mut run, actions) = begun(trigger, &[w]);
        let (kind, url) = (kind.to_owned(), "https://h.example/FN1".to_owned());
        let timeout = Some(Duration::from_secs(14_400));
        let [Action::HandOver(found)] = actions.as_slice() else { panic!("{actions:?}") };
        assert!(found.events.contains(&event), "{found:?}");
        assert_eq!(*found, HandOver { kind, events: found.events, url, timeout });
        // An event that no such widget has is ignored.
        assert_eq!(run.step(back("keypress", json!({})), at(1)), (RunState::Active, vec![]));
        run.step(back(event, json!({"k": "v"})), at(2));
        assert_eq!((passed(&run), codes(&run)), (vec![format!("w {event}")], vec![Some(81002)]));
        assert_eq!(run.context()["widgets"]["w"], json!({"k": "v"}));
    }
}

#[test]
fn silence_is_an_event_of_some() {
    for (kind, is_event) in [
        ("add-twiml-redirect", true),
        ("connect-virtual-agent-v2", true),
        ("capture-payments", false),
    ] {
        let (mut run, _) = begun(call(), &[widget("w", kind, json!({}), &[("timeout", "")])]);
        run.step(RunEvent::TimedOut, at(1));
        assert_eq!(run.state() != &RunState::Active, is_event, "{kind}");
    }
}

#[test]
fn hang_up_ends_what_is_done_in_the_call() {
    for kind in [
        "add-twiml-redirect",
        "capture-payments",
        "connect-virtual-agent",
        "connect-virtual-agent-v2",
    ] {
        let (mut run, _) = begun(call(), &[widget("w", kind, json!({}), &[])]);
        run.step(RunEvent::HungUp, at(1));
        assert_eq!(passed(&run), ["w hangup"], "{kind}");
    }
}

#[test]
fn conversation_is_begun_by_a_request_alone() {
    let start = widget("w", "start-conversation", json!({}), &[("failed", "")]);
    let (run, _) = begun(message(), &[start]);
    assert_eq!((passed(&run), codes(&run)), (vec!["w failed".to_owned()], vec![Some(81020)]));
    let agent = widget("w", "connect-virtual-agent-v2", json!({}), &[]);
    assert_eq!(begun(message(), &[agent]).1.len(), 1);
    let pay = widget("w", "capture-payments", json!({}), &[]);
    let (run, _) = begun(message(), &[pay]);
    assert!(
        matches!(run.state(), RunState::Ended(EndReason::Unplayable { .. })),
        "{:?}",
        run.state()
    );
}
