//! A company that exists on this machine only, so that there is something to see: its Flows, what these look up, and
//! simulated callers who walk through them. Every event of it is that of an Execution which really runs.
//!
//! `flows`: its hotline and its survey. `backend`: what they look up. `callers`: who calls and texts, and when;
//! `caller`, `texter`: what one of them does; `rng`: random numbers that a seed repeats.

mod backend;
mod caller;
mod callers;
mod flows;
mod rng;
mod texter;

pub(crate) use backend::{Backend, BackendAnswer};
pub(crate) use callers::Callers;
pub use flows::{DEMO_OUTAGE_FLOW, demo_flows};
pub(crate) use rng::Rng;

/// The beginning of all numbers of simulated callers. Nobody else has such a number.
const CALLER_PREFIX: &str = "+1500559";

/// Whether a number is that of a simulated caller: it has no phone on the page, and its logs are quiet.
pub(crate) fn is_demo_caller(number: &str) -> bool {
    number.starts_with(CALLER_PREFIX)
}
