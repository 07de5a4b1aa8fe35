//! The log of a run: what Twilio's debugger would show of it.

use super::Run;
use crate::flow::State;

/// The most entries of one run's log. What comes after them is not kept, but for the last before its end: it says why.
pub const MAX_LOG_ENTRIES: usize = 1_000;

/// An entry of the log. It never holds the value of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Twilio's code; none for what its debugger would not show.
    pub code: Option<u32>,
    /// The name of the widget, in a subflow behind that of the parent's widget (`ask/menu`); empty if it is about none.
    pub widget: String,
    /// The words, for a person.
    pub message: String,
    /// How many steps the run had taken: the index of the step in which it happened.
    pub step: usize,
}

impl LogEntry {
    /// An entry of a widget that is in no log yet: [`Run::push`] says in which step it happened.
    pub(super) fn new(code: Option<u32>, widget: &str, message: String) -> LogEntry {
        LogEntry { code, widget: widget.to_owned(), message, step: 0 }
    }
}

/// Twilio's codes. (twilio.com/docs/api/errors.)
pub(super) mod code {
    pub(in crate::run) const TOO_MANY_STEPS: u32 = 81000;
    pub(in crate::run) const SAME_WIDGET: u32 = 81001;
    pub(in crate::run) const UNEXPECTED_EVENT: u32 = 81002;
    pub(in crate::run) const NO_MATCH: u32 = 81005;
    pub(in crate::run) const CONNECT_TIMED_OUT: u32 = 81007;
    pub(in crate::run) const OUTGOING_CALL: u32 = 81008;
    pub(in crate::run) const FUNCTION: u32 = 81010;
    pub(in crate::run) const MESSAGE: u32 = 81011;
    pub(in crate::run) const HTTP_INTERNAL: u32 = 81014;
    pub(in crate::run) const TASK: u32 = 81015;
    pub(in crate::run) const HTTP_RESPONSE: u32 = 81016;
    pub(in crate::run) const FUNCTION_ANSWER: u32 = 81017;
    pub(in crate::run) const TEMPLATE: u32 = 81018;
    pub(in crate::run) const WRONG_TRIGGER: u32 = 81020;
    pub(in crate::run) const INVALID_FLOW: u32 = 81022;
    pub(in crate::run) const SUBFLOW: u32 = 81024;
    pub(in crate::run) const TYPE: u32 = 81027;
}

impl Run {
    /// Puts an entry into the log.
    pub(super) fn warn(&mut self, code: u32, state: &State, message: &str) {
        self.push(LogEntry::new(Some(code), &state.name, message.to_owned()));
    }

    /// Nothing has the name that the last widget leads to, or that the Flow begins with.
    pub(super) fn warn_missing(&mut self, name: &str) {
        let from = self.widget().map(|state| state.name.clone()).unwrap_or_default();
        let message = match (from.as_str(), name) {
            ("", "") => "the definition does not say which widget it begins with".to_owned(),
            ("", name) => format!("there is no widget {name:?} to begin with"),
            (_, name) => format!("there is no widget {name:?}"),
        };
        self.push(LogEntry::new(Some(code::INVALID_FLOW), &from, message));
    }

    pub(super) fn push(&mut self, entry: LogEntry) {
        let is_in = !entry.widget.is_empty();
        let widget = if is_in { self.place_of(&entry.widget) } else { entry.widget };
        let entry = LogEntry { step: self.steps.len(), widget, ..entry };
        if self.log.len() < MAX_LOG_ENTRIES {
            self.log.push(entry);
        } else {
            self.left_out = Some(entry);
        }
    }

    /// The run has ended: what its full log has no place for is gone, but for the last, which says why.
    pub(super) fn close_log(&mut self) {
        self.log.extend(self.left_out.take());
    }
}
