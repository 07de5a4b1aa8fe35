//! The graph that is drawn: of a definition or of steps, with the events that end executions. Pure.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use shared::domain::executions::views::{EdgeCount, ExecutionView, FlowCounts};
use shared::domain::executions::{ENDED, TRIGGER};
use studio::draw::{EdgeEnd, Graph};

/// The height of a row of widgets here to one in Studio.
const ROW_SCALE: f64 = 0.7;

/// The graph with its widgets nearer to each other from top to bottom: ours are lower than Studio's.
pub(super) fn arranged(mut graph: Graph) -> Graph {
    for offset in graph.nodes.iter_mut().filter_map(|node| node.offset.as_mut()) {
        offset.y *= ROW_SCALE;
    }
    graph
}

/// The graph of the steps that were seen, for a Flow whose definition is not known.
pub(super) fn of_steps(counts: &FlowCounts, executions: &[ExecutionView]) -> Graph {
    let counted =
        counts.edges.iter().map(|edge| (edge.from.as_str(), edge.event.as_str(), edge.to.as_str()));
    let steps = executions.iter().flat_map(|execution| &execution.steps);
    let steps = steps
        .filter(|step| step.parent.is_none())
        .map(|step| (step.from.as_str(), step.event.as_str(), step.to.as_str()));
    let seen: BTreeSet<(&str, &str, &str)> = counted.chain(steps).collect();
    Graph::of_steps(in_reading_order(&seen))
}

/// The steps from the trigger on: those of a widget before those of the widgets that they lead to.
fn in_reading_order<'a>(
    seen: &BTreeSet<(&'a str, &'a str, &'a str)>,
) -> Vec<(&'a str, &'a str, &'a str)> {
    let mut ways: BTreeMap<&str, Vec<(&str, &str, &str)>> = BTreeMap::new();
    for step in seen {
        ways.entry(step.0).or_default().push(*step);
    }
    let mut ordered = Vec::with_capacity(seen.len());
    let entered: BTreeSet<&str> = seen.iter().map(|step| step.2).collect();
    let (first, others): (Vec<&str>, Vec<&str>) =
        ways.keys().copied().partition(|name| !entered.contains(name));
    let mut waiting: VecDeque<&str> = VecDeque::new();
    for begin in [TRIGGER].into_iter().chain(first).chain(others) {
        waiting.push_back(begin);
        while let Some(name) = waiting.pop_front() {
            let steps = ways.remove(name).unwrap_or_default();
            waiting.extend(steps.iter().map(|step| step.2));
            ordered.extend(steps);
        }
    }
    ordered
}

/// The graph with the events that executions ended by at its edges to the end, the most frequent first.
pub(super) fn with_ends(mut graph: Graph, counted: &[EdgeCount]) -> Graph {
    let mut ends: BTreeMap<&str, Vec<(Reverse<u64>, &str)>> = BTreeMap::new();
    for edge in counted.iter().filter(|edge| edge.to == ENDED && edge.count > 0) {
        ends.entry(edge.from.as_str())
            .or_default()
            .push((Reverse(edge.count), edge.event.as_str()));
    }
    let Graph { nodes, edges, .. } = &mut graph;
    for edge in edges.iter_mut().filter(|edge| edge.to == EdgeEnd::Ended) {
        let taken = nodes.get(edge.from).and_then(|node| ends.get_mut(node.name.as_str()));
        if let Some(taken) = taken {
            taken.sort_unstable();
            edge.labels = taken.iter().map(|(_, event)| (*event).to_owned()).collect();
        }
    }
    graph
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_begin_with_the_trigger_and_follow_the_layers() {
        let seen = [
            ("A", "audioComplete", "b"),
            ("Trigger", "incomingCall", "z"),
            ("b", "hangup", ENDED),
            ("z", "match", "A"),
            ("x", "match", "y"),
        ];
        let graph = Graph::of_steps(in_reading_order(&seen.into()));
        let names: Vec<&str> = graph.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["Trigger", "z", "A", "b", "x", "y"]);
    }

    #[test]
    fn edge_that_ends_names_the_events_that_were_taken() {
        let edge = |event: &str, count| EdgeCount {
            from: "menu".to_owned(),
            event: event.to_owned(),
            to: ENDED.to_owned(),
            count,
            percent: 1.0,
        };
        let counted = [edge("timeout", 1), edge("hangup", 2)];
        let graph = Graph::of_steps([("menu", "speech", ENDED)]);
        assert_eq!(with_ends(graph, &counted).edges[0].labels, ["hangup", "timeout"]);
    }
}
