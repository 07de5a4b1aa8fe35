//! The messages of a batch that are dead letters, sent again: each letter is told what became of that.

use futures_util::future::try_join_all;
use jiff::Timestamp;

use crate::storage::Store;
use crate::storage::dead_letters::{self, DeadLetter, Outcome};
use crate::storage::messages::Lines;

/// The replays of a batch.
#[derive(Default)]
pub(super) struct Replays(Vec<Replay>);

struct Replay {
    message: usize,
    letter: String,
    at: Timestamp,
    /// Lines of it became dead letters again.
    came_back: bool,
}

impl Replays {
    /// Takes note of a message of the batch, if it is a replay.
    pub(super) fn add(&mut self, message: usize, lines: &Lines) {
        if let (Some(letter), Some(at)) = (lines.letter.clone(), lines.replayed_at) {
            self.0.push(Replay { message, letter, at, came_back: false });
        }
    }

    /// A letter of this message's lines. If it is the one that was sent again, all of that came back: it waits again.
    pub(super) fn letter(&self, message: usize, letter: DeadLetter) -> DeadLetter {
        let replay = self.0.iter().find(|replay| replay.message == message);
        let same = replay.filter(|replay| replay.letter == letter.id());
        let outcome = same.map(|Replay { at, .. }| Outcome { replayed_at: *at, delivered: false });
        DeadLetter { outcome, ..letter }
    }

    /// Lines of these messages became dead letters again.
    pub(super) fn came_back(&mut self, messages: &[usize]) {
        for replay in &mut self.0 {
            replay.came_back |= messages.contains(&replay.message);
        }
    }

    /// Notes of the letters what became of them: of those whose messages are behind the first one that is left, only
    /// that lines came back.
    pub(super) async fn note(&self, store: &dyn Store, first_left: Option<usize>, now: Timestamp) {
        let is_done = |replay: &&Replay| {
            replay.came_back || first_left.is_none_or(|left| replay.message < left)
        };
        let noted = try_join_all(self.0.iter().filter(is_done).map(|replay| {
            let outcome = Outcome { replayed_at: replay.at, delivered: !replay.came_back };
            dead_letters::replay_ended(store, &replay.letter, outcome, now)
        }));
        if let Err(error) = noted.await {
            tracing::warn!(%error, "the outcome of replayed dead letters could not be saved");
        }
    }
}
