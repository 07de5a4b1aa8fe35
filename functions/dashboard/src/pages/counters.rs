//! What is counted, in words.

use std::collections::BTreeMap;

use serde::Serialize;
use shared::storage::{Store, counters::totals};
use shared::{Error, Timestamp};

/// What is counted, in words. Counters that are not named here are shown by their names alone.
const HELP: [(&str, &str); 26] = [
    (r#"ringdown_alarms_total{outcome="incident"}"#, "Alarms that belong to an incident"),
    (r#"ringdown_alarms_total{outcome="nothing"}"#, "Alarms that changed nothing"),
    (
        r#"ringdown_alarms_total{outcome="silenced"}"#,
        "Alarms that went off while they were silenced, and wait",
    ),
    (r#"ringdown_alarms_total{outcome="quiet"}"#, "Alarms that were suppressed or muted"),
    (r#"ringdown_alarms_total{outcome="ignored"}"#, "Alarms that the configuration ignores"),
    (
        r#"ringdown_alarms_total{outcome="disabled"}"#,
        "Alarms whose actions are disabled in CloudWatch",
    ),
    (r#"ringdown_alarms_total{outcome="dead-letter"}"#, "Alarms that were kept as dead letters"),
    (
        r#"ringdown_reconciler_repaired_total{what="late-wake-up"}"#,
        "Wake-ups that did not come, repaired by the reconciler",
    ),
    (
        r#"ringdown_reconciler_repaired_total{what="undone-effect"}"#,
        "Things left undone, repaired by the reconciler",
    ),
    (
        r#"ringdown_reconciler_repaired_total{what="unreported-call"}"#,
        "Calls whose end was never reported, looked up by the reconciler",
    ),
    (
        r#"ringdown_reconciler_repaired_total{what="summary-round"}"#,
        "Rounds that stood still, repaired by the reconciler",
    ),
    ("ringdown_config_rejected_total", "Configurations that failed their check"),
    (r#"ringdown_dead_letters_kept_total{job="forward"}"#, "Lines kept as dead letters"),
    ("ringdown_slack_lines_total", "Lines delivered to Slack"),
    (r#"ringdown_slack_posts_total{result="ok"}"#, "Posts that Slack took"),
    (r#"ringdown_slack_posts_total{result="later"}"#, "Posts that Slack wanted later"),
    (r#"ringdown_slack_posts_total{result="unknown"}"#, "Posts without a clear answer"),
    (r#"ringdown_slack_posts_total{result="bad_content"}"#, "Posts that Slack will never take"),
    (
        r#"ringdown_slack_posts_total{result="bad_channel"}"#,
        "Posts to a channel whose set-up is wrong",
    ),
    (r#"ringdown_slack_edits_total{result="ok"}"#, "Edits of incidents' messages that Slack took"),
    (r#"ringdown_slack_edits_total{result="failed"}"#, "Edits that Slack did not take"),
    (r#"ringdown_slack_replies_total{result="ok"}"#, "Answers to clicks that Slack took"),
    (r#"ringdown_slack_replies_total{result="later"}"#, "Answers to clicks that are tried again"),
    (r#"ringdown_slack_replies_total{result="dropped"}"#, "Answers to clicks that came too late"),
    ("ringdown_slack_lines_duplicate_total", "Lines left out because they were delivered before"),
    ("ringdown_route_failures_total", "Lines whose route failed on their event"),
];

/// The parts of counters' names that a former version wrote, and what stands for them now.
const FORMER: [(&str, &str); 2] = [
    ("ringdown_alarms_total{became=", "ringdown_alarms_total{outcome="),
    ("ringdown_audit_mended_total{", "ringdown_reconciler_repaired_total{"),
];

/// A counter as it is shown.
#[derive(Serialize)]
pub(super) struct Counter {
    name: String,
    help: &'static str,
    value: String,
}

/// All counters, by name.
pub(super) async fn counters(store: &dyn Store, now: Timestamp) -> Result<Vec<Counter>, Error> {
    let counted = totals(store, now).await?;
    let help =
        |name: &str| HELP.iter().find(|(have, _)| *have == name).map_or("", |(_, help)| help);
    let counter = |(name, value): (String, u64)| Counter {
        help: help(&name),
        name,
        value: value.to_string(),
    };
    Ok(by_current_name(counted).into_iter().map(counter).collect())
}

/// Returns counters under the names of this version, by name: what was counted under a former one is added.
fn by_current_name(counted: BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let mut counters = BTreeMap::<String, u64>::new();
    for (name, value) in counted {
        let name =
            FORMER.iter().fold(name, |name, (former, current)| name.replace(former, current));
        let counter = counters.entry(name).or_default();
        *counter = counter.saturating_add(value);
    }
    counters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counter_of_a_former_name_counts_under_its_new_one() {
        let counted = [
            (r#"ringdown_alarms_total{became="incident"}"#, 3),
            (r#"ringdown_alarms_total{outcome="incident"}"#, 4),
            (r#"ringdown_audit_mended_total{what="late-wake-up"}"#, 2),
            ("ringdown_slack_lines_total", 5),
        ];
        let counters =
            by_current_name(counted.map(|(name, count)| (name.to_owned(), count)).into());
        let expected = [
            (r#"ringdown_alarms_total{outcome="incident"}"#.to_owned(), 7),
            (r#"ringdown_reconciler_repaired_total{what="late-wake-up"}"#.to_owned(), 2),
            ("ringdown_slack_lines_total".to_owned(), 5),
        ];
        assert_eq!(counters, BTreeMap::from(expected));
    }
}
