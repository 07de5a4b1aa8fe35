//! How a request leaves: with a time limit, and with an entry in the journal. The server's public address is reached at
//! its own.
//!
//! The time that an answer may take is real time, whatever the clock of the server says: it is a real server that
//! answers, and a test that pushes the clock does not want its answers refused for it.

use std::time::{Duration, Instant};

use reqwest::{RequestBuilder, Url};
use studio::HttpResponse;

use super::Twilio;
use super::journal::SentRequest;

/// Why a try gave no answer.
pub(super) enum Failure {
    /// Nobody listened: nothing happened there.
    NotConnected(String),
    /// It was connected, and no answer came in time.
    TimedOut(String),
    Broken(String),
}

impl Failure {
    /// The reason, for people.
    pub(super) fn into_text(self) -> String {
        match self {
            Failure::NotConnected(text) | Failure::TimedOut(text) | Failure::Broken(text) => text,
        }
    }

    fn text(&self) -> &str {
        match self {
            Failure::NotConnected(text) | Failure::TimedOut(text) | Failure::Broken(text) => text,
        }
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Failure {
        // Its URL may hold what is nobody's business.
        let error = error.without_url();
        if error.is_connect() {
            Failure::NotConnected("nobody listens there".to_owned())
        } else if error.is_timeout() {
            Failure::TimedOut("no answer in time".to_owned())
        } else {
            Failure::Broken(error.to_string())
        }
    }
}

/// The label of a request, for the journal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label<'a> {
    /// The call, the text or the Execution that it is about.
    pub(super) sid: &'a str,
    /// The name of its event.
    pub(super) event: &'a str,
    /// Only its path is entered.
    pub(super) url: &'a str,
}

/// Sends a request, and waits so long for the answer.
pub(super) async fn send(
    request: RequestBuilder,
    timeout: Duration,
) -> Result<HttpResponse, Failure> {
    let answer = request.timeout(timeout).send().await?;
    let status = answer.status().as_u16();
    let content_type = answer.headers().get("content-type").and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    Ok(HttpResponse::received(status, content_type, &shared::http::read_answer(answer).await?))
}

impl Twilio {
    /// The URL that a request to this one goes to from here.
    pub(super) async fn target(&self, url: &str) -> Result<Url, Failure> {
        let setup = self.settings.setup().await;
        let setup = setup.map_err(|error| Failure::Broken(error.to_string()))?;
        let target = at_home(url, setup.public_base_url.as_deref(), &self.settings.server_url);
        Url::parse(&target).map_err(|_| Failure::Broken("it is no URL".to_owned()))
    }

    /// Waits for the answer, and enters it in the journal.
    pub(super) async fn journaled(
        &self,
        label: Label<'_>,
        sending: impl Future<Output = Result<HttpResponse, Failure>>,
    ) -> Result<HttpResponse, Failure> {
        let _work = self.settings.host.begin_work();
        let (at, started) = (self.now(), Instant::now());
        let answer = sending.await;
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.records().journal.add_sent(SentRequest {
            at,
            sid: label.sid.to_owned(),
            event: label.event.to_owned(),
            path: path(label.url),
            status: answer.as_ref().ok().map(|answer| answer.status),
            error: answer.as_ref().err().map(|failure| failure.text().to_owned()),
            took_ms,
        });
        answer
    }

    /// Enters in the journal that it was lost on purpose.
    pub(super) fn lose(&self, label: Label<'_>) {
        let at = self.now();
        self.records().journal.add_sent(SentRequest {
            at,
            sid: label.sid.to_owned(),
            event: label.event.to_owned(),
            path: path(label.url),
            status: None,
            error: Some("lost on purpose".to_owned()),
            took_ms: 0,
        });
    }
}

fn path(url: &str) -> String {
    Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default()
}

/// A URL of the server's public address, at its own: nobody outside need bring it back in. It is signed as given.
fn at_home(url: &str, public: Option<&str>, address: &str) -> String {
    let behind = public.and_then(|public| url.strip_prefix(public));
    match behind.filter(|rest| rest.is_empty() || rest.starts_with(['/', '?'])) {
        Some(rest) => format!("{address}{rest}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_address_is_reached_at_its_own() {
        let home = |url: &str| at_home(url, Some("https://h.example/p"), "http://127.0.0.1:1");
        assert_eq!(
            home("https://h.example/p/twilio/voice?a=b"),
            "http://127.0.0.1:1/twilio/voice?a=b"
        );
        assert_eq!(home("https://h.example/past"), "https://h.example/past");
        assert_eq!(home("https://h.example/p"), "http://127.0.0.1:1");
    }
}
