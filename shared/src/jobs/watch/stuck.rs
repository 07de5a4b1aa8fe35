//! Executions that are stuck, each reported once: once a minute all that run are looked at.

use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::read::{StoredFlows, active, names, seen_flows};
use crate::Error;
use crate::domain::event::Event;
use crate::domain::executions::stuck::stuck_at;
use crate::domain::executions::{RecordedExecution, Stuck, stuck};
use crate::domain::sid::{EXECUTION, FLOW, Sid};
use crate::storage::executions::{self, ActiveExecution, put_active};
use crate::storage::{Key, MAX_TRANSACTION_ITEMS, Record, Store};

/// The type of the event that an Execution is stuck. It is ours, and goes to the routes like those of Twilio.
pub const STUCK_EVENT: &str = "ringdown.studio.execution.stuck";
/// The most Executions that are found at once: the next minute finds the rest.
const MAX_FOUND: usize = MAX_TRANSACTION_ITEMS;

/// An Execution that is stuck and not noted as that yet.
#[derive(Clone, Debug, PartialEq)]
pub struct StuckExecution {
    sid: Sid,
    flow: Sid,
    record: Record,
    execution: RecordedExecution,
    /// The event for the routes; `None` if there was one for an earlier widget.
    pub event: Option<Event>,
}

/// The Executions that are stuck by now.
///
/// # Errors
/// The store does not answer.
pub async fn newly_stuck(store: &dyn Store, now: Timestamp) -> Result<Vec<StuckExecution>, Error> {
    let flows = seen_flows(store, now).await?;
    let found = try_join_all(flows.iter().map(|flow| of_flow(store, flow, now))).await?;
    let names = names(store, &flows, now).await?;
    let mut found: Vec<StuckExecution> = found.into_iter().flatten().take(MAX_FOUND).collect();
    for stuck in &mut found {
        let name = names.get(&stuck.flow);
        if let Some(event) = &mut stuck.event {
            event.envelope["data"]["flow_name"] = name.cloned().into();
        }
    }
    Ok(found)
}

async fn of_flow(
    store: &dyn Store,
    flow: &Sid,
    now: Timestamp,
) -> Result<Vec<StuckExecution>, Error> {
    let (active, _) = active(store, flow, now).await?;
    let revisions = active.iter().filter_map(|entry| Some((flow.clone(), entry.revision?)));
    let kept = StoredFlows::load(store, revisions, now).await?;
    let is_new = |entry: &ActiveExecution| {
        let definition = kept.of(Some(flow), entry.revision);
        !entry.is_stuck && stuck_at(&entry.position(), entry.is_call, definition, now).is_some()
    };
    let candidates: Vec<Sid> =
        active.into_iter().filter(is_new).take(MAX_FOUND).map(|entry| entry.sid).collect();
    let keys: Vec<Key> = candidates.iter().map(executions::execution).collect();
    let records = if keys.is_empty() { Vec::new() } else { store.load(&keys, now).await? };
    let found = candidates.into_iter().zip(records).filter_map(|(sid, record)| {
        let record = record?;
        let execution = executions::read(&record);
        // It may have moved since.
        let definition = kept.of(Some(flow), execution.revision);
        let stuck = stuck(&execution, definition, now)?;
        let is_first = execution.stuck_reported_at.is_none();
        let event = is_first.then(|| event(flow, &sid, &stuck, now));
        Some(StuckExecution { sid, flow: flow.clone(), record, execution, event })
    });
    Ok(found.collect())
}

/// An event as an Execution that is stuck makes it.
pub fn sample(now: Timestamp) -> Event {
    let since = now.checked_sub(SignedDuration::from_secs(72)).unwrap_or(now);
    let (widget, reason) = ("look_up", "in look_up for 1 min 12 s, which can last 10 s");
    let stuck =
        Stuck { widget: widget.to_owned(), since, limit_seconds: 10, reason: reason.to_owned() };
    let [flow, execution] = [FLOW, EXECUTION].map(|of| Sid::as_sent(&format!("{of}{:032}", 2)));
    let mut event = event(&flow, &execution, &stuck, now);
    event.envelope["data"]["flow_name"] = "Main line".into();
    event
}

/// The event that an Execution is stuck. It holds nothing of the contact.
fn event(flow: &Sid, sid: &Sid, stuck: &Stuck, now: Timestamp) -> Event {
    let envelope = json!({
        "specversion": "1.0",
        "type": STUCK_EVENT,
        "source": format!("/v2/Flows/{flow}/Executions/{sid}"),
        "id": sid,
        "time": now,
        "data": {
            "flow_sid": flow,
            "flow_name": null,
            "execution_sid": sid,
            "widget": stuck.widget,
            "since": stuck.since,
            "reason": stuck.reason,
        },
    });
    Event { event_type: STUCK_EVENT.to_owned(), id: sid.to_string(), envelope }
}

/// Notes that these are stuck, and reported. One that has moved since is left as it is.
///
/// # Errors
/// The store fails: the next minute finds them again.
pub async fn note_stuck(
    store: &dyn Store,
    found: Vec<StuckExecution>,
    now: Timestamp,
) -> Result<(), Error> {
    for StuckExecution { sid, flow, record, mut execution, .. } in found {
        let Some(entry) = ActiveExecution::of(&sid, &execution) else { continue };
        let entry = ActiveExecution { is_stuck: true, ..entry };
        execution.stuck_reported_at.get_or_insert(now);
        let writes = [
            executions::put(&sid, &execution, Some(&record), now).into(),
            put_active(&flow, &sid, Some(&entry), now).into(),
        ];
        match store.write(&writes, now).await {
            Err(Error::Conflict { .. }) => {}
            written => written?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
