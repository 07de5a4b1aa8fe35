//! A secret that redacts itself.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// A token, password or address that must not reach a log: `Debug` shows three dots, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps `value`; white space around it (a line end in a file or a parameter) is not part of a secret.
    pub fn new(value: &str) -> Secret {
        Secret(value.trim().to_owned())
    }

    /// The secret itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether what somebody shows is this secret. Compares in constant time, whatever the two lengths are; an empty
    /// secret is nobody's.
    pub fn is(&self, shown: &str) -> bool {
        let tag = |text: &str| self.tag(&[b"ringdown same ", text.trim().as_bytes()]);
        !self.0.is_empty() && bool::from(tag(&self.0).ct_eq(&tag(shown)))
    }

    /// HMAC-SHA256 of these parts, one behind the other, under this secret (RFC 2104): 32 bytes.
    pub fn tag(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes())
            .expect("HMAC takes a key of any length");
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().to_vec()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_is_itself_and_nothing_else() {
        let secret = Secret::new("a secret\n");
        assert!(secret.is("a secret") && secret.is(" a secret "));
        for shown in ["", "a", "a secre", "a secret!", "A secret"] {
            assert!(!secret.is(shown), "{shown}");
        }
        assert!(!Secret::new("").is(""), "an empty one lets nobody in");
    }
}
