//! Differences of small definitions.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::draw::{Mode, svg};
use crate::flow::Flow;

fn state(name: &str, say: &str, x: i64, transitions: Value) -> Value {
    json!({"name": name, "type": "say-play", "transitions": transitions,
        "properties": {"say": say, "offset": {"x": x, "y": 0}}})
}

fn flow(states: &[Value]) -> Value {
    json!({"description": "d", "initial_state": "a", "states": states, "flags": {"allow_concurrent_calls": true}})
}

fn both() -> (Value, Value) {
    let to = |next: &str| json!([{"event": "audioComplete", "next": next}]);
    let before = flow(&[
        state("a", "Hello", 0, to("b")),
        state("b", "Bye", 0, json!([])),
        state("old", "x", 0, to("b")),
    ]);
    let mut after = flow(&[
        state(
            "a",
            "Welcome",
            9,
            json!([{"event": "audioComplete", "next": "new"}, {"event": "hangup"}]),
        ),
        state("b", "Bye", 250, json!([])),
        state("new", "y", 0, to("b")),
    ]);
    after["flags"]["allow_concurrent_calls"] = json!(false);
    (before, after)
}

#[test]
fn lines_say_what_was_added_changed_and_removed() {
    let (before, after) = both();
    let diff = FlowDiff::of(&before, &after);
    assert_eq!(
        diff.lines(),
        [
            "~ the Flow's flags/allow_concurrent_calls: true => false",
            "~ widget a (say-play)",
            "    say: \"Hello\" => \"Welcome\"",
            "+ widget new (say-play)",
            "    say: \"y\"",
            "- widget old (say-play)",
            "    say: \"x\"",
            "~ transition a.audioComplete: b => new",
            "+ transition a.hangup -> the end",
            "+ transition new.audioComplete -> b",
            "- transition old.audioComplete -> b",
        ]
    );
    assert_eq!(diff.moved, 2);
    let summary = "3 widgets, 4 transitions and 2 settings differ; 2 widgets stand elsewhere";
    assert_eq!(diff.summary(), summary);
}

#[test]
fn equal_definitions_have_no_differences_wherever_their_widgets_stand() {
    let (before, _) = both();
    assert!(FlowDiff::of(&before, &before).is_empty());
    let mut moved = before.clone();
    moved["states"][0]["properties"]["offset"] = json!({"x": 1, "y": 2});
    let diff = FlowDiff::of(&before, &moved);
    assert!(diff.is_empty());
    assert_eq!(diff.moved, 1);
}

#[test]
fn order_of_conditions_is_a_difference() {
    let to = |value: &str| json!({"event": "match", "next": "b", "conditions": [{"type": "equal_to", "value": value}]});
    let split = |first: &str, second: &str| json!({"states": [{"name": "s", "type": "split-based-on", "transitions": [to(first), to(second)]}]});
    let lines = FlowDiff::of(&split("1", "2"), &split("2", "1")).lines();
    assert_eq!(lines, ["~ transition s.match: in another order"]);
    let lines = FlowDiff::of(&split("1", "2"), &split("1", "3")).lines();
    assert_eq!(lines, ["~ transition s.match equal_to \"2\" -> b: now match equal_to \"3\""]);
    let both = FlowDiff::of(&split("1", "2"), &split("3", "1")).lines();
    let expected = [
        "~ transition s.match equal_to \"2\" -> b: now match equal_to \"3\"",
        "~ transition s.match: in another order",
    ];
    assert_eq!(both, expected);
}

#[test]
fn arguments_and_labels_of_conditions_are_differences() {
    let split = |argument: &str, label: &str| {
        let condition = json!({"type": "equal_to", "value": "1", "arguments": [argument], "friendly_name": label});
        let to = json!({"event": "match", "next": "b", "conditions": [condition]});
        json!({"states": [{"name": "s", "type": "split-based-on", "transitions": [to]}]})
    };
    let diff = FlowDiff::of(&split("{{a}}", "x"), &split("{{b}}", "y"));
    let expected = [
        "~ transition s.match equal_to \"1\"",
        "    conditions/0/arguments/0: \"{{a}}\" => \"{{b}}\"",
        "    conditions/0/friendly_name: \"x\" => \"y\"",
    ];
    assert_eq!(diff.lines(), expected);
    assert_eq!(diff.summary(), "0 widgets, 1 transition and 2 settings differ");
}

#[test]
fn widget_with_another_name_is_the_same_widget() {
    let to = |next: &str| json!([{"event": "audioComplete", "next": next}]);
    let before = flow(&[state("a", "Hello", 0, to("x")), state("x", "Bye", 0, to("x"))]);
    let after = flow(&[state("a", "Hello", 0, to("y")), state("y", "Bye", 0, to("y"))]);
    let diff = FlowDiff::of(&before, &after);
    assert_eq!(diff.lines(), ["~ widget x (say-play) is now called y"]);
    assert_eq!(diff.summary(), "1 widget, 0 transitions and 0 settings differ");
    let [old, new] = [&before, &after].map(|definition| Flow::read(definition).unwrap());
    let (graph, overlay) = picture(&old, &new, &diff);
    assert_eq!(graph.nodes.len(), 2);
    assert_eq!(overlay.widget_changes.get("y"), Some(&ChangeKind::Changed));
    assert!(overlay.edge_changes.is_empty(), "{:?}", overlay.edge_changes);
    // One that says something else is another widget, and all of it is shown.
    let after = flow(&[state("a", "Hello", 0, to("y")), state("y", "Danger", 0, to("a"))]);
    let expected = [
        "+ widget y (say-play)",
        "    say: \"Danger\"",
        "- widget x (say-play)",
        "    say: \"Bye\"",
        "~ transition a.audioComplete: x => y",
        "+ transition y.audioComplete -> a",
        "- transition x.audioComplete -> x",
    ];
    assert_eq!(FlowDiff::of(&before, &after).lines(), expected);
    // Nothing is a rename of nothing.
    let empty = json!({"states": []});
    assert_eq!(FlowDiff::of(&before, &empty).transitions.len(), 2);
}

#[test]
fn long_value_is_cut_where_it_differs() {
    let long = |end: &str| flow(&[state("a", &format!("{}{end}", "x".repeat(500)), 0, json!([]))]);
    let lines = FlowDiff::of(&long("old"), &long("new")).lines();
    let expected = format!("    say: …{0}old\" => …{0}new\"", "x".repeat(20));
    assert_eq!(lines, ["~ widget a (say-play)".to_owned(), expected]);
}

#[test]
fn picture_marks_what_is_not_the_same() {
    let (before, after) = both();
    let diff = FlowDiff::of(&before, &after);
    let [old, new] = [&before, &after].map(|definition| Flow::read(definition).unwrap());
    let (graph, overlay) = picture(&old, &new, &diff);
    assert_eq!(graph.nodes.len(), 4);
    let changes: Vec<(&str, ChangeKind)> =
        overlay.widget_changes.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    let (added, changed, gone) = (ChangeKind::Added, ChangeKind::Changed, ChangeKind::Gone);
    assert_eq!(changes, [("a", changed), ("new", added), ("old", gone)]);
    let edge =
        |from: &str, to: &str| overlay.edge_changes.get(&(from.to_owned(), Some(to.to_owned())));
    assert_eq!(edge("a", "b"), Some(&gone));
    assert_eq!(edge("a", "new"), Some(&added));
    assert_eq!(edge("old", "b"), Some(&gone));
    let drawn = svg(&graph, &overlay, Mode::Standalone);
    for class in [
        "say-play",
        "widget voice changed",
        "widget voice added",
        "edge gone",
        "badge change added",
    ] {
        assert!(class == "say-play" || drawn.contains(class), "{class}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2_i64..3).prop_map(Value::from),
        "[a-c]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = "a|b|name|type|event|next|states|transitions|properties|conditions|offset|value";
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(key, inner, 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_two_definitions_can_be_compared_and_one_is_equal_to_itself(
        one in any_json(), other in any_json()
    ) {
        let wrap = |states: &Value| json!({"states": [states, {"name": "a", "transitions": states}]});
        FlowDiff::of(&one, &other).lines();
        FlowDiff::of(&wrap(&one), &wrap(&other)).lines();
        prop_assert!(FlowDiff::of(&wrap(&one), &wrap(&one)).is_empty());
    }
}
