//! All that is known of an incident. Pure data, with the questions that one look at it answers.

mod actor;
mod alarm;
mod attempt;
mod call_event;
mod effect;
mod incident;
mod incident_id;
mod milestones;
mod notices;
mod policy;
mod round;
mod signal;
mod timeline;

pub use actor::{Actor, Member, Owner};
pub use alarm::{Alarm, Joined};
pub use attempt::{Attempt, Call};
pub use call_event::{CallEvent, End, Key, Outcome};
pub use effect::{Effect, TextAbout};
pub use incident::{Incident, Phase, State};
pub use incident_id::IncidentId;
pub use milestones::Milestones;
pub use notices::{Former, Notices};
pub use policy::{CallWith, Person, Policy};
pub use round::Round;
pub use signal::Signal;
pub use timeline::{Entry, Event, Repaired, Timeline};

pub(crate) use incident::{MAX_ALARMS, MAX_ATTEMPTS};
