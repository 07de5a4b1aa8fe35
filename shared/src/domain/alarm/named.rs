//! One alarm by its name: what any monitor can say with a state and a few words.

use jiff::Timestamp;
use percent_encoding::NON_ALPHANUMERIC;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::fields::{is_link, is_not_utf_8, kept_text, line, text};
use super::{Change, Kind, Malformed, State};
use crate::domain::text::links::unmistakable;

/// The longest name, in bytes, once its percent signs are decoded.
pub const MAX_NAME_BYTES: usize = 256;

/// The longest title, in characters: a link goes behind it.
const MAX_TITLE_CHARS: usize = 500;

/// How much of a name or a state that is refused is repeated, in characters.
const MAX_QUOTED_CHARS: usize = 100;

/// Reads what came for the alarm of this name: the part of a path, as received. In the body is JSON: `state`, which is
/// `alarm` or `ok`; `title` and `link`, for people. Both are cut where they are too long, and a link that is none is left
/// out: an alarm is never refused for them. `now` is when it changed: it has no time of its own.
///
/// # Errors
/// The reason, for whoever sent it and for a dead letter.
pub fn parse_named(name: &str, body: &[u8], now: Timestamp) -> Result<Change, Box<Malformed>> {
    Received::new(name, body).read(now)
}

/// A body for an alarm by its name, as a dead letter keeps it: the same body for another alarm is another one. It is
/// read only as it is kept, so that what is refused is refused again when it is replayed.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Received {
    /// The name, decoded. Where there is a `path`, it is for people alone.
    alarm: String,
    /// The name in percent signs, where it is too long or not UTF-8. Of one that is too long there is as much as shows that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    body: String,
}

impl Received {
    fn new(path: &str, body: &[u8]) -> Received {
        let bytes: Vec<u8> = percent_encoding::percent_decode_str(path).collect();
        let body = kept_text(body);
        match str::from_utf8(&bytes) {
            Ok(name) if name.len() <= MAX_NAME_BYTES => {
                Received { alarm: name.to_owned(), path: None, body }
            }
            _ => {
                let shown = line(&String::from_utf8_lossy(&bytes), MAX_QUOTED_CHARS);
                let bytes = &bytes[..bytes.len().min(MAX_NAME_BYTES + 1)];
                let path = percent_encoding::percent_encode(bytes, NON_ALPHANUMERIC);
                Received { alarm: shown, path: Some(path.to_string()), body }
            }
        }
    }

    /// Reads it, for the first time or once more: it has no time of its own, and changed now.
    pub(super) fn read(self, now: Timestamp) -> Result<Change, Box<Malformed>> {
        let read = self.name().and_then(|name| change(&name, &self.body, now));
        read.map_err(|reason| self.malformed(reason))
    }

    fn name(&self) -> Result<String, String> {
        let Some(path) = &self.path else { return Ok(self.alarm.clone()) };
        let bytes: Vec<u8> = percent_encoding::percent_decode_str(path).collect();
        if bytes.len() > MAX_NAME_BYTES {
            return Err(format!("its name is longer than {MAX_NAME_BYTES} bytes"));
        }
        String::from_utf8(bytes).map_err(|_| "its name is not UTF-8".to_owned())
    }

    fn malformed(self, reason: String) -> Box<Malformed> {
        let subject = Some(line(&self.alarm, MAX_QUOTED_CHARS));
        // Three texts always serialise.
        let body = serde_json::to_string(&self).unwrap_or_default();
        Box::new(Malformed { subject, ..Malformed::new(reason, body, Kind::Unknown) })
    }
}

fn change(name: &str, body: &str, now: Timestamp) -> Result<Change, String> {
    read(name, body, now).and_then(|change| change.bounded(now))
}

fn read(name: &str, body: &str, now: Timestamp) -> Result<Change, String> {
    if is_not_utf_8(body) {
        return Err("its body is not UTF-8".to_owned());
    }
    let said: Value =
        serde_json::from_str(body).map_err(|error| format!("its body is not JSON: {error}"))?;
    let state = match said["state"].as_str() {
        Some("alarm") => State::Alarm,
        Some("ok") => State::Ok,
        Some(other) => {
            let other = line(other, MAX_QUOTED_CHARS);
            return Err(format!("its `state` {other:?} is none of \"alarm\", \"ok\""));
        }
        None => return Err("its `state` is none of \"alarm\", \"ok\": it has none".to_owned()),
    };
    let title = line(&text(&said, "/title").unwrap_or_default(), MAX_TITLE_CHARS);
    let link = text(&said, "/link").filter(|link| is_link(link));
    // It goes into a text, and has to come out of it whole.
    let link = link.map(|link| unmistakable(&link)).unwrap_or_default();
    Ok(Change {
        key: key_of(name),
        former_key: None,
        name: name.to_owned(),
        state,
        at: now,
        reason: format!("{title} {link}"),
        // This is spoken.
        description: title,
        quiet: None,
        // Said once more it is the same change: it has no time that tells one from the next.
        unordered: true,
        undated: true,
        acts: false,
        actions: None,
    })
}

/// The key of an alarm of this name. People see a name on one line, and without blanks around it; two that differ in that
/// alone are two alarms.
fn key_of(name: &str) -> String {
    match line(name, MAX_NAME_BYTES) {
        shown if shown == name || shown.is_empty() => shown,
        shown => format!("{shown}~{}", crate::hex(&Sha256::digest(name))),
    }
}

#[cfg(test)]
mod tests;
