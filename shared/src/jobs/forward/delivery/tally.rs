//! What is counted while messages are delivered.

use std::collections::BTreeMap;

use crate::Error;
use crate::slack::client::Refusal;
use crate::storage::Store;
use crate::storage::dead_letters::DeadLetter;

/// Counts, noted at the end.
#[derive(Default)]
pub(super) struct Tally(BTreeMap<&'static str, u64>);

impl Tally {
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

    pub(super) fn refused(&mut self, refusal: &Refusal) {
        let name = match refusal {
            Refusal::Later(..) => r#"ringdown_slack_posts_total{result="later"}"#,
            Refusal::Unknown(_) => r#"ringdown_slack_posts_total{result="unknown"}"#,
            Refusal::Content(_) | Refusal::Gone(_) => {
                r#"ringdown_slack_posts_total{result="bad_content"}"#
            }
            Refusal::Channel(_) => r#"ringdown_slack_posts_total{result="bad_channel"}"#,
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
