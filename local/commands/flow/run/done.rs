//! A run that is over, as JSON for programs.

use jiff::Timestamp;
use serde_json::{Value, json};
use studio::play::{Played, TraceDetail, TraceEntry, TraceWriter};
use studio::{Trigger, masked, without_numbers};

use super::super::without_any_secret;

/// A run that is over.
pub(super) struct DoneRun {
    /// The name of the Flow's file.
    pub(super) file: String,
    pub(super) start: Trigger,
    pub(super) began: Timestamp,
    /// The reason why Studio would refuse the Flow, if it would.
    pub(super) refused: Option<String>,
    /// The reasons why it would refuse subflows.
    pub(super) refused_subflows: Vec<String>,
    pub(super) played: Played,
    /// The things that were typed or stand in a file and were of no use.
    pub(super) unused: Vec<String>,
    /// Where it was not played as in Studio.
    pub(super) differences: Vec<String>,
    /// Its last context is part of what is printed.
    pub(super) context: bool,
}

impl DoneRun {
    /// One object: the start, the steps, the trace in the words of the writer, the log, and the end. Without secrets; the
    /// caller's number by its last digits.
    pub(super) fn json(&self, writer: &TraceWriter) -> Value {
        let entries = &self.played.entries;
        let mut all = json!({
            "file": self.file,
            "start": start(&self.start),
            "refused": self.refused,
            "refused_subflows": self.refused_subflows,
            "steps": entries.iter().filter_map(|entry| self.step(entry)).collect::<Vec<_>>(),
            "trace": entries.iter().map(|entry| json!({
                "seconds": self.seconds(entry),
                "widget": entry.widget,
                "lines": writer.text_lines(&entry.detail),
            })).collect::<Vec<_>>(),
            "log": entries.iter().filter_map(logged).collect::<Vec<_>>(),
            "unused": self.unused,
            "differences": self.differences,
            "end": {"error": self.played.end.is_error(), "words": self.played.end.to_string()},
        });
        if self.context {
            all["context"] = without_numbers(&self.played.context);
        }
        without_any_secret(all)
    }

    fn seconds(&self, entry: &TraceEntry) -> i64 {
        entry.at.duration_since(self.began).as_secs()
    }

    fn step(&self, entry: &TraceEntry) -> Option<Value> {
        let TraceDetail::Left { step, .. } = &entry.detail else { return None };
        Some(json!({
            "seconds": self.seconds(entry),
            "widget": entry.widget,
            "type": step.kind,
            "event": step.event,
            "next": step.to,
        }))
    }
}

fn start(trigger: &Trigger) -> Value {
    let contact = masked(trigger.contact());
    match trigger {
        Trigger::Call(_) => json!({"kind": "call", "contact": contact}),
        Trigger::Message(message) => {
            json!({"kind": "message", "contact": contact, "text": message.body})
        }
        Trigger::Request(request) => {
            let keys: Vec<&String> = request.parameters.keys().collect();
            json!({"kind": "request", "contact": contact, "parameters": keys})
        }
    }
}

/// An entry of Twilio's log, or a note of ours: without a code.
fn logged(entry: &TraceEntry) -> Option<Value> {
    let TraceDetail::Logged(log) = &entry.detail else { return None };
    Some(json!({"widget": log.widget, "code": log.code, "message": log.message}))
}
