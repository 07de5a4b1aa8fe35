//! The clock of the house on one machine: read at its doors only.

use jiff::Timestamp;

/// What time it is.
pub fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "this is the door's clock")]
    Timestamp::now()
}
