//! A company that exists on this machine only, so that there is something to see: its Flows, and what these look up.
//! Every event of it is that of an Execution which really runs.
//!
//! `flows`: its hotline and its survey. `backend`: what they look up. ([`crate::callers`]: who calls and texts.)

mod backend;
mod flows;

pub(crate) use backend::{Backend, BackendAnswer};
pub use flows::{DEMO_OUTAGE_FLOW, demo_flows};
pub(crate) use flows::{HOTLINE, SURVEY};

/// The beginning of all numbers of simulated callers. Nobody else has such a number.
pub(crate) const CALLER_PREFIX: &str = "+1500559";

/// Whether a number is that of a simulated caller: it has no phone on the page, and its logs are quiet.
pub(crate) fn is_demo_caller(number: &str) -> bool {
    number.starts_with(CALLER_PREFIX)
}
