//! Doors in Lambda: payloads in, handlers called, answers out.

use std::future::Future;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use tracing_subscriber::filter::LevelFilter;

use super::Room;
use crate::config::Environment;
use crate::http::{Request, Response};
use crate::payload::{HttpPayload, SqsPayload};
use crate::ports::{Message, Outcome, To};

/// What ends a door: its start failed, or the runtime's API is gone.
pub type Failure = lambda_runtime::Error;

/// Lines of JSON, as Lambda's log viewers expect them. `AWS_LAMBDA_LOG_LEVEL` is Lambda's own setting.
pub(super) fn log(environment: &Environment) {
    let level = environment.get("AWS_LAMBDA_LOG_LEVEL").and_then(|level| level.parse().ok());
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_max_level(level.unwrap_or(LevelFilter::INFO))
        .init();
}

/// Answers HTTP requests, until Lambda ends the process.
pub async fn serve_http<H, F>(handle: H) -> Result<(), Failure>
where
    H: Fn(Request, Timestamp) -> F,
    F: Future<Output = Response>,
{
    let handle = &handle;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<HttpPayload>| async move {
        let response = match Request::try_from(event.payload) {
            Ok(request) => handle(request, now()).await,
            Err(error) => {
                tracing::warn!(%error, "a request could not be read");
                error.into()
            }
        };
        Ok::<_, Failure>(payload(response))
    }))
    .await
}

fn payload(response: Response) -> ApiGatewayV2httpResponse {
    let mut payload = ApiGatewayV2httpResponse::default();
    payload.status_code = i64::from(response.status);
    let mut headers = HeaderMap::new();
    for (name, value) in response.headers {
        if name == "set-cookie" {
            payload.cookies.push(value);
        } else if let Ok(value) = HeaderValue::try_from(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    payload.headers = headers;
    payload.is_base64_encoded = std::str::from_utf8(&response.body).is_err();
    payload.body = match String::from_utf8(response.body.into()) {
        Ok(text) => Some(lambda_http::Body::Text(text)),
        Err(bytes) => Some(lambda_http::Body::Binary(bytes.into_bytes())),
    };
    payload
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchAnswer {
    batch_item_failures: Vec<ItemFailure>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemFailure {
    item_identifier: String,
}

/// Deals with batches of the Slack queue, until Lambda ends the process. What is given back rests as long as the
/// handler says; a failure of ours never fails a whole batch.
pub async fn serve_queue<H, F>(room: &Room, handle: H) -> Result<(), Failure>
where
    H: Fn(Vec<Message>, Timestamp, Duration) -> F,
    F: Future<Output = Vec<Outcome>>,
{
    let queues = room.queues()?;
    let (queues, handle) = (&queues, &handle);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsPayload>| async move {
        let budget = budget(&event.context);
        let (messages, receipts) = event.payload.into_messages();
        let ids: Vec<String> = messages.iter().map(|message| message.id.clone()).collect();
        let outcomes = handle(messages, now(), budget).await;
        let mut failures = Vec::new();
        let mut rests = Vec::new();
        for ((id, receipt), outcome) in ids.into_iter().zip(receipts).zip(outcomes) {
            if let Outcome::Later(rest) = outcome {
                failures.push(ItemFailure { item_identifier: id });
                rests.push((receipt, rest));
            }
        }
        if !rests.is_empty()
            && let Err(error) = queues.rest(To::Slack, rests).await
        {
            tracing::warn!(%error, "messages come back only after the queue's own time");
        }
        Ok::<_, Failure>(BatchAnswer { batch_item_failures: failures })
    }))
    .await
}

pub(super) fn now() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is a door: the one place where time is read"
    )]
    Timestamp::now()
}

/// How long this invocation may still take. Some stand-ins for Lambda give a deadline that lies in the past.
fn budget(context: &lambda_runtime::Context) -> Duration {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is a door: the one place where time is read"
    )]
    let now = SystemTime::now();
    context.deadline().duration_since(now).unwrap_or(Duration::from_secs(30))
}
