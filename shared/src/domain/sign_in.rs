//! The identity of somebody who has opened the pages. Pure: time and what is random are arguments.
//!
//! 1. [`Codes`]: the six digits that a person's phone gets, who may try them, and how many may be sent.
//! 2. [`Session`]: what a right code, or a [`Link`], begins in a browser. It is stored under the hash of its token.
//! 3. [`TextLink`]: what the link in a text about an incident opens.

mod code;
mod session;
#[cfg(test)]
mod tests;
mod text_link;

pub use code::{
    AskForCode, Attempt, CODE_LIFETIME, Codes, Digits, MAX_CODE_REQUESTS, MAX_CODES,
    MAX_CODES_OF_A_PERSON, MAX_TRIES, NotSent, Recent,
};
pub use session::{LINK_LIFETIME, Link, SESSION_LIFETIME, Session, browser_name};
pub use text_link::{TEXT_LINK_LIFETIME, TextLink, TextToken};

use sha2::{Digest, Sha256};

/// The longest name of a person that is looked at, in bytes. (A configuration takes 80 characters.)
pub const MAX_NAME_BYTES: usize = 320;

/// The hash of these parts under a purpose, in hexadecimal. Where one part stops, and the next begins, is part of it.
pub fn hash(purpose: &str, parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in [purpose].iter().chain(parts) {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    crate::hex(&hasher.finalize())
}
