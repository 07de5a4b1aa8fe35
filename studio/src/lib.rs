//! Twilio Studio Flows. Pure, and for any Flow: nothing here knows of Ringdown, a clock, a network or an account.
//!
//! 1. [`json`]: JSON as it stands in a file, byte for byte.
//! 2. [`flow`]: Flows in files, their definitions, and the [`Finding`]s of their checks.
//! 3. [`draw`]: its picture; [`diff`]: the differences of two definitions.
//! 4. [`run`]: the machine: one run through a Flow, with events in, actions out, and time as an argument. It sends nothing
//!    and waits for nothing; whoever drives it does.
//! 5. [`play`]: drives that machine through a whole run in virtual time, with a caller who is played too. (`sandbox/` drives
//!    it too, with phones.)
//! 6. [`scenario`]: tests of a Flow: files that say what a caller does, and what must come of it.
//! 7. [`liquid`]: the expressions between double braces.
#![warn(missing_docs)]

pub mod diff;
pub mod draw;
pub mod flow;
pub mod json;
pub mod liquid;
pub mod play;
pub mod run;
pub mod scenario;
mod text;

pub use flow::{
    Condition, Converted, Finding, Flow, FlowDefinition, FlowFile, Offset, Problem, Severity,
    State, Transition, why_not_runnable, without_secrets,
};
pub use run::{
    Action, Connect, DialCallStatus, DialOutcome, EndReason, Enqueue, ExecutionRequest,
    ExecutionStart, HandOver, HttpMethod, HttpResponse, IncomingCall, IncomingMessage, LogEntry,
    OutboundMessage, Prompt, QueueResult, QueueTarget, Record, Run, RunEvent, RunState, Speech,
    Step, Trigger,
};
pub use text::{counted, masked, without_numbers};
