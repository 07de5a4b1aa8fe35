//! `send-message` and `send-and-wait-for-reply`.

use std::time::Duration;

use super::*;

fn sent() -> RunEvent {
    RunEvent::MessageSent { message_sid: "SM2".to_owned() }
}

fn reply(body: &str) -> RunEvent {
    RunEvent::Replied(object(
        json!({"MessageSid": "SM3", "From": "+15005550001", "To": "+15005550006", "Body": body}),
    ))
}

fn send() -> Value {
    let properties = json!({"to": "{{contact.channel.address}}", "from": "{{flow.channel.address}}", "body": "Hi {{flow.variables.name}},"});
    widget("send", "send-message", properties, &[("sent", ""), ("failed", "")])
}

fn send_and_wait(timeout: Value) -> Value {
    let properties =
        json!({"from": "{{flow.channel.address}}", "body": "Yes or no?", "timeout": timeout});
    let events = [("incomingMessage", ""), ("timeout", ""), ("deliveryFailure", "")];
    widget("ask", "send-and-wait-for-reply", properties, &events)
}

fn outbound(body: &str, status: &str) -> Value {
    json!({"Sid": "SM2", "Status": status, "Body": body, "From": "+15005550006", "To": "+15005550001"})
}

#[test]
fn message_is_sent_with_what_is_absent_left_empty() {
    let (mut run, actions) = begun(message(), &[send()]);
    let [to, from, body] = ["+15005550001", "+15005550006", "Hi ,"].map(str::to_owned);
    let expected = OutboundMessage { to, from, body, ..OutboundMessage::default() };
    assert_eq!(actions, [Action::SendMessage(expected)]);
    // The variables are there at the end of the step.
    assert_eq!(run.context()["widgets"], json!({}));
    assert_eq!(run.step(sent(), at(1)), (RunState::Ended(EndReason::FlowEnd), vec![]));
    assert_eq!(passed(&run), ["send sent"]);
    assert_eq!(run.context()["widgets"]["send"], json!({"outbound": outbound("Hi ,", "sent")}));
}

#[test]
fn content_template_and_picture_go_with_the_message() {
    let properties = json!({"body": "", "content_sid": "HX1", "media_url": "https://h.example/{{flow.sid}}.png",
        "content_variables": [{"key": "1", "value": "{{flow.flow_sid}}"}]});
    let (_, actions) = begun(message(), &[widget("send", "send-message", properties, &[])]);
    let [to, from] = ["+15005550001", "+15005550006"].map(str::to_owned);
    let [media_url, content_sid] = ["https://h.example/FN1.png", "HX1"].map(str::to_owned);
    let content_variables = vec![("1".to_owned(), "FW1".to_owned())];
    // Without addresses of its own it goes to the contact, from our number.
    let body = String::new();
    let expected = OutboundMessage { to, from, body, media_url, content_sid, content_variables };
    assert_eq!(actions, [Action::SendMessage(expected)]);
}

#[test]
fn failed_message_keeps_what_was_to_be_sent() {
    for (widget, name, event) in
        [(send(), "send", "send failed"), (send_and_wait(json!(60)), "ask", "ask deliveryFailure")]
    {
        let (mut run, _) = begun(message(), &[widget]);
        run.step(RunEvent::MessageFailed { error_code: Some(21610) }, at(1));
        assert_eq!(passed(&run), [event]);
        assert_eq!(run.context()["widgets"][name]["outbound"]["Status"], json!("failed"));
        assert_eq!(run.context()["widgets"][name]["outbound"].get("Sid"), None);
        assert_eq!(codes(&run), [Some(81011)]);
        assert!(run.log()[0].message.contains("21610"), "{:?}", run.log());
    }
}

#[test]
fn reply_is_waited_for_as_long_as_the_widget_says() {
    for (timeout, seconds) in [(json!("60"), 60), (json!(14400), 14400), (Value::Null, 3600)] {
        let (mut run, actions) = begun(message(), &[send_and_wait(timeout)]);
        assert!(matches!(actions.as_slice(), [Action::SendMessage(_)]), "{actions:?}");
        let timeout = Duration::from_secs(seconds);
        assert_eq!(
            run.step(sent(), at(1)),
            (RunState::Active, vec![Action::AwaitReply { timeout }])
        );
        assert_eq!(passed(&run), [""; 0]);
    }
}

#[test]
fn reply_is_in_the_variables_of_the_widget() {
    let (mut run, _) = begun(message(), &[send_and_wait(json!(60))]);
    run.step(sent(), at(1));
    run.step(reply(" YES"), at(2));
    assert_eq!(passed(&run), ["ask incomingMessage"]);
    let variables = &run.context()["widgets"]["ask"];
    assert_eq!(variables["outbound"], outbound("Yes or no?", "sent"));
    assert_eq!(
        (&variables["inbound"]["Body"], &variables["inbound"]["MessageSid"]),
        (&json!(" YES"), &json!("SM3"))
    );
}

#[test]
fn silence_and_late_failure_end_the_wait() {
    for (event, fired, status) in [
        (RunEvent::TimedOut, "ask timeout", "sent"),
        (RunEvent::MessageFailed { error_code: None }, "ask deliveryFailure", "failed"),
    ] {
        let (mut run, _) = begun(message(), &[send_and_wait(json!(60))]);
        run.step(sent(), at(1));
        run.step(event, at(61));
        assert_eq!(passed(&run), [fired]);
        assert_eq!(
            run.context()["widgets"]["ask"],
            json!({"outbound": outbound("Yes or no?", status)})
        );
    }
}

#[test]
fn reply_to_a_message_that_is_not_sent_yet_is_ignored() {
    let (mut run, _) = begun(message(), &[send_and_wait(json!(60))]);
    for event in [reply("early"), RunEvent::TimedOut] {
        assert_eq!(run.step(event, at(1)), (RunState::Active, vec![]));
    }
    assert_eq!(codes(&run), [Some(81002), Some(81002)]);
    run.step(sent(), at(2));
    assert_eq!(run.step(sent(), at(3)), (RunState::Active, vec![]));
}

#[test]
fn call_may_send_a_text_to_its_caller() {
    let (mut run, actions) = begun(call(), &[send()]);
    assert!(matches!(actions.as_slice(), [Action::SendMessage(_)]), "{actions:?}");
    assert_eq!(run.step(sent(), at(1)).1, [Action::HangUp]);
}
