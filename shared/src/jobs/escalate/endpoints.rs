//! The endpoints: each verifies its request, hands it to the job, and answers.

mod inbound;
mod monitor;
mod reply;
mod slack;
mod sns;
mod studio;
mod voice;

pub use voice::CallResponse;

use std::time::Duration;

/// How long a person in a call waits for us at most, before they are asked for a moment. Twilio itself gives up after
/// fifteen seconds, and people before that.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(3_500);
