//! The requests that the sandbox's Twilio sends: signed, answered within fifteen seconds, and tried again as their URL's
//! connection overrides say.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use reqwest::Url;
use shared::http::form_fields;
use shared::twilio::signature::{Payload, signature};
use studio::HttpResponse;

use super::Twilio;
use super::overrides::{CONNECT_TIMEOUT, Overrides, READ_TIMEOUT};
use super::twiml::Method;
use super::wire::{self, Failure, Label};
use crate::ids::uuid;

/// The most clients with timeouts of their own that are kept for the next webhook.
const MAX_CLIENTS: usize = 16;
/// The header `User-Agent`.
pub(super) const AGENT: &str = "TwilioProxy/1.1";

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Webhook {
    /// The call or the text that it is about.
    pub(super) sid: String,
    /// The name of its event, for the journal.
    pub(super) event: &'static str,
    pub(super) url: String,
    pub(super) method: Method,
    pub(super) fields: Vec<(String, String)>,
    /// The same for all tries of one request.
    pub(super) idempotency_token: String,
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

    /// The URL as it is requested and signed: without the fragment, and with the fields of a GET in its query.
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

    /// Its entry in the journal.
    pub(super) fn label(&self) -> Label<'_> {
        Label { sid: &self.sid, event: self.event, url: &self.url }
    }
}

impl Twilio {
    /// Sends it, each try with an entry of its own in the journal. The error says why there was no answer.
    pub(super) async fn send(&self, webhook: &Webhook) -> Result<HttpResponse, String> {
        let _work = self.settings.host.begin_work();
        let overrides = Overrides::of(&webhook.url);
        let http = self.client(&overrides)?;
        let started = Instant::now();
        let mut retries = overrides.retries;
        loop {
            let left = overrides.total_timeout.saturating_sub(started.elapsed());
            let sending = self.try_once(&http, webhook, left);
            let result = self.journaled(webhook.label(), sending).await;
            let is_over = started.elapsed() >= overrides.total_timeout;
            if retries == 0 || is_over || !overrides.retry_after(&result) {
                return result.map_err(Failure::into_text);
            }
            retries -= 1;
        }
    }

    /// A client with these timeouts; the common one unless they are overridden.
    fn client(&self, overrides: &Overrides) -> Result<reqwest::Client, String> {
        let (connect, read) = (overrides.connect_timeout, overrides.read_timeout);
        if (connect, read) == (CONNECT_TIMEOUT, READ_TIMEOUT) {
            return Ok(self.http.clone());
        }
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&(connect, read)) {
            return Ok(client.clone());
        }
        let client = shared::http::builder().map_err(|error| error.to_string())?;
        let client = client.connect_timeout(connect).read_timeout(read).build();
        let client = client.map_err(|error| error.to_string())?;
        if clients.len() >= MAX_CLIENTS {
            clients.clear();
        }
        clients.insert((connect, read), client.clone());
        Ok(client)
    }

    async fn try_once(
        &self,
        http: &reqwest::Client,
        webhook: &Webhook,
        timeout: Duration,
    ) -> Result<HttpResponse, Failure> {
        let url = webhook.signed_url();
        let payload = match webhook.method {
            Method::Post => Payload::Form(&webhook.fields),
            Method::Get => Payload::Nothing,
        };
        let target = self.target(&url).await?;
        let request = match webhook.method {
            Method::Get => http.get(target),
            Method::Post => http
                .post(target)
                .header("content-type", "application/x-www-form-urlencoded; charset=UTF-8")
                .body(encoded(&webhook.fields)),
        };
        let request = request
            .header("user-agent", AGENT)
            .header("accept", "*/*")
            .header("i-twilio-idempotency-token", &webhook.idempotency_token)
            .header(
                "x-twilio-signature",
                signature(&url, payload, &self.settings.secrets.auth_token),
            );
        wire::send(request, timeout).await
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

/// Whether it is a URL that can be requested.
pub(super) fn is_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// The text of a form.
pub(super) fn encoded(fields: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
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
    fn relative_url_is_resolved_by_the_documents() {
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
    fn get_has_its_fields_in_the_url_and_no_fragment() {
        let fields = vec![("To".to_owned(), "+1".to_owned())];
        let webhook =
            |method| Webhook::new("CA", "voice", ("http://h/p?a=b#rc=3", method), fields.clone());
        assert_eq!(webhook(Method::Get).signed_url(), "http://h/p?a=b&To=%2B1");
        assert_eq!(webhook(Method::Post).signed_url(), "http://h/p?a=b");
    }
}
