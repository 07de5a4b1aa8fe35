//! A simulated Studio: Flows as its REST API v2 has them, and Executions that really run. (Contract 4.)
//!
//! 1. `flows` with their `revisions`, `executions`: the resources; `list`: how v2 wraps a list.
//! 2. `execution`: an Execution, around its run; `run`: what drives that, at the phone and over HTTP. (The machine that
//!    knows the widgets is the crate `studio`.)
//! 3. `inbound`: calls and texts to our numbers; `demo`: those of simulated callers. `events`: an Execution's events in Event Streams.

mod demo;
mod events;
mod execution;
mod executions;
mod flows;
mod inbound;
mod list;
mod revisions;
mod run;
mod stored_flow;

use std::collections::VecDeque;
use std::sync::Arc;

use shared::http::Response;

use super::api_error::ApiError;
use super::api_request::ApiRequest;
use execution::Execution;
pub(crate) use inbound::{InboundFlow, Unreached};
use stored_flow::StoredFlow;

/// All that the simulated Studio knows.
#[derive(Default)]
pub(super) struct Studio {
    /// Those that were posted. A policy's own is there without that.
    flows: VecDeque<StoredFlow>,
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
        ("POST", [flow, "Executions"]) => executions::create(api, flow),
        ("GET", [flow, "Executions"]) => executions::list(api, flow),
        ("GET", [flow, "Executions", sid]) => executions::fetch(api, flow, sid),
        ("POST", [flow, "Executions", sid]) => executions::update(api, flow, sid),
        ("GET", [flow, "Executions", sid, "Context"]) => executions::context(api, flow, sid),
        ("GET", [flow, "Executions", sid, "Steps"]) => executions::steps(api, flow, sid),
        ("GET", [flow, "Executions", sid, "Steps", step]) => executions::step(api, flow, sid, step),
        ("GET", [flow, "Executions", sid, "Steps", step, "Context"]) => {
            executions::step_context(api, flow, sid, step)
        }
        ("GET", [flow, "Revisions"]) => revisions::list(api, flow),
        ("GET", [flow, "Revisions", which]) => revisions::fetch(api, flow, which),
        _ => Err(ApiError::not_found(&format!("/v2/Flows{path}"))),
    }
}

/// Where the real one is.
const BASE: &str = "https://studio.twilio.com/v2/Flows";

/// A time as v2 writes it: `2026-11-20T12:00:00Z`.
fn iso(at: jiff::Timestamp) -> String {
    format!("{at:.0}")
}
