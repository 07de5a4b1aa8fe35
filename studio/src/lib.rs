//! Twilio Studio Flows. Pure, and for any Flow: nothing here knows of Ringdown, a clock, a network or an account.
//!
//! 1. [`flow`]: a Flow's definition, and the [`Problem`]s that Studio would refuse it for.
//! 2. [`draw`]: its picture.
//! 3. [`run`]: one run through a Flow, as a machine: events in, actions out, time as an argument.
//! 4. [`liquid`]: the expressions between double braces.
#![warn(missing_docs)]

pub mod draw;
pub mod flow;
pub mod liquid;
pub mod run;

pub use flow::{Condition, Flow, Offset, Problem, State, Transition};
pub use run::{
    Action, Connect, DialCallStatus, DialOutcome, EndReason, Enqueue, ExecutionRequest,
    ExecutionStart, HttpMethod, HttpResponse, IncomingCall, IncomingMessage, OutboundMessage,
    Prompt, QueueResult, QueueTarget, Record, Run, RunEvent, RunState, Speech, Step, Trigger,
};
