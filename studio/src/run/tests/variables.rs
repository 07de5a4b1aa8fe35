//! `set-variables`, as twilio.com/docs/studio/widget-library/set-variables documents it.

use super::*;

/// The variables that a widget with these pairs leaves, and the codes of the log.
fn set(variables: Value) -> (Value, Vec<Option<u32>>) {
    let properties = json!({"variables": variables});
    let (run, _) = begun(request(), &[widget("set", "set-variables", properties, &[("next", "")])]);
    assert_eq!(passed(&run), ["set next"]);
    let context = run.context();
    // They are in both places.
    assert_eq!(
        context["flow"]["variables"],
        context["widgets"].get("set").cloned().unwrap_or_else(|| json!({}))
    );
    (context["flow"]["variables"].clone(), codes(&run))
}

#[test]
fn values_are_rendered_and_then_cast() {
    for (template, value) in [
        ("{{flow.data.say}}!", json!("Press 1.!")),
        ("5", json!(5)),
        ("-1.5", json!(-1.5)),
        // Zeros at the end of a fraction are no others.
        ("1.25", json!(1.25)),
        ("1.50", json!(1.5)),
        ("2.0", json!(2.0)),
        ("2.00", json!(2.0)),
        ("0.10", json!(0.1)),
        ("-3.40", json!(-3.4)),
        ("{{'1.50'}}", json!(1.5)),
        ("{{flow.data.none | plus: 1}}", json!(1)),
        // White space around a value goes.
        ("\n  7 \n", json!(7)),
        ("  some words\n", json!("some words")),
        // A number within quotation marks is a text, and so is what is not written as a number.
        ("\"1\"", json!("\"1\"")),
        ("007", json!("007")),
        ("02", json!("02")),
        ("02.50", json!("02.50")),
        ("+2", json!("+2")),
        ("+2.50", json!("+2.50")),
        ("2.", json!("2.")),
        (".50", json!(".50")),
        ("1.2.0", json!("1.2.0")),
        ("+15005550001", json!("+15005550001")),
        ("1e3", json!("1e3")),
        ("123456789012345678901234567890", json!("123456789012345678901234567890")),
        ("null", json!("")),
        ("", json!("")),
        ("true", json!("true")),
        (r#"{"a": 1}"#, json!(r#"{"a": 1}"#)),
    ] {
        let (variables, log) = set(json!([{"key": "k", "value": template, "type": "string"}]));
        assert_eq!((&variables["k"], log), (&value, vec![]), "{template}");
    }
}

#[test]
fn value_of_json_is_parsed_by_either_key() {
    let text = r#"{"a": [1, "{{flow.data.say}}"]}"#;
    for pair in [
        json!({"key": "k", "value": text, "type": "json_object"}),
        json!({"key": "k", "value": text, "parse_as_json": true}),
        json!({"key": "k", "value": text, "parse_as_json": "true", "type": "string"}),
    ] {
        assert_eq!(set(json!([pair])), (json!({"k": {"a": [1, "Press 1."]}}), vec![]));
    }
    for other in ["{a", "[1, 2]", "5", "\"a\"", "true", "null", ""] {
        let pair = json!([{"key": "k", "value": other, "type": "json_object"}]);
        assert_eq!(set(pair), (json!({"k": other}), vec![Some(81027)]), "{other}");
    }
}

#[test]
fn keys_are_never_liquid_and_their_case_counts() {
    let pairs = json!([{"key": "A", "value": "1"}, {"key": "a", "value": "2"},
                       {"key": "{{flow.sid}}", "value": "3"}, {"value": "4"}, "pair"]);
    assert_eq!(set(pairs).0, json!({"A": 1, "a": 2, "{{flow.sid}}": 3}));
}

#[test]
fn variables_appear_at_the_end_of_the_step() {
    let pairs = json!([{"key": "a", "value": "1"}, {"key": "b", "value": "{{flow.variables.a}}"}]);
    assert_eq!(set(pairs).0, json!({"a": 1, "b": ""}));
}

#[test]
fn later_widget_overwrites_a_variable_and_reads_it_first() {
    let first = json!({"variables": [{"key": "tries", "value": "1"}]});
    let second =
        json!({"variables": [{"key": "tries", "value": "{{flow.variables.tries | plus: 1}}"}]});
    let (run, _) = begun(
        request(),
        &[
            widget("a", "set-variables", first, &[("next", "b")]),
            widget("b", "set-variables", second, &[("next", "")]),
        ],
    );
    let context = run.context();
    assert_eq!(context["flow"]["variables"]["tries"], json!(2));
    assert_eq!(context["widgets"], json!({"a": {"tries": 1}, "b": {"tries": 2}}));
}
