//! A request to the REST API, and the lists that it gets.

use std::sync::Arc;

use serde_json::{Value, json};
use shared::http::Response;

use super::Twilio;
use super::api_error::ApiError;
use super::faults::Placing;
use super::webhook::field;
use crate::settings::Setup;

/// A request for one account.
pub(super) struct ApiRequest<'a> {
    pub(super) twilio: &'a Arc<Twilio>,
    pub(super) setup: &'a Setup,
    pub(super) account: &'a str,
    /// The fields of the form, or of a GET's query.
    pub(super) fields: Vec<(String, String)>,
}

impl ApiRequest<'_> {
    /// The first field of this name, unless it is empty.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        field(&self.fields, name).filter(|value| !value.is_empty())
    }

    /// A field that must be there.
    pub(super) fn need(&self, name: &str, code: u32, otherwise: &str) -> Result<&str, ApiError> {
        self.field(name).ok_or_else(|| ApiError::bad(code, otherwise))
    }

    /// Places a call, in whichever way, unless that goes wrong on purpose: before it is done, or after.
    pub(super) fn places(
        &self,
        place: impl FnOnce() -> Result<Response, ApiError>,
    ) -> Result<Response, ApiError> {
        let placing = self.twilio.records().fault_injector.placing();
        match placing {
            Placing::Refused(refuse) => {
                return Err(ApiError::new(refuse.status, refuse.code, "Refused on purpose"));
            }
            Placing::FailsBefore => return Err(ApiError::out_of_order()),
            Placing::Well | Placing::FailsAfter => {}
        }
        let placed = place()?;
        if placing == Placing::FailsAfter { Err(ApiError::out_of_order()) } else { Ok(placed) }
    }

    /// Fails a look-up of calls, if that goes wrong on purpose.
    pub(super) fn looks_up(&self, a_call: bool) -> Result<(), ApiError> {
        let fails = a_call && self.twilio.records().fault_injector.look_up_fails();
        if fails { Err(ApiError::out_of_order()) } else { Ok(()) }
    }
}

/// One page of a list, newest first.
pub(super) struct Page {
    pub(super) number: usize,
    pub(super) size: usize,
    pub(super) start: usize,
    pub(super) shown: Vec<Value>,
    pub(super) has_more: bool,
    /// What the list is filtered by, which each page's URL says again.
    filters: Vec<(String, String)>,
}

impl Page {
    /// The page that a request wants.
    pub(super) fn of(api: &ApiRequest<'_>, newest_first: Vec<Value>) -> Page {
        let number = |name: &str| api.field(name).and_then(|text| text.parse::<usize>().ok());
        let size = number("PageSize").unwrap_or(50).clamp(1, 1_000);
        let page = number("Page").unwrap_or(0);
        let start = page.saturating_mul(size);
        let has_more = newest_first.len() > start.saturating_add(size);
        let shown = newest_first.into_iter().skip(start).take(size).collect();
        let mut filters = api.fields.clone();
        filters.retain(|(name, _)| !matches!(name.as_str(), "Page" | "PageSize"));
        Page { number: page, size, start, shown, has_more, filters }
    }

    /// The query of another page of the same list.
    pub(super) fn query(&self, number: usize) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.filters)
            .append_pair("PageSize", &self.size.to_string())
            .append_pair("Page", &number.to_string())
            .finish()
    }
}

/// One page of a list, newest first, as Twilio wraps it: `name` is the list's own.
pub(super) fn page(
    api: &ApiRequest<'_>,
    name: &str,
    file: &str,
    newest_first: Vec<Value>,
) -> Response {
    let page = Page::of(api, newest_first);
    let uri = |number: usize| {
        format!("/2010-04-01/Accounts/{}/{file}?{}", api.account, page.query(number))
    };
    let body = json!({
        "first_page_uri": uri(0),
        "previous_page_uri": page.number.checked_sub(1).map(uri),
        "next_page_uri": page.has_more.then(|| uri(page.number + 1)),
        "uri": uri(page.number),
        "page": page.number,
        "page_size": page.size,
        "start": page.start,
        "end": (page.start + page.shown.len()).saturating_sub(1),
        name: page.shown,
    });
    Response::json(200, &body)
}

/// Whether it is a phone number in E.164, which is all that can be called here.
pub(super) fn is_e164(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
}
