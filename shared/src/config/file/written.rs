//! Dates and times, which may stand in quotes or as TOML's own.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use toml::value::Datetime;

/// A date or a time as the text that would stand in quotes.
///
/// # Errors
/// It is neither a text, nor a date or a time of TOML's.
pub(super) fn written<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Spanned<String>, D::Error> {
    let text = Spanned::<Written>::deserialize(deserializer)?;
    Ok(Spanned::new(text.span(), text.into_inner().0))
}

/// The same for a key that may be left out; needs `#[serde(default)]`.
///
/// # Errors
/// The same.
pub(super) fn maybe_written<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Spanned<String>>, D::Error> {
    written(deserializer).map(Some)
}

struct Written(String);

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Written, D::Error> {
        deserializer.deserialize_any(TextOrDatetime)
    }
}

struct TextOrDatetime;

impl<'de> Visitor<'de> for TextOrDatetime {
    type Value = Written;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<Written, E> {
        Ok(Written(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Written, A::Error> {
        let datetime = Datetime::deserialize(MapAccessDeserializer::new(map));
        let datetime = datetime.map_err(|_| A::Error::invalid_type(Unexpected::Map, &self))?;
        Ok(Written(as_text(&datetime)))
    }
}

/// TOML may write the seconds of a time of day that has none: `09:00:00` is `"09:00"`.
fn as_text(datetime: &Datetime) -> String {
    let text = datetime.to_string();
    let is_time = datetime.date.is_none() && datetime.time.is_some();
    match text.strip_suffix(":00") {
        Some(minutes) if is_time && minutes.len() == 5 => minutes.to_owned(),
        _ => text,
    }
}
