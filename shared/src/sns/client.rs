//! What is fetched of SNS: the certificates that it signs with, and the confirmations of subscriptions.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::signature::Certificate;
use crate::Error;
use crate::domain::sns::SnsUrl;

/// How long a fetch may take, all in all.
const FETCH_TIMEOUT: Duration = Duration::from_secs(3);
/// The most that is read of an answer.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// How often a certificate is fetched that is not known yet.
const NEW_CERTIFICATE_INTERVAL: SignedDuration = SignedDuration::from_mins(1);
/// How many certificates are kept. A region has one, and changes it once in a while.
const MAX_CERTIFICATES: usize = 16;

/// A client for SNS' own URLs.
pub struct Client {
    http: reqwest::Client,
    certificates: Mutex<Certificates>,
    /// What stands in for every host of SNS, in tests.
    #[cfg(any(test, feature = "testing"))]
    stand_in: Option<String>,
}

/// The certificates that were fetched, the newest last.
#[derive(Default)]
struct Certificates {
    known: Vec<(SnsUrl, Certificate)>,
    last_fetch: Option<Timestamp>,
}

impl Client {
    /// A client that sends its requests through this one, which follows no redirects.
    pub fn new(http: reqwest::Client) -> Client {
        Client {
            http,
            certificates: Mutex::default(),
            #[cfg(any(test, feature = "testing"))]
            stand_in: None,
        }
    }

    /// The same, but all goes to this address in place of SNS.
    #[cfg(any(test, feature = "testing"))]
    pub fn with_stand_in(http: reqwest::Client, address: &str) -> Client {
        Client { stand_in: Some(address.to_owned()), ..Client::new(http) }
    }

    /// The certificate at this URL: the one that is kept, or a new one. There is one new one a minute at most.
    ///
    /// # Errors
    /// [`Error::NotFromSns`] if there is none at this URL; 5xx if SNS does not answer, or it is too soon for a new one.
    pub async fn certificate(&self, url: &SnsUrl, now: Timestamp) -> Result<Certificate, Error> {
        // Whoever comes meanwhile waits, and finds it here.
        let mut certificates = self.certificates.lock().await;
        let known = certificates.known.iter().find(|(have, _)| have == url);
        if let Some((_, certificate)) = known {
            return Ok(certificate.clone());
        }
        let is_too_soon =
            |last: Timestamp| now.duration_since(last).abs() < NEW_CERTIFICATE_INTERVAL;
        if certificates.last_fetch.is_some_and(is_too_soon) {
            return Err(Error::TooBusy);
        }
        certificates.last_fetch = Some(now);
        let pem = self.fetch(url).await?;
        let certificate = Certificate::from_pem(&pem)
            .ok_or(Error::NotFromSns("there is no certificate at its SigningCertURL"))?;
        if certificates.known.len() == MAX_CERTIFICATES {
            certificates.known.remove(0);
        }
        certificates.known.push((url.clone(), certificate.clone()));
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
            true => Error::TooLong("SNS did not answer in three seconds".to_owned()),
            false => Error::TooLong("SNS cannot be reached".to_owned()),
        };
        let request = self.http.get(self.address(url)).timeout(FETCH_TIMEOUT);
        let mut answer = request.send().await.map_err(away)?;
        match answer.status().as_u16() {
            200 => {}
            408 | 429 | 500.. => {
                return Err(Error::TooLong("SNS could not answer a request of ours".to_owned()));
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
