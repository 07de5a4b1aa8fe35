//! Carries requests to Twilio over HTTP.

use std::sync::Arc;
use std::time::Duration;

use super::{Ask, Told, Wire};
use crate::http::read_answer;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(7);

/// Carries requests with this client.
pub fn wire(http: reqwest::Client) -> Wire {
    Arc::new(move |ask: Ask| {
        let http = http.clone();
        Box::pin(async move { send(&http, ask).await })
    })
}

async fn send(http: &reqwest::Client, ask: Ask) -> Told {
    let request = match ask.method {
        "POST" => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(&ask.form);
            http.post(&ask.url)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.finish())
        }
        _ => http.get(&ask.url),
    };
    let request = match &ask.authorization {
        Some(authorization) => request.header("authorization", authorization.expose()),
        None => request,
    };
    let answer = match request.timeout(PATIENCE).send().await {
        Ok(answer) => answer,
        Err(error) if error.is_connect() || error.is_builder() => {
            return Told::NotSent("it cannot be reached".to_owned());
        }
        Err(_) => return Told::NoAnswer("no answer came in time".to_owned()),
    };
    let status = answer.status().as_u16();
    let header = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let retry_after = header.and_then(|value| value.trim().parse().ok());
    match read_answer(answer).await {
        Ok(body) => Told::Answer { status, retry_after, body },
        Err(_) => Told::NoAnswer("the answer broke off".to_owned()),
    }
}
