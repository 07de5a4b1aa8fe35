//! Reports of the status of messages and calls: status callbacks (forms), the events that say the same, and the
//! resources of the REST API. One reader for all of them. (twilio.com/docs/messaging/guides/track-outbound-message-status;
//! twilio.com/docs/voice/api/call-resource; twilio.com/docs/events/event-types.)

use serde_json::Value;

use crate::domain::callbacks::{Callback, Resource, Source, UNREADABLE_CODE};
use crate::domain::event::Event;
use crate::domain::sid::Sid;

/// The most bytes of a status that are read. Twilio's are below 20.
const MAX_STATUS_BYTES: usize = 40;
/// The most bytes of a SID. Twilio's have 34.
const MAX_SID_BYTES: usize = 200;

/// The path of the callbacks of messages.
pub const MESSAGE_PATH: &str = "/webhooks/message";
/// Connection overrides of our callback URLs: five tries more, also after a 5xx, which Twilio otherwise never repeats. The
/// fragment is neither sent nor signed. (twilio.com/docs/usage/webhooks/webhooks-connection-overrides.)
pub const RETRIES: &str = "#rc=5&rp=ct,rt,5xx";

/// Why a callback does not say what we need, for whoever set it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// A message's callback without its SID.
    #[error("it has no MessageSid and no SmsSid: is this a status callback of a message?")]
    MessageSid,
    /// A message's callback without its status.
    #[error("it has no MessageStatus and no SmsStatus: is this a status callback of a message?")]
    MessageStatus,
    /// A call's callback without its SID.
    #[error("it has no CallSid: is this a status callback of a call?")]
    CallSid,
    /// A call's callback without its status.
    #[error("it has no CallStatus: is this a status callback of a call?")]
    CallStatus,
}

/// Reads the form of a status callback.
///
/// # Errors
/// A field is missing.
pub fn of_form(resource: Resource, fields: &[(String, String)]) -> Result<Callback, Missing> {
    let field = |name: &str| {
        let found = fields.iter().filter(|(key, _)| key == name).map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty()).map(str::to_owned).next()
    };
    read(resource, Source::Form, &field)
}

/// The report of an event; `None` for an event that is none, or that does not say enough.
pub fn of_event(event: &Event) -> Option<Callback> {
    let data = &event.envelope["data"];
    let resource = resource_of(&event.event_type)?;
    let parameters = &data["request"]["parameters"];
    let field = |name: &str| match (resource, name) {
        // The type says it too.
        (Resource::Message, "SmsStatus") => event.event_type.rsplit('.').next().map(str::to_owned),
        (Resource::Message, _) => {
            text(&data[camel_case(name).as_str()]).or_else(|| text(&data[name]))
        }
        (Resource::Call, _) => text(&parameters[name]),
    };
    read(resource, Source::Event, &field).ok()
}

/// The resource whose status events of this type report.
fn resource_of(event_type: &str) -> Option<Resource> {
    let is = |prefix: &str| event_type.starts_with(prefix);
    if is("com.twilio.messaging.message.") {
        return Some(Resource::Message);
    }
    // The second one is the name until 2024, which can still be subscribed to.
    (is("com.twilio.voice.status-callback.call.")
        || is("com.twilio.voice.webhook.status-callback.call."))
    .then_some(Resource::Call)
}

/// The report of a message as the REST API lists it.
pub fn of_resource(message: &Value) -> Option<Callback> {
    let field = |name: &str| {
        text(
            &message[match name {
                "MessageSid" => "sid",
                "MessageStatus" => "status",
                "ErrorCode" => "error_code",
                _ => return None,
            }],
        )
    };
    read(Resource::Message, Source::Reconciliation, &field).ok()
}

/// The one reader: `field` gives a field by its name in a form.
fn read(
    resource: Resource,
    source: Source,
    field: &dyn Fn(&str) -> Option<String>,
) -> Result<Callback, Missing> {
    let (sid, status) = match resource {
        Resource::Message => (
            field("MessageSid").or_else(|| field("SmsSid")).ok_or(Missing::MessageSid)?,
            field("MessageStatus").or_else(|| field("SmsStatus")).ok_or(Missing::MessageStatus)?,
        ),
        Resource::Call => (
            field("CallSid").ok_or(Missing::CallSid)?,
            field("CallStatus").ok_or(Missing::CallStatus)?,
        ),
    };
    let whole = |text: String| text.strip_suffix(".0").unwrap_or(&text).parse();
    let number = |name: &str| field(name).map(|text| whole(text).unwrap_or(UNREADABLE_CODE));
    Ok(Callback {
        resource,
        sid: Sid::as_sent(&cut(sid, MAX_SID_BYTES)),
        status: cut(status.to_lowercase(), MAX_STATUS_BYTES),
        code: number("ErrorCode").filter(|code| *code != 0 && resource == Resource::Message),
        sip_code: number("SipResponseCode").filter(|_| resource == Resource::Call),
        source,
    })
}

/// A report of Twilio's of a callback that it could not hand over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// Its error log: no answer, or one that says that it failed.
    ErrorLog,
    /// The event of the callback, with our answer.
    Event,
}

impl Lost {
    /// The label of metrics.
    pub fn name(self) -> &'static str {
        match self {
            Lost::ErrorLog => "error_log",
            Lost::Event => "event",
        }
    }
}

/// Whether an event says that a callback to one of our URLs, which all begin with `base_url`, was not taken.
pub fn lost(event: &Event, base_url: &str) -> Option<Lost> {
    let data = &event.envelope["data"];
    if event.event_type == "com.twilio.error-logs.error.logged" {
        let code = text(&data["error_code"])?;
        // Some of Twilio's products escape the slashes of JSON.
        let payload = match &data["payload"] {
            Value::String(payload) => payload.clone(),
            other => other.to_string(),
        };
        let payload = payload.replace("\\/", "/");
        let is_ours = payload.contains(&format!("{base_url}/"));
        return (matches!(code.as_str(), "11200" | "11205") && is_ours).then_some(Lost::ErrorLog);
    }
    if resource_of(&event.event_type)? != Resource::Call {
        return None;
    }
    let url = text(&data["request"]["url"])?;
    let answer: u64 = text(&data["response"]["responseCode"])?.parse().ok()?;
    let is_ours = url.starts_with(&format!("{base_url}/"));
    (is_ours && !(200..400).contains(&answer)).then_some(Lost::Event)
}

/// A string that is not empty, or a number as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `MessageSid` as events of messages name it: `messageSid`.
fn camel_case(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

/// The beginning of a text, of so many bytes at most.
fn cut(mut text: String, max_bytes: usize) -> String {
    text.truncate(text.floor_char_boundary(max_bytes));
    text
}

#[cfg(test)]
mod tests;
