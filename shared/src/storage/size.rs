//! How large a record may be. Every store refuses what DynamoDB refuses, so that what is tried on one machine holds in
//! the cloud.

use super::{MAX_TRANSACTION_ITEMS, Put};
use crate::Error;

/// The largest item of DynamoDB, in bytes: the names of its attributes count, and their values.
pub const MAX_ITEM_BYTES: usize = 400 * 1024;
/// The largest transaction of DynamoDB, in bytes of all its items.
pub const MAX_TRANSACTION_BYTES: usize = 4 * 1024 * 1024;
/// The longest partition key of DynamoDB, in bytes, …
const MAX_PK_BYTES: usize = 2048;
/// … and the longest sort key.
const MAX_SK_BYTES: usize = 1024;
/// The largest number of DynamoDB, in bytes.
const NUMBER_BYTES: usize = 21;

impl Put {
    /// The size of the item that this becomes, in bytes, as DynamoDB counts: never less than it has.
    pub fn item_bytes(&self) -> usize {
        let names = ["pk", "sk", "rev", "body"].iter().map(|name| name.len()).sum::<usize>();
        let expiry = self.expires_at.map_or(0, |_| "expires_at".len() + NUMBER_BYTES);
        names + self.key.pk.len() + self.key.sk.len() + NUMBER_BYTES + self.body.len() + expiry
    }
}

/// Checks one transaction before it is sent.
///
/// # Errors
/// [`Error::TooLargeToStore`] with what is too large: a record, or all of them together; there are too many of them, or a
/// key is too long.
pub fn check_size(puts: &[Put]) -> Result<(), Error> {
    let refuse = |what: String| Err(Error::TooLargeToStore(what));
    if puts.len() > MAX_TRANSACTION_ITEMS {
        return refuse(format!(
            "{} records at once, expected {MAX_TRANSACTION_ITEMS} at most",
            puts.len()
        ));
    }
    let mut all = 0;
    for put in puts {
        let (pk, bytes) = (put.key.pk.as_str(), put.item_bytes());
        if pk.len() > MAX_PK_BYTES || put.key.sk.len() > MAX_SK_BYTES {
            return refuse(format!("a key of {} bytes", pk.len() + put.key.sk.len()));
        }
        if bytes > MAX_ITEM_BYTES {
            return refuse(format!("a record of {pk} of {bytes} bytes, expected {MAX_ITEM_BYTES}"));
        }
        all += bytes;
    }
    match all > MAX_TRANSACTION_BYTES {
        true => refuse(format!("{all} bytes at once, expected {MAX_TRANSACTION_BYTES} at most")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Condition, Key};
    use super::*;

    fn put(sk: &str, bytes: usize) -> Put {
        Put {
            key: Key::new("p", sk),
            body: "x".repeat(bytes),
            condition: Condition::Always,
            expires_at: None,
        }
    }

    #[test]
    fn record_counts_its_key_and_the_names_of_its_attributes() {
        let fixed = put("s", 0).item_bytes();
        assert!((13..50).contains(&fixed), "{fixed}");
        assert_eq!(put("sort", 7).item_bytes(), fixed + 3 + 7);
        let expires_at = Some(jiff::Timestamp::UNIX_EPOCH);
        assert!(Put { expires_at, ..put("s", 0) }.item_bytes() > fixed + "expires_at".len());
    }

    #[test]
    fn transaction_is_refused_above_each_limit_only() {
        let fits = MAX_ITEM_BYTES - put("s", 0).item_bytes();
        let many = |count: usize, bytes| -> Vec<Put> {
            (0..count).map(|n| put(&n.to_string(), bytes)).collect()
        };
        assert!(check_size(&[]).is_ok());
        assert!(check_size(&[put("s", fits)]).is_ok());
        assert!(check_size(&many(100, 10)).is_ok());
        assert!(check_size(&many(10, 400_000)).is_ok());
        for refused in [
            vec![put("s", fits + 1)],
            many(101, 10),
            many(11, 400_000),
            vec![put(&"k".repeat(MAX_SK_BYTES + 1), 1)],
        ] {
            let told = check_size(&refused);
            assert!(matches!(told, Err(Error::TooLargeToStore(_))), "{told:?}");
        }
    }
}
