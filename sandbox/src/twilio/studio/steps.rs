//! The Step resource, and its context. (twilio.com/docs/studio/rest-api/v2/step.)

use std::sync::Arc;

use serde_json::{Value, json};
use shared::http::Response;

use super::super::api_error::ApiError;
use super::super::api_request::ApiRequest;
use super::execution::{Execution, StepRecord};
use super::executions::{find, url};
use super::iso;

/// One of its steps.
pub(super) fn fetch(
    api: &ApiRequest<'_>,
    flow_sid: &str,
    sid: &str,
    step_sid: &str,
) -> Result<Response, ApiError> {
    let (execution, record) = find_step(api, flow_sid, sid, step_sid)?;
    Ok(Response::json(200, &step_resource(&execution, &record)))
}

/// The context of its widgets after one of its steps.
pub(super) fn context(
    api: &ApiRequest<'_>,
    flow_sid: &str,
    sid: &str,
    step_sid: &str,
) -> Result<Response, ApiError> {
    let (execution, record) = find_step(api, flow_sid, sid, step_sid)?;
    let body = json!({
        "account_sid": api.account,
        "flow_sid": flow_sid,
        "execution_sid": sid,
        "step_sid": step_sid,
        "context": record.context.as_deref().unwrap_or(&json!({})),
        "url": format!("{}/Steps/{step_sid}/Context", url(&execution)),
    });
    Ok(Response::json(200, &body))
}

fn find_step(
    api: &ApiRequest<'_>,
    flow_sid: &str,
    sid: &str,
    step_sid: &str,
) -> Result<(Arc<Execution>, StepRecord), ApiError> {
    let execution = find(api, flow_sid, sid)?;
    let record = execution.steps().into_iter().find(|record| record.sid == step_sid);
    let path = format!("/v2/Flows/{flow_sid}/Executions/{sid}/Steps/{step_sid}");
    let record = record.ok_or_else(|| ApiError::not_found(&path))?;
    Ok((execution, record))
}

/// Its steps, newest first.
pub(super) fn list(api: &ApiRequest<'_>, flow_sid: &str, sid: &str) -> Result<Response, ApiError> {
    let execution = find(api, flow_sid, sid)?;
    let steps = execution.steps();
    let shown = steps.iter().rev().map(|step| step_resource(&execution, step));
    let shown: Vec<Value> = shown.collect();
    let path = format!("/{flow_sid}/Executions/{sid}/Steps");
    super::list::page(api, "steps", &path, shown, |_| true)
}

fn step_resource(execution: &Execution, record: &StepRecord) -> Value {
    let step = &record.step;
    let url = format!("{}/Steps/{}", url(execution), record.sid);
    json!({
        "sid": record.sid,
        "account_sid": execution.order.account,
        "flow_sid": execution.order.flow_sid,
        "execution_sid": execution.sid,
        "parent_step_sid": record.parent,
        "name": step.event,
        "type": step.kind,
        "transitioned_from": step.from,
        "transitioned_to": record.to(),
        "context": {},
        "date_created": iso(step.at),
        "date_updated": iso(step.at),
        "url": url,
        "links": {"step_context": format!("{url}/Context")},
    })
}
