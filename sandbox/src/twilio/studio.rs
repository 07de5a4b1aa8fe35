//! A simulated Studio: Flows as its REST API v2 has them, and Executions that really run. (twilio.com/docs/studio/rest-api.)
//!
//! 1. `flows` with their `revisions` and the `findings` of their checks, `executions`, `steps`: the resources; `list`: how v2
//!    wraps a list; `start_rate`: how fast they may be begun.
//! 2. `execution`: an Execution, around its run; `run`: what drives that, at the phone and over HTTP. (The machine that
//!    knows the widgets is the crate `studio`.)
//! 3. `inbound`: calls and texts to our numbers; `demo`: those of simulated callers. `events`: an Execution's events in Event Streams.

mod demo;
mod events;
mod execution;
mod executions;
mod findings;
mod flows;
mod inbound;
mod list;
mod revisions;
mod run;
mod start_rate;
mod steps;
mod stored_flow;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use shared::http::Response;

use super::api_error::ApiError;
use super::api_request::ApiRequest;
use execution::Execution;
pub(crate) use inbound::{InboundFlow, Unreached};
use start_rate::StartRate;
use stored_flow::StoredFlow;

/// All that the simulated Studio knows.
#[derive(Default)]
pub(super) struct Studio {
    /// Those that were posted. A policy's own is there without that.
    flows: VecDeque<StoredFlow>,
    /// The SIDs of those that were there from the beginning, and were deleted.
    deleted: BTreeSet<String>,
    starts: StartRate,
    /// Oldest first.
    executions: VecDeque<Arc<Execution>>,
}

/// Answers a request; `path` is what stands behind `/v2/Flows`.
pub(super) fn answer(api: &ApiRequest<'_>, method: &str, path: &str) -> Result<Response, ApiError> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match (method, parts.as_slice()) {
        ("POST", []) => flows::create(api),
        ("GET", []) => flows::list(api),
        ("POST", ["Validate"]) => flows::validate(api),
        ("GET", [flow]) => flows::fetch(api, flow),
        ("POST", [flow]) => flows::update(api, flow),
        ("DELETE", [flow]) => flows::delete(api, flow),
        ("GET" | "POST", [flow, "TestUsers"]) => test_users(api, flow),
        ("POST", [flow, "Executions"]) => executions::create(api, flow),
        ("GET", [flow, "Executions"]) => executions::list(api, flow),
        ("GET", [flow, "Executions", sid]) => executions::fetch(api, flow, sid),
        ("POST", [flow, "Executions", sid]) => executions::update(api, flow, sid),
        ("DELETE", [flow, "Executions", sid]) => executions::delete(api, flow, sid),
        ("GET", [flow, "Executions", sid, "Context"]) => executions::context(api, flow, sid),
        ("GET", [flow, "Executions", sid, "Steps"]) => steps::list(api, flow, sid),
        ("GET", [flow, "Executions", sid, "Steps", step]) => steps::fetch(api, flow, sid, step),
        ("GET", [flow, "Executions", sid, "Steps", step, "Context"]) => {
            steps::context(api, flow, sid, step)
        }
        ("GET", [flow, "Revisions"]) => revisions::list(api, flow),
        ("GET", [flow, "Revisions", which]) => revisions::fetch(api, flow, which),
        _ => Err(ApiError::not_found(&format!("/v2/Flows{path}"))),
    }
}

/// Test users run drafts at the real one. Which code it would have for that is not known.
fn test_users(api: &ApiRequest<'_>, flow: &str) -> Result<Response, ApiError> {
    flows::find(api, flow)?;
    let why = "Test users are not simulated: every phone of the sandbox runs the revision that was published last";
    Err(ApiError::new(501, 20001, why))
}

/// Where the real one is.
const BASE: &str = "https://studio.twilio.com/v2/Flows";

/// A time as v2 writes it: `2026-11-20T12:00:00Z`.
fn iso(at: jiff::Timestamp) -> String {
    format!("{at:.0}")
}
