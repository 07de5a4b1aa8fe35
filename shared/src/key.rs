//! The key of a record.

/// Where a record lives: a partition, and a place in its order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The partition. Its first word names the kind of record: permissions are given by it.
    pub pk: String,
    /// The place in the partition, in byte order.
    pub sk: String,
}

impl Key {
    /// A key of these two parts.
    pub fn new(pk: impl Into<String>, sk: impl Into<String>) -> Key {
        Key { pk: pk.into(), sk: sk.into() }
    }
}
