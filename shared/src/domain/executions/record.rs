//! An Execution as its events tell it: each event once, in whatever order they come.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::TRIGGER;
use super::counts::{Count, CountName, seconds};
use super::event::{ExecutionFacts, StudioEvent, StudioEventKind};
use super::order::insert;
use super::step::RecordedStep;
use crate::domain::sid::{CALL, Sid};
use crate::domain::size::json_bytes;

/// The most steps that are kept of one Execution: Studio ends it after as many (81000).
pub const MAX_STEPS: usize = 1_000;
/// The size of all of them, in bytes of JSON: a record of 400 KB is what the store takes.
const MAX_STEPS_BYTES: usize = 350 * 1024;

/// An Execution as its events tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedExecution {
    /// The SID of its Flow; `None` while only steps of a subflow were seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<Sid>,
    /// The revision of the Flow that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// The last four digits of the contact's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The SID of what began it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_by: Option<String>,
    /// When it began, once the event has come that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended, once the event has come that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// `FLOW_END`, for example. It says nothing of a hang-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_reason: Option<String>,
    /// Its steps, one after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<RecordedStep>,
    /// There were more steps than are kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_cut: bool,
    /// When it began, as far as that is known: it is listed under this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed_at: Option<Timestamp>,
    /// When it was reported as stuck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stuck_reported_at: Option<Timestamp>,
}

/// The place of an Execution in its Flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The widget that it is in.
    pub widget: String,
    /// Since when.
    pub since: Timestamp,
}

impl RecordedExecution {
    /// Adds what an event says, and gives what that counts. An event that came before changes nothing and counts nothing.
    pub fn apply(&mut self, event: &StudioEvent) -> Vec<Count> {
        let was_over = self.is_over();
        let names = match &event.kind {
            StudioEventKind::Started(facts) => self.start(event.at, facts),
            StudioEventKind::Ended(facts, reason) => self.end(event.at, facts, reason.as_deref()),
            StudioEventKind::Step(step) => self.add(step),
        };
        // It is known.
        let Some(mut names) = names else { return Vec::new() };
        let is_of_subflow =
            matches!(&event.kind, StudioEventKind::Step(step) if step.parent.is_some());
        if !is_of_subflow {
            self.flow.get_or_insert_with(|| event.flow.clone());
        }
        if self.flow.is_some() {
            self.listed_at = self.began_at();
        }
        if !was_over && self.is_over() {
            names.extend([CountName::Ended, CountName::LastWidget(self.last_widget())]);
        }
        let count = |name| Count { flow: event.flow.clone(), at: event.at, name };
        std::iter::once(CountName::Events).chain(names).map(count).collect()
    }

    fn start(&mut self, at: Timestamp, facts: &ExecutionFacts) -> Option<Vec<CountName>> {
        if self.started_at.is_some() {
            return None;
        }
        self.started_at = Some(at);
        self.learn(facts);
        Some(std::iter::once(CountName::Started).chain(self.lasted()).collect())
    }

    fn end(
        &mut self,
        at: Timestamp,
        facts: &ExecutionFacts,
        reason: Option<&str>,
    ) -> Option<Vec<CountName>> {
        if self.ended_at.is_some() {
            return None;
        }
        self.ended_at = Some(at);
        self.ended_reason = reason.map(str::to_owned);
        self.learn(facts);
        // Besides the event itself it counts as an end, if that is not known by a step.
        Some(self.lasted())
    }

    /// What its duration counts: once, as soon as both ends are known.
    fn lasted(&self) -> Vec<CountName> {
        match (self.started_at, self.ended_at) {
            (Some(started_at), Some(ended_at)) => seconds(ended_at.duration_since(started_at)),
            _ => Vec::new(),
        }
    }

    fn learn(&mut self, facts: &ExecutionFacts) {
        let ExecutionFacts { revision, contact, started_by } = facts.clone();
        self.revision = self.revision.or(revision);
        self.contact = self.contact.take().or(contact);
        self.started_by = self.started_by.take().or(started_by);
    }

    fn add(&mut self, step: &RecordedStep) -> Option<Vec<CountName>> {
        if self.steps.iter().any(|known| known.sid == step.sid) {
            return None;
        }
        if self.is_full() {
            // It cannot be known again, so it counts as nothing but this one note.
            return if std::mem::replace(&mut self.is_cut, true) {
                None
            } else {
                Some(vec![CountName::Cut])
            };
        }
        let RecordedStep { event, from, to, .. } = step.clone();
        insert(&mut self.steps, step.clone());
        Some(vec![CountName::Edge { from, event, to }])
    }

    /// The widget that it ended in, as far as its steps tell: the last one; empty if there is none.
    fn last_widget(&self) -> String {
        let last = || self.steps.iter().rfind(|step| step.parent.is_none());
        let end = self.steps.iter().rfind(|step| step.is_last()).map(|step| &step.from);
        end.or_else(|| last().map(|step| &step.to)).cloned().unwrap_or_default()
    }

    /// Whether no further step is kept.
    fn is_full(&self) -> bool {
        // A step has 550 bytes at most, with the longest names that are kept.
        self.steps.len() >= MAX_STEPS
            || self.steps.len() > 600 && json_bytes(&self.steps) > MAX_STEPS_BYTES
    }

    /// Whether it is over: its event says so, or a step that led to the end.
    pub fn is_over(&self) -> bool {
        self.ended_at.is_some() || self.steps.iter().any(RecordedStep::is_last)
    }

    /// When it ended, as far as that is known.
    pub fn over_at(&self) -> Option<Timestamp> {
        let last = || self.steps.iter().rfind(|step| step.is_last()).map(|step| step.at);
        self.ended_at.or_else(last)
    }

    /// When it began: as its event says, or else the earliest time that is known of it.
    pub fn began_at(&self) -> Option<Timestamp> {
        let first = || self.steps.iter().map(|step| step.at).min();
        self.started_at.or_else(first).or(self.ended_at)
    }

    /// Where it is; `None` once it is over, and while that is not known.
    pub fn position(&self) -> Option<Position> {
        if self.is_over() {
            return None;
        }
        match self.steps.iter().rfind(|step| step.parent.is_none()) {
            Some(step) => Some(Position { widget: step.to.clone(), since: step.at }),
            None => Some(Position { widget: TRIGGER.to_owned(), since: self.began_at()? }),
        }
    }

    /// Whether it is about a call, as far as its events tell.
    pub fn is_call(&self) -> bool {
        self.started_by.as_ref().is_some_and(|by| by.starts_with(CALL))
            || self
                .steps
                .iter()
                .any(|step| matches!(step.event.as_str(), "incomingCall" | "answered"))
    }
}
