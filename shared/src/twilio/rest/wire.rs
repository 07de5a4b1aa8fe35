//! Carries requests to Twilio over HTTP.

use std::sync::Arc;
use std::time::Duration;

use super::{ApiRequest, ApiResponse, Wire};
use crate::http::read_answer;

/// How long an answer may take.
pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(7);

/// Carries requests with this client.
pub fn wire(http: reqwest::Client) -> Wire {
    Arc::new(move |request: ApiRequest| {
        let http = http.clone();
        Box::pin(async move { send(&http, request).await })
    })
}

async fn send(http: &reqwest::Client, request: ApiRequest) -> ApiResponse {
    let builder = match request.method {
        "POST" => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(&request.form);
            http.post(&request.url)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.finish())
        }
        _ => http.get(&request.url),
    };
    let builder = match &request.authorization {
        Some(authorization) => builder.header("authorization", authorization.expose()),
        None => builder,
    };
    let answer = match builder.timeout(REQUEST_TIMEOUT).send().await {
        Ok(answer) => answer,
        Err(error) if error.is_connect() || error.is_builder() => {
            return ApiResponse::NotSent("it cannot be reached".to_owned());
        }
        Err(_) => return ApiResponse::NoAnswer("no answer came in time".to_owned()),
    };
    let status = answer.status().as_u16();
    let header = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let retry_after = header.and_then(|value| value.trim().parse().ok());
    match read_answer(answer).await {
        Ok(body) => ApiResponse::Answer { status, retry_after, body },
        Err(_) => ApiResponse::NoAnswer("the answer broke off".to_owned()),
    }
}
