//! A policy, an alarm and an incident, as most tests want them. A test changes what it is about.

use jiff::{SignedDuration, Timestamp};

use crate::domain::alarm::{self, Change};
use crate::domain::e164::E164;
use crate::domain::escalation::{Alarm, Busy, CallWith, Incident, IncidentId, Policy, Signal};
use crate::domain::slack_member_id::SlackMemberId;
use crate::storage::records::StoredIncident;

/// So many seconds after the samples' first moment, the 17th of March 2030 at 17:46:40 UTC.
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + second).unwrap_or(Timestamp::MAX)
}

/// The phone number of this text.
///
/// # Panics
/// It is none in E.164.
pub fn phone(text: &str) -> E164 {
    E164::parse(text).expect("a phone number in E.164")
}

/// The Slack member id of this text.
///
/// # Panics
/// It is none.
pub fn member(text: &str) -> SlackMemberId {
    SlackMemberId::parse(text).expect("a Slack member id")
}

/// A policy of this name for all alarms: two calls of 25 seconds, by voice, and again after a quarter of an hour.
pub fn policy(name: &str, roster: &[&str]) -> Policy {
    Policy {
        name: name.to_owned(),
        alarms: vec!["*".to_owned()],
        roster: roster.iter().map(|person| (*person).to_owned()).collect(),
        empty_shift: None,
        attempts: 2,
        ring_seconds: 25,
        answer_seconds: 10,
        channel: "default".to_owned(),
        repage_after: SignedDuration::from_mins(30),
        flap_window: SignedDuration::from_mins(5),
        call_on_new_alarm: false,
        text_on_missed_call: false,
        retry_exhausted_after: SignedDuration::from_mins(15),
        resolve_after: None,
        call_with: CallWith::Voice,
        voice: None,
        language: None,
        say: None,
    }
}

/// An alarm whose key is its name, since then, with no texts.
pub fn alarm(name: &str, since: Timestamp) -> Alarm {
    Alarm {
        key: name.to_owned(),
        name: name.to_owned(),
        since,
        reason: String::new(),
        description: String::new(),
        recovered_at: None,
        joined: None,
        raised_by: None,
        about_us: false,
    }
}

/// A monitor says that the alarm of this key and name is in this state since then.
pub fn change(key: &str, name: &str, state: alarm::State, at: Timestamp) -> Change {
    Change {
        key: key.to_owned(),
        former_key: None,
        name: name.to_owned(),
        state,
        at,
        reason: String::new(),
        description: String::new(),
        quiet: None,
        unordered: false,
        undated: false,
        acts: false,
        actions: None,
    }
}

/// An incident of this policy that this alarm has raised, while nobody is in another call.
pub fn incident(id: impl Into<IncidentId>, policy: &Policy, alarm: Alarm) -> Incident {
    let since = alarm.since;
    Incident::raise(&id.into(), policy, alarm, &Busy::default(), since).incident
}

/// The incident after these signals, each at its time, while nobody is in another call.
pub fn after<'a>(
    incident: Incident,
    signals: impl IntoIterator<Item = (&'a Signal, Timestamp)>,
) -> Incident {
    signals.into_iter().fold(incident, |incident, (signal, at)| {
        incident.apply(signal, &Busy::default(), at).incident
    })
}

/// The record of an incident with nothing left to be done, whose entries before `said` Slack was told.
pub fn stored(incident: Incident, said: u32) -> StoredIncident {
    StoredIncident { incident, wake_at: None, to_do: Vec::new(), said, writer: String::new() }
}
