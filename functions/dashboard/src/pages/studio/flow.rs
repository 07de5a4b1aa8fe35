//! One Flow: its state, its graph with people moving through it, and its Executions.

mod live_part;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::{try_join, try_join4};
use minijinja::{Value, context};
use shared::config::Settings;
use shared::domain::executions::quiet::Quiet;
use shared::domain::executions::views::{ExecutionView, FlowCounts, FlowResource, MedianSeconds};
use shared::domain::sid::{FLOW, Sid};
use shared::http::{Request, Response};
use shared::jobs::watch::definitions::{Definitions, RevisionDefinition};
use shared::jobs::watch::read::{self, ExecutionPage, RunningExecutions};
use shared::storage::flows::Fetched;
use shared::{Error, Timestamp};

use self::live_part::shown;
use super::medians::medians;
use super::query::Query;
use super::rows::unnamed;
use super::{Change, Stamp, chosen, fields, subscribe};
use crate::pages::frame::frame;
use crate::pages::render;
use crate::{Dashboard, Viewer};

/// A Flow as it is read for its page.
struct FlowRead {
    drawn: Drawn,
    counts: FlowCounts,
    medians: Arc<BTreeMap<String, MedianSeconds>>,
    running: RunningExecutions,
    quiet: Option<Quiet>,
}

/// The drawn part of a Flow, and the Executions beside it.
struct Drawn {
    resource: Fetched<FlowResource>,
    /// The revision that is drawn.
    revision: Option<u32>,
    definition: Option<Fetched<RevisionDefinition>>,
    page: ExecutionPage,
    chosen: Option<ExecutionView>,
}

/// The page of a Flow.
pub(crate) async fn one(
    dashboard: &Dashboard,
    request: &Request,
    sid: &str,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let flow = Sid::parse(FLOW, sid);
    let cursor = cursor(dashboard, flow.as_ref(), now).await?;
    let Some(flow) = flow.as_ref().filter(|_| cursor > 0) else {
        let facts = context! {
            sid => flow.map(|flow| flow.to_string()), subscribe => subscribe::subscribe(&settings),
            live => Query::default().behind(&format!("/live?studio={sid}")),
            ..frame(dashboard, &settings, ("Flow", "flow"), viewer, now).await?
        };
        return Ok(Response { status: 404, ..render(dashboard, "no-flow.html", facts)? });
    };
    let query = Query::of(&fields(request));
    let stamp = Stamp::of(cursor, now);
    let known = read_flow(dashboard, &settings, flow, &query, now).await?;
    let context = chosen::context(
        dashboard,
        &settings,
        flow,
        &query,
        known.drawn.chosen.as_ref(),
        viewer,
        now,
    )
    .await?;
    let name = name(flow, &known.drawn.resource);
    let live = shown(dashboard, &settings, flow, &query, known, now).await?;
    let facts = context! {
        live => query.behind(&format!("/live?studio={flow}")), has => stamp.id(&live),
        html => Value::from_safe_string(live.whole()), context,
        ..frame(dashboard, &settings, (&name, "flow"), viewer, now).await?
    };
    render(dashboard, "studio-flow.html", facts)
}

/// Renders those pieces of the page's live part that the browser does not have yet.
pub(crate) async fn live(
    dashboard: &Dashboard,
    sid: &str,
    asked: &[(String, String)],
    has: &str,
    now: Timestamp,
) -> Result<Change, Error> {
    let sid = &Sid::parse(FLOW, sid).ok_or(Error::NotFound)?;
    let cursor = cursor(dashboard, Some(sid), now).await?;
    let stamp = Stamp::of(cursor, now);
    // The page of a Flow of which nothing is known waits for its first events.
    if stamp.is_of(has) || cursor == 0 {
        return Ok(Stamp::nothing(has));
    }
    let (settings, query) = (dashboard.settings.get(now).await?, Query::of(asked));
    let known = read_flow(dashboard, &settings, sid, &query, now).await?;
    Ok(stamp.change(&shown(dashboard, &settings, sid, &query, known, now).await?, has))
}

/// The definition that is drawn, as Twilio wrote it.
pub(crate) async fn definition(
    dashboard: &Dashboard,
    request: &Request,
    sid: &str,
    now: Timestamp,
) -> Result<Response, Error> {
    let sid = &Sid::parse(FLOW, sid).ok_or(Error::NotFound)?;
    if cursor(dashboard, Some(sid), now).await? == 0 {
        return Err(Error::NotFound);
    }
    let settings = dashboard.settings.get(now).await?;
    let query = Query::of(&fields(request));
    let drawn = drawn(dashboard, &settings, sid, &query, now).await?;
    let found = drawn.definition.and_then(|fetched| fetched.value).ok_or(Error::NotFound)?;
    Ok(Response::of(200, "application/json", found.text).with("cache-control", "no-store"))
}

/// How far this Flow's events have come: 0 if none was seen, or it is none.
async fn cursor(dashboard: &Dashboard, flow: Option<&Sid>, now: Timestamp) -> Result<u64, Error> {
    match flow {
        Some(flow) => read::cursor(dashboard.store.as_ref(), std::slice::from_ref(flow), now).await,
        None => Ok(0),
    }
}

/// Reads what is drawn, and the Executions that are listed beside it.
async fn drawn(
    dashboard: &Dashboard,
    settings: &Settings,
    sid: &Sid,
    query: &Query,
    now: Timestamp,
) -> Result<Drawn, Error> {
    let Dashboard { wire, store: kept_in, .. } = dashboard;
    let store = kept_in.as_ref();
    let definitions = Definitions { settings, wire, store: kept_in };
    let wanted = query.executions(Some(sid));
    let executions = async || {
        let chosen = async {
            match &query.execution {
                Some(execution) => read::one(store, execution, now).await,
                None => Ok(None),
            }
        };
        try_join(read::page(store, wanted, now), chosen).await
    };
    let (resource, (mut page, mut chosen)) =
        try_join(definitions.resource(sid, now), executions()).await?;
    let ran = page.executions.iter().filter_map(|view| Some((view.began_at?, view.revision?)));
    let newest = resource.value.as_ref().and_then(|resource| resource.revision);
    let is_its = |view: &&ExecutionView| view.flow.as_ref() == Some(sid);
    let of_chosen = chosen.as_ref().filter(is_its).and_then(|view| view.revision);
    let revision = of_chosen.or(ran.max().map(|(_, revision)| revision)).or(newest);
    let definition = match revision {
        Some(revision) => Some(definitions.definition(sid, revision, now).await?),
        None => None,
    };
    // It has just come: now it is known what is stuck.
    if definition.as_ref().is_some_and(|fetched| fetched.value.is_some() && fetched.at == now) {
        (page, chosen) = executions().await?;
    }
    let chosen = chosen.filter(|view| is_its(&view));
    Ok(Drawn { resource, revision, definition, page, chosen })
}

async fn read_flow(
    dashboard: &Dashboard,
    settings: &Settings,
    sid: &Sid,
    query: &Query,
    now: Timestamp,
) -> Result<FlowRead, Error> {
    let drawn = drawn(dashboard, settings, sid, query, now).await?;
    let store = dashboard.store.as_ref();
    let flows = [sid.clone()];
    let (counts, medians, running, mut quiet) = try_join4(
        read::counts(store, sid, query.span, now),
        medians(dashboard, sid, now),
        read::running(store, sid, now),
        read::quiet_flows(store, &flows, now),
    )
    .await?;
    let quiet = quiet.remove(sid);
    Ok(FlowRead { drawn, counts, medians, running, quiet })
}

fn name(sid: &Sid, resource: &Fetched<FlowResource>) -> String {
    let name = resource.value.as_ref().map(|resource| resource.friendly_name.as_str());
    name.filter(|name| !name.is_empty()).map_or_else(|| unnamed(sid), str::to_owned)
}
