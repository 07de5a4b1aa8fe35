//! How large a letter may be, and what becomes of a larger one.

use super::DeadLetter;
use crate::domain::size::{cut_json, cut_mark, json_bytes};
use crate::storage::messages::{Lines, Task};

/// The largest letter, in bytes of JSON: the store takes 400 KB with its key.
pub(super) const MAX_LETTER_BYTES: usize = 350_000;
/// The longest reason of a letter that is too large, in the same bytes.
const MAX_REASON_BYTES: usize = 10_000;

impl DeadLetter {
    /// The same letter, or several in its place, each of which a store takes: lines are shared out, so that all can be
    /// sent again; a text that is too long by itself is cut.
    pub(super) fn fitted(&self) -> Vec<DeadLetter> {
        if json_bytes(self) <= MAX_LETTER_BYTES {
            return vec![self.clone()];
        }
        let mut letter = self.clone();
        cut_json(&mut letter.reason, MAX_REASON_BYTES);
        match self.lines() {
            Some(mut lines) if lines.lines.len() > 1 => {
                let rest = lines.lines.split_off(lines.lines.len() / 2);
                let rest = Lines { lines: rest, ..lines.clone() };
                let halves = [lines, rest].map(Task::Lines).map(|half| half.to_body());
                return halves
                    .into_iter()
                    .flat_map(|body| DeadLetter { body, ..letter.clone() }.fitted())
                    .collect();
            }
            Some(mut lines) => {
                for line in &mut lines.lines {
                    cut_json(&mut line.text, MAX_LETTER_BYTES / 4);
                }
                letter.body = Task::Lines(lines).to_body();
            }
            None => {}
        }
        if json_bytes(&letter) > MAX_LETTER_BYTES {
            let mark = cut_mark(&letter.body);
            cut_json(&mut letter.body, MAX_LETTER_BYTES - 2 * MAX_REASON_BYTES);
            letter.body.push_str(&mark);
        }
        vec![letter]
    }
}
