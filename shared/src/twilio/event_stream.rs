//! Event Streams: the body of a webhook sink's request → events.
//!
//! A body is a JSON array of CloudEvents 1.0, or a single one (a sink without `batch_events`). What is not an event is
//! handed on with its reason, beside the events that are.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::domain::event::{Event, TEST_EVENT};
use crate::domain::size::cut_marked;

/// A text that cannot be read as an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The reason, in a few words.
    pub reason: String,
    /// The text that arrived, cut at [`MAX_MALFORMED_BYTES`] bytes.
    pub body: String,
}

/// How much is kept of what cannot be read, in bytes. It ends in a record as text within text, at most seven times as
/// long; the store takes 400 KB.
pub const MAX_MALFORMED_BYTES: usize = 40 * 1024;

/// How long a type or id may be, in bytes. Twilio's are below 100.
const MAX_NAME_BYTES: usize = 512;

/// Reads a body. Never fails as a whole: each part is an event, or says why not.
pub fn parse(body: &[u8]) -> Vec<Result<Event, Malformed>> {
    let Ok(text) = std::str::from_utf8(body) else {
        return vec![Err(malformed("it is not UTF-8", &String::from_utf8_lossy(body)))];
    };
    if !text.trim_start().starts_with('[') {
        return vec![event(text)];
    }
    match serde_json::from_str::<Vec<&RawValue>>(text) {
        Ok(parts) => parts.into_iter().map(|part| event(part.get())).collect(),
        Err(error) => vec![Err(malformed(&format!("it is not JSON: {error}"), text))],
    }
}

/// Reads one event.
pub fn event(text: &str) -> Result<Event, Malformed> {
    let envelope: Value = serde_json::from_str(text)
        .map_err(|error| malformed(&format!("it is not JSON: {error}"), text))?;
    read(envelope).map_err(|reason| malformed(reason, text))
}

fn read(mut envelope: Value) -> Result<Event, &'static str> {
    let fields = envelope.as_object_mut().ok_or("it is not a JSON object")?;
    if let Some(Value::String(text)) = fields.get("data")
        && let Ok(data @ Value::Object(_)) = serde_json::from_str(text)
    {
        fields.insert("data".to_owned(), data);
    }
    let text = |name: &str| match fields.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        _ => None,
    };
    let event_type = text("type").ok_or("it has no `type`")?;
    let mut id = text("id").ok_or("it has no `id`")?;
    if event_type.len() > MAX_NAME_BYTES || id.len() > MAX_NAME_BYTES {
        return Err("its `type` or `id` is longer than 512 bytes");
    }
    if event_type == TEST_EVENT
        && let Some(test) =
            fields.get("data").and_then(|data| data.get("test_id")).and_then(Value::as_str)
    {
        id = format!("{id}/{}", test.chars().take(64).collect::<String>());
    }
    if let Some(payload) = fields.get_mut("data").and_then(|data| data.get_mut("payload")) {
        numbers_as_numbers(payload);
    }
    Ok(Event { event_type, id, envelope })
}

/// The fields of a TaskRouter payload that are whole numbers, and arrive as text from some of Twilio's back ends
/// (TaskRouter.WDSEvent): as text, `"12" > 1800` would be true.
const NUMBERS: [&str; 17] = [
    "previous_task_priority",
    "reservation_version",
    "task_age",
    "task_age_in_queue",
    "task_priority",
    "task_version",
    "transfer_started",
    "worker_channel_available_capacity",
    "worker_channel_capacity",
    "worker_channel_previous_capacity",
    "worker_channel_task_count",
    "worker_time_in_previous_activity",
    "worker_time_in_previous_activity_ms",
    "worker_version",
    "task_queue_sla",
    "reservation_timeout",
    "worker_channel_configured_capacity",
];

fn numbers_as_numbers(payload: &mut Value) {
    for name in NUMBERS {
        let Some(value) = payload.get_mut(name) else { continue };
        let Some(text) = value.as_str() else { continue };
        if let Ok(whole) = text.parse::<i64>() {
            *value = whole.into();
        } else if let Some(number) = text.parse().ok().and_then(serde_json::Number::from_f64) {
            *value = number.into();
        }
    }
}

fn malformed(reason: &str, text: &str) -> Malformed {
    let body = cut_marked(text.to_owned(), MAX_MALFORMED_BYTES);
    Malformed { reason: reason.to_owned(), body }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn arrays_and_single_objects_are_read() {
        let one = json!({"type": "a.b", "id": "EZ1", "data": {}});
        let body = one.to_string();
        assert_eq!(parse(body.as_bytes()).len(), 1);
        assert_eq!(parse(format!(" [{body}, {body}]").as_bytes()).len(), 2);
        assert_eq!(parse(b"[]").len(), 0);
    }

    #[test]
    fn one_bad_event_does_not_spoil_the_others() {
        let read = parse(br#"[{"type":"a","id":"1"},{"type":"a"},7,{"type":"b","id":"2"}]"#);
        let shape: Vec<bool> = read.iter().map(Result::is_ok).collect();
        assert_eq!(shape, [true, false, false, true]);
        assert_eq!(read[1].as_ref().unwrap_err().reason, "it has no `id`");
        assert_eq!(read[2].as_ref().unwrap_err().reason, "it is not a JSON object");
    }

    #[test]
    fn two_tests_of_a_sink_are_two_events() {
        let test = |id: &str| {
            let text =
                json!({"type": TEST_EVENT, "id": "AC1", "data": {"test_id": id}}).to_string();
            event(&text).unwrap().id
        };
        assert_ne!(test("one"), test("two"));
    }

    #[test]
    fn data_as_text_and_numbers_as_text_are_usable() {
        let text = json!({"type": "a", "id": "1", "data": "{\"payload\":{\"task_age\":\"26\",\"task_sid\":\"12\"}}"});
        let event = event(&text.to_string()).unwrap();
        assert_eq!(event.envelope["data"]["payload"], json!({"task_age": 26, "task_sid": "12"}));
    }

    #[test]
    fn hostile_bodies_are_malformed_not_fatal() {
        let deep = "[".repeat(100_000);
        for body in [deep.as_bytes(), b"\xff\xfe", b"", b"null", b"\"\"", br#"{"type":1,"id":2}"#] {
            assert!(parse(body).iter().all(Result::is_err), "{:?}", &body[..body.len().min(9)]);
        }
        let nested = format!(
            r#"[{{"type":"a","id":"1","data":{}1{}}}]"#,
            "[".repeat(9999),
            "]".repeat(9999)
        );
        assert!(parse(nested.as_bytes())[0].is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_can_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            parse(&body);
        }

        #[test]
        fn no_json_can_make_it_panic(text in r#"[\[\]{}":, a-z0-9\\]{0,80}"#) {
            parse(text.as_bytes());
            parse(format!("[{text}]").as_bytes());
        }
    }
}
