//! The page: four weeks of each schedule as lanes and in words, who takes over, and what is silenced then.

use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;
use shared::config::Settings;
use shared::domain::schedule::{ConfiguredNames, Schedule, Shift, StoredOverrides};
use shared::http::{Request, Response};
use shared::storage::overrides;
use shared::{Error, TimeZone, Timestamp};

use super::super::frame::frame;
use super::super::render;
use super::super::silences::silences;
use super::asked::Asked;
use super::faces::Faces;
use super::form::{self, Form, Sent};
use super::lanes::Lanes;
use super::lost_shifts;
use super::rows::{Row, one, override_rows, rows};
use crate::{Dashboard, Viewer};

/// A schedule on the page.
#[derive(Serialize)]
struct Shown {
    name: String,
    /// By whose clock it hands over, …
    time_zone: String,
    /// … and by whose it is shown.
    clock: String,
    lanes: Value,
    rows: Vec<Row>,
    more: usize,
}

/// The page, as its address asks for it.
pub(crate) async fn page(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let asked = Asked::of(request.query.as_deref().unwrap_or_default());
    shown(dashboard, &asked, None, viewer, now).await
}

/// Takes the form "who takes over?".
pub(crate) async fn take_over(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    match form::take_over(dashboard, request, viewer, now).await? {
        Sent::Done(response) => Ok(response),
        Sent::Again(form) if request.wants_json() => {
            Err(Error::BadRequest(form.error.unwrap_or_default()))
        }
        Sent::Again(form) => {
            let page = shown(dashboard, &form::back(request), Some(form), viewer, now).await?;
            Ok(Response { status: 422, ..page })
        }
    }
}

/// Takes back that somebody takes over.
pub(crate) async fn remove(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    form::remove(dashboard, request, viewer, now).await
}

async fn shown(
    dashboard: &Dashboard,
    asked: &Asked,
    sent: Option<Form>,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let store = dashboard.store.as_ref();
    // The page is there all the same, as the calls are.
    let read = overrides::read(store, now).await;
    let unread = read.is_err();
    let stored = read.unwrap_or_else(|error| overrides::unread(&error));
    let escalation = settings.config.escalation.with_overrides(&stored);
    let faces = Faces::of(escalation.people.keys());
    let schedules = escalation.schedules.iter().enumerate();
    let schedules: Vec<Shown> = schedules
        .map(|(number, schedule)| one_shown(schedule, number, asked, &faces, now))
        .collect();
    let form = match sent {
        Some(form) => Some(form),
        None => asked.shift.as_ref().and_then(|(name, at)| {
            let schedule = escalation.schedules.get(name)?;
            let clock = asked.clock(schedule);
            Some(Form::of_shift(schedule, *at, &clock, now)?.with_covered(&stored, now))
        }),
    };
    let has_person = |name: &str| escalation.people.contains_key(name);
    let known = ConfiguredNames {
        schedules: &settings.config.escalation.schedules,
        has_person: &has_person,
    };
    let clock = |schedule: &Schedule| asked.clock(schedule);
    let by_id = |id: &Option<String>| {
        let over = stored.overrides.iter().find(|over| Some(&over.id) == id.as_ref())?;
        Some(one(over, &[], known, &clock))
    };
    let [week, zone] = asked.hidden();
    let facts = context! {
        on_call => dashboard.on_call.of(&settings, &stored, now), schedules => Serde(&schedules),
        people => escalation.people.keys().cloned().collect::<Vec<String>>(),
        form => Serde(&form), unread, said => Serde(&override_rows(&stored, known, &clock, now)),
        made => Serde(&by_id(&asked.made).filter(|_| is_open(&stored, &asked.made, now))),
        removed => Serde(&by_id(&asked.removed)),
        earlier => asked.moved(-4, now), later => asked.moved(4, now), this => asked.this_week(),
        own_clocks => asked.own_clocks(),
        shown_zone => shown_zone(&settings, asked), here => asked.path(&[]), week, zone,
        lost_shifts => Serde(&lost_shifts(&settings, now)),
        silences => Serde(&silences(store, &settings, now).await?),
        ..frame(dashboard, &settings, ("On call", "on-call"), viewer, now).await?
    };
    render(dashboard, "on-call.html", facts)
}

fn is_open(stored: &StoredOverrides, id: &Option<String>, now: Timestamp) -> bool {
    let over = stored.overrides.iter().find(|over| Some(&over.id) == id.as_ref());
    over.is_some_and(|over| over.removed.is_none() && now < over.until)
}

/// By which clock all of it is shown; empty if there are several.
fn shown_zone(settings: &Settings, asked: &Asked) -> String {
    let mut zones =
        settings.config.escalation.schedules.iter().map(|schedule| asked.clock(schedule));
    let first = zones.next().unwrap_or(TimeZone::UTC);
    let name = first.iana_name().unwrap_or_default().to_owned();
    if zones.all(|zone| zone.iana_name() == Some(&name)) { name } else { String::new() }
}

fn one_shown(
    schedule: &Schedule,
    number: usize,
    asked: &Asked,
    faces: &Faces,
    now: Timestamp,
) -> Shown {
    let clock = asked.clock(schedule);
    let days = asked.days(&clock, now);
    let link = |shift: &Shift| {
        let at = shift.from.max(days.from()).to_string();
        let fields = [("schedule", schedule.name.as_str()), ("at", at.as_str())];
        form::may_take_over((shift.from, shift.until), now)
            .then(|| format!("{}#take-over", asked.path(&fields)))
    };
    let lanes = Lanes { schedule, days: &days, faces, number, now, link: &link }.svg();
    let (rows, more) = rows(schedule, &days, faces, now, &link);
    let name = |zone: &TimeZone| zone.iana_name().unwrap_or("UTC").to_owned();
    Shown {
        name: schedule.name.clone(),
        time_zone: name(&schedule.zone),
        clock: name(&clock),
        lanes,
        rows,
        more,
    }
}
