//! The last good configuration with its calendars, as it is kept in the store: compressed, in pieces, named by a hash of
//! its content. It is used while a newer one fails its check.
//!
//! One partition holds all of it. The record [`CURRENT`] names the configuration that is kept, and is written last, only
//! if it is unchanged since it was read; the pieces never change. Beside it stands [`REJECTED`]: what is wrong with the
//! newer one, so that it is reported once.

use base64::prelude::{BASE64_STANDARD, Engine};
use jiff::{SignedDuration, Timestamp};
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::file::Config;
use super::rejected::Rejected;
use crate::Error;
use crate::storage::{Condition, Key, Put, Record, Store};

/// The partition of the last good configuration: permissions are given by it.
pub const PARTITION: &str = "config";
/// The record that names the configuration that is kept.
const CURRENT: &str = "current";
/// The record of the newer configuration that failed its check.
const REJECTED: &str = "rejected";

/// How long a configuration is kept that nobody uses any more.
const RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How old a configuration that is in use gets before it is written again: it never expires under a running system.
const REFRESH_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// How far another process's clock may be behind: what is taken away is gone there too.
const OTHER_CLOCKS: SignedDuration = SignedDuration::from_hours(24);

/// The size of a piece, in bytes of its base64: an item of DynamoDB has 400 KB at most.
const MAX_PART_BYTES: usize = 256 * 1024;
/// The most pieces of one configuration: 16 MiB compressed.
const MAX_PARTS: usize = 85;
/// The size of a configuration with its calendars, in bytes of JSON.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// How many pieces are read at once: an answer of DynamoDB has 16 MB at most.
const PARTS_AT_ONCE: usize = 20;
/// zlib's usual level.
const COMPRESSION: u8 = 6;

/// The parts of a configuration: `(name, text)`.
pub(super) type Parts = Vec<(String, String)>;

/// A hash of the parts of a configuration, in whatever order they are: 64 hexadecimal digits.
pub(super) fn hash(parts: &[(String, String)]) -> String {
    crate::hex(&Sha256::digest(json(parts)))
}

fn json(parts: &[(String, String)]) -> Vec<u8> {
    let mut parts: Vec<&(String, String)> = parts.iter().collect();
    parts.sort();
    // Strings always serialise.
    serde_json::to_vec(&parts).unwrap_or_default()
}

/// A record of the partition, and its revision.
pub(super) struct Stored<T> {
    pub(super) value: T,
    revision: u64,
}

/// Which configuration is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Current {
    /// Names it.
    pub(super) hash: String,
    #[serde(rename = "pieces")]
    parts: usize,
    /// Since when it is the one that is kept.
    pub(super) since: Timestamp,
    written_at: Timestamp,
}

/// How the partition stands.
#[derive(Default)]
pub(super) struct State {
    pub(super) current: Option<Stored<Current>>,
    pub(super) rejected: Option<Stored<Rejected>>,
}

fn key(sk: &str) -> Key {
    Key::new(PARTITION, sk)
}

fn part_key(hash: &str, number: usize) -> Key {
    key(&format!("{hash}#{number:03}"))
}

/// Reads which configuration is kept, and which is rejected.
pub(super) async fn state(store: &dyn Store, now: Timestamp) -> Result<State, Error> {
    let mut records = store.load(&[key(CURRENT), key(REJECTED)], now).await?.into_iter();
    let mut next = || records.next().flatten();
    Ok(State { current: read(next()), rejected: read(next()) })
}

/// The names of the parts of the configuration that is kept; `None` if there is none.
///
/// # Errors
/// If the store does not answer, or if what it holds is not what was written.
pub async fn kept_names(store: &dyn Store, now: Timestamp) -> Result<Option<Vec<String>>, Error> {
    let Some(current) = state(store, now).await?.current else { return Ok(None) };
    let parts = load(store, &current.value, now).await?;
    Ok(Some(parts.into_iter().map(|(name, _)| name).collect()))
}

/// The configuration that is kept, compiled; `None` if there is none.
///
/// # Errors
/// If the store does not answer, or if what it holds is not what was written or cannot be used by now.
pub async fn kept_config(store: &dyn Store, now: Timestamp) -> Result<Option<Config>, Error> {
    let Some(current) = state(store, now).await?.current else { return Ok(None) };
    let parts = load(store, &current.value, now).await?;
    Config::parse_beside(parts, &[]).map(Some).map_err(damaged)
}

/// Takes away which configuration is kept, and what was wrong with a newer one.
///
/// # Errors
/// If the store does not answer.
pub async fn forget_kept(store: &dyn Store, now: Timestamp) -> Result<(), Error> {
    let state = state(store, now).await?;
    state.clear_rejected(store, now).await?;
    let Some(before) = state.current else { return Ok(()) };
    let (revision, over) = (Some(before.revision), now.checked_sub(OTHER_CLOCKS).ok());
    put(store, CURRENT, &before.value, revision, over, now).await?;
    Ok(())
}

/// A record that cannot be read counts as none.
fn read<T: DeserializeOwned>(record: Option<Record>) -> Option<Stored<T>> {
    let record = record?;
    let value = serde_json::from_str(&record.body)
        .inspect_err(|error| tracing::error!(sk = record.key.sk, %error, "a record cannot be read"))
        .ok()?;
    Some(Stored { value, revision: record.revision })
}

/// Reads the parts of the configuration that is kept.
///
/// # Errors
/// If the store does not answer, or if what it holds is not what was written.
pub(super) async fn load(
    store: &dyn Store,
    current: &Current,
    now: Timestamp,
) -> Result<Parts, Error> {
    let keys: Vec<Key> =
        (0..current.parts.min(MAX_PARTS)).map(|number| part_key(&current.hash, number)).collect();
    let mut text = String::new();
    for keys in keys.chunks(PARTS_AT_ONCE) {
        for record in store.load(keys, now).await? {
            let missing =
                || Error::Store("a piece of the last good configuration is missing".into());
            let record = record.ok_or_else(missing)?;
            let part: String = serde_json::from_str(&record.body).map_err(damaged)?;
            text += &part;
        }
    }
    let parts = unpack(&text)?;
    match hash(&parts) == current.hash {
        true => Ok(parts),
        false => Err(damaged("its hash is another one")),
    }
}

fn damaged(why: impl std::fmt::Display) -> Error {
    Error::Store(format!("the last good configuration cannot be read: {why}"))
}

fn unpack(text: &str) -> Result<Parts, Error> {
    let packed = BASE64_STANDARD.decode(text).map_err(damaged)?;
    let json = decompress_to_vec_zlib_with_limit(&packed, MAX_BYTES).map_err(damaged)?;
    serde_json::from_slice(&json).map_err(damaged)
}

/// The bodies of a configuration's pieces.
///
/// # Errors
/// If it is too large to be kept.
fn pack(parts: &[(String, String)]) -> Result<Vec<String>, Error> {
    let json = json(parts);
    let too_large = || Error::Store("the configuration is too large to be kept".to_owned());
    if json.len() > MAX_BYTES {
        return Err(too_large());
    }
    let text = BASE64_STANDARD.encode(compress_to_vec_zlib(&json, COMPRESSION));
    let parts: Vec<String> = text
        .as_bytes()
        .chunks(MAX_PART_BYTES)
        // base64 needs no escapes.
        .map(|part| format!("\"{}\"", String::from_utf8_lossy(part)))
        .collect();
    if parts.len() > MAX_PARTS { Err(too_large()) } else { Ok(parts) }
}

impl State {
    /// Whether this configuration, which is good or in use, is to be written: it is not the one that is kept, or was
    /// written more than a day ago.
    pub(super) fn needs(&self, hash: &str, now: Timestamp) -> bool {
        self.current.as_ref().is_none_or(|current| {
            let Current { hash: kept, written_at, .. } = &current.value;
            kept != hash || now.duration_since(*written_at) > REFRESH_AFTER
        })
    }

    /// Writes a configuration as the one that is kept, unless somebody else has written another since `self` was read.
    /// Gives whether it was written.
    pub(super) async fn save(
        &self,
        store: &dyn Store,
        parts: &[(String, String)],
        now: Timestamp,
    ) -> Result<bool, Error> {
        let hash = hash(parts);
        let parts = pack(parts)?;
        let count = parts.len();
        let expires_at = now.checked_add(RETENTION).ok();
        for (number, body) in parts.into_iter().enumerate() {
            let key = part_key(&hash, number);
            store
                .write(&[Put { key, body, condition: Condition::Always, expires_at }.into()], now)
                .await?;
        }
        let before = self.current.as_ref();
        let same = before.filter(|current| current.value.hash == hash);
        let since = same.map_or(now, |current| current.value.since);
        let current = Current { hash, parts: count, since, written_at: now };
        put(store, CURRENT, &current, before.map(|before| before.revision), expires_at, now).await
    }

    /// Writes what is wrong with the newer configuration, unless somebody else has written since `self` was read. Gives
    /// whether it was written.
    pub(super) async fn set_rejected(
        &self,
        store: &dyn Store,
        rejected: &Rejected,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let revision = self.rejected.as_ref().map(|before| before.revision);
        let expires_at = now.checked_add(RETENTION).ok();
        put(store, REJECTED, rejected, revision, expires_at, now).await
    }

    /// Takes that away, unless somebody else has written since. Gives whether it was taken away.
    pub(super) async fn clear_rejected(
        &self,
        store: &dyn Store,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let Some(before) = &self.rejected else { return Ok(false) };
        let revision = Some(before.revision);
        put(store, REJECTED, &before.value, revision, now.checked_sub(OTHER_CLOCKS).ok(), now).await
    }
}

/// Writes a record if it is unchanged since it was read at this revision. Gives whether it was.
async fn put(
    store: &dyn Store,
    sk: &str,
    value: &impl Serialize,
    revision: Option<u64>,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool, Error> {
    let body = serde_json::to_string(value).unwrap_or_default();
    let condition = revision.map_or(Condition::Absent, Condition::At);
    match store.write(&[Put { key: key(sk), body, condition, expires_at }.into()], now).await {
        Ok(()) => Ok(true),
        Err(Error::Conflict { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
