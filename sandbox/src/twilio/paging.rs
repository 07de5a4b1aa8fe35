//! Lists, a page at a time. A page's address names the item that it begins behind: what is added meanwhile moves nothing.

use serde_json::{Value, json};
use shared::http::Response;

use super::api_error::ApiError;
use super::api_request::ApiRequest;

/// The size of a page that names none, and the largest one.
const DEFAULT_PAGE_SIZE: usize = 50;
const MAX_PAGE_SIZE: usize = 1_000;
/// The prefixes of a page's token: before the SID that the page begins behind, and the SID that it ends in front of.
const AFTER: &str = "PA";
const BEFORE: &str = "PB";

/// An item of a list.
pub(super) trait Listed {
    /// Its SID; empty if it has none.
    fn sid(&self) -> &str;

    /// The resource's JSON.
    fn resource(&self) -> Value;
}

impl Listed for Value {
    fn sid(&self) -> &str {
        self["sid"].as_str().unwrap_or_default()
    }

    fn resource(&self) -> Value {
        self.clone()
    }
}

/// One page of a list, newest first.
pub(super) struct Page {
    pub(super) number: usize,
    pub(super) size: usize,
    pub(super) start: usize,
    pub(super) shown: Vec<Value>,
    /// The queries of this page and of its neighbours: each says again what the list is filtered by.
    pub(super) query: String,
    pub(super) first: String,
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
}

impl Page {
    /// The page that a request wants of what passes. A page whose token names no item is an error.
    pub(super) fn of<T: Listed>(
        api: &ApiRequest<'_>,
        newest_first: Vec<T>,
        passes: impl Fn(&T) -> bool,
    ) -> Result<Page, ApiError> {
        let number = |name: &str| api.field(name).and_then(|text| text.parse::<usize>().ok());
        let size = number("PageSize").unwrap_or(DEFAULT_PAGE_SIZE).clamp(1, MAX_PAGE_SIZE);
        let number = number("Page").unwrap_or(0);
        let start = number.saturating_mul(size);
        let token = api.field("PageToken");
        // The item was in the list when its page was read. It need not pass any more.
        let at = |sid: &str| newest_first.iter().position(|item| item.sid() == sid);
        let unknown = || ApiError::bad(20001, "Invalid PageToken");
        let all = newest_first.iter().enumerate().filter(|(_, item)| passes(item));
        let all: Vec<(usize, &T)> = all.collect();
        let from = match token {
            None => start.min(all.len()),
            Some(token) => match (token.strip_prefix(AFTER), token.strip_prefix(BEFORE)) {
                (Some(sid), _) => {
                    let at = at(sid).ok_or_else(unknown)?;
                    all.partition_point(|(index, _)| *index <= at)
                }
                (None, Some(sid)) => {
                    let at = at(sid).ok_or_else(unknown)?;
                    all.partition_point(|(index, _)| *index < at).saturating_sub(size)
                }
                (None, None) => return Err(unknown()),
            },
        };
        let shown: Vec<&T> = all.iter().skip(from).take(size).map(|(_, item)| *item).collect();
        let query = |number: usize, token: Option<String>| query(api, size, number, token);
        let behind = |item: &&T| format!("{AFTER}{}", item.sid());
        let in_front = |item: &&T| format!("{BEFORE}{}", item.sid());
        let has_more = all.len() > from.saturating_add(size);
        Ok(Page {
            query: query(number, token.map(str::to_owned)),
            first: query(0, None),
            previous: number
                .checked_sub(1)
                .map(|before| query(before, shown.first().map(in_front))),
            next: has_more.then(|| query(number.saturating_add(1), shown.last().map(behind))),
            number,
            size,
            start,
            shown: shown.into_iter().map(T::resource).collect(),
        })
    }
}

/// The query of a page of the list that a request is about.
fn query(api: &ApiRequest<'_>, size: usize, number: usize, token: Option<String>) -> String {
    let is_filter = |name: &str| !matches!(name, "Page" | "PageSize" | "PageToken");
    let filters = api.fields.iter().filter(|(name, _)| is_filter(name));
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(filters)
        .append_pair("PageSize", &size.to_string())
        .append_pair("Page", &number.to_string())
        .extend_pairs(token.map(|token| ("PageToken", token)))
        .finish()
}

/// One page of what passes, newest first, as Twilio wraps it: `name` is the list's own.
pub(super) fn page<T: Listed>(
    api: &ApiRequest<'_>,
    name: &str,
    file: &str,
    newest_first: Vec<T>,
    passes: impl Fn(&T) -> bool,
) -> Result<Response, ApiError> {
    let page = Page::of(api, newest_first, passes)?;
    let uri = |query: String| format!("/2010-04-01/Accounts/{}/{file}?{query}", api.account);
    let body = json!({
        "first_page_uri": uri(page.first),
        "previous_page_uri": page.previous.map(uri),
        "next_page_uri": page.next.map(uri),
        "uri": uri(page.query),
        "page": page.number,
        "page_size": page.size,
        "start": page.start,
        "end": page.start.saturating_add(page.shown.len()).saturating_sub(1),
        name: page.shown,
    });
    Ok(Response::json(200, &body))
}
