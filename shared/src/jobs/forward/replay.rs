//! A dead letter that is sent again → its messages for the Slack queue.

use jiff::Timestamp;

use super::intake::tasks;
use crate::domain::routes::Routes;
use crate::storage::dead_letters::DeadLetter;
use crate::storage::messages::{Lines, Task};
use crate::twilio::event_stream;

/// The messages that a dead letter becomes when it is sent again at `now`: its lines, marked as replayed; an event that
/// could not be read is read again, for a newer version of us may understand it.
///
/// # Errors
/// Why it cannot be sent again.
pub fn replay(routes: &Routes, letter: &DeadLetter, now: Timestamp) -> Result<Vec<Task>, String> {
    let mut again = match serde_json::from_str(&letter.body) {
        Ok(Task::Malformed { at, body, .. }) => {
            let events = event_stream::parse(body.as_bytes());
            if let Some(malformed) = events.iter().find_map(|event| event.as_ref().err()) {
                return Err(malformed.reason.clone());
            }
            tasks(routes, &events, at).tasks
        }
        Ok(Task::Reply { .. }) => return Err("an answer to a click is never kept".to_owned()),
        Ok(lines) => vec![lines],
        Err(error) => return Err(format!("it is no message of ours: {error}")),
    };
    for task in &mut again {
        if let Task::Lines(Lines { replayed_at, .. }) = task {
            *replayed_at = Some(now);
        }
    }
    Ok(again)
}
