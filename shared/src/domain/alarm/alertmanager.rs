//! Alertmanager's webhook (version 4 of its payload), and Grafana's, which adds fields to it.

use jiff::Timestamp;
use serde_json::Value;

use super::fields::{line, listed, pairs, text, time};
use super::{Change, State};

/// The alert that Grafana raises in the name of a rule whose query brings nothing. Its label `rulename` is the rule.
const NO_DATA: &str = "DatasourceNoData";
/// The same for a rule whose query fails. It stays an alarm: something is broken, though it is not known what.
const QUERY_FAILED: &str = "DatasourceError";

/// One alert of a group.
pub(super) fn alert(alert: &Value, group: &Value, now: Timestamp) -> Result<Change, String> {
    let labels = pairs(&alert["labels"]);
    let label = |name: &str| text(&alert["labels"], &format!("/{name}"));
    let alertname = label("alertname");
    let of_grafana = matches!(alertname.as_deref(), Some(NO_DATA | QUERY_FAILED));
    let rule = label("rulename").filter(|_| of_grafana);

    // A group is firing as long as one of its alerts is: its status stands in only where an alert has none.
    let status = text(alert, "/status").or_else(|| text(group, "/status")).unwrap_or_default();
    let (state, at) = match status.to_ascii_lowercase().as_str() {
        "firing" if alertname.as_deref() == Some(NO_DATA) => (State::NoData, "/startsAt"),
        "firing" => (State::Alarm, "/startsAt"),
        "resolved" => (State::Ok, "/endsAt"),
        _ => {
            return Err(format!("its status {:?} is none of firing, resolved", line(&status, 100)));
        }
    };

    let fingerprint = text(alert, "/fingerprint");
    let by_labels = Some(listed(&labels)).filter(|listed| !listed.is_empty());
    let name = rule.or(alertname).or_else(|| by_labels.clone()).or_else(|| fingerprint.clone());
    let id = fingerprint.or_else(|| by_labels.clone());
    let (Some(name), Some(id)) = (name, id) else {
        return Err("it has none of: labels, a fingerprint".to_owned());
    };

    let annotation = |name: &str| text(&alert["annotations"], &format!("/{name}"));
    let summary = annotation("summary").or(by_labels);
    let mut description = annotation("description").unwrap_or_default();
    if let Some(runbook) = annotation("runbook_url").filter(|url| !description.contains(url)) {
        description = format!("{description} Runbook: {runbook}");
    }
    let at = time(alert, at);
    Ok(Change {
        key: id,
        former_key: None,
        name,
        state,
        at: at.unwrap_or(now),
        undated: at.is_none(),
        acts: false,
        reason: summary.unwrap_or_default(),
        description,
        actions: None,
        // Alertmanager and Grafana send nothing of an alert that is silenced or inhibited.
        quiet: None,
        // After a resolve by time-out an alert fires again with the `startsAt` of its first firing.
        unordered: true,
    })
}
