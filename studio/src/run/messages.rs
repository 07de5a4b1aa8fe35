//! `send-message` and `send-and-wait-for-reply`.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::texts::WidgetTexts;
use super::widget::{Taken, WidgetFailure, kind};
use super::{Action, OutboundMessage, Run, RunEvent, code};
use crate::flow::{State, without_secrets};

/// How long a reply is waited for unless the widget says so.
const DEFAULT_REPLY_TIMEOUT: Duration = Duration::from_secs(3600);

/// The message of a run's current widget.
#[derive(Clone, Debug)]
pub(super) struct Outbound {
    message: OutboundMessage,
    /// How long its reply is waited for; none if it is not.
    timeout: Option<Duration>,
    sid: Option<String>,
}

impl Outbound {
    /// The message that a widget sends: to the contact and from our own number, unless the widget says so. One without an
    /// address or without anything in it is refused. (twilio.com/docs/api/errors 21603, 21604, 21602.)
    pub(super) fn new(
        state: &State,
        texts: &mut WidgetTexts<'_>,
    ) -> Result<Outbound, WidgetFailure> {
        let mut address = |name: &str, other: &str| match state.text(name) {
            "" => Ok(texts.address(other)),
            template => match texts.get(state, name) {
                text if text.trim().is_empty() => {
                    let template = without_secrets(template);
                    Err((code::MESSAGE, format!("{name}, {template:?}, is empty")))
                }
                text => Ok(text),
            },
        };
        let message = OutboundMessage {
            to: address("to", "/contact/channel/address")?,
            from: address("from", "/flow/channel/address")?,
            body: texts.get(state, "body"),
            media_url: texts.get(state, "media_url"),
            content_sid: texts.get(state, "content_sid"),
            content_variables: texts.pairs(state, "content_variables"),
        };
        let has_text = [&message.body, &message.media_url, &message.content_sid]
            .iter()
            .any(|text| !text.trim().is_empty());
        if !has_text {
            return Err((code::MESSAGE, "the message has no body, media or content".to_owned()));
        }
        let timeout = (state.kind == kind::WAIT)
            .then(|| texts.seconds(state, "timeout").unwrap_or(DEFAULT_REPLY_TIMEOUT));
        Ok(Outbound { message, timeout, sid: None })
    }

    /// Its action.
    pub(super) fn action(&self) -> Action {
        Action::SendMessage(self.message.clone())
    }

    fn variables(&self, status: &str) -> Value {
        let OutboundMessage { to, from, body, .. } = &self.message;
        let mut variables = json!({"Status": status, "Body": body, "From": from, "To": to});
        if let Some(sid) = &self.sid {
            variables["Sid"] = json!(sid);
        }
        variables
    }
}

impl Run {
    pub(super) fn take_message(&mut self, state: &State, event: RunEvent) -> Taken {
        let Some(outbound) = &mut self.outbound else { return Taken::Ignored };
        let waits = outbound.timeout.filter(|_| outbound.sid.is_some());
        match (event, outbound.timeout) {
            (RunEvent::MessageSent { message_sid }, timeout) if outbound.sid.is_none() => {
                outbound.sid = Some(message_sid);
                if let Some(timeout) = timeout {
                    return Taken::Waits(Some(Action::AwaitReply { timeout }));
                }
                self.set_messages(state, "sent", None);
                Taken::Fired("sent")
            }
            (RunEvent::MessageFailed { error_code }, timeout) => {
                self.set_messages(state, "failed", None);
                let error = error_code.map(|code| format!(" (error {code})")).unwrap_or_default();
                let message = format!("the message was not sent or not delivered{error}");
                self.warn(code::MESSAGE, state, &message);
                Taken::Fired(if timeout.is_some() { "deliveryFailure" } else { "failed" })
            }
            (RunEvent::Replied(parameters), _) if waits.is_some() => {
                self.set_messages(state, "sent", Some(parameters));
                Taken::Fired("incomingMessage")
            }
            (RunEvent::TimedOut, _) if waits.is_some() => {
                self.set_messages(state, "sent", None);
                Taken::Fired("timeout")
            }
            _ => Taken::Ignored,
        }
    }

    fn set_messages(&mut self, state: &State, status: &str, inbound: Option<Map<String, Value>>) {
        let Some(outbound) = self.outbound.take() else { return };
        let mut variables = json!({"outbound": outbound.variables(status)});
        if let Some(inbound) = inbound {
            variables["inbound"] = Value::Object(inbound);
        }
        self.set(&state.name, variables);
    }
}
