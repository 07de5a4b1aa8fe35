//! Texts: taken, shown on the page, with callbacks if they are wanted. (docs/messaging/api/message-resource.)

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::http::Response;

use super::api_error::ApiError;
use super::api_request::{ApiRequest, is_e164, page};
use super::callbacks::Outbox;
use super::journal::push_bounded;
use super::life::rfc2822;
use super::twiml::Method;
use super::webhook::{Webhook, is_url};
use super::{MAX_RECORDS, Twilio};
use crate::ids::random;

/// How long a text may be.
const MAX_TEXT_CHARACTERS: usize = 1_600;

/// A text that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    sid: String,
    account: String,
    from: String,
    pub(crate) to: String,
    pub(crate) body: String,
    pub(crate) at: Timestamp,
}

/// Sends a text.
pub(super) fn create(api: &ApiRequest<'_>) -> Result<Response, ApiError> {
    let to = api.need("To", 21604, "A 'To' phone number is required.")?;
    if !is_e164(to) {
        return Err(ApiError::bad(21211, format!("Invalid 'To' Phone Number: {to}")));
    }
    let from = api.field("From").or(api.field("MessagingServiceSid"));
    let from = from.ok_or_else(|| ApiError::bad(21603, "A 'From' phone number is required."))?;
    let body = api.need("Body", 21602, "Message body is required.")?;
    if body.chars().count() > MAX_TEXT_CHARACTERS {
        return Err(ApiError::bad(
            21617,
            "The concatenated message body exceeds the 1600 character limit",
        ));
    }
    let text = Text {
        sid: format!("SM{}", random()),
        account: api.account.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        body: body.to_owned(),
        at: api.twilio.now(),
    };
    push_bounded(&mut api.twilio.records().texts, text.clone(), MAX_RECORDS);
    if let Some(url) = api.field("StatusCallback").filter(|url| is_url(url)) {
        send_callbacks(api, &text, url);
    }
    Ok(Response::json(201, &resource(&text, "queued")))
}

/// Sends the callbacks of `sent` and `delivered`. There is none of `queued`. (Contract 6.)
fn send_callbacks(api: &ApiRequest<'_>, text: &Text, url: &str) {
    let outbox = Outbox::open(api.twilio.clone());
    for status in ["sent", "delivered"] {
        let fields = [
            ("AccountSid", text.account.as_str()),
            ("MessageSid", &text.sid),
            ("SmsSid", &text.sid),
            ("MessageStatus", status),
            ("SmsStatus", status),
            ("From", &text.from),
            ("To", &text.to),
            ("ApiVersion", "2010-04-01"),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        outbox.put(text.at, Webhook::new(&text.sid, status, (url, Method::Post), fields));
    }
}

/// All texts that pass the filters.
pub(super) fn list(api: &ApiRequest<'_>) -> Response {
    let twilio: &Twilio = api.twilio;
    let same = |name: &str, value: &str| api.field(name).is_none_or(|wanted| wanted == value);
    let texts = twilio.texts();
    let passing = texts.iter().rev().filter(|text| {
        text.account == api.account && same("To", &text.to) && same("From", &text.from)
    });
    page(
        api,
        "messages",
        "Messages.json",
        passing.map(|text| resource(text, "delivered")).collect(),
    )
}

fn resource(text: &Text, status: &str) -> Value {
    let at = rfc2822(text.at);
    json!({
        "sid": text.sid,
        "account_sid": text.account,
        "api_version": "2010-04-01",
        "body": text.body,
        "date_created": at,
        "date_updated": at,
        "date_sent": (status == "delivered").then_some(&at),
        "direction": "outbound-api",
        "error_code": null,
        "error_message": null,
        "from": text.from,
        "messaging_service_sid": null,
        "num_media": "0",
        "num_segments": "1",
        "price": null,
        "price_unit": "USD",
        "status": status,
        "to": text.to,
        "uri": format!("/2010-04-01/Accounts/{}/Messages/{}.json", text.account, text.sid),
        "subresource_uris": {},
    })
}
