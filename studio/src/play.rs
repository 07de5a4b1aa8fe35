//! Plays a Flow from its start to its end in virtual time, against a caller and servers that somebody else plays. Pure.
//!
//! 1. [`peer`]: the other side of a run, as a trait: the caller, the servers, the outcomes of calls and queues.
//! 2. [`script`]: such a side that does what was written down before.
//! 3. [`trace`]: the entries of a played run, and `text`, their words.
//! 4. [`PlayedFlows`]: a Flow with its subflows, and the names of their widgets.
//! 5. `outcome`: the ways in which calls, queues and messages may go.
//! 6. `support`: how each type of widget is played, and where that is not what Studio does.
//! 7. `player`: steps the machine of [`crate::run`], and lets time jump to the next event.

mod flows;
mod http;
mod outcome;
pub mod peer;
mod player;
pub mod script;
mod support;
#[cfg(test)]
mod tests;
mod text;
pub mod trace;

pub use flows::PlayedFlows;
pub use http::{HttpOutcome, HttpRequest};
pub use outcome::{no_outcome, outcome_events, outcomes};
pub use peer::{CallerAction, CallerPrompt, Peer, PromptKind};
pub use player::{play, play_sharing, transcribed};
pub use script::{AnswerRule, PlayScript, is_like};
pub use support::{DifferenceScope, MetDifferences, WIDGET_SUPPORT, WidgetSupport};
pub use text::{TraceWriter, is_hidden};
pub use trace::{PlayEnd, Played, TraceDetail, TraceEntry};
