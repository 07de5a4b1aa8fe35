//! The types of widget, how each is played here, and where that is not what Studio does.

use std::collections::BTreeSet;

use super::trace::Played;
use crate::flow::Flow;

/// A type of widget, and how it is played.
#[derive(Debug)]
pub struct WidgetSupport {
    /// `say-play`, …
    pub kind: &'static str,
    /// The way in which it is played, for a person.
    pub played: &'static str,
    /// The difference from Studio that may lead to another path or other variables; empty if there is none.
    pub difference: &'static str,
    /// The runs that print it.
    pub scope: DifferenceScope,
}

/// The runs that print a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceScope {
    /// None: there is no difference, or the trace itself says so at the widget.
    Never,
    /// Those that pass such a widget.
    Always,
    /// Those in which such a widget fires this event.
    OnEvent(&'static str),
    /// Those in which such a widget has a transition with this event that leads anywhere, and fires the other one.
    Beside(&'static str, &'static str),
}

use DifferenceScope::{Always, Beside, Never, OnEvent};

const fn same(kind: &'static str, played: &'static str) -> WidgetSupport {
    WidgetSupport { kind, played, difference: "", scope: Never }
}

const fn other(
    kind: &'static str,
    played: &'static str,
    scope: DifferenceScope,
    difference: &'static str,
) -> WidgetSupport {
    WidgetSupport { kind, played, difference, scope }
}

/// Every type of widget, in the order of the documentation.
#[rustfmt::skip]
pub const WIDGET_SUPPORT: [WidgetSupport; 26] = [
    other("trigger", "a call, a message, a request of the REST API, a parent Flow",
        Beside("incomingConversationMessage", "incomingMessage"),
        "a message never comes from a conversation: `incomingMessage` is fired, `incomingConversationMessage` never"),
    other("split-based-on", "every predicate, on the widget's input", Never,
        "a pattern that only Java can read never matches, and the trace says so"),
    other("set-variables", "numbers, texts and JSON, as Studio casts them", Never,
        "that `02`, `+2` and `1e3` stay texts is a guess; `1.50` is the number 1.5"),
    other("run-subflow", "one level: its steps, its variables, its end", Always,
        "every revision of a subflow is the file that was named for its SID; `trigger.parent.step_sid` is empty"),
    other("make-http-request", "sent, or answered from a file; `parsed` is merged", Never,
        "with `add_twilio_auth` nothing is sent, for no credentials are at hand, and the trace says so; a file can answer it"),
    other("run-function", "sent, or answered from a file; `parsed` is merged", Always,
        "requests are not signed, so a protected Function refuses them; `headers` of the answer are not kept"),
    other("add-twiml-redirect", "handed over: `return`, `timeout`, `fail`", Always,
        "the TwiML is not fetched: `return` after half a minute, without variables, unless an outcome is named"),
    other("send-message", "printed, then `sent` or `failed`", Always,
        "nothing is delivered: a message counts as sent unless the outcome `failed` is named"),
    other("send-and-wait-for-reply", "printed; what is said next is the reply", Always,
        "nothing is delivered: a message counts as sent unless the outcome `failed` is named"),
    other("start-conversation", "handed over: `created`, `failed`", Always,
        "no conversation is made: it counts as created, without variables, unless an outcome is named"),
    other("resume-conversation", "handed over: `resumed`, `failed`", Always,
        "no conversation is resumed: it counts as resumed, without variables, unless an outcome is named"),
    other("send-to-auto-pilot", "handed over: `sessionEnded`, `timeout`, `failure`", Always,
        "no assistant answers: the session ends after half a minute, without variables, unless an outcome is named"),
    same("say-play", "what is said, played or dialled is printed"),
    other("gather-input-on-call", "keys, words, stop key, number of keys, time-out", OnEvent("speech"),
        "words are understood as they are typed, with a `Confidence` of 0.9: no hints, no profanity filter"),
    other("make-outgoing-call-v1", "answered by a person or a machine, busy, unanswered, failed", Always,
        "nobody is called: a person answers unless another outcome is named"),
    other("make-outgoing-call-v2", "answered by a person or a machine, busy, unanswered, failed", Always,
        "nobody is called: a person answers unless another outcome is named"),
    other("connect-call-to", "every `DialCallStatus`, and a hang-up", Always,
        "nobody is called: the connection lasts a minute and is completed unless another outcome is named"),
    other("record-voicemail", "words, the keys that finish it (any other is heard in it), silence, `max_length`, a hang-up", Always,
        "nothing is recorded: `RecordingUrl` leads nowhere, nothing is transcribed, `noAudio` never comes"),
    other("record-call", "`success` at once", Always, "nothing is recorded, and nothing can fail"),
    other("capture-payments",
        "handed over: `success`, `maxFailedAttempts`, `providerError`, `payInterrupted`, `validationError`", Always,
        "nothing is paid: it succeeds after half a minute, without variables, unless an outcome is named"),
    other("fork-stream", "`next` at once", Always, "no stream is opened"),
    other("enqueue-call", "every `QueueResult`, and a hang-up", Always,
        "nobody waits in a queue: somebody takes the call after half a minute unless another outcome is named"),
    other("send-to-flex", "every `QueueResult`, and a hang-up", Always,
        "no task is made: somebody takes it after half a minute unless another outcome is named"),
    other("connect-virtual-agent", "handed over: `return`", Always,
        "no agent answers: it returns after half a minute, without variables"),
    other("connect-virtual-agent-v2",
        "handed over: `completed`, `live-agent-handoff`, `paused`, `timeout`, `failed`", Always,
        "no agent answers: it is completed after half a minute, without variables, unless an outcome is named"),
    other("run-conversation-relay", "handed over: `success`, `failed`", Always,
        "no relay answers: it succeeds after half a minute, without variables, unless an outcome is named"),
];

/// The differences from Studio that runs have met, each type of widget once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetDifferences {
    met: BTreeSet<usize>,
}

impl MetDifferences {
    /// Adds those of a run through this Flow.
    pub fn add(&mut self, flow: &Flow, played: &Played) {
        for step in played.steps() {
            let found = WIDGET_SUPPORT.iter().position(|one| one.kind == step.kind);
            let Some((index, support)) = found.and_then(|at| Some((at, WIDGET_SUPPORT.get(at)?)))
            else {
                continue;
            };
            let leads = |event: &str| {
                let state = flow.state(&step.from).filter(|_| step.subflow.is_none());
                let transition = state.and_then(|state| state.on(event));
                transition.is_some_and(|transition| transition.next.is_some())
            };
            let is_met = match support.scope {
                Never => false,
                Always => true,
                OnEvent(event) => step.event == event,
                Beside(other, event) => step.event == event && leads(other),
            };
            if is_met {
                self.met.insert(index);
            }
        }
    }

    /// Adds those that others have met.
    pub fn extend(&mut self, others: &MetDifferences) {
        self.met.extend(&others.met);
    }

    /// A line for each, for a person.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let supports = self.met.iter().filter_map(|index| WIDGET_SUPPORT.get(*index));
        supports.map(|one| format!("{} differs from Studio: {}", one.kind, one.difference))
    }
}
