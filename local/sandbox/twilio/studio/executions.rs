//! The Execution resource, its context and its steps. (docs/studio/rest-api/v2/execution; contract 4.2.)

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use shared::http::Response;
use studio::RunEvent;

use super::super::KEPT;
use super::super::journal::keep;
use super::super::refusal::Refusal;
use super::super::rest::{Ask, is_e164};
use super::execution::{Execution, Order, StepRecord};
use super::flows::{self, need};
use super::run::Driver;
use super::{BASE, iso};
use crate::activity;

/// Begins an Execution.
pub(super) fn create(ask: &Ask<'_>, flow_sid: &str) -> Result<Response, Refusal> {
    ask.places(|| {
        let order = order(ask, flow_sid)?;
        let execution = begin(ask, order)?;
        let resource = resource(&execution);
        activity::spawn(Driver::new(ask.twilio.clone(), execution).run());
        Ok(Response::json(201, &resource))
    })
}

fn order(ask: &Ask<'_>, flow_sid: &str) -> Result<Order, Refusal> {
    let kept = flows::find(ask, flow_sid)?;
    // The code is not known. (K)
    let not_published = || Refusal::bad(20001, format!("Flow {flow_sid} is not published"));
    let published = kept.published.ok_or_else(not_published)?;
    let to = need(ask, "To")?;
    if !is_e164(to) {
        return Err(Refusal::bad(21211, format!("Invalid 'To' Phone Number: {to}")));
    }
    let parameters = ask.field("Parameters").unwrap_or("{}");
    let data: Map<String, Value> = serde_json::from_str(parameters)
        .map_err(|_| Refusal::bad(20001, "Parameters is not a JSON object"))?;
    Ok(Order {
        account: ask.account.to_owned(),
        flow_sid: flow_sid.to_owned(),
        revision: published.revision,
        flow: published.flow,
        to: to.to_owned(),
        from: need(ask, "From")?.to_owned(),
        data,
    })
}

/// One contact is in one Execution at a time. (The status is K, and so is the code.)
fn begin(ask: &Ask<'_>, order: Order) -> Result<Arc<Execution>, Refusal> {
    let executions = &mut ask.twilio.state().studio.executions;
    let active = executions.iter().find(|one| one.order.to == order.to && one.is_active());
    if let Some(active) = active {
        let why = format!("Execution {} is already active for this contact", active.sid);
        return Err(Refusal::new(409, 20409, why));
    }
    let execution = Arc::new(Execution::create(ask.twilio, order));
    keep(executions, execution.clone(), KEPT);
    Ok(execution)
}

/// A Flow's Executions that pass the filters.
pub(super) fn list(ask: &Ask<'_>, flow_sid: &str) -> Result<Response, Refusal> {
    flows::find(ask, flow_sid)?;
    let executions = ask.twilio.state().studio.executions.clone();
    let time = |name: &str| ask.field(name).and_then(|text| text.parse::<Timestamp>().ok());
    let (from, to) = (time("DateCreatedFrom"), time("DateCreatedTo"));
    let passes = |one: &&Arc<Execution>| {
        one.order.flow_sid == flow_sid
            && one.order.account == ask.account
            && from.is_none_or(|from| one.created >= from)
            && to.is_none_or(|to| one.created <= to)
            && ask.field("Status").is_none_or(|status| status == one.status())
    };
    let found = executions.iter().rev().filter(passes).map(|one| resource(one)).collect();
    let path = format!("/{flow_sid}/Executions");
    Ok(super::list::page(ask, "executions", &path, found))
}

fn find(ask: &Ask<'_>, flow_sid: &str, sid: &str) -> Result<Arc<Execution>, Refusal> {
    let executions = ask.twilio.state().studio.executions.clone();
    let found = executions.into_iter().find(|one| {
        one.sid == sid && one.order.flow_sid == flow_sid && one.order.account == ask.account
    });
    found.ok_or_else(|| Refusal::not_found(&format!("/v2/Flows/{flow_sid}/Executions/{sid}")))
}

/// One Execution.
pub(super) fn fetch(ask: &Ask<'_>, flow_sid: &str, sid: &str) -> Result<Response, Refusal> {
    find(ask, flow_sid, sid).map(|one| Response::json(200, &resource(&one)))
}

/// Ends an Execution. Its live call goes on until its widget is done; what the real one does is not documented. (K)
pub(super) fn update(ask: &Ask<'_>, flow_sid: &str, sid: &str) -> Result<Response, Refusal> {
    let execution = find(ask, flow_sid, sid)?;
    match need(ask, "Status")? {
        "ended" => {
            execution.step(RunEvent::Stopped, ask.twilio.now());
        }
        "active" => {}
        other => return Err(Refusal::bad(20001, format!("Invalid Status: {other}"))),
    }
    Ok(Response::json(200, &resource(&execution)))
}

/// What its widgets know.
pub(super) fn context(ask: &Ask<'_>, flow_sid: &str, sid: &str) -> Result<Response, Refusal> {
    let execution = find(ask, flow_sid, sid)?;
    let told = json!({
        "account_sid": ask.account,
        "flow_sid": flow_sid,
        "execution_sid": sid,
        "context": execution.context(),
        "url": format!("{}/Context", url(&execution)),
    });
    Ok(Response::json(200, &told))
}

/// Its steps, newest first.
pub(super) fn steps(ask: &Ask<'_>, flow_sid: &str, sid: &str) -> Result<Response, Refusal> {
    let execution = find(ask, flow_sid, sid)?;
    let steps = execution.steps();
    let told = steps.iter().rev().map(|step| step_resource(&execution, step)).collect();
    let path = format!("/{flow_sid}/Executions/{sid}/Steps");
    Ok(super::list::page(ask, "steps", &path, told))
}

fn url(execution: &Execution) -> String {
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
        "contact_channel_address": order.to,
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

fn step_resource(execution: &Execution, record: &StepRecord) -> Value {
    let step = &record.step;
    let url = format!("{}/Steps/{}", url(execution), record.sid);
    json!({
        "sid": record.sid,
        "account_sid": execution.order.account,
        "flow_sid": execution.order.flow_sid,
        "execution_sid": execution.sid,
        "parent_step_sid": null,
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
