//! Any definition can be read.

use proptest::prelude::*;

use super::*;

#[test]
fn unknown_widget_is_read_as_one_more_state() {
    let flow = Flow::parse(
        r#"{"initial_state": "a", "new": 1, "states": [
            {"name": "a", "type": "new-thing", "properties": {"offset": {"x": -1.5, "y": 2}, "deep": [{}], "n": "7"},
             "transitions": [{"event": "next", "next": "b", "more": 1},
                             {"event": "match", "next": "", "conditions": [{"type": "regex", "value": 3, "arguments": [1, "x"]}]}]},
            {"name": "b", "type": "stop-call"}, 5, {"name": 3, "type": null, "transitions": {}, "properties": []}]}"#,
    )
    .expect("a Flow");
    let first = flow.first().expect("a state");
    assert_eq!(first.offset(), Some(Offset { x: -1.5, y: 2.0 }));
    assert_eq!((first.number("n"), first.number("deep")), (Some(7), None));
    let condition = Condition {
        kind: "regex".to_owned(),
        arguments: vec!["x".to_owned()],
        value: String::new(),
    };
    assert_eq!(
        first.on("match").map(|one| (&one.next, &one.conditions)),
        Some((&None, &vec![condition]))
    );
    assert_eq!(flow.state("b").and_then(State::offset), None);
    assert_eq!(flow.states.len(), 4);
}

#[test]
fn problem_names_its_place() {
    let flow = Flow::parse(
        r#"{"initial_state": "z", "states": [{"name": "a", "type": "x", "transitions": [{"event": "e", "next": "c"}]},
            {"name": "a", "type": "x"}, {}]}"#,
    );
    let problems = flow.expect("a Flow").problems();
    let texts: Vec<String> =
        problems.iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect();
    let expected = [
        "#/initial_state: there is no state \"z\" to begin with",
        "#/states/0/transitions/0/next: \"e\" of \"a\" leads to \"c\": there is no widget of that name",
        "#/states/1/name: there is another state \"a\"",
        "#/states/2/name: the state has no name",
        "#/states/2/type: the state \"\" has no type",
    ];
    assert_eq!(texts, expected);
    for (text, why) in
        [("", "it is not JSON"), ("[]", "no array"), (r#"{"states": {}}"#, "no array")]
    {
        assert!(Flow::parse(text).is_err_and(|error| error.contains(why)), "{text}");
    }
}

/// Any JSON, with the keys of a definition in it.
fn any_json() -> impl Strategy<Value = Value> {
    let keys = "states|name|type|transitions|event|next|conditions|arguments|value|properties|offset|x|y|key|timeout|[a-z]";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(keys, inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn definition_never_panics(
        mut definition in any_json(),
        states in prop::collection::vec(any_json(), 0..4),
        text in ".{0,60}",
    ) {
        let _ = Flow::parse(&text);
        if let Some(fields) = definition.as_object_mut() {
            fields.insert("states".to_owned(), states.clone().into());
        }
        if let Ok(flow) = Flow::read(&definition) {
            prop_assert_eq!(flow.states.len(), definition["states"].as_array().map_or(0, Vec::len));
            let _ = flow.problems();
            for state in &flow.states {
                let _ = (state.offset(), state.pairs("key"), state.number("timeout"), state.on("x"));
            }
        }
    }
}

#[test]
fn refusal_names_what_studio_would_not_run() {
    let refused = |definition: &str| {
        let file = FlowFile::read(definition.as_bytes()).expect("a Flow");
        why_not_runnable(&file.flows()[0].check())
    };
    let flow = |say: &str, properties: &str| {
        format!(
            r#"{{"description": "", "flags": {{"allow_concurrent_calls": true}}, "initial_state": "Trigger", "states": [
            {{"name": "Trigger", "type": "trigger", "properties": {{}}, "transitions": [{{"event": "incomingCall", "next": "a"}}]}},
            {{"name": "a", "type": "say-play", {properties}"transitions": [{{"event": "{say}"}}]}}]}}"#
        )
    };
    let fine = flow("audioComplete", r#""properties": {"say": "Hi"}, "#);
    assert_eq!(refused(&fine), None);
    // Its widget fails, and the run says so itself.
    assert_eq!(refused(&fine.replace("\"Hi\"", "\"{{\"")), None);
    let why = refused(&flow("audioComplete", "")).expect("no properties");
    assert!(why.contains("flow check says why"), "{why}");
    assert!(refused(&flow("audioFinished", r#""properties": {"say": "Hi"}, "#)).is_some());
    let old = r#"{"description": "", "states": [{"sid": "FF1", "type": "InitialState", "name": "Trigger",
        "properties": {}, "transitions": []}]}"#;
    assert!(refused(old).expect("an old export").contains("before 2020"));
}
