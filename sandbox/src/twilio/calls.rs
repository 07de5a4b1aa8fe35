//! The call resource. (twilio.com/docs/voice/api/call-resource.)

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::http::Response;

use super::api_error::ApiError;
use super::api_request::{ApiRequest, is_e164};
use super::call::{Call, Detection, Document, Order, PhoneAction, Status, Target};
use super::direction::Direction;
use super::life::{rfc2822, seconds};
use super::paging::{Listed, page};
use super::twiml::Method;
use super::webhook::is_url;

/// How much TwiML a request may bring.
const MAX_TWIML_CHARACTERS: usize = 4_000;
/// How long a call may last, unless the request says otherwise.
pub(super) const FOUR_HOURS: u64 = 4 * 60 * 60;

/// Places a call.
pub(super) fn create(api: &ApiRequest<'_>) -> Result<Response, ApiError> {
    api.places(|| {
        let call = api.twilio.place(order(api)?);
        Ok(Response::json(201, &call.resource()))
    })
}

fn order(api: &ApiRequest<'_>) -> Result<Order, ApiError> {
    let to = api.need("To", 21211, "No 'To' number is specified")?;
    if !is_e164(to) {
        return Err(ApiError::bad(21211, format!("Invalid 'To' Phone Number: {to}")));
    }
    let from = api.need("From", 21213, "No 'From' number is specified")?;
    let document =
        document(api)?.ok_or_else(|| ApiError::bad(21205, "Url parameter is required"))?;
    let seconds = |name: &str, default: u64| {
        api.field(name).and_then(|text| u64::from_str(text).ok()).unwrap_or(default)
    };
    let target = |url: &str, method: &str| target(api, url, method);
    let events = api.fields.iter().filter(|(name, _)| name == "StatusCallbackEvent");
    let mut events: Vec<String> = events
        .flat_map(|(_, value)| value.split([' ', ',']))
        .filter(|event| !event.is_empty())
        .map(str::to_owned)
        .collect();
    if events.is_empty() {
        events.push("completed".to_owned());
    }
    let detection = api.field("MachineDetection").map(|kind| Detection {
        message_end: kind == "DetectMessageEnd",
        beside: api.field("AsyncAmd") == Some("true"),
        callback: target("AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod"),
    });
    Ok(Order {
        account: api.account.to_owned(),
        direction: Direction::Outbound,
        to: to.to_owned(),
        from: from.to_owned(),
        document,
        fallback: target("FallbackUrl", "FallbackMethod"),
        status_callback: target("StatusCallback", "StatusCallbackMethod"),
        events,
        timeout: Duration::from_secs(seconds("Timeout", 60).min(600)),
        time_limit: Duration::from_secs(seconds("TimeLimit", FOUR_HOURS)),
        detection,
    })
}

/// The document that a request names: at `Url`, else given as `Twiml`.
fn document(api: &ApiRequest<'_>) -> Result<Option<Document>, ApiError> {
    match (api.field("Url"), api.field("Twiml")) {
        (Some(url), _) if is_url(url) => {
            let method = Method::read(api.field("Method"));
            Ok(Some(Document::At { url: url.to_owned(), method }))
        }
        (Some(url), _) => Err(ApiError::bad(21205, format!("Url is not a valid URL: {url}"))),
        (None, Some(twiml)) if twiml.chars().count() > MAX_TWIML_CHARACTERS => {
            Err(ApiError::bad(20001, "Twiml is longer than 4000 characters"))
        }
        (None, twiml) => Ok(twiml.map(|twiml| Document::Inline(twiml.to_owned()))),
    }
}

fn target(api: &ApiRequest<'_>, url: &str, method: &str) -> Option<Target> {
    let url = api.field(url).filter(|url| is_url(url))?.to_owned();
    Some(Target { url, method: Method::read(api.field(method)) })
}

/// All calls that pass the filters.
pub(super) fn list(api: &ApiRequest<'_>) -> Result<Response, ApiError> {
    let mut calls = api.twilio.calls();
    calls.reverse();
    page(api, "calls", "Calls.json", calls, |call| {
        let (order, facts) = (&call.order, call.facts().clone());
        order.account == api.account
            && api.wants("To", &order.to)
            && api.wants("From", &order.from)
            && api.wants("Status", facts.status.rest_name())
            // No call here has a parent.
            && api.field("ParentCallSid").is_none()
            // Of a call that has not rung yet it is the day it was placed.
            && api.wants_day("StartTime", Some(facts.ringing_since.unwrap_or(call.created)))
            && api.wants_day("EndTime", facts.ended)
    })
}

/// One call, if there is such a one.
pub(super) fn fetch(api: &ApiRequest<'_>, sid: &str) -> Option<Response> {
    find(api, sid).map(|call| Response::json(200, &call.resource()))
}

fn find(api: &ApiRequest<'_>, sid: &str) -> Option<Arc<Call>> {
    let calls = api.twilio.calls();
    calls.into_iter().rev().find(|call| call.sid == sid && call.order.account == api.account)
}

/// Ends a call, or has it go on with another document.
pub(super) async fn update(api: &ApiRequest<'_>, sid: &str) -> Result<Response, ApiError> {
    let call = find(api, sid).ok_or_else(|| ApiError::not_found(&format!("/Calls/{sid}.json")))?;
    let action = match (api.field("Status"), document(api)?) {
        (Some("completed"), _) => PhoneAction::Complete,
        (Some("canceled"), _) => PhoneAction::Cancel,
        (Some(other), _) => return Err(ApiError::bad(20001, format!("Invalid Status: {other}"))),
        (None, Some(document)) if call.status() == Status::InProgress => {
            PhoneAction::Redirect(document)
        }
        (None, Some(_)) => {
            return Err(ApiError::bad(21220, "Call is not in-progress. Cannot redirect."));
        }
        (None, None) => return Ok(Response::json(200, &call.resource())),
    };
    if let Err(why) = call.act(action).await {
        tracing::debug!(call = call.sid, why, "a call stays as it is");
    }
    Ok(Response::json(200, &call.resource()))
}

impl Listed for Arc<Call> {
    fn sid(&self) -> &str {
        &self.sid
    }

    fn resource(&self) -> Value {
        let base = format!("/2010-04-01/Accounts/{}/Calls/{}", self.order.account, self.sid);
        let order = &self.order;
        let facts = self.facts().clone();
        let time = |at: Option<Timestamp>| at.map(rfc2822);
        json!({
            "sid": self.sid,
            "account_sid": order.account,
            "parent_call_sid": null,
            "to": order.to,
            "to_formatted": order.to,
            "from": order.from,
            "from_formatted": order.from,
            "phone_number_sid": null,
            "status": facts.status.rest_name(),
            "direction": order.direction.name(),
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(facts.updated),
            "start_time": time(facts.ringing_since),
            "end_time": time(facts.ended),
            "duration": facts.status.is_final().then(|| seconds(self).to_string()),
            "answered_by": facts.answered_by,
            "price": null,
            "price_unit": "USD",
            "queue_time": "0",
            "annotation": null,
            "api_version": "2010-04-01",
            "caller_name": null,
            "forwarded_from": null,
            "group_sid": null,
            "trunk_sid": null,
            "uri": format!("{base}.json"),
            "subresource_uris": {"recordings": format!("{base}/Recordings.json")},
        })
    }
}
