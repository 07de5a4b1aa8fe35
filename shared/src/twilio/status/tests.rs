use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::http::form_fields;
use crate::twilio::event_stream;

fn of_text(resource: Resource, form: &str) -> Result<Callback, Missing> {
    of_form(resource, &form_fields(form.as_bytes()))
}

fn event(text: &str) -> Event {
    event_stream::event(text).expect("an event")
}

#[test]
fn form_of_a_message_is_read_leniently() {
    for (form, sid, status, code) in [
        ("MessageSid=SM1&MessageStatus=delivered", "SM1", "delivered", None),
        ("SmsSid=SM1&SmsStatus=sent", "SM1", "sent", None),
        ("MessageSid=&SmsSid=SM2&MessageStatus=&SmsStatus=queued", "SM2", "queued", None),
        ("MessageSid=test&MessageStatus=FAILED&ErrorCode=30003", "test", "failed", Some(30_003)),
        ("MessageSid=MM1&MessageStatus=failed&ErrorCode=0", "MM1", "failed", None),
        ("MessageSid=MM1&MessageStatus=failed&ErrorCode=", "MM1", "failed", None),
        (
            "MessageSid=SM8&MessageStatus=failed&ErrorCode=30003%22%7D+1%0A%23+evil+%5C",
            "SM8",
            "failed",
            Some(UNREADABLE_CODE),
        ),
        (
            "EventType=READ&MessageSid=SM9&MessageStatus=read&ChannelPrefix=rcs&From=rcs%3Asender",
            "SM9",
            "read",
            None,
        ),
    ] {
        let read = of_text(Resource::Message, form).expect("a callback");
        assert_eq!((read.sid.as_str(), read.status.as_str(), read.code), (sid, status, code));
    }
}

#[test]
fn form_of_a_call_needs_no_sequence_number() {
    let form = "CallSid=CA1&CallStatus=Failed&Duration=0&CallDuration=0&SipResponseCode=404";
    let read = of_text(Resource::Call, form).expect("a callback");
    assert_eq!((read.status.as_str(), read.sip_code, read.code), ("failed", Some(404), None));
}

#[test]
fn form_that_lacks_something_says_what() {
    for (resource, form, missing) in [
        (Resource::Message, "MessageStatus=sent", Missing::MessageSid),
        (Resource::Message, "MessageSid=SM1", Missing::MessageStatus),
        (Resource::Call, "MessageSid=SM1&MessageStatus=sent", Missing::CallSid),
        (Resource::Call, "CallSid=CA1&CallStatus=+", Missing::CallStatus),
    ] {
        assert_eq!(of_text(resource, form), Err(missing));
    }
}

#[test]
fn event_is_read_by_the_same_reader() {
    let message = event(
        r#"{"type":"com.twilio.messaging.message.undelivered","id":"EZ1",
            "data":{"messageSid":"SM1","messageStatus":"UNDELIVERED","errorCode":30003}}"#,
    );
    let read = of_event(&message).expect("a callback");
    assert_eq!(
        (read.sid.as_str(), read.status.as_str(), read.code),
        ("SM1", "undelivered", Some(30_003))
    );
    let odd = event(
        r#"{"type":"com.twilio.messaging.message.failed","id":"EZ1","data":{"messageSid":"SM1","errorCode":30005.0}}"#,
    );
    let read = of_event(&odd).expect("a callback");
    assert_eq!((read.status.as_str(), read.code), ("failed", Some(30_005)));
    let no_sid = event(
        r#"{"type":"com.twilio.messaging.message.sent","id":"EZ1","data":{"messageSid":{"a":1},"messageStatus":true}}"#,
    );
    assert_eq!(of_event(&no_sid), None);
    for name in ["status-callback", "webhook.status-callback"] {
        let call = event(
            &json!({"type": format!("com.twilio.voice.{name}.call.answered"), "id": "VW1",
                    "data": {"request": {"parameters": {"CallSid": "CA1", "CallStatus": "in-progress"}}}})
            .to_string(),
        );
        let read = of_event(&call).expect("a callback");
        assert_eq!((read.resource, read.status.as_str()), (Resource::Call, "in-progress"));
    }
    for other in [
        "com.twilio.messaging.inbound-message.received",
        "com.twilio.voice.insights.call-summary.complete",
        "com.twilio.voice.status-callback.amd.detected",
        "com.twilio.studio.flow.step.ended",
    ] {
        let other = event(&json!({"type": other, "id": "1", "data": {}}).to_string());
        assert_eq!(of_event(&other), None);
    }
}

#[test]
fn callback_that_we_did_not_take_is_lost_however_its_answer_is_written() {
    let lost_by = |code: serde_json::Value| {
        let data = json!({"request": {"url": "https://ringdown.example.com/webhooks/call"},
                          "response": {"responseCode": code}});
        let kind = "com.twilio.voice.status-callback.call.completed";
        lost(
            &event(&json!({"type": kind, "id": "VW1", "data": data}).to_string()),
            "https://ringdown.example.com",
        )
    };
    assert_eq!([json!(502), json!("502"), json!(0)].map(lost_by), [Some(Lost::Event); 3]);
    assert_eq!([json!(204), json!("204"), json!(null)].map(lost_by), [None; 3]);
}

#[test]
fn message_of_a_list_is_read() {
    let read = of_resource(&json!({"sid": "SM1", "status": "delivered", "error_code": null}));
    let read = read.expect("a message");
    assert_eq!((read.status.as_str(), read.source), ("delivered", Source::Reconciliation));
    let failed = of_resource(&json!({"sid": "SM2", "status": "failed", "error_code": 30005}));
    assert_eq!(failed.and_then(|failed| failed.code), Some(30_005));
    assert_eq!(of_resource(&json!("no object")), None);
}

proptest! {
    #[test]
    fn no_form_and_no_event_makes_it_panic(form in "[A-Za-z=&%0-9+]{0,80}", text in ".{0,300}", status in ".{0,60}") {
        for resource in [Resource::Message, Resource::Call] {
            let _ = of_text(resource, &form);
        }
        let data = json!({"messageSid": text, "messageStatus": status, "request": [], "payload": text, "error_code": 11200});
        for kind in ["messaging.message.sent", "voice.status-callback.call.x", "error-logs.error.logged"] {
            let event = event(&json!({"type": format!("com.twilio.{kind}"), "id": "1", "data": data}).to_string());
            if let Some(read) = of_event(&event) {
                prop_assert!(read.sid.as_str().len() <= 200 && read.status.len() <= 40);
            }
            let _ = lost(&event, "https://ringdown.example.com");
        }
    }
}
