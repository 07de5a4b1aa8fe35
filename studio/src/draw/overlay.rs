//! The figures and the people that a drawing shows on top of a graph.

use std::collections::BTreeMap;

use super::graph::ENDED;

/// Everything that is laid over a graph; nothing by default. Names that the graph does not have are ignored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overlay {
    /// By the widget's name.
    pub widgets: BTreeMap<String, WidgetFigures>,
    /// By the names of the widgets at an edge's ends; `None` is the end of the execution.
    pub edges: BTreeMap<(String, Option<String>), EdgeFigures>,
    /// The path of one execution, from its first widget on; it stands out.
    pub path: Vec<PathStep>,
    /// The people whose moves a page shows: by a name of each, the widget that they are in.
    pub people: BTreeMap<String, String>,
    /// The widgets that are not the same in two definitions, by their names.
    pub widget_changes: BTreeMap<String, ChangeKind>,
    /// The edges that are not the same in two definitions, as in `edges`.
    pub edge_changes: BTreeMap<(String, Option<String>), ChangeKind>,
}

/// The kind of a change between two definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// Only the later definition has it.
    Added,
    /// Both have it, and it is not the same.
    Changed,
    /// Only the earlier definition has it.
    Gone,
}

impl Overlay {
    /// The steps of the path, each from one widget to the next.
    pub(super) fn path_steps(&self) -> impl Iterator<Item = (&str, &str)> {
        self.path.windows(2).map(|pair| (pair[0].widget.as_str(), pair[1].widget.as_str()))
    }

    /// Whether anybody took the edge with these names at its ends, or it is not the same in two definitions.
    pub(super) fn is_taken(&self, names: &(String, Option<String>)) -> bool {
        let ends = (names.0.as_str(), names.1.as_deref().unwrap_or(ENDED));
        self.path_steps().any(|step| step == ends)
            || self.edge_changes.contains_key(names)
            || self.edges.get(names).is_some_and(|figures| figures.count > 0)
    }
}

impl ChangeKind {
    /// All kinds.
    pub const ALL: [ChangeKind; 3] = [ChangeKind::Added, ChangeKind::Changed, ChangeKind::Gone];

    /// Its sign: `+`, `~` or `-`.
    pub fn sign(self) -> char {
        match self {
            ChangeKind::Added => '+',
            ChangeKind::Changed => '~',
            ChangeKind::Gone => '-',
        }
    }

    /// Its word, which is its class in a drawing too.
    pub fn word(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Changed => "changed",
            ChangeKind::Gone => "gone",
        }
    }
}

/// The figures of a widget.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WidgetFigures {
    /// The executions that are in it now.
    pub now: u64,
    /// Those of them that have been in it for longer than it can last.
    pub stuck: u64,
    /// The executions that passed it.
    pub passed: u64,
    /// Their share of all, in percent.
    pub percent: Option<f64>,
    /// The callers who hung up in it.
    pub hang_ups: u64,
    /// The time that half of the executions spent in it at most, in seconds.
    pub median_seconds: Option<f64>,
    /// The address that its box leads to.
    pub link: Option<String>,
}

/// The figures of an edge.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EdgeFigures {
    /// The executions that took it.
    pub count: u64,
    /// Their share of those that came to its widget, in percent.
    pub percent: Option<f64>,
}

/// A widget on the path of an execution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathStep {
    /// The widget's name, or [`super::ENDED`].
    pub widget: String,
    /// The time at which it was entered, as it is to be read.
    pub time: String,
}
