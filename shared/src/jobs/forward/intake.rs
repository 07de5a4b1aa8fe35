//! Events of Twilio → messages for the Slack queue.

use jiff::Timestamp;

use crate::domain::event::Event;
use crate::domain::routes::{Line, Routes};
use crate::storage::messages::{Lines, MESSAGE_BYTES, Task};
use crate::twilio::event_stream::Malformed;

/// The messages for the Slack queue, and what they are of.
pub struct Forwarded {
    /// Lines by channel, in order, and what could not be read.
    pub tasks: Vec<Task>,
    /// How many events have a line.
    pub forwarded: usize,
}

/// The messages for the Slack queue that these events become.
pub fn tasks(routes: &Routes, events: &[Result<Event, Malformed>], at: Timestamp) -> Forwarded {
    let mut full = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut forwarded = 0;
    for event in events {
        match event {
            Ok(event) => {
                let lines = routes.lines(event);
                forwarded += usize::from(!lines.is_empty());
                for (channel, line) in lines {
                    put(&mut open, &mut full, channel, line, at);
                }
            }
            Err(Malformed { reason, body }) => {
                full.push(Task::Malformed { at, reason: reason.clone(), body: body.clone() });
            }
        }
    }
    full.extend(open.into_iter().map(|open| Task::Lines(open.lines)));
    Forwarded { tasks: full, forwarded }
}

/// A channel's message that is being filled.
struct Open {
    lines: Lines,
    bytes: usize,
}

fn put(open: &mut Vec<Open>, full: &mut Vec<Task>, channel: String, line: Line, at: Timestamp) {
    let bytes = serde_json::to_string(&line).map_or(0, |json| json.len());
    match open.iter_mut().find(|open| open.lines.channel == channel) {
        None => {
            let lines = Lines::new(channel, at, vec![line]);
            open.push(Open { lines, bytes });
        }
        Some(open) if open.bytes + bytes > MESSAGE_BYTES => {
            let lines = std::mem::replace(&mut open.lines.lines, vec![line]);
            full.push(Task::Lines(Lines::new(channel, at, lines)));
            open.bytes = bytes;
        }
        Some(open) => {
            open.lines.lines.push(line);
            open.bytes += bytes;
        }
    }
}
