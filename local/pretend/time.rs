//! The house's clock, to be read and pushed by tests.

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use shared::Error;
use shared::http::Response;

use crate::clock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Push {
    ahead_ms: u64,
}

/// Tells what time it is.
pub(super) fn tell() -> Response {
    Response::json(200, &json!({"now": clock::now()}))
}

/// Pushes the clock ahead, and tells what time it is then.
pub(super) fn push(body: &Bytes) -> Result<Response, Error> {
    let Push { ahead_ms } =
        serde_json::from_slice(body).map_err(|error| Error::BadRequest(error.to_string()))?;
    clock::push(Duration::from_millis(ahead_ms));
    Ok(tell())
}
