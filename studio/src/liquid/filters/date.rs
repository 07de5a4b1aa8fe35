//! The filter `date`.

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime::{BrokenDownTime, Config};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::Value;

use super::input::FilterInput;
use crate::liquid::value::whole;

/// The zone of Studio's dates. (help.twilio.com 4413699936411 says PST; that it has summer time is a choice.)
const ZONE: &str = "America/Los_Angeles";

/// The forms of a date that are read besides those of ISO 8601 and RFC 2822; without an offset.
const FORMS: [&str; 7] = [
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%B %d, %Y",
    "%b %d, %Y",
    "%d %b %Y",
    "%m/%d/%Y",
    "%Y/%m/%d",
];

/// A time in a format of strftime: of `now`, `today`, seconds since 1970, or a date as APIs write it. A date without an
/// offset is one of the zone. What is no date stays as it is.
pub(super) fn date(input: &FilterInput<'_, '_>) -> Result<Value, String> {
    let format = input.argument_text(0);
    let zone = TimeZone::get(ZONE).map_err(|_| "the time zone is not known")?;
    match read(input.value, input.now, &zone) {
        Some(time) if !format.is_empty() => {
            // A token that is none stays as it is.
            let config = Config::new().lenient(true);
            let mut text = String::new();
            let written =
                BrokenDownTime::from(&time).format_with_config(&config, &format, &mut text);
            written.map_err(|_| "a format that cannot be written")?;
            Ok(text.into())
        }
        _ => Ok(input.value.clone()),
    }
}

fn read(input: &Value, now: Timestamp, zone: &TimeZone) -> Option<Zoned> {
    if let Value::Number(_) = input {
        return seconds(input, zone);
    }
    let text = input.as_str()?.trim();
    if matches!(text, "now" | "today") {
        return Some(now.to_zoned(zone.clone()));
    }
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return seconds(input, zone);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.to_zoned(zone.clone()));
    }
    if let Ok(time) = jiff::fmt::rfc2822::parse(text) {
        return Some(time.with_time_zone(zone.clone()));
    }
    civil(text)?.to_zoned(zone.clone()).ok()
}

/// A date without an offset, at midnight unless it has a time.
fn civil(text: &str) -> Option<DateTime> {
    let read = |form: &&str| {
        let parsed = BrokenDownTime::parse(form, text).ok()?;
        parsed.to_datetime().ok().or_else(|| Some(parsed.to_date().ok()?.into()))
    };
    let date = || text.parse::<Date>().ok().map(DateTime::from);
    text.parse().ok().or_else(date).or_else(|| FORMS.iter().find_map(read))
}

fn seconds(input: &Value, zone: &TimeZone) -> Option<Zoned> {
    Some(Timestamp::from_second(whole(input)?).ok()?.to_zoned(zone.clone()))
}
