//! A list as v2 wraps it: under its own name, beside `meta`.

use serde_json::{Value, json};
use shared::http::Response;

use super::super::rest::Ask;
use super::BASE;

/// One page of a list, newest first: `name` is the list's own, `path` what stands behind `/v2/Flows` in its URL.
pub(super) fn page(ask: &Ask<'_>, name: &str, path: &str, newest_first: Vec<Value>) -> Response {
    let number = |name: &str| ask.field(name).and_then(|text| text.parse::<usize>().ok());
    let size = number("PageSize").unwrap_or(50).clamp(1, 1_000);
    let page = number("Page").unwrap_or(0);
    let start = page.saturating_mul(size);
    let more = newest_first.len() > start.saturating_add(size);
    let shown: Vec<Value> = newest_first.into_iter().skip(start).take(size).collect();
    let url = |page: usize| {
        let filters =
            ask.fields.iter().filter(|(name, _)| !matches!(name.as_str(), "Page" | "PageSize"));
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(filters)
            .append_pair("PageSize", &size.to_string())
            .append_pair("Page", &page.to_string())
            .finish();
        format!("{BASE}{path}?{query}")
    };
    let meta = json!({
        "page": page,
        "page_size": size,
        "first_page_url": url(0),
        "previous_page_url": page.checked_sub(1).map(url),
        "url": url(page),
        "next_page_url": more.then(|| url(page.saturating_add(1))),
        "key": name,
    });
    Response::json(200, &json!({name: shown, "meta": meta}))
}
