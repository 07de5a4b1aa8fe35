//! THE RULES: who is called when an alarm goes off, and what becomes of it. Pure: facts in, facts out; no I/O, no clock.
//!
//! 1. `model`: all that is known. [`Policy`]: who is called for which alarms, and how patiently. [`Incident`]: one
//!    outage, with its [`IncidentId`]; [`Attempt`]: one call of it; [`Entry`]: one thing that happened. [`Signal`]: what
//!    the world reports.
//! 2. `rules`: how long things may take, when to look again ([`Incident::wake_at`]), whose turn it is.
//! 3. `apply`: [`Incident::apply`] gives the [`Decision`]: what changes by a signal, and what is asked of the world
//!    ([`Effect`]).
//! 4. `acts`: what people ask for on pages and at the command line ([`Act`]), and what an incident refuses.

mod acts;
mod apply;
mod model;
mod rules;

pub use acts::{Act, ActError, Asker};
pub use apply::Decision;
pub use model::{
    Actor, Alarm, Attempt, Call, CallEvent, CallWith, Effect, End, Entry, Event, Former, Incident,
    IncidentId, Joined, Key, Member, Milestones, Notices, Outcome, Owner, Person, Phase, Policy,
    Repaired, Round, Signal, State, TextAbout, Timeline,
};
pub use rules::{Busy, Ending, OVER_FOR};

#[cfg(test)]
mod tests;
