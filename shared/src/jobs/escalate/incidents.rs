//! Incidents as readers see them: on the pages, and at `GET /incidents.json`.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::escalation::{Attempt, Incident, IncidentId, Outcome, State};
use crate::domain::text::outcome_text;

/// An incident as `GET /incidents.json` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct View<'a> {
    /// Names it for good.
    pub id: &'a IncidentId,
    /// The policy's name.
    pub policy: &'a str,
    /// `calling`, `taken`, `exhausted`, `silenced` or `resolved`.
    pub state: State,
    /// When it began, …
    pub raised_at: Timestamp,
    /// … when it was taken, …
    pub taken_at: Option<Timestamp>,
    /// … and when it was over.
    pub resolved_at: Option<Timestamp>,
    /// Until when nobody is called.
    pub silenced_until: Option<Timestamp>,
    /// The person who took it.
    pub taken_by: Option<&'a str>,
    /// The person who said that it is over, if its alarms did not.
    pub resolved_by: Option<&'a str>,
    /// Its alarms, recovered ones too.
    pub alarms: Vec<AlarmView<'a>>,
    /// How many more go on than are named.
    pub more_alarms: u32,
    /// Its calls.
    pub attempts: Vec<AttemptView<'a>>,
}

/// An alarm as it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct AlarmView<'a> {
    /// Its name.
    pub name: &'a str,
    /// `alarm` or `ok`.
    pub state: &'static str,
    /// The monitor's words about it.
    pub reason: &'a str,
    /// When it went off, …
    pub since: Timestamp,
    /// … and when it was OK again.
    pub recovered_at: Option<Timestamp>,
}

/// A call as it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct AttemptView<'a> {
    /// Counts the calls of an incident, from 1.
    pub number: u32,
    /// The person who is called.
    pub person: &'a str,
    /// Its outcome; `null` while it is under way.
    pub outcome: Option<Outcome>,
    /// The same in words.
    pub says: &'static str,
    /// When it was decided, …
    pub called_at: Timestamp,
    /// … placed, …
    pub placed_at: Option<Timestamp>,
    /// … rang, …
    pub rang_at: Option<Timestamp>,
    /// … was answered, …
    pub answered_at: Option<Timestamp>,
    /// … and over.
    pub ended_at: Option<Timestamp>,
}

/// An incident as it is shown.
pub fn view(incident: &Incident) -> View<'_> {
    let owner = incident.taken_by();
    View {
        id: &incident.id,
        policy: &incident.policy.name,
        state: incident.state(),
        raised_at: incident.raised_at,
        taken_at: owner.map(|owner| owner.at),
        resolved_at: incident.ended_at,
        silenced_until: incident.silenced_until,
        taken_by: owner.map(|owner| owner.person.as_str()),
        resolved_by: incident.resolved_by(),
        alarms: incident
            .alarms
            .iter()
            .map(|alarm| AlarmView {
                name: &alarm.name,
                state: if alarm.recovered_at.is_none() { "alarm" } else { "ok" },
                reason: &alarm.reason,
                since: alarm.since,
                recovered_at: alarm.recovered_at,
            })
            .collect(),
        more_alarms: incident.more_alarms,
        attempts: incident.attempts.iter().map(attempt_view).collect(),
    }
}

fn attempt_view(attempt: &Attempt) -> AttemptView<'_> {
    let under_way = match (attempt.placed_at, attempt.rang_at, attempt.answered_at) {
        (_, _, Some(_)) => "answered",
        (_, Some(_), None) => "rings",
        (Some(_), None, None) => "placed",
        (None, None, None) => "being placed",
    };
    AttemptView {
        number: attempt.number,
        person: &attempt.person,
        outcome: attempt.outcome,
        says: attempt.outcome.map_or(under_way, outcome_text),
        called_at: attempt.decided_at,
        placed_at: attempt.placed_at,
        rang_at: attempt.rang_at,
        answered_at: attempt.answered_at,
        ended_at: attempt.ended_at,
    }
}
