//! The overlay of a Flow's graph, and the same as a list. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use shared::domain::executions::views::{EdgeCount, ExecutionView, FlowCounts, MedianSeconds};
use shared::domain::executions::{ENDED, TRIGGER};
use shared::jobs::watch::read::RunningExecutions;
use studio::draw::{EdgeFigures, Graph, Overlay, PathStep, WidgetFigures, type_words, widget_id};

use super::rows::took;
use crate::pages::markup::thousands;

/// How many running Executions have a mark of their own in the graph; the others are only counted.
const MAX_MARKS: usize = 100;

/// The figures of a Flow's widgets.
pub(super) struct Figures<'a> {
    pub(super) counts: &'a FlowCounts,
    pub(super) medians: &'a BTreeMap<String, MedianSeconds>,
    pub(super) running: &'a RunningExecutions,
}

/// A widget in the list.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct WidgetRow {
    pub(super) id: String,
    pub(super) name: String,
    /// Its type in words.
    pub(super) kind: Option<String>,
    pub(super) now: u64,
    pub(super) stuck: u64,
    pub(super) came: u64,
    /// The same as people read it.
    pub(super) came_text: String,
    pub(super) percent: String,
    pub(super) hang_ups: u64,
    pub(super) failed: u64,
    pub(super) median: String,
    pub(super) ways: Vec<Way>,
    /// The definition does not have it.
    pub(super) is_foreign: bool,
}

/// A way from a widget to the next one.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Way {
    pub(super) event: String,
    /// The widget; `None` is the end.
    pub(super) to: Option<String>,
    pub(super) id: Option<String>,
    pub(super) count: String,
    pub(super) percent: String,
}

/// The id of a widget's row.
fn row_id(name: &str) -> String {
    widget_id(name).replacen("flow-widget", "row", 1)
}

/// A share of a hundred, as people read it.
fn percent_text(percent: f64) -> String {
    match percent {
        ..=0.0 => String::new(),
        ..0.05 => "<0.1%".to_owned(),
        ..9.95 => format!("{percent:.1}%").replace(".0%", "%"),
        _ => format!("{percent:.0}%"),
    }
}

impl Figures<'_> {
    /// Who is in each widget now, and how many of these are stuck.
    fn occupancy(&self) -> BTreeMap<&str, (u64, u64)> {
        let mut occupancy: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for running in &self.running.executions {
            let (now, stuck) = occupancy.entry(running.execution.widget.as_str()).or_default();
            *now += 1;
            *stuck += u64::from(running.stuck.is_some());
        }
        occupancy
    }

    fn median(&self, name: &str) -> Option<f64> {
        self.medians.get(name).map(|median| median.seconds)
    }

    /// The overlay of the graph; with the path of the Execution that is chosen.
    pub(super) fn overlay(&self, graph: &Graph, chosen: Option<&ExecutionView>) -> Overlay {
        let mut overlay = Overlay::default();
        let occupancy = self.occupancy();
        for node in &graph.nodes {
            let count = self.counts.widgets.get(&node.name).cloned().unwrap_or_default();
            let (now, stuck) = occupancy.get(node.name.as_str()).copied().unwrap_or_default();
            let figures = WidgetFigures {
                now,
                stuck,
                passed: count.came(0),
                percent: count.percent.filter(|_| node.name != TRIGGER),
                hang_ups: count.hang_ups,
                median_seconds: self.median(&node.name).filter(|_| node.name != TRIGGER),
                link: None,
            };
            overlay.widgets.insert(node.name.clone(), figures);
        }
        for edge in &self.counts.edges {
            let to = Some(edge.to.clone()).filter(|to| to != ENDED);
            let figures: &mut EdgeFigures =
                overlay.edges.entry((edge.from.clone(), to)).or_default();
            figures.count += edge.count;
            figures.percent = Some(figures.percent.unwrap_or_default() + edge.percent);
        }
        let people = self.running.executions.iter().take(MAX_MARKS);
        let people = people.map(|running| &running.execution);
        overlay.people = people.map(|one| (one.sid.to_string(), one.widget.clone())).collect();
        overlay.path = chosen.map(path).unwrap_or_default();
        overlay
    }

    /// The widgets of the graph in its order, then those that steps name beside them.
    pub(super) fn rows(&self, graph: &Graph, has_definition: bool) -> Vec<WidgetRow> {
        let occupancy = self.occupancy();
        let known: BTreeSet<&str> = graph.nodes.iter().map(|node| node.name.as_str()).collect();
        let kinds = graph.nodes.iter().map(|node| (node.name.as_str(), node.kind.as_str()));
        let counted = self.counts.widgets.keys().map(String::as_str);
        let foreign: BTreeSet<&str> = counted
            .chain(occupancy.keys().copied())
            .filter(|name| *name != ENDED && !known.contains(name))
            .collect();
        let mut ways: BTreeMap<&str, Vec<&EdgeCount>> = BTreeMap::new();
        for edge in &self.counts.edges {
            ways.entry(edge.from.as_str()).or_default().push(edge);
        }
        let row = |(name, kind): (&str, &str)| {
            let count = self.counts.widgets.get(name).cloned().unwrap_or_default();
            let (now, stuck) = occupancy.get(name).copied().unwrap_or_default();
            let median = self.median(name).filter(|_| name != TRIGGER);
            let percent = count.percent.filter(|_| name != TRIGGER);
            let taken = ways.get(name).map(Vec::as_slice).unwrap_or_default();
            WidgetRow {
                id: row_id(name),
                name: name.to_owned(),
                kind: type_words(kind),
                now,
                stuck,
                came: count.came(0),
                came_text: thousands(count.came(0)),
                percent: percent.map(percent_text).unwrap_or_default(),
                hang_ups: count.hang_ups,
                failed: count.failed,
                median: median.map(|seconds| took(milliseconds(seconds))).unwrap_or_default(),
                ways: taken.iter().map(|edge| way(edge)).collect(),
                is_foreign: has_definition && !known.contains(name),
            }
        };
        kinds.chain(foreign.into_iter().map(|name| (name, ""))).map(row).collect()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a median of milliseconds")]
fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1_000.0) as i64
}

fn way(edge: &EdgeCount) -> Way {
    let to = Some(edge.to.clone()).filter(|to| to != ENDED);
    Way {
        event: edge.event.clone(),
        id: to.as_deref().map(row_id),
        to,
        count: thousands(edge.count),
        percent: percent_text(edge.percent),
    }
}

/// The widgets that an Execution went through, each with how long after the beginning it came there.
fn path(view: &ExecutionView) -> Vec<PathStep> {
    let steps = || view.steps.iter().filter(|step| step.parent.is_none());
    let Some(first) = steps().next() else { return Vec::new() };
    let began_at = view.began_at.unwrap_or(first.at);
    let mut path = vec![PathStep { widget: first.from.clone(), time: "+0 s".to_owned() }];
    let mut at = first.from.as_str();
    for step in steps() {
        // An unknown step is left out: the path goes on where it is seen again.
        if step.from != at {
            path.push(PathStep { widget: step.from.clone(), time: String::new() });
        }
        let after = step.at.duration_since(began_at).as_millis().max(0);
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        path.push(PathStep { widget: step.to.clone(), time: format!("+{}", took(after)) });
        at = &step.to;
    }
    path
}
