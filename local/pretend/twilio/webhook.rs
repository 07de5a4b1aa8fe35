//! The requests that the pretend Twilio sends: signed, and answered within fifteen seconds.
//!
//! These seconds are real ones, whatever the clock of the house says: it is a real server that answers, and a test that
//! pushes the clock does not want its answers refused for it.

use std::time::Duration;

use reqwest::Url;
use shared::http::form_fields;
use shared::twilio::signature::{Payload, signature};

use super::Twilio;
use super::journal::Sent;
use super::twiml::Method;
use crate::commands::send::random;

/// How long an answer may take. (docs/usage/webhooks/webhooks-connection-overrides: `tt`.)
const PATIENCE: Duration = Duration::from_secs(15);

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Webhook {
    /// The call or the text that it is about.
    pub(super) sid: String,
    /// What it is, for the journal.
    pub(super) event: &'static str,
    pub(super) url: String,
    pub(super) method: Method,
    pub(super) fields: Vec<(String, String)>,
    /// The same for all tries of one request.
    pub(super) idempotency_token: String,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: String,
}

impl Webhook {
    pub(super) fn new(
        sid: &str,
        event: &'static str,
        (url, method): (&str, Method),
        fields: Vec<(String, String)>,
    ) -> Webhook {
        Webhook {
            sid: sid.to_owned(),
            event,
            url: url.to_owned(),
            method,
            fields,
            idempotency_token: uuid(),
        }
    }

    /// The URL as it is asked and signed: without the fragment, and with the fields of a GET in its query.
    fn signed_url(&self) -> String {
        let url = self.url.split('#').next().unwrap_or_default();
        match self.method {
            Method::Post => url.to_owned(),
            Method::Get => {
                let separator = if url.contains('?') { '&' } else { '?' };
                format!("{url}{separator}{}", encoded(&self.fields))
            }
        }
    }

    fn path(&self) -> String {
        let url = Url::parse(&self.url);
        url.map(|url| url.path().to_owned()).unwrap_or_default()
    }
}

impl Twilio {
    /// Sends it, and notes that. The error says why nothing was answered.
    pub(super) async fn send(&self, webhook: &Webhook) -> Result<Answer, String> {
        let (at, started) = (self.clock.now(), std::time::Instant::now());
        // One more try if nobody listened: Twilio's default. (`rc=1`, `rp=ct`.)
        let answer = match self.try_once(webhook).await {
            Err(Failure::NotConnected(_)) => self.try_once(webhook).await,
            other => other,
        }
        .map_err(|(Failure::NotConnected(why) | Failure::Broken(why))| why);
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.state().journal.sent(Sent {
            at,
            sid: webhook.sid.clone(),
            event: webhook.event.to_owned(),
            path: webhook.path(),
            status: answer.as_ref().ok().map(|answer| answer.status),
            error: answer.as_ref().err().cloned(),
            took_ms,
        });
        answer
    }

    /// Notes that it was lost on purpose.
    pub(super) fn lose(&self, webhook: &Webhook) {
        let at = self.clock.now();
        self.state().journal.sent(Sent {
            at,
            sid: webhook.sid.clone(),
            event: webhook.event.to_owned(),
            path: webhook.path(),
            status: None,
            error: Some("lost on purpose".to_owned()),
            took_ms: 0,
        });
    }

    async fn try_once(&self, webhook: &Webhook) -> Result<Answer, Failure> {
        let settings = self
            .live
            .get(self.clock.now())
            .await
            .map_err(|error| Failure::Broken(error.to_string()))?;
        let token = settings
            .tokens
            .first()
            .ok_or_else(|| Failure::Broken("there is no auth token".to_owned()))?;
        let url = webhook.signed_url();
        let payload = match webhook.method {
            Method::Post => Payload::Form(&webhook.fields),
            Method::Get => Payload::Nothing,
        };
        let target = at_home(&url, settings.public_base_url(), &self.address);
        let target = Url::parse(&target).map_err(|_| Failure::Broken("it is no URL".to_owned()))?;
        let request = match webhook.method {
            Method::Get => self.http.get(target),
            Method::Post => self
                .http
                .post(target)
                .header("content-type", "application/x-www-form-urlencoded; charset=UTF-8")
                .body(encoded(&webhook.fields)),
        };
        let answer = request
            .header("user-agent", "TwilioProxy/1.1")
            .header("accept", "*/*")
            .header("i-twilio-idempotency-token", &webhook.idempotency_token)
            .header("x-twilio-signature", signature(&url, payload, token))
            .timeout(PATIENCE)
            .send()
            .await?;
        let status = answer.status().as_u16();
        let content_type =
            answer.headers().get("content-type").and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        Ok(Answer { status, content_type, body: answer.text().await? })
    }
}

/// Why a try gave no answer.
enum Failure {
    /// Nobody listened: nothing happened there.
    NotConnected(String),
    Broken(String),
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Failure {
        // Its URL may hold what is nobody's business.
        let error = error.without_url();
        if error.is_connect() {
            Failure::NotConnected("nobody listens there".to_owned())
        } else if error.is_timeout() {
            Failure::Broken("no answer within 15 seconds".to_owned())
        } else {
            Failure::Broken(error.to_string())
        }
    }
}

/// A URL of the house's public address, at its own: nobody outside need bring it back in. It is signed as given.
fn at_home(url: &str, public: Option<&str>, address: &str) -> String {
    let behind = public.and_then(|public| url.strip_prefix(public));
    match behind.filter(|rest| rest.is_empty() || rest.starts_with(['/', '?'])) {
        Some(rest) => format!("{address}{rest}"),
        None => url.to_owned(),
    }
}

/// A URL that a document names, which may be relative to the document's own; `None` is that one again.
pub(super) fn resolve(named: Option<&str>, document: Option<&str>) -> Option<String> {
    let Some(named) = named.filter(|named| !named.is_empty()) else {
        return document.map(str::to_owned);
    };
    // A whole URL is signed as it is written.
    if is_url(named) {
        return Some(named.to_owned());
    }
    Url::parse(document?).ok()?.join(named).ok().map(String::from)
}

/// Whether it is a URL that can be asked.
pub(super) fn is_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn encoded(fields: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// An id that nobody had before, written as a UUID is.
pub(crate) fn uuid() -> String {
    let hex = random();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// The first field of this name.
pub(super) fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The fields of a query.
pub(super) fn query_fields(query: Option<&str>) -> Vec<(String, String)> {
    form_fields(query.unwrap_or_default().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_url_is_the_documents() {
        let here = Some("https://h.example/p/voice?incident=1");
        for (named, resolved) in [
            (None, "https://h.example/p/voice?incident=1"),
            (Some("next?a=b&c=d"), "https://h.example/p/next?a=b&c=d"),
            (Some("/next"), "https://h.example/next"),
            (Some("?round=2"), "https://h.example/p/voice?round=2"),
            (Some("https://other.example"), "https://other.example"),
        ] {
            assert_eq!(resolve(named, here).as_deref(), Some(resolved), "{named:?}");
        }
        assert_eq!(resolve(Some("/next"), None), None);
    }

    #[test]
    fn our_public_address_is_asked_at_home() {
        let home = |url: &str| at_home(url, Some("https://h.example/p"), "http://127.0.0.1:1");
        assert_eq!(
            home("https://h.example/p/twilio/voice?a=b"),
            "http://127.0.0.1:1/twilio/voice?a=b"
        );
        assert_eq!(home("https://h.example/past"), "https://h.example/past");
        assert_eq!(home("https://h.example/p"), "http://127.0.0.1:1");
    }

    #[test]
    fn a_get_has_its_fields_in_the_url_and_no_fragment_is_sent() {
        let fields = vec![("To".to_owned(), "+1".to_owned())];
        let webhook =
            |method| Webhook::new("CA", "voice", ("http://h/p?a=b#rc=3", method), fields.clone());
        assert_eq!(webhook(Method::Get).signed_url(), "http://h/p?a=b&To=%2B1");
        assert_eq!(webhook(Method::Post).signed_url(), "http://h/p?a=b");
    }
}
