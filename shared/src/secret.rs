//! A secret that redacts itself.

use std::fmt;

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
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
