//! The server's clock, to be read and pushed by tests, and whether anything is left to do at that time.

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use shared::Error;
use shared::http::Response;
use shared::storage::QueueName;

use crate::database::Database;
use crate::queue::Messages;
use crate::{activity, clock};

/// The longest wait for the end of all work; shorter than a request may take.
const MAX_WAIT: Duration = Duration::from_secs(10);
/// How often it is looked for.
const POLL_INTERVAL: Duration = Duration::from_millis(3);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Push {
    ahead_ms: u64,
    /// From then on it stands still until the next push: nothing depends on how busy the machine is.
    #[serde(default)]
    hold: bool,
}

/// The present time.
pub(super) fn read() -> Response {
    Response::json(200, &json!({"now": clock::now()}))
}

/// Pushes the clock ahead; the answer is the time then.
pub(super) fn push(body: &Bytes) -> Result<Response, Error> {
    let Push { ahead_ms, hold } =
        serde_json::from_slice(body).map_err(|error| Error::BadRequest(error.to_string()))?;
    if hold {
        clock::hold();
    }
    clock::push(Duration::from_millis(ahead_ms));
    Ok(read())
}

/// Waits until nothing is under way and nothing is due by the clock. Answers with how many pieces of work have begun
/// by then: a caller that asks two processes in turn sees whether one gave the other work meanwhile.
/// What waits for Slack alone counts only if the query asks for it with `slack=true`: it has a pace of its own.
pub(super) async fn idle(database: &Database, query: Option<&str>) -> Result<Response, Error> {
    let started = std::time::Instant::now();
    let queues: &[QueueName] = match query {
        Some("slack=true") => &[QueueName::WakeUps, QueueName::Callbacks, QueueName::Slack],
        _ => &[QueueName::WakeUps, QueueName::Callbacks],
    };
    let queue = Messages::new(database.clone());
    while started.elapsed() < MAX_WAIT {
        let before = idle_after();
        if before.is_some() && !queue.is_due(queues).await? && idle_after() == before {
            return Ok(Response::json(200, &json!({"begun": before})));
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    Err(Error::TooBusy)
}

fn idle_after() -> Option<(u64, u64)> {
    let ended = clock::sleeps_ended()?;
    activity::idle_after().map(|begun| (begun, ended))
}
