//! The call resource. (docs/voice/api/call-resource; contract 5.1 and 5.6.)

use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::http::Response;

use super::call::{Call, Deed, Detection, Document, Order, Status, Target};
use super::life::{rfc2822, seconds};
use super::refusal::Refusal;
use super::rest::{Ask, is_e164, page};
use super::twiml::Method;
use super::webhook::is_url;

/// How much TwiML a request may bring.
const MOST_TWIML: usize = 4_000;
/// How long a call may last, unless the request says otherwise.
pub(super) const FOUR_HOURS: u64 = 4 * 60 * 60;

/// Places a call.
pub(super) fn create(ask: &Ask<'_>) -> Result<Response, Refusal> {
    ask.places(|| {
        let call = ask.twilio.place(order(ask)?);
        Ok(Response::json(201, &resource(&call)))
    })
}

fn order(ask: &Ask<'_>) -> Result<Order, Refusal> {
    let to = ask.need("To", 21211, "No 'To' number is specified")?;
    if !is_e164(to) {
        return Err(Refusal::bad(21211, format!("Invalid 'To' Phone Number: {to}")));
    }
    let from = ask.need("From", 21213, "No 'From' number is specified")?;
    let document =
        document(ask)?.ok_or_else(|| Refusal::bad(21205, "Url parameter is required"))?;
    let seconds = |name: &str, default: u64| {
        ask.field(name).and_then(|text| u64::from_str(text).ok()).unwrap_or(default)
    };
    let target = |url: &str, method: &str| target(ask, url, method);
    let events = ask.fields.iter().filter(|(name, _)| name == "StatusCallbackEvent");
    let mut events: Vec<String> = events
        .flat_map(|(_, value)| value.split([' ', ',']))
        .filter(|event| !event.is_empty())
        .map(str::to_owned)
        .collect();
    if events.is_empty() {
        events.push("completed".to_owned());
    }
    let detection = ask.field("MachineDetection").map(|kind| Detection {
        message_end: kind == "DetectMessageEnd",
        beside: ask.field("AsyncAmd") == Some("true"),
        callback: target("AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod"),
    });
    Ok(Order {
        account: ask.account.to_owned(),
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
fn document(ask: &Ask<'_>) -> Result<Option<Document>, Refusal> {
    match (ask.field("Url"), ask.field("Twiml")) {
        (Some(url), _) if is_url(url) => {
            let method = Method::read(ask.field("Method"));
            Ok(Some(Document::At { url: url.to_owned(), method }))
        }
        (Some(url), _) => Err(Refusal::bad(21205, format!("Url is not a valid URL: {url}"))),
        (None, Some(twiml)) if twiml.chars().count() > MOST_TWIML => {
            Err(Refusal::bad(20001, "Twiml is longer than 4000 characters"))
        }
        (None, twiml) => Ok(twiml.map(|twiml| Document::Inline(twiml.to_owned()))),
    }
}

fn target(ask: &Ask<'_>, url: &str, method: &str) -> Option<Target> {
    let url = ask.field(url).filter(|url| is_url(url))?.to_owned();
    Some(Target { url, method: Method::read(ask.field(method)) })
}

/// All calls that pass the filters.
pub(super) fn list(ask: &Ask<'_>) -> Response {
    let mut calls = ask.twilio.calls();
    calls.reverse();
    let passes = |call: &Call| {
        let order = &call.order;
        let same = |name: &str, value: &str| ask.field(name).is_none_or(|wanted| wanted == value);
        let day = call.facts().ringing_since.unwrap_or(call.created).to_string();
        let day = day.get(..10).unwrap_or_default();
        let started = |name: &str, fits: fn(&str, &str) -> bool| {
            ask.field(name).is_none_or(|wanted| fits(day, wanted.get(..10).unwrap_or(wanted)))
        };
        order.account == ask.account
            && same("To", &order.to)
            && same("From", &order.from)
            && same("Status", call.status().rest_name())
            // A day, not a moment. Of a call that has not rung yet it is the day it was placed.
            && started("StartTime", |day, wanted| day == wanted)
            && started("StartTime<", |day, wanted| day <= wanted)
            && started("StartTime>", |day, wanted| day >= wanted)
    };
    let found = calls.iter().filter(|call| passes(call)).map(|call| resource(call)).collect();
    page(ask, "calls", "Calls.json", found)
}

/// One call, if there is such a one.
pub(super) fn fetch(ask: &Ask<'_>, sid: &str) -> Option<Response> {
    find(ask, sid).map(|call| Response::json(200, &resource(&call)))
}

fn find(ask: &Ask<'_>, sid: &str) -> Option<std::sync::Arc<Call>> {
    let calls = ask.twilio.calls();
    calls.into_iter().rev().find(|call| call.sid == sid && call.order.account == ask.account)
}

/// Ends a call, or has it go on with another document.
pub(super) async fn update(ask: &Ask<'_>, sid: &str) -> Result<Response, Refusal> {
    let call = find(ask, sid).ok_or_else(|| Refusal::not_found(&format!("/Calls/{sid}.json")))?;
    let deed = match (ask.field("Status"), document(ask)?) {
        (Some("completed"), _) => Deed::Complete,
        (Some("canceled"), _) => Deed::Cancel,
        (Some(other), _) => return Err(Refusal::bad(20001, format!("Invalid Status: {other}"))),
        (None, Some(document)) if call.status() == Status::InProgress => Deed::Redirect(document),
        (None, Some(_)) => {
            return Err(Refusal::bad(21220, "Call is not in-progress. Cannot redirect."));
        }
        (None, None) => return Ok(Response::json(200, &resource(&call))),
    };
    if let Err(why) = call.tell(deed).await {
        tracing::debug!(call = call.sid, why, "a call stays as it is");
    }
    Ok(Response::json(200, &resource(&call)))
}

/// The resource's JSON.
fn resource(call: &Call) -> Value {
    let base = format!("/2010-04-01/Accounts/{}/Calls/{}", call.order.account, call.sid);
    let order = &call.order;
    let facts = call.facts().clone();
    let time = |at: Option<Timestamp>| at.map(rfc2822);
    json!({
        "sid": call.sid,
        "account_sid": order.account,
        "parent_call_sid": null,
        "to": order.to,
        "to_formatted": order.to,
        "from": order.from,
        "from_formatted": order.from,
        "phone_number_sid": null,
        "status": facts.status.rest_name(),
        "direction": "outbound-api",
        "date_created": rfc2822(call.created),
        "date_updated": rfc2822(facts.updated),
        "start_time": time(facts.ringing_since),
        "end_time": time(facts.ended),
        "duration": facts.status.is_final().then(|| seconds(call).to_string()),
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
