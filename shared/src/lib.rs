//! The one crate that the functions share. The map, in suggested reading order:
//!
//! 1. [`domain`]: the rules, pure: [`domain::alarm`], [`domain::routes`], [`domain::schedule`], [`domain::silence`],
//!    [`domain::escalation`], and [`domain::text`], what people read and hear.
//! 2. [`storage`]: Store and Queue, the only two traits; the [`storage::records`], the [`storage::messages`] of the queues,
//!    and the [`storage::dead_letters`].
//! 3. [`http`]: a request as received, a response; [`payload`]: what Lambda hands us. [`start_token`]: who may see the
//!    pages of a server on one machine. [`error`]: what can go wrong, and the status it answers with. [`secret`]. [`random`]. [`key`].
//! 4. [`twilio`], [`slack`] and [`sns`]: what these vendors send and take, their signatures and clients.
//! 5. [`config`]: secrets and `ringdown.toml`.
//! 6. [`jobs`]: [`jobs::forward`], [`jobs::escalate`], [`jobs::count`] and [`jobs::watch`]: read, decide, write, act.
//! 7. `testing` (feature `testing`): what tests stand on: Store and Queue in memory, a clock, settings, samples, a vendor.
//! 8. `aws` (feature `aws`): the AWS backend. Its local counterpart is the folder `local/`.
#![warn(missing_docs)]

#[cfg(feature = "aws")]
pub mod aws;
pub mod config;
pub mod domain;
pub mod error;
pub mod http;
pub mod jobs;
pub mod key;
pub mod payload;
pub mod random;
pub mod secret;
pub mod slack;
pub mod sns;
pub mod start_token;
pub mod storage;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod twilio;

pub use error::Error;
pub use jiff::tz::TimeZone;
pub use jiff::{SignedDuration, Timestamp};

/// `bytes` in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
