//! The one crate that the doors share. The map, in suggested reading order:
//!
//! 1. [`http`]: a request as received, an answer; [`payload`]: what Lambda hands us; [`error`]: what can go wrong, and the status it answers with.
//! 2. [`twilio`]: is it Twilio's ([`twilio::signature`]), and what does it say ([`twilio::event_stream`])?
//! 3. [`routes`]: which event goes to which channel, in which words.
//! 4. [`slack`]: lines into posts ([`slack::message`]), posts to Slack ([`slack::client`]).
//! 5. [`forward`]: the job that ties them together: event → queue → Slack; [`dead_letters`]: what could not pass.
//! 6. [`ports`]: Store and Queue, the only two traits; [`config`]: secrets and `ringdown.toml`.
//! 7. `aws` (feature `aws`): the room in the cloud. Its twin on one machine is the folder `local/`.
#![warn(missing_docs)]

#[cfg(feature = "aws")]
pub mod aws;
pub mod config;
pub mod dead_letters;
pub mod error;
pub mod forward;
pub mod http;
pub mod payload;
pub mod ports;
pub mod routes;
pub mod secret;
pub mod slack;
pub mod twilio;

pub use error::Error;
pub use jiff::Timestamp;

/// `bytes` in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Phone numbers in a text, shown by their last four digits: `+15005550001` becomes `+…0001`.
pub fn mask_numbers(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('+') {
        let (before, number) = rest.split_at(at + 1);
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        masked.push_str(before);
        // E.164: 7 to 15 digits.
        let (number, behind) = number.split_at(digits);
        if (7..=15).contains(&digits) {
            masked.push('…');
            masked.push_str(&number[digits - 4..]);
        } else {
            masked.push_str(number);
        }
        rest = behind;
    }
    masked + rest
}
