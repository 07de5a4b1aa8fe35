//! The signed text of a message, and when it is too old.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn notification() -> Value {
    json!({
        "Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:alarms", "Subject": "My first message", "Message": "Hello\nworld!",
        "Timestamp": "2026-11-28T01:00:44.782Z", "SignatureVersion": "1", "Signature": "AAAA",
        "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/x.pem",
        "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
    })
}

fn confirmation(kind: &str) -> Value {
    json!({
        "Type": kind, "MessageId": "165545c9", "Token": "2336412f37", "TopicArn": "arn:aws:sns:eu-west-1:123456789012:alarms",
        "Message": "You have chosen", "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription",
        "Timestamp": "2026-11-28T01:00:44.782Z", "SignatureVersion": "2", "Signature": "AAAA",
        "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/x.pem",
    })
}

fn read(value: &Value) -> Option<Message> {
    Message::read(value.to_string().as_bytes()).ok()
}

#[test]
fn notification_is_signed_over_its_fields_in_their_order() {
    let message = read(&notification()).expect("a message");
    assert_eq!(
        message.signed(),
        "Message\nHello\nworld!\nMessageId\n22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324\nSubject\nMy first message\n\
         Timestamp\n2026-11-28T01:00:44.782Z\nTopicArn\narn:aws:sns:eu-west-1:123456789012:alarms\nType\nNotification\n"
    );
    assert_eq!((message.version, message.signature()), (Version::Sha1, Some(vec![0; 3])));
    let mut without = notification();
    without["Subject"] = Value::Null;
    assert_eq!(
        read(&without).expect("a message").signed(),
        message.signed().replace("Subject\nMy first message\n", "")
    );
}

#[test]
fn confirmations_are_signed_over_their_url_and_token() {
    for kind in ["SubscriptionConfirmation", "UnsubscribeConfirmation"] {
        let message = read(&confirmation(kind)).expect("a message");
        assert_eq!(
            message.signed(),
            format!(
                "Message\nYou have chosen\nMessageId\n165545c9\nSubscribeURL\n\
                 https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription\nTimestamp\n2026-11-28T01:00:44.782Z\n\
                 Token\n2336412f37\nTopicArn\narn:aws:sns:eu-west-1:123456789012:alarms\nType\n{kind}\n"
            )
        );
        assert_eq!(message.version, Version::Sha256);
    }
}

#[test]
fn message_that_lacks_a_field_or_has_a_wrong_one_says_which() {
    let told = |value: &Value| Message::read(value.to_string().as_bytes()).err();
    assert_eq!(told(&notification()), None);
    for (field, value, what) in [
        ("MessageId", json!(""), "its MessageId is none of SNS'"),
        ("MessageId", json!("a\nb"), "its MessageId is none of SNS'"),
        ("MessageId", json!("a".repeat(65)), "its MessageId is none of SNS'"),
        ("MessageId", Value::Null, "it has no MessageId"),
        ("TopicArn", json!("arn\nType"), "one of its fields has several lines"),
        ("Timestamp", json!("2026\n"), "one of its fields has several lines"),
        ("Timestamp", Value::Null, "it has no Timestamp"),
        ("Subject", json!("a\nTimestamp\nb"), "one of its fields has several lines"),
        ("Subject", json!(1), "one of its fields cannot be read"),
        ("SignatureVersion", json!("3"), "its SignatureVersion is neither \"1\" nor \"2\""),
        ("SignatureVersion", json!(1), "its SignatureVersion is neither \"1\" nor \"2\""),
        ("SignatureVersion", Value::Null, "its SignatureVersion is neither \"1\" nor \"2\""),
        ("Signature", Value::Null, "it has no Signature"),
        ("SigningCertURL", Value::Null, "it has no SigningCertURL"),
        ("Message", json!({"AlarmName": "a"}), "it has no Message"),
    ] {
        let mut changed = notification();
        changed[field] = value.clone();
        assert_eq!(told(&changed), Some(Unread::Malformed(what)), "{field}: {value}");
    }
    for (field, what) in [("SubscribeURL", "it has no SubscribeURL"), ("Token", "it has no Token")]
    {
        let mut changed = confirmation("SubscriptionConfirmation");
        changed[field] = Value::Null;
        assert_eq!(told(&changed), Some(Unread::Malformed(what)), "{field}");
    }
    let twice = notification().to_string().replacen('{', r#"{"Message":"another","#, 1);
    let what = Unread::Malformed("one of its fields cannot be read");
    assert_eq!(Message::read(twice.as_bytes()).err(), Some(what), "a field that is there twice");
}

#[test]
fn body_without_the_type_and_topic_of_a_message_is_none_of_sns() {
    for (field, value) in
        [("Type", json!("Other")), ("Type", Value::Null), ("TopicArn", Value::Null)]
    {
        let mut changed = notification();
        changed[field] = value.clone();
        let read = Message::read(changed.to_string().as_bytes());
        assert_eq!(read.err(), Some(Unread::NotOfSns), "{field}: {value}");
    }
    let mut long = notification();
    long["Message"] = json!("a".repeat(MAX_BODY_BYTES));
    for body in [&long.to_string(), "", "[]", "null", "{}", "Type=Notification"] {
        assert_eq!(Message::read(body.as_bytes()).err(), Some(Unread::NotOfSns));
    }
}

#[test]
fn message_is_fresh_for_an_hour_before_and_after() {
    let now: Timestamp = "2026-11-28T12:00:00Z".parse().expect("a time");
    for (sent, is_fresh) in [
        ("2026-11-28T11:00:00.000Z", true),
        ("2026-11-28T10:59:59.999Z", false),
        ("2026-11-28T12:59:59.999Z", true),
        ("2026-11-28T13:00:00.001Z", false),
        ("2026-11-28T12:30:00.000+01:00", true),
        ("now", false),
        ("", false),
        ("-009999-01-01T00:00:00Z", false),
        ("9999-12-30T00:00:00Z", false),
    ] {
        let mut message = notification();
        message["Timestamp"] = json!(sent);
        assert_eq!(read(&message).expect("a message").is_fresh(now), is_fresh, "{sent}");
    }
}

#[test]
fn body_that_is_passed_on_has_what_is_signed_and_nothing_else() {
    let mut with_more = notification();
    with_more["NewStateValue"] = json!("ALARM");
    with_more["alerts"] = json!([{"status": "firing"}]);
    let body: Value =
        serde_json::from_slice(&read(&with_more).expect("a message").to_body()).expect("JSON");
    let names: Vec<&str> =
        body.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(names, ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]);
}

proptest! {
    /// Two messages that differ in a signed field are never signed alike, whatever their texts hold.
    #[test]
    fn different_messages_are_signed_over_different_texts(
        texts in proptest::collection::vec("(\n|a|Message|MessageId|Subject|Timestamp|TopicArn|Type|Notification){0,8}", 4),
        with_subject in any::<[bool; 2]>(),
    ) {
        let message = |text: &str, subject: &str, has_subject: bool| {
            let mut message = notification();
            message["Message"] = json!(text);
            message["Subject"] = if has_subject { json!(subject) } else { Value::Null };
            read(&message)
        };
        let one = message(&texts[0], &texts[1], with_subject[0]);
        let other = message(&texts[2], &texts[3], with_subject[1]);
        if let (Some(one), Some(other)) = (one, other) {
            let fields = |message: &Message| (message.message.clone(), message.subject.clone());
            prop_assert_eq!(one.signed() == other.signed(), fields(&one) == fields(&other));
        }
    }

    #[test]
    fn no_body_can_make_it_panic(body in any::<Vec<u8>>(), field in "[A-Za-z]{0,12}", text in "\\PC{0,40}") {
        let _ = Message::read(&body);
        let mut message = notification();
        message[field] = json!(text);
        if let Some(message) = read(&message) {
            let (_, _) = (message.signed(), message.signature());
            message.is_fresh(Timestamp::UNIX_EPOCH);
            message.to_body();
        }
    }
}
