//! Promises of `template.yaml`: of the alarms that watch Ringdown itself, those that strangers can cause ring no phones; and
//! a function may use the queues that it knows, and no others.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};

use shared::domain::alarm::own::{CAUSED_BY_STRANGERS, resource};

/// The resources of the template: the lines of each, by name.
fn resources() -> BTreeMap<String, String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/template.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, resources) = text.split_once("\nResources:\n").unwrap();
    let (resources, _) = resources.split_once("\nOutputs:\n").unwrap();
    let (mut found, mut name) = (BTreeMap::<String, String>::new(), String::new());
    for line in resources.lines() {
        let is_name = line.starts_with("  ") && !line.starts_with("   ") && line.ends_with(':');
        if is_name && !line.trim_start().starts_with('#') {
            name = line.trim().trim_end_matches(':').to_owned();
        }
        let lines = found.entry(name.clone()).or_default();
        lines.push_str(line);
        lines.push('\n');
    }
    found
}

fn of_type<'a>(
    resources: &'a BTreeMap<String, String>,
    kind: &str,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let kind = format!("\n    Type: {kind}\n");
    let its = resources.iter().filter(move |(_, lines)| lines.contains(&kind));
    its.map(|(name, lines)| (name.as_str(), lines.as_str()))
}

/// The value of a key of an alarm or a filter.
fn value<'a>(lines: &'a str, key: &str) -> &'a str {
    let key = format!("{key}: ");
    lines
        .lines()
        .find_map(|line| line.trim_start_matches([' ', '-']).strip_prefix(&key))
        .unwrap_or_default()
}

/// The alarms that a client without any credential can set off: the API's own, errors of the functions that it may ask,
/// and what counts refused requests.
fn caused_by_strangers(resources: &BTreeMap<String, String>) -> BTreeSet<&str> {
    let asked: BTreeSet<&str> = of_type(resources, "AWS::Serverless::Function")
        .filter(|(_, lines)| lines.contains("Type: HttpApi"))
        .map(|(name, _)| name)
        .collect();
    assert!(asked.len() >= 4, "{asked:?}");
    let refusals: BTreeSet<&str> = of_type(resources, "AWS::Logs::MetricFilter")
        .filter(|(_, lines)| {
            let pattern = value(lines, "FilterPattern");
            pattern.contains("refused") || pattern.contains("$.status")
        })
        .map(|(_, lines)| value(lines, "MetricName"))
        .collect();
    assert!(!refusals.is_empty());
    let is_one = |lines: &str| match value(lines, "Namespace") {
        "AWS/ApiGateway" => true,
        "AWS/Lambda" => asked.iter().any(|name| lines.contains(&format!("!Ref {name} }}"))),
        _ => refusals.contains(value(lines, "MetricName")),
    };
    of_type(resources, "AWS::CloudWatch::Alarm")
        .filter(|(_, lines)| is_one(lines))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn alarm_that_strangers_can_cause_never_goes_to_the_topic_that_rings_phones() {
    let resources = resources();
    let strangers = caused_by_strangers(&resources);
    assert_eq!(strangers, CAUSED_BY_STRANGERS.into_iter().collect());
    let either = |operations: &str, former: &str| {
        format!(
            "!If [{operations}, [!Ref OperationsTopicArn], !If [{former}, [!Ref AlarmTopicArn], !Ref AWS::NoValue]]"
        )
    };
    let any = either("HasOperationsTopic", "HasAlarmTopic");
    let foreign = either("HasOtherOperationsTopic", "HasOtherAlarmTopic");
    for (name, lines) in of_type(&resources, "AWS::CloudWatch::Alarm") {
        for actions in ["AlarmActions", "OKActions"] {
            let topic = match strangers.contains(name) {
                true => foreign.as_str(),
                false => any.as_str(),
            };
            assert_eq!(value(lines, actions), topic, "{actions} of {name}");
        }
        assert!(!lines.contains("InsufficientDataActions"), "{name}");
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/template.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    let own = "!Sub \"arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}-alarms\"";
    for parameter in ["OperationsTopicArn", "AlarmTopicArn"] {
        assert!(
            text.contains(&format!("- !Not [!Equals [!Ref {parameter}, {own}]]\n")),
            "{parameter}"
        );
    }
    assert!(resources["AlarmsTopic"].contains("TopicName: !Sub ${AWS::StackName}-alarms\n"));
}

#[test]
fn alarms_of_the_template_are_known_by_their_names() {
    let resources = resources();
    for (name, lines) in of_type(&resources, "AWS::CloudWatch::Alarm") {
        assert!(!lines.contains("AlarmName:"), "CloudFormation names {name}");
        let named = format!("my-stack-{name}-1ABCDEF2GHIJK");
        assert_eq!(resource(&named, "my-stack-"), Some(name));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/template.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    let (globals, _) = text.split_once("\nResources:\n").unwrap();
    assert!(globals.contains("        OWN_ALARMS_PREFIX: !Sub \"${AWS::StackName}-\"\n"));
}

/// The names in a text that stand between these.
fn names_between<'a>(text: &'a str, before: &'a str, after: &str) -> BTreeSet<&'a str> {
    text.split(before).skip(1).filter_map(|rest| Some(rest.split_once(after)?.0)).collect()
}

#[test]
fn function_may_use_the_queues_that_it_knows_and_no_others() {
    let resources = resources();
    for (function, lines) in of_type(&resources, "AWS::Serverless::Function") {
        let known = names_between(lines, "_QUEUE_URL: !Ref ", "\n");
        let role = &resources[&format!("{function}Role")];
        let is_about_queues = |statement: &&str| statement.contains("sqs:");
        let mut allowed: BTreeSet<&str> = role
            .split("- Sid: ")
            .filter(is_about_queues)
            .flat_map(|statement| names_between(statement, "!GetAtt ", ".Arn"))
            .collect();
        // Lambda itself sends what failed.
        if lines.contains("OnFailure:") {
            assert!(allowed.remove("FailedInvocationsQueue"), "{function}");
        }
        assert_eq!(known, allowed, "{function}");
    }
}

#[test]
fn no_access_log_has_the_paths_of_links() {
    let resources = resources();
    for lines in resources.values() {
        let settings: String =
            lines.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
        for path in ["$context.path", "$context.requestPath", "$context.protocol"] {
            assert!(!settings.contains(path), "the paths of links in texts hold their tokens");
        }
    }
}

#[test]
fn callbacks_wait_longer_than_a_function_that_counts_them_may_take() {
    let resources = resources();
    let number = |name: &str, key: &str| value(&resources[name], key).parse::<u32>().unwrap();
    let window = number("StatusCallback", "MaximumBatchingWindowInSeconds");
    let wanted = 6 * number("StatusCallback", "Timeout") + window;
    assert!(number("CallbacksQueue", "VisibilityTimeout") >= wanted);
}
