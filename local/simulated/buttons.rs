//! The buttons of the phones' page for alarms, and how they are answered: a person by a page in words, a script by
//! the results in JSON.
//!
//! [`notice`](super::notice): the words.

use sandbox::alarms::{Alarms, SampleAlarm};
use sandbox::pages::message::{Message, is_for_a_person};
use sandbox::reply::Received;
use shared::domain::escalation::{Incident, IncidentId, Signal};
use shared::http::{Response, form_fields};
use shared::jobs::escalate::acts::ON_THE_PAGE;
use shared::jobs::escalate::intake::{AlarmResult, respond};
use shared::jobs::escalate::{Effects, Escalate};
use shared::storage::incidents;
use shared::{Error, Timestamp};

use super::alarms::{self, Sample};
use super::notice;
use crate::alarm_text::describe;
use crate::clock::now;

/// How many incidents that are over are looked through for an alarm.
const MAX_LOOKED_THROUGH: usize = 20;
/// How many results a page tells of.
const MAX_SHOWN: usize = 20;

/// The alarms that the page shows for its address's query: `incident=…&alarm=…` asks what came of an alarm.
pub(super) async fn shown(
    escalate: &Escalate,
    query: Option<&str>,
    now: Timestamp,
) -> Result<Alarms, Error> {
    let samples = alarms::list()
        .iter()
        .map(|sample| SampleAlarm { name: sample.name.to_owned(), title: sample.title.to_owned() });
    let fields = form_fields(query.unwrap_or_default().as_bytes());
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let stored = match field("incident") {
        Some(id) => incidents::find(escalate.store.as_ref(), id, now).await?,
        None => None,
    };
    // No text of an address is shown: the alarm is one of the incident's.
    let notice = stored.and_then(|stored| {
        let alarms = &stored.incident.alarms;
        let asked = alarms.iter().find(|alarm| Some(&alarm.name) == field("alarm"));
        let name = &asked.or(alarms.last())?.name;
        let sample = alarms::sample_of(name).map(|sample| sample.name);
        Some(notice::of(&stored.incident, name, sample, now))
    });
    Ok(Alarms { samples: samples.collect(), notice })
}

/// Presses a sample's button: `raise`, `clear`, or `afresh`, which rings whatever was before.
pub(super) async fn press(
    escalate: &Escalate,
    request: &Received,
    name: &str,
    button: &str,
) -> Result<Response, Error> {
    let (sample, now) = (alarms::find(name).ok_or(Error::NotFound)?, now());
    let results = match button {
        "raise" => send(escalate, sample, sample.name, true, now).await?,
        "clear" => clear(escalate, sample, now).await?,
        "afresh" => afresh(escalate, sample, now).await?,
        _ => return Err(Error::NotFound),
    };
    let is_known = results.iter().all(|result| matches!(result, AlarmResult::Nothing { .. }));
    if !is_known || !is_for_a_person(&request.0) {
        return Ok(answer(request, &results));
    }
    match incident_of(escalate, sample, now).await?.filter(|_| button != "clear") {
        Some(incident) => Ok(lead_to(&incident.id, sample.name)),
        None => Ok(nothing_to_clear(request, sample.name)),
    }
}

/// The answer to *Clear* where the alarm is not on.
fn nothing_to_clear(request: &Received, name: &str) -> Response {
    let title = "There is nothing to clear".to_owned();
    let lines = vec![format!("{name} is not on. Raise it first.")];
    Message { status: 200, title, lines, more: None }.page(&request.0, request.1)
}

/// Takes an alarm in any of the shapes that monitors have: the whole body, or a form's field `alarm`.
pub(super) async fn take(escalate: &Escalate, request: &Received) -> Result<Response, Error> {
    let asked = &request.0;
    let is_form = asked
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let pasted = asked.field("alarm").filter(|_| is_form);
    let body = pasted.map_or(asked.body.clone(), Into::into);
    Ok(answer(request, &outage_intake::take(escalate, &body, now()).await?))
}

async fn send(
    escalate: &Escalate,
    sample: &Sample,
    name: &str,
    raised: bool,
    now: Timestamp,
) -> Result<Vec<AlarmResult>, Error> {
    let event = alarms::event(sample, name, raised, now).to_string();
    outage_intake::take(escalate, event.as_bytes(), now).await
}

/// Clears a sample, under each name that it was raised under.
async fn clear(
    escalate: &Escalate,
    sample: &Sample,
    now: Timestamp,
) -> Result<Vec<AlarmResult>, Error> {
    let incident = incident_of(escalate, sample, now).await?;
    let raised = incident.iter().flat_map(Incident::open_alarms).map(|alarm| alarm.name.clone());
    let mut names: Vec<String> = raised.filter(|name| is_of(name, sample)).collect();
    if names.is_empty() {
        names.push(sample.name.to_owned());
    }
    let mut results = Vec::new();
    for name in names {
        results.extend(send(escalate, sample, &name, false, now).await?);
    }
    Ok(results)
}

/// Ends the sample's incident, and raises the sample under a name that is new in it: nobody has that, and it does not flap.
async fn afresh(
    escalate: &Escalate,
    sample: &Sample,
    now: Timestamp,
) -> Result<Vec<AlarmResult>, Error> {
    let incident = incident_of(escalate, sample, now).await?;
    if let Some(open) = incident.as_ref().filter(|incident| incident.ended_at.is_none()) {
        let over = [Signal::ResolvedManually { by: ON_THE_PAGE.to_owned() }];
        escalate.transact(&open.id, &over, Effects::Inline, now).await?;
    }
    let known = incident.map(|incident| incident.alarms).unwrap_or_default();
    let is_new = |name: &String| known.iter().all(|alarm| alarm.name != *name);
    let mut names = (2..=u32::MAX).map(|number| format!("{}-{number}", sample.name));
    let name = names.find(is_new).unwrap_or_else(|| sample.name.to_owned());
    send(escalate, sample, &name, true, now).await
}

fn is_of(name: &str, sample: &Sample) -> bool {
    alarms::sample_of(name).is_some_and(|found| found.name == sample.name)
}

/// The latest incident that this sample belongs to.
async fn incident_of(
    escalate: &Escalate,
    sample: &Sample,
    now: Timestamp,
) -> Result<Option<Incident>, Error> {
    let all = incidents::all(escalate.store.as_ref(), MAX_LOOKED_THROUGH, now).await?;
    let has_it =
        |incident: &Incident| incident.alarms.iter().any(|alarm| is_of(&alarm.name, sample));
    Ok(all.into_iter().find(has_it))
}

fn answer(request: &Received, results: &[AlarmResult]) -> Response {
    let answer = respond(results);
    if !is_for_a_person(&request.0) {
        return answer;
    }
    if let Some((incident, alarm)) = one_incident(results) {
        return lead_to(incident, alarm);
    }
    let title = match (answer.status, results) {
        (422, _) => "That is no alarm",
        (_, []) => "It says nothing of an alarm",
        _ => "Nothing rings for that",
    };
    let lines = results.iter().take(MAX_SHOWN).map(describe).collect();
    let is_kept = results.iter().any(|result| matches!(result, AlarmResult::DeadLetter { .. }));
    let more = is_kept.then_some(("/dead-letters", "Dead letters"));
    Message { status: answer.status, title: title.to_owned(), lines, more }
        .page(&request.0, request.1)
}

/// Leads to the phones, with what comes of this alarm.
fn lead_to(incident: &IncidentId, alarm: &str) -> Response {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("incident", incident.as_str()), ("alarm", alarm)])
        .finish();
    Response::see_other(&format!("/sandbox/phones?{query}"))
}

/// The incident that all of it belongs to, and the first alarm of it.
fn one_incident(results: &[AlarmResult]) -> Option<(&IncidentId, &str)> {
    let mut found = None;
    for result in results {
        match (result, found) {
            (AlarmResult::Incident { alarm, incident }, None) => {
                found = Some((incident, alarm.as_str()));
            }
            (AlarmResult::Incident { incident, .. }, Some((known, _))) if known == incident => {}
            (AlarmResult::Nothing { .. }, Some(_)) => {}
            _ => return None,
        }
    }
    found
}
