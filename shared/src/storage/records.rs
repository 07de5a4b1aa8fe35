//! The records of the job Escalate and their keys: a policy's incident with what is left to be done, who is in a call,
//! and what each alarm last said. What is decided from them is the job's.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Key;
use crate::domain::alarm;
use crate::domain::escalation::{Effect, Incident, IncidentId};

/// The partition of the policies' incidents: one record for each policy.
pub const OPEN: &str = "open";
/// The partition of incidents that are over, the newest first.
pub const ARCHIVE: &str = "incidents";
/// The partition of people who are in a call.
pub const PEOPLE: &str = "people";
/// The partition of what alarms last said.
pub const ALARMS: &str = "alarms";
/// The partition of alarms that wait for the end of a silence: the wake-up of each, for the reconciler.
pub const WAITING: &str = "waiting";
/// The partition of what is remembered of alarms that call nobody, so that each is reported once.
pub const ALARM_NOTES: &str = "alarm-notes";
/// The partition of the one record with the names of alarms that were heard last.
pub const RECENT_ALARMS: &str = "recent-alarms";
/// The partition of silences that people have asked for.
pub const SILENCES: &str = "silences";

/// The partition of silences that people have made, over or not, those made last first: for people.
pub const SILENCES_MADE: &str = "silences-made";

/// The retention of an incident once it is over, and of an alarm's last word.
pub const RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A policy's incident: the open one, or the last one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredIncident {
    /// The incident.
    pub incident: Incident,
    /// When its one wake-up comes, if one is armed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wake_at: Option<Timestamp>,
    /// The tasks left to be done.
    pub to_do: Vec<ToDo>,
    /// The number of the first entry of its timeline that Slack was not told yet.
    pub said: u32,
    /// The writer of this record.
    pub writer: String,
}

/// Something left to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToDo {
    /// The task.
    pub task: Task,
    /// The id of whoever does it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Until then nobody else does it.
    pub until: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// It may have been done: look first.
    pub in_doubt: bool,
}

/// A task that is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// An effect that the rules ask for.
    Effect(Effect),
    /// Tell Slack what is new.
    Say,
}

/// A person who is in a call, or may be, or was of late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InCall {
    /// The id of the incident whose call it is, or what stands for a test call ([`super::test_calls`]).
    pub incident: String,
    /// Until when at the latest.
    pub until: Timestamp,
    /// When they were called within the last hour.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub called_at: Vec<Timestamp>,
    /// Which of these calls were for alarms about Ringdown itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub called_about_us_at: Vec<Timestamp>,
}

/// The last word of an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmRecord {
    /// The state that it was in.
    pub state: alarm::State,
    /// Since when.
    pub at: Timestamp,
    /// The incident that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// It went off while it was silenced, and has not recovered since: it waits for the end of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<Waits>,
    /// When it was written, if that was long after `at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_at: Option<Timestamp>,
}

/// The wait of an alarm that went off while it was silenced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waits {
    /// When it went off, as its monitor says.
    pub since: Timestamp,
    /// When its wake-up comes.
    pub due: Timestamp,
}

/// Whether this time is so long after another one that half of the retention is over.
pub fn is_long_after(time: Timestamp, other: Timestamp) -> bool {
    time.duration_since(other) >= RETENTION / 2
}

/// Where a policy's incident is.
pub fn open(policy: &str) -> Key {
    Key::new(OPEN, policy)
}

/// Where a person's call is.
pub fn person(name: &str) -> Key {
    Key::new(PEOPLE, name)
}

/// Where an alarm's last word is.
pub fn alarm(key: &str) -> Key {
    Key::new(ALARMS, alarm::hashed_key(key))
}

/// Where the note about an alarm is, or about what was no alarm.
pub fn note(about: &str) -> Key {
    Key { pk: ALARM_NOTES.to_owned(), ..alarm(about) }
}

/// Where the names of alarms are that were heard last.
pub fn recent_alarms() -> Key {
    Key::new(RECENT_ALARMS, "names")
}

/// Where the wake-up of an alarm is that waits for the end of a silence.
pub fn waiting(key: &str) -> Key {
    Key { pk: WAITING.to_owned(), ..alarm(key) }
}

/// Where a silence is that somebody asked for: asked for twice it is one.
pub fn silence(incident: &IncidentId, until: Timestamp) -> Key {
    Key::new(SILENCES, format!("{incident} {until:.3}"))
}

/// Where a silence of globs is that somebody made.
pub fn manual_silence(id: &str) -> Key {
    Key::new(SILENCES, format!("by hand {id}"))
}

/// Where a silence stays to be seen that was made then: the newest come first in their partition.
pub fn silence_made(at: Timestamp, id: &str) -> Key {
    let left = Timestamp::MAX.as_millisecond().saturating_sub(at.as_millisecond());
    Key::new(SILENCES_MADE, format!("{left:015} {id}"))
}

/// Where an incident that is over is: the newest come first in their partition.
pub fn archived(id: &IncidentId) -> Key {
    let time: String = id.as_str().chars().rev().take(19).collect();
    let newest_first: String = time
        .chars()
        .rev()
        .map(|c| c.to_digit(10).and_then(|digit| char::from_digit(9 - digit, 10)).unwrap_or(c))
        .collect();
    Key::new(ARCHIVE, format!("{newest_first} {id}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn newest_come_first_in_the_archive() {
        let keys: Vec<String> = [at(1_900_000_000), at(1_900_000_001), at(1_999_999_999)]
            .map(|at| archived(&IncidentId::of("p", at)).sk)
            .to_vec();
        let mut sorted = keys.clone();
        sorted.sort();
        sorted.reverse();
        assert_eq!(keys, sorted);
    }

    proptest! {
        #[test]
        fn no_path_can_make_it_panic(text in ".{0,60}", digits in "[0-9-]{0,40}") {
            for id in [text, digits] {
                let _ = archived(&id.as_str().into());
            }
        }
    }
}
