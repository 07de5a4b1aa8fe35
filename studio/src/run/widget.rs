//! The types of widget, and what comes of one when a run comes to it.

use super::{Action, EndReason};
use crate::flow::State;

/// The types of widget that can be run, by their names. Those that are handed over have a table of their own.
pub(super) mod kind {
    pub(in crate::run) const TRIGGER: &str = "trigger";
    pub(in crate::run) const CALL: &str = "make-outgoing-call-v2";
    pub(in crate::run) const OLD_CALL: &str = "make-outgoing-call-v1";
    pub(in crate::run) const HTTP: &str = "make-http-request";
    pub(in crate::run) const FUNCTION: &str = "run-function";
    pub(in crate::run) const GATHER: &str = "gather-input-on-call";
    pub(in crate::run) const SAY: &str = "say-play";
    pub(in crate::run) const SET: &str = "set-variables";
    pub(in crate::run) const SPLIT: &str = "split-based-on";
    pub(in crate::run) const SEND: &str = "send-message";
    pub(in crate::run) const WAIT: &str = "send-and-wait-for-reply";
    pub(in crate::run) const ENQUEUE: &str = "enqueue-call";
    pub(in crate::run) const FLEX: &str = "send-to-flex";
    pub(in crate::run) const CONNECT: &str = "connect-call-to";
    pub(in crate::run) const RECORD: &str = "record-voicemail";
    pub(in crate::run) const RECORD_CALL: &str = "record-call";
    pub(in crate::run) const STREAM: &str = "fork-stream";
    pub(in crate::run) const SUBFLOW: &str = "run-subflow";
}

/// A widget that a run has come to.
pub(super) enum Begun {
    /// It waits for an event.
    Waits(Action),
    /// It is done.
    Fired { event: &'static str, to: Option<String> },
    /// It ends the run.
    Ends(EndReason),
}

/// A widget that fails before it has done anything: Twilio's code, and the words for the log.
pub(super) type WidgetFailure = (u32, String);

/// A widget that was given an event.
pub(super) enum Taken {
    /// It does not wait for that.
    Ignored,
    /// It goes on waiting, when this is done.
    Waits(Option<Action>),
    /// It is done.
    Fired(&'static str),
    /// The run goes on in its subflow.
    Entered,
}

/// A widget that is done at once.
pub(super) fn fired(state: &State, event: &'static str) -> Begun {
    let to = state.on(event).and_then(|transition| transition.next.clone());
    Begun::Fired { event, to }
}
