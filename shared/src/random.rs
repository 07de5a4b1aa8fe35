//! Bytes that nobody can guess, from the system's random source.

use ring::rand::{SecureRandom, SystemRandom};

use crate::Error;

/// A random number.
///
/// # Errors
/// The system gives none.
pub fn number() -> Result<u64, Error> {
    bytes().map(u64::from_le_bytes)
}

/// A random token: 32 bytes in hexadecimal.
///
/// # Errors
/// The same.
pub fn token() -> Result<String, Error> {
    bytes::<32>().map(|bytes| crate::hex(&bytes))
}

/// So many random bytes.
///
/// # Errors
/// The same.
pub fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| Error::NotSetUp("the system has no random source".to_owned()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_long_and_never_the_same() {
        let (one, other) = (token().expect("a token"), token().expect("a token"));
        assert_eq!((one.len(), other.len()), (64, 64));
        assert_ne!(one, other);
    }
}
