//! Nothing that comes from outside leaves its line or its length, whatever shape it comes in.

use super::*;

/// Texts with what breaks a line, turns it, or makes it long.
fn hostile() -> impl Strategy<Value = String> {
    let signs = prop_oneof![
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\u{2028}".to_owned()),
        Just("\u{202e}".to_owned()),
        Just("\u{0}\u{1b}[31m".to_owned()),
        Just("ж".repeat(3_000)),
        ".{0,12}",
    ];
    proptest::collection::vec(signs, 0..5).prop_map(|parts| parts.concat())
}

/// A text in every place of every shape that takes one.
fn shapes(text: &str) -> Vec<Value> {
    let data = json!({
        "alarmName": text, "state": {"value": "ALARM", "reason": text, "actionsSuppressedReason": text, "actionsSuppressedBy": text},
        "configuration": {"description": text, "actionsEnabled": true},
        "alarmContributor": {"id": text, "attributes": {text: text}}, "muteDetail": {"mutedByArn": text},
    });
    let event = |kind: &str| json!({"detail-type": kind, "account": text, "region": text, "resources": [text], "detail": data});
    let message = json!({
        "AlarmName": text, "AWSAccountId": text, "Region": text, "NewStateValue": "ALARM", "NewStateReason": text,
        "AlarmDescription": text, "AlarmContributorId": text, "AlarmContributorAttributes": {text: text},
    });
    let alert = json!({
        "status": "firing", "fingerprint": text, "labels": {"alertname": text, text: text},
        "annotations": {"summary": text, "description": text, "runbook_url": text},
    });
    let nameless = json!({"status": "resolved", "labels": {text: text}});
    let own = json!({
        "key": text, "former_key": text, "name": text, "state": "alarm", "at": "2026-11-20T18:00:00Z", "reason": text,
        "description": text, "quiet": text,
    });
    vec![
        json!({"alarmArn": text, "accountId": text, "region": text, "alarmData": data}),
        json!({"accountId": text, "region": text, "alarmData": data}),
        event("CloudWatch Alarm State Change"),
        event("CloudWatch Alarm Contributor State Change"),
        event("CloudWatch Alarm Configuration Change"),
        message.clone(),
        json!({"Records": [{"Sns": {"Message": message.to_string()}}]}),
        json!({"receiver": text, "groupKey": text, "truncatedAlerts": 1, "alerts": [alert, nameless]}),
        own,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_shape_is_one_line_within_limits(text in hostile()) {
        for shape in shapes(&text) {
            let body = shape.to_string();
            for read in [parse(body.as_bytes(), now()), parse_replayed(body.as_bytes(), now())] {
                for change in read.into_iter().flatten() {
                    let keys = [Some(&change.key), change.former_key.as_ref()];
                    prop_assert!(keys.into_iter().flatten().all(|key| (1..=512).contains(&key.len())));
                    prop_assert!((1..=256).contains(&change.name.chars().count()));
                    let quiet = change.quiet.clone().unwrap_or_default();
                    for text in [&change.reason, &change.description, &quiet] {
                        prop_assert!(text.chars().count() <= 2_000);
                    }
                    for text in [&change.key, &change.name, &change.reason, &change.description, &quiet] {
                        prop_assert!(!text.chars().any(super::super::fields::is_unseen), "{text:?}");
                        prop_assert_eq!(text.trim(), text.as_str());
                    }
                }
            }
        }
    }
}

#[test]
fn time_beyond_all_calendars_is_the_time_of_reading() {
    let own = json!({"key": "k", "name": "n", "state": "alarm", "at": "9999-12-30T00:00:00Z", "reason": "",
        "description": "", "quiet": null});
    let [Ok(change)] = &parse_replayed(own.to_string().as_bytes(), now())[..] else { panic!() };
    assert_eq!((change.at, change.undated), (now(), true));
}

#[test]
fn key_without_an_arn_has_account_and_region() {
    let key = |value: &Value| {
        let change = one(value);
        (change.key, change.former_key)
    };
    let mut message = message("cpu");
    assert_eq!(key(&message), ("123456789012/cpu".to_owned(), None));
    message["Region"] = json!("Europe (Stockholm)");
    let both = ("123456789012/eu-north-1/cpu".to_owned(), Some("123456789012/cpu".to_owned()));
    assert_eq!(key(&message), both);
    let data = json!({"alarmName": "cpu", "state": {"value": "OK"}});
    let direct = json!({"accountId": "123456789012", "region": "eu-north-1", "alarmData": data});
    let event = json!({"detail-type": "CloudWatch Alarm State Change", "account": "123456789012", "region": "eu-north-1",
        "detail": data});
    assert_eq!((key(&direct), key(&event)), (both.clone(), both));
    message["AlarmContributorId"] = json!("6d44");
    let series =
        ("123456789012/eu-north-1/cpu#6d44".to_owned(), Some("123456789012/cpu#6d44".to_owned()));
    assert_eq!(key(&message), series);
    message["AlarmArn"] = json!(ARN);
    assert_eq!(key(&message), (format!("{ARN}#6d44"), None));
}
