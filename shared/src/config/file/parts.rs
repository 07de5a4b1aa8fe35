//! The pieces that a configuration is stored in: TOML, and beside it the calendars that it names.

use base64::prelude::{BASE64_STANDARD, Engine};

use super::{Problem, Problems};
use crate::domain::schedule::calendar_text;

/// What a piece in base64 begins with.
const BASE64: &str = "base64:";

/// A piece as an SSM parameter can hold it: in base64. Parameter Store refuses values with `{{` ("can't nest another
/// parameter"), and templates are full of them.
pub fn to_parameter(part: &str) -> String {
    format!("{BASE64}{}", BASE64_STANDARD.encode(part))
}

/// What stands in place of a calendar that is there and cannot be read.
const UNREADABLE: &str = "unreadable: ";

/// A piece in place of a calendar that is there and cannot be read: `why` goes on after its name, as "cannot be read: …".
pub fn unreadable(why: &str) -> String {
    format!("{UNREADABLE}{why}")
}

/// Why a calendar cannot be read, if [`unreadable`] says so.
pub fn why_unreadable(part: &str) -> Option<&str> {
    part.strip_prefix(UNREADABLE)
}

/// The text of a calendar from its bytes, or what says why there is none.
pub fn calendar_part(bytes: &[u8]) -> String {
    calendar_text(bytes).unwrap_or_else(|why| unreadable(&why))
}

pub(super) fn from_parameter(name: &str, text: &str) -> Result<String, Problems> {
    let Some(encoded) = text.trim().strip_prefix(BASE64) else { return Ok(text.to_owned()) };
    let bytes = BASE64_STANDARD.decode(encoded.trim()).ok();
    let decoded = match is_calendar(name) {
        true => bytes.map(|bytes| calendar_part(&bytes)),
        false => bytes.and_then(|bytes| String::from_utf8(bytes).ok()),
    };
    decoded.ok_or_else(|| {
        let what =
            "begins with base64: and is not, expected what `ringdown config --for-ssm` prints"
                .to_owned();
        Problems(vec![Problem { file: name.to_owned(), line: 1, key: String::new(), what }])
    })
}

/// Whether a piece of this name is a calendar and no TOML: `oncall.ics`, or `oncall.ics.2`, which goes on with it.
pub fn is_calendar(name: &str) -> bool {
    let name = whole(name).as_bytes();
    name.len() >= 4 && name[name.len() - 4..].eq_ignore_ascii_case(b".ics")
}

/// Whether the piece of this name is of the calendar that a schedule names. On one machine it is named as the schedule
/// names it; in the cloud as the parameter `config/oncall.ics`, whatever folder the schedule has before that.
pub(super) fn is_of(name: &str, ics: &str) -> bool {
    let name = whole(name);
    let name = name.strip_prefix("config/").unwrap_or(name);
    name == ics || ics.rsplit('/').next() == Some(name)
}

fn whole(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((whole, number)) if number.parse::<u8>().is_ok() => whole,
        _ => name,
    }
}

/// The calendars that a configuration's text names, without checking anything else: what to read beside it.
pub fn calendars_named(text: &str) -> Vec<String> {
    let mut named: Vec<String> =
        schedules_with_calendars(text).into_iter().map(|(_, ics)| ics).collect();
    named.sort();
    named.dedup();
    named
}

/// The schedules of a configuration's text that name a calendar, each with it, without checking anything else.
pub(super) fn schedules_with_calendars(text: &str) -> Vec<(String, String)> {
    let table: toml::Table = toml::from_str(text).unwrap_or_default();
    let schedules = table.get("schedules").and_then(toml::Value::as_array);
    let with_calendar = schedules.into_iter().flatten().filter_map(|schedule| {
        let name = schedule.get("name").and_then(toml::Value::as_str).unwrap_or_default();
        Some((name.to_owned(), schedule.get("ics")?.as_str()?.to_owned()))
    });
    with_calendar.filter(|(_, ics)| is_calendar(ics)).collect()
}
