//! The message resource: texts. (twilio.com/docs/messaging/api/message-resource.)

use std::sync::Arc;

use serde_json::{Value, json};
use shared::http::Response;

use super::api_error::ApiError;
use super::api_request::{ApiRequest, is_e164};
use super::direction::Direction;
use super::life::rfc2822;
use super::paging::{Listed, page};
use super::text::{Text, TextOrder};
use super::webhook::is_url;

/// How long a text may be.
pub(crate) const MAX_TEXT_CHARACTERS: usize = 1_600;

/// Sends a text.
pub(super) fn create(api: &ApiRequest<'_>) -> Result<Response, ApiError> {
    let to = api.need("To", 21604, "A 'To' phone number is required.")?;
    if !is_e164(to) {
        return Err(ApiError::bad(21211, format!("Invalid 'To' Phone Number: {to}")));
    }
    let (from, service) = (api.field("From"), api.field("MessagingServiceSid"));
    if from.is_none() && service.is_none() {
        return Err(ApiError::bad(21603, "A 'From' phone number is required."));
    }
    let body = api.need("Body", 21602, "Message body is required.")?;
    if body.chars().count() > MAX_TEXT_CHARACTERS {
        return Err(ApiError::bad(
            21617,
            "The concatenated message body exceeds the 1600 character limit",
        ));
    }
    if api.twilio.has_opted_out(to) {
        return Err(ApiError::bad(21610, "Attempt to send to unsubscribed recipient"));
    }
    let own = api.field("StatusCallback").filter(|url| is_url(url)).map(str::to_owned);
    let status_callback = own.or_else(|| api.twilio.records().fault_injector.status_callback());
    let text = api.twilio.take_text(TextOrder {
        account: api.account.to_owned(),
        direction: Direction::Outbound,
        to: to.to_owned(),
        from: from.map(str::to_owned),
        service: service.map(str::to_owned),
        body: body.to_owned(),
        status_callback,
    });
    Ok(Response::json(201, &text.resource()))
}

/// All texts that pass the filters.
pub(super) fn list(api: &ApiRequest<'_>) -> Result<Response, ApiError> {
    let mut texts = api.twilio.texts();
    texts.reverse();
    page(api, "messages", "Messages.json", texts, |text| {
        text.order.account == api.account
            && api.wants("To", text.to())
            && api.wants("From", text.from().unwrap_or_default())
            // Of a text that was not sent yet it is the day it was taken.
            && api.wants_day("DateSent", Some(text.facts().sent.unwrap_or(text.created)))
    })
}

/// One text, if there is such a one.
pub(super) fn fetch(api: &ApiRequest<'_>, sid: &str) -> Option<Response> {
    let texts = api.twilio.texts();
    let found =
        texts.iter().rev().find(|text| text.sid == sid && text.order.account == api.account);
    found.map(|text| Response::json(200, &text.resource()))
}

impl Listed for Arc<Text> {
    fn sid(&self) -> &str {
        &self.sid
    }

    fn resource(&self) -> Value {
        let (order, facts) = (&self.order, self.facts());
        json!({
            "sid": self.sid,
            "account_sid": order.account,
            "api_version": "2010-04-01",
            "body": order.body,
            "date_created": rfc2822(self.created),
            "date_sent": facts.sent.map(rfc2822),
            "date_updated": rfc2822(facts.updated),
            "direction": order.direction.name(),
            "error_code": facts.error_code,
            "error_message": null,
            "from": self.from(),
            "messaging_service_sid": order.service,
            "num_media": "0",
            "num_segments": "1",
            "price": null,
            "price_unit": "USD",
            "status": facts.status.name(),
            "to": order.to,
            "uri": format!("/2010-04-01/Accounts/{}/Messages/{}.json", order.account, self.sid),
            "subresource_uris": {},
        })
    }
}
