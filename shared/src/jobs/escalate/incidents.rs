//! What readers are told of incidents: the pages, and `GET /incidents.json`.

use jiff::Timestamp;
use serde::Serialize;

use crate::Error;
use crate::domain::escalation::{Attempt, Incident, Outcome, State};
use crate::domain::text::outcome_text;
use crate::storage::records::{self, StoredIncident};
use crate::storage::{Store, all_records};

/// An incident as `GET /incidents.json` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct View<'a> {
    /// Names it for good.
    pub id: &'a str,
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
    /// Who took it.
    pub taken_by: Option<&'a str>,
    /// Who said that it is over, if its alarms did not.
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
    /// What the monitor says of it.
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
    /// Who is called.
    pub person: &'a str,
    /// What became of it; `null` while it is under way.
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

/// Open incidents and those that ended of late, `limit` of the latter at most: the newest first.
pub async fn all(store: &dyn Store, limit: usize, now: Timestamp) -> Result<Vec<Incident>, Error> {
    let open = all_records(store, records::OPEN, now).await?;
    let kept =
        open.iter().filter_map(|record| serde_json::from_str::<StoredIncident>(&record.body).ok());
    let mut found: Vec<Incident> = kept.map(|kept| kept.incident).collect();
    for record in store.page(records::ARCHIVE, None, limit, now).await? {
        if let Ok(kept) = serde_json::from_str::<StoredIncident>(&record.body)
            && found.iter().all(|have| have.id != kept.incident.id)
        {
            found.push(kept.incident);
        }
    }
    found.sort_by(|a, b| b.raised_at.cmp(&a.raised_at).then_with(|| a.id.cmp(&b.id)));
    Ok(found)
}

/// The longest name that an incident may have, in bytes.
const MAX_ID_BYTES: usize = 120;

/// The incident of this id with all that is kept of it, open or over.
pub async fn one(
    store: &dyn Store,
    id: &str,
    now: Timestamp,
) -> Result<Option<StoredIncident>, Error> {
    // A name that we could never have given is not even looked up: no store takes a key of any length.
    let ours = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'_';
    let named = Some(id).filter(|id| id.len() <= MAX_ID_BYTES && id.bytes().all(ours));
    let Some(policy) = named.and_then(records::policy_of) else { return Ok(None) };
    let records = store.load(&[records::open(&policy), records::archived(id)], now).await?;
    let mut kept = records.into_iter().flatten().filter_map(|record| {
        serde_json::from_str::<StoredIncident>(&record.body)
            .inspect_err(|error| tracing::error!(id, %error, "an incident cannot be read"))
            .ok()
    });
    Ok(kept.find(|kept| kept.incident.id == id))
}
