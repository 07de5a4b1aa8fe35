//! Where the answer to a click in Slack goes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Slack's URL for the answer to one click, good for 30 minutes and five answers. Whoever has it may write to the
/// channel, so `Debug` shows three dots.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResponseUrl(String);

/// Where Slack's own are.
const HOOKS: &str = "https://hooks.slack.com/";
/// The longest URL that we take, in bytes.
const MAX_URL_BYTES: usize = 2_000;

impl ResponseUrl {
    /// This URL, if it is Slack's, or lies below `also`: what stands in for Slack. Nothing is ever posted elsewhere, so a
    /// URL that a client could take for another one (with dots for a folder, an escape, a user) is refused.
    pub fn new(url: &str, also: Option<&str>) -> Option<ResponseUrl> {
        let below = |root: &str| {
            let rest = url.strip_prefix(root.trim_end_matches('/'));
            !root.is_empty() && rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let printable = url.len() <= MAX_URL_BYTES && url.bytes().all(|c| c.is_ascii_graphic());
        let is_plain =
            !url.contains(['%', '\\', '@', '#']) && !url.contains("..") && !url.contains("/./");
        let trusted = below(HOOKS) || also.is_some_and(below);
        (printable && is_plain && trusted).then(|| ResponseUrl(url.to_owned()))
    }

    /// The URL itself, for the one place that posts to it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ResponseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
