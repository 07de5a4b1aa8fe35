//! `GET /on-call/{token}.ics`: who is on call, as a calendar that other programs subscribe to. Whoever has the address reads
//! it: it has names and times alone.

use shared::domain::schedule::Feed;
use shared::http::Response;
use shared::storage::{calendar_links, overrides};
use shared::{Error, Timestamp};

use crate::Dashboard;

/// The calendar of this address; what people have said is in it.
///
/// # Errors
/// 404 for an address that is none, or whose person or schedule the configuration does not have any more.
pub(crate) async fn calendar(
    dashboard: &Dashboard,
    file: &str,
    now: Timestamp,
) -> Result<Response, Error> {
    let store = dashboard.store.as_ref();
    let token = file.strip_suffix(".ics").ok_or(Error::NotFound)?;
    let feed = calendar_links::find(store, token, now).await?.ok_or(Error::NotFound)?;
    let settings = dashboard.settings.get(now).await?;
    let stored = overrides::read_or_none(store, now).await;
    let escalation = settings.config.escalation.with_overrides(&stored);
    let is_there = match &feed {
        Feed::Person(name) => escalation.people.contains_key(name),
        Feed::Schedule(name) => escalation.schedules.get(name).is_some(),
    };
    if !is_there {
        return Err(Error::NotFound);
    }
    let text = feed.calendar(&escalation.schedules, now);
    Ok(Response::of(200, "text/calendar; charset=utf-8", text)
        .with("cache-control", "private")
        .with("content-disposition", "inline; filename=\"on-call.ics\""))
}
