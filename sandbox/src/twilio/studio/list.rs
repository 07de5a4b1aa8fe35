//! A list as v2 wraps it: under its own name, beside `meta`.

use serde_json::json;
use shared::http::Response;

use super::super::api_error::ApiError;
use super::super::api_request::ApiRequest;
use super::super::paging::{Listed, Page};
use super::BASE;

/// One page of what passes, newest first: `name` is the list's own, `path` what stands behind `/v2/Flows` in its URL.
pub(super) fn page<T: Listed>(
    api: &ApiRequest<'_>,
    name: &str,
    path: &str,
    newest_first: Vec<T>,
    passes: impl Fn(&T) -> bool,
) -> Result<Response, ApiError> {
    let page = Page::of(api, newest_first, passes)?;
    let url = |query: String| format!("{BASE}{path}?{query}");
    let meta = json!({
        "page": page.number,
        "page_size": page.size,
        "first_page_url": url(page.first),
        "previous_page_url": page.previous.map(url),
        "url": url(page.query),
        "next_page_url": page.next.map(url),
        "key": name,
    });
    Ok(Response::json(200, &json!({name: page.shown, "meta": meta})))
}
