//! Which alarms EventBridge brings, and which records each function may touch for them: what `template.yaml` says.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;

use serde_json::{Value, json};

fn template() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/template.yaml")).unwrap()
}

/// The rule's pattern, with the stack's name in it. It is written in lines of `key: [flow, …]`, which this reads.
fn pattern() -> Value {
    let template = template();
    let rule = template.split("AlarmStateChanges:").nth(1).unwrap();
    let lines = rule.split("Pattern:\n").nth(1).unwrap().lines();
    let lines = lines.take_while(|line| line.starts_with("              "));
    let mut pattern = json!({});
    for line in lines.filter(|line| !line.trim_start().starts_with('#')) {
        let (key, value) = line.trim().split_once(':').unwrap();
        let place = if line.starts_with("                ") {
            &mut pattern["detail"]
        } else {
            &mut pattern
        };
        if !value.trim().is_empty() {
            place[key] = flow(value.trim());
        }
    }
    pattern
}

/// One value in YAML's flow style, as far as the pattern uses it.
fn flow(text: &str) -> Value {
    let text = text.replace("!Sub \"${AWS::StackName}-\"", "\"ringdown-\"");
    let mut quoted = String::new();
    for word in text.split_inclusive(['[', ']', '{', '}', ',', ':']) {
        let (word, sign) = match word.char_indices().next_back() {
            Some((at, sign)) if "[]{},:".contains(sign) => word.split_at(at),
            _ => (word, ""),
        };
        let trimmed = word.trim();
        let is_plain =
            trimmed.is_empty() || trimmed.starts_with('"') || ["true", "false"].contains(&trimmed);
        quoted += &if is_plain { trimmed.to_owned() } else { format!("{trimmed:?}") };
        quoted += sign;
    }
    serde_json::from_str(&quoted).unwrap_or_else(|error| panic!("{error}: {quoted}"))
}

/// Whether EventBridge brings an event for a pattern (user guide, "Comparison operators for use in event patterns").
fn matches(pattern: &Value, event: &Value) -> bool {
    pattern.as_object().unwrap().iter().all(|(key, wanted)| match wanted {
        Value::Array(any) => any.iter().any(|one| is_one(one, event.get(key))),
        wanted => matches(wanted, event.get(key).unwrap_or(&json!({}))),
    })
}

fn is_one(wanted: &Value, value: Option<&Value>) -> bool {
    if let Some(exists) = wanted.get("exists") {
        return value.is_some() == exists.as_bool().unwrap();
    }
    let Some(value) = value else { return false };
    match wanted.get("anything-but") {
        Some(but) => {
            let prefixes = but["prefix"].as_array().unwrap();
            let text = value.as_str().unwrap();
            !prefixes.iter().any(|prefix| text.starts_with(prefix.as_str().unwrap()))
        }
        None => wanted == value,
    }
}

fn event(name: &str) -> Value {
    let path = format!("{}/events/outage-intake/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn rule_brings_changes_of_state_and_what_is_said_of_actions() {
    let pattern = pattern();
    for (file, expected) in [
        ("eventbridge-metric", true),
        ("eventbridge-muted", true),
        ("eventbridge-configuration-change", true),
        ("eventbridge-actions-disabled", true),
        ("eventbridge-actions-enabled", true),
        // SNS and direct actions bring those of a series.
        ("eventbridge-contributor", false),
    ] {
        assert_eq!(matches(&pattern, &event(file)), expected, "{file}: {pattern}");
    }
    for (operation, expected) in [("update", true), ("delete", true), ("create", false)] {
        let mut changed = event("eventbridge-configuration-change");
        changed["detail"]["operation"] = json!(operation);
        assert_eq!(matches(&pattern, &changed), expected, "{operation}");
    }
    let mut foreign = event("eventbridge-metric");
    foreign["source"] = json!("aws.guardduty");
    assert!(!matches(&pattern, &foreign));
}

#[test]
fn rule_leaves_out_target_tracking_and_our_own_alarms() {
    let pattern = pattern();
    for file in ["eventbridge-metric", "eventbridge-actions-disabled"] {
        for (name, expected) in [
            ("TargetTracking-table/orders-AlarmHigh-0c5e", false),
            ("TargetTracking-service/shop/api-AlarmLow-7a", false),
            ("ringdown-DeadLettersAlarm-1A2B", false),
            ("targettracking-of-ours", true),
            ("my-TargetTracking-alarm", true),
            ("ringdowns", true),
        ] {
            let mut event = event(file);
            event["detail"]["alarmName"] = json!(name);
            assert_eq!(matches(&pattern, &event), expected, "{file} {name}");
        }
    }
}

/// The partitions that a function's statement of this name may touch.
fn partitions(role: &str, statement: &str) -> Vec<String> {
    let template = template();
    let role = template.split(&format!("\n  {role}:\n")).nth(1).unwrap();
    let statement = role.split(&format!("Sid: {statement}\n")).nth(1).unwrap();
    let keys =
        statement.split("dynamodb:LeadingKeys: [").nth(1).unwrap().split(']').next().unwrap();
    keys.split(", ").map(|key| key.trim_matches('"').to_owned()).collect()
}

#[test]
fn notes_and_names_of_alarms_are_for_those_who_need_them() {
    for (role, statement, notes, names) in [
        ("OutageIntakeRole", "ReadIncidents", true, true),
        ("OutageIntakeRole", "WriteItsRecords", true, true),
        ("EscalationTimerRole", "ReadIncidents", true, false),
        ("EscalationTimerRole", "WriteItsRecords", true, false),
        ("DashboardRole", "ReadRecords", false, true),
        ("DashboardRole", "MarkLettersCountAttemptsTakeOverAndKeepFlows", false, false),
        ("EscalationCallbackRole", "ReadIncidents", false, false),
        ("EscalationCallbackRole", "WriteIncidents", false, false),
        ("SlackForwarderRole", "WriteItsRecords", false, false),
    ] {
        let keys = partitions(role, statement);
        let has = |key: &str| keys.iter().any(|have| have == key);
        assert_eq!(
            (has("alarm-notes"), has("recent-alarms")),
            (notes, names),
            "{role} {statement}: {keys:?}"
        );
    }
}

#[test]
fn execution_of_an_incident_is_written_by_those_who_hear_of_calls_and_read_by_the_page() {
    let key = "execution#*".to_owned();
    for (role, statement) in [
        ("OutageIntakeRole", "WriteItsRecords"),
        ("EscalationCallbackRole", "WriteIncidents"),
        ("EscalationTimerRole", "WriteItsRecords"),
        ("DashboardRole", "ReadExecutionsAndFlows"),
    ] {
        assert!(partitions(role, statement).contains(&key), "{role} {statement}");
    }
    for (role, statement) in [
        ("OutageIntakeRole", "ReadIncidents"),
        ("EscalationCallbackRole", "ReadIncidents"),
        ("EscalationTimerRole", "ReadIncidents"),
        ("SlackForwarderRole", "WriteItsRecords"),
    ] {
        assert!(!partitions(role, statement).contains(&key), "{role} {statement}");
    }
}
