//! Whether two bodies of no known shape say the same. Pure.
//!
//! A monitor that we do not understand repeats itself as much as any other. Only what is certainly another one in each
//! message does not count: moments, UUIDs, and what SNS puts around a message. In doubt a change counts: a dead letter too
//! many is better than one that is lost.

mod moments;

use serde_json::{Number, Value};
use sha2::{Digest, Sha256};

/// What SNS writes anew for each message.
const OF_SNS: [&str; 6] =
    ["MessageId", "Timestamp", "Signature", "SigningCertURL", "SubscribeURL", "UnsubscribeURL"];

/// The words at the end of a name whose number is a moment.
const TIME_SUFFIXES: [&str; 7] = ["at", "date", "datetime", "epoch", "time", "timestamp", "ts"];

/// The years 2015 to 2100 in seconds since 1970.
const EPOCH: std::ops::Range<f64> = 1_420_070_400.0..4_133_980_800.0;

/// From here on a number that is no fraction may have been read as its nearest one only.
const LEAST_INEXACT: f64 = 9e18;

/// What stands for a moment: that there is one counts.
const MOMENT: &str = "\u{1}moment\u{1}";
const UUID: &str = "\u{1}uuid\u{1}";

/// Returns the same text for two bodies that differ in nothing but what is volatile.
pub(super) fn fingerprint(body: &str) -> String {
    let essence = match serde_json::from_str::<Value>(body) {
        Ok(value) if is_exact(&value) => steady_value("", &value).to_string(),
        _ => steady_text(body),
    };
    crate::hex(&Sha256::digest(essence)[..16])
}

/// Whether all digits of its numbers were read.
fn is_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            !number.is_f64() || number.as_f64().is_some_and(|number| number.abs() < LEAST_INEXACT)
        }
        Value::Array(parts) => parts.iter().all(is_exact),
        Value::Object(fields) => fields.values().all(is_exact),
        _ => true,
    }
}

/// The value of this name without its volatile parts.
fn steady_value(name: &str, value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let is_of_sns = is_sns(value);
            let mut steady: Vec<(&String, Value)> = fields
                .iter()
                .filter(|(name, _)| {
                    !(is_of_sns && OF_SNS.iter().any(|one| one.eq_ignore_ascii_case(name)))
                })
                .map(|(name, value)| (name, steady_value(name, value)))
                .collect();
            steady.sort_by_key(|(name, _)| name.as_str());
            let pairs = steady
                .into_iter()
                .map(|(name, value)| Value::from(vec![name.as_str().into(), value]));
            // An object is never the same as a list of pairs.
            Value::Object([("\u{1}".to_owned(), pairs.collect())].into_iter().collect())
        }
        Value::Array(parts) => parts.iter().map(|part| steady_value("", part)).collect(),
        Value::Number(number) if names_a_time(name) && is_epoch(number) => MOMENT.into(),
        Value::String(text) => Value::String(steady_text(text)),
        other => other.clone(),
    }
}

/// Whether it is what SNS puts around a message.
fn is_sns(value: &Value) -> bool {
    let kind = value["Type"].as_str().unwrap_or_default();
    ["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"].contains(&kind)
        && value["TopicArn"].is_string()
        && value["MessageId"].is_string()
}

fn is_epoch(number: &Number) -> bool {
    number.as_f64().is_some_and(|n| EPOCH.contains(&n) || EPOCH.contains(&(n / 1000.0)))
}

/// Whether the last word of a name is one for a time: `startsAt`, `event_time`, `TIMESTAMP`, but not `downtime`.
fn names_a_time(name: &str) -> bool {
    let last = name.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let is_shouted = !last.bytes().any(|c| c.is_ascii_lowercase());
    let from =
        if is_shouted { 0 } else { last.rfind(|c: char| c.is_ascii_uppercase()).unwrap_or(0) };
    let word = last[from..].to_ascii_lowercase();
    TIME_SUFFIXES.contains(&word.as_str()) || last == "dateTime" || last == "timeStamp"
}

/// A text with the moments and UUIDs in it made alike.
fn steady_text(text: &str) -> String {
    let mut steady = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_within_word = false;
    while let Some(first) = rest.chars().next() {
        let found = (!is_within_word && first.is_ascii_hexdigit())
            .then(|| {
                let moment = moments::length(rest).map(|length| (length, MOMENT));
                moment.or_else(|| uuid_length(rest).map(|length| (length, UUID)))
            })
            .flatten();
        match found {
            Some((length, sign)) => {
                steady.push_str(sign);
                rest = &rest[length..];
                is_within_word = true;
            }
            None => {
                steady.push(first);
                rest = &rest[first.len_utf8()..];
                is_within_word = first.is_alphanumeric();
            }
        }
    }
    steady
}

/// How long the UUID is that the text begins with.
fn uuid_length(text: &str) -> Option<usize> {
    let (uuid, behind) = text.split_at_checked(36)?;
    let is_uuid = uuid.bytes().enumerate().all(|(at, c)| match at {
        8 | 13 | 18 | 23 => c == b'-',
        _ => c.is_ascii_hexdigit(),
    });
    (is_uuid && moments::ends_word(behind)).then_some(36)
}

#[cfg(test)]
mod tests;
