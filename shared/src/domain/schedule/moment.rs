//! A moment as somebody writes it: with an offset, or by the clock on the wall.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A moment as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// With `Z` or an offset: the same everywhere.
    Instant(Timestamp),
    /// By the clock on the wall, wherever that hangs.
    Local(DateTime),
}

impl Moment {
    /// Reads `2026-12-24T18:00`, with or without seconds, an offset or a `Z` (RFC 3339). A date alone is none: whether
    /// its beginning or its end is meant, nobody knows.
    pub fn parse(text: &str) -> Option<Moment> {
        let text = text.trim();
        let has_time = text.get(10..11).is_some_and(|t| matches!(t, "T" | "t" | " "));
        if !has_time {
            return None;
        }
        match text.parse::<Timestamp>() {
            Ok(at) => Some(Moment::Instant(at)),
            // An offset that cannot be read is not to be left out.
            Err(_) if text[11..].contains(['+', '-', 'Z', 'z', '[']) => None,
            Err(_) => text.parse::<DateTime>().ok().map(Moment::Local),
        }
    }

    /// When that is in this zone. A local time that the clocks leap over is as much later (02:30 becomes 03:30); of two
    /// that are the same it is the first (RFC 5545, 3.3.5, has both so).
    pub fn in_zone(self, zone: &TimeZone) -> Timestamp {
        match self {
            Moment::Instant(at) => at,
            Moment::Local(local) => instant(zone, local),
        }
    }
}

/// When this local time is, see [`Moment::in_zone`]; the end of time for what is beyond it.
pub(crate) fn instant(zone: &TimeZone, local: DateTime) -> Timestamp {
    let beyond = if local.year().is_negative() { Timestamp::MIN } else { Timestamp::MAX };
    zone.to_timestamp(local).unwrap_or(beyond)
}

/// The zone of this IANA name. `Etc/Unknown` and `Factory` say that nobody knows the zone: they are none.
pub(crate) fn known_zone(name: &str) -> Option<TimeZone> {
    let zone = TimeZone::get(name).ok().filter(|zone| !zone.is_unknown())?;
    // The data of time zones have "-00" where the local time is not known.
    let is_known = zone.to_offset_info(Timestamp::MAX).abbreviation() != "-00";
    is_known.then_some(zone)
}
