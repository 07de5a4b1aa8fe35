//! One Flow: its state, its graph with people moving through it, and its Executions.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::{try_join, try_join4};
use minijinja::value::Serde;
use minijinja::{Value, context};
use shared::config::Settings;
use shared::domain::executions::quiet::Quiet;
use shared::domain::executions::sid::{FLOW, is_sid};
use shared::domain::executions::views::{ExecutionView, FlowCounts, FlowResource, MedianSeconds};
use shared::http::{Request, Response};
use shared::jobs::watch::definitions::{Definitions, RevisionDefinition};
use shared::jobs::watch::read::{self, ExecutionPage, RunningExecution, RunningExecutions};
use shared::storage::flows::Fetched;
use shared::{Error, Timestamp};
use studio::draw::Graph;

use super::drawn::{arranged, of_steps, with_ends};
use super::graph::Figures;
use super::medians::medians;
use super::query::{Query, SPANS};
use super::rows::{RunRow, StuckRow, reason, short, unnamed};
use super::{Change, Rows, Stamp, chosen, fields, list, subscribe, svg_parts};
use crate::pages::frame::frame;
use crate::pages::markup::thousands;
use crate::pages::{rejected, render, text};
use crate::parts::Live;
use crate::{Dashboard, ServerCli, Viewer};

/// How many stuck Executions have their command on the page.
const MAX_STUCK: usize = 10;

/// What is read of a Flow for its page.
struct Known {
    drawn: Drawn,
    counts: FlowCounts,
    medians: Arc<BTreeMap<String, MedianSeconds>>,
    running: RunningExecutions,
    quiet: Option<Quiet>,
}

/// What is drawn of a Flow, and the Executions beside it.
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
    let cursor = cursor(dashboard, sid, now).await?;
    if cursor == 0 {
        let facts = context! {
            sid => is_sid(FLOW, sid).then_some(sid), subscribe => subscribe::subscribe(&settings),
            live => Query::default().behind(&format!("/live?studio={sid}")),
            ..frame(dashboard, &settings, ("Flow", "flow"), viewer, now).await?
        };
        return Ok(Response { status: 404, ..render(dashboard, "no-flow.html", facts)? });
    }
    let query = Query::of(&fields(request));
    let stamp = Stamp::of(cursor, now);
    let known = known(dashboard, &settings, sid, &query, now).await?;
    let context = chosen::context(
        dashboard,
        &settings,
        sid,
        &query,
        known.drawn.chosen.as_ref(),
        viewer,
        now,
    )
    .await?;
    let name = name(sid, &known.drawn.resource);
    let live = shown(dashboard, &settings, sid, &query, known, now).await?;
    let facts = context! {
        live => query.behind(&format!("/live?studio={sid}")), has => stamp.id(&live),
        html => Value::from_safe_string(live.whole()), context,
        ..frame(dashboard, &settings, (&name, "flow"), viewer, now).await?
    };
    render(dashboard, "studio-flow.html", facts)
}

/// What a browser lacks of that page's live part.
pub(crate) async fn live(
    dashboard: &Dashboard,
    sid: &str,
    asked: &[(String, String)],
    has: &str,
    now: Timestamp,
) -> Result<Change, Error> {
    if !is_sid(FLOW, sid) {
        return Err(Error::NotFound);
    }
    let cursor = cursor(dashboard, sid, now).await?;
    let stamp = Stamp::of(cursor, now);
    // The page of a Flow of which nothing is known waits for its first events.
    if stamp.is_of(has) || cursor == 0 {
        return Ok(Stamp::nothing(has));
    }
    let (settings, query) = (dashboard.settings.get(now).await?, Query::of(asked));
    let known = known(dashboard, &settings, sid, &query, now).await?;
    Ok(stamp.change(&shown(dashboard, &settings, sid, &query, known, now).await?, has))
}

/// The definition that is drawn, as Twilio wrote it.
pub(crate) async fn definition(
    dashboard: &Dashboard,
    request: &Request,
    sid: &str,
    now: Timestamp,
) -> Result<Response, Error> {
    if cursor(dashboard, sid, now).await? == 0 {
        return Err(Error::NotFound);
    }
    let settings = dashboard.settings.get(now).await?;
    let query = Query::of(&fields(request));
    let drawn = drawn(dashboard, &settings, sid, &query, now).await?;
    let found = drawn.definition.and_then(|fetched| fetched.value).ok_or(Error::NotFound)?;
    Ok(Response::of(200, "application/json", found.text).with("cache-control", "no-store"))
}

/// How far this Flow's events have come: 0 if none was seen, or this is no SID of a Flow.
async fn cursor(dashboard: &Dashboard, sid: &str, now: Timestamp) -> Result<u64, Error> {
    match is_sid(FLOW, sid) {
        true => read::cursor(dashboard.store.as_ref(), &[sid.to_owned()], now).await,
        false => Ok(0),
    }
}

/// Reads what is drawn, and the Executions that are listed beside it.
async fn drawn(
    dashboard: &Dashboard,
    settings: &Settings,
    sid: &str,
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
    let is_its = |view: &&ExecutionView| view.flow.as_deref() == Some(sid);
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

async fn known(
    dashboard: &Dashboard,
    settings: &Settings,
    sid: &str,
    query: &Query,
    now: Timestamp,
) -> Result<Known, Error> {
    let drawn = drawn(dashboard, settings, sid, query, now).await?;
    let store = dashboard.store.as_ref();
    let flows = [sid.to_owned()];
    let (counts, medians, running, mut quiet) = try_join4(
        read::counts(store, sid, query.span, now),
        medians(dashboard, sid, now),
        read::running(store, sid, now),
        read::quiet_flows(store, &flows, now),
    )
    .await?;
    let quiet = quiet.remove(sid);
    Ok(Known { drawn, counts, medians, running, quiet })
}

fn name(sid: &str, resource: &Fetched<FlowResource>) -> String {
    let name = resource.value.as_ref().map(|resource| resource.friendly_name.as_str());
    name.filter(|name| !name.is_empty()).map_or_else(|| unnamed(sid), str::to_owned)
}

async fn shown(
    dashboard: &Dashboard,
    settings: &Settings,
    sid: &str,
    query: &Query,
    known: Known,
    now: Timestamp,
) -> Result<Live, Error> {
    let Known { drawn, counts, medians, running, quiet } = known;
    let Drawn { resource, revision, definition, page, chosen } = drawn;
    let path = format!("/studio/{sid}");
    let (drawn, why) = match definition {
        Some(Fetched { value, failure, .. }) => (value, failure),
        None => (None, Some("no revision of it is known yet".to_owned())),
    };
    let graph = match &drawn {
        Some(definition) => Graph::of(&definition.flow),
        None => of_steps(&counts, &page.executions),
    };
    let figures = Figures { counts: &counts, medians: &medians, running: &running };
    let overlay = figures.overlay(&graph, chosen.as_ref());
    let name = name(sid, &resource);
    let graph = with_ends(graph, &counts.edges);
    let graph = arranged(Graph { title: format!("The graph of {name}"), ..graph });
    let revision_drawn = revision.filter(|_| drawn.is_some());
    let svg = dashboard.layouts.svg((sid, revision_drawn), &graph, &overlay);
    let (drawing, parts) = svg_parts::parts(&svg);
    let stuck: Vec<&RunningExecution> =
        running.executions.iter().filter(|running| running.stuck.is_some()).collect();
    let hang_ups: u64 = counts.widgets.values().map(|widget| widget.hang_ups).sum();
    let mut rows = Rows::new();
    let (why, resource_failure) = (why.map(reason), resource.failure.map(reason));
    let about = context! {
        name => name.clone(), sid, resource => resource.value.as_ref().map(Serde),
        resource_failure => resource_failure.filter(|failure| Some(failure) != why.as_ref()), revision, drawn => drawn.is_some(),
        console => format!("https://www.twilio.com/console/studio/flows/{sid}"),
        definition => query.behind(&format!("{path}/definition")),
    };
    let about = rows.add("header", "about", "studio-about.html", about)?;
    let figures_facts = context! {
        now_in_it => running.executions.len(), is_more => running.is_more, stuck => stuck.len(),
        started => thousands(counts.started), ended => thousands(counts.ended), failed => thousands(counts.failed),
        is_failed => counts.failed > 0, hang_ups => thousands(hang_ups),
        since => counts.since.to_string(),
    };
    let counted = rows.add("div", "counted", "studio-counted.html", figures_facts)?;
    let stuck_facts = context! {
        stuck => stuck_rows(&dashboard.server_cli, sid, query, &stuck), more_stuck => stuck.len().saturating_sub(MAX_STUCK),
        is_local => dashboard.start_token.is_some(),
    };
    let stuck_list = rows.add("div", "stuck-list", "studio-stuck.html", stuck_facts)?;
    let quiet_facts = context! { quiet => quiet.map(|quiet| quiet.reason(now)) };
    let quiet_notice = rows.add("div", "quiet", "studio-quiet.html", quiet_facts)?;
    let chosen_panel = match &chosen {
        Some(view) => {
            let facts = chosen::facts(dashboard, settings, sid, query, view, now).await?;
            Some(rows.add("section", "chosen", "studio-chosen.html", facts)?)
        }
        None => None,
    };
    rows.parts.extend(parts);
    let mut widgets = Vec::new();
    for widget in figures.rows(&graph, drawn.is_some()) {
        let facts = context! { widget => Serde(&widget) };
        widgets.push(rows.add("li", &widget.id, "studio-widget.html", facts)?);
    }
    let runs = list::runs(&mut rows, query, &path, page, |view| {
        let chosen = Query { execution: Some(view.sid.clone()), ..query.clone() };
        let is_chosen = query.execution.as_ref() == Some(&view.sid);
        context! { run => Serde(RunRow::of(view, None)), href => chosen.behind(&path), is_chosen }
    })?;
    let facts = context! {
        rejected => rejected(dashboard),
        tab => if stuck.is_empty() { name.clone() } else { format!("{} stuck · {name}", stuck.len()) },
        said => list::said(stuck.len(), usize::from(quiet.is_some())),
        about, counted, quiet_notice, stuck_list, drawn => drawn.is_some(), why, chosen => chosen_panel,
        not_found => query.execution.as_ref().filter(|_| chosen.is_none()),
        spans => spans(query, &path), svg => Value::from_safe_string(drawing), widgets, runs,
        filters => list::filters(query, &path), text => query.text.clone(), show => query.show,
        span => query.span_name(),
    };
    Ok(Live::new(text("studio-flow-live.html", facts)?, rows.parts))
}

/// The spans as links.
fn spans(query: &Query, path: &str) -> Value {
    let link = |(_, word, span): &(&'static str, &'static str, _)| {
        let is_current = *span == query.span;
        let query = Query { span: *span, ..query.clone() };
        context! { word => *word, href => query.behind(path), is_current }
    };
    Value::from(SPANS.iter().map(link).collect::<Vec<_>>())
}

/// The stuck Executions, each with its reason and the command that ends it.
fn stuck_rows(
    server_cli: &ServerCli,
    sid: &str,
    query: &Query,
    stuck: &[&RunningExecution],
) -> Value {
    let row = |running: &&RunningExecution| {
        let execution = &running.execution;
        let chosen = Query { execution: Some(execution.sid.clone()), ..query.clone() };
        context! {
            id => execution.sid.clone(), short => short(&execution.sid), contact => execution.contact.clone(),
            stuck => running.stuck.as_ref().map(|stuck| Serde(StuckRow::of(stuck))),
            href => chosen.behind(&format!("/studio/{sid}")),
            command => subscribe::end(server_cli, sid, &execution.sid),
        }
    };
    Value::from(stuck.iter().take(MAX_STUCK).map(row).collect::<Vec<_>>())
}
