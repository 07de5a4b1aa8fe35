//! Twilio Studio Flows. Pure, and for any Flow: nothing here knows of Ringdown, a clock, a network or an account.
//!
//! 1. [`json`]: JSON as it stands in a file, byte for byte.
//! 2. [`flow`]: Flows in files, their definitions, and the [`Finding`]s of their checks.
//! 3. [`draw`]: its picture.
//! 4. [`run`]: one run through a Flow, as a machine: events in, actions out, time as an argument.
//! 5. [`liquid`]: the expressions between double braces.
#![warn(missing_docs)]

pub mod draw;
pub mod flow;
pub mod json;
pub mod liquid;
pub mod run;

pub use flow::{
    Condition, Converted, Finding, Flow, FlowDefinition, FlowFile, Offset, Problem, Severity,
    State, Transition,
};
pub use run::{
    Action, Connect, DialCallStatus, DialOutcome, EndReason, Enqueue, ExecutionRequest,
    ExecutionStart, HandOver, HttpMethod, HttpResponse, IncomingCall, IncomingMessage, LogEntry,
    OutboundMessage, Prompt, QueueResult, QueueTarget, Record, Run, RunEvent, RunState, Speech,
    Step, Trigger,
};
