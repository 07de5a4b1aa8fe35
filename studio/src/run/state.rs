//! The state of a run: its steps, and the reason why it is over.

use jiff::Timestamp;

/// A widget that was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The time when it was left.
    pub at: Timestamp,
    /// The event that it fired, or [`HANG_UP`](super::HANG_UP).
    pub event: String,
    /// Its type: `say-play`, …
    pub kind: String,
    /// Its name.
    pub from: String,
    /// The name of the next widget; `None` if nothing follows.
    pub to: Option<String>,
    /// The name of the parent's widget whose subflow it is in.
    pub subflow: Option<String>,
    /// The comparisons that it made, if it is a split.
    pub split: Option<SplitStep>,
}

impl Step {
    /// The name of its widget; in a subflow, behind that of the parent's widget: `ask/menu`.
    pub fn place(&self) -> String {
        place(self.subflow.as_deref(), &self.from)
    }

    /// Its widget has this name: `menu`, or in a subflow `ask/menu`.
    pub fn is_at(&self, place: &str) -> bool {
        match &self.subflow {
            None => self.from == place,
            Some(parent) => {
                let inner = place.strip_prefix(parent.as_str());
                inner.and_then(|inner| inner.strip_prefix('/')) == Some(self.from.as_str())
            }
        }
    }
}

/// The name of a widget; in a subflow, behind that of the parent's widget that runs it.
pub(super) fn place(subflow: Option<&str>, widget: &str) -> String {
    match subflow {
        None => widget.to_owned(),
        Some(parent) => format!("{parent}/{widget}"),
    }
}

/// The comparisons of a split, in the order in which they were made: none after the first branch that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitStep {
    /// The text that is compared.
    pub input: String,
    /// The comparisons.
    pub comparisons: Vec<SplitComparison>,
}

/// One comparison of a split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitComparison {
    /// `equal_to`, `contains`, …
    pub predicate: String,
    /// The value that the input is compared with, its expressions evaluated.
    pub value: String,
    /// Whether it holds.
    pub holds: bool,
    /// The name of the widget that the branch leads to; none if it leads nowhere.
    pub to: Option<String>,
}

/// Whether a run goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    /// It waits for the next [`RunEvent`](super::RunEvent).
    Active,
    /// It is over.
    Ended(EndReason),
}

impl EndReason {
    /// The reason with the place of its widget, which is in this subflow if there is one.
    pub(super) fn within(mut self, subflow: Option<&str>) -> EndReason {
        match &mut self {
            EndReason::SameWidget { widget }
            | EndReason::TooMuchWork { widget }
            | EndReason::NoMatch { widget }
            | EndReason::Unplayable { widget, .. } => *widget = place(subflow, widget),
            EndReason::FlowEnd
            | EndReason::HungUp
            | EndReason::Stopped
            | EndReason::TooManySteps => {}
        }
        self
    }
}

/// The reason why a run is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// The last widget led nowhere.
    FlowEnd,
    /// The call ended in the middle of a widget.
    HungUp,
    /// It was ended from outside.
    Stopped,
    /// It has taken [`MAX_STEPS`](super::MAX_STEPS).
    TooManySteps,
    /// A widget has led to itself [`MAX_ROUNDS`](super::MAX_ROUNDS) times.
    SameWidget {
        /// The widget's name, in a subflow behind that of the parent's widget.
        widget: String,
    },
    /// Its texts and patterns have taken more work than [`MAX_RUN_WORK`](super::MAX_RUN_WORK).
    TooMuchWork {
        /// The name of the widget that it was in, as before.
        widget: String,
    },
    /// No condition of a split holds, and it has no transition `noMatch`.
    NoMatch {
        /// The widget's name, in a subflow behind that of the parent's widget.
        widget: String,
    },
    /// A widget cannot be run here.
    Unplayable {
        /// The widget's name, in a subflow behind that of the parent's widget.
        widget: String,
        /// The reason, for a person.
        why: String,
    },
}
