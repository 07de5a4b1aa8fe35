//! Texts: taken, shown on the page, and told about if somebody asked. (docs/messaging/api/message-resource.)

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::http::Response;

use super::callbacks::Outbox;
use super::journal::keep;
use super::life::rfc2822;
use super::refusal::Refusal;
use super::rest::{Ask, is_e164, page};
use super::twiml::Method;
use super::webhook::{Webhook, is_url};
use super::{KEPT, Twilio};
use crate::commands::send::random;

/// How long a text may be.
const LONGEST: usize = 1_600;

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
pub(super) fn create(ask: &Ask<'_>) -> Result<Response, Refusal> {
    let to = ask.need("To", 21604, "A 'To' phone number is required.")?;
    if !is_e164(to) {
        return Err(Refusal::bad(21211, format!("Invalid 'To' Phone Number: {to}")));
    }
    let from = ask.field("From").or(ask.field("MessagingServiceSid"));
    let from = from.ok_or_else(|| Refusal::bad(21603, "A 'From' phone number is required."))?;
    let body = ask.need("Body", 21602, "Message body is required.")?;
    if body.chars().count() > LONGEST {
        return Err(Refusal::bad(
            21617,
            "The concatenated message body exceeds the 1600 character limit",
        ));
    }
    let text = Text {
        sid: format!("SM{}", random()),
        account: ask.account.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        body: body.to_owned(),
        at: ask.twilio.now(),
    };
    keep(&mut ask.twilio.state().texts, text.clone(), KEPT);
    if let Some(url) = ask.field("StatusCallback").filter(|url| is_url(url)) {
        tell(ask, &text, url);
    }
    Ok(Response::json(201, &resource(&text, "queued")))
}

/// Tells that it was sent, and that it arrived. Nothing is told of `queued`. (Contract 6.)
fn tell(ask: &Ask<'_>, text: &Text, url: &str) {
    let outbox = Outbox::open(ask.twilio.clone());
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
pub(super) fn list(ask: &Ask<'_>) -> Response {
    let twilio: &Twilio = ask.twilio;
    let same = |name: &str, value: &str| ask.field(name).is_none_or(|wanted| wanted == value);
    let texts = twilio.texts();
    let passing = texts.iter().rev().filter(|text| {
        text.account == ask.account && same("To", &text.to) && same("From", &text.from)
    });
    page(
        ask,
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
