//! Flows at Twilio: name and state, and the definition of each revision. Fetched when a page needs it first, never
//! while an event is taken, and kept in the Store.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use studio::Flow;

use crate::Error;
use crate::config::Settings;
use crate::domain::executions::views::FlowResource;
use crate::domain::sid::Sid;
use crate::jobs::twilio_api::twilio_api;
use crate::storage::flows::{self, Fetched, put_fetched, read_fetched};
use crate::storage::{Key, MAX_ITEM_BYTES, Store};
use crate::twilio::rest::{Api, ApiError, Wire};
use crate::twilio::studio::flows::Flows;

/// How long Twilio may take to answer: a page waits for it.
const FETCH_TIMEOUT: Duration = Duration::from_secs(3);
/// The time after a failure before Twilio is asked again.
const RETRY_AFTER: SignedDuration = SignedDuration::from_mins(1);
/// The age from which the state of a Flow is asked for again.
const MAX_RESOURCE_AGE: SignedDuration = SignedDuration::from_mins(10);

/// The sources for Flows.
#[derive(Clone, Copy)]
pub struct Definitions<'a> {
    /// Twilio's credentials.
    pub settings: &'a Settings,
    /// Carries requests to Twilio.
    pub wire: &'a Wire,
    /// Where it is kept.
    pub store: &'a Arc<dyn Store>,
}

/// The definition of a revision.
#[derive(Clone, Debug, PartialEq)]
pub struct RevisionDefinition {
    /// Its JSON, as Twilio wrote it.
    pub text: String,
    /// The Flow.
    pub flow: Flow,
}

impl Definitions<'_> {
    /// The name and the state of a Flow, no older than ten minutes where Twilio answers. Where there is none, or an older
    /// one, it says why.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn resource(
        &self,
        flow: &Sid,
        now: Timestamp,
    ) -> Result<Fetched<FlowResource>, Error> {
        let fetch = |api: Api| async move { Flows(&api).one(flow).await };
        self.cached_or_fetched(flows::resource(flow), Some(MAX_RESOURCE_AGE), fetch, now).await
    }

    /// The definition of a revision. Where there is none it says why.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn definition(
        &self,
        flow: &Sid,
        revision: u32,
        now: Timestamp,
    ) -> Result<Fetched<RevisionDefinition>, Error> {
        let fetch = |api: Api| async move { Flows(&api).definition(flow, revision).await };
        let key = flows::definition(flow, revision);
        let Fetched { at, value, failure, is_gone } =
            self.cached_or_fetched(key, None, fetch, now).await?;
        let parsed = value.map(|text: Box<RawValue>| parse(&text));
        Ok(match parsed {
            Some(Ok(definition)) => Fetched { at, value: Some(definition), failure, is_gone },
            Some(Err(why)) => Fetched { at, value: None, failure: Some(why), is_gone },
            None => Fetched { at, value: None, failure, is_gone },
        })
    }

    /// Returns what is kept, or what Twilio gives where that is missing or older than `max_age`.
    async fn cached_or_fetched<
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, ApiError>>,
    >(
        &self,
        key: Key,
        max_age: Option<SignedDuration>,
        fetch: impl FnOnce(Api) -> F,
        now: Timestamp,
    ) -> Result<Fetched<T>, Error> {
        let records = self.store.load(std::slice::from_ref(&key), now).await?;
        let kept: Option<Fetched<T>> = records.iter().flatten().find_map(read_fetched);
        let never = || Fetched { at: Timestamp::MIN, value: None, failure: None, is_gone: false };
        let kept = kept.unwrap_or_else(never);
        let age = now.duration_since(kept.at);
        let is_due = match (&kept.value, &kept.failure) {
            (_, Some(_)) => age >= RETRY_AFTER,
            (Some(_), None) => max_age.is_some_and(|max_age| age >= max_age),
            (None, None) => true,
        };
        if !is_due {
            return Ok(kept);
        }
        let api = match twilio_api(self.settings, self.wire, self.store, now) {
            Ok(api) => api,
            Err(why) => return Ok(Fetched { failure: Some(why), ..kept }),
        };
        let fetched = match tokio::time::timeout(FETCH_TIMEOUT, fetch(api)).await {
            Ok(Ok(value)) => Fetched { at: now, value: Some(value), failure: None, is_gone: false },
            Ok(Err(error)) => {
                let is_gone = error.is_not_found();
                Fetched { at: now, failure: Some(error.into_text()), is_gone, ..kept }
            }
            Err(_) => {
                let why = "Twilio did not answer within three seconds".to_owned();
                Fetched { at: now, failure: Some(why), ..kept }
            }
        };
        self.keep(key, fetched, now).await
    }

    /// Keeps what was fetched. What is too large is not kept, and not given: it would be fetched with every look.
    async fn keep<T: Serialize>(
        &self,
        key: Key,
        fetched: Fetched<T>,
        now: Timestamp,
    ) -> Result<Fetched<T>, Error> {
        let put = put_fetched(key.clone(), &fetched, now);
        if put.item_bytes() <= MAX_ITEM_BYTES {
            self.store.write(&[put.into()], now).await?;
            return Ok(fetched);
        }
        let bytes = put.item_bytes();
        let why = format!("it has {bytes} bytes, and {MAX_ITEM_BYTES} at most can be kept");
        let fetched = Fetched { at: now, value: None, failure: Some(why), is_gone: false };
        self.store.write(&[put_fetched(key, &fetched, now).into()], now).await?;
        Ok(fetched)
    }
}

/// Reads a definition that was kept.
///
/// # Errors
/// Why it is none.
pub(super) fn parse(text: &RawValue) -> Result<RevisionDefinition, String> {
    let text = text.get();
    Ok(RevisionDefinition { flow: Flow::parse(text)?, text: text.to_owned() })
}

#[cfg(test)]
mod tests;
