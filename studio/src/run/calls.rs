//! `make-outgoing-call-v2`, `connect-call-to` and `record-voicemail`: the call itself, its connections and recordings.

use std::time::Duration;

use serde_json::{Value, json};

use super::texts::{WidgetTexts, flag};
use super::widget::{Taken, WidgetFailure, kind};
use super::{
    Action, Connect, DialCallStatus, DialOutcome, IncomingCall, Record, Run, RunEvent, code,
};
use crate::flow::State;

/// How long a phone rings unless the widget says so.
const DEFAULT_RING_TIMEOUT: Duration = Duration::from_secs(60);
/// How long the phone of whoever is connected rings unless the widget says so.
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// How much silence ends a recording unless the widget says so.
const DEFAULT_SILENCE: Duration = Duration::from_secs(5);
/// How long a recording may be unless the widget says so.
const DEFAULT_RECORDING_LENGTH: Duration = Duration::from_secs(3600);
/// The keys that end a recording unless the widget says so.
const DEFAULT_RECORDING_KEYS: &str = "1234567890*#";

/// The call of a run.
#[derive(Clone, Debug)]
pub(super) struct RunCall {
    pub(super) sid: Option<String>,
    pub(super) to: String,
    pub(super) from: String,
    pub(super) line: CallLine,
    /// What has answered it, if that was found out.
    answered_by: Option<String>,
}

impl RunCall {
    /// A call to us.
    pub(super) fn incoming(call: &IncomingCall) -> RunCall {
        let IncomingCall { call_sid, from, to, .. } = call;
        RunCall { sid: Some(call_sid.clone()), line: CallLine::Open, ..RunCall::dialing(to, from) }
    }

    /// A call that is placed now.
    pub(super) fn dialing(to: &str, from: &str) -> RunCall {
        let (to, from) = (to.to_owned(), from.to_owned());
        RunCall { sid: None, to, from, line: CallLine::Dialing, answered_by: None }
    }

    fn is_answered_by_machine(&self) -> bool {
        let by = self.answered_by.as_deref().unwrap_or_default();
        by.starts_with("machine") || by == "fax"
    }
}

/// Whether somebody is on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallLine {
    /// Not yet: it rings.
    Dialing,
    /// Somebody is.
    Open,
    /// It was never answered.
    Closed,
    /// Somebody was.
    HungUp,
}

/// The connection that a widget makes.
pub(super) fn connect(state: &State, texts: &mut WidgetTexts<'_>) -> Action {
    let noun = texts.get(state, "noun");
    let to = match texts.get(state, "to") {
        to if to.is_empty() && noun == "sip" => texts.get(state, "sip_endpoint"),
        to => to,
    };
    Action::Connect(Connect {
        noun,
        to,
        caller_id: texts.get(state, "caller_id"),
        timeout: texts.seconds(state, "timeout").unwrap_or(DEFAULT_CONNECT_TIMEOUT),
        time_limit: texts.seconds(state, "time_limit"),
        record: flag(state, "record").unwrap_or(false),
    })
}

/// The recording that a widget makes.
pub(super) fn record(state: &State, texts: &mut WidgetTexts<'_>) -> Action {
    let has_keys = state.properties.contains_key("finish_on_key");
    Action::Record(Record {
        timeout: texts.seconds(state, "timeout").unwrap_or(DEFAULT_SILENCE),
        max_length: texts.seconds(state, "max_length").unwrap_or(DEFAULT_RECORDING_LENGTH),
        finish_on_key: match has_keys {
            true => texts.get(state, "finish_on_key"),
            false => DEFAULT_RECORDING_KEYS.to_owned(),
        },
        play_beep: flag(state, "play_beep").unwrap_or(true),
        transcribe: flag(state, "transcribe").unwrap_or(false),
    })
}

impl Run {
    /// The line of the call, if there is one.
    pub(super) fn line(&self) -> Option<CallLine> {
        self.call.as_ref().map(|call| call.line)
    }

    /// The call that a widget places: one at a time, and none in a Flow that was called.
    pub(super) fn place(
        &self,
        state: &State,
        texts: &mut WidgetTexts<'_>,
    ) -> Result<Action, WidgetFailure> {
        match self.line() {
            Some(_) if self.context.pointer("/trigger/call").is_some() => {
                let why = "a Flow that was called places no call".to_owned();
                return Err((code::WRONG_TRIGGER, why));
            }
            Some(CallLine::Open | CallLine::Dialing) => {
                return Err((code::OUTGOING_CALL, "there is a call already".to_owned()));
            }
            Some(CallLine::Closed | CallLine::HungUp) | None => {}
        }
        let [to, from] = ["to", "from"].map(|name| texts.get(state, name));
        if to.trim().is_empty() {
            return Err((code::OUTGOING_CALL, "to is empty: there is nobody to call".to_owned()));
        }
        let timeout = texts.seconds(state, "timeout").unwrap_or(DEFAULT_RING_TIMEOUT);
        let detect_machine = flag(state, "detect_answering_machine").unwrap_or(false);
        Ok(Action::PlaceCall { to, from, timeout, detect_machine })
    }

    pub(super) fn take_dialing(&mut self, state: &State, event: RunEvent) -> Taken {
        match event {
            RunEvent::Placed { call_sid } => {
                let Some(call) = &mut self.call else { return Taken::Ignored };
                call.sid = Some(call_sid);
                // From when on the context names the call is not documented.
                self.describe_call(&state.name, "queued");
                Taken::Waits(None)
            }
            RunEvent::AnsweredBy(who) => {
                let Some(call) = &mut self.call else { return Taken::Ignored };
                call.answered_by = Some(who);
                Taken::Waits(None)
            }
            RunEvent::Dialed(outcome) => {
                self.describe_call(&state.name, outcome.call_status());
                let Some(call) = &mut self.call else { return Taken::Ignored };
                let is_answered = outcome == DialOutcome::Answered;
                call.line = if is_answered { CallLine::Open } else { CallLine::Closed };
                // Only the old widget has an event for a machine.
                let is_machine = state.kind == kind::OLD_CALL && call.is_answered_by_machine();
                if call.sid.is_none() {
                    self.call = None;
                }
                if outcome == DialOutcome::Failed {
                    self.warn(code::OUTGOING_CALL, state, "the call could not be placed");
                }
                match outcome {
                    DialOutcome::Answered if is_machine => Taken::Fired("answeredByMachine"),
                    outcome => Taken::Fired(outcome.event()),
                }
            }
            _ => Taken::Ignored,
        }
    }

    fn describe_call(&mut self, widget: &str, status: &str) {
        let Some(RunCall { sid: Some(sid), to, from, answered_by, .. }) = &self.call else {
            return;
        };
        let mut variables = json!({"CallSid": sid, "CallStatus": status, "To": to, "From": from});
        if let Some(who) = answered_by {
            variables["AnsweredBy"] = json!(who);
        }
        self.set(widget, variables);
    }

    pub(super) fn take_connection(&mut self, state: &State, event: RunEvent) -> Taken {
        let RunEvent::DialEnded { status, call_sid, duration } = event else {
            return Taken::Ignored;
        };
        if status == DialCallStatus::NoAnswer {
            self.warn(code::CONNECT_TIMED_OUT, state, "nobody answered in time");
        }
        let variables = json!({
            "DialCallStatus": status.as_str(),
            "DialCallSid": call_sid,
            "DialCallDuration": duration.as_secs().to_string(),
        });
        self.set(&state.name, variables);
        Taken::Fired("callCompleted")
    }

    pub(super) fn take_recording(&mut self, state: &State, event: RunEvent) -> Taken {
        let RunEvent::Recorded { recording_sid, recording_url, duration, digits } = event else {
            return Taken::Ignored;
        };
        let is_hung_up = digits == super::HANG_UP;
        let variables = json!({
            "RecordingSid": recording_sid,
            "RecordingUrl": recording_url,
            "RecordingDuration": duration.as_secs().to_string(),
            "Digits": digits,
        });
        self.set(&state.name, variables);
        if let Some(call) = self.call.as_mut().filter(|_| is_hung_up) {
            call.line = CallLine::HungUp;
        }
        Taken::Fired(if is_hung_up { super::HANG_UP } else { "recordingComplete" })
    }

    /// Replaces the variables of a widget.
    pub(super) fn set(&mut self, widget: &str, variables: Value) {
        self.context["widgets"][widget] = variables;
    }
}
