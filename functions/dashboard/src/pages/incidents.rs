//! One incident with its timeline, for people; and incidents as JSON.

use minijinja::value::{Serde, merge_maps};
use minijinja::{Value, context};
use serde::Serialize;
use shared::config::Settings;
use shared::domain::escalation::Entry;
use shared::domain::text::{mask_numbers, sentence, slack_line};
use shared::http::{Request, Response};
use shared::jobs::escalate::incidents::{View, view};
use shared::jobs::escalate::silences::is_silenced;
use shared::storage::incidents;
use shared::storage::records::StoredIncident;
use shared::{Error, Timestamp};

use super::acts::{Offered, notice};
use super::calls::{calls, policy_text};
use super::folded;
use super::frame::{frame, waiting};
use super::summary::Summary;
use super::timeline::timeline;
use super::{rejected, render, text};
use crate::{Dashboard, Viewer};

/// How many incidents that are over `GET /incidents.json` gives.
const RECENT_IN_JSON: usize = 50;

/// One incident: a page, or JSON with its timeline.
pub(crate) async fn one(
    dashboard: &Dashboard,
    request: &Request,
    id: &str,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let kept = incidents::find(dashboard.store.as_ref(), id, now).await?;
    let settings = dashboard.settings.get(now).await?;
    if request.wants_json() {
        let kept = kept.ok_or(Error::NotFound)?;
        return Ok(
            Response::json(200, &with_timeline(&kept, &settings)).with("cache-control", "no-store")
        );
    }
    let frame = frame(dashboard, &settings, ("Incident", "incident"), viewer, now).await?;
    let Some(kept) = kept else {
        let page = render(dashboard, "no-incident.html", frame)?;
        return Ok(Response { status: 404, ..page });
    };
    let live = format!("/live?incident={}", kept.incident.id);
    let facts = facts(dashboard, &kept, &settings, viewer, now).await?;
    let facts = context! { live, notice => notice(request, &kept.incident, viewer), ..facts };
    let facts = merge_maps([facts, frame]);
    render(dashboard, "incident.html", facts)
}

/// The live part of that page; `None` if there is no such incident.
pub(crate) async fn live_one(
    dashboard: &Dashboard,
    id: &str,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Option<String>, Error> {
    let Some(kept) = incidents::find(dashboard.store.as_ref(), id, now).await? else {
        return Ok(None);
    };
    let settings = dashboard.settings.get(now).await?;
    let waiting = waiting(dashboard, now).await?;
    let facts = facts(dashboard, &kept, &settings, viewer, now).await?;
    let facts = context! { rejected => rejected(dashboard), waiting, ..facts };
    text("incident-live.html", facts).map(Some)
}

async fn facts(
    dashboard: &Dashboard,
    kept: &StoredIncident,
    settings: &Settings,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Value, Error> {
    let incident = &kept.incident;
    let is_silenced = is_silenced(dashboard.store.as_ref(), incident, now).await?;
    let offered = Offered::of(incident, is_silenced, viewer, settings, now);
    Ok(context! {
        more_alarms => incident.more_alarms,
        alarms => Serde(&folded::rows(incident)), calls => Serde(&calls(incident)),
        policy => Serde(&policy_text(&incident.policy)),
        globs => Serde(&incident.policy.alarms), channel => incident.policy.channel.clone(),
        ..incident_view(kept, settings, &offered, &format!("/incidents/{}", incident.id))
    })
}

/// How an incident stands, what happened, and what is offered: the forms for that lie below `acts_at`.
pub(super) fn incident_view(
    kept: &StoredIncident,
    settings: &Settings,
    offered: &Offered,
    acts_at: &str,
) -> Value {
    let incident = &kept.incident;
    let summary = Summary::of(incident);
    let (tab, said) = (format!("{} · {}", summary.headline, summary.what), summary.as_sentence());
    context! {
        tab, said, incident => Serde(&summary), offered => Serde(offered), acts_at,
        timeline => Serde(&timeline(incident, |entry| in_slack(kept, entry, settings))),
        seen => incident.timeline.next,
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
