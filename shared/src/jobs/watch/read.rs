//! Reads from the Store what pages show.
//!
//! [`flows`]: all Flows. [`page`]: Executions, the newest first. [`one`]: one of them. [`running`]: those that run, for the
//! graph. [`counts`] and [`latest_medians`]: what was counted. [`quiet_flows`]: which Flows are quiet. [`cursor`]: whether anything is new.

mod active;
mod flows;
mod list;
mod stored;

pub(super) use active::active;
pub use active::{RunningExecution, RunningExecutions, running};
pub(super) use flows::for_good;
pub use flows::{counts, cursor, flows, quiet_flows, seen_flows};
pub use list::{ExecutionPage, ExecutionQuery, PAGE, latest_medians, one, page};
pub(super) use stored::{FlowState, StoredFlows, flow_states, load, names};
