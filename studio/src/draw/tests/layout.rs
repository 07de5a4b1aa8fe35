//! The layout of a graph, which is kept from one drawing to the next.

use crate::draw::{ENDED, EdgeFigures, Layout, PathStep};

use super::*;

/// Figures for each widget and edge of a graph, with the path of an execution.
fn busy(graph: &Graph, count: u64) -> Overlay {
    let name = |at: usize| graph.nodes[at].name.clone();
    let mut overlay = Overlay::default();
    for edge in &graph.edges {
        if let crate::draw::EdgeEnd::Widget(to) = edge.to {
            let figures = EdgeFigures { count, percent: Some(7.5) };
            overlay.edges.insert((name(edge.from), Some(name(to))), figures);
        }
    }
    for node in &graph.nodes {
        let figures = WidgetFigures { now: count, passed: count, ..WidgetFigures::default() };
        overlay.widgets.insert(node.name.clone(), figures);
    }
    let step = |widget: String| PathStep { widget, time: "+1 s".to_owned() };
    overlay.path = graph.edges.iter().take(2).map(|edge| step(name(edge.from))).collect();
    overlay
}

#[test]
fn layout_that_is_kept_draws_the_same_with_other_figures() {
    let graph = large();
    let layout = Layout::of(&graph, &Overlay::default());
    for overlay in [Overlay::default(), busy(&graph, 1), busy(&graph, 1_234_567)] {
        for mode in [Mode::Embedded, Mode::Standalone] {
            assert_eq!(layout.svg(&graph, &overlay, mode), Some(svg(&graph, &overlay, mode)));
        }
    }
    let bytes = layout.bytes();
    assert!((100_000..2_000_000).contains(&bytes), "{bytes}");
}

#[test]
fn layout_draws_no_other_graph() {
    let graph = Graph::of(&flow(&[
        ("Trigger", "trigger", (0.0, 0.0), &[("incomingCall", "menu"), ("x", "gone")]),
        ("menu", "say-play", (0.0, 200.0), &[]),
    ]));
    let layout = Layout::of(&graph, &Overlay::default());
    let is_drawn =
        |graph: &Graph, overlay: &Overlay| layout.svg(graph, overlay, Mode::Embedded).is_some();
    assert!(is_drawn(&graph, &Overlay::default()));
    let mut moved = graph.clone();
    moved.nodes[1].offset = None;
    let mut further = graph.clone();
    further.edges.pop();
    for other in [moved, further, Graph::default(), large()] {
        assert!(!is_drawn(&other, &Overlay::default()));
    }
    // Another title, name or label moves nothing.
    let mut renamed = graph.clone();
    renamed.title = "Other".to_owned();
    renamed.nodes[1].name = "other".to_owned();
    assert!(is_drawn(&renamed, &Overlay::default()));
}

#[test]
fn end_that_somebody_takes_first_needs_another_layout() {
    let states = json!([
        {"name": "Trigger", "type": "trigger", "transitions": [{"event": "incomingCall", "next": "menu"}],
         "properties": {}},
        {"name": "menu", "type": "gather-input-on-call", "properties": {},
         "transitions": [{"event": "keypress", "next": "Trigger"}, {"event": "timeout"}]},
    ]);
    let flow = Flow::read(&json!({"initial_state": "Trigger", "states": states})).unwrap();
    let graph = Graph::of(&flow);
    let layout = Layout::of(&graph, &Overlay::default());
    let ended = |count| Overlay {
        edges: [(("menu".to_owned(), None), EdgeFigures { count, percent: None })].into(),
        ..Overlay::default()
    };
    assert_eq!(layout.svg(&graph, &ended(1), Mode::Embedded), None);
    let layout = Layout::of(&graph, &ended(1));
    for count in [1, 1_000] {
        let expected = svg(&graph, &ended(count), Mode::Embedded);
        assert_eq!(layout.svg(&graph, &ended(count), Mode::Embedded), Some(expected));
    }
    let step = |widget: &str| PathStep { widget: widget.to_owned(), time: String::new() };
    let path = Overlay { path: vec![step("menu"), step(ENDED)], ..Overlay::default() };
    assert!(layout.is_of(&graph, &path));
}
