//! The differences in a drawing: the graph of both definitions, and its marks.

use std::collections::BTreeMap;

use super::FlowDiff;
use crate::draw::{ChangeKind, EdgeEnd, Graph, Overlay};
use crate::flow::Flow;

/// An edge by the names at its ends; `None` is the end of the execution.
type Ends = (String, Option<String>);

/// The graph of the later definition with all that is gone, and the marks of what is not the same.
pub fn picture(before: &Flow, after: &Flow, diff: &FlowDiff) -> (Graph, Overlay) {
    let (old, mut graph) = (Graph::of(&renamed(before, &diff.renamed)), Graph::of(after));
    let mut overlay = Overlay::default();
    for widget in &diff.widgets {
        overlay.widget_changes.insert(widget.name.clone(), widget.kind);
    }
    let (was, is) = (edges(&old), edges(&graph));
    for (ends, labels) in &is {
        let kind = match was.get(ends) {
            None => ChangeKind::Added,
            Some(before) if before != labels => ChangeKind::Changed,
            Some(_) => continue,
        };
        overlay.edge_changes.insert(ends.clone(), kind);
    }
    for node in &old.nodes {
        if !graph.nodes.iter().any(|have| have.name == node.name) {
            graph.nodes.push(node.clone());
        }
    }
    let index: BTreeMap<String, usize> =
        graph.nodes.iter().enumerate().rev().map(|(at, node)| (node.name.clone(), at)).collect();
    for edge in &old.edges {
        let Some(ends) = ends(&old, edge).filter(|ends| !is.contains_key(ends)) else { continue };
        let Some(from) = index.get(&ends.0).copied() else { continue };
        let to = match &ends.1 {
            None => EdgeEnd::Ended,
            Some(name) => index
                .get(name)
                .map_or_else(|| EdgeEnd::Missing(name.clone()), |to| EdgeEnd::Widget(*to)),
        };
        graph.edges.push(crate::draw::Edge { from, to, labels: edge.labels.clone() });
        overlay.edge_changes.insert(ends, ChangeKind::Gone);
    }
    (graph, overlay)
}

/// A Flow with the new names of its widgets.
fn renamed(flow: &Flow, names: &BTreeMap<String, String>) -> Flow {
    let mut flow = flow.clone();
    let rename = |name: &mut String| {
        if let Some(new) = names.get(name.as_str()) {
            name.clone_from(new);
        }
    };
    rename(&mut flow.initial_state);
    for state in &mut flow.states {
        rename(&mut state.name);
        state.transitions.iter_mut().filter_map(|one| one.next.as_mut()).for_each(rename);
    }
    flow
}

/// The edges of a graph by their ends, with their labels.
fn edges(graph: &Graph) -> BTreeMap<Ends, Vec<String>> {
    let edge = |edge: &crate::draw::Edge| Some((ends(graph, edge)?, edge.labels.clone()));
    graph.edges.iter().filter_map(edge).collect()
}

fn ends(graph: &Graph, edge: &crate::draw::Edge) -> Option<Ends> {
    let name = |at: usize| graph.nodes.get(at).map(|node| node.name.clone());
    let to = match &edge.to {
        EdgeEnd::Widget(to) => Some(name(*to)?),
        EdgeEnd::Missing(name) => Some(name.clone()),
        EdgeEnd::Ended => None,
    };
    Some((name(edge.from)?, to))
}
