//! The widgets whose work is done elsewhere, by TwiML, an agent or a service of Twilio: the run waits until somebody
//! says how it went.

use std::time::Duration;

use serde_json::Value;

use super::texts::WidgetTexts;
use super::widget::{Taken, WidgetFailure};
use super::{Action, HandOver, Run, RunEvent, code};
use crate::flow::State;

/// A type of widget that is handed over.
struct HandOverKind {
    kind: &'static str,
    /// The events that may end it: the usual one first, the failure last.
    events: &'static [&'static str],
    place: HandOverPlace,
}

/// The place where the work is done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HandOverPlace {
    /// In the call.
    Call,
    /// In the call or conversation.
    Either,
    /// In a conversation that a request of the REST API is about.
    Request,
}

#[rustfmt::skip]
const HANDED_OVER: [HandOverKind; 8] = [
    HandOverKind { kind: "add-twiml-redirect", place: HandOverPlace::Call,
        events: &["return", "timeout", "fail"] },
    HandOverKind { kind: "capture-payments", place: HandOverPlace::Call,
        events: &["success", "maxFailedAttempts", "providerError", "payInterrupted", "validationError"] },
    HandOverKind { kind: "connect-virtual-agent", place: HandOverPlace::Call,
        events: &["return"] },
    HandOverKind { kind: "connect-virtual-agent-v2", place: HandOverPlace::Either,
        events: &["completed", "live-agent-handoff", "paused", "timeout", "failed"] },
    HandOverKind { kind: "run-conversation-relay", place: HandOverPlace::Call,
        events: &["success", "failed"] },
    HandOverKind { kind: "send-to-auto-pilot", place: HandOverPlace::Either,
        events: &["sessionEnded", "timeout", "failure"] },
    HandOverKind { kind: "start-conversation", place: HandOverPlace::Request,
        events: &["created", "failed"] },
    HandOverKind { kind: "resume-conversation", place: HandOverPlace::Request,
        events: &["resumed", "failed"] },
];

/// The events that may end a widget of this type whose work is done elsewhere, the usual one first; empty for any other.
pub fn hand_over_events(kind: &str) -> &'static [&'static str] {
    handed_over(kind).map_or(&[], |one| one.events)
}

fn handed_over(kind: &str) -> Option<&'static HandOverKind> {
    HANDED_OVER.iter().find(|one| one.kind == kind)
}

/// Whether a widget needs somebody on the line.
pub(super) fn is_voice(kind: &str, has_call: bool) -> bool {
    handed_over(kind).is_some_and(|one| match one.place {
        HandOverPlace::Call => true,
        HandOverPlace::Either => has_call,
        HandOverPlace::Request => false,
    })
}

/// The hand-over of a widget; none if its type is none of these.
pub(super) fn action(
    state: &State,
    trigger: &str,
    texts: &mut WidgetTexts<'_>,
) -> Result<Option<Action>, WidgetFailure> {
    let Some(HandOverKind { place, events, .. }) = handed_over(&state.kind) else {
        return Ok(None);
    };
    if *place == HandOverPlace::Request && trigger != "incomingRequest" {
        let why = "only a request of the REST API leads to a conversation".to_owned();
        return Err((code::WRONG_TRIGGER, why));
    }
    let url = texts.get(state, "url");
    // For a redirect, 0 is not to wait.
    let timeout: Option<Duration> = texts.seconds(state, "timeout");
    Ok(Some(Action::HandOver(HandOver { kind: state.kind.clone(), events, url, timeout })))
}

impl Run {
    pub(super) fn take_back(&mut self, state: &State, event: RunEvent) -> Taken {
        let Some(HandOverKind { events, .. }) = handed_over(&state.kind) else {
            return Taken::Ignored;
        };
        let (name, variables) = match event {
            RunEvent::HandedBack { event, variables } => (event, variables),
            RunEvent::TimedOut => ("timeout".to_owned(), serde_json::Map::new()),
            _ => return Taken::Ignored,
        };
        let Some(fired) = events.iter().find(|event| **event == name) else {
            return Taken::Ignored;
        };
        if !variables.is_empty() {
            self.set(&state.name, Value::Object(variables));
        }
        Taken::Fired(fired)
    }
}
