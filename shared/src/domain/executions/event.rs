//! An event of Event Streams → what it says of an Execution. (twilio.com/docs/events/event-types/studio/flow.)

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::step::RecordedStep;
use crate::domain::event::Event;
use crate::domain::sid::{EXECUTION, FLOW, STEP, Sid};
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

/// An event of an Execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudioEvent {
    /// The SID of the Execution.
    pub execution: Sid,
    /// The SID of the Flow.
    pub flow: Sid,
    /// When it happened.
    pub at: Timestamp,
    /// The kind of event.
    pub kind: StudioEventKind,
}

/// The kind of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StudioEventKind {
    /// The Execution has begun.
    Started(ExecutionFacts),
    /// The Execution is over.
    Ended(ExecutionFacts, Option<String>),
    /// A step of it is over.
    Step(RecordedStep),
}

/// The facts that the events of an Execution's beginning and end both carry.
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
    /// Reads an event; `None` if it is none of an Execution. One without a time that can be true happened when it was
    /// received.
    ///
    /// # Errors
    /// Says which field is missing or malformed.
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
    let is_step = event.event_type == STEP_ENDED;
    // The id of an Execution's event is its SID, that of a step's is the SID of the step.
    let id = Some(event.id.as_str());
    let flow = sid(envelope, FLOW, "flow_sid", None)?.ok_or("it names no Flow")?;
    let execution = sid(envelope, EXECUTION, "execution_sid", id.filter(|_| !is_step))?
        .ok_or("it names no Execution")?;
    let latest = received_at.checked_add(MAX_AHEAD).unwrap_or(received_at);
    let time = |value: &Value| {
        let time = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
        time.filter(|time| (Timestamp::UNIX_EPOCH..=latest).contains(time))
    };
    let (time, created) = (time(&envelope["time"]), time(&data["date_created"]));
    // `date_created` of an end is that of the Execution, and rounded.
    let at = if is_step { created.or(time) } else { time.or(created) }.unwrap_or(received_at);
    let kind = match event.event_type.as_str() {
        STARTED => StudioEventKind::Started(facts(data)),
        ENDED => StudioEventKind::Ended(facts(data), text(data, "ended_reason")),
        _ => StudioEventKind::Step(RecordedStep {
            sid: sid(envelope, STEP, "step_sid", id)?.ok_or("it names no step")?,
            event: text(data, "name").unwrap_or_default(),
            from: text(data, "transitioned_from").ok_or("it has no `transitioned_from`")?,
            to: text(data, "transitioned_to").ok_or("it has no `transitioned_to`")?,
            at,
            parent: match &data["parent_step_sid"] {
                Value::Null => None,
                Value::String(none) if none.is_empty() => None,
                parent => Some(read_value(STEP, parent)?),
            },
        }),
    };
    Ok(StudioEvent { execution, flow, at, kind })
}

/// The SID that the data name; only where they name none, that of the source, `/v2/Flows/FW…/Executions/FN…/Steps/FT…`,
/// or else the event's id.
fn sid(
    envelope: &Value,
    letters: &str,
    name: &str,
    id: Option<&str>,
) -> Result<Option<Sid>, &'static str> {
    if let Some(value) = envelope["data"].get(name) {
        return read_value(letters, value).map(Some);
    }
    let source = envelope["source"].as_str().unwrap_or_default();
    Ok(source.split('/').chain(id).find_map(|text| Sid::read(letters, text)))
}

fn read_value(letters: &str, value: &Value) -> Result<Sid, &'static str> {
    value.as_str().and_then(|text| Sid::read(letters, text)).ok_or("it has a SID that is none")
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
        let nothing = Event { envelope: json!({"data": {}}), ..event(EXECUTION_SID) };
        assert_eq!(StudioEvent::read(&nothing, at(0)), Some(Err("it names no Flow")));
        let other = Event { event_type: "com.twilio.x".to_owned(), ..event("EZ1") };
        assert_eq!(StudioEvent::read(&other, at(0)), None);
    }

    const STEP_SID: &str = "FT0000000000000000000000000000000a";

    /// A step whose source names all SIDs, with these data instead of its own.
    fn step(data: Value) -> Event {
        let source = format!("/v2/Flows/{FLOW_SID}/Executions/{EXECUTION_SID}/Steps/{STEP_SID}");
        let mut envelope = json!({"source": source, "time": at(5).to_string(), "data": {
            "flow_sid": FLOW_SID, "execution_sid": EXECUTION_SID, "step_sid": STEP_SID,
            "transitioned_from": "a", "transitioned_to": "b", "date_created": at(4).to_string()}});
        for (name, value) in data.as_object().into_iter().flatten() {
            envelope["data"][name] = value.clone();
        }
        Event { event_type: STEP_ENDED.to_owned(), id: STEP_SID.to_owned(), envelope }
    }

    #[test]
    fn malformed_sid_is_refused_though_the_source_has_a_good_one() {
        for name in ["flow_sid", "execution_sid", "step_sid"] {
            for value in [json!("FN../../x"), json!(""), json!(null), json!(7), json!("FW1")] {
                let read = StudioEvent::read(&step(json!({name: value})), at(9));
                assert_eq!(read, Some(Err("it has a SID that is none")), "{name} {value}");
            }
        }
        let read = |parent: Value| {
            StudioEvent::read(&step(json!({"parent_step_sid": parent})), at(9)).unwrap()
        };
        assert!(read(json!("FT1")).is_err());
        assert_eq!(read(json!(null)), read(json!("")));
    }

    #[test]
    fn sids_are_read_in_lower_case() {
        let upper = step(json!({"flow_sid": "FW0000000000000000000000000000000B",
            "execution_sid": "FN0000000000000000000000000000000C",
            "step_sid": STEP_SID.to_ascii_uppercase()}));
        let read = StudioEvent::read(&upper, at(9)).unwrap().unwrap();
        assert_eq!(read.flow, "FW0000000000000000000000000000000b".into());
        assert_eq!(read.execution, "FN0000000000000000000000000000000c".into());
        assert!(matches!(read.kind, StudioEventKind::Step(step) if step.sid == STEP_SID.into()));
    }

    #[test]
    fn time_that_cannot_be_true_gives_way_to_that_of_the_envelope() {
        for created in ["nope", "9999-01-01T00:00:00Z", "-000001-01-01T00:00:00Z", ""] {
            let event = step(json!({"date_created": created}));
            assert_eq!(StudioEvent::read(&event, at(9)).unwrap().unwrap().at, at(5), "{created}");
        }
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
