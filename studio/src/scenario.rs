//! Scenarios of a Flow: files of TOML that say what a caller does, and what must come of it. Pure.
//!
//! 1. [`ScenarioFile`], read by `file` with `answers`, `start`, `place` (a widget or one of its events, of the Flow or of a subflow: `flows`), `expect` and `request`; `table` is
//!    TOML with the line of every key, and names those that nobody knows.
//! 2. [`judge()`] plays them: each [`ScenarioFailure`] is an expectation, or one of the [`FlowRules`], that a run has missed.
//! 3. [`Coverage`]: the widgets and transitions of each Flow that were passed, and those that cannot be (`reach`).
//!    [`NamedSubflows`]: which subflows a Flow goes into; `subflow_notes` says which of them its runs have missed.
//! 4. [`explore()`]: random walks; `walk` plays the other side with the `values` that the Flow compares, and `random` numbers; `pattern` has
//!    texts for regular expressions.
//! 5. [`junit()`]: the results for CI servers.

mod answers;
mod coverage;
mod expect;
mod explore;
mod failure;
mod file;
mod flows;
mod junit;
mod pattern;
mod place;
mod random;
mod reach;
mod request;
mod rules;
mod runner;
mod start;
mod subflows;
mod table;
#[cfg(test)]
mod tests;
mod values;
mod walk;

pub use answers::read_answers;
pub use coverage::{Coverage, FlowCoverage};
pub use expect::Expectations;
pub use explore::{Exploration, ExplorationFinding, WalkPlan, WalkStop, explore, explore_each};
pub use failure::ScenarioFailure;
pub use file::{FlowScenario, NamedFiles, ScenarioFile, named_files};
pub use junit::junit;
pub use rules::FlowRules;
pub use runner::{ScenarioReport, ScenarioResult, judge, judge_each, judge_one};
pub use start::{
    CALLERS, call_from, execution, is_caller, message_from, request_for, usual, ways_in,
};
pub use subflows::{NamedSubflows, subflow_notes};
pub use table::ScenarioProblem;
