//! A hang-up at any point of a call.

use super::*;

/// The widgets of a call, their types.
const VOICE: [&str; 6] = [
    "say-play",
    "gather-input-on-call",
    "connect-call-to",
    "record-voicemail",
    "enqueue-call",
    "send-to-flex",
];

#[test]
fn hang_up_is_the_last_step_of_any_widget_of_the_call() {
    for kind in VOICE {
        let (mut run, _) =
            begun(call(), &[widget("w", kind, json!({}), &[("audioComplete", "w")])]);
        let ended = RunState::Ended(EndReason::HungUp);
        assert_eq!(run.step(RunEvent::HungUp, at(1)), (ended, vec![]), "{kind}");
        assert_eq!(passed(&run), ["w hangup"], "{kind}");
        assert_eq!(run.steps().last().and_then(|step| step.to.clone()), None);
        assert_eq!(codes(&run), []);
    }
}

#[test]
fn hang_up_with_a_transition_leads_on_without_the_call() {
    let send =
        widget("send", "send-message", json!({"body": "You were cut off."}), &[("sent", "say")]);
    let say = widget("say", "say-play", json!({"say": "Still there?"}), &[("audioComplete", "")]);
    for kind in ["connect-call-to", "record-voicemail"] {
        let w = widget("w", kind, json!({}), &[("hangup", "send")]);
        let (mut run, _) = begun(call(), &[w, send.clone(), say.clone()]);
        let (state, actions) = run.step(RunEvent::HungUp, at(1));
        assert_eq!(state, RunState::Active);
        assert!(matches!(actions.as_slice(), [Action::SendMessage(_)]), "{actions:?}");
        let sent = RunEvent::MessageSent { message_sid: "SM2".to_owned() };
        // The next widget of the call shows it.
        assert_eq!(run.step(sent, at(2)), (RunState::Ended(EndReason::HungUp), vec![]));
        assert_eq!(passed(&run), ["w hangup", "send sent", "say hangup"]);
    }
}

#[test]
fn hang_up_during_another_widget_shows_at_the_next_of_the_call() {
    let http = widget(
        "http",
        "make-http-request",
        json!({"url": "https://h.example/"}),
        &[("success", "set")],
    );
    let set = widget("set", "set-variables", json!({}), &[("next", "say")]);
    let say = widget("say", "say-play", json!({"say": "Hi"}), &[("audioComplete", "")]);
    let (mut run, _) = begun(call(), &[http.clone(), set.clone(), say]);
    // The run stays active, and waits for the answer.
    assert_eq!(run.step(RunEvent::HungUp, at(1)), (RunState::Active, vec![]));
    assert_eq!((codes(&run), passed(&run)), (vec![Some(81002)], vec![]));
    assert_eq!(run.step(RunEvent::HungUp, at(2)), (RunState::Active, vec![]));
    let (state, actions) = run.step(response(200, "{}"), at(3));
    assert_eq!((state, actions), (RunState::Ended(EndReason::HungUp), vec![]));
    assert_eq!(passed(&run), ["http success", "set next", "say hangup"]);
    // A Flow without another widget of the call comes to its end.
    let set = widget("set", "set-variables", json!({}), &[("next", "")]);
    let (mut run, _) = begun(call(), &[http, set]);
    run.step(RunEvent::HungUp, at(1));
    let (state, actions) = run.step(response(200, "{}"), at(3));
    assert_eq!((state, actions), (RunState::Ended(EndReason::FlowEnd), vec![]));
}

#[test]
fn hang_up_without_a_call_is_ignored() {
    let ask = widget("ask", "send-and-wait-for-reply", json!({"body": "?"}), &[("timeout", "")]);
    let (mut run, _) = begun(message(), &[ask]);
    assert_eq!(run.step(RunEvent::HungUp, at(1)), (RunState::Active, vec![]));
    assert_eq!(codes(&run), [Some(81002)]);
}

#[test]
fn hang_up_before_the_first_widget_ends_a_call() {
    let mut run = Run::new(flow(&[]), &start(call()), at(0));
    assert_eq!(run.step(RunEvent::HungUp, at(0)).0, RunState::Ended(EndReason::HungUp));
    let mut run = Run::new(flow(&[]), &start(message()), at(0));
    assert_eq!(run.step(RunEvent::HungUp, at(0)).0, RunState::Active);
}
