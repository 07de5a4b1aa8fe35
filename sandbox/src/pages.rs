//! The files of the pages.

use shared::Error;
use shared::http::{PAGE_POLICY, Response};

const FILES: [(&str, &str, &str); 19] = [
    ("slack", "text/html", include_str!("slack.html")),
    ("slack.js", "text/javascript", include_str!("slack.js")),
    ("slack.css", "text/css", include_str!("slack.css")),
    ("slack/act.js", "text/javascript", include_str!("slack/act.js")),
    ("slack/blocks.js", "text/javascript", include_str!("slack/blocks.js")),
    ("slack/card.js", "text/javascript", include_str!("slack/card.js")),
    ("slack/dom.js", "text/javascript", include_str!("slack/dom.js")),
    ("slack/mrkdwn.js", "text/javascript", include_str!("slack/mrkdwn.js")),
    ("slack/samples.js", "text/javascript", include_str!("slack/samples.js")),
    ("slack/messages.css", "text/css", include_str!("slack/messages.css")),
    ("phones", "text/html", include_str!("phones.html")),
    ("phones.js", "text/javascript", include_str!("phones.js")),
    ("phones/dom.js", "text/javascript", include_str!("phones/dom.js")),
    ("phones/flows.js", "text/javascript", include_str!("phones/flows.js")),
    ("phones/phone.js", "text/javascript", include_str!("phones/phone.js")),
    ("phones/words.js", "text/javascript", include_str!("phones/words.js")),
    ("phones.css", "text/css", include_str!("phones.css")),
    ("flows.css", "text/css", include_str!("flows.css")),
    ("flow-graph.css", "text/css", studio::draw::STYLE),
];

/// A file, by its path behind `/sandbox/`.
pub(crate) fn file(path: &str) -> Result<Response, Error> {
    let (_, kind, text) = FILES.iter().find(|(name, ..)| *name == path).ok_or(Error::NotFound)?;
    Ok(Response::of(200, &format!("{kind}; charset=utf-8"), *text)
        .with("content-security-policy", PAGE_POLICY)
        .with("cache-control", "no-store"))
}
