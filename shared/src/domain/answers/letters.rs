//! The two letters that name an incident in the texts to one person.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::escalation::IncidentId;

/// The letters that are chosen: none that looks like a digit or another letter, and no vowel, so that they spell nothing.
const ALPHABET: &[u8] = b"CDFHJKMNPRTVWXY";
/// How many pairs there are.
const PAIRS: usize = ALPHABET.len() * ALPHABET.len();
/// From one pair to the next that is tried: both letters differ, and all pairs come in turn.
const STEP: usize = ALPHABET.len() + 1;

/// Two letters of A to Z.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Letters([u8; 2]);

impl Letters {
    /// The letters of this incident: always the same, unless they are taken by another one.
    pub fn choose(incident: &IncidentId, taken: &[Letters]) -> Letters {
        let hash = Sha256::digest(incident.as_str());
        let first = usize::from(u16::from_be_bytes([hash[0], hash[1]]));
        let pair = |number: usize| {
            let number = number % PAIRS;
            let letter = |index: usize| ALPHABET[index % ALPHABET.len()];
            Letters([letter(number / ALPHABET.len()), letter(number)])
        };
        let mut all = (0..PAIRS).map(|tried| pair(first + tried * STEP));
        all.find(|letters| !taken.contains(letters)).unwrap_or_else(|| pair(first))
    }

    /// These two characters, if both are letters of A to Z in capitals.
    pub(in crate::domain) fn of(letters: [u8; 2]) -> Option<Letters> {
        letters.iter().all(u8::is_ascii_uppercase).then_some(Letters(letters))
    }
}

impl fmt::Display for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.0.map(char::from);
        write!(f, "{first}{second}")
    }
}

impl fmt::Debug for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letters({self})")
    }
}

impl From<Letters> for String {
    fn from(letters: Letters) -> String {
        letters.to_string()
    }
}

impl TryFrom<String> for Letters {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Letters, Self::Error> {
        let letters = text.as_bytes().try_into().ok().and_then(Letters::of);
        letters.ok_or("no two letters of A to Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incident_keeps_its_letters_and_two_never_share_them() {
        let first = Letters::choose(&"default-20300317-174640-000".into(), &[]);
        assert_eq!(first, Letters::choose(&"default-20300317-174640-000".into(), &[]));
        let mut taken = Vec::new();
        for _ in 0..PAIRS {
            let letters = Letters::choose(&"default-20300317-174640-000".into(), &taken);
            assert!(!taken.contains(&letters), "{letters}");
            taken.push(letters);
        }
        assert_eq!(Letters::choose(&"default-20300317-174640-000".into(), &taken), first);
        let all: String = taken.iter().map(Letters::to_string).collect();
        assert!(all.bytes().all(|letter| ALPHABET.contains(&letter)), "{all}");
    }

    #[test]
    fn letters_are_stored_as_text_and_nothing_else_is_read() {
        let letters = Letters::of(*b"KM").expect("letters");
        assert_eq!(serde_json::to_string(&letters).expect("JSON"), "\"KM\"");
        for (text, read) in
            [("\"KM\"", Some(letters)), ("\"km\"", None), ("\"K\"", None), ("\"KMX\"", None)]
        {
            assert_eq!(serde_json::from_str(text).ok(), read, "{text}");
        }
    }
}
