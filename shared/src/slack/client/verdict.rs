//! The meaning of Slack's answers.

use std::time::Duration;

use serde_json::Value;

use super::PostError;

/// Reads an incoming webhook's answer: 200 with the body `ok`, or with the Web API's `{"ok":true}`, is success, errors
/// are one word of plain text, or the Web API's JSON. What is no answer of Slack's (a proxy's page, a redirect) is tried again. (docs, "Sending messages using incoming
/// webhooks", "Handling errors".)
pub fn webhook_verdict(
    status: u16,
    body: &str,
    retry_after: Option<Duration>,
) -> Result<(), PostError> {
    if is_of_the_web_api(body) {
        return api_verdict(status, body, retry_after);
    }
    let body = body.trim();
    let told = format!("Slack answered {status} {}", word(body));
    match status {
        200 if body == "ok" => Ok(()),
        _ if CONTENT.contains(&body) => Err(PostError::Content(told)),
        _ if LATER.contains(&body) => Err(PostError::Later(retry_after, told)),
        200..=299 => Err(PostError::Unknown(told)),
        408 | 429 => Err(PostError::Later(retry_after, told)),
        400..=499 if body.is_empty() || word(body) == body => Err(PostError::Channel(told)),
        _ => Err(PostError::Later(retry_after, told)),
    }
}

/// Whether an answer says `ok` as the Web API does.
fn is_of_the_web_api(body: &str) -> bool {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    answer["ok"].is_boolean()
}

/// Reads the Web API's answer: 200 even for errors, `ok` decides. (docs, `chat.postMessage`, `chat.update`.)
pub fn api_verdict(
    status: u16,
    body: &str,
    retry_after: Option<Duration>,
) -> Result<(), PostError> {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    let error = answer["error"].as_str().unwrap_or_default();
    let told = format!("Slack answered {status} {}", word(error));
    match (status, answer["ok"].as_bool()) {
        (200, Some(true)) => Ok(()),
        _ if GONE.contains(&error) => Err(PostError::Gone(told)),
        _ if CONTENT.contains(&error) => Err(PostError::Content(told)),
        _ if LATER.contains(&error) => Err(PostError::Later(retry_after, told)),
        (408 | 429 | 500.., _) => Err(PostError::Later(retry_after, told)),
        (_, Some(false)) => Err(PostError::Channel(told)),
        (200..=299, _) => Err(PostError::Unknown(told)),
        _ => Err(PostError::Later(retry_after, told)),
    }
}

/// Reads the answer of a `response_url`. It takes five posts in 30 minutes; what it says of them is not written down
/// well, so any 2xx counts as taken, unless it says that it is not `ok`.
pub fn response_verdict(
    status: u16,
    body: &str,
    retry_after: Option<Duration>,
) -> Result<(), PostError> {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    let error = answer["error"].as_str().unwrap_or(body);
    let told = format!("Slack answered {status} {}", word(error));
    match (status, answer["ok"].as_bool()) {
        _ if LATER.contains(&error) => Err(PostError::Later(retry_after, told)),
        (408 | 429 | 500.., _) => Err(PostError::Later(retry_after, told)),
        (200..=299, None | Some(true)) => Ok(()),
        _ => Err(PostError::Gone(told)),
    }
}

/// Slack's words for "that message cannot be edited, or talked about, any more".
const GONE: [&str; 5] = [
    "cannot_reply_to_message",
    "cant_update_message",
    "edit_window_closed",
    "message_not_found",
    "thread_not_found",
];

/// Slack's words for "this post is wrong"; another post to the same channel may pass.
const CONTENT: [&str; 8] = [
    "invalid_payload",
    "invalid_blocks",
    "invalid_blocks_format",
    "no_text",
    "too_many_attachments",
    "msg_too_long",
    "msg_blocks_too_long",
    "invalid_arguments",
];

/// Slack's words for "try again", and for states of a workspace that pass: it joins an organization, or a channel that is
/// shared with another one moves.
const LATER: [&str; 11] = [
    "external_channel_migrating",
    "fatal_error",
    "internal_error",
    "message_limit_exceeded",
    "org_login_required",
    "rate_limited",
    "ratelimited",
    "request_timeout",
    "rollup_error",
    "service_unavailable",
    "team_added_to_org",
];

/// Slack's error word: short, and free of anything else that a stranger's answer may hold.
fn word(body: &str) -> String {
    body.trim().chars().take(40).filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}
