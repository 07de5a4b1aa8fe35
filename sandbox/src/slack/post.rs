//! Posts: a text with its blocks. Pure.

use serde_json::Value;

use super::{SlackError, blocks};

/// A longer text is cut by Slack. (docs.slack.dev, `chat.postMessage`, "Truncating content".)
const MAX_TEXT_CHARACTERS: usize = 40_000;

/// A text with its blocks, as Slack would take them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Post {
    /// The text read aloud or shown in a notification; all that there is to read if there are no blocks.
    pub(super) text: String,
    pub(super) blocks: Vec<Value>,
}

impl Post {
    /// Reads `text` and `blocks` of a request.
    ///
    /// # Errors
    /// `no_text`, `invalid_blocks_format`, `invalid_blocks`, `msg_blocks_too_long`.
    pub(super) fn read(body: &Value) -> Result<Post, SlackError> {
        let text = body["text"].as_str().unwrap_or_default();
        let mut blocks = match &body["blocks"] {
            Value::Null => Vec::new(),
            Value::Array(blocks) => blocks.clone(),
            _ => return Err("invalid_blocks_format".into()),
        };
        if text.is_empty() && blocks.is_empty() {
            return Err("no_text".into());
        }
        blocks::check(&blocks)
            .map_err(|why| SlackError { word: "invalid_blocks", why: Some(why) })?;
        if blocks::are_too_long(&blocks) {
            return Err("msg_blocks_too_long".into());
        }
        blocks::name_controls(&mut blocks);
        Ok(Post { text: text.chars().take(MAX_TEXT_CHARACTERS).collect(), blocks })
    }
}
