//! How large a record may be. Every store refuses what DynamoDB refuses, so that what is tried on one machine holds in
//! the cloud.

use std::collections::HashSet;

use super::{MAX_TRANSACTION_ITEMS, Put, Write};
use crate::Error;

/// The largest item of DynamoDB, in bytes: the names of its attributes count, and their values.
pub const MAX_ITEM_BYTES: usize = 400 * 1024;
/// The largest transaction of DynamoDB, in bytes of all its items.
pub const MAX_TRANSACTION_BYTES: usize = 4 * 1024 * 1024;
/// The longest partition key of DynamoDB, in bytes, …
const MAX_PK_BYTES: usize = 2048;
/// … and the longest sort key.
const MAX_SK_BYTES: usize = 1024;
/// The most counters of one increment: DynamoDB takes 4 KB of an expression.
pub(super) const MAX_COUNTERS: usize = 250;
/// The largest number of DynamoDB, in bytes.
pub(super) const NUMBER_BYTES: usize = 21;

impl Put {
    /// The size of the item that this becomes, in bytes, as DynamoDB counts: never less than it has.
    pub fn item_bytes(&self) -> usize {
        let names = ["pk", "sk", "rev", "body"].iter().map(|name| name.len()).sum::<usize>();
        let expiry = self.expires_at.map_or(0, |_| "expires_at".len() + NUMBER_BYTES);
        names + self.key.pk.len() + self.key.sk.len() + NUMBER_BYTES + self.body.len() + expiry
    }
}

impl Write {
    /// The size of the item, in bytes, as DynamoDB counts: of an increment, that of its own counters.
    pub fn item_bytes(&self) -> usize {
        match self {
            Write::Put(put) => put.item_bytes(),
            Write::Increment(increment) => increment.item_bytes(),
        }
    }
}

/// Checks one transaction before it is sent.
///
/// # Errors
/// [`Error::TooLargeToStore`] with what is too large: a record, or all of them together; there are too many of them, or of
/// the counters of one increment, or a key is too long. [`Error::Store`] if a key is written twice, which no store takes.
pub fn check_size(writes: &[Write]) -> Result<(), Error> {
    let refuse = |what: String| Err(Error::TooLargeToStore(what));
    if writes.len() > MAX_TRANSACTION_ITEMS {
        let count = writes.len();
        return refuse(format!(
            "{count} records at once, expected {MAX_TRANSACTION_ITEMS} at most"
        ));
    }
    let (mut all, mut keys) = (0, HashSet::new());
    for write in writes {
        let (key, bytes) = (write.key(), write.item_bytes());
        let pk = key.pk.as_str();
        if pk.len() > MAX_PK_BYTES || key.sk.len() > MAX_SK_BYTES {
            return refuse(format!("a key of {} bytes", pk.len() + key.sk.len()));
        }
        check_item(pk, bytes)?;
        if let Write::Increment(increment) = write
            && increment.counters.len() > MAX_COUNTERS
        {
            let count = increment.counters.len();
            return refuse(format!("{count} counters at once, expected {MAX_COUNTERS} at most"));
        }
        if !keys.insert(key) {
            return Err(Error::Store(format!("a record of {pk} is written twice at once")));
        }
        all += bytes;
    }
    match all > MAX_TRANSACTION_BYTES {
        true => refuse(format!("{all} bytes at once, expected {MAX_TRANSACTION_BYTES} at most")),
        false => Ok(()),
    }
}

/// Checks the size of one item, in bytes.
///
/// # Errors
/// [`Error::TooLargeToStore`] if no store takes it.
pub fn check_item(pk: &str, bytes: usize) -> Result<(), Error> {
    match bytes > MAX_ITEM_BYTES {
        true => Err(Error::TooLargeToStore(format!(
            "a record of {pk} of {bytes} bytes, expected {MAX_ITEM_BYTES}"
        ))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Condition, Increment, Key, writes};
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
        let many = |count: usize, bytes| -> Vec<Write> {
            writes((0..count).map(|n| put(&n.to_string(), bytes)))
        };
        let counters = |count: usize, bytes: usize| -> Vec<Write> {
            let names = (0..count).map(|n| (format!("{n:0bytes$}"), 1));
            vec![Increment::of("row", names).into()]
        };
        assert!(check_size(&[]).is_ok());
        assert!(check_size(&[put("s", fits).into()]).is_ok());
        assert!(check_size(&many(100, 10)).is_ok());
        assert!(check_size(&many(10, 400_000)).is_ok());
        assert!(check_size(&counters(MAX_COUNTERS, 1_000)).is_ok());
        for refused in [
            writes([put("s", fits + 1)]),
            many(101, 10),
            many(11, 400_000),
            writes([put(&"k".repeat(MAX_SK_BYTES + 1), 1)]),
            counters(MAX_COUNTERS + 1, 10),
            counters(MAX_COUNTERS, 2_000),
        ] {
            let told = check_size(&refused);
            assert!(matches!(told, Err(Error::TooLargeToStore(_))), "{told:?}");
        }
    }

    #[test]
    fn key_that_is_written_twice_is_refused() {
        let twice = writes([put("s", 1), put("s", 2)]);
        assert!(matches!(check_size(&twice), Err(Error::Store(_))));
    }
}
