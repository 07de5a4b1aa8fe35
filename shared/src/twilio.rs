//! Twilio: what it sends us, and how we know that it was Twilio.

pub mod event_stream;
pub mod signature;
mod url;
