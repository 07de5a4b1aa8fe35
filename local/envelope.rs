//! Files of `events/` as Twilio sends them: signed, and posted.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::domain::event::TEST_EVENT;
use shared::http::Request;
use shared::payload::HttpPayload;
use shared::secret::Secret;
use shared::twilio::signature::{Payload, signature, with_body_hash};

/// A request as API Gateway hands it over (payload 2.0): the files of `events/`.
pub struct Envelope(Request);

/// The response to it.
pub struct Sent {
    /// The HTTP status.
    pub status: u16,
    /// The answer's text.
    pub text: String,
}

impl Envelope {
    /// Reads a file of `events/`.
    pub fn read(text: &str) -> Result<Envelope, String> {
        let payload: HttpPayload = serde_json::from_str(text)
            .map_err(|error| format!("is no API Gateway envelope (payload 2.0): {error}"))?;
        let request = Request::try_from(payload).map_err(|error| error.to_string())?;
        if request.path.is_empty() {
            return Err("is no API Gateway envelope (payload 2.0): it has no rawPath".to_owned());
        }
        Ok(Envelope(request))
    }

    /// Whether its body is a form: a callback, and no event.
    fn is_form(&self) -> bool {
        let content_type = self.0.header("content-type").unwrap_or_default();
        content_type.starts_with("application/x-www-form-urlencoded")
    }

    /// Makes its events new ones that happen `now`, and a callback one of a new message or call. What is neither stays as
    /// it is.
    pub fn happen_again(&mut self, now: Timestamp) {
        if self.is_form() {
            self.0.body = of_another(self.0.form()).into();
            return;
        }
        let Ok(mut body) = serde_json::from_slice::<Value>(&self.0.body) else { return };
        let events = match &mut body {
            Value::Array(events) => events.iter_mut().collect(),
            event => vec![event],
        };
        for event in events {
            if event["type"] == TEST_EVENT {
                event["data"]["test_id"] = json!(random());
            } else if let Some(id) = event["id"].as_str() {
                let prefix: String = id.chars().take(2).collect();
                event["id"] = json!(format!("{prefix}{}", random()));
            }
            event["time"] = json!(format!("{now:.3}"));
        }
        self.0.body = body.to_string().into();
    }

    /// The body's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0.body
    }

    /// The path and query that it is posted to; if it is no form, with the hash of its body.
    fn target(&self) -> String {
        if self.is_form() {
            let query = self.0.query.as_deref().map(|query| format!("?{query}"));
            return format!("{}{}", self.0.path, query.unwrap_or_default());
        }
        let others: Vec<&str> = self
            .0
            .query
            .as_deref()
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty() && !pair.starts_with("bodySHA256="))
            .collect();
        let query =
            if others.is_empty() { String::new() } else { format!("?{}", others.join("&")) };
        with_body_hash(&format!("{}{query}", self.0.path), &self.0.body)
    }
}

/// A callback's form about a message or call of another SID.
fn of_another(mut fields: Vec<(String, String)>) -> String {
    let sid = random();
    for (name, value) in &mut fields {
        if matches!(name.as_str(), "MessageSid" | "SmsSid" | "CallSid") {
            let prefix: String = value.chars().take(2).collect();
            *value = format!("{prefix}{sid}");
        }
    }
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// 32 hexadecimal digits that nobody had before: as much as an id needs, not enough for a secret.
fn random() -> String {
    let half = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", half(), half())
}

/// Signs an envelope for `base`, and posts it to `to`.
pub async fn post(
    http: &reqwest::Client,
    envelope: &Envelope,
    base: &str,
    to: &str,
    token: &Secret,
) -> Result<Sent, String> {
    // An HTTP client may write a URL in its own way: what is signed is what will be sent.
    let url = reqwest::Url::parse(&format!("{to}{}", envelope.target()))
        .map_err(|_| format!("{to} is no address: expected one like http://127.0.0.1:8080"))?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let target = format!("{}{query}", url.path());
    let form = envelope.is_form().then(|| envelope.0.form());
    let (payload, content_type) = match &form {
        Some(fields) => (Payload::Form(fields), "application/x-www-form-urlencoded"),
        None => (Payload::Nothing, "application/json"),
    };
    let signed = signature(&format!("{base}{target}"), payload, token);
    let answer = http
        .post(url)
        .header("content-type", content_type)
        .header("user-agent", "TwilioProxy/1.1")
        .header("x-twilio-signature", signed)
        .timeout(Duration::from_secs(5))
        .body(envelope.0.body.clone())
        .send()
        .await
        .map_err(|error| no_answer(to, &error))?;
    let status = answer.status().as_u16();
    Ok(Sent { status, text: shared::http::read_text(answer).await.unwrap_or_default() })
}

/// The reason why nothing answered, for a person.
pub(crate) fn no_answer(to: &str, error: &reqwest::Error) -> String {
    if error.is_connect() {
        let start = crate::program::start();
        format!(
            "nobody listens at {to}: start the server with `{start}` first, or name its address with --to URL"
        )
    } else if error.is_timeout() {
        format!("{to} did not answer in time")
    } else {
        format!("{to}: {error}")
    }
}

/// Says what Twilio makes of a status.
pub fn meaning(status: u16) -> &'static str {
    match status {
        // What became of it for Slack is known later.
        200..=299 => "taken",
        403 => "refused as a forgery: the server's log says why; Twilio would drop the event",
        429 | 500..=599 => {
            "not taken: the server's log says why; Twilio would try again for four hours"
        }
        _ => "refused: Twilio would drop the event",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meaning_of_a_status_is_what_the_server_has_done_so_far() {
        assert_eq!([200, 202, 204, 299].map(meaning), ["taken"; 4]);
        for (status, start) in [(403, "refused as a forgery"), (422, "refused"), (503, "not taken")]
        {
            assert!(meaning(status).starts_with(start), "{status}");
        }
    }
}
