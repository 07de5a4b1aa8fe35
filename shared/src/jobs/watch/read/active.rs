//! Executions that run.

use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::Serialize;

use super::stored::StoredFlows;
use crate::Error;
use crate::domain::executions::stuck::{Stuck, stuck_at};
use crate::domain::sid::Sid;
use crate::storage::executions::{ActiveExecution, active_partitions, read_active};
use crate::storage::{MAX_TRANSACTION_ITEMS, Store};

/// The most running Executions of a Flow that are read, in each of its partitions.
const MAX_IN_LANE: usize = 500;

/// A running Execution, for the graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunningExecution {
    /// The Execution, and where it is.
    #[serde(flatten)]
    pub execution: ActiveExecution,
    /// Why it is stuck, if it is.
    pub stuck: Option<Stuck>,
}

/// The Executions of a Flow that run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RunningExecutions {
    /// Those that were read, the newest first.
    pub executions: Vec<RunningExecution>,
    /// There are more.
    pub is_more: bool,
}

/// The Executions of a Flow that run, the newest first: 2,000 at most.
///
/// # Errors
/// The store does not answer.
pub async fn running(
    store: &dyn Store,
    flow: &Sid,
    now: Timestamp,
) -> Result<RunningExecutions, Error> {
    let (active, is_more) = active(store, flow, now).await?;
    let revisions = active.iter().filter_map(|entry| Some((flow.clone(), entry.revision?)));
    let kept = StoredFlows::load(store, revisions, now).await?;
    let view = |execution: ActiveExecution| {
        let definition = kept.of(Some(flow), execution.revision);
        let stuck = stuck_at(&execution.position(), execution.is_call, definition, now);
        RunningExecution { execution, stuck }
    };
    let mut executions: Vec<RunningExecution> = active.into_iter().map(view).collect();
    executions.sort_by(|one, other| {
        let key = |running: &RunningExecution| {
            let ActiveExecution { began_at, since, sid, .. } = &running.execution;
            (began_at.unwrap_or(*since), sid.clone())
        };
        key(other).cmp(&key(one))
    });
    Ok(RunningExecutions { executions, is_more })
}

/// The entries of a Flow's running Executions, and whether there are more.
pub(in crate::jobs::watch) async fn active(
    store: &dyn Store,
    flow: &Sid,
    now: Timestamp,
) -> Result<(Vec<ActiveExecution>, bool), Error> {
    let lanes = active_partitions(flow).map(|lane| async move {
        let mut entries: Vec<ActiveExecution> = Vec::new();
        let mut after: Option<String> = None;
        while entries.len() < MAX_IN_LANE {
            let page = store.page(&lane, after.as_deref(), MAX_TRANSACTION_ITEMS, now).await?;
            entries.extend(page.iter().filter_map(read_active));
            after = page.last().map(|record| record.key.sk.clone());
            if page.len() < MAX_TRANSACTION_ITEMS {
                return Ok((entries, false));
            }
        }
        Ok::<_, Error>((entries, true))
    });
    let lanes = try_join_all(lanes).await?;
    let is_more = lanes.iter().any(|(_, is_more)| *is_more);
    Ok((lanes.into_iter().flat_map(|(entries, _)| entries).collect(), is_more))
}
