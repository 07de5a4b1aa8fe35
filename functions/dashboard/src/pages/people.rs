//! Who can be called, and whether they can be reached: when their phones rang and were answered last, who is on call, who
//! has opted out of texts. A vCard of our number, which phones can let through.

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;
use shared::config::file::{Escalation, Roster, is_e164};
use shared::domain::escalation::{Attempt, Incident};
use shared::domain::text::mask_numbers;
use shared::http::Response;
use shared::storage::{incidents, opt_outs, overrides};
use shared::{Error, Timestamp};

use super::frame::frame;
use super::render;
use crate::{Dashboard, Viewer};

/// How many incidents are looked through for calls, the newest first.
const MAX_INCIDENTS: usize = 100;

/// A person of the configuration.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Row {
    name: String,
    /// The number, by its last four digits.
    number: String,
    /// When their phone rang last, …
    rang_at: Option<Timestamp>,
    /// … and when they answered last: no machine.
    answered_at: Option<Timestamp>,
    on_call: Vec<OnCall>,
    /// The policies without a schedule that call them first.
    first_for: Vec<String>,
    /// Since when they want no texts.
    opted_out: Option<Timestamp>,
}

/// That somebody is on call in a schedule.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct OnCall {
    schedule: String,
    /// Until when; for good, if `None`.
    until: Option<Timestamp>,
}

/// The page.
pub(crate) async fn page(
    dashboard: &Dashboard,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let store = dashboard.store.as_ref();
    let settings = dashboard.settings.get(now).await?;
    let stored = overrides::read(store, now).await?;
    let escalation = settings.config.escalation.with_overrides(&stored);
    let opted_out = opt_outs::all(store, &escalation.people, now).await?;
    let of_late = incidents::all(store, MAX_INCIDENTS, now).await?;
    let rows = escalation.people.iter().map(|(name, person)| Row {
        name: name.clone(),
        number: mask_numbers(&person.phone),
        rang_at: last(&of_late, name, |attempt| attempt.rang_at.or(attempt.answered_at)),
        answered_at: last(&of_late, name, |attempt| {
            attempt.answered_at.filter(|_| !attempt.machine)
        }),
        on_call: on_call(&escalation, name, now),
        first_for: first_for(&escalation, name),
        opted_out: opted_out.get(name).map(|opt_out| opt_out.since),
    });
    let facts = context! {
        people => Serde(rows.collect::<Vec<Row>>()), incident_count => MAX_INCIDENTS,
        our_number => settings.value("twilio/from-number").filter(|number| is_e164(number)).map(mask_numbers),
        ..frame(dashboard, &settings, ("People", "people"), viewer, now).await?
    };
    render(dashboard, "people.html", facts)
}

/// The last moment of this kind among all calls of this person.
fn last(
    incidents: &[Incident],
    person: &str,
    moment: impl Fn(&Attempt) -> Option<Timestamp>,
) -> Option<Timestamp> {
    let attempts = incidents.iter().flat_map(|incident| &incident.attempts);
    attempts.filter(|attempt| attempt.person == person).filter_map(moment).max()
}

fn on_call(escalation: &Escalation, person: &str, now: Timestamp) -> Vec<OnCall> {
    let schedules = escalation.schedules.iter();
    let shifts = schedules.map(|schedule| (schedule, schedule.on_call(now)));
    shifts
        .filter(|(_, shift)| shift.people.iter().any(|name| name == person))
        .map(|(schedule, shift)| OnCall {
            schedule: schedule.name.clone(),
            until: Some(shift.until).filter(|until| *until != Timestamp::MAX),
        })
        .collect()
}

fn first_for(escalation: &Escalation, person: &str) -> Vec<String> {
    let is_first = |policy: &&str| match escalation.roster(policy) {
        Some(Roster::People(people)) => people.first().is_some_and(|first| first == person),
        _ => false,
    };
    escalation.policy_names().filter(is_first).map(str::to_owned).collect()
}

/// Our number as a contact, for a phone that lets its contacts through while others are silent.
pub(crate) async fn vcard(dashboard: &Dashboard, now: Timestamp) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let number = settings.value("twilio/from-number").filter(|number| is_e164(number));
    let number = number.ok_or(Error::NotFound)?;
    let card = format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Ringdown;;;;\r\nFN:Ringdown\r\nTEL;TYPE=VOICE,CELL:{number}\r\nEND:VCARD\r\n"
    );
    Ok(Response::of(200, "text/vcard; charset=utf-8", card)
        .with("cache-control", "no-store")
        .with("content-disposition", "attachment; filename=\"ringdown.vcf\""))
}
