//! Widgets that fail before anything is sent, and what their errors name.

use super::*;

fn messages(run: &Run) -> Vec<(u32, &str)> {
    run.log().iter().map(|entry| (entry.code.unwrap_or_default(), &*entry.message)).collect()
}

/// The last step of a Flow with one widget, and the codes of its log.
fn outcome(trigger: Trigger, kind: &str, properties: Value) -> (Vec<String>, Vec<Option<u32>>) {
    let (run, _) = begun(trigger, &[widget("w", kind, properties, &[])]);
    (passed(&run), codes(&run))
}

#[test]
fn message_without_an_address_or_a_text_fails() {
    for properties in [
        json!({}),
        json!({"body": " "}),
        json!({"body": "{{flow.variables.nothing}}"}),
        json!({"body": "Hi", "from": "{{nothing}}"}),
        json!({"body": "Hi", "to": "{{nothing}}"}),
    ] {
        let failed = outcome(message(), "send-message", properties.clone());
        assert_eq!(failed, (vec!["w failed".to_owned()], vec![Some(81011)]), "{properties}");
        let failed = outcome(message(), "send-and-wait-for-reply", properties.clone());
        assert_eq!(
            failed,
            (vec!["w deliveryFailure".to_owned()], vec![Some(81011)]),
            "{properties}"
        );
    }
    for properties in
        [json!({"media_url": "https://a.example/a.png"}), json!({"body": "Hi", "from": ""})]
    {
        assert_eq!(outcome(message(), "send-message", properties), (vec![], vec![]));
    }
}

#[test]
fn call_without_a_number_fails() {
    for to in ["", "{{trigger.request.parameters.nothing}}"] {
        let failed = outcome(request(), "make-outgoing-call-v2", json!({"to": to}));
        assert_eq!(failed, (vec!["w failed".to_owned()], vec![Some(81008)]), "{to}");
    }
}

#[test]
fn task_with_broken_attributes_is_not_made() {
    for attributes in ["{bad", "[1]", "5"] {
        let flex = json!({"workflow": "WW1", "attributes": attributes});
        let failed = (vec!["w failedToEnqueue".to_owned()], vec![Some(81015)]);
        assert_eq!(outcome(call(), "send-to-flex", flex), failed, "{attributes}");
        let enqueue = json!({"workflow_sid": "WW1", "task_attributes": attributes});
        assert_eq!(outcome(call(), "enqueue-call", enqueue), failed, "{attributes}");
    }
    let flex = json!({"workflow": "WW1", "attributes": "{\"a\": {{flow.variables.n | plus: 1}}}"});
    assert_eq!(outcome(call(), "send-to-flex", flex), (vec![], vec![]));
}

#[test]
fn error_names_the_setting_that_it_is_about() {
    let broken = "{{ 1 | nothing }}";
    let split = json!({"input": broken});
    let mut split = widget("w", "split-based-on", split, &[("noMatch", "")]);
    let condition = json!({"type": "equal_to", "value": broken});
    split["transitions"]
        .as_array_mut()
        .expect("a list")
        .push(json!({"event": "match", "conditions": [condition]}));
    let (run, _) = begun(call(), &[split]);
    let starts = ["input: ", "the value of equal_to: "];
    let found = messages(&run);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found
            .iter()
            .zip(starts)
            .all(|((code, words), start)| *code == 81018 && words.starts_with(start))
    );
    let variables =
        json!({"variables": [{"key": "a", "value": "1"}, {"key": "b", "value": broken}]});
    let (run, _) = begun(call(), &[widget("w", "set-variables", variables, &[])]);
    assert!(messages(&run)[0].1.starts_with("variables, b: "), "{:?}", messages(&run));
}

#[test]
fn broken_url_is_told_once_and_says_what_is_wrong() {
    let ask = |url: &str| {
        let (run, _) = begun(call(), &[widget("w", "make-http-request", json!({"url": url}), &[])]);
        let [(code, words)] = messages(&run)[..] else { panic!("{:?}", messages(&run)) };
        (code, words.to_owned())
    };
    assert_eq!(ask("{{ 1 | nothing }}").0, 81018);
    for (url, why) in [
        ("{{flow.variables.nothing}}", "is empty"),
        ("ftp://a.example", "does not begin with"),
        ("https://", "has no host"),
        ("https://user:s3cretpw@a.example/ b", "has white space"),
    ] {
        let (code, words) = ask(url);
        assert!(code == 81014 && words.contains(why) && words.starts_with("url, "), "{words}");
        assert!(!words.contains("s3cretpw"), "{words}");
    }
}

#[test]
fn unknown_types_are_named_as_what_studio_does_not_have() {
    let why = |of: Value| {
        let (run, _) = begun(call(), &[of]);
        match run.state() {
            RunState::Ended(EndReason::Unplayable { why, .. }) => why.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        why(widget("w", "text-to-speech", json!({}), &[])),
        "Studio has no type of widget \"text-to-speech\""
    );
    assert_eq!(why(widget("w", "", json!({}), &[])), "it has no type");
    let split = |condition: Value| {
        let mut split = widget("w", "split-based-on", json!({}), &[]);
        split["transitions"] = json!([{"event": "match", "conditions": [condition]}]);
        split
    };
    assert_eq!(why(split(json!("x"))), "a condition has no type");
    assert_eq!(
        why(split(json!({"type": "is_like", "value": "1"}))),
        "Studio has no condition \"is_like\""
    );
}

#[test]
fn flow_without_its_first_widget_says_so() {
    for (definition, words) in [
        (json!({"states": []}), "the definition does not say which widget it begins with"),
        (json!({"initial_state": "a", "states": []}), "there is no widget \"a\" to begin with"),
    ] {
        let flow = Arc::new(Flow::read(&definition).expect("a Flow"));
        let mut run = Run::new(flow, &start(call()), at(0));
        run.step(RunEvent::Begun, at(0));
        assert_eq!(messages(&run), [(81022, words)]);
    }
}
