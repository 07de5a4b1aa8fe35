//! Fetches two things of SNS: the certificates that it signs with, and the confirmations of subscriptions.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, RwLock};

use super::signature::Certificate;
use crate::Error;
use crate::domain::sns::SnsUrl;

/// How long a fetch may take, all in all.
const FETCH_TIMEOUT: Duration = Duration::from_secs(3);
/// The most that is read of an answer.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// How many certificates that are not known yet are fetched within [`FETCH_WINDOW`].
const MAX_FETCHES: usize = 10;
/// How long a fetch of a certificate counts, and one that brought none stands for the next.
const FETCH_WINDOW: SignedDuration = SignedDuration::from_mins(1);
/// How many certificates are kept. A region has one, and changes it once in a while.
const MAX_CERTIFICATES: usize = 16;

/// A client for SNS' own URLs.
pub struct Client {
    http: reqwest::Client,
    /// The certificates that were fetched, the newest last.
    known: RwLock<Vec<(SnsUrl, Certificate)>>,
    /// What was fetched of late. Locked while one is: whoever wants the same waits, and finds it.
    fetches: Mutex<Vec<Fetch>>,
    /// What stands in for every host of SNS, in tests.
    #[cfg(any(test, feature = "testing"))]
    stand_in: Option<String>,
}

/// A fetch of a certificate.
struct Fetch {
    url: SnsUrl,
    at: Timestamp,
    /// Why there is no certificate, if that is known.
    refusal: Option<&'static str>,
}

impl Client {
    /// A client that sends its requests through this one, which follows no redirects.
    pub fn new(http: reqwest::Client) -> Client {
        Client {
            http,
            known: RwLock::default(),
            fetches: Mutex::default(),
            #[cfg(any(test, feature = "testing"))]
            stand_in: None,
        }
    }

    /// The same, but all goes to this address in place of SNS.
    #[cfg(any(test, feature = "testing"))]
    pub fn with_stand_in(http: reqwest::Client, address: &str) -> Client {
        Client { stand_in: Some(address.to_owned()), ..Client::new(http) }
    }

    /// The certificate at this URL, if it is valid now: the one that is kept, or a new one. [`MAX_FETCHES`] new ones are
    /// fetched a minute. Where there is none is remembered for as long, so that one made-up URL costs one fetch of these.
    ///
    /// # Errors
    /// [`Error::NotFromSns`] if there is none at this URL, or it is out of date; [`Error::SnsUnavailable`] if SNS does not
    /// answer, or it is too soon for a new one.
    pub async fn certificate(&self, url: &SnsUrl, now: Timestamp) -> Result<Certificate, Error> {
        let certificate = match self.cached(url).await {
            Some(known) => known,
            None => self.new_certificate(url, now).await?,
        };
        match certificate.is_valid_at(now) {
            true => Ok(certificate),
            false => Err(Error::NotFromSns("the certificate at its SigningCertURL is out of date")),
        }
    }

    async fn cached(&self, url: &SnsUrl) -> Option<Certificate> {
        let known = self.known.read().await;
        known.iter().find(|(of, _)| of == url).map(|(_, certificate)| certificate.clone())
    }

    async fn new_certificate(&self, url: &SnsUrl, now: Timestamp) -> Result<Certificate, Error> {
        let mut fetches = self.fetches.lock().await;
        if let Some(known) = self.cached(url).await {
            return Ok(known);
        }
        fetches.retain(|fetch| now.duration_since(fetch.at).abs() < FETCH_WINDOW);
        let refused = fetches.iter().find_map(|fetch| fetch.refusal.filter(|_| fetch.url == *url));
        if let Some(refusal) = refused {
            return Err(Error::NotFromSns(refusal));
        }
        if fetches.len() >= MAX_FETCHES {
            return Err(Error::SnsUnavailable(
                "ten certificates of SNS were fetched within a minute: try again in a minute",
            ));
        }
        // It counts even if whoever asked goes away meanwhile.
        fetches.push(Fetch { url: url.clone(), at: now, refusal: None });
        let fetched = self.fetch(url).await.and_then(|pem| {
            Certificate::from_pem(&pem)
                .ok_or(Error::NotFromSns("there is no certificate at its SigningCertURL"))
        });
        if let (Err(Error::NotFromSns(why)), Some(fetch)) = (&fetched, fetches.last_mut()) {
            fetch.refusal = Some(why);
        }
        let certificate = fetched?;
        let mut known = self.known.write().await;
        if known.len() == MAX_CERTIFICATES {
            known.remove(0);
        }
        known.push((url.clone(), certificate.clone()));
        Ok(certificate)
    }

    /// Confirms a subscription.
    ///
    /// # Errors
    /// As [`Client::certificate`].
    pub async fn confirm(&self, url: &SnsUrl) -> Result<(), Error> {
        self.fetch(url).await.map(|_| ())
    }

    /// The body at this URL, if it comes whole with 200 and in time.
    async fn fetch(&self, url: &SnsUrl) -> Result<Vec<u8>, Error> {
        // The error's own text may hold the URL, and that a token.
        let away = |error: reqwest::Error| match error.is_timeout() {
            true => Error::SnsUnavailable("SNS did not answer in three seconds"),
            false => Error::SnsUnavailable("SNS cannot be reached"),
        };
        let request = self.http.get(self.address(url)).timeout(FETCH_TIMEOUT);
        let mut answer = request.send().await.map_err(away)?;
        match answer.status().as_u16() {
            200 => {}
            408 | 429 | 500.. => {
                return Err(Error::SnsUnavailable("SNS could not answer a request of ours"));
            }
            _ => {
                return Err(Error::NotFromSns(
                    "SNS does not know its SigningCertURL or SubscribeURL",
                ));
            }
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(away)? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(Error::NotFromSns("what its URL brings is larger than 64 KiB"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn address(&self, url: &SnsUrl) -> String {
        #[cfg(any(test, feature = "testing"))]
        if let Some(address) = &self.stand_in {
            return format!("{address}{}", url.target());
        }
        url.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests;
