//! The changes: a signal comes in, and the incident that it makes goes out, with the effects that it asks for.

mod alarms;
mod calls;
mod decide;
mod ending;
mod executions;
mod milestones;
mod notes;
mod notices;
mod ownership;
mod rounds;
mod silences;
mod update;
mod wake;

pub use decide::Decision;
