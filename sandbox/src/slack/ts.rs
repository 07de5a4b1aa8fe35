//! A message's `ts`: when it was posted, and its name within a channel. It is a text, never a number: a float has not
//! enough digits for it. (docs.slack.dev, `chat.postMessage`.)

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// Seconds and microseconds since 1970: `1700000000.000100`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ts(i64);

const MICROS: i64 = 1_000_000;

impl Ts {
    /// The name of a message of this time.
    pub(super) fn of(at: Timestamp) -> Ts {
        Ts(at.as_microsecond().max(0))
    }

    /// The same, or the first free one behind `last`: no two messages have the same name.
    pub(super) fn behind(self, last: Option<Ts>) -> Ts {
        last.map_or(self, |last| self.max(Ts(last.0.saturating_add(1))))
    }

    /// Reads one as it is written; nothing else is one.
    pub(super) fn read(text: &str) -> Option<Ts> {
        let (seconds, micros) = text.split_once('.')?;
        let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
        if !(1..=12).contains(&seconds.len()) || micros.len() != 6 {
            return None;
        }
        if !is_number(seconds) || !is_number(micros) {
            return None;
        }
        let seconds: i64 = seconds.parse().ok()?;
        Some(Ts(seconds * MICROS + micros.parse::<i64>().ok()?))
    }

    /// Its time.
    pub(super) fn time(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::MAX)
    }

    /// For the database.
    pub(super) fn micros(self) -> i64 {
        self.0
    }

    /// From the database.
    pub(super) fn from_micros(micros: i64) -> Ts {
        Ts(micros)
    }
}

impl fmt::Display for Ts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / MICROS, self.0 % MICROS)
    }
}

impl Serialize for Ts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
