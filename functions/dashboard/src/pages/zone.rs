//! The clock that a page's query asks for. Pure.

use shared::TimeZone;

/// The zone of this IANA name.
///
/// # Errors
/// In words, if there is none.
pub(super) fn time_zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("zone: “{name}” is no time zone as Europe/Berlin."))
}
