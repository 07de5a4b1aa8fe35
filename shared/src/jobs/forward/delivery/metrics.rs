//! What is counted while messages are delivered.

use std::collections::BTreeMap;

use crate::Error;
use crate::slack::client::PostError;
use crate::storage::Store;
use crate::storage::dead_letters::DeadLetter;

/// Counts, noted at the end.
#[derive(Default)]
pub(super) struct DeliveryMetrics(BTreeMap<&'static str, u64>);

impl DeliveryMetrics {
    pub(super) fn add(&mut self, name: &'static str, count: usize) {
        if count > 0 {
            *self.0.entry(name).or_default() += count as u64;
        }
    }

    /// A post that Slack took.
    pub(super) fn posted(&mut self) {
        self.add(r#"ringdown_slack_posts_total{result="ok"}"#, 1);
    }

    /// The lines of a post that Slack took, and those of them in which a route had failed.
    pub(super) fn lines(&mut self, lines: usize, failed: usize) {
        self.add("ringdown_slack_lines_total", lines);
        self.add("ringdown_route_failures_total", failed);
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
        self.add(r#"ringdown_dead_letters_total{job="forward"}"#, letters.len());
    }

    pub(super) async fn note(self, store: &dyn Store) -> Result<(), Error> {
        if self.0.is_empty() {
            return Ok(());
        }
        let counters: Vec<(&str, u64)> = self.0.into_iter().collect();
        store.add(&counters).await
    }
}
