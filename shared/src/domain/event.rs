//! An event of Twilio's Event Streams, once it was read.

use serde_json::Value;

/// The type of the event that Twilio sends when somebody tests a sink.
pub const TEST_EVENT: &str = "com.twilio.eventstreams.test-event";

/// One CloudEvent.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// `com.twilio.…`
    pub event_type: String,
    /// Names the event among those of its type. Twilio repeats an id across types (an Execution's start and end carry
    /// the same), and the test event's is always the account: there the test's own id is appended.
    pub id: String,
    /// The whole envelope. `data` is an object even where it arrived as JSON text.
    pub envelope: Value,
}
