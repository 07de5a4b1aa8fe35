//! When Slack may be asked for what: a post a second for each channel, and so many edits a minute.
//!
//! It is what this process remembers. Where another one was quicker Slack says 429, and how long to wait.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use crate::slack::client::{EDIT_INTERVAL, POST_INTERVAL};

/// The times of the last requests to Slack.
#[derive(Default)]
pub(super) struct RateLimit {
    posts: Mutex<HashMap<String, Instant>>,
    next_edit: Mutex<Option<Instant>>,
}

impl RateLimit {
    /// How long until this channel may be posted to.
    pub(super) fn until_post(&self, channel: &str) -> Duration {
        let last = self.posts.lock().ok().and_then(|posts| posts.get(channel).copied());
        last.map_or(Duration::ZERO, |last| {
            (last + POST_INTERVAL).saturating_duration_since(Instant::now())
        })
    }

    /// This channel was posted to just now.
    pub(super) fn posted(&self, channel: &str) {
        if let Ok(mut posts) = self.posts.lock() {
            posts.insert(channel.to_owned(), Instant::now());
        }
    }

    /// How long until a message may be edited, in whichever channel.
    pub(super) fn until_edit(&self) -> Duration {
        let next = self.next_edit.lock().ok().and_then(|next| *next);
        next.map_or(Duration::ZERO, |next| next.saturating_duration_since(Instant::now()))
    }

    /// A message was edited just now, and Slack may have asked for a rest.
    pub(super) fn edited(&self, asked: Option<Duration>) {
        if let Ok(mut next) = self.next_edit.lock() {
            *next = Instant::now().checked_add(asked.unwrap_or_default().max(EDIT_INTERVAL));
        }
    }
}
