//! The start of a run: the request, call or message that an Execution begins with.

use serde_json::{Map, Value, json};

/// The start of an Execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionStart {
    /// The SID of the Execution: `FN…`.
    pub execution_sid: String,
    /// The SID of the Flow: `FW…`.
    pub flow_sid: String,
    /// The request, call or message.
    pub trigger: Trigger,
}

/// The request, call or message that begins an Execution: it decides the first event and the first context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A request of the REST API.
    Request(ExecutionRequest),
    /// A call to our number.
    Call(IncomingCall),
    /// A message to our number.
    Message(IncomingMessage),
}

/// The request that began an Execution: `POST /v2/Flows/{sid}/Executions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionRequest {
    /// The contact.
    pub to: String,
    /// Our own number.
    pub from: String,
    /// `Parameters`: `{{flow.data.…}}`.
    pub parameters: Map<String, Value>,
}

/// A call that began an Execution. It is on the line from the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingCall {
    /// `CA…`
    pub call_sid: String,
    /// The caller: the contact.
    pub from: String,
    /// Our own number.
    pub to: String,
    /// The other parameters of the webhook, as they came: `{{trigger.call.…}}`.
    pub parameters: Map<String, Value>,
}

/// A message that began an Execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingMessage {
    /// `SM…`
    pub message_sid: String,
    /// The sender: the contact.
    pub from: String,
    /// Our own number.
    pub to: String,
    /// The text.
    pub body: String,
    /// The other parameters of the webhook, as they came: `{{trigger.message.…}}`.
    pub parameters: Map<String, Value>,
}

impl Trigger {
    /// The event that the trigger widget fires.
    pub fn event(&self) -> &'static str {
        match self {
            Trigger::Request(_) => "incomingRequest",
            Trigger::Call(_) => "incomingCall",
            Trigger::Message(_) => "incomingMessage",
        }
    }

    /// The address of the contact: `{{contact.channel.address}}`.
    pub fn contact(&self) -> &str {
        match self {
            Trigger::Request(request) => &request.to,
            Trigger::Call(call) => &call.from,
            Trigger::Message(message) => &message.from,
        }
    }

    /// Our own address: `{{flow.channel.address}}`.
    pub fn address(&self) -> &str {
        match self {
            Trigger::Request(request) => &request.from,
            Trigger::Call(call) => &call.to,
            Trigger::Message(message) => &message.to,
        }
    }

    /// The namespace `trigger`.
    fn context(&self) -> Value {
        match self {
            Trigger::Request(ExecutionRequest { to, from, parameters }) => {
                json!({"request": {"to": to, "from": from, "parameters": parameters}})
            }
            Trigger::Call(IncomingCall { call_sid, from, to, parameters }) => {
                let named = [("CallSid", call_sid), ("From", from), ("To", to)];
                json!({"call": with(parameters, &named)})
            }
            Trigger::Message(IncomingMessage { message_sid, from, to, body, parameters }) => {
                let named =
                    [("MessageSid", message_sid), ("From", from), ("To", to), ("Body", body)];
                json!({"message": with(parameters, &named)})
            }
        }
    }
}

impl ExecutionStart {
    /// The namespaces that a run begins with. (twilio.com/docs/studio, Liquid: `trigger`, `flow`, `contact`, `widgets`.)
    pub(super) fn context(&self) -> Value {
        let trigger = &self.trigger;
        let data = match trigger {
            Trigger::Request(request) => request.parameters.clone(),
            Trigger::Call(_) | Trigger::Message(_) => Map::new(),
        };
        json!({
            "trigger": trigger.context(),
            "flow": {
                "sid": self.execution_sid,
                "flow_sid": self.flow_sid,
                "channel": {"address": trigger.address()},
                "data": data,
                "variables": {},
            },
            "contact": {"channel": {"address": trigger.contact()}},
            "widgets": {},
        })
    }
}

/// The parameters of a webhook, with those that are known by name.
fn with(parameters: &Map<String, Value>, named: &[(&str, &String)]) -> Value {
    let mut all = parameters.clone();
    all.extend(named.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    Value::Object(all)
}
