//! One letter as a page shows it: without phone numbers. Pure.

use serde::Serialize;
use shared::domain::text::mask_numbers;
use shared::storage::dead_letters::{DeadLetter, StoredLetter};

/// How much of a body the list shows, in bytes; the rest is on the letter's own page.
const MAX_SHOWN_BYTES: usize = 2 * 1024;

/// One letter.
#[derive(Serialize)]
pub(super) struct Shown {
    id: String,
    job: String,
    channel: Option<String>,
    reason: String,
    at: String,
    waits: bool,
    replayed_at: Option<String>,
    /// When its last replay was that came back.
    came_back: Option<String>,
    /// Its last replay was delivered.
    delivered: bool,
    dismissed_at: Option<String>,
    dismissed_by: Option<String>,
    lines: Vec<String>,
    body: String,
    /// The length of all of it, if only its beginning is here.
    cut: Option<String>,
}

impl Shown {
    /// The letter with all of its body.
    pub(super) fn whole(kept: StoredLetter) -> Shown {
        Shown::of(kept, usize::MAX)
    }

    /// The letter with the beginning of its body.
    pub(super) fn beginning(kept: StoredLetter) -> Shown {
        Shown::of(kept, MAX_SHOWN_BYTES)
    }

    fn of(kept: StoredLetter, most: usize) -> Shown {
        let waits = kept.waits();
        let StoredLetter { id, letter } = kept;
        let lines = letter.lines();
        let mut space = most;
        let channel = lines.as_ref().map(|lines| lines.channel.clone());
        let all: Vec<String> = match &lines {
            Some(lines) => {
                lines.lines.iter().map(|line| mask_numbers(&plain(&line.text))).collect()
            }
            None => vec![mask_numbers(&letter.body)],
        };
        let bytes: usize = all.iter().map(String::len).sum();
        let mut shown: Vec<String> =
            all.into_iter().map(|text| beginning(text, &mut space)).collect();
        shown.retain(|text| !text.is_empty());
        let (lines, body) = match lines {
            Some(_) => (shown, String::new()),
            None => (Vec::new(), shown.pop().unwrap_or_default()),
        };
        let DeadLetter { job, reason, at, replayed_at, outcome, dismissed, .. } = letter;
        let last = outcome.filter(|last| replayed_at.is_none_or(|at| at == last.replayed_at));
        let came_back = last.filter(|last| !last.delivered);
        Shown {
            id,
            job,
            channel,
            reason: mask_numbers(&reason),
            at: at.to_string(),
            waits,
            replayed_at: replayed_at.map(|at| at.to_string()),
            came_back: came_back.map(|last| last.replayed_at.to_string()),
            delivered: last.is_some_and(|last| last.delivered),
            dismissed_at: dismissed.as_ref().map(|dismissed| dismissed.at.to_string()),
            dismissed_by: dismissed.map(|dismissed| dismissed.by),
            lines,
            body,
            cut: (bytes > most).then(|| format!("{} KB", bytes.div_ceil(1024))),
        }
    }
}

/// As much of a text as there is space for.
fn beginning(mut text: String, space: &mut usize) -> String {
    let end = text.floor_char_boundary(*space);
    *space = space.saturating_sub(text.len());
    text.truncate(end);
    text
}

/// Slack's escapes taken back: the page escapes for itself.
fn plain(mrkdwn: &str) -> String {
    mrkdwn.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
