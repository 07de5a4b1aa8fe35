//! Twilio Studio Flows. Pure, and for any Flow: nothing here knows of Ringdown, a clock, a network or an account.
//!
//! 1. [`json`]: JSON as it stands in a file, byte for byte.
//! 2. [`flow`]: Flows in files, their definitions, and the [`Finding`]s of their checks.
//! 3. [`draw`]: its picture; [`diff`]: what two of its definitions have not in common.
//! 4. [`run`]: one run through a Flow, as a machine: events in, actions out, time as an argument.
//! 5. [`play`]: a whole run in virtual time, against a caller who is played too.
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
mod words;

pub use flow::{
    Condition, Converted, Finding, Flow, FlowDefinition, FlowFile, Offset, Problem, Severity,
    State, Transition, refusal, without_secrets,
};
pub use run::{
    Action, Connect, DialCallStatus, DialOutcome, EndReason, Enqueue, ExecutionRequest,
    ExecutionStart, HandOver, HttpMethod, HttpResponse, IncomingCall, IncomingMessage, LogEntry,
    OutboundMessage, Prompt, QueueResult, QueueTarget, Record, Run, RunEvent, RunState, Speech,
    Step, Trigger,
};
pub use words::{counted, masked, without_numbers};
