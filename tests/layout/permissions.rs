//! The roles in `template.yaml`: each function may do what it is there for, and no more.

use super::deployment::resource;
use super::{names, read};

/// The resources of `template.yaml`: the name, and its lines without their comments.
fn resources() -> Vec<(String, Vec<String>)> {
    let mut resources: Vec<(String, Vec<String>)> = Vec::new();
    for line in read("template.yaml").lines() {
        let name = line.strip_prefix("  ").filter(|name| !name.starts_with([' ', '#']));
        match (name.and_then(|name| name.strip_suffix(':')), resources.last_mut()) {
            (Some(name), _) => resources.push((name.to_owned(), Vec::new())),
            (None, Some((_, lines))) if !line.trim().starts_with('#') => {
                lines.push(line.to_owned())
            }
            _ => {}
        }
    }
    resources
}

/// The statements of a role: its lines from one `Sid` to the next.
fn statements(role: &[String]) -> Vec<String> {
    let mut statements: Vec<String> = Vec::new();
    for line in role {
        match (line.trim().starts_with("- Sid: "), statements.last_mut()) {
            (true, _) => statements.push(line.trim().to_owned()),
            (false, Some(statement)) if line.starts_with("                ") => {
                *statement = format!("{statement}\n{}", line.trim());
            }
            _ => {}
        }
    }
    statements
}

#[test]
fn every_reader_of_the_configuration_keeps_the_last_good_one_and_gains_nothing_else() {
    const KEEPS: &str = "- Sid: KeepTheLastGoodConfiguration\nEffect: Allow\n\
                         Action: [dynamodb:GetItem, dynamodb:BatchGetItem, dynamodb:UpdateItem]\n\
                         Resource: !GetAtt Table.Arn\nCondition:\nForAllValues:StringLike:\n\
                         dynamodb:LeadingKeys: [config]";
    let resources = resources();
    let mut readers = 0;
    for (name, lines) in resources.iter().filter(|(name, _)| name.ends_with("Role")) {
        let statements = statements(lines);
        let reads = lines.iter().any(|line| line.contains("parameter${ParameterPath}/config"));
        let keeps: Vec<&String> =
            statements.iter().filter(|statement| statement.contains("[config]")).collect();
        assert_eq!(keeps, if reads { vec![KEEPS] } else { vec![] }, "{name}");
        for statement in statements.iter().filter(|statement| *statement != KEEPS) {
            let keys = statement.split("LeadingKeys:").nth(1).unwrap_or_default();
            let keys = keys.split(|c: char| !(c.is_alphanumeric() || c == '-'));
            assert!(!keys.clone().any(|key| key == "config"), "{name}: {statement}");
            // Whoever may use the table at all may use some partitions of it.
            assert_eq!(
                statement.contains("dynamodb:"),
                statement.contains("LeadingKeys"),
                "{name}"
            );
        }
        // Of the rest of the table the webhook sees Flows and their Executions, and no incident.
        if name == "EventStreamWebhookRole" {
            let allowed = [
                "execution#*",
                "active#*",
                "studio#*",
                "flow-counts#*",
                "flow#*",
                "flows",
                "pauses#*",
            ];
            let keys = statements.iter().filter_map(|one| one.split_once("LeadingKeys: ["));
            let keys = keys.flat_map(|(_, keys)| keys.trim_end().trim_end_matches(']').split(", "));
            for key in keys.map(|key| key.trim_matches('"')).filter(|key| *key != "config") {
                assert!(allowed.contains(&key), "{name}: {key}");
            }
        }
        let function = name.trim_end_matches("Role");
        let (_, function) = resources.iter().find(|(name, _)| name == function).unwrap();
        let has_table = function.iter().any(|line| line.trim() == "TABLE_NAME: !Ref Table");
        assert!(has_table || !reads, "{name}: its function does not know the table");
        readers += usize::from(reads);
    }
    assert_eq!(readers, names("functions").len());
}

#[test]
fn dashboard_may_queue_an_end_and_not_write_an_incident() {
    let role = resource("DashboardRole");
    let queues = "[!GetAtt SlackQueue.Arn, !GetAtt WakeUpsQueue.Arn, !GetAtt CallbacksQueue.Arn]";
    assert!(role.contains(queues), "{role}");
    for action in ["PutItem", "DeleteItem", "BatchWriteItem", "dynamodb:*", "PartiQL", "sqs:*"] {
        assert!(!role.contains(action), "{action}");
    }
    let writes: Vec<&str> =
        role.split("- Sid: ").filter(|one| one.contains("UpdateItem")).collect();
    // The last good configuration, and this.
    let writes: Vec<&str> = writes.into_iter().filter(|one| !one.contains("[config]")).collect();
    assert_eq!(writes.len(), 1, "{role}");
    let keys = writes[0].lines().find(|line| line.contains("LeadingKeys")).unwrap();
    let expected = "dynamodb:LeadingKeys: [dead-letters, dead-letter-bodies, overrides, \"log-in#*\", \"sign-in#*\", \
                    sessions, \"flow#*\", counters]";
    assert_eq!(keys.trim(), expected);
}
