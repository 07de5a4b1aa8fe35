//! THE RULES: who is called when an alarm goes off, and what becomes of it. Pure: facts in, facts out; no I/O, no clock.
//!
//! 1. [`Policy`]: who is called for which alarms, and how patiently.
//! 2. [`Incident`]: all that is known of one outage; [`Attempt`]: one call of it; [`Entry`]: one thing that happened.
//! 3. [`Signal`]: what the world told us. [`Incident::step`]: what changes by it, and what we ask of the world
//!    ([`Effect`]).

mod actor;
mod alarms;
mod budget;
mod by_hand;
mod calls;
mod ending;
mod incident;
mod owner;
mod policy;
mod round;
mod signal;
mod step;
mod studio;
mod timeline;

pub use actor::{Actor, Member};
pub use ending::Ending;
pub use incident::{Alarm, Attempt, Call, Incident, Joined, Owner, Phase, State};
pub use owner::{Former, Notices};
pub use policy::{CallWith, Person, Policy};
pub use round::Round;
pub use signal::{Effect, End, Key, News, Outcome, Signal, TextAbout};
pub use step::{Busy, Step};
pub use timeline::{Entry, Event, Repaired, Timeline};

#[cfg(test)]
mod tests;
