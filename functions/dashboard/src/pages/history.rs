//! `/history`: incidents that are over, those of 90 days, by policy, person, alarm and time; as a page, JSON or CSV.

mod csv;
mod filter;

use minijinja::value::Serde;
use minijinja::{Value, context};
use shared::domain::escalation::Incident;
use shared::http::{Request, Response, form_fields};
use shared::jobs::escalate::incidents::{View, view};
use shared::storage::{Store, incidents};
use shared::{Error, Timestamp};

use super::frame::frame;
use super::render;
use super::summary::Summary;
use crate::{Dashboard, Viewer};
use filter::{Bound, Filter};

/// How many incidents a page shows.
const PAGE: usize = 50;
/// How many incidents are read to answer one request: older ones are reached by a time.
const MAX_READ: usize = 2_000;
/// How many are read at once: each may be large.
const READ_AT_ONCE: usize = 50;

/// What was found, the newest first.
struct Found {
    incidents: Vec<Incident>,
    /// When the oldest began that was read, if there are more behind it.
    read_back_to: Option<Timestamp>,
}

/// The page, or the same as JSON or CSV if `format` says so.
pub(crate) async fn page(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let fields = form_fields(request.query.as_deref().unwrap_or_default().as_bytes());
    let filter = Filter::of(&fields);
    let store = dashboard.store.as_ref();
    let format = match filter.format.as_str() {
        known @ ("csv" | "json") => known,
        _ if request.wants_json() => "json",
        _ => return html(dashboard, &filter, viewer, now).await,
    };
    if !filter.problems.is_empty() {
        return Err(Error::BadRequest(filter.problems.join(" ")));
    }
    match format {
        "csv" => {
            let found = find(store, &filter, MAX_READ, now).await?;
            Ok(csv::response(&found.incidents))
        }
        _ => json(store, &filter, now).await,
    }
}

async fn json(store: &dyn Store, filter: &Filter, now: Timestamp) -> Result<Response, Error> {
    let found = find(store, filter, filter.page * PAGE, now).await?;
    let views: Vec<View<'_>> = of_page(&found, filter).iter().map(view).collect();
    Ok(Response::json(200, &views).with("cache-control", "no-store"))
}

async fn html(
    dashboard: &Dashboard,
    filter: &Filter,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let found = match filter.problems.is_empty() {
        true => find(dashboard.store.as_ref(), filter, filter.page * PAGE + 1, now).await?,
        false => Found { incidents: Vec::new(), read_back_to: None },
    };
    let shown: Vec<Summary> = of_page(&found, filter).iter().map(Summary::of).collect();
    let policies = settings.config.escalation.policies_at(now).map(|policy| policy.name);
    let facts = context! {
        shown => Serde(&shown), filter => Serde(filter), is_filtered => filter.is_set(), problems => Serde(&filter.problems),
        policies => Serde(&policies.collect::<Vec<_>>()),
        people => Serde(&settings.config.escalation.people.keys().collect::<Vec<_>>()),
        links => links(&found, filter),
        ..frame(dashboard, &settings, ("History", "history"), viewer, now).await?
    };
    let page = render(dashboard, "history.html", facts)?;
    Ok(if filter.problems.is_empty() { page } else { Response { status: 400, ..page } })
}

/// The incidents of the page that is asked for.
fn of_page<'a>(found: &'a Found, filter: &Filter) -> &'a [Incident] {
    let of_page = found.incidents.chunks(PAGE).nth(filter.page - 1);
    of_page.unwrap_or_default()
}

/// Where one can go on from here.
fn links(found: &Found, filter: &Filter) -> Value {
    let to = |page: usize| Filter { page, ..filter.clone() }.path();
    let until = found.read_back_to.map(Bound::from);
    let older = || Filter { until, page: 1, ..filter.clone() }.path();
    let is_more = found.incidents.len() > filter.page * PAGE;
    context! {
        newer => (filter.page > 1).then(|| to(filter.page - 1)), older => is_more.then(|| to(filter.page + 1)),
        // All that was read is shown, and there is more.
        on => (!is_more && found.read_back_to.is_some()).then(older),
        csv => Filter { format: "csv".to_owned(), ..filter.clone() }.path(),
        json => Filter { format: "json".to_owned(), ..filter.clone() }.path(),
    }
}

/// The newest incidents that fit, `wanted` at most.
async fn find(
    store: &dyn Store,
    filter: &Filter,
    wanted: usize,
    now: Timestamp,
) -> Result<Found, Error> {
    let mut found = Found { incidents: Vec::new(), read_back_to: None };
    let open = incidents::open_ids(store, now).await?;
    let (mut after, mut read) =
        (filter.until.as_ref().map(|until| incidents::archived_before(until.at)), 0);
    loop {
        let from = after.as_deref();
        let (page, next) = incidents::archive(store, &open, from, READ_AT_ONCE, now).await?;
        read += READ_AT_ONCE;
        let oldest = page.last().map(|incident| incident.raised_at);
        let is_over =
            oldest.is_some_and(|oldest| filter.from.as_ref().is_some_and(|from| oldest < from.at));
        found.incidents.extend(page.into_iter().filter(|incident| filter.fits(incident)));
        if next.is_none() || is_over {
            return Ok(found);
        }
        if found.incidents.len() >= wanted || read >= MAX_READ {
            found.read_back_to = oldest.filter(|_| read >= MAX_READ);
            return Ok(found);
        }
        after = next;
    }
}
