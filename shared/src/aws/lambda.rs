//! Entry points in Lambda: payloads in, handlers called, answers out.

use std::future::Future;
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::value::RawValue;
use tracing_subscriber::filter::LevelFilter;

use super::Backend;
use super::clock::now;
use crate::Error;
use crate::config::Environment;
use crate::http::access_log::{Place, answered};
use crate::http::headers::hardened;
use crate::http::{Request, Response};
use crate::payload::{HttpPayload, SqsPayload};
use crate::storage::{Message, Processed, QueueName};

/// The error that ends an entry point: its start failed, or the runtime's API is gone.
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
        Ok::<_, Failure>(http(event.payload, handle).await)
    }))
    .await
}

async fn http<H, F>(event: HttpPayload, handle: &H) -> ApiGatewayV2httpResponse
where
    H: Fn(Request, Timestamp) -> F,
    F: Future<Output = Response>,
{
    let response = match Request::try_from(event) {
        Ok(request) => {
            let (method, path, began) =
                (request.method.clone(), request.path.clone(), Instant::now());
            let response = handle(request, now()).await;
            answered(Place::Deployment, &method, &path, response.status, began.elapsed());
            response
        }
        Err(error) => {
            tracing::warn!(%error, "a request could not be read");
            error.into()
        }
    };
    // API Gateway answers over TLS only.
    payload(hardened(response, true))
}

/// Answers HTTP requests, and takes whatever else Lambda brings as it is: JSON of some monitor. What that cannot be
/// dealt with is brought again by Lambda.
pub async fn serve_http_and_events<H, F, E, G>(handle: H, take: E) -> Result<(), Failure>
where
    H: Fn(Request, Timestamp) -> F,
    F: Future<Output = Response>,
    E: Fn(String) -> G,
    G: Future<Output = Result<serde_json::Value, Error>>,
{
    let (handle, take) = (&handle, &take);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        let text = event.payload.get();
        if is_http(text) {
            let response = http(serde_json::from_str(text)?, handle).await;
            return Ok::<_, Failure>(serde_json::to_value(response)?);
        }
        Ok(take(text.to_owned()).await?)
    }))
    .await
}

/// Answers HTTP requests; what else comes is a schedule's, with its own input.
pub async fn serve_http_and_ticks<H, F, T, S, U>(handle: H, tick: T) -> Result<(), Failure>
where
    H: Fn(Request, Timestamp) -> F,
    F: Future<Output = Response>,
    T: Fn(S) -> U,
    S: serde::de::DeserializeOwned,
    U: Future<Output = Result<(), Error>>,
{
    let tick = &tick;
    let take = |text: String| async move {
        let schedule = serde_json::from_str(&text)
            .map_err(|error| Error::BadRequest(format!("it is no schedule: {error}")))?;
        tick(schedule).await.map(|()| serde_json::Value::Null)
    };
    serve_http_and_events(handle, take).await
}

/// Whether Lambda brings a request of the HTTP API.
fn is_http(text: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Http {
        #[serde(rename = "requestContext")]
        _context: serde::de::IgnoredAny,
    }
    serde_json::from_str::<Http>(text).is_ok()
}

/// Answers HTTP requests, and deals with batches of a queue; what else comes is a schedule's, with its own input.
pub async fn serve_http_queue_and_ticks<H, F, P, G, T, S, U>(
    backend: &Backend,
    from: QueueName,
    handle: H,
    process: P,
    tick: T,
) -> Result<(), Failure>
where
    H: Fn(Request, Timestamp) -> F,
    F: Future<Output = Response>,
    P: Fn(Vec<Message>, Timestamp) -> G,
    G: Future<Output = Vec<Processed>>,
    T: Fn(S) -> U,
    S: serde::de::DeserializeOwned,
    U: Future<Output = Result<(), Error>>,
{
    let queues = backend.queues()?;
    let process = |batch, now, _| process(batch, now);
    let (queues, handle, process, tick) = (&queues, &handle, &process, &tick);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        let text = event.payload.get();
        if is_http(text) {
            let response = http(serde_json::from_str(text)?, handle).await;
            return Ok::<_, Failure>(serde_json::to_value(response)?);
        }
        let payload: serde_json::Value = serde_json::from_str(text)?;
        if payload.get("Records").is_none() {
            tick(serde_json::from_value(payload)?).await?;
            return Ok(serde_json::Value::Null);
        }
        let budget = budget(&event.context);
        let answer = batch(queues, from, serde_json::from_value(payload)?, budget, process).await;
        Ok(serde_json::to_value(answer)?)
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

/// Deals with batches of a queue, until Lambda ends the process. What is given back rests as long as the handler says; a
/// failure of ours never fails a whole batch.
pub async fn serve_queue<H, F>(backend: &Backend, from: QueueName, handle: H) -> Result<(), Failure>
where
    H: Fn(Vec<Message>, Timestamp, Duration) -> F,
    F: Future<Output = Vec<Processed>>,
{
    let queues = backend.queues()?;
    let (queues, handle) = (&queues, &handle);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsPayload>| async move {
        let budget = budget(&event.context);
        Ok::<_, Failure>(batch(queues, from, event.payload, budget, handle).await)
    }))
    .await
}

/// The same; and what comes without records is a schedule's tick.
pub async fn serve_queue_and_ticks<H, F, T, G>(
    backend: &Backend,
    from: QueueName,
    handle: H,
    tick: T,
) -> Result<(), Failure>
where
    H: Fn(Vec<Message>, Timestamp, Duration) -> F,
    F: Future<Output = Vec<Processed>>,
    T: Fn() -> G,
    G: Future<Output = Result<(), Error>>,
{
    let queues = backend.queues()?;
    let (queues, handle, tick) = (&queues, &handle, &tick);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<serde_json::Value>| async move {
        let budget = budget(&event.context);
        if event.payload.get("Records").is_none() {
            tick().await?;
            return Ok::<_, Failure>(serde_json::Value::Null);
        }
        let answer = batch(queues, from, serde_json::from_value(event.payload)?, budget, handle);
        Ok(serde_json::to_value(answer.await)?)
    }))
    .await
}

async fn batch<H, F>(
    queues: &super::sqs::Queues,
    from: QueueName,
    payload: SqsPayload,
    budget: Duration,
    handle: &H,
) -> BatchAnswer
where
    H: Fn(Vec<Message>, Timestamp, Duration) -> F,
    F: Future<Output = Vec<Processed>>,
{
    let (messages, receipts) = payload.into_messages();
    let ids: Vec<String> = messages.iter().map(|message| message.id.clone()).collect();
    let outcomes = handle(messages, now(), budget).await;
    let mut failures = Vec::new();
    let mut rests = Vec::new();
    for ((id, receipt), outcome) in ids.into_iter().zip(receipts).zip(outcomes) {
        if let Processed::RetryAfter(rest) = outcome {
            failures.push(ItemFailure { item_identifier: id });
            rests.push((receipt, rest));
        }
    }
    if !rests.is_empty()
        && let Err(error) = queues.back_off(from, rests).await
    {
        tracing::warn!(%error, "messages come back only after the queue's own time");
    }
    BatchAnswer { batch_item_failures: failures }
}

/// How long this invocation may still take. Some stand-ins for Lambda give a deadline that lies in the past.
fn budget(context: &lambda_runtime::Context) -> Duration {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is an entry point: the one place where time is read"
    )]
    let now = SystemTime::now();
    context.deadline().duration_since(now).unwrap_or(Duration::from_secs(30))
}
