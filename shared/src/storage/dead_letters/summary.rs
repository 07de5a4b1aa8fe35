//! A letter without its body, and the two records of a letter.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{BODIES, DeadLetter, Dismissal, Outcome, PARTITION};
use crate::domain::size::cut_json;
use crate::storage::{Condition, Key, Put, Record};

/// The longest reason in a summary, in bytes of JSON.
const MAX_REASON_BYTES: usize = 1_000;

/// A letter without its body: less than 2 KB.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The job that it belongs to.
    pub job: String,
    /// Why it could not pass; the beginning of it.
    pub reason: String,
    /// When it came in from outside.
    pub at: Timestamp,
    /// When it was given up.
    pub given_up_at: Timestamp,
    /// When it was last sent again, if ever.
    pub replayed_at: Option<Timestamp>,
    /// The outcome of its last replay, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// When somebody dismissed it, and where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dismissed: Option<Dismissal>,
    /// The channel of its lines, if it holds lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The length of its body, in bytes.
    #[serde(default)]
    pub bytes: usize,
}

impl Summary {
    pub(super) fn of(letter: &DeadLetter) -> Summary {
        let DeadLetter { at, given_up_at, replayed_at, outcome, .. } = *letter;
        let mut reason = letter.reason.clone();
        cut_json(&mut reason, MAX_REASON_BYTES);
        Summary {
            job: letter.job.clone(),
            reason,
            at,
            given_up_at,
            replayed_at,
            outcome,
            dismissed: letter.dismissed.clone(),
            channel: letter.lines().map(|lines| lines.channel),
            bytes: letter.body.len(),
        }
    }

    /// Nobody has sent it again yet, nor dismissed it.
    pub fn waits(&self) -> bool {
        self.replayed_at.is_none() && self.dismissed.is_none()
    }

    /// The outcome of its last replay, if it was sent again and that is known.
    pub fn replay_outcome(&self) -> Option<Outcome> {
        self.outcome.filter(|outcome| self.replayed_at.is_none_or(|at| at == outcome.replayed_at))
    }

    /// Names the group of the letters of its job with the same reason.
    pub fn group(&self) -> String {
        let Summary { job, reason, .. } = self;
        crate::hex(&Sha256::digest(format!("{job}\n{reason}"))[..8])
    }

    /// The letter with this body.
    pub(super) fn with_body(self, body: String) -> DeadLetter {
        let Summary { job, reason, at, given_up_at, replayed_at, outcome, dismissed, .. } = self;
        DeadLetter { job, reason, body, at, given_up_at, replayed_at, outcome, dismissed }
    }

    pub(super) fn put(&self, id: &str, condition: Condition, expires_at: Option<Timestamp>) -> Put {
        let body = serde_json::to_string(self).unwrap_or_default();
        Put { key: Key::new(PARTITION, id), body, condition, expires_at }
    }
}

/// A row of the partition of the letters.
pub(super) struct Row {
    pub(super) summary: Summary,
    /// The body, which the former version kept here.
    pub(super) former_body: Option<String>,
}

impl Row {
    pub(super) fn read(record: &Record) -> Option<Row> {
        let summary: Summary = serde_json::from_str(&record.body).ok()?;
        let Body { body: former_body } = serde_json::from_str(&record.body).ok()?;
        let Some(body) = former_body else { return Some(Row { summary, former_body: None }) };
        let letter = summary.with_body(body);
        Some(Row { summary: Summary::of(&letter), former_body: Some(letter.body) })
    }
}

/// The body of a letter, as it is kept.
#[derive(Serialize, Deserialize)]
struct Body {
    body: Option<String>,
}

pub(super) fn body_key(id: &str) -> Key {
    Key::new(BODIES, id)
}

pub(super) fn put_body(id: &str, body: &str, expires_at: Option<Timestamp>) -> Put {
    let body = serde_json::json!({ "body": body }).to_string();
    Put { key: body_key(id), body, condition: Condition::Always, expires_at }
}

pub(super) fn read_body(record: &Record) -> Option<String> {
    serde_json::from_str::<Body>(&record.body).ok()?.body
}
