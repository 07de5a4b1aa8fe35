//! `/numbers`: what the last hour, day or 30 days add up to; as a page with charts that are drawn here, or as JSON.

mod bars;
mod lanes;
mod read;
mod tables;
mod words;

use std::sync::Arc;

use minijinja::context;
use minijinja::value::Serde;
use shared::domain::numbers::{Numbers, Span};
use shared::http::{Request, Response, form_fields};
use shared::{Error, SignedDuration, Timestamp};

use super::frame::frame;
use super::render;
use crate::aged::Aged;
use crate::{Dashboard, Viewer};
use words::Words;

/// For so long they are not read again: they are of many records.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(1);

/// The figures of each span, a minute old at most.
pub type NumbersCache = Aged<Span, Arc<Numbers>>;

/// The page, or the same as JSON if `format` says so, or a script asks.
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
    let read =
        async { read::numbers(dashboard.store.as_ref(), &settings, span, now).await.map(Arc::new) };
    let numbers = dashboard.numbers.get(&span, (MAX_AGE, now), read).await?;
    if field("format") == Some("json") || request.wants_json() {
        return Ok(Response::json(200, &*numbers).with("cache-control", "no-store"));
    }
    let words = Words::of(&numbers);
    let facts = context! {
        spans => tables::spans(span), tiles => tables::tiles(&numbers), words => Serde(&words),
        times => tables::times(&numbers), lanes => lanes::svg(&numbers.incidents),
        incident_bars => bars::incidents(&numbers, &words), message_bars => bars::messages(&numbers, &words),
        call_bars => bars::calls(&numbers, &words), bars => tables::bars(&numbers, &words),
        delivery => tables::delivery(&numbers), alarms => tables::alarms(&numbers), people => tables::people(&numbers),
        ..frame(dashboard, &settings, ("Numbers", "numbers"), viewer, now).await?
    };
    render(dashboard, "numbers.html", facts)
}
