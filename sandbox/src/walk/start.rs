//! The start of a walk: a call, a text, or a request of the REST API. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shared::Error;
use shared::http::Request;
use studio::scenario::{call_from, execution, message_from, request_for};
use studio::{ExecutionStart, Trigger};

use crate::twilio::is_e164;

/// The contact unless somebody names one: one of Twilio's numbers for tests.
pub(super) const CONTACT: &str = "+15005550001";

/// The start of a walk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum WalkStart {
    /// A call from this number.
    Call(String),
    /// A text from this number.
    Message(String, String),
    /// A request of the REST API for this number, with these parameters.
    Request(String, Map<String, Value>),
}

impl WalkStart {
    /// The start that a form asks for.
    pub(super) fn of(request: &Request) -> Result<WalkStart, Error> {
        let wrong = |why: &str| Error::BadRequest(why.to_owned());
        let field = |name: &str| request.field(name).unwrap_or_default();
        let contact = Some(field("contact").trim().to_owned()).filter(|text| !text.is_empty());
        let contact = contact.unwrap_or_else(|| CONTACT.to_owned());
        if !is_e164(&contact) {
            return Err(wrong("a number begins with + and has 7 to 15 digits"));
        }
        match field("start").as_str() {
            "call" => Ok(WalkStart::Call(contact)),
            "message" => Ok(WalkStart::Message(contact, field("body"))),
            "request" => Ok(WalkStart::Request(contact, parameters(&field("parameters"))?)),
            _ => Err(wrong("a walk begins with a call, a text or a request")),
        }
    }

    /// The event of the trigger.
    pub(super) fn event(&self) -> &'static str {
        self.trigger().event()
    }

    /// The start of the Execution.
    pub(super) fn execution(&self) -> ExecutionStart {
        execution(self.trigger())
    }

    fn trigger(&self) -> Trigger {
        match self {
            WalkStart::Call(contact) => call_from(contact),
            WalkStart::Message(contact, body) => message_from(contact, body.clone()),
            WalkStart::Request(contact, parameters) => request_for(contact, parameters.clone()),
        }
    }

    /// The start in words, with the end of the number alone.
    pub(super) fn as_text(&self) -> String {
        let end = |number: &str| {
            number.get(number.len().saturating_sub(4)..).unwrap_or_default().to_owned()
        };
        match self {
            WalkStart::Call(contact) => format!("a call from …{}", end(contact)),
            WalkStart::Message(contact, body) => {
                format!("the text “{body}” from …{}", end(contact))
            }
            WalkStart::Request(contact, _) => format!("a request for …{}", end(contact)),
        }
    }
}

/// `Parameters` as a JSON object, or as lines of `key=value`.
fn parameters(text: &str) -> Result<Map<String, Value>, Error> {
    let wrong = |why: String| Error::BadRequest(why);
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text)
            .map_err(|error| wrong(format!("the parameters are not a JSON object: {error}")));
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let pair = |line: &str| {
        let (key, value) = line.split_once('=').filter(|(key, _)| !key.trim().is_empty())?;
        Some((key.trim().to_owned(), Value::from(value.trim())))
    };
    let pairs = lines.map(|line| {
        pair(line).ok_or_else(|| wrong(format!("{line:?} is no parameter: expected key=value")))
    });
    pairs.collect()
}
