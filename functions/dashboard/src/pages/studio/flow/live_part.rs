//! The part of a Flow's page that changes while it is looked at.

use minijinja::value::Serde;
use minijinja::{Value, context};
use shared::config::Settings;
use shared::domain::sid::Sid;
use shared::jobs::watch::read::RunningExecution;
use shared::storage::flows::Fetched;
use shared::{Error, Timestamp};
use studio::draw::Graph;

use super::super::drawn::{arranged, of_steps, with_ends};
use super::super::graph::Figures;
use super::super::query::{Query, SPANS};
use super::super::rows::{RunRow, StuckRow, reason, short};
use super::super::{Rows, chosen, list, subscribe, svg_parts};
use super::{Drawn, FlowRead, name};
use crate::pages::markup::thousands;
use crate::pages::{rejected, text};
use crate::parts::Live;
use crate::{Dashboard, ServerCli};

/// How many stuck Executions have their command on the page.
const MAX_STUCK: usize = 10;

pub(super) async fn shown(
    dashboard: &Dashboard,
    settings: &Settings,
    sid: &Sid,
    query: &Query,
    known: FlowRead,
    now: Timestamp,
) -> Result<Live, Error> {
    let FlowRead { drawn, counts, medians, running, quiet } = known;
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
        name => name.clone(), sid => sid.as_str(), resource => resource.value.as_ref().map(Serde),
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
        said => list::announcement(stuck.len(), usize::from(quiet.is_some())),
        about, counted, quiet_notice, stuck_list, drawn => drawn.is_some(), why, chosen => chosen_panel,
        not_found => query.execution.as_ref().filter(|_| chosen.is_none()).map(Sid::as_str),
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
    sid: &Sid,
    query: &Query,
    stuck: &[&RunningExecution],
) -> Value {
    let row = |running: &&RunningExecution| {
        let execution = &running.execution;
        let chosen = Query { execution: Some(execution.sid.clone()), ..query.clone() };
        context! {
            id => execution.sid.to_string(), short => short(&execution.sid), contact => execution.contact.clone(),
            stuck => running.stuck.as_ref().map(|stuck| Serde(StuckRow::of(stuck))),
            href => chosen.behind(&format!("/studio/{sid}")),
            command => subscribe::end(server_cli, sid, &execution.sid),
        }
    };
    Value::from(stuck.iter().take(MAX_STUCK).map(row).collect::<Vec<_>>())
}
