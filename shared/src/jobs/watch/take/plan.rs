//! Plans what a transaction writes for some events.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;

use crate::domain::executions::{Count, RecordedExecution, StudioEvent};
use crate::domain::sid::Sid;
use crate::storage::executions::{
    self, ActiveExecution, listed_place, put_active, put_listed, take_listed,
};
use crate::storage::flows::{CountRow, put_seen};
use crate::storage::{Record, Write};

/// The state before the transaction.
pub(super) struct Before<'a> {
    /// The records of the Executions, by their SIDs.
    pub(super) records: &'a BTreeMap<&'a Sid, Option<Record>>,
    /// The Flows that are to be listed.
    pub(super) new_flows: &'a BTreeSet<&'a Sid>,
    /// How often this was tried.
    pub(super) tries: u64,
}

/// Counters by Flow and row.
type Counted = BTreeMap<(Sid, CountRow), BTreeMap<String, u64>>;

/// The transaction for these events, which are sorted by Execution: nothing, if all of them are known.
pub(super) fn plan(events: &[StudioEvent], before: &Before<'_>, now: Timestamp) -> Vec<Write> {
    let (mut writes, mut counted) = (Vec::new(), Counted::new());
    for of_one in events.chunk_by(|one, other| one.execution == other.execution) {
        let Some(first) = of_one.first() else { continue };
        let record = before.records.get(&first.execution).and_then(Option::as_ref);
        let known = record.map(executions::read).unwrap_or_default();
        let mut execution = known.clone();
        for event in of_one {
            execution.apply(event).into_iter().for_each(|count| add(&mut counted, count));
        }
        if execution != known {
            writes.extend(changed(&first.execution, &known, &execution, record, now));
        }
    }
    let counted_flows: BTreeSet<&Sid> = counted.keys().map(|(flow, _)| flow).collect();
    let new_flows = before.new_flows.iter().filter(|flow| counted_flows.contains(*flow));
    writes.extend(new_flows.map(|flow| put_seen(flow, now).into()));
    let lane = lane(events).wrapping_add(before.tries);
    let rows = counted.into_iter().filter_map(|((flow, row), counters)| {
        row.increment(&flow, lane, counters, now).map(Write::from)
    });
    writes.extend(rows);
    writes
}

/// The writes for an Execution that has changed.
fn changed(
    sid: &Sid,
    before: &RecordedExecution,
    after: &RecordedExecution,
    record: Option<&Record>,
    now: Timestamp,
) -> Vec<Write> {
    let mut writes: Vec<Write> = vec![executions::put(sid, after, record, now).into()];
    let Some(flow) = &after.flow else { return writes };
    let (was, is) = (ActiveExecution::of(sid, before), ActiveExecution::of(sid, after));
    if was != is {
        writes.push(put_active(flow, sid, is.as_ref(), now).into());
    }
    let place =
        |execution: &RecordedExecution| execution.listed_at.map(|at| (listed_place(sid, at), at));
    let (was, is) = (place(before), place(after));
    if let Some((place, at)) = &is
        && was.as_ref().is_none_or(|(was, _)| was != place)
    {
        writes.extend(put_listed(flow, sid, *at, now).map(Write::from));
        let former = was.map(|(_, at)| take_listed(flow, sid, at, now));
        writes.extend(former.into_iter().flatten().map(Write::from));
    }
    writes
}

fn add(counted: &mut Counted, count: Count) {
    let Count { flow, at, name } = count;
    let by_time = [CountRow::Hour(at).truncated(), CountRow::Day(at).truncated()];
    let rows = by_time.into_iter().filter(|_| name.is_by_time());
    for row in rows.chain(name.is_for_good().then_some(CountRow::ForGood)) {
        let counters = counted.entry((flow.clone(), row)).or_default();
        let counter = counters.entry(name.to_text()).or_default();
        *counter = counter.saturating_add(name.amount());
    }
}

/// The lane of the counters of these events: it follows from the first Execution.
fn lane(events: &[StudioEvent]) -> u64 {
    let mut hasher = DefaultHasher::new();
    events.first().map(|event| &event.execution).hash(&mut hasher);
    hasher.finish()
}
