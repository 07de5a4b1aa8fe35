//! Attempts to log in: an address that has failed waits, longer each time. Nobody is locked out.
//!
//! An address that has not failed never waits, whatever others do. Where addresses fail in numbers, those that have
//! failed wait longer.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use shared::http::Request;
use shared::storage::{Condition, Increment, Key, Put, Record, Store};
use shared::{Error, SignedDuration, Timestamp};

/// The longest wait, in seconds.
const MAX_WAIT: u64 = 30;
/// An address is forgotten so many seconds after its last wait.
const MEMORY: i64 = 60 * 60;
/// Failures of all addresses are counted over so many seconds …
const WINDOW: i64 = 10 * 60;
/// … and so many of them are worth one second of waiting.
const FAILURES_PER_SECOND: u64 = 20;
/// The counter of failures, in the row of all addresses.
const FAILED: &str = "failed";

/// The record of an address.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Attempts {
    /// How often it has failed.
    failed: u32,
    /// When it may try again.
    #[serde(default)]
    next_at: Option<Timestamp>,
}

/// An attempt that may be looked at. It counts as failed until [`Attempt::succeeded`].
pub(crate) struct Attempt {
    address: String,
    /// The failures of its address, with this one.
    pub(crate) failed: u32,
    /// How long the address has to wait now, in seconds.
    pub(crate) wait: u64,
}

/// The address that a request came from, as API Gateway or the local server knows it: no header has a part in it. Of
/// IPv6 it is the network, as each of its hosts has as many addresses as it likes.
pub(crate) fn address(request: &Request) -> String {
    let peer = request.peer.as_deref().unwrap_or("unknown");
    match peer.parse() {
        Ok(IpAddr::V6(ip)) if ip.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(ip) => ip.to_canonical().to_string(),
        Err(_) => peer.chars().filter(char::is_ascii_graphic).take(64).collect(),
    }
}

/// How long an address waits after so many failures of its own, if all addresses together have failed so often: 1 s, 2 s,
/// 4 s, … 30 s.
fn wait(failed: u32, of_all: u64) -> u64 {
    let own = 1_u64.checked_shl(failed.saturating_sub(1)).unwrap_or(MAX_WAIT);
    own.max(of_all / FAILURES_PER_SECOND).clamp(1, MAX_WAIT)
}

impl Attempt {
    /// Begins an attempt, which is counted before it is looked at, so that many at once gain nothing; or how many seconds
    /// the address has to wait.
    ///
    /// # Errors
    /// The store does not answer.
    pub(crate) async fn begin(
        store: &dyn Store,
        request: &Request,
        now: Timestamp,
    ) -> Result<Result<Attempt, u64>, Error> {
        let address = address(request);
        let keys = [key(&address), key_of_all(now)];
        let records = store.load(&keys, now).await?;
        let mut records = records.into_iter();
        let (own, all) = (records.next().flatten(), records.next().flatten());
        let kept: Attempts = own.as_ref().and_then(read).unwrap_or_default();
        if let Some(left) = kept.next_at.filter(|next| *next > now) {
            let left = left.duration_since(now).as_secs_f64().ceil();
            return Ok(Err((left as u64).clamp(1, MAX_WAIT)));
        }
        let of_all: BTreeMap<String, u64> = all.as_ref().and_then(read).unwrap_or_default();
        let failed = kept.failed.saturating_add(1);
        let wait = wait(failed, of_all.get(FAILED).copied().unwrap_or_default());
        let next_at = later(now, i64::try_from(wait).unwrap_or_default());
        let condition = own.map_or(Condition::Absent, |record| Condition::At(record.revision));
        let put = put(&address, &Attempts { failed, next_at: Some(next_at) }, condition, next_at);
        match store.write(&[put.into()], now).await {
            Ok(()) => Ok(Ok(Attempt { address, failed, wait })),
            // Another attempt of the same address is being looked at.
            Err(Error::Conflict { .. }) => Ok(Err(1)),
            Err(error) => Err(error),
        }
    }

    /// Forgets the failures of the address. If that cannot be written, it waits once more than it should.
    pub(crate) async fn succeeded(self, store: &dyn Store, now: Timestamp) {
        let put = put(&self.address, &Attempts::default(), Condition::Always, now);
        if let Err(error) = store.write(&[put.into()], now).await {
            tracing::warn!(%error, "attempts to log in were not forgotten");
        }
    }

    /// Counts the failure among those of all addresses, whose row nobody waits for.
    pub(crate) async fn failed(&self, store: &dyn Store, now: Timestamp) {
        let increment = Increment {
            key: key_of_all(now),
            counters: BTreeMap::from([(FAILED.to_owned(), 1)]),
            expires_at: Timestamp::from_second((now.as_second() / WINDOW + 2) * WINDOW).ok(),
        };
        if let Err(error) = store.write(&[increment.into()], now).await {
            tracing::debug!(%error, "a failed log-in was not counted");
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(record: &Record) -> Option<T> {
    serde_json::from_str(&record.body).ok()
}

fn put(address: &str, attempts: &Attempts, condition: Condition, last: Timestamp) -> Put {
    let body = serde_json::to_string(attempts).unwrap_or_default();
    Put { key: key(address), body, condition, expires_at: Some(later(last, MEMORY)) }
}

fn key(address: &str) -> Key {
    Key::new(format!("log-in#{address}"), "attempts")
}

fn key_of_all(now: Timestamp) -> Key {
    Key::new("log-in#all", format!("failed-{}", now.as_second() / WINDOW))
}

fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wait_doubles_up_to_half_a_minute() {
        let waits: Vec<u64> = (1..=7).map(|failed| wait(failed, 0)).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!((wait(1, 199), wait(1, 200), wait(3, 100_000)), (9, 10, 30));
        assert_eq!(wait(u32::MAX, 0), 30);
    }

    #[test]
    fn address_is_the_peers_and_no_headers() {
        let of = |peer: Option<&str>| {
            let headers = [("x-forwarded-for", "203.0.113.9"), ("forwarded", "for=203.0.113.9")];
            let headers = headers.map(|(name, value)| (name.to_owned(), value.into())).to_vec();
            address(&Request { peer: peer.map(str::to_owned), headers, ..Request::default() })
        };
        for (peer, expected) in [
            (Some("198.51.100.7"), "198.51.100.7"),
            (Some("::ffff:198.51.100.7"), "198.51.100.7"),
            (Some("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64"),
            (Some("2001:db8:1:2:ffff::1"), "2001:db8:1:2::/64"),
            (Some("a b\n#"), "ab#"),
            (None, "unknown"),
        ] {
            assert_eq!(of(peer), expected);
        }
    }

    proptest! {
        #[test]
        fn wait_is_between_a_second_and_half_a_minute(failed in any::<u32>(), of_all in any::<u64>()) {
            prop_assert!((1..=MAX_WAIT).contains(&wait(failed, of_all)));
        }
    }
}
