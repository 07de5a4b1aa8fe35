//! Executions of Flows, for Prometheus.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use jiff::Timestamp;

use super::read::{active, for_good, names, quiet_flows, seen_flows};
use crate::Error;
use crate::domain::executions::CountName;
use crate::domain::executions::counts::SECONDS;
use crate::domain::metrics::catalogue::{
    FLOW_EXECUTION_SECONDS, FLOW_EXECUTIONS_ENDED, FLOW_EXECUTIONS_STARTED, FLOW_EXECUTIONS_STUCK,
    FLOW_INFO, FLOW_QUIET,
};
use crate::domain::metrics::vocabulary::{OTHER, UNKNOWN, UNNAMED, name_of};
use crate::domain::metrics::{Observations, Samples};
use crate::storage::Store;

/// The most Flows that are shown by themselves, those that were seen first, …
const MAX_FLOWS: usize = 50;
/// … and the most widgets of each.
const MAX_WIDGETS: usize = 100;

/// Adds what was counted of Flows.
///
/// # Errors
/// The store does not answer.
pub async fn show(samples: &mut Samples, store: &dyn Store, now: Timestamp) -> Result<(), Error> {
    let flows = seen_flows(store, now).await?;
    let names = names(store, &flows, now).await?;
    let quiet = quiet_flows(store, &flows, now).await?;
    let read = flows.iter().map(|flow| async {
        let counted = for_good(store, flow, now).await?;
        let (active, _) = active(store, flow, now).await?;
        Ok::<_, Error>((counted, active.iter().filter(|entry| entry.is_stuck).count()))
    });
    let read = try_join_all(read).await?;
    // How many are stuck, and whether one is quiet.
    let mut by_label: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for (at, (flow, (counted, stuck))) in flows.iter().zip(read).enumerate() {
        let (label, name) = match names.get(flow) {
            _ if at >= MAX_FLOWS => (OTHER, OTHER.to_owned()),
            Some(name) => (flow.as_str(), name_of(name)),
            None => (flow.as_str(), UNNAMED.to_owned()),
        };
        samples.gauge(FLOW_INFO, &[label, &name], 1);
        show_counts(samples, label, &counted);
        let (all_stuck, is_quiet) = by_label.entry(label).or_default();
        *all_stuck += i64::try_from(stuck).unwrap_or(i64::MAX);
        *is_quiet = (*is_quiet).max(i64::from(quiet.contains_key(flow)));
    }
    for (label, (stuck, is_quiet)) in by_label {
        samples.gauge(FLOW_EXECUTIONS_STUCK, &[label], stuck);
        samples.gauge(FLOW_QUIET, &[label], is_quiet);
    }
    Ok(())
}

fn show_counts(samples: &mut Samples, flow: &str, counted: &BTreeMap<String, u64>) {
    let mut seconds = Observations { buckets: vec![0; SECONDS.len() + 1], milliseconds: 0 };
    let mut widgets = 0;
    samples.count(FLOW_EXECUTIONS_STARTED, &[flow], 0);
    for (name, count) in counted {
        match CountName::read(name) {
            Some(CountName::Started) => samples.count(FLOW_EXECUTIONS_STARTED, &[flow], *count),
            Some(CountName::LastWidget(widget)) => {
                widgets += 1;
                let widget = match widget.as_str() {
                    "" => UNKNOWN.to_owned(),
                    _ if widgets > MAX_WIDGETS => OTHER.to_owned(),
                    widget => name_of(widget),
                };
                samples.count(FLOW_EXECUTIONS_ENDED, &[flow, &widget], *count);
            }
            Some(CountName::Bucket(bound)) => {
                let place = match bound {
                    Some(bound) => SECONDS.iter().position(|known| *known == bound),
                    None => Some(SECONDS.len()),
                };
                if let Some(bucket) = place.and_then(|place| seconds.buckets.get_mut(place)) {
                    *bucket += count;
                }
            }
            Some(CountName::Milliseconds(_)) => seconds.milliseconds = *count,
            _ => {}
        }
    }
    samples.add_observations(FLOW_EXECUTION_SECONDS, &[flow], &seconds);
}

#[cfg(test)]
mod tests;
