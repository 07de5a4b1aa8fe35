//! The events that the page's buttons send: files of `events/event-stream-webhook/`.

use serde::Serialize;

/// An event to send.
#[derive(Clone, Copy, Serialize)]
pub struct Sample {
    /// The file's name without its ending.
    pub name: &'static str,
    /// The thing that happens, in a few words.
    pub title: &'static str,
    /// The line that the demo configuration makes of it; empty if none.
    pub line: &'static str,
    /// The API Gateway envelope.
    #[serde(skip)]
    pub envelope: &'static str,
}

impl Sample {
    /// Where it can be seen, in words; and the path of that page, with the text of a link to it.
    pub fn shown(&self) -> (&'static str, (&'static str, &'static str)) {
        match (self.name.starts_with("studio-"), self.line) {
            (true, _) => ("Studio shows its execution.", ("/studio", "Studio")),
            (false, "") => {
                ("No route asks for it: nothing is posted.", ("/system", "What was counted"))
            }
            (false, _) => ("A route posts it.", ("/sandbox/slack", "The sandbox Slack")),
        }
    }
}

macro_rules! sample {
    ($name:literal, $title:literal, $line:literal) => {
        Sample {
            name: $name,
            title: $title,
            line: $line,
            envelope: include_str!(concat!("../../events/event-stream-webhook/", $name, ".json")),
        }
    };
}

const SAMPLES: [Sample; 11] = [
    sample!("worker-activity", "A worker becomes available", "Available"),
    sample!("worker-created", "A worker is created", "joined"),
    sample!("long-task", "A task that took 42 minutes", "minutes"),
    sample!("short-task", "A task that took 2 minutes (no route wants it)", ""),
    sample!("customer-calls", "A customer calls", "is calling"),
    sample!("test-event", "Twilio tests its sink", "the sink works"),
    sample!("batch", "Several events at once", "minutes"),
    sample!("single-object", "One event, not in an array", "Activity"),
    sample!("studio-execution", "A call goes through a Studio Flow, and somebody hangs up", ""),
    sample!("studio-step-failed", "A widget of a Flow fails", "failedToEnqueue"),
    sample!("unknown-type", "An event that no route knows", ""),
];

/// All of them.
pub fn list() -> &'static [Sample] {
    &SAMPLES
}

/// The one of this name.
pub fn find(name: &str) -> Option<Sample> {
    SAMPLES.iter().find(|sample| sample.name == name).copied()
}
