//! An event of Event Streams → what it says of an Execution. (docs/events/event-types/studio/flow.)

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::sid::{EXECUTION, FLOW, STEP, is_sid};
use super::step::RecordedStep;
use crate::domain::event::Event;
use crate::domain::size::cut_json;

/// The type of the event that an Execution has begun.
pub const STARTED: &str = "com.twilio.studio.flow.execution.started";
/// The type of the event that an Execution is over.
pub const ENDED: &str = "com.twilio.studio.flow.execution.ended";
/// The type of the event that a step is over.
pub const STEP_ENDED: &str = "com.twilio.studio.flow.step.ended";

/// The length of a name that is kept, in bytes of JSON. The longest of a widget that was seen has 58.
const MAX_NAME_BYTES: usize = 120;
/// How far a clock of Twilio's may be ahead of ours.
const MAX_AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// What an event says of an Execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudioEvent {
    /// The SID of the Execution.
    pub execution: String,
    /// The SID of the Flow.
    pub flow: String,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub kind: StudioEventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StudioEventKind {
    /// The Execution has begun.
    Started(ExecutionFacts),
    /// The Execution is over.
    Ended(ExecutionFacts, Option<String>),
    /// A step of it is over.
    Step(RecordedStep),
}

/// What the events of an Execution's beginning and end both say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecutionFacts {
    /// The revision of the Flow that runs.
    pub revision: Option<u32>,
    /// The last four digits of the contact's number; nothing else of it is ever kept.
    pub contact: Option<String>,
    /// The SID of the call, message or request that began it.
    pub started_by: Option<String>,
}

impl StudioEvent {
    /// Reads an event; `None` if it is none of an Execution. One without a time happened when it was received.
    ///
    /// # Errors
    /// What is missing, in a few words.
    pub fn read(
        event: &Event,
        received_at: Timestamp,
    ) -> Option<Result<StudioEvent, &'static str>> {
        matches!(event.event_type.as_str(), STARTED | ENDED | STEP_ENDED)
            .then(|| read(event, received_at))
    }
}

fn read(event: &Event, received_at: Timestamp) -> Result<StudioEvent, &'static str> {
    let (envelope, data) = (&event.envelope, &event.envelope["data"]);
    // `/v2/Flows/FW…/Executions/FN…/Steps/FT…`
    let source = envelope["source"].as_str().unwrap_or_default();
    let sid = |letters: &str, name: &str, id: Option<&str>| {
        let named = data[name].as_str().into_iter().chain(source.split('/')).chain(id);
        named.into_iter().find(|text| is_sid(letters, text)).map(str::to_owned)
    };
    let flow = sid(FLOW, "flow_sid", None).ok_or("it names no Flow")?;
    let is_step = event.event_type == STEP_ENDED;
    let id = Some(event.id.as_str());
    let execution = sid(EXECUTION, "execution_sid", id.filter(|_| !is_step));
    let execution = execution.ok_or("it names no Execution")?;
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let (time, created) = (time(&envelope["time"]), time(&data["date_created"]));
    // `date_created` of an end is that of the Execution, and rounded.
    let at = if is_step { created.or(time) } else { time.or(created) };
    let latest = received_at.checked_add(MAX_AHEAD).unwrap_or(received_at);
    let at = at.filter(|at| *at <= latest).unwrap_or(received_at);
    let kind = match event.event_type.as_str() {
        STARTED => StudioEventKind::Started(facts(data)),
        ENDED => StudioEventKind::Ended(facts(data), text(data, "ended_reason")),
        _ => StudioEventKind::Step(RecordedStep {
            sid: step_sid(event, source).ok_or("it names no step")?,
            event: text(data, "name").unwrap_or_default(),
            from: text(data, "transitioned_from").ok_or("it has no `transitioned_from`")?,
            to: text(data, "transitioned_to").ok_or("it has no `transitioned_to`")?,
            at,
            parent: data["parent_step_sid"]
                .as_str()
                .filter(|parent| is_sid(STEP, parent))
                .map(str::to_owned),
        }),
    };
    Ok(StudioEvent { execution, flow, at, kind })
}

/// The SID of a step: the id of its event, as Twilio gives it.
fn step_sid(event: &Event, source: &str) -> Option<String> {
    let named =
        std::iter::once(event.id.as_str()).chain(event.envelope["data"]["step_sid"].as_str());
    let mut named = named.chain(source.split('/'));
    named.find(|text| is_sid(STEP, text)).map(str::to_owned)
}

fn facts(data: &Value) -> ExecutionFacts {
    let revision = match &data["flow_revision"] {
        Value::String(text) => text.parse().ok(),
        value => value.as_u64().and_then(|revision| u32::try_from(revision).ok()),
    };
    ExecutionFacts {
        revision,
        contact: data["contact_channel_address"].as_str().and_then(last_four),
        started_by: text(data, "started_by")
            .filter(|by| by.bytes().all(|c| c.is_ascii_alphanumeric())),
    }
}

/// The last four digits of a contact's number; `None` for what is no number, as an identity of chat.
fn last_four(contact: &str) -> Option<String> {
    // `whatsapp:+15005550006`
    let number = contact.rsplit(':').next()?;
    let is_number = number.chars().all(|c| c.is_ascii_digit() || "+-.() ".contains(c));
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    let last = digits.get(digits.len().checked_sub(4)?..)?;
    (is_number && digits.len() > last.len()).then(|| last.iter().collect())
}

fn text(data: &Value, name: &str) -> Option<String> {
    let mut text = data[name].as_str().filter(|text| !text.is_empty())?.to_owned();
    cut_json(&mut text, MAX_NAME_BYTES);
    Some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn contact_is_kept_by_its_last_four_digits() {
        for (contact, kept) in [
            ("+15005550006", Some("0006")),
            ("whatsapp:+15005550006", Some("0006")),
            ("+1 (500) 555-0006", Some("0006")),
            ("12345", Some("2345")),
            ("1234", None),
            ("client:alice1990", None),
            ("CH00000000000000000000000000000001", None),
            ("", None),
        ] {
            assert_eq!(last_four(contact).as_deref(), kept, "{contact}");
        }
    }

    const FLOW_SID: &str = "FW00000000000000000000000000000001";
    const EXECUTION_SID: &str = "FN00000000000000000000000000000001";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn event_tells_its_sids_by_its_source_too() {
        let source = format!("/v2/Flows/{FLOW_SID}/Executions/{EXECUTION_SID}");
        let envelope = json!({"source": source, "time": "2022-10-02T12:34:31.506Z", "data": {}});
        let event = |id: &str| Event {
            event_type: STARTED.to_owned(),
            id: id.to_owned(),
            envelope: envelope.clone(),
        };
        let read = StudioEvent::read(&event("EZ1"), at(0)).unwrap().unwrap();
        assert_eq!((read.flow.as_str(), read.execution.as_str()), (FLOW_SID, EXECUTION_SID));
        let nothing =
            Event { envelope: json!({"data": {"flow_sid": "FW1"}}), ..event(EXECUTION_SID) };
        assert_eq!(StudioEvent::read(&nothing, at(0)), Some(Err("it names no Flow")));
        let other = Event { event_type: "com.twilio.x".to_owned(), ..event("EZ1") };
        assert_eq!(StudioEvent::read(&other, at(0)), None);
    }

    #[test]
    fn time_that_is_missing_or_in_the_future_is_that_of_arrival() {
        for time in [json!(null), json!("soon"), json!(at(999).to_string())] {
            let envelope = json!({"time": time, "data": {"flow_sid": FLOW_SID, "execution_sid": EXECUTION_SID}});
            let event = Event { event_type: STARTED.to_owned(), id: "1".to_owned(), envelope };
            assert_eq!(StudioEvent::read(&event, at(0)).unwrap().unwrap().at, at(0));
        }
    }
}
