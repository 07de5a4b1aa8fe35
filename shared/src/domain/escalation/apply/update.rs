//! An incident while a signal changes it.

use jiff::Timestamp;

use super::super::model::{Effect, Event, Incident};
use super::super::rules::Busy;
use crate::domain::sid::Sid;

/// An incident while a signal changes it, and the effects that it asks for so far.
pub(super) struct Update<'a> {
    pub(super) incident: Incident,
    pub(super) effects: Vec<Effect>,
    pub(super) busy: &'a Busy,
    /// The MessageSid of the text that is the signal, if one is.
    pub(super) by_text: Option<&'a Sid>,
    /// Somebody says it at the command line, under a person's name.
    pub(super) by_command: bool,
    pub(super) now: Timestamp,
}

impl Update<'_> {
    pub(super) fn record(&mut self, event: Event) {
        self.incident.timeline.add(self.now, event);
    }
}
