//! The widgets by their types: the beginning of each when a run comes to it, and the event that it fires then.

use jiff::Timestamp;

use super::calls::{self, Call, Line};
use super::messages::Outbound;
use super::split::{Branch, split};
use super::texts::Texts;
use super::variables::variables;
use super::{Action, EndReason, LogEntry, Run, RunEvent, code, http, prompts, queues};
use crate::flow::State;

/// A widget that a run has come to.
pub(super) enum Begun {
    /// It waits for an event.
    Waits(Action),
    /// It is done.
    Fired { event: &'static str, to: Option<String> },
    /// It ends the run.
    Ends(EndReason),
}

/// A widget that was given an event.
pub(super) enum Taken {
    /// It does not wait for that.
    Ignored,
    /// It goes on waiting, when this is done.
    Waits(Option<Action>),
    /// It is done.
    Fired(&'static str),
}

/// The types of widget that can be run, by their names.
pub(super) mod kind {
    pub(in super::super) const TRIGGER: &str = "trigger";
    pub(in super::super) const CALL: &str = "make-outgoing-call-v2";
    pub(in super::super) const HTTP: &str = "make-http-request";
    pub(in super::super) const GATHER: &str = "gather-input-on-call";
    pub(in super::super) const SAY: &str = "say-play";
    pub(in super::super) const SET: &str = "set-variables";
    pub(in super::super) const SPLIT: &str = "split-based-on";
    pub(in super::super) const SEND: &str = "send-message";
    pub(in super::super) const WAIT: &str = "send-and-wait-for-reply";
    pub(in super::super) const ENQUEUE: &str = "enqueue-call";
    pub(in super::super) const FLEX: &str = "send-to-flex";
    pub(in super::super) const CONNECT: &str = "connect-call-to";
    pub(in super::super) const RECORD: &str = "record-voicemail";
    pub(in super::super) const FUNCTION: &str = "run-function";
    pub(in super::super) const RECORD_CALL: &str = "record-call";
    pub(in super::super) const STREAM: &str = "fork-stream";
}

/// The event that says that a widget of this type has failed.
pub(super) fn failure_event(kind: &str) -> Option<&'static str> {
    match kind {
        kind::HTTP | kind::SEND | kind::CALL | kind::RECORD_CALL => Some("failed"),
        kind::FUNCTION => Some("fail"),
        kind::WAIT => Some("deliveryFailure"),
        kind::ENQUEUE | kind::FLEX => Some("failedToEnqueue"),
        _ => None,
    }
}

impl Run {
    /// Whether a widget needs somebody on the line.
    pub(super) fn is_voice(&self, state: &State) -> bool {
        match state.kind.as_str() {
            kind::SAY | kind::GATHER | kind::STREAM => true,
            kind::ENQUEUE | kind::CONNECT | kind::RECORD => true,
            kind::FLEX => self.call.is_some(),
            _ => false,
        }
    }

    /// Begins a widget.
    pub(super) fn begin(&mut self, state: &State, now: Timestamp) -> Begun {
        let mut log = Vec::new();
        let mut texts = Texts::new(&self.context, now);
        let mut outbound = None;
        let mut set = Vec::new();
        let mut failure = None;
        let begun = match state.kind.as_str() {
            kind::TRIGGER => fired(state, self.trigger),
            kind::CALL => {
                failure = self.second_call();
                Begun::Waits(calls::place(state, &mut texts))
            }
            kind::HTTP => match http::request(state, &mut texts) {
                Ok(action) => Begun::Waits(action),
                Err(message) => {
                    failure = Some((code::HTTP_INTERNAL, message));
                    fired(state, "failed")
                }
            },
            kind::FUNCTION => match http::function(state, &mut texts) {
                Ok(action) => Begun::Waits(action),
                Err(message) => {
                    failure = Some((code::FUNCTION, message));
                    fired(state, "fail")
                }
            },
            // The recording of a whole call, and a stream of its sound: both run beside the Flow.
            kind::RECORD_CALL if self.line() != Some(Line::Open) => {
                failure = Some((code::WRONG_TRIGGER, "there is no call to record".to_owned()));
                fired(state, "failed")
            }
            kind::RECORD_CALL => fired(state, "success"),
            kind::STREAM => fired(state, "next"),
            kind::GATHER => Begun::Waits(prompts::gather(state, &mut texts)),
            kind::SAY => Begun::Waits(Action::SayPlay(prompts::prompt(state, &mut texts))),
            kind::SET => {
                set = variables(state, &mut texts, &mut log);
                fired(state, "next")
            }
            kind::SPLIT => match split(state, &mut texts, &mut log) {
                Branch::Taken { event, to } => Begun::Fired { event, to },
                Branch::Missing(reason) => Begun::Ends(reason),
            },
            kind::SEND | kind::WAIT => {
                let message = Outbound::new(state, &mut texts);
                Begun::Waits(outbound.insert(message).action())
            }
            kind::ENQUEUE => Begun::Waits(queues::enqueue(state, &mut texts)),
            kind::FLEX => Begun::Waits(queues::flex(state, &mut texts)),
            kind::CONNECT => Begun::Waits(calls::connect(state, &mut texts)),
            kind::RECORD => Begun::Waits(calls::record(state, &mut texts)),
            other => {
                let why = format!("the widget {other} is not played here");
                Begun::Ends(EndReason::Unplayable { widget: state.name.clone(), why })
            }
        };
        let errors = texts.errors;
        let event = failure_event(&state.kind);
        for error in &errors {
            let message = match event {
                Some(event) => format!("{error}; the widget takes {event}"),
                None => format!("{error}; the text stays as it is"),
            };
            let (code, widget) = (Some(code::TEMPLATE), state.name.clone());
            log.push(LogEntry { code, widget, message });
        }
        log.into_iter().for_each(|entry| self.push(entry));
        if let Some((code, message)) = &failure {
            self.warn(*code, state, message);
        }
        if let Some(event) = event.filter(|_| failure.is_some() || !errors.is_empty()) {
            return fired(state, event);
        }
        for (key, value) in set {
            self.context["widgets"][&state.name][&key] = value.clone();
            self.context["flow"]["variables"][key] = value;
        }
        self.outbound = outbound;
        if let Begun::Waits(Action::PlaceCall { to, from, .. }) = &begun {
            let (to, from) = (to.clone(), from.clone());
            self.call = Some(Call { sid: None, to, from, line: Line::Dialing });
        }
        begun
    }

    /// The reason why a call cannot be placed besides the one that there is.
    fn second_call(&self) -> Option<(u32, String)> {
        let is_ours = self.trigger == "incomingRequest";
        match self.line()? {
            Line::Open | Line::HungUp if !is_ours => {
                Some((code::WRONG_TRIGGER, "a Flow that was called places no call".to_owned()))
            }
            Line::Open | Line::Dialing => {
                Some((code::OUTGOING_CALL, "there is a call already".to_owned()))
            }
            Line::Closed | Line::HungUp => None,
        }
    }

    /// Gives an event to a widget that waits.
    pub(super) fn take(&mut self, state: &State, event: RunEvent) -> Taken {
        match (state.kind.as_str(), event) {
            (kind::CALL, event) => self.take_dialing(state, event),
            (kind::HTTP | kind::FUNCTION, event) => self.take_response(state, event),
            (kind::GATHER, event) => self.take_input(state, event),
            (kind::SAY, RunEvent::Spoken) => Taken::Fired("audioComplete"),
            (kind::SEND | kind::WAIT, event) => self.take_message(state, event),
            (kind::ENQUEUE | kind::FLEX, event) => self.take_queue(state, event),
            (kind::CONNECT, event) => self.take_connection(state, event),
            (kind::RECORD, event) => self.take_recording(state, event),
            _ => Taken::Ignored,
        }
    }
}

fn fired(state: &State, event: &'static str) -> Begun {
    let to = state.on(event).and_then(|transition| transition.next.clone());
    Begun::Fired { event, to }
}
