//! The widgets: the action of each when a run comes to it, and the event that it fires then.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{
    Action, Call, DialOutcome, HTTP_TIMEOUT, HttpMethod, HttpResponse, Prompt, Run, RunEvent,
    Speech,
};
use crate::flow::{Condition, State};
use crate::liquid::render;

/// How long a phone rings, in seconds, unless the widget says so.
const DEFAULT_RING_SECONDS: u64 = 60;
/// How long a key is waited for, in seconds, unless the widget says so.
const DEFAULT_GATHER_SECONDS: u64 = 5;

/// A widget that a run has come to.
pub(super) enum Begun {
    /// It waits for an event.
    Waits(Action),
    /// It is done.
    Fired { event: &'static str, to: Option<String> },
}

/// The types of widget that can be run, by their names.
mod kind {
    pub(super) const TRIGGER: &str = "trigger";
    pub(super) const CALL: &str = "make-outgoing-call-v2";
    pub(super) const HTTP: &str = "make-http-request";
    pub(super) const GATHER: &str = "gather-input-on-call";
    pub(super) const SAY: &str = "say-play";
    pub(super) const SET: &str = "set-variables";
    pub(super) const SPLIT: &str = "split-based-on";
}

impl Run {
    /// Begins a widget; the error says why it cannot be run here.
    pub(super) fn begin(&mut self, state: &State) -> Result<Begun, String> {
        match state.kind.as_str() {
            kind::TRIGGER => Ok(fired(state, self.trigger)),
            kind::CALL => self.place(state).map(Begun::Waits),
            kind::HTTP => self.request(state).map(Begun::Waits),
            kind::GATHER => self.gather(state).map(Begun::Waits),
            kind::SAY => {
                let speech = self.speech(state)?;
                self.check_line().map(|()| Begun::Waits(Action::SayPlay(Prompt::Say(speech))))
            }
            kind::SET => {
                for (name, template) in state.pairs("variables") {
                    let value = self.text(&template)?;
                    self.context["flow"]["variables"][name] = value.into();
                }
                Ok(fired(state, "next"))
            }
            kind::SPLIT => self.split(state),
            other => Err(format!("the widget {other} is not played here")),
        }
    }

    /// The event that a widget fires when this happens; none if it goes on waiting.
    pub(super) fn take(&mut self, state: &State, event: RunEvent) -> Option<&'static str> {
        match (state.kind.as_str(), event) {
            (kind::CALL, RunEvent::Placed { call_sid }) => {
                self.call.as_mut()?.sid = Some(call_sid);
                // From when on the context names the call is not documented.
                self.describe_call(&state.name, "queued");
                None
            }
            (kind::CALL, RunEvent::Dialed(outcome)) => {
                self.describe_call(&state.name, outcome.call_status());
                let call = self.call.as_mut()?;
                call.is_answered = outcome == DialOutcome::Answered;
                if call.sid.is_none() {
                    self.call = None;
                }
                Some(outcome.event())
            }
            (kind::HTTP, RunEvent::Responded(response)) => {
                let is_good = (200..=299).contains(&response.status);
                self.found(&state.name, variables(response));
                Some(if is_good { "success" } else { "failed" })
            }
            (kind::HTTP, RunEvent::TimedOut) => {
                self.found(&state.name, json!({}));
                Some("failed")
            }
            (kind::GATHER, RunEvent::Digits(digits)) if !digits.is_empty() => {
                self.found(&state.name, json!({"Digits": digits}));
                Some("keypress")
            }
            (kind::GATHER, RunEvent::Digits(_) | RunEvent::TimedOut) => Some("timeout"),
            (kind::SAY, RunEvent::Spoken) => Some("audioComplete"),
            _ => None,
        }
    }

    /// A setting with its expressions looked up.
    fn text(&self, template: &str) -> Result<String, String> {
        render(template, &self.context, self.updated).map_err(|error| error.to_string())
    }

    /// Replaces what a widget has found out.
    fn found(&mut self, widget: &str, variables: Value) {
        self.context["widgets"][widget] = variables;
    }

    fn place(&mut self, state: &State) -> Result<Action, String> {
        if self.call.is_some() {
            return Err("a second call is not placed here".to_owned());
        }
        let (to, from) = (self.text(state.text("to"))?, self.text(state.text("from"))?);
        let timeout = seconds(state, DEFAULT_RING_SECONDS);
        let call = Call { sid: None, to: to.clone(), from: from.clone(), is_answered: false };
        self.call = Some(call);
        Ok(Action::PlaceCall { to, from, timeout })
    }

    fn describe_call(&mut self, widget: &str, status: &str) {
        let Some(Call { sid: Some(sid), to, from, .. }) = &self.call else { return };
        let variables = json!({"CallSid": sid, "CallStatus": status, "To": to, "From": from});
        self.found(widget, variables);
    }

    /// Fails unless somebody is on the line.
    fn check_line(&self) -> Result<(), String> {
        let is_answered = self.call.as_ref().is_some_and(|call| call.is_answered);
        if is_answered { Ok(()) } else { Err("nobody is on the line".to_owned()) }
    }

    fn request(&self, state: &State) -> Result<Action, String> {
        if !state.text("method").eq_ignore_ascii_case("POST") {
            return Err("only the method POST is played here".to_owned());
        }
        Ok(Action::Request {
            method: HttpMethod::Post,
            url: self.text(state.text("url"))?,
            content_type: state.text("content_type").to_owned(),
            body: self.body(state)?,
            timeout: HTTP_TIMEOUT,
        })
    }

    /// Its parameters as a form, else its body.
    fn body(&self, state: &State) -> Result<String, String> {
        if !state.properties.contains_key("parameters") {
            return self.text(state.text("body"));
        }
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (key, template) in state.pairs("parameters") {
            form.append_pair(&key, &self.text(&template)?);
        }
        Ok(form.finish())
    }

    fn gather(&self, state: &State) -> Result<Action, String> {
        let has_stop_key = state.properties.get("stop_gather").is_some_and(|stops| stops == true);
        let max_digits = state.number("number_of_digits");
        let max_digits = max_digits.and_then(|count| usize::try_from(count).ok());
        let prompt = self.speech(state)?;
        self.check_line()?;
        Ok(Action::Gather {
            prompt: Prompt::Say(prompt),
            timeout: seconds(state, DEFAULT_GATHER_SECONDS),
            finish_on_key: match has_stop_key {
                true => state.text("finish_on_key").to_owned(),
                false => String::new(),
            },
            max_digits: max_digits.filter(|count| *count > 0),
        })
    }

    fn speech(&self, state: &State) -> Result<Speech, String> {
        let times = state.number("loop").and_then(|times| u32::try_from(times).ok()).unwrap_or(1);
        let [voice, language] = ["voice", "language"].map(|name| state.text(name).to_owned());
        Ok(Speech { text: self.text(state.text("say"))?, times, voice, language })
    }

    /// The first transition whose conditions all hold, else `noMatch`.
    fn split(&self, state: &State) -> Result<Begun, String> {
        let input = self.text(state.text("input"))?;
        for transition in state.transitions.iter().filter(|one| one.event == "match") {
            let mut holds = !transition.conditions.is_empty();
            for condition in &transition.conditions {
                holds &= self.holds(condition, &input)?;
            }
            if holds {
                return Ok(Begun::Fired { event: "match", to: transition.next.clone() });
            }
        }
        Ok(fired(state, "noMatch"))
    }

    fn holds(&self, condition: &Condition, input: &str) -> Result<bool, String> {
        match condition.kind.as_str() {
            "equal_to" => Ok(self.text(&condition.value)? == input),
            other => Err(format!("the condition {other} is not played here")),
        }
    }
}

fn fired(state: &State, event: &'static str) -> Begun {
    let to = state.on(event).and_then(|transition| transition.next.clone());
    Begun::Fired { event, to }
}

fn seconds(state: &State, default: u64) -> Duration {
    Duration::from_secs(state.number("timeout").unwrap_or(default))
}

/// The variables of an answer; `parsed` if it is JSON.
fn variables(response: HttpResponse) -> Value {
    let HttpResponse { status, content_type, body } = response;
    let mut found = Map::new();
    if let Ok(parsed) = serde_json::from_str::<Value>(&body) {
        found.insert("parsed".to_owned(), parsed);
    }
    found.insert("status_code".to_owned(), json!(status));
    found.insert("content_type".to_owned(), json!(content_type));
    found.insert("body".to_owned(), json!(body));
    Value::Object(found)
}
