//! Incidents for people, and as JSON: what goes on, what went on, and one with its timeline.

use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;
use shared::config::Settings;
use shared::domain::escalation::Entry;
use shared::domain::schedule::two_weeks;
use shared::domain::text::{count, mask_numbers, sentence, slack_line};
use shared::http::{Request, Response};
use shared::jobs::escalate::incidents::{View, view};
use shared::storage::records::StoredIncident;
use shared::storage::{dead_letters, incidents};
use shared::{Error, Timestamp};

use super::alarms::alarms;
use super::calls::{calls, policy_text};
use super::counters::counters;
use super::silences::{notice, silences};
use super::summary::Summary;
use super::timeline::timeline;
use super::{rejected, render, simulated, text};
use crate::Dashboard;

/// How many incidents that are over the page shows: it is read again every second while somebody looks.
const RECENT: usize = 20;
/// How many of them `GET /incidents.json` gives.
const RECENT_IN_JSON: usize = 50;

/// What goes on, what went on, what waits, and what is counted.
pub(crate) async fn home(
    dashboard: &Dashboard,
    signed_in: bool,
    now: Timestamp,
) -> Result<Response, Error> {
    let store = dashboard.store.as_ref();
    let waiting = dead_letters::waiting(store, None, now).await?;
    let settings = dashboard.settings.get(now).await?;
    let routes = &settings.config.routes;
    let on_call = two_weeks(&settings.config.escalation.schedules, now);
    let facts = context! {
        title => "Incidents", page => "home", signed_in, now => now.to_string(),
        live => "/live?incidents",
        counters => Serde(&counters(store, now).await?), dead_letters => waiting, route_count => routes.iter().count(),
        channels => Serde(routes.channels()), on_call => Serde(&on_call),
        lost_shifts => Serde(&lost_shifts(&settings, now)),
        silences => Serde(&silences(store, &settings, now).await?),
        alarms => Serde(&alarms(store, &settings, now).await?),
        ..list(dashboard, now).await?
    };
    render(dashboard, "home.html", facts)
}

/// How many lost shifts the page names.
const MAX_LOST: usize = 20;

/// Events of calendars that name somebody and cannot be read, each with where it is.
fn lost_shifts(settings: &Settings, now: Timestamp) -> Vec<String> {
    let lost = settings.config.lost_shifts(now);
    let line = |lost: &shared::config::file::CalendarProblem| {
        let shared::config::file::Problem { file, line, key, what } = &lost.problem;
        let file = file.trim_start_matches(shared::config::PART_PREFIX);
        format!("{} in {file}, line {line}: {key} {}", lost.schedule, mask_numbers(what))
    };
    let mut lines: Vec<String> = lost.iter().take(MAX_LOST).map(|lost| line(lost)).collect();
    if lost.len() > MAX_LOST {
        lines.push(format!("and {} more", lost.len() - MAX_LOST));
    }
    lines
}

/// The live part of that page.
pub(crate) async fn live_list(dashboard: &Dashboard, now: Timestamp) -> Result<String, Error> {
    let facts = list(dashboard, now).await?;
    text("incidents-live.html", context! { rejected => rejected(dashboard), ..facts })
}

/// The facts of the live part. Nothing in it changes by the second, but by what happens.
async fn list(dashboard: &Dashboard, now: Timestamp) -> Result<Value, Error> {
    let all = incidents::all(dashboard.store.as_ref(), RECENT, now).await?;
    let (mut open, recent): (Vec<_>, Vec<_>) =
        all.iter().map(Summary::of).partition(|incident| incident.is_open);
    open.sort_by_key(Summary::urgency);
    let settings = dashboard.settings.get(now).await?;
    let policies: Vec<(String, String)> = settings
        .config
        .escalation
        .policies_at(now)
        .map(|policy| (policy.name, policy.roster.join(", then ")))
        .collect();
    let said: Vec<String> = open.iter().map(Summary::said).collect();
    let (tab, said) = match open.len() {
        0 => ("Incidents".to_owned(), "No incident is open".to_owned()),
        number => (format!("{} open", count(number, "incident")), said.join(". ")),
    };
    Ok(context! {
        tab, said, open => Serde(&open), recent => Serde(&recent.iter().take(RECENT).collect::<Vec<_>>()),
        policies => Serde(&policies), simulated => simulated(&settings),
    })
}

/// One incident: a page, or JSON with its timeline.
pub(crate) async fn one(
    dashboard: &Dashboard,
    request: &Request,
    id: &str,
    signed_in: bool,
    now: Timestamp,
) -> Result<Response, Error> {
    let kept = incidents::one(dashboard.store.as_ref(), id, now).await?;
    let settings = dashboard.settings.get(now).await?;
    if request.wants_json() {
        let kept = kept.ok_or(Error::NotFound)?;
        return Ok(
            Response::json(200, &with_timeline(&kept, &settings)).with("cache-control", "no-store")
        );
    }
    let common = |rest: Value| {
        context! {
            title => "Incident", page => "incident", simulated => simulated(&settings), signed_in, ..rest
        }
    };
    let Some(kept) = kept else {
        let page = render(dashboard, "no-incident.html", common(Value::UNDEFINED))?;
        return Ok(Response { status: 404, ..page });
    };
    let live = format!("/live?incident={}", kept.incident.id);
    let notice = notice(request);
    let facts =
        context! { now => now.to_string(), live, notice, ..common(facts(&kept, &settings)) };
    render(dashboard, "incident.html", facts)
}

/// The live part of that page; `None` if there is no such incident.
pub(crate) async fn live_one(
    dashboard: &Dashboard,
    id: &str,
    now: Timestamp,
) -> Result<Option<String>, Error> {
    let Some(kept) = incidents::one(dashboard.store.as_ref(), id, now).await? else {
        return Ok(None);
    };
    let settings = dashboard.settings.get(now).await?;
    let facts = context! { rejected => rejected(dashboard), ..facts(&kept, &settings) };
    text("incident-live.html", facts).map(Some)
}

fn facts(kept: &StoredIncident, settings: &Settings) -> Value {
    let incident = &kept.incident;
    let summary = Summary::of(incident);
    let (tab, said) = (format!("{} · {}", summary.headline, summary.policy), summary.said());
    context! {
        tab, said, incident => Serde(&summary), more_alarms => incident.more_alarms,
        alarms => Serde(&incident.alarms), calls => Serde(&calls(incident)),
        timeline => Serde(&timeline(incident, |entry| in_slack(kept, entry, settings))),
        policy => Serde(&policy_text(&incident.policy)),
        seen => incident.timeline.next,
        globs => Serde(&incident.policy.alarms), channel => incident.policy.channel.clone(),
    }
}

/// Whether Slack was told of an entry: it is worth a line there, and its turn has come.
fn in_slack(kept: &StoredIncident, entry: &Entry, settings: &Settings) -> bool {
    entry.number < kept.said
        && slack_line(&kept.incident, entry, settings.slack_context()).is_some()
}

/// Incidents as JSON, the newest first.
pub(crate) async fn json(dashboard: &Dashboard, now: Timestamp) -> Result<Response, Error> {
    let all = incidents::all(dashboard.store.as_ref(), RECENT_IN_JSON, now).await?;
    let views: Vec<View<'_>> = all.iter().map(view).collect();
    Ok(Response::json(200, &views).with("cache-control", "no-store"))
}

#[derive(Serialize)]
struct WithTimeline<'a> {
    #[serde(flatten)]
    view: View<'a>,
    timeline: Vec<serde_json::Value>,
}

/// An incident as `GET /incidents.json` shows it, and what happened, the oldest first: each entry with its own fields,
/// the same as a sentence (`says`), and whether Slack was told (`in_slack`).
fn with_timeline<'a>(kept: &'a StoredIncident, settings: &Settings) -> WithTimeline<'a> {
    let told = |entry: &Entry| {
        // The event's name, and its own fields beside it.
        let event = serde_json::json!(entry.event);
        let (name, fields) = match event.as_object().and_then(|object| object.iter().next()) {
            Some((name, fields)) => (name.as_str(), fields.clone()),
            None => (event.as_str().unwrap_or_default(), serde_json::json!({})),
        };
        let mut told = fields;
        told["number"] = entry.number.into();
        told["at"] = entry.at.to_string().into();
        told["event"] = name.into();
        // Twilio's words may name the number that it could not call.
        for key in ["why", "failed"] {
            if let Some(why) = told.get_mut(key)
                && let Some(text) = why.as_str()
            {
                *why = mask_numbers(text).into();
            }
        }
        told["says"] = sentence(&kept.incident, &entry.event).capitalized().plain().into();
        told["in_slack"] = in_slack(kept, entry, settings).into();
        told
    };
    let timeline = kept.incident.timeline.entries.iter().map(told).collect();
    WithTimeline { view: view(&kept.incident), timeline }
}
