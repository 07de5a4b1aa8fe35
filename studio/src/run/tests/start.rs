//! The three beginnings, and the contexts that they bring.

use super::*;

#[test]
fn beginning_decides_the_first_event() {
    for (trigger, event) in
        [(request(), "incomingRequest"), (call(), "incomingCall"), (message(), "incomingMessage")]
    {
        let (run, _) = begun(trigger, &[widget("set", "set-variables", json!({}), &[])]);
        let first = &run.steps()[0];
        assert_eq!((first.from.as_str(), first.event.as_str()), ("Trigger", event));
        assert_eq!(first.to.as_deref(), Some("set"));
    }
}

#[test]
fn contact_is_whoever_the_flow_talks_to() {
    for trigger in [request(), call(), message()] {
        let (run, _) = begun(trigger, &[]);
        let context = run.context();
        assert_eq!(context["contact"], json!({"channel": {"address": "+15005550001"}}));
        assert_eq!(context["flow"]["channel"], json!({"address": "+15005550006"}));
        assert_eq!(
            (&context["flow"]["sid"], &context["flow"]["flow_sid"]),
            (&json!("FN1"), &json!("FW1"))
        );
    }
}

#[test]
fn parameters_of_the_webhook_are_in_the_trigger_as_they_came() {
    let of = |trigger| begun(trigger, &[]).0.context()["trigger"].clone();
    let [contact, ours] = ["+15005550001", "+15005550006"];
    assert_eq!(
        of(call()),
        json!({"call": {"CallSid": "CA1", "From": contact, "To": ours, "Direction": "inbound", "CallStatus": "ringing"}})
    );
    assert_eq!(
        of(message()),
        json!({"message": {"MessageSid": "SM1", "From": contact, "To": ours, "Body": "Hello", "NumMedia": "0"}})
    );
    assert_eq!(
        of(request()),
        json!({"request": {"to": contact, "from": ours, "parameters": {"say": "Press 1."}}})
    );
    assert_eq!(begun(request(), &[]).0.context()["flow"]["data"], json!({"say": "Press 1."}));
}

#[test]
fn call_to_us_is_on_the_line_from_the_beginning() {
    let hello = widget("hello", "say-play", json!({"say": "Hello"}), &[("audioComplete", "")]);
    let (mut run, actions) = begun(call(), std::slice::from_ref(&hello));
    assert_eq!(actions, say("Hello"));
    let (state, actions) = run.step(RunEvent::Spoken, at(1));
    assert_eq!((state, actions), (RunState::Ended(EndReason::FlowEnd), vec![Action::HangUp]));
    for trigger in [message(), request()] {
        let (run, _) = begun(trigger, std::slice::from_ref(&hello));
        let (widget, why) = ("hello".to_owned(), "nobody is on the line".to_owned());
        assert_eq!(run.state(), &RunState::Ended(EndReason::Unplayable { widget, why }));
        assert_eq!(codes(&run), [Some(81020)]);
    }
}

#[test]
fn beginning_without_a_way_ends_the_run() {
    let trigger = widget("Trigger", "trigger", json!({}), &[("incomingCall", "")]);
    let definition = json!({"initial_state": "Trigger", "states": [trigger]});
    let flow = Arc::new(Flow::read(&definition).expect("a Flow"));
    for beginning in [call(), message()] {
        let mut run = Run::new(flow.clone(), &start(beginning), at(0));
        assert_eq!(run.step(RunEvent::Begun, at(0)).0, RunState::Ended(EndReason::FlowEnd));
    }
}
