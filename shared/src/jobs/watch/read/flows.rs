//! Flows, and what was counted of them.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};

use super::active::active;
use super::stored::{load, names};
use crate::Error;
use crate::domain::executions::CountName;
use crate::domain::executions::quiet::Quiet;
use crate::domain::executions::views::{CountSpan, FlowCounts, FlowSummary};
use crate::domain::sid::Sid;
use crate::storage::flows::{COUNT_LANES, CountRow, FLOWS, MAX_FLOWS, seen_at};
use crate::storage::pauses;
use crate::storage::{Counters, Key, Store};

/// The SIDs of the Flows that were seen, in the order in which they were.
///
/// # Errors
/// The store does not answer.
pub async fn seen_flows(store: &dyn Store, now: Timestamp) -> Result<Vec<Sid>, Error> {
    let records = store.page(FLOWS, None, MAX_FLOWS, now).await?;
    let mut flows: Vec<(Timestamp, Sid)> = records
        .into_iter()
        .map(|record| (seen_at(&record).unwrap_or(Timestamp::MAX), Sid::as_sent(&record.key.sk)))
        .collect();
    flows.sort();
    Ok(flows.into_iter().map(|(_, flow)| flow).collect())
}

/// All Flows, those first in which most Executions began today.
///
/// # Errors
/// The store does not answer.
pub async fn flows(store: &dyn Store, now: Timestamp) -> Result<Vec<FlowSummary>, Error> {
    let seen = seen_flows(store, now).await?;
    let mut names = names(store, &seen, now).await?;
    let quiet = quiet_flows(store, &seen, now).await?;
    let summaries = seen.iter().map(|flow| async {
        let (active, is_more) = active(store, flow, now).await?;
        let summary = FlowSummary {
            sid: flow.clone(),
            active: active.len(),
            stuck: active.iter().filter(|entry| entry.is_stuck).count(),
            is_more,
            quiet: quiet.get(flow).copied(),
            name: None,
            started_today: 0,
            ended_today: 0,
            failed_today: 0,
            ends: Vec::new(),
        };
        Ok::<_, Error>(summary.with_counts(&counts(store, flow, CountSpan::Day, now).await?))
    });
    let mut summaries = try_join_all(summaries).await?;
    for summary in &mut summaries {
        summary.name = names.remove(&summary.sid);
    }
    summaries.sort_by(|one, other| {
        let key = |summary: &FlowSummary| (summary.started_today, summary.active);
        key(other).cmp(&key(one)).then_with(|| one.sid.cmp(&other.sid))
    });
    Ok(summaries)
}

/// Which of these Flows are quiet, as of the last minute.
///
/// # Errors
/// The store does not answer.
pub async fn quiet_flows(
    store: &dyn Store,
    flows: &[Sid],
    now: Timestamp,
) -> Result<BTreeMap<Sid, Quiet>, Error> {
    let keys: Vec<Key> = flows.iter().map(pauses::quiet).collect();
    let found = flows.iter().zip(load(store, &keys, now).await?);
    let quiet =
        found.filter_map(|(flow, record)| Some((flow.clone(), pauses::read_quiet(&record?)?)));
    Ok(quiet.collect())
}

/// The counts of a Flow within a span of time.
///
/// # Errors
/// The store does not answer.
pub async fn counts(
    store: &dyn Store,
    flow: &Sid,
    span: CountSpan,
    now: Timestamp,
) -> Result<FlowCounts, Error> {
    let since = span.since(now);
    let (row, step): (fn(Timestamp) -> CountRow, _) = match span {
        CountSpan::Hour => (CountRow::Hour, SignedDuration::from_hours(1)),
        _ => (CountRow::Day, SignedDuration::from_hours(24)),
    };
    let moments = std::iter::successors(Some(since), |at| at.checked_add(step).ok())
        .take_while(|at| *at <= now);
    let rows: Vec<CountRow> = moments.map(row).collect();
    let totals = totals(store, flow, &rows, now).await?;
    Ok(FlowCounts::of(span, since, &totals))
}

/// The sums of these rows of a Flow over all its lanes.
async fn totals(
    store: &dyn Store,
    flow: &Sid,
    rows: &[CountRow],
    now: Timestamp,
) -> Result<BTreeMap<String, u64>, Error> {
    let keys: Vec<Key> =
        rows.iter().flat_map(|row| (0..COUNT_LANES).map(|lane| row.key(flow, lane))).collect();
    let mut totals: BTreeMap<String, u64> = BTreeMap::new();
    for record in load(store, &keys, now).await?.into_iter().flatten() {
        match Counters::from_body(&record.body) {
            Ok(Counters(counters)) => {
                for (name, count) in counters {
                    let sum = totals.entry(name).or_default();
                    *sum = sum.saturating_add(count);
                }
            }
            Err(error) => {
                tracing::error!(key = record.key.pk, %error, "counters of a Flow cannot be read");
            }
        }
    }
    Ok(totals)
}

/// The counters of a Flow that are kept for good.
pub(in crate::jobs::watch) async fn for_good(
    store: &dyn Store,
    flow: &Sid,
    now: Timestamp,
) -> Result<BTreeMap<String, u64>, Error> {
    totals(store, flow, &[CountRow::ForGood], now).await
}

/// A number that grows with each event of these Flows, and only then: whether anything is new.
///
/// # Errors
/// The store does not answer.
pub async fn cursor(store: &dyn Store, flows: &[Sid], now: Timestamp) -> Result<u64, Error> {
    let sums = flows.iter().map(|flow| for_good(store, flow, now));
    let sums = try_join_all(sums).await?;
    let events = CountName::Events.to_text();
    Ok(sums.iter().filter_map(|totals| totals.get(&events)).sum())
}
