//! Metrics that are counted while messages are delivered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::domain::metrics::Family;
use crate::domain::metrics::catalogue::{
    DEAD_LETTERS_KEPT, ROUTE_FAILURES, SLACK_EDITS, SLACK_LINES, SLACK_POSTS,
};
use crate::slack::client::PostError;
use crate::storage::dead_letters::DeadLetter;
use crate::storage::{Increment, Store};

/// The rows that our counters are spread over.
const LANES: u8 = 8;

/// Counts, noted at the end.
pub(super) struct DeliveryMetrics {
    row: String,
    counts: BTreeMap<String, u64>,
}

impl DeliveryMetrics {
    /// The counts of this channel.
    pub(super) fn of(channel: &str) -> DeliveryMetrics {
        DeliveryMetrics { row: row(channel), counts: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, family: &Family, values: &[&str], count: usize) {
        if count > 0 {
            *self.counts.entry(family.series(values)).or_default() += count as u64;
        }
    }

    /// A post that Slack took.
    pub(super) fn posted(&mut self) {
        self.add(SLACK_POSTS, &["ok"], 1);
    }

    /// The lines of a post that Slack took, and those of them in which a route had failed: counted with their marks.
    pub(super) fn lines(&self, lines: usize, failed: usize) -> Increment {
        let counters = [(SLACK_LINES, lines), (ROUTE_FAILURES, failed)];
        let counters = counters.into_iter().filter(|(_, count)| *count > 0);
        Increment::of(&self.row, counters.map(|(family, count)| (family.series(&[]), count as u64)))
    }

    pub(super) fn refused(&mut self, refusal: &PostError) {
        let result = match refusal {
            PostError::Later(..) => "later",
            PostError::Unknown(_) => "unknown",
            PostError::Content(_) | PostError::Gone(_) => "bad_content",
            PostError::Channel(_) => "bad_channel",
        };
        self.add(SLACK_POSTS, &[result], 1);
    }

    /// An incident's message was edited, or was not.
    pub(super) fn edited(&mut self, ok: bool) {
        self.add(SLACK_EDITS, &[if ok { "ok" } else { "failed" }], 1);
    }

    pub(super) fn given_up(&mut self, letters: &[DeadLetter]) {
        self.add(DEAD_LETTERS_KEPT, &["forward"], letters.len());
    }

    /// Counts what is not counted yet.
    pub(super) async fn note(self, store: &dyn Store, now: Timestamp) -> Result<(), Error> {
        if self.counts.is_empty() {
            return Ok(());
        }
        store.write(&[Increment::of(&self.row, self.counts).into()], now).await
    }
}

/// The row for the counters of this channel. Channels are delivered side by side, and do not wait for each other's row.
fn row(channel: &str) -> String {
    let lane = Sha256::digest(channel)[0] % LANES;
    format!("forward-{lane}")
}
