//! SNS: is a message's signature the one of a certificate; certificates and confirmations are fetched.
//!
//! 1. [`signature`]: pure. 2. [`client`]: fetches what [`crate::domain::sns::SnsUrl`] lets through, and nothing else.

pub mod client;
pub mod signature;
