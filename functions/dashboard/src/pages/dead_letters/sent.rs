//! The outcomes of the letters that were sent again. Pure.

use shared::Timestamp;
use shared::storage::dead_letters::Listed;

/// How many letters were sent again since a moment, by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    delivered: usize,
    came_back: usize,
    /// They are on their way.
    pub(super) pending: usize,
}

impl Sent {
    /// Counts the letters that were sent again since then.
    pub(super) fn count(listed: &[Listed], since: Timestamp) -> Sent {
        let mut sent = Sent::default();
        for Listed { summary, .. } in listed {
            let outcome = summary.replay_outcome().filter(|outcome| outcome.replayed_at >= since);
            match outcome.map(|outcome| outcome.delivered) {
                Some(true) => sent.delivered += 1,
                Some(false) => sent.came_back += 1,
                None => {
                    let is_sent = summary.replayed_at.is_some_and(|at| at >= since);
                    sent.pending += usize::from(is_sent && summary.replay_outcome().is_none());
                }
            }
        }
        sent
    }

    /// The same in words, with how many could not be sent again.
    pub(super) fn sentence(self, refused: usize) -> String {
        let Sent { delivered, came_back, pending } = self;
        let all = delivered + came_back + pending;
        let on_their_way = match pending {
            0 => String::new(),
            _ if pending == all => ": on the way".to_owned(),
            _ => format!(", {pending} on the way"),
        };
        let known = match delivered + came_back {
            0 => String::new(),
            _ => format!(": {delivered} delivered, {came_back} came back"),
        };
        let sentence = format!("{all} sent again{known}{on_their_way}.");
        match refused {
            0 => sentence,
            _ => format!("{sentence} {refused} could not be replayed (same error)."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentence_says_what_is_known_of_a_replay() {
        let sent = |delivered, came_back, pending| Sent { delivered, came_back, pending };
        for (sent, refused, sentence) in [
            (sent(0, 13, 0), 0, "13 sent again: 0 delivered, 13 came back."),
            (sent(13, 0, 0), 0, "13 sent again: 13 delivered, 0 came back."),
            (sent(0, 0, 13), 0, "13 sent again: on the way."),
            (sent(3, 1, 9), 0, "13 sent again: 3 delivered, 1 came back, 9 on the way."),
            (sent(0, 0, 0), 2, "0 sent again. 2 could not be replayed (same error)."),
        ] {
            assert_eq!(sent.sentence(refused), sentence);
        }
    }
}
