//! `/numbers`: what the last hour, day or 30 days add up to; as a page with charts that are drawn here, or as JSON.

mod bars;
mod labels;
mod lanes;
mod read;
mod tables;

use std::sync::Arc;

use minijinja::context;
use minijinja::value::Serde;
use shared::domain::numbers::{Clocks, Numbers, Span};
use shared::http::{Request, Response, form_fields};
use shared::{Error, SignedDuration, Timestamp};

use super::frame::frame;
use super::render;
use super::zone::time_zone;
use crate::timed_cache::TimedCache;
use crate::{Dashboard, Viewer};
use labels::SpanLabels;

/// For so long they are not read again: they are of many records.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(1);

/// The figures of each span by the days of a zone, a minute old at most.
pub type NumbersCache = TimedCache<(Span, String), Arc<Numbers>>;

/// The page, or the same as JSON if `format` says so, or a script asks. Days are those of the first schedule, or of the
/// `zone` that is asked for.
pub(crate) async fn page(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let fields = form_fields(request.query.as_deref().unwrap_or_default().as_bytes());
    let field = |name: &str| fields.iter().find(|(have, _)| have == name).map(|(_, v)| v.as_str());
    let span = match field("span") {
        None | Some("") => Span::Month,
        Some(name) => Span::named(name)
            .ok_or_else(|| Error::BadRequest("span: expected hour, day or month".to_owned()))?,
    };
    let settings = dashboard.settings.get(now).await?;
    let clocks = Clocks::of(&settings.config.escalation.schedules);
    let clocks = match field("zone").unwrap_or_default() {
        "" => clocks,
        zone => clocks.with_days_of(time_zone(zone).map_err(Error::BadRequest)?),
    };
    let key = (span, clocks.days_in().to_owned());
    let read =
        async { read::numbers(dashboard.store.as_ref(), &clocks, span, now).await.map(Arc::new) };
    let numbers = dashboard.numbers.get(&key, (MAX_AGE, now), read).await?;
    if field("format") == Some("json") || request.wants_json() {
        return Ok(Response::json(200, &*numbers).with("cache-control", "no-store"));
    }
    let words = SpanLabels::of(&numbers, field("zone"));
    let facts = context! {
        spans => tables::spans(span, field("zone")), tiles => tables::tiles(&numbers), words => Serde(&words),
        times => tables::times(&numbers), lanes => lanes::svg(&numbers.incidents),
        incident_bars => bars::incidents(&numbers, &words), message_bars => bars::messages(&numbers, &words),
        call_bars => bars::calls(&numbers, &words), bars => tables::bars(&numbers, &words),
        delivery => tables::delivery(&numbers), alarms => tables::alarms(&numbers), people => tables::people(&numbers),
        ..frame(dashboard, &settings, ("Numbers", "numbers"), viewer, now).await?
    };
    render(dashboard, "numbers.html", facts)
}
