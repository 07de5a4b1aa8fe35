use crate::draw::{ENDED, Edge, EdgeEnd, Graph};
use crate::flow::Flow;

use super::flow;

#[test]
fn events_to_one_widget_are_labels_of_one_edge() {
    let flow = flow(&[
        ("Trigger", "trigger", (0.0, 0.0), &[("incomingCall", "call")]),
        (
            "call",
            "make-outgoing-call-v2",
            (0.0, 200.0),
            &[("busy", "end"), ("answered", "talk"), ("failed", "end"), ("busy", "end")],
        ),
        ("talk", "say-play", (0.0, 400.0), &[("audioComplete", "end")]),
        ("end", "say-play", (0.0, 600.0), &[]),
    ]);
    let graph = Graph::of(&flow);
    let edge = |from, to, labels: &[&str]| {
        let labels = labels.iter().copied().map(str::to_owned).collect();
        Edge { from, to: EdgeEnd::Widget(to), labels }
    };
    let wanted = [
        edge(0, 1, &["incomingCall"]),
        edge(1, 3, &["busy", "failed"]),
        edge(1, 2, &["answered"]),
        edge(2, 3, &["audioComplete"]),
    ];
    assert_eq!(graph.edges, wanted);
    assert_eq!(graph.initial, Some(0));
}

#[test]
fn match_is_labelled_with_its_condition() {
    let condition = |kind: &str, value: &str| {
        serde_json::json!({ "event": "match", "next": "a", "conditions": [
            { "type": kind, "value": value, "arguments": ["{{x}}"] },
        ] })
    };
    let split = serde_json::json!({
        "initial_state": "a", "states": [{ "name": "a", "type": "split-based-on", "transitions": [
            { "event": "noMatch", "next": "a" },
            condition("equal_to", " 1 "), condition("not_equal_to", "2"), condition("contains", "yes"),
            condition("matches_any_of", "yes, y"), condition("regex", "^\\d+$"),
            condition("is_blank", "Is Blank"), condition("does_not_start_with", "+1"),
        ] }],
    });
    let graph = Graph::of(&Flow::read(&split).unwrap());
    assert_eq!(
        graph.edges[0].labels.join("; "),
        "noMatch; = 1; ≠ 2; contains yes; any of yes, y; matches ^\\d+$; is blank; does not start with +1"
    );
}

#[test]
fn widget_that_is_not_there_is_an_end_of_its_own() {
    let flow = flow(&[
        ("Trigger", "trigger", (0.0, 0.0), &[("incomingCall", "gone"), ("incomingMessage", "")]),
        ("island", "say-play", (0.0, 200.0), &[("audioComplete", "")]),
    ]);
    let graph = Graph::of(&flow);
    let ends: Vec<&EdgeEnd> = graph.edges.iter().map(|edge| &edge.to).collect();
    // An event of a trigger that starts nothing is no edge.
    assert_eq!(ends, [&EdgeEnd::Missing("gone".to_owned()), &EdgeEnd::Ended]);
    assert_eq!(graph.reachable(), [true, false]);
}

#[test]
fn steps_make_a_graph_with_the_types_that_they_tell() {
    let steps = [
        ("menu", "keypress", "queue"),
        ("Trigger", "incomingCall", "menu"),
        ("menu", "keypress", "queue"),
        ("menu", "hangup", ENDED),
        ("queue", "callComplete", ENDED),
    ];
    let graph = Graph::of_steps(steps);
    let nodes: Vec<(&str, &str)> =
        graph.nodes.iter().map(|node| (node.name.as_str(), node.kind.as_str())).collect();
    assert_eq!(nodes, [("menu", "gather-input-on-call"), ("queue", ""), ("Trigger", "trigger")]);
    assert_eq!(graph.initial, Some(2));
    let ends: Vec<(usize, &EdgeEnd)> =
        graph.edges.iter().map(|edge| (edge.from, &edge.to)).collect();
    let (queue, menu) = (EdgeEnd::Widget(1), EdgeEnd::Widget(0));
    let wanted = [(0, &queue), (2, &menu), (0, &EdgeEnd::Ended), (1, &EdgeEnd::Ended)];
    assert_eq!(ends, wanted);
}
