//! What is kept of Flows: no word of it is fetched here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use serde_json::value::RawValue;
use studio::Flow;

use crate::Error;
use crate::domain::executions::views::FlowResource;
use crate::jobs::watch::definitions::parse;
use crate::storage::flows::{definition, read_fetched, resource};
use crate::storage::{Key, MAX_TRANSACTION_ITEMS, Record, Store};

/// The definitions that are kept of the revisions that run.
pub(in crate::jobs::watch) struct KeptFlows(HashMap<(String, u32), Flow>);

impl KeptFlows {
    /// Loads those of these Flows and revisions.
    pub(in crate::jobs::watch) async fn load(
        store: &dyn Store,
        wanted: impl IntoIterator<Item = (String, u32)>,
        now: Timestamp,
    ) -> Result<KeptFlows, Error> {
        let wanted: BTreeSet<(String, u32)> = wanted.into_iter().collect();
        let keys: Vec<Key> =
            wanted.iter().map(|(flow, revision)| definition(flow, *revision)).collect();
        let records = load(store, &keys, now).await?;
        let read = |record: Record| {
            let text = read_fetched::<Box<RawValue>>(&record)?.value?;
            parse(&text).ok().map(|definition| definition.flow)
        };
        let found = wanted.into_iter().zip(records);
        let found = found.filter_map(|(of, record)| Some((of, read(record?)?)));
        Ok(KeptFlows(found.collect()))
    }

    /// The Flow of this revision, if it is kept.
    pub(in crate::jobs::watch) fn of(
        &self,
        flow: Option<&str>,
        revision: Option<u32>,
    ) -> Option<&Flow> {
        self.0.get(&(flow?.to_owned(), revision?))
    }
}

/// The names of Flows, those that are known.
pub(in crate::jobs::watch) async fn names(
    store: &dyn Store,
    flows: &[String],
    now: Timestamp,
) -> Result<BTreeMap<String, String>, Error> {
    let keys: Vec<Key> = flows.iter().map(|flow| resource(flow)).collect();
    let records = load(store, &keys, now).await?;
    let name = |record: Record| {
        let resource = read_fetched::<FlowResource>(&record)?.value?;
        Some(resource.friendly_name).filter(|name| !name.is_empty())
    };
    let named = flows.iter().zip(records);
    Ok(named.filter_map(|(flow, record)| Some((flow.clone(), name(record?)?))).collect())
}

/// The records with these keys, however many there are.
pub(super) async fn load(
    store: &dyn Store,
    keys: &[Key],
    now: Timestamp,
) -> Result<Vec<Option<Record>>, Error> {
    let mut records = Vec::with_capacity(keys.len());
    for keys in keys.chunks(MAX_TRANSACTION_ITEMS) {
        records.extend(store.load(keys, now).await?);
    }
    Ok(records)
}
