//! Times as people read them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A moment in this zone: `Mon 2026-01-05 09:00 CET`.
pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M %Z").to_string()
}
