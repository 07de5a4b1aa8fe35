//! Ids that nobody had before, and secrets that nobody can guess.

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;

use shared::hex;

/// 32 hexadecimal digits that nobody had before: as much as an id needs, not enough for a secret.
pub(crate) fn random() -> String {
    let half = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", half(), half())
}

/// 32 random bytes of the system, in hexadecimal: enough for a secret.
pub(crate) fn secret() -> std::io::Result<String> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(hex(&bytes))
}

/// An id that nobody had before, written as a UUID is.
pub fn uuid() -> String {
    let hex = random();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}
