//! The records of people who have opted out of our texts. [`all`] is what pages show.
//!
//! A record is about one number: whoever has another one since has not opted out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Condition, Key, Put, Store, all_records};
use crate::Error;
use crate::domain::e164::E164;
use crate::domain::escalation::Person;
use crate::domain::sign_in::hash;

/// The partition of people who have opted out, by their names.
pub const OPT_OUTS: &str = "opt-outs";

/// How we know that somebody has opted out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// They texted STOP, or a word like it.
    Stop,
    /// Twilio refused a text to them: error 21610.
    Refused,
}

/// That somebody has opted out of our texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptOut {
    /// Since when, as far as we know.
    pub since: Timestamp,
    /// How we know.
    pub how: How,
    /// The hash of their number.
    number: String,
}

impl OptOut {
    fn is_about(&self, phone: &E164) -> bool {
        self.number == number_hash(phone)
    }
}

fn number_hash(phone: &E164) -> String {
    hash("opted out", &[phone.as_str()])
}

fn key(person: &str) -> Key {
    Key::new(OPT_OUTS, person)
}

/// The opt-outs of those of these people who have opted out, by name.
///
/// # Errors
/// The store does not answer.
pub async fn all(
    store: &dyn Store,
    people: &BTreeMap<String, Person>,
    now: Timestamp,
) -> Result<BTreeMap<String, OptOut>, Error> {
    let records = all_records(store, OPT_OUTS, now).await?.into_iter();
    let stored = records.filter_map(|record| {
        let opt_out: OptOut = serde_json::from_str(&record.body).ok()?;
        let person = people.get(&record.key.sk)?;
        opt_out.is_about(&person.phone).then_some((record.key.sk, opt_out))
    });
    Ok(stored.collect())
}

/// Whether this person, who has this number, has opted out.
///
/// # Errors
/// The store does not answer.
pub async fn one(
    store: &dyn Store,
    person: &str,
    phone: &E164,
    now: Timestamp,
) -> Result<Option<OptOut>, Error> {
    let record = store.load(&[key(person)], now).await?.into_iter().flatten().next();
    let opt_out = record.and_then(|record| serde_json::from_str::<OptOut>(&record.body).ok());
    Ok(opt_out.filter(|opt_out| opt_out.is_about(phone)))
}

/// Keeps that this person has opted out with this number.
///
/// # Errors
/// The store does not answer.
pub async fn keep(
    store: &dyn Store,
    person: &str,
    phone: &E164,
    how: How,
    now: Timestamp,
) -> Result<(), Error> {
    let opt_out = OptOut { since: now, how, number: number_hash(phone) };
    // Texts and times always serialise.
    let body = serde_json::to_string(&opt_out).unwrap_or_default();
    let condition = Condition::Always;
    store.write(&[Put { key: key(person), body, condition, expires_at: None }.into()], now).await
}

/// Forgets that this person has opted out.
///
/// # Errors
/// The store does not answer.
pub async fn clear(store: &dyn Store, person: &str, now: Timestamp) -> Result<(), Error> {
    let (body, condition) = ("{}".to_owned(), Condition::Always);
    let over = Put { key: key(person), body, condition, expires_at: Some(now) };
    store.write(&[over.into()], now).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::MemoryBackend;
    use crate::testing::sample::{self, at};

    #[tokio::test]
    async fn opt_out_stands_until_it_is_cleared_or_the_number_changes() {
        let store = MemoryBackend::default().store;
        let person = |phone: &E164| Person { phone: phone.clone(), slack: None, text_links: true };
        let people = |phone: &E164| {
            BTreeMap::from([
                ("alpha".to_owned(), person(phone)),
                ("bravo".to_owned(), person(&sample::phone("+15005550002"))),
            ])
        };
        let phone = &sample::phone("+15005550001");
        keep(&store, "alpha", phone, How::Stop, at(0)).await.expect("kept");
        // The hash of a number must stay what it is: else whoever has opted out is texted.
        let hash = "bf4a9a883a63f2ce99ccb05bf7cf6822e25ec9d58d983d90b8cac7ed3b1a863f";
        let record = store.load(&[key("alpha")], at(1)).await.expect("it").remove(0).expect("kept");
        assert!(record.body.contains(hash), "{}", record.body);
        let found = all(&store, &people(phone), at(1)).await.expect("all");
        assert_eq!(found.keys().collect::<Vec<_>>(), ["alpha"]);
        assert_eq!((found["alpha"].since, found["alpha"].how), (at(0), How::Stop));
        assert!(one(&store, "alpha", phone, at(1)).await.expect("one").is_some());
        let other = &sample::phone("+15005550009");
        assert!(all(&store, &people(other), at(1)).await.expect("all").is_empty());
        assert!(one(&store, "alpha", other, at(1)).await.expect("one").is_none());
        clear(&store, "alpha", at(2)).await.expect("cleared");
        assert!(one(&store, "alpha", phone, at(3)).await.expect("one").is_none());
        assert!(all(&store, &people(phone), at(3)).await.expect("all").is_empty());
    }
}
