//! Events → records, lists and counters: in the Store before Twilio has its answer.
//!
//! One transaction holds what some Executions have become and all that this counts, so an event that comes again finds
//! itself known and counts nothing. Who meets another writer reads again, and decides anew.

mod plan;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use self::plan::{Before, plan};
use crate::Error;
use crate::domain::event::Event;
use crate::domain::executions::{StudioEvent, StudioEventKind};
use crate::domain::sid::Sid;
use crate::storage::flows::{self, FLOWS, MAX_FLOWS};
use crate::storage::{Key, Store, executions};
use crate::twilio::event_stream::Malformed;

/// The most Executions of one transaction: each has four items when it is new, six when it turns out to have begun
/// earlier, and their counters have some.
const MAX_EXECUTIONS: usize = 20;
/// How often a transaction that others came before is decided anew, at once.
const MAX_TRIES: u64 = 5;

/// The events of Executions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecutionEvents {
    /// Those that can be read, by Execution: the end of each last, so that the widget is known that it ended in.
    events: Vec<StudioEvent>,
    /// How many are of an Execution and cannot be read.
    pub unreadable: usize,
}

impl ExecutionEvents {
    /// Reads those that are of Executions.
    pub fn of(events: &[Result<Event, Malformed>], received_at: Timestamp) -> ExecutionEvents {
        let mut read = ExecutionEvents::default();
        for event in events.iter().flatten() {
            match StudioEvent::read(event, received_at) {
                Some(Ok(event)) => read.events.push(event),
                Some(Err(reason)) => {
                    tracing::warn!(
                        reason,
                        "an event of an Execution cannot be read: it is left out"
                    );
                    read.unreadable += 1;
                }
                None => {}
            }
        }
        let is_end = |event: &StudioEvent| matches!(event.kind, StudioEventKind::Ended(..));
        read.events.sort_by(|one, other| {
            let key = |event: &StudioEvent| (event.execution.clone(), is_end(event));
            key(one).cmp(&key(other))
        });
        read
    }
}

/// Takes events. When this is `Ok`, all that they say is in the Store.
///
/// # Errors
/// The store fails, or others write all the time: what has landed by then stays, and is known again.
pub async fn take(
    store: &dyn Store,
    events: &ExecutionEvents,
    now: Timestamp,
) -> Result<(), Error> {
    let mut work: Vec<&[StudioEvent]> = parts(&events.events);
    // The last one is first.
    work.reverse();
    while let Some(events) = work.pop() {
        match write(store, events, now).await {
            // Too much at once, or too many others in the way: in two steps.
            Err(Error::TooLargeToStore(_) | Error::Conflict { .. }) if events.len() > 1 => {
                let (first, second) = events.split_at(middle(events));
                work.extend([second, first]);
            }
            Err(Error::TooLargeToStore(what)) => {
                tracing::error!(what, "an event of an Execution is left out");
            }
            written => written?,
        }
    }
    Ok(())
}

/// The events in parts of so many Executions as one transaction takes.
fn parts(events: &[StudioEvent]) -> Vec<&[StudioEvent]> {
    let mut parts = Vec::new();
    let (mut begin, mut count) = (0, 0);
    for (at, event) in events.iter().enumerate() {
        let is_other = at == 0 || events[at - 1].execution != event.execution;
        count += usize::from(is_other);
        if count > MAX_EXECUTIONS {
            parts.push(&events[begin..at]);
            (begin, count) = (at, 1);
        }
    }
    parts.push(&events[begin..]);
    parts.retain(|part| !part.is_empty());
    parts
}

/// Where to divide events: between two Executions, if there are two.
fn middle(events: &[StudioEvent]) -> usize {
    let half = events.len() / 2;
    let begins = |at: &usize| events[at - 1].execution != events[*at].execution;
    let nearest = (1..events.len()).filter(begins).min_by_key(|at| at.abs_diff(half));
    nearest.unwrap_or(half)
}

async fn write(store: &dyn Store, events: &[StudioEvent], now: Timestamp) -> Result<(), Error> {
    let sids: BTreeSet<&Sid> = events.iter().map(|event| &event.execution).collect();
    let named: BTreeSet<&Sid> = events.iter().map(|event| &event.flow).collect();
    let keys: Vec<Key> = sids.iter().map(|sid| executions::execution(sid)).collect();
    let keys: Vec<Key> =
        keys.into_iter().chain(named.iter().map(|flow| flows::seen(flow))).collect();
    let mut tries = 0;
    loop {
        let mut records = store.load(&keys, now).await?;
        let seen = records.split_off(sids.len());
        let new_flows = named.iter().zip(&seen).filter(|(_, seen)| seen.is_none());
        let mut new_flows: BTreeSet<&Sid> = new_flows.map(|(flow, _)| *flow).collect();
        if !new_flows.is_empty() {
            let known = store.page(FLOWS, None, MAX_FLOWS, now).await?.len();
            let space = MAX_FLOWS.saturating_sub(known);
            if new_flows.len() > space {
                tracing::warn!("there are more Flows than are listed");
                new_flows = new_flows.into_iter().take(space).collect();
            }
        }
        let records: BTreeMap<&Sid, _> = sids.iter().copied().zip(records).collect();
        let before = Before { records: &records, new_flows: &new_flows, tries };
        let writes = plan(events, &before, now);
        if writes.is_empty() {
            return Ok(());
        }
        tries += 1;
        match store.write(&writes, now).await {
            Err(Error::Conflict { .. }) if tries < MAX_TRIES => {}
            written => return written,
        }
    }
}

#[cfg(test)]
mod tests;
