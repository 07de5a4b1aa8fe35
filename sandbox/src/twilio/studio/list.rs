//! A list as v2 wraps it: under its own name, beside `meta`.

use serde_json::{Value, json};
use shared::http::Response;

use super::super::api_request::{ApiRequest, Page};
use super::BASE;

/// One page of a list, newest first: `name` is the list's own, `path` what stands behind `/v2/Flows` in its URL.
pub(super) fn page(
    api: &ApiRequest<'_>,
    name: &str,
    path: &str,
    newest_first: Vec<Value>,
) -> Response {
    let page = Page::of(api, newest_first);
    let url = |number: usize| format!("{BASE}{path}?{}", page.query(number));
    let meta = json!({
        "page": page.number,
        "page_size": page.size,
        "first_page_url": url(0),
        "previous_page_url": page.number.checked_sub(1).map(url),
        "url": url(page.number),
        "next_page_url": page.has_more.then(|| url(page.number.saturating_add(1))),
        "key": name,
    });
    Response::json(200, &json!({name: page.shown, "meta": meta}))
}
