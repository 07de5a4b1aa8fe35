mod events;
mod limits;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::reader::{DEEPEST, SHAPES};
use super::*;

const ARN: &str = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:orders-queue-age";

fn now() -> Timestamp {
    "2026-11-20T18:00:00Z".parse().unwrap()
}

fn read(value: &Value) -> Vec<Result<Change, Malformed>> {
    parse(value.to_string().as_bytes(), now())
}

fn one(value: &Value) -> Change {
    let [Ok(change)] = &read(value)[..] else { panic!("{:?}", read(value)) };
    change.clone()
}

fn reason(value: &Value) -> String {
    let [Err(malformed)] = &read(value)[..] else { panic!("{:?}", read(value)) };
    malformed.reason.clone()
}

/// The message of an SNS notification, by itself.
fn message(name: &str) -> Value {
    json!({"AlarmName": name, "NewStateValue": "ALARM", "AWSAccountId": "123456789012"})
}

#[test]
fn every_envelope_holds_the_same_change() {
    let message = message("orders-queue-age");
    let notification = json!({"Type": "Notification", "Message": message.to_string()});
    let sns = json!({"Records": [{"EventSource": "aws:sns", "Sns": notification}]});
    let sqs = json!({"Records": [{"eventSource": "aws:sqs", "body": notification.to_string()}]});
    let array = json!([message]);
    let both = json!({"Records": [{"body": array.to_string()}]});
    for envelope in [&message, &notification, &sns, &sqs, &array, &both, &json!([sns])] {
        assert_eq!(one(envelope), one(&message), "{envelope}");
    }
    assert_eq!(one(&message).key, "123456789012/orders-queue-age");
    assert_eq!(one(&message).at, now(), "there is no time in it");
}

#[test]
fn one_bad_record_does_not_spoil_the_others() {
    let good = json!({"Sns": {"Message": message("a").to_string()}});
    let text = json!({"Sns": {"Message": "somebody tried the topic"}});
    let read = read(&json!({"Records": [good, text, {"Sns": null}, 7, good]}));
    let shape: Vec<bool> = read.iter().map(Result::is_ok).collect();
    assert_eq!(shape, [true, false, false, false, true]);
    let bad = |index: usize| read[index].clone().unwrap_err();
    assert_eq!(bad(1).body, "somebody tried the topic");
    assert!(bad(1).reason.starts_with("it is not JSON: "), "{}", bad(1).reason);
    assert_eq!(bad(2).reason, "the record has none of `Sns.Message` and `body`");
    assert_eq!(bad(2).body, r#"{"Sns":null}"#);
}

#[test]
fn what_was_expected_is_said() {
    let shapes = format!("it is none of {SHAPES}");
    let state = "is none of ALARM, OK, INSUFFICIENT_DATA";
    let alert = |status: &str| json!({"alerts": [{"status": status, "labels": {"a": "b"}}]});
    for (value, expected) in [
        (json!({}), shapes.clone()),
        (json!(null), shapes.clone()),
        (json!([[message("a")]]), shapes.clone()),
        (json!({"Records": null, "alerts": null, "Type": null}), shapes),
        (json!([]), format!("the array is empty: it holds none of {SHAPES}")),
        (json!({"Records": []}), "its `Records` is none of: a list of records of SNS or SQS".into()),
        (json!({"Records": "x"}), "its `Records` is none of: a list of records of SNS or SQS".into()),
        (json!({"alerts": []}), "its `alerts` is none of: a list with an alert".into()),
        (
            json!({"Type": "SubscriptionConfirmation", "Message": "…", "SubscribeURL": "…"}),
            "its `Type` is none of: `Notification` with a `Message`".into(),
        ),
        (
            json!({"detail-type": "Scheduled Event", "detail": {}}),
            "its `detail-type` \"Scheduled Event\" is none of \"CloudWatch Alarm State Change\", \
             \"CloudWatch Alarm Contributor State Change\", \"CloudWatch Alarm Configuration Change\""
                .into(),
        ),
        (json!({"AlarmName": "a"}), format!("its state {state}: it has none")),
        (json!({"AlarmName": "a", "NewStateValue": "BAD\n"}), format!("its state \"BAD\" {state}")),
        (json!({"alarmArn": ARN, "alarmData": 7}), format!("its state {state}: it has none")),
        (json!({"NewStateValue": "OK"}), "it has none of: a name, an ARN".into()),
        (json!({"NewStateValue": "OK", "AlarmArn": "x:alarm:"}), "it has none of: a name, an ARN".into()),
        (json!({"alerts": [{"status": "firing"}]}), "it has none of: labels, a fingerprint".into()),
        (alert("pending"), "its status \"pending\" is none of firing, resolved".into()),
        (alert(""), "its status \"\" is none of firing, resolved".into()),
    ] {
        assert_eq!(reason(&value), expected, "{value}");
    }
}

#[test]
fn time_is_read_in_every_form_that_was_seen() {
    let at = |text: Value| {
        let detail = json!({"alarmName": "a", "state": {"value": "OK", "timestamp": text}});
        one(&json!({"alarmData": detail})).at.to_string()
    };
    for (text, time) in [
        ("2024-02-17T11:53:08.431+0000", "2024-02-17T11:53:08.431Z"),
        ("2024-02-17T11:53:08.431+00:00", "2024-02-17T11:53:08.431Z"),
        ("2024-02-17T11:53:08.431Z", "2024-02-17T11:53:08.431Z"),
        ("2024-02-17T11:53:08Z", "2024-02-17T11:53:08Z"),
        ("2024-02-17T11:53:08+0000", "2024-02-17T11:53:08Z"),
        ("2024-02-17T13:53:08.431574+02:00", "2024-02-17T11:53:08.431574Z"),
        ("2024-02-17T13:53:08.431574876+0200", "2024-02-17T11:53:08.431574876Z"),
        ("0001-01-01T00:00:00Z", "2026-11-20T18:00:00Z"),
        ("9999-12-30T00:00:00Z", "2026-11-20T18:00:00Z"),
        ("yesterday", "2026-11-20T18:00:00Z"),
        ("", "2026-11-20T18:00:00Z"),
    ] {
        assert_eq!(at(json!(text)), time, "{text}");
    }
    assert_eq!(at(json!({})), "2026-11-20T18:00:00Z");
    let around = |field: &str, data: &str| {
        let state = json!({"state": {"value": "OK"}, "alarmName": "a"});
        let kind = if field == "detail" { "CloudWatch Alarm State Change" } else { data };
        one(&json!({field: state, "detail-type": kind, "time": "2026-11-20T12:00:00Z"})).at
    };
    assert_eq!(around("detail", "").to_string(), "2026-11-20T12:00:00Z");
}

#[test]
fn what_is_not_needed_may_be_anything() {
    for odd in [json!(null), json!(7), json!([[]]), json!({"a": {}}), json!("")] {
        let data = json!({
            "alarmName": "orders-queue-age", "configuration": odd, "previousState": odd, "muteDetail": [],
            "state": {"value": "Alarm", "reason": null, "reasonData": odd, "timestamp": []},
            "alarmContributor": null, "alarmTags": odd,
        });
        let direct = json!({"source": odd, "alarmArn": ARN, "accountId": odd, "time": [], "alarmData": data});
        let event = json!({
            "version": odd, "detail-type": "CloudWatch Alarm State Change", "resources": [ARN], "time": null,
            "account": odd, "region": odd, "detail": data,
        });
        let message = json!({
            "AlarmName": "orders-queue-age", "AlarmArn": ARN, "NewStateValue": "alarm", "AWSAccountId": 7,
            "NewStateReason": [], "AlarmDescription": null, "StateChangeTime": {}, "Trigger": odd,
            "OKActions": odd, "TriggeringChildren": odd, "AlarmContributorAttributes": [],
        });
        for shape in [direct, event, message] {
            let change = one(&shape);
            assert_eq!((change.key.as_str(), change.state), (ARN, State::Alarm));
            assert_eq!((change.at, change.reason.as_str(), change.quiet), (now(), "", None));
        }
    }
    let alert = json!({"status": "FIRING", "labels": {"alertname": null, "n": 7, "x": []}, "annotations": "x"});
    let change = one(&json!({"alerts": [alert], "version": 4, "commonLabels": 7}));
    assert_eq!(
        (change.key.as_str(), change.name.as_str(), change.reason.as_str()),
        ("n=7", "n=7", "n=7")
    );
}

#[test]
fn change_by_sns_may_be_of_one_series_or_quiet() {
    let mut message = message("table-throttles");
    message["AlarmContributorId"] = json!("6d442278dba546f6");
    message["AlarmContributorAttributes"] = json!({"TableName": "carts", "Operation": "Query"});
    message["ActionsSuppressedBy"] = json!("ExtensionPeriod");
    let change = one(&message);
    assert_eq!(change.key, "123456789012/table-throttles#6d442278dba546f6");
    assert_eq!(change.reason, "Operation=Query, TableName=carts");
    assert_eq!(change.quiet.as_deref(), Some("Actions suppressed by ExtensionPeriod"));
    message["AlarmContributorId"] = json!(null);
    assert_eq!(one(&message).key, "123456789012/table-throttles#Operation=Query, TableName=carts");
    message["ActionsSuppressedReason"] = json!("checkout-deploys is in ALARM");
    assert_eq!(one(&message).quiet.as_deref(), Some("checkout-deploys is in ALARM"));
}

#[test]
fn grafana_raises_alerts_in_the_name_of_a_rule() {
    let alert = |alertname: &str, status: &str| {
        one(&json!({
            "receiver": "ringdown", "status": status, "orgId": 1, "title": "…", "state": "alerting",
            "alerts": [{
                "status": status, "fingerprint": "c6eadffa33fcdf37", "startsAt": "2026-11-20T13:00:00.5+01:00",
                "labels": {"alertname": alertname, "rulename": "orders-queue-age", "datasource_uid": "P1"},
                "annotations": {}, "values": {"B": 44.2}, "valueString": "[ var='B' ]", "silenceURL": "…",
            }],
        }))
    };
    let fields_read = |change: Change| (change.name, change.state, change.at.to_string());
    let start = || "2026-11-20T12:00:00.5Z".to_owned();
    let rule = || "orders-queue-age".to_owned();
    assert_eq!(fields_read(alert("DatasourceNoData", "firing")), (rule(), State::NoData, start()));
    assert_eq!(fields_read(alert("DatasourceError", "firing")), (rule(), State::Alarm, start()));
    assert_eq!(fields_read(alert("disk", "firing")), ("disk".to_owned(), State::Alarm, start()));
    assert_eq!(
        fields_read(alert("disk", "resolved")),
        ("disk".to_owned(), State::Ok, now().to_string())
    );
    let reason = alert("disk", "firing").reason;
    assert_eq!(reason, "alertname=disk, datasource_uid=P1, rulename=orders-queue-age");
}

#[test]
fn alerts_that_the_sender_cut_off_are_told() {
    let alert = json!({"status": "firing", "fingerprint": "1a30ba71cca2921f"});
    let read = read(&json!({"alerts": [alert], "truncatedAlerts": 3}));
    assert_eq!(read[0].as_ref().unwrap().name, "1a30ba71cca2921f");
    let cut = read[1].as_ref().unwrap_err();
    assert_eq!(cut.reason, "3 more alerts were cut off by the sender's `max_alerts`");
}

#[test]
fn texts_are_one_line_and_not_too_long() {
    let mut long = message(&"ü".repeat(300));
    long["NewStateReason"] = json!("\u{1}\ta\r\nb\u{7f}");
    long["AlarmDescription"] = json!("ж".repeat(2_001));
    let change = one(&long);
    assert_eq!(change.name, format!("{}…", "ü".repeat(255)));
    assert_eq!(change.reason, "a  b");
    assert_eq!(change.description, format!("{}…", "ж".repeat(1_999)));
    assert_eq!(change.key.len(), 512);
    assert_eq!(one(&message(&"n".repeat(256))).name, "n".repeat(256));
    let other = one(&message(&format!("{}!", "ü".repeat(300))));
    assert_eq!(other.name, change.name);
    assert_ne!(other.key, change.key, "two long names are two alarms");
}

#[test]
fn hostile_bodies_are_malformed_not_fatal() {
    let nested = format!(r#"{{"alarmData":{}1{}}}"#, "[".repeat(9_999), "]".repeat(9_999));
    let deep = "[".repeat(100_000);
    let long = format!("\"{}\"", "ж".repeat(100_000));
    let bodies =
        [&nested, &deep, &long, "", "null", "7", "\"\"", "{", "\u{feff}{}", r#"{"Type":1}"#];
    for body in bodies {
        let [Err(malformed)] = &parse(body.as_bytes(), now())[..] else { panic!("{body:.9}") };
        assert!(malformed.body.len() < MAX_UNREADABLE_BYTES + 100);
        let body = body.trim_start_matches('\u{feff}');
        assert!(body.starts_with(malformed.body.split(" … (cut").next().unwrap()));
    }
    let [Err(malformed)] = &parse(b"{\xff}", now())[..] else { panic!() };
    assert_eq!(
        (malformed.reason.as_str(), malformed.body.as_str()),
        ("it is not UTF-8", "not UTF-8: {\u{fffd}}")
    );
    let mut damaged = message("a").to_string().into_bytes();
    let at = damaged.len() - 3;
    damaged[at] = 0xff;
    let [Err(malformed)] = &parse(&damaged, now())[..] else { panic!() };
    assert_eq!(parse_replayed(malformed.body.as_bytes(), now()), [Err(malformed.clone())]);

    let mut wrapped = message("a");
    for depth in 0..8 {
        assert_eq!(read(&wrapped)[0].is_ok(), depth <= DEEPEST, "{depth}");
        wrapped = json!({"Type": "Notification", "Message": wrapped.to_string()});
    }
    let many = format!("[{}0]", "0,".repeat(20_000));
    assert_eq!(parse(many.as_bytes(), now()).len(), MAX_CHANGES + 1);
}

proptest! {
    #[test]
    fn no_bytes_can_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        parse(&body, now());
    }

    #[test]
    fn no_json_can_make_it_panic(text in r#"[\[\]{}":, a-z0-9\\]{0,80}"#) {
        parse(text.as_bytes(), now());
        parse(format!("[{text}]").as_bytes(), now());
    }

    /// A file of `events/outage-intake/` with some of its bytes replaced.
    #[test]
    fn no_damage_can_make_it_panic(
        file in prop::sample::select(events::files()),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), r#"[ -~ü\n]"#), 1..6),
    ) {
        let mut text = events::text(file);
        for (place, with) in damage {
            let at = text.floor_char_boundary(place.index(text.len()));
            text.replace_range(at..at + text[at..].chars().next().map_or(0, char::len_utf8), &with);
        }
        for change in parse(text.as_bytes(), now()).into_iter().flatten() {
            prop_assert!(!change.key.is_empty() && !change.name.is_empty());
        }
    }
}
