//! Scenarios of a Flow: files of TOML that say what a caller does, and what must come of it. Pure.
//!
//! 1. `table`: TOML with the line of every key.
//! 2. `answers`: the answers of servers.

mod answers;
mod table;

pub use answers::read_answers;
pub use table::ScenarioProblem;
