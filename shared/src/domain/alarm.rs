//! Alarms: what a monitor sends → what it says of each alarm. Pure.
//!
//! A monitor is CloudWatch, by whichever of its ways (a direct Lambda action, SNS, EventBridge; any of them through
//! SQS), or Alertmanager's webhook, which is Grafana's too; any other one can name an alarm itself. What cannot be read is handed on with its reason, beside
//! what can be. Nothing is left out but what is known to say nothing of a state, or of an alarm's actions or its end.

mod alertmanager;
mod cloudwatch;
mod fields;
mod manual;
mod named;
pub mod own;
mod reader;
mod region;
mod summary;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use fields::hashed_key;
use fields::{is_not_utf_8, kept_text, key, line};
pub use manual::{MAX_RAISED_CHARS, ManualAlarm, parse_manual};
pub use named::{MAX_NAME_BYTES, parse_named};
use reader::Reader;

use crate::domain::size::cut_marked;

/// A monitor's word about one alarm. The same change has the same key, time and state by each way that it comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The name of the alarm for good: its ARN (with `#` and the contributor's id for one series of an alarm on
    /// several); account, region and name where there is no ARN; the monitor's fingerprint, or all labels where there is
    /// none. At most 512 bytes.
    pub key: String,
    /// The key that a former version gave it (account and name), if that was another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_key: Option<String>,
    /// Its name, for people and for the globs of a policy. Never empty, at most 256 characters.
    pub name: String,
    /// The state that it is in now.
    pub state: State,
    /// When it changed, as the monitor says; the time of reading if it does not say.
    pub at: Timestamp,
    /// The monitor's words about it, and which series it is of several. One line of at most 2,000 characters, or empty.
    pub reason: String,
    /// Its author's words. One line of at most 2,000 characters, or empty.
    pub description: String,
    /// Why it must not call anybody, if it must not: suppressed, or muted. CloudWatch tells EventBridge of such changes
    /// too. When a mute ends, SNS brings the same key, time and state once more, with nothing here.
    pub quiet: Option<String>,
    /// Its times cannot be compared with each other: a monitor that fires again may name the time of its first firing.
    #[serde(default)]
    pub unordered: bool,
    /// The monitor gave no time that can be read: `at` is when it was read, and another one each time.
    #[serde(default)]
    pub undated: bool,
    /// CloudWatch acted: it called us, or told SNS, as an action of the alarm. So the alarm's actions were enabled then,
    /// whatever was announced before. (Changes of state go to EventBridge either way.)
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub acts: bool,
    /// Set where CloudWatch announces a change of the alarm's configuration: the state is the one that it was in anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<Actions>,
}

/// Whether an alarm's actions are enabled: CloudWatch tells EventBridge of its changes of state either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actions {
    /// Whether they are.
    pub enabled: bool,
    /// Since when, as CloudWatch says: of two announcements the later one counts.
    pub since: Timestamp,
}

/// The state of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is as it should not be: `ALARM`, firing.
    Alarm,
    /// It is as it should be: `OK`, resolved.
    Ok,
    /// It is gone: nothing more comes of it.
    Deleted,
    /// The monitor cannot tell: `INSUFFICIENT_DATA`, Grafana's `DatasourceNoData`.
    NoData,
}

/// A text that cannot be read as an alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The problem, and what was expected, in a few words.
    pub reason: String,
    /// The text that arrived, cut at [`MAX_UNREADABLE_BYTES`] bytes. The innermost part that can be told apart; one
    /// that came as text can be read again by itself.
    pub body: String,
    /// All of it, if it was cut: two that differ behind the cut are not the same.
    pub whole: Option<Arc<str>>,
    /// The subject of the message of SNS that it came in, or the name of the alarm that it came for.
    pub subject: Option<String>,
    /// Whether it was understood all the same.
    pub kind: Kind,
}

impl Malformed {
    /// A text that cannot be read for this reason, of which so much is kept as is to be.
    pub fn new(reason: String, body: String, kind: Kind) -> Malformed {
        let whole = (body.len() > MAX_UNREADABLE_BYTES).then(|| Arc::from(body.as_str()));
        let body = cut_marked(body, MAX_UNREADABLE_BYTES);
        Malformed { reason, body, whole, subject: None, kind }
    }
}

/// The kinds of what cannot be read as an alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It has none of the shapes.
    Unknown,
    /// A group whose sender cut off some of its alerts. Alertmanager repeats it for ever.
    Truncated {
        /// Names the group for good.
        group: String,
        /// Differs when the group has changed: its status, and how many alerts were cut off.
        state: String,
    },
}

/// How much is kept of what cannot be read, in bytes. It ends in a record as text within text, at most seven times as
/// long; the store takes 400 KB.
pub const MAX_UNREADABLE_BYTES: usize = 40 * 1024;

/// How many things of one body are told apart. A batch of SQS has 10,000 messages at most.
pub const MAX_CHANGES: usize = 10_000;

/// The longest name, in characters.
const MAX_NAME_CHARS: usize = 256;
/// The longest reason or description, in characters.
const MAX_TEXT_CHARS: usize = 2_000;

/// Reads a body. Never fails as a whole: each part is a change, or says why not. `now` is the time of a change that
/// has none that can be read.
///
/// The shapes: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring, `alarms-and-actions-Lambda`,
/// `Notify_Users_Alarm_Changes` (SNS) and `cloudwatch-and-eventbridge`; prometheus.io/docs/alerting,
/// `webhook_config`; grafana.com/docs, "webhook notifier". A single one, or an array of them.
pub fn parse(body: &[u8], now: Timestamp) -> Vec<Result<Change, Malformed>> {
    let mut reader = Reader { now, subject: None, found: Vec::new() };
    match kept_text(body) {
        kept if is_not_utf_8(&kept) => reader.refuse("it is not UTF-8", &kept),
        text => reader.text(text.trim_start_matches('\u{feff}'), 0),
    }
    reader.found
}

/// Reads what a dead letter holds: a change in our own shape, what came for an alarm by its name, or a body as it came in.
/// All within the limits of [`parse`].
pub fn parse_replayed(body: &[u8], now: Timestamp) -> Vec<Result<Change, Malformed>> {
    if let Ok(received) = serde_json::from_slice::<named::Received>(body) {
        return vec![received.read(now).map_err(|malformed| *malformed)];
    }
    let Ok(change) = serde_json::from_slice::<Change>(body) else { return parse(body, now) };
    let mut reader = Reader { now, subject: None, found: Vec::new() };
    let change = Change { actions: None, ..change };
    reader.add(Ok(change), &String::from_utf8_lossy(body));
    reader.found
}

impl Change {
    /// The same within the limits that its fields promise. All that a monitor writes passes through here, whatever shape
    /// it came in: what people read later has one line each, and no end of a line can be forged.
    fn bounded(self, now: Timestamp) -> Result<Change, String> {
        let known_time = fields::TIMES.contains(&self.at);
        let change = Change {
            key: key(&self.key),
            former_key: self.former_key.map(|former| key(&former)),
            name: line(&self.name, MAX_NAME_CHARS),
            reason: line(&self.reason, MAX_TEXT_CHARS),
            description: line(&self.description, MAX_TEXT_CHARS),
            quiet: self.quiet.map(|why| line(&why, MAX_TEXT_CHARS)),
            at: if known_time { self.at } else { now },
            undated: self.undated || !known_time,
            ..self
        };
        if change.key.is_empty() || change.name.is_empty() {
            return Err("it has none of: a name, a key".to_owned());
        }
        let is_other = |former: &String| !former.is_empty() && *former != change.key;
        let former_key = change.former_key.clone().filter(is_other);
        Ok(Change { former_key, ..change })
    }
}
