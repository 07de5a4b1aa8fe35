//! The shapes in which alarms come: each part of a body is told by its fields, and handed to its monitor's module.

use std::fmt::Display;

use jiff::Timestamp;
use serde_json::Value;

use super::fields::{listed, pairs, text};
use super::{Change, Kind, MAX_CHANGES, Malformed, alertmanager, cloudwatch};

/// How often a text may hold another. A message of SNS in one of SQS is the second.
pub(super) const DEEPEST: u8 = 4;

/// The shapes, in words.
pub(super) const SHAPES: &str = "CloudWatch's `alarmData`, an event with `detail-type`, a message of SNS with \
    `NewStateValue`, a notification of SNS with `Type`, `Records` of SNS or SQS, or Alertmanager's `alerts`";

/// The reader of one body.
pub(super) struct Reader {
    pub(super) now: Timestamp,
    /// The subject of the message of SNS that is read.
    pub(super) subject: Option<String>,
    /// The changes and unreadable parts found so far.
    pub(super) found: Vec<Result<Change, Malformed>>,
}

impl Reader {
    /// A body, or a text within one: one thing, or an array of them. `depth` counts the texts around it.
    pub(super) fn text(&mut self, text: &str, depth: u8) {
        match serde_json::from_str(text) {
            _ if depth > DEEPEST => self.refuse("it is a text in too many others", &text),
            Ok(Value::Array(parts)) if parts.is_empty() => {
                self.refuse(&format!("the array is empty: it holds none of {SHAPES}"), &text);
            }
            // An array within an array is none of the shapes.
            Ok(Value::Array(parts)) => parts.iter().for_each(|part| self.thing(part, &part, depth)),
            Ok(thing) => self.thing(&thing, &text, depth),
            Err(error) => self.refuse(&format!("it is not JSON: {error}"), &text),
        }
    }

    /// Each shape is known by a field that no other has.
    fn thing(&mut self, thing: &Value, body: &dyn Display, depth: u8) {
        let has = |field: &str| thing.get(field).is_some_and(|value| !value.is_null());
        if has("Records") {
            self.records(thing, body, depth);
        } else if has("alerts") {
            self.alerts(thing, body);
        } else if has("detail-type") {
            match cloudwatch::event(thing, self.now) {
                Ok(None) => (),
                Ok(Some(change)) => self.add(Ok(change), body),
                Err(reason) => self.refuse(&reason, body),
            }
        } else if has("alarmData") {
            self.add(cloudwatch::action(thing, self.now), body);
        } else if has("NewStateValue") || has("AlarmName") {
            self.add(cloudwatch::message(thing, self.now), body);
        } else if has("Type") {
            self.notification(thing, body, depth);
        } else {
            self.refuse(&format!("it is none of {SHAPES}"), body);
        }
    }

    /// What Lambda is handed by SNS, or by SQS.
    fn records(&mut self, event: &Value, body: &dyn Display, depth: u8) {
        let Some(records) = event["Records"].as_array().filter(|records| !records.is_empty())
        else {
            return self.refuse("its `Records` is none of: a list of records of SNS or SQS", body);
        };
        for record in records {
            self.subject = text(record, "/Sns/Subject");
            match (&record["Sns"]["Message"], &record["body"]) {
                (Value::String(text), _) | (_, Value::String(text)) => self.text(text, depth + 1),
                _ => self.refuse("the record has none of `Sns.Message` and `body`", record),
            }
        }
        self.subject = None;
    }

    /// What SNS puts into a queue, or posts to a URL.
    fn notification(&mut self, envelope: &Value, body: &dyn Display, depth: u8) {
        self.subject = text(envelope, "/Subject");
        match (envelope["Type"].as_str(), &envelope["Message"]) {
            (Some("Notification"), Value::String(text)) => self.text(text, depth + 1),
            // The confirmation of a subscription is not for us to answer: somebody has to see it.
            _ => self.refuse("its `Type` is none of: `Notification` with a `Message`", body),
        }
        self.subject = None;
    }

    /// The groups of Alertmanager and Grafana.
    fn alerts(&mut self, group: &Value, body: &dyn Display) {
        let Some(alerts) = group["alerts"].as_array().filter(|alerts| !alerts.is_empty()) else {
            return self.refuse("its `alerts` is none of: a list with an alert", body);
        };
        for alert in alerts {
            self.add(alertmanager::alert(alert, group, self.now), alert);
        }
        if let Some(cut) = group["truncatedAlerts"].as_u64().filter(|cut| *cut > 0) {
            let name =
                text(group, "/groupKey").unwrap_or_else(|| listed(&pairs(&group["groupLabels"])));
            let of = |field: &str| text(group, field).unwrap_or_default();
            let kind = Kind::Truncated {
                group: format!("{} {name}", of("/receiver")),
                state: format!("{} {cut}", of("/status")),
            };
            let reason = format!("{cut} more alerts were cut off by the sender's `max_alerts`");
            self.push(Err(reason), body, kind);
        }
    }

    pub(super) fn add(&mut self, read: Result<Change, String>, body: &dyn Display) {
        self.push(read, body, Kind::Unknown);
    }

    fn push(&mut self, read: Result<Change, String>, body: &dyn Display, kind: Kind) {
        // Each `0` of `[0,0,0,…]` becomes a reason and a body: without a limit, megabytes of them would fill the memory.
        if self.found.len() > MAX_CHANGES {
            return;
        }
        let (read, kind) = if self.found.len() < MAX_CHANGES {
            (read.and_then(|change| change.bounded(self.now)), kind)
        } else {
            let reason =
                format!("it is one of more than {MAX_CHANGES}: from here on none was read");
            (Err(reason), Kind::Unknown)
        };
        let subject = self.subject.clone();
        let malformed =
            |reason| Malformed { subject, ..Malformed::new(reason, body.to_string(), kind) };
        self.found.push(read.map_err(malformed));
    }

    pub(super) fn refuse(&mut self, reason: &str, body: &dyn Display) {
        self.add(Err(reason.to_owned()), body);
    }
}
