//! All Flows, and Executions as they run.

use futures_util::future::join_all;
use minijinja::value::Serde;
use minijinja::{Value, context};
use shared::config::{Settings, Simulated};
use shared::domain::executions::views::{ExecutionView, FlowSummary};
use shared::domain::text::count;
use shared::http::{Request, Response};
use shared::jobs::watch::definitions::Definitions;
use shared::jobs::watch::read::{ExecutionPage, cursor, flows, page, seen_flows};
use shared::{Error, Timestamp};

use super::query::{FILTERS, Query};
use super::rows::{RunRow, unnamed};
use super::{Change, Rows, Stamp, fields, subscribe};
use crate::pages::frame::frame;
use crate::pages::{rejected, render, simulated, text};
use crate::parts::Live;
use crate::{Dashboard, Viewer};

/// How many Flows without a name are asked for at once.
const MAX_ASKED: usize = 10;

/// The page of all Flows.
pub(crate) async fn all(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let query = Query::of(&fields(request));
    let settings = dashboard.settings.get(now).await?;
    let seen = seen_flows(dashboard.store.as_ref(), now).await?;
    let stamp = Stamp::of(cursor(dashboard.store.as_ref(), &seen, now).await?, now);
    let live = shown(dashboard, &query, &settings, now).await?;
    let facts = context! {
        live => query.behind("/live?studio"), has => stamp.id(&live),
        html => Value::from_safe_string(live.whole()),
        ..frame(dashboard, &settings, ("Studio", "studio"), viewer, now).await?
    };
    render(dashboard, "studio.html", facts)
}

/// Renders those pieces of the page's live part that the browser does not have yet.
pub(crate) async fn live(
    dashboard: &Dashboard,
    asked: &[(String, String)],
    has: &str,
    now: Timestamp,
) -> Result<Change, Error> {
    let seen = seen_flows(dashboard.store.as_ref(), now).await?;
    let stamp = Stamp::of(cursor(dashboard.store.as_ref(), &seen, now).await?, now);
    if stamp.is_of(has) {
        return Ok(Stamp::nothing(has));
    }
    let settings = dashboard.settings.get(now).await?;
    Ok(stamp.change(&shown(dashboard, &Query::of(asked), &settings, now).await?, has))
}

async fn shown(
    dashboard: &Dashboard,
    query: &Query,
    settings: &Settings,
    now: Timestamp,
) -> Result<Live, Error> {
    let store = dashboard.store.as_ref();
    let flows = named(dashboard, settings, flows(store, now).await?, now).await?;
    let page = page(store, query.executions(None), now).await?;
    let mut rows = Rows::new();
    let mut flow_holes = Vec::new();
    for flow in &flows {
        let id = format!("flow-{}", flow.sid);
        let name = flow.name.clone().unwrap_or_else(|| unnamed(&flow.sid));
        let quiet = flow.quiet.map(|quiet| quiet.reason(now));
        let facts = context! { flow => Serde(flow), name, quiet };
        flow_holes.push(rows.add("li", &id, "studio-flow-row.html", facts)?);
    }
    let runs = runs(&mut rows, query, "/studio", page, |view| {
        let of = flows.iter().find(|flow| Some(&flow.sid) == view.flow.as_ref());
        let name = of.map(|flow| flow.name.clone().unwrap_or_else(|| unnamed(&flow.sid)));
        context! { run => Serde(RunRow::of(view, name.as_deref())) }
    })?;
    let stuck: usize = flows.iter().map(|flow| flow.stuck).sum();
    let quiet = flows.iter().filter(|flow| flow.quiet.is_some()).count();
    let facts = context! {
        rejected => rejected(dashboard), simulated => simulated(settings),
        tab => if stuck > 0 { format!("{stuck} stuck · Studio") } else { "Studio".to_owned() },
        said => announcement(stuck, quiet),
        flows => flow_holes, runs, filters => filters(query, "/studio"),
        text => query.text.clone(), show => query.show,
        subscribe => subscribe::subscribe(settings),
        is_demo => settings.is_simulated(Simulated::Twilio),
    };
    Ok(Live::new(text("studio-live.html", facts)?, rows.parts))
}

/// The list of Executions as a part, each of them a part in it.
pub(super) fn runs(
    rows: &mut Rows,
    query: &Query,
    path: &str,
    page: ExecutionPage,
    facts: impl Fn(&ExecutionView) -> Value,
) -> Result<Value, Error> {
    let mut inner = Rows::new();
    let mut holes = Vec::new();
    for view in &page.executions {
        let id = format!("run-{}", view.sid);
        holes.push(inner.add("li", &id, "studio-run.html", facts(view))?);
    }
    let newest = Query { after: String::new(), execution: None, ..query.clone() };
    let older = |after| Query { after, execution: None, ..query.clone() }.behind(path);
    let facts = context! {
        runs => holes, text => query.text.clone(), is_search => query.is_search(),
        older => page.after.map(older),
        newest => (!query.after.is_empty()).then(|| newest.behind(path)),
    };
    let list = rows.add("div", "runs", "studio-runs.html", facts)?;
    rows.parts.append(&mut inner.parts);
    Ok(list)
}

/// The sentence that is read out when it changes.
pub(super) fn announcement(stuck: usize, quiet: usize) -> String {
    let stuck = match stuck {
        0 => "No execution is stuck".to_owned(),
        stuck => format!("{} stuck", count(stuck, "execution")),
    };
    match quiet {
        0 => stuck,
        quiet => format!("{stuck}, {} gone quiet", count(quiet, "Flow")),
    }
}

/// The filters as links.
pub(super) fn filters(query: &Query, path: &str) -> Value {
    let link = |(name, word): &(&'static str, &'static str)| {
        let show = if *name == "all" { "" } else { *name };
        let is_current = show == query.show;
        let after = String::new();
        let query = Query { show, after, execution: None, ..query.clone() };
        context! { word => *word, href => query.behind(path), is_current }
    };
    Value::from(FILTERS.iter().map(link).collect::<Vec<_>>())
}

/// The same with the names of those that have none: Twilio is asked, of a few at a time.
async fn named(
    dashboard: &Dashboard,
    settings: &Settings,
    mut flows: Vec<FlowSummary>,
    now: Timestamp,
) -> Result<Vec<FlowSummary>, Error> {
    let Dashboard { wire, store, .. } = dashboard;
    let definitions = Definitions { settings, wire, store };
    let unnamed = flows.iter_mut().filter(|flow| flow.name.is_none()).take(MAX_ASKED);
    let ask = unnamed.map(|flow| async {
        let known = definitions.resource(&flow.sid, now).await?.value;
        flow.name = known.map(|known| known.friendly_name).filter(|name| !name.is_empty());
        Ok::<_, Error>(())
    });
    join_all(ask).await.into_iter().collect::<Result<(), Error>>()?;
    Ok(flows)
}
