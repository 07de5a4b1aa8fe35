//! What is counted, in words.

use serde::Serialize;
use shared::storage::{COUNTERS, Store};
use shared::{Error, Timestamp};

use super::SHOWN;

/// What is counted, in words. Counters that are not named here are shown by their names alone.
const HELP: [(&str, &str); 26] = [
    (r#"ringdown_alarms_total{became="incident"}"#, "Alarms that belong to an incident"),
    (r#"ringdown_alarms_total{became="nothing"}"#, "Alarms that changed nothing"),
    (
        r#"ringdown_alarms_total{became="silenced"}"#,
        "Alarms that went off while they were silenced, and wait",
    ),
    (r#"ringdown_alarms_total{became="quiet"}"#, "Alarms that were suppressed or muted"),
    (r#"ringdown_alarms_total{became="ignored"}"#, "Alarms that the configuration ignores"),
    (
        r#"ringdown_alarms_total{became="disabled"}"#,
        "Alarms whose actions are disabled in CloudWatch",
    ),
    (r#"ringdown_alarms_total{became="dead-letter"}"#, "Alarms that were kept as dead letters"),
    (
        r#"ringdown_audit_mended_total{what="late-wake-up"}"#,
        "Wake-ups that did not come, repaired by the audit",
    ),
    (
        r#"ringdown_audit_mended_total{what="undone-effect"}"#,
        "Things left undone, repaired by the audit",
    ),
    (
        r#"ringdown_audit_mended_total{what="unreported-call"}"#,
        "Calls whose end was never reported, looked up by the audit",
    ),
    (
        r#"ringdown_audit_mended_total{what="standing-round"}"#,
        "Rounds that stood still, repaired by the audit",
    ),
    ("ringdown_config_rejected_total", "Configurations that failed their check"),
    (r#"ringdown_dead_letters_total{job="forward"}"#, "Lines kept as dead letters"),
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

/// A counter as it is shown.
#[derive(Serialize)]
pub(super) struct Counter {
    name: String,
    help: &'static str,
    value: String,
}

/// All counters, by name.
pub(super) async fn counters(store: &dyn Store, now: Timestamp) -> Result<Vec<Counter>, Error> {
    let records = store.page(COUNTERS, None, SHOWN, now).await?;
    let help =
        |name: &str| HELP.iter().find(|(have, _)| *have == name).map_or("", |(_, help)| help);
    let counter = |name: String, value| Counter { help: help(&name), name, value };
    Ok(records.into_iter().map(|record| counter(record.key.sk, record.body)).collect())
}
