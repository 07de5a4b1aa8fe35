//! The people who can be called, and whether they can be reached: when their phones rang and were answered last, who is
//! on call, who has opted out of texts. A vCard of our number, which phones can let through.

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;
use shared::config::Settings;
use shared::config::file::{Escalation, Roster};
use shared::domain::e164::E164;
use shared::domain::escalation::{Attempt, Incident};
use shared::domain::test_calls::{TestCall, TestCalls, is_wanted};
use shared::http::{Request, Response};
use shared::storage::messages::WakeUp;
use shared::storage::{QueueName, incidents, opt_outs, overrides, test_calls};
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
    /// When they had their phone rung last, and what came of that.
    test: Option<(Timestamp, &'static str)>,
    /// When they pressed 1 in a test call last, if that was one before.
    reached_before: Option<Timestamp>,
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
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let store = dashboard.store.as_ref();
    let settings = dashboard.settings.get(now).await?;
    // The page is there all the same, as the calls are.
    let read = overrides::read(store, now).await;
    let unread = read.is_err();
    let stored = read.unwrap_or_else(|error| overrides::unread(&error));
    let escalation = settings.config.escalation.with_overrides(&stored);
    let opted_out = opt_outs::all(store, &escalation.people, now).await?;
    let of_late = incidents::all(store, MAX_INCIDENTS, now).await?;
    let tests = test_calls::all(store, now).await?;
    let test = |name: &str| tests.get(name).and_then(|calls| calls.last.as_ref());
    let reached = |name: &str| tests.get(name)?.success()?.pressed_at;
    let rows = escalation.people.iter().map(|(name, person)| Row {
        name: name.clone(),
        number: person.phone.masked(),
        rang_at: last(&of_late, name, |attempt| attempt.rang_at.or(attempt.answered_at))
            .max(test(name).and_then(|test| test.rang_at.or(test.answered_at)))
            .max(reached(name)),
        answered_at: last(&of_late, name, |attempt| {
            attempt.answered_at.filter(|_| !attempt.machine)
        })
        .max(reached(name)),
        on_call: on_call(&escalation, name, now),
        first_for: first_for(&escalation, name),
        opted_out: opted_out.get(name).map(|opt_out| opt_out.since),
        test: test(name).map(|test| (test.at, outcome(test, now))),
        reached_before: reached(name)
            .filter(|_| test(name).is_some_and(|last| last.pressed_at.is_none())),
    });
    let facts = context! {
        people => Serde(rows.collect::<Vec<Row>>()), incident_count => MAX_INCIDENTS,
        notice => notice(request), unread,
        our_number => our_number(&settings).map(|number| number.masked()),
        ..frame(dashboard, &settings, ("People", "people"), viewer, now).await?
    };
    render(dashboard, "people.html", facts)
}

/// What came of a test call, or how it stands: one whose end was never told is not under way for ever.
fn outcome(test: &TestCall, now: Timestamp) -> &'static str {
    let (rang, answered) = (test.rang_at.is_some(), test.answered_at.is_some());
    let is_running = test.is_running(now);
    match () {
        () if test.pressed_at.is_some() => "it rang, was answered, and 1 was pressed",
        () if test.gave_way_at.is_some() => "it was hung up, since an incident calls",
        () if test.machine => "voicemail or another machine answered",
        () if answered && is_running => "it is answered",
        () if answered => "it was answered, and 1 was not pressed",
        () if rang && is_running => "it rings",
        () if rang && test.ended_at.is_some() => "it rang, and nobody answered",
        () if rang => "it rang, and how it ended was not told",
        () if is_running => "it is about to ring",
        () if test.ended_at.is_some() => "it did not ring",
        () => "whether it rang is not known",
    }
}

/// Asks that the phone of whoever looks be rung: their own, and nobody else's.
pub(crate) async fn ring_me(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let store = dashboard.store.as_ref();
    let word = match &viewer.person {
        None => "nameless",
        Some(person) if is_wanted(person, &incidents::latest(store, now).await?) => "wanted",
        Some(person) => {
            let calls: TestCalls =
                test_calls::all(store, now).await?.remove(person).unwrap_or_default();
            match calls.may_ring(now) {
                _ if calls.is_running(now) => "running",
                false => "too-often",
                true => {
                    let wake_up = WakeUp::TestCall { person: person.clone(), at: now };
                    let (body, group) = (wake_up.to_body(), wake_up.group());
                    dashboard.queue.send(QueueName::WakeUps, body, &group, None).await?;
                    "ring"
                }
            }
        }
    };
    if request.wants_json() {
        let status = if word == "ring" { 202 } else { 409 };
        return Ok(Response::json(status, &serde_json::json!({ "asked": word })));
    }
    Ok(Response::see_other(&format!("{}/people?asked={word}", request.mount)))
}

fn notice(request: &Request) -> &'static str {
    match request.query.as_deref().unwrap_or_default() {
        "asked=ring" => {
            "Requested. Your phone rings in a moment. Press 1, then reload this page to see the result."
        }
        "asked=nameless" => "Nothing rings: say who you are first.",
        "asked=wanted" => "Nothing rings: an incident is open for you.",
        "asked=running" => "Nothing rings anew: your test call is still under way.",
        "asked=too-often" => "Nothing rings: three test calls an hour are enough.",
        _ => "",
    }
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

fn our_number(settings: &Settings) -> Option<E164> {
    settings.from_number().and_then(|number| number.e164())
}

/// Our number as a contact, for a phone that lets its contacts through while others are silent.
pub(crate) async fn vcard(dashboard: &Dashboard, now: Timestamp) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let number = our_number(&settings).ok_or(Error::NotFound)?;
    let number = number.as_str();
    let card = format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Ringdown;;;;\r\nFN:Ringdown\r\nTEL;TYPE=VOICE,CELL:{number}\r\nEND:VCARD\r\n"
    );
    Ok(Response::of(200, "text/vcard; charset=utf-8", card)
        .with("cache-control", "no-store")
        .with("content-disposition", "attachment; filename=\"ringdown.vcf\""))
}
