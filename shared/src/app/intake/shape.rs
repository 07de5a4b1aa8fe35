//! Whether two bodies of no known shape say the same. Pure.
//!
//! A monitor that we do not understand repeats itself as much as any other. What is another one each time all the same
//! (times, ids of messages, signatures) does not count; names, states, measured numbers and texts do.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// Fields whose value is another one in each message, in small letters and without separators.
const VOLATILE: [&str; 20] = [
    "duration",
    "deliveryid",
    "elapsed",
    "eventid",
    "guid",
    "localdatetime",
    "messageid",
    "nonce",
    "requestid",
    "sequence",
    "sequencenumber",
    "seq",
    "signature",
    "spanid",
    "token",
    "traceid",
    "unsubscribeurl",
    "uptime",
    "uuid",
    "xid",
];

/// Numbers from here on are times (seconds since 1970, or parts of them), or ids.
const LEAST_EPOCH: f64 = 1_000_000_000.0;
/// As the whole of a value so many hexadecimal digits are an id; within a text twice as many.
const SHORTEST_ID: usize = 8;

/// Returns the same text for two bodies that differ in nothing but what is volatile.
pub(super) fn fingerprint(body: &str) -> String {
    let essence = match serde_json::from_str::<Value>(body) {
        Ok(value) => steady_value(None, &value).unwrap_or(Value::Null).to_string(),
        Err(_) => steady_text(body),
    };
    crate::hex(&Sha256::digest(essence)[..16])
}

/// The value without its volatile parts; `None` if nothing is left.
fn steady_value(name: Option<&str>, value: &Value) -> Option<Value> {
    if name.is_some_and(is_volatile) {
        return None;
    }
    Some(match value {
        Value::Object(fields) => {
            let mut steady: Vec<(&String, Value)> = fields
                .iter()
                .filter_map(|(name, value)| Some((name, steady_value(Some(name), value)?)))
                .collect();
            steady.sort_by_key(|(name, _)| name.as_str());
            steady
                .into_iter()
                .map(|(name, value)| Value::from(vec![name.clone().into(), value]))
                .collect()
        }
        Value::Array(parts) => {
            parts.iter().map(|part| steady_value(None, part).unwrap_or(Value::Null)).collect()
        }
        Value::Number(number) if number.as_f64().is_some_and(|number| number >= LEAST_EPOCH) => {
            return None;
        }
        Value::String(text) if is_id(text, SHORTEST_ID) => return None,
        Value::String(text) => Value::String(steady_text(text)),
        other => other.clone(),
    })
}

fn is_volatile(name: &str) -> bool {
    let essence: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let is_time = ["time", "date", "timestamp"].iter().any(|end| essence.ends_with(end));
    let is_moment = name == "at" || name.ends_with("At") || name.ends_with("_at");
    is_time || is_moment || VOLATILE.contains(&essence.as_str())
}

/// A text without the times and ids in it.
fn steady_text(text: &str) -> String {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || "-:.+/_".contains(c);
    let mut steady = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(from) = rest.find(is_inside) {
        let (before, at) = rest.split_at(from);
        let (word, behind) = at.split_at(at.find(|c| !is_inside(c)).unwrap_or(at.len()));
        steady.push_str(before);
        if !is_time(word) && !is_id(word, 2 * SHORTEST_ID) {
            steady.push_str(word);
        }
        rest = behind;
    }
    steady + rest
}

/// Whether a word is a date, a time of day, both, or seconds since 1970.
fn is_time(word: &str) -> bool {
    // Digits as 0, all else as it is: `2026-11-28T01:24:38.326Z` becomes `0000-00-00T00:00:00.000Z`.
    let form: String = word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let is_digits = form.len() >= 10 && form.bytes().all(|c| c == b'0' || c == b'.');
    let is_day = form.len() >= 6
        && form.split('/').count() == 3
        && form.bytes().all(|c| c == b'0' || c == b'/');
    form.starts_with("0000-00-00") || form.starts_with("00:00") || is_digits || is_day
}

/// Whether a word is the id of something: hexadecimal digits, both letters and digits, a UUID for example.
fn is_id(word: &str, shortest: usize) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_hexdigit).count();
    word.bytes().all(|c| c.is_ascii_hexdigit() || c == b'-')
        && digits >= shortest
        && word.bytes().any(|c| c.is_ascii_digit())
        && word.bytes().any(|c| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same(one: &str, other: &str) -> bool {
        fingerprint(one) == fingerprint(other)
    }

    #[test]
    fn volatile_parts_do_not_make_another_body() {
        for (one, other) in [
            (r#"{"a":1,"time":"x"}"#, r#"{ "time": "y", "a": 1 }"#),
            (r#"{"disk":"97 %","sentAt":1}"#, r#"{"disk":"97 %","sentAt":2}"#),
            (
                r#"{"m":"down since 2026-11-28T01:00:00Z"}"#,
                r#"{"m":"down since 2026-11-29T01:00:10+01:00"}"#,
            ),
            (r#"{"m":"at 01:00:00 (20/11/26)"}"#, r#"{"m":"at 23:00:10 (21/11/26)"}"#),
            (r#"{"ts":1795000000}"#, r#"{"ts":1795000001.5}"#),
            (
                r#"{"id":"bc7d3391-47f8-4e47-b457-1b4d06118d50","kind":"probe"}"#,
                r#"{"id":"0c7d3391-47f8-4e47-b457-1b4d06118d5f","kind":"probe"}"#,
            ),
            (r#"[{"requestId":"a"},7]"#, r#"[{"requestId":"b"},7]"#),
            ("disk full at 2026-11-28 01:00:00", "disk full at 2026-11-28 02:00:00"),
        ] {
            assert!(same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn names_states_and_numbers_make_another_body() {
        for (one, other) in [
            (r#"{"disk":"97 %"}"#, r#"{"disk":"98 %"}"#),
            (r#"{"status":0}"#, r#"{"status":1}"#),
            (r#"{"monitor":{"id":1}}"#, r#"{"monitor":{"id":2}}"#),
            (r#"{"a":null}"#, "{}"),
            (r#"["a","b"]"#, r#"["b","a"]"#),
            (r#"{"host":"web-1"}"#, r#"{"host":"web-2"}"#),
            (r#"{"name":"cafe"}"#, r#"{"name":"beef"}"#),
            ("disk full", "disk fine"),
            ("", " "),
        ] {
            assert!(!same(one, other), "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn no_body_can_make_it_panic(text in ".{0,80}", json in r#"[\[\]{}":, a-f0-9\\/.-]{0,60}"#) {
            fingerprint(&text);
            fingerprint(&json);
        }
    }
}
