//! The Execution resource, and its context. (twilio.com/docs/studio/rest-api/v2/execution.)

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use shared::http::Response;
use studio::{ExecutionRequest, RunEvent, Trigger};

use super::super::MAX_RECORDS;
use super::super::api_error::ApiError;
use super::super::api_request::{ApiRequest, is_e164};
use super::super::journal::push_bounded;
use super::super::paging::Listed;
use super::execution::{Execution, Order, Replies};
use super::flows::{self, need};
use super::run::Driver;
use super::{BASE, iso};
use crate::host;

/// Begins an Execution.
pub(super) fn create(api: &ApiRequest<'_>, flow_sid: &str) -> Result<Response, ApiError> {
    api.places(|| {
        let order = order(api, flow_sid)?;
        if !api.twilio.records().studio.starts.admit(api.twilio.now()) {
            return Err(ApiError::too_many());
        }
        let (execution, replies) = begin(api, order)?;
        let resource = resource(&execution);
        let driver = Driver::new(api.twilio.clone(), execution, replies, None);
        host::spawn(&api.twilio.settings.host, driver.run());
        Ok(Response::json(201, &resource))
    })
}

fn order(api: &ApiRequest<'_>, flow_sid: &str) -> Result<Order, ApiError> {
    let stored = flows::find(api, flow_sid)?;
    // The code is not known. (K)
    let not_published = || ApiError::bad(20001, format!("Flow {flow_sid} is not published"));
    let published = stored.published.ok_or_else(not_published)?;
    let starts = published.flow.first().is_none_or(|first| {
        let takes = |on: &studio::Transition| on.event == "incomingRequest" && on.next.is_some();
        first.kind != "trigger" || first.transitions.iter().any(takes)
    });
    if !starts {
        // The code is not known. (K)
        let why = format!("Flow {flow_sid} has nothing behind the trigger's incomingRequest");
        return Err(ApiError::bad(20001, why));
    }
    let to = need(api, "To")?;
    if !is_e164(to) {
        return Err(ApiError::bad(21211, format!("Invalid 'To' Phone Number: {to}")));
    }
    let parameters = api.field("Parameters").unwrap_or("{}");
    let parameters: Map<String, Value> = serde_json::from_str(parameters)
        .map_err(|_| ApiError::bad(20001, "Parameters is not a JSON object"))?;
    let from = need(api, "From")?.to_owned();
    let request = ExecutionRequest { to: to.to_owned(), from, parameters };
    Ok(Order {
        account: api.account.to_owned(),
        flow_sid: flow_sid.to_owned(),
        revision: published.revision,
        flow: published.flow,
        trigger: Trigger::Request(request),
    })
}

/// One contact is in one Execution with one of our numbers at a time, those of its own calls apart: error 20409.
fn begin(api: &ApiRequest<'_>, order: Order) -> Result<(Arc<Execution>, Replies), ApiError> {
    let executions = &mut api.twilio.records().studio.executions;
    let between = |order: &Order| {
        let trigger = &order.trigger;
        [&*order.account, trigger.contact(), trigger.address()].map(str::to_owned)
    };
    let ours = between(&order);
    let is_its = |one: &Execution| between(&one.order) == ours && !one.is_of_call();
    let active = executions.iter().find(|one| is_its(one) && one.is_active());
    if let Some(active) = active {
        let why = format!("Execution {} is already active for this contact", active.sid);
        let details = json!({"conflicting_execution_sid": active.sid});
        return Err(ApiError::new(409, 20409, why).with(details));
    }
    let (execution, replies) = Execution::create(api.twilio, order);
    push_bounded(executions, execution.clone(), MAX_RECORDS);
    Ok((execution, replies))
}

/// A Flow's Executions that pass the filters.
pub(super) fn list(api: &ApiRequest<'_>, flow_sid: &str) -> Result<Response, ApiError> {
    flows::find(api, flow_sid)?;
    let executions = api.twilio.records().studio.executions.clone();
    let time = |name: &str| api.field(name).and_then(|text| text.parse::<Timestamp>().ok());
    let (from, to) = (time("DateCreatedFrom"), time("DateCreatedTo"));
    let path = format!("/{flow_sid}/Executions");
    let newest_first: Vec<Arc<Execution>> = executions.into_iter().rev().collect();
    super::list::page(api, "executions", &path, newest_first, |one| {
        one.order.flow_sid == flow_sid
            && one.order.account == api.account
            && from.is_none_or(|from| one.created >= from)
            && to.is_none_or(|to| one.created <= to)
            && api.wants("Status", one.status())
    })
}

impl Listed for Arc<Execution> {
    fn sid(&self) -> &str {
        &self.sid
    }

    fn resource(&self) -> Value {
        resource(self)
    }
}

pub(super) fn find(
    api: &ApiRequest<'_>,
    flow_sid: &str,
    sid: &str,
) -> Result<Arc<Execution>, ApiError> {
    let executions = api.twilio.records().studio.executions.clone();
    let found = executions.into_iter().find(|one| {
        one.sid == sid && one.order.flow_sid == flow_sid && one.order.account == api.account
    });
    found.ok_or_else(|| ApiError::not_found(&format!("/v2/Flows/{flow_sid}/Executions/{sid}")))
}

/// One Execution.
pub(super) fn fetch(api: &ApiRequest<'_>, flow_sid: &str, sid: &str) -> Result<Response, ApiError> {
    find(api, flow_sid, sid).map(|one| Response::json(200, &resource(&one)))
}

/// Ends an Execution. Its live call goes on until its widget is done; what the real one does is not documented. (K)
pub(super) fn update(
    api: &ApiRequest<'_>,
    flow_sid: &str,
    sid: &str,
) -> Result<Response, ApiError> {
    let execution = find(api, flow_sid, sid)?;
    match need(api, "Status")? {
        "ended" => {
            execution.step(RunEvent::Stopped, api.twilio.now());
        }
        "active" => {}
        other => return Err(ApiError::bad(20001, format!("Invalid Status: {other}"))),
    }
    Ok(Response::json(200, &resource(&execution)))
}

/// Deletes an Execution with its steps; one that is active ends.
pub(super) fn delete(
    api: &ApiRequest<'_>,
    flow_sid: &str,
    sid: &str,
) -> Result<Response, ApiError> {
    let execution = find(api, flow_sid, sid)?;
    execution.step(RunEvent::Stopped, api.twilio.now());
    api.twilio.records().studio.executions.retain(|one| one.sid != sid);
    Ok(Response::empty(204))
}

/// The context of its widgets.
pub(super) fn context(
    api: &ApiRequest<'_>,
    flow_sid: &str,
    sid: &str,
) -> Result<Response, ApiError> {
    let execution = find(api, flow_sid, sid)?;
    let body = json!({
        "account_sid": api.account,
        "flow_sid": flow_sid,
        "execution_sid": sid,
        "context": execution.context(),
        "url": format!("{}/Context", url(&execution)),
    });
    Ok(Response::json(200, &body))
}

/// Its URL at the real one.
pub(super) fn url(execution: &Execution) -> String {
    format!("{BASE}/{}/Executions/{}", execution.order.flow_sid, execution.sid)
}

/// The resource's JSON.
fn resource(execution: &Execution) -> Value {
    let (order, url) = (&execution.order, url(execution));
    json!({
        "sid": execution.sid,
        "account_sid": order.account,
        "flow_sid": order.flow_sid,
        "flow_version": order.revision,
        "contact_channel_address": order.contact(),
        "contact_sid": "FCXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
        "context": execution.context(),
        "status": execution.status(),
        "initiated_by": execution.started_by(),
        "date_created": iso(execution.created),
        "date_updated": iso(execution.updated()),
        "url": url,
        "links": {
            "steps": format!("{url}/Steps"),
            "execution_context": format!("{url}/Context"),
        },
    })
}
