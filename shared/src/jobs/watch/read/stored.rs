//! Reads what is kept of Flows: no word of it is fetched here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use serde_json::value::RawValue;
use studio::Flow;

use crate::Error;
use crate::domain::executions::views::FlowResource;
use crate::domain::sid::Sid;
use crate::jobs::watch::definitions::parse;
use crate::storage::flows::{definition, read_fetched, resource};
use crate::storage::{Key, MAX_TRANSACTION_ITEMS, Record, Store};

/// The definitions that are kept of the revisions that run.
pub(in crate::jobs::watch) struct StoredFlows(HashMap<(Sid, u32), Flow>);

impl StoredFlows {
    /// Loads those of these Flows and revisions.
    pub(in crate::jobs::watch) async fn load(
        store: &dyn Store,
        wanted: impl IntoIterator<Item = (Sid, u32)>,
        now: Timestamp,
    ) -> Result<StoredFlows, Error> {
        let wanted: BTreeSet<(Sid, u32)> = wanted.into_iter().collect();
        let keys: Vec<Key> =
            wanted.iter().map(|(flow, revision)| definition(flow, *revision)).collect();
        let records = load(store, &keys, now).await?;
        let read = |record: Record| {
            let text = read_fetched::<Box<RawValue>>(&record)?.value?;
            parse(&text).ok().map(|definition| definition.flow)
        };
        let found = wanted.into_iter().zip(records);
        let found = found.filter_map(|(of, record)| Some((of, read(record?)?)));
        Ok(StoredFlows(found.collect()))
    }

    /// The Flow of this revision, if it is kept.
    pub(in crate::jobs::watch) fn of(
        &self,
        flow: Option<&Sid>,
        revision: Option<u32>,
    ) -> Option<&Flow> {
        self.0.get(&(flow?.clone(), revision?))
    }
}

/// Twilio's word on a Flow, as far as it was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::jobs::watch) struct FlowState {
    /// Its name.
    pub(in crate::jobs::watch) name: Option<String>,
    /// When Twilio said last that it has no such Flow, if it says so.
    pub(in crate::jobs::watch) gone_at: Option<Timestamp>,
}

/// Reads what Twilio said of these Flows, of those that it was asked for.
pub(in crate::jobs::watch) async fn flow_states(
    store: &dyn Store,
    flows: &[Sid],
    now: Timestamp,
) -> Result<BTreeMap<Sid, FlowState>, Error> {
    let keys: Vec<Key> = flows.iter().map(resource).collect();
    let records = load(store, &keys, now).await?;
    let note = |record: Record| {
        let fetched = read_fetched::<FlowResource>(&record)?;
        let name = fetched.value.map(|resource| resource.friendly_name);
        let gone_at = fetched.is_gone.then_some(fetched.at);
        Some(FlowState { name: name.filter(|name| !name.is_empty()), gone_at })
    };
    let noted = flows.iter().zip(records);
    Ok(noted.filter_map(|(flow, record)| Some((flow.clone(), note(record?)?))).collect())
}

/// The names of Flows, those that are known.
pub(in crate::jobs::watch) async fn names(
    store: &dyn Store,
    flows: &[Sid],
    now: Timestamp,
) -> Result<BTreeMap<Sid, String>, Error> {
    let notes = flow_states(store, flows, now).await?;
    Ok(notes.into_iter().filter_map(|(flow, note)| Some((flow, note.name?))).collect())
}

/// The records with these keys, however many there are.
pub(in crate::jobs::watch) async fn load(
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
