//! What is counted while messages are delivered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::slack::client::PostError;
use crate::storage::dead_letters::DeadLetter;
use crate::storage::{Increment, Store};

/// The rows that our counters are spread over.
const LANES: u8 = 8;

/// Counts, noted at the end.
pub(super) struct DeliveryMetrics {
    row: String,
    counts: BTreeMap<&'static str, u64>,
}

impl DeliveryMetrics {
    /// The counts of this channel.
    pub(super) fn of(channel: &str) -> DeliveryMetrics {
        DeliveryMetrics { row: row(channel), counts: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, name: &'static str, count: usize) {
        if count > 0 {
            *self.counts.entry(name).or_default() += count as u64;
        }
    }

    /// A post that Slack took.
    pub(super) fn posted(&mut self) {
        self.add(r#"ringdown_slack_posts_total{result="ok"}"#, 1);
    }

    /// The lines of a post that Slack took, and those of them in which a route had failed: counted with their marks.
    pub(super) fn lines(&self, lines: usize, failed: usize) -> Increment {
        let counters =
            [("ringdown_slack_lines_total", lines), ("ringdown_route_failures_total", failed)];
        let counters = counters.into_iter().filter(|(_, count)| *count > 0);
        Increment::of(&self.row, counters.map(|(name, count)| (name, count as u64)))
    }

    pub(super) fn refused(&mut self, refusal: &PostError) {
        let name = match refusal {
            PostError::Later(..) => r#"ringdown_slack_posts_total{result="later"}"#,
            PostError::Unknown(_) => r#"ringdown_slack_posts_total{result="unknown"}"#,
            PostError::Content(_) | PostError::Gone(_) => {
                r#"ringdown_slack_posts_total{result="bad_content"}"#
            }
            PostError::Channel(_) => r#"ringdown_slack_posts_total{result="bad_channel"}"#,
        };
        self.add(name, 1);
    }

    /// An incident's message was edited, or was not.
    pub(super) fn edited(&mut self, ok: bool) {
        match ok {
            true => self.add(r#"ringdown_slack_edits_total{result="ok"}"#, 1),
            false => self.add(r#"ringdown_slack_edits_total{result="failed"}"#, 1),
        }
    }

    pub(super) fn given_up(&mut self, letters: &[DeadLetter]) {
        self.add(r#"ringdown_dead_letters_kept_total{job="forward"}"#, letters.len());
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
