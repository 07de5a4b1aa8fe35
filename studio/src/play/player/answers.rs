//! The events that answer an action: what the other side does, and how long that takes.

use std::time::Duration;

use super::super::http::{HttpOutcome, HttpRequest};
use super::super::outcome::{outcome_events, outcomes, queue_words};
use super::super::peer::{CallerPrompt, PromptKind};
use super::super::trace::TraceDetail;
use super::Playing;
use crate::flow::State;
use crate::run::{Action, Prompt, RunEvent};
use crate::text::masked;

/// The time that an answer to a request takes.
const ANSWER_TIME: Duration = Duration::from_secs(1);

/// The time of a recording that is played.
const RECORDING_TIME: Duration = Duration::from_secs(5);

/// The characters that are spoken in a second.
pub(super) const CHARACTERS_A_SECOND: usize = 15;

impl Playing<'_> {
    /// The events that answer an action, each after the time that it takes.
    pub(super) fn answer(&mut self, state: &State, action: Action) -> Vec<(Duration, RunEvent)> {
        let widget = &self.place();
        let is_ended = self.run.ends_by_hang_up();
        let is_recording = matches!(action, Action::Record(_));
        let is_ringing = matches!(action, Action::PlaceCall { .. });
        let is_heard = is_ended && !is_recording && !is_ringing;
        let is_cut_off = std::mem::take(&mut self.is_cut_off);
        let speaks = match &action {
            Action::SayPlay(prompt) | Action::Gather { prompt, .. } if !is_cut_off => {
                self.note(widget, TraceDetail::Heard(prompt.clone()));
                speaking_time(prompt)
            }
            _ => Duration::ZERO,
        };
        if let Action::HangUp = action {
            self.is_on_line = false;
            return Vec::new();
        }
        let mut events = Vec::new();
        if is_cut_off {
            events.push((Duration::ZERO, RunEvent::HungUp));
        } else if (self.is_on_line || is_ringing) && self.peer.hangs_up(widget, is_heard) {
            self.is_on_line = false;
            self.note(widget, TraceDetail::HungUp);
            if is_ringing {
                let call_sid = format!("CA{:032x}", self.sid());
                events.push((Duration::ZERO, RunEvent::Placed { call_sid }));
            }
            events.push((Duration::from_secs(1), RunEvent::HungUp));
        }
        // A hang-up ends a widget of the call; any other goes on.
        if events.is_empty() || !is_ended {
            events.extend(self.reply(state, action, speaks));
        }
        events
    }

    fn reply(
        &mut self,
        state: &State,
        action: Action,
        speaks: Duration,
    ) -> Vec<(Duration, RunEvent)> {
        let widget = self.place();
        let widget = widget.as_str();
        match action {
            Action::SayPlay(_) => vec![(speaks, RunEvent::Spoken)],
            Action::Gather { timeout, finish_on_key, max_digits, .. } => {
                let kind = PromptKind::Input(max_digits);
                let action = self.peer.act(&CallerPrompt { widget, kind });
                let ends = (max_digits, finish_on_key.as_str());
                self.input(widget, action, ends, (speaks, timeout))
            }
            Action::Request { method, url, content_type, body, timeout, has_twilio_auth } => {
                let is_function = state.kind == "run-function";
                let request = HttpRequest {
                    widget,
                    is_function,
                    method,
                    url: &url,
                    content_type: &content_type,
                    body: &body,
                    has_twilio_auth,
                };
                let asked_at = self.peer.asks_at(&request);
                let outcome = self.peer.answer(&request);
                let event = match &outcome {
                    HttpOutcome::Responded(response) => {
                        (ANSWER_TIME, RunEvent::Responded(response.clone()))
                    }
                    HttpOutcome::Unanswered(_) => (timeout, RunEvent::TimedOut),
                    HttpOutcome::Unsent(_) => (Duration::ZERO, RunEvent::Unsent),
                };
                self.note(widget, TraceDetail::Requested { method, url, body, asked_at });
                self.note(widget, TraceDetail::Answered(outcome));
                vec![event]
            }
            Action::SendMessage(message) => {
                self.note(widget, TraceDetail::Sent(message));
                self.outcome(state, "sends the message", Duration::ZERO)
            }
            Action::AwaitReply { timeout } => {
                let kind = PromptKind::Reply;
                let action = self.peer.act(&CallerPrompt { widget, kind });
                self.message(widget, action, timeout)
            }
            Action::PlaceCall { to, timeout, detect_machine, .. } => {
                let mut events = self.outcome(state, &format!("calls {}", masked(&to)), timeout);
                let is_found_out = |event: &RunEvent| matches!(event, RunEvent::AnsweredBy(_));
                events.retain(|(_, event)| detect_machine || !is_found_out(event));
                let is_answered = |(_, event): &(Duration, RunEvent)| {
                    matches!(event, RunEvent::Dialed(crate::run::DialOutcome::Answered))
                };
                self.is_on_line = events.iter().any(is_answered);
                events
            }
            Action::Enqueue(enqueue) => self.outcome(state, &queue_words(&enqueue), Duration::ZERO),
            Action::Connect(connect) => {
                let doing = match connect.to.trim() {
                    "" => format!("connects the call with a {}", connect.noun),
                    to => format!("connects the call with the {} {}", connect.noun, masked(to)),
                };
                self.outcome(state, &doing, connect.timeout)
            }
            Action::HandOver(_) => {
                let doing = format!("hands over: {}", state.kind);
                self.outcome(state, &doing, Duration::ZERO)
            }
            Action::Record(record) => {
                let kind = PromptKind::Recording;
                let action = self.peer.act(&CallerPrompt { widget, kind });
                self.recording(widget, action, &record)
            }
            Action::FetchFlow { flow_sid, revision } => {
                let found = self.peer.flow(&flow_sid, &revision);
                self.subflow = found.as_ref().ok().cloned();
                let event = found.map_or_else(RunEvent::FlowNotGiven, RunEvent::FlowFetched);
                vec![(Duration::ZERO, event)]
            }
            Action::HangUp => Vec::new(),
        }
    }

    /// The outcome of a widget, as the other side says it.
    fn outcome(
        &mut self,
        state: &State,
        doing: &str,
        timeout: Duration,
    ) -> Vec<(Duration, RunEvent)> {
        let widget = self.place();
        let chosen = self.peer.outcome(&widget, &state.kind);
        let is_assumed = chosen.is_none();
        let usual = outcomes(&state.kind).first().copied().unwrap_or_default();
        let outcome = chosen.unwrap_or_else(|| usual.to_owned());
        let sid = self.sid();
        let events = outcome_events(&state.kind, &outcome, sid, timeout);
        let doing = doing.to_owned();
        let is_message = matches!(state.kind.as_str(), "send-message" | "send-and-wait-for-reply");
        if !(is_message && is_assumed) {
            self.note(&widget, TraceDetail::Went { doing, outcome, is_assumed });
        }
        events
    }
}

/// The time that a prompt takes.
fn speaking_time(prompt: &Prompt) -> Duration {
    let (once, times) = match prompt {
        Prompt::Say(speech) => {
            let length = speech.text.chars().count().div_ceil(CHARACTERS_A_SECOND);
            (Duration::from_secs(length as u64), speech.times)
        }
        Prompt::Play { times, .. } => (RECORDING_TIME, *times),
        Prompt::Digits { digits, times } => {
            (Duration::from_millis(digits.len() as u64 * 500), *times)
        }
    };
    // Without an end, it would go on until the call ends.
    once.saturating_mul(times.clamp(1, 100))
}
