//! The starts of runs that are no real ones: numbers of Twilio's for tests, and SIDs that count from 1.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::flow::Flow;
use crate::run::{ExecutionRequest, ExecutionStart, IncomingCall, IncomingMessage, Trigger};

/// The time at which a run begins unless its scenario says so.
pub(super) const USUAL_TIME: Timestamp = Timestamp::constant(1_767_625_200, 0);
/// The contact unless a scenario names one.
pub(super) const CONTACT: &str = "+15005550001";
/// Our own number.
const OUR_NUMBER: &str = "+15005550006";

/// The forms that [`is_caller`] knows, for a person.
pub const CALLERS: &str =
    "expected a number such as +15005550001, client:NAME, sip:ADDRESS or anonymous";

/// A call can come from here: a number in E.164, a client, an address of SIP, or nobody who can be named.
pub fn is_caller(from: &str) -> bool {
    let is_number = |digits: &str| {
        (1..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
    };
    let is_named = |scheme: &str| from.strip_prefix(scheme).is_some_and(|name| !name.is_empty());
    from.strip_prefix('+').is_some_and(is_number)
        || is_named("client:")
        || is_named("sip:")
        || from == "anonymous"
}

/// The events of the trigger that lead anywhere, and that a run here can begin with.
pub fn ways_in(flow: &Flow) -> Vec<&'static str> {
    let all = ["incomingCall", "incomingMessage", "incomingRequest"];
    let leads = |event: &&str| {
        let transition = flow.first().and_then(|first| first.on(event));
        transition.is_some_and(|transition| transition.next.is_some())
    };
    all.into_iter().filter(leads).collect()
}

/// The first start that leads anywhere; a call if none does.
pub fn usual(flow: &Flow, contact: &str) -> Trigger {
    match ways_in(flow).first() {
        Some(&"incomingMessage") => message_from(contact, "Hello".to_owned()),
        Some(&"incomingRequest") => request_for(contact, Map::new()),
        _ => call_from(contact),
    }
}

/// A start with SIDs that are none of Twilio's.
pub fn execution(trigger: Trigger) -> ExecutionStart {
    let [execution_sid, flow_sid] = ["FN", "FW"].map(|kind| format!("{kind}{:032x}", 1));
    ExecutionStart { execution_sid, flow_sid, trigger }
}

/// A call from a contact.
pub fn call_from(contact: &str) -> Trigger {
    let direction = [("Direction", "inbound"), ("CallStatus", "ringing")];
    let parameters = direction.map(|(key, value)| (key.to_owned(), Value::from(value)));
    Trigger::Call(IncomingCall {
        call_sid: format!("CA{:032x}", 1),
        from: contact.to_owned(),
        to: OUR_NUMBER.to_owned(),
        parameters: parameters.into_iter().collect(),
    })
}

/// A message of a contact.
pub fn message_from(contact: &str, body: String) -> Trigger {
    let media = ("NumMedia".to_owned(), Value::from("0"));
    Trigger::Message(IncomingMessage {
        message_sid: format!("SM{:032x}", 1),
        from: contact.to_owned(),
        to: OUR_NUMBER.to_owned(),
        body,
        parameters: std::iter::once(media).collect(),
    })
}

/// A request of the REST API for a contact.
pub fn request_for(contact: &str, parameters: Map<String, Value>) -> Trigger {
    let (to, from) = (contact.to_owned(), OUR_NUMBER.to_owned());
    Trigger::Request(ExecutionRequest { to, from, parameters })
}
