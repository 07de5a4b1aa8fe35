//! Events of Executions, and a Twilio that knows their Flow.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use shared::Timestamp;
use shared::domain::event::Event;
use shared::twilio::rest::{ApiRequest, ApiResponse, Wire};

use crate::tests::backend::*;

pub(super) const FLOW: &str = "FW00000000000000000000000000000001";
pub(super) const SECRETS: [(&str, &str); 2] = [
    ("twilio/account-sid", "AC00000000000000000000000000000001"),
    ("twilio/auth-token", "12345678901234567890123456789012"),
];

/// The SID of an Execution.
pub(super) fn sid(number: u64) -> String {
    format!("FN{number:032x}")
}

/// An Execution that is told of event by event.
#[derive(Clone)]
pub(super) struct ToldExecution {
    number: u64,
    pub(super) events: Vec<Event>,
}

impl ToldExecution {
    /// One that began at this second.
    pub(super) fn began(number: u64, second: i64) -> ToldExecution {
        let contact = format!("+1500555{number:04}");
        let data = json!({"started_by": "CA00000000000000000000000000000009", "flow_revision": 3,
            "contact_channel_address": contact, "status": "active"});
        ToldExecution { number, events: Vec::new() }.event(
            "execution.started",
            &sid(number),
            second,
            data,
        )
    }

    /// The same after a step.
    pub(super) fn step(self, second: i64, event: &str, from: &str, to: &str) -> ToldExecution {
        let step = format!("FT{:024x}{:08x}", self.number, self.events.len());
        let data = json!({"step_sid": step, "name": event, "transitioned_from": from, "transitioned_to": to});
        self.event("step.ended", &step, second, data)
    }

    /// The same after its end.
    pub(super) fn ended(self, second: i64) -> ToldExecution {
        let id = sid(self.number);
        self.event(
            "execution.ended",
            &id,
            second,
            json!({"ended_reason": "FLOW_END", "status": "ended"}),
        )
    }

    fn event(mut self, kind: &str, id: &str, second: i64, mut data: Value) -> ToldExecution {
        let time = at(second).to_string();
        data["execution_sid"] = sid(self.number).into();
        data["flow_sid"] = FLOW.into();
        data["date_created"] = time.clone().into();
        let event_type = format!("com.twilio.studio.flow.{kind}");
        let envelope = json!({"type": event_type, "id": id, "time": time, "data": data});
        self.events.push(Event { event_type, id: id.to_owned(), envelope });
        self
    }
}

/// One that is asked for a key.
pub(super) fn in_menu(number: u64, second: i64) -> ToldExecution {
    ToldExecution::began(number, second).step(second, "incomingCall", "Trigger", "greeting").step(
        second + 3,
        "audioComplete",
        "greeting",
        "menu",
    )
}

/// One that hung up there.
pub(super) fn hung_up(number: u64, second: i64) -> ToldExecution {
    in_menu(number, second).step(second + 8, "hangup", "menu", "Ended").ended(second + 8)
}

/// The Flow's definition: nobody gets to `voicemail`.
pub(super) fn definition() -> Value {
    let next = |event: &str, next: &str| json!({"event": event, "next": next});
    json!({
        "description": "hotline", "initial_state": "Trigger", "flags": {"allow_concurrent_calls": true},
        "states": [
            {"name": "Trigger", "type": "trigger", "transitions": [next("incomingCall", "greeting")],
                "properties": {"offset": {"x": 0, "y": 0}}},
            {"name": "greeting", "type": "say-play", "transitions": [next("audioComplete", "menu")],
                "properties": {"say": "Hello.", "loop": 1, "offset": {"x": 0, "y": 250}}},
            {"name": "menu", "type": "gather-input-on-call",
                "transitions": [next("keypress", "voicemail"), {"event": "timeout"}],
                "properties": {"say": "Press 1.", "timeout": 5, "number_of_digits": 1, "offset": {"x": 0, "y": 500}}},
            {"name": "voicemail", "type": "record-voicemail", "transitions": [{"event": "recordingComplete"}],
                "properties": {"timeout": 5, "max_length": 120, "offset": {"x": 250, "y": 750}}},
        ],
    })
}

/// The requests to Twilio: the ends of their URLs.
pub(super) type Asked = Arc<Mutex<Vec<String>>>;

/// A Twilio that knows the Flow, and what the steps knew.
pub(super) fn twilio(context: Value) -> (Wire, Asked) {
    let asked = Asked::default();
    let log = asked.clone();
    let wire: Wire = Arc::new(move |request: ApiRequest| {
        let path = request.url.split("/v2/").nth(1).unwrap().to_owned();
        log.lock().unwrap().push(path.clone());
        let body = match path.split('/').collect::<Vec<_>>().as_slice() {
            ["Flows", sid] => {
                json!({"sid": sid, "friendly_name": "Hotline <1>", "status": "published",
                "revision": 4, "valid": true, "webhook_url": "https://webhooks.twilio.com/v1/Flows"})
            }
            ["Flows", _, "Revisions", "3"] => json!({"definition": definition()}),
            [.., "Context"] => json!({"context": context}),
            other => panic!("nothing is at {other:?}"),
        };
        let body = body.to_string().into();
        Box::pin(async { ApiResponse::Answer { status: 200, retry_after: None, body } })
    });
    (wire, asked)
}

/// Runs what waits for Twilio no longer than a while.
pub(super) fn with_time<T>(run: impl FnOnce() -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _entered = runtime.enter();
    run()
}

/// The page of the Flow, with this query.
pub(super) fn path(query: &str) -> String {
    format!("/studio/{FLOW}{query}")
}

/// A moment in UTC, as a page shows it without a script.
pub(super) fn clock(second: i64) -> String {
    let at: Timestamp = at(second);
    at.strftime("%H:%M:%S UTC").to_string()
}
