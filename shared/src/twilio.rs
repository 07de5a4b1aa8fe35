//! Twilio: what it sends us, and how we know that it was Twilio.

pub mod callbacks;
pub mod event_stream;
pub mod inbound;
pub mod rest;
pub mod signature;
pub mod status;
pub mod studio;
mod url;
pub mod voice;
