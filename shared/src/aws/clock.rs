//! The clock of a Lambda function.

use jiff::Timestamp;

/// Returns what time it is.
pub fn now() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where a Lambda function reads the time"
    )]
    Timestamp::now()
}
