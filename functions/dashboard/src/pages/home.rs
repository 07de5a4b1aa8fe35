//! The first page: what goes on, and who is on call for what.

use std::sync::Arc;

use futures_util::future::try_join4;
use minijinja::value::{Serde, merge_maps};
use minijinja::{Value, context};
use shared::config::Settings;
use shared::domain::escalation::Incident;
use shared::domain::text::count;
use shared::http::{Request, Response};
use shared::storage::incidents;
use shared::{Error, Timestamp};

use super::alarms::alarms;
use super::frame::{frame, waiting};
use super::on_call::lost_shifts;
use super::silences::silences;
use super::summary::Summary;
use super::{rejected, render, simulated, text};
use crate::{Dashboard, Viewer};

/// How many incidents that are over the page shows: it is read again every second while somebody looks.
const RECENT: usize = 5;

/// The page of what goes on, who is on call, and what was over last.
pub(crate) async fn page(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let frame = frame(dashboard, &settings, ("Incidents", "home"), viewer, now).await?;
    let facts = context! {
        live => "/live?incidents", send_command => dashboard.server_cli.send.as_ref(),
        can_raise => settings.config.escalation.policy_names().next().is_some(),
        is_raised => request.query.as_deref() == Some("asked=raise"),
        lost_shifts => lost_shifts(&settings, now).len(),
        ..facts(dashboard, &settings, now).await?
    };
    let facts = merge_maps([facts, frame]);
    render(dashboard, "home.html", facts)
}

/// The live part of that page.
pub(crate) async fn live(dashboard: &Dashboard, now: Timestamp) -> Result<String, Error> {
    let settings = dashboard.settings.get(now).await?;
    let facts = facts(dashboard, &settings, now).await?;
    text("home-live.html", context! { rejected => rejected(dashboard), ..facts })
}

/// The facts of the live part. Nothing in it changes by the second, but by what happens.
async fn facts(
    dashboard: &Dashboard,
    settings: &Arc<Settings>,
    now: Timestamp,
) -> Result<Value, Error> {
    let store = dashboard.store.as_ref();
    let (all, silences, alarms, waiting) = try_join4(
        incidents::all(store, RECENT, now),
        silences(store, settings, now),
        alarms(store, settings, now),
        waiting(dashboard, now),
    )
    .await?;
    let (mut open, recent): (Vec<_>, Vec<_>) =
        all.iter().map(Summary::of).partition(|incident| incident.is_open);
    open.sort_by_key(Summary::urgency);
    let said: Vec<String> = open.iter().map(Summary::as_sentence).collect();
    let (tab, said) = match open.len() {
        0 => ("Incidents".to_owned(), "No incident is open".to_owned()),
        number => (format!("{} open", count(number, "incident")), said.join(". ")),
    };
    Ok(context! {
        tab, said, open => Serde(&open), recent => Serde(&recent.iter().take(RECENT).collect::<Vec<_>>()),
        quiet_since => quiet_since(&all), on_call => dashboard.on_call.get(store, settings, now).await,
        silences => Serde(&silences.in_force()), without_policy => Serde(&alarms.without_policy),
        waiting, simulated => simulated(settings),
    })
}

/// When the last incident was over, if none is open.
fn quiet_since(all: &[Incident]) -> Option<String> {
    let ends: Option<Vec<Timestamp>> = all.iter().map(|incident| incident.ended_at).collect();
    ends?.into_iter().max().map(|at| at.to_string())
}
