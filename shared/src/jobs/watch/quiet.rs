//! Flows that have gone quiet, each told of once, and once when it is started again: once a minute all Flows are looked at.
//!
//! Nothing is written while events are taken: the lists of Executions by day have each start already. What is kept of them is
//! a record for each Flow, which [`starts`] brings up to what was five hours ago: by then Twilio has sent again what
//! it could not deliver.

mod starts;

use futures_util::future::{try_join, try_join_all};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use self::starts::{advance, newest, unread};
use super::read::{FlowState, flow_states, load, seen_flows};
use crate::Error;
use crate::domain::event::Event;
use crate::domain::executions::pauses::Starts;
use crate::domain::executions::quiet::{Quiet, QuietChange, next};
use crate::domain::sid::{FLOW, Sid};
use crate::domain::text::span;
use crate::storage::{Key, Put, Record, Store, pauses, writes};

/// The type of the event that a Flow has gone quiet. It is ours, and goes to the routes like those of Twilio.
pub const QUIET_EVENT: &str = "ringdown.studio.flow.quiet";
/// The type of the event that a Flow that was quiet is started again.
pub const RESUMED_EVENT: &str = "ringdown.studio.flow.resumed";

/// A Flow of which there is something to note.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedFlow {
    puts: Vec<Put>,
    /// The event for the routes, if people are to be told.
    pub event: Option<Event>,
}

/// A Flow as it is known in this minute.
struct FlowNow {
    flow: Sid,
    /// Its records as they were.
    before: [Option<Record>; 2],
    quiet: Option<Quiet>,
    starts: Starts,
    /// Whether more of its starts was read.
    has_advanced: bool,
    last: Option<Timestamp>,
}

/// The Flows of which there is something to note: starts of a further hour, that one is quiet, that one is no more. Hours of
/// the week are those of this zone.
///
/// # Errors
/// The store does not answer.
pub async fn changed_flows(
    store: &dyn Store,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Vec<ChangedFlow>, Error> {
    let flows = seen_flows(store, now).await?;
    let records = async |key: fn(&Sid) -> Key| {
        let keys: Vec<Key> = flows.iter().map(key).collect();
        load(store, &keys, now).await
    };
    let (starts, quiet) = try_join(records(pauses::starts), records(pauses::quiet)).await?;
    let looks = flows.iter().zip(starts.into_iter().zip(quiet)).map(|(flow, before)| async {
        let before: [Option<Record>; 2] = before.into();
        let [known, quiet] = &before;
        let known = known.as_ref().and_then(pauses::read_starts);
        let quiet = quiet.as_ref().and_then(pauses::read_quiet);
        let mut starts = known.clone().unwrap_or_else(|| unread(now));
        advance(store, flow, &mut starts, flows.len(), now).await?;
        let last = newest(store, flow, starts.until, now).await?.or(starts.last);
        let has_advanced = known.as_ref() != Some(&starts);
        Ok::<_, Error>(FlowNow { flow: flow.clone(), before, quiet, starts, has_advanced, last })
    });
    let looks = try_join_all(looks).await?;
    let notes = flow_states(store, &flows, now).await?;
    let lasts: Vec<Option<Timestamp>> = looks.iter().map(|look| look.last).collect();
    let changed = looks.into_iter().enumerate().filter_map(|(at, look)| {
        let others = lasts.iter().enumerate().filter(|(other, _)| *other != at);
        let others = (lasts.len() > 1).then(|| others.filter_map(|(_, last)| *last).max());
        change(look, notes.get(&flows[at]), others, zone, now)
    });
    Ok(changed.collect())
}

/// The change of a Flow; `others` is the newest start of any other Flow, if there are other Flows.
fn change(
    look: FlowNow,
    note: Option<&FlowState>,
    others: Option<Option<Timestamp>>,
    zone: &TimeZone,
    now: Timestamp,
) -> Option<ChangedFlow> {
    let FlowNow { flow, before: [known, told], quiet: before, starts, has_advanced, last } = look;
    let is_deleted = note.is_some_and(|note| note.gone_at.is_some_and(|at| last < Some(at)));
    let (quiet, change) = next(before, &starts, last, is_deleted, now, zone);
    let starts = has_advanced.then(|| pauses::put_starts(&flow, starts, known.as_ref(), now));
    let is_new = quiet != before;
    let quiet = is_new.then(|| pauses::put_quiet(&flow, quiet, told.as_ref(), now));
    let puts: Vec<Put> = starts.into_iter().chain(quiet).collect();
    if puts.is_empty() {
        return None;
    }
    let name = note.and_then(|note| note.name.as_deref());
    let event = change.map(|change| event(&flow, name, change, others, now));
    Some(ChangedFlow { puts, event })
}

/// The event of a change. Its id is that of the silence, so what is sent twice is known again.
fn event(
    flow: &Sid,
    name: Option<&str>,
    change: QuietChange,
    others: Option<Option<Timestamp>>,
    now: Timestamp,
) -> Event {
    let (event_type, quiet, data) = match change {
        QuietChange::Quiet(quiet) => {
            let is_alone = others.is_some_and(|newest| newest <= Some(quiet.since));
            let reason = quiet.reason(now);
            let reason = if is_alone {
                format!("{reason}; none of any other Flow either, so events may not be arriving")
            } else {
                reason
            };
            (QUIET_EVENT, quiet, json!({ "reason": reason }))
        }
        QuietChange::Resumed(quiet, at) => {
            let lasted = span(at.duration_since(quiet.since).as_secs());
            let reason = format!("started again after {lasted}");
            (RESUMED_EVENT, quiet, json!({ "reason": reason, "started_at": at }))
        }
    };
    let id = format!("{flow}-{}", quiet.since.as_millisecond());
    let mut data = data;
    data["flow_sid"] = flow.as_str().into();
    data["flow_name"] = name.into();
    data["since"] = quiet.since.to_string().into();
    data["usual_seconds"] = quiet.usual_seconds.into();
    let envelope = json!({
        "specversion": "1.0",
        "type": event_type,
        "source": format!("/v2/Flows/{flow}"),
        "id": id,
        "time": now,
        "data": data,
    });
    Event { event_type: event_type.to_owned(), id, envelope }
}

/// The events as a Flow makes them that goes quiet, and is started again.
pub fn samples(now: Timestamp) -> [Event; 2] {
    let since = now.checked_sub(jiff::SignedDuration::from_mins(190)).unwrap_or(now);
    let quiet = Quiet { since, usual_seconds: 25 * 60 };
    let flow = Sid::as_sent(&format!("{FLOW}{:032}", 2));
    [QuietChange::Quiet(quiet), QuietChange::Resumed(quiet, now)]
        .map(|change| event(&flow, Some("Main line"), change, None, now))
}

/// Notes what has changed. One that another writer came before is left as it is: the next minute finds it again.
///
/// # Errors
/// The store fails.
pub async fn note_changes(
    store: &dyn Store,
    changed: Vec<ChangedFlow>,
    now: Timestamp,
) -> Result<(), Error> {
    for ChangedFlow { puts, .. } in changed {
        match store.write(&writes(puts), now).await {
            Err(Error::Conflict { .. }) => {}
            written => written?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
