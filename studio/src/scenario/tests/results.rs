//! Results: comparisons, paths, and XML for CI servers.

use std::time::Duration;

use super::*;

#[test]
fn results_are_valid_xml_for_ci_servers() {
    let text =
        "[[scenarios]]\nname = 'a <b> & \"c\"'\n[[scenarios]]\nname = 'd'\nhears = ['<x>']\n";
    let report = judge(&flow(), &read(text).unwrap());
    let wrong = [("w<.toml".to_owned(), "line 1: a & b\nline 2: \u{1b}c".to_owned())];
    let xml = junit(&[("a&b.toml".to_owned(), report)], &[], &wrong);
    for expected in [
        "<testsuites tests=\"3\" failures=\"1\" errors=\"1\" time=\"0.000\">",
        "<testsuite name=\"a&amp;b.toml\" tests=\"2\" failures=\"1\" errors=\"0\"",
        "<testsuite name=\"w&lt;.toml\" tests=\"1\" failures=\"0\" errors=\"1\"",
        "<error message=\"line 1: a &amp; b\">line 1: a &amp; b\nline 2: ",
        "<testcase classname=\"a&amp;b.toml\" name=\"a &lt;b&gt; &amp; &quot;c&quot;\"",
        "<failure message=\"hears: &quot;&lt;x&gt;&quot; does not come\">",
    ] {
        assert!(xml.contains(expected), "{expected}: {xml}");
    }
    assert!(!xml.contains("<x>") && roxmltree::Document::parse(&xml).is_ok(), "{xml}");
}

#[test]
fn results_have_the_path_of_a_run_and_the_rules_that_walks_break() {
    let text = "never_after = { 'save.failed' = ['thanks'] }\n[[scenarios]]\nname = 'a'\n\
                caller = ['press 2']\npasses = ['save']\n[[scenarios]]\nname = 'b'\ncaller = ['press 2']\n";
    let file = read(text).unwrap();
    let report = judge_each(&flow(), &file, &mut |result| result.took = Duration::from_millis(12));
    let walks = explore(&flow(), &file.rules, &BTreeMap::new(), 100, 1);
    let xml = junit(&[("a".to_owned(), report)], &[("a".to_owned(), walks)], &[]);
    for expected in [
        "<testsuites tests=\"3\" failures=\"2\" errors=\"0\" time=\"0.024\">",
        "name=\"b\" file=\"a\" line=\"6\" time=\"0.012\"/>",
        "<failure message=\"passes: save does not come\">- save\n  Trigger.incomingCall\n",
        "<system-out>the run: Trigger.incomingCall &gt; menu.keypress &gt; key.match &gt; thanks.audioComplete; the Flow",
        "<testsuite name=\"a (random walks)\" tests=\"1\" failures=\"1\"",
        "<failure message=\"never_after: thanks comes after save.failed (walks: ",
    ] {
        assert!(xml.contains(expected), "{expected}: {xml}");
    }
    assert!(roxmltree::Document::parse(&xml).is_ok());
}

#[test]
fn long_run_is_shown_with_its_beginning_and_its_end() {
    let presses = vec!["'press 7'"; 200].join(", ");
    let text = format!("[[scenarios]]\nname = 'a'\ncaller = [{presses}]\npasses = ['save']\n");
    let result = &judge(&flow(), &read(&text).unwrap()).results[0];
    let path = result.path();
    assert!(path.starts_with("Trigger.incomingCall > menu.keypress > "), "{path}");
    assert!(path.contains(" steps more) > ") && path.chars().count() < 800, "{path}");
    let lines = &result.failures[0].lines;
    assert!(lines.len() < 30 && lines.iter().any(|line| line.starts_with("  … and ")), "{lines:?}");
}

#[test]
fn variable_that_is_an_object_is_compared_as_a_whole() {
    let variables = json!([{"key": "o", "value": "{\"a\": {\"b\": 2}, \"c\": [1]}", "type": "json_object"},
        {"key": "n", "value": "7"}]);
    let flow = json!({"initial_state": "T", "states": [
        {"name": "T", "type": "trigger", "transitions": [{"event": "incomingCall", "next": "set"}]},
        {"name": "set", "type": "set-variables", "properties": {"variables": variables}, "transitions": []}]});
    let flow = Arc::new(Flow::read(&flow).unwrap());
    let failures = |variables: &str| {
        let text = format!("[[scenarios]]\nname = 'a'\nvariables = {variables}\n");
        let file = ScenarioFile::read(&text, &flow, &BTreeMap::new()).unwrap();
        let failures = judge(&flow, &file).results[0].failures.clone();
        failures.into_iter().map(|one| one.message).collect::<Vec<String>>()
    };
    assert_eq!(failures("{ o = { a = { b = 2 }, c = [1] }, n = 7 }"), [""; 0]);
    assert_eq!(failures("{ n = '7' }"), [""; 0]);
    let expected = "o is {\"a\":{\"b\":2},\"c\":[1]}, expected {\"a\":1}";
    assert_eq!(failures("{ o = { a = 1 } }"), [expected]);
}

#[test]
fn failure_shows_what_came_beside_what_was_expected() {
    let text = "[[scenarios]]\nname = 'a'\ncaller = ['press 7', 'press 2']\npasses = ['menu', 'save', 'thanks']";
    let report = judge(&flow(), &read(text).unwrap());
    let lines = &report.results[0].failures[0].lines;
    let expected = [
        "  Trigger.incomingCall",
        "= menu.keypress",
        "- save",
        "  key.noMatch",
        "  menu.keypress",
        "  key.match",
        "= thanks.audioComplete",
    ];
    assert_eq!(lines, &expected);
}

#[test]
fn what_a_scenario_gives_for_nothing_is_noted() {
    let text = "[[answers]]\nurl = '*never'\n[[answers]]\nurl = '*'\n\
                [[scenarios]]\nname = 'a'\ncaller = ['press 1']\nanswers = [{ status = 200 },\n{ status = 201 }]\n\
                [[scenarios]]\nname = 'b'\ncaller = ['press 2']\nanswers = [{ status = 200 }]\n\
                [[scenarios]]\nname = 'c'\ncaller = ['press 1']\n";
    let report = judge(&flow(), &read(text).unwrap());
    let notes: Vec<&[String]> = report.results.iter().map(|one| one.notes.as_slice()).collect();
    let unused = |line: usize| format!("the answer of line {line} is not used: no request took it");
    assert_eq!(notes, [&[unused(9)][..], &[unused(13)], &[]]);
    assert_eq!(report.unused_answers, [1]);
    assert_eq!(report.failed(), 0);
    let xml = junit(&[("a".to_owned(), report)], &[], &[]);
    let note = format!("<system-out>note: {}</system-out>", unused(9));
    assert!(xml.contains(&note) && xml.matches("<system-out>").count() == 2, "{note}: {xml}");
    assert!(roxmltree::Document::parse(&xml).is_ok());
}

#[test]
fn outcome_that_no_widget_took_is_noted_and_an_answer_for_one_that_asks_nothing_is_wrong() {
    let send = |name: &str, next: &str| {
        json!({"name": name, "type": "send-message", "properties": {"from": "f", "to": "t", "body": "b"},
        "transitions": [{"event": "sent", "next": next}, {"event": "failed"}]})
    };
    let flow = json!({"initial_state": "T", "states": [
        {"name": "T", "type": "trigger", "transitions": [{"event": "incomingMessage", "next": "a"}]}, send("a", "b"), send("b", "")]});
    let flow = Arc::new(Flow::read(&flow).unwrap());
    let read = |text: &str| ScenarioFile::read(text, &flow, &BTreeMap::new());
    let text = "[[scenarios]]\nname = 'x'\noutcomes = { a = ['failed', 'sent'], b = 'sent' }\n";
    let notes = &judge(&flow, &read(text).unwrap()).results[0].notes;
    let expected = ["sent of a", "sent of b"]
        .map(|outcome| format!("the outcome {outcome} is not used: the run does not come to it"));
    assert_eq!(notes, &expected);
    let text =
        "[[answers]]\nwidget = 'a'\n[[scenarios]]\nname = 'x'\nanswers = [{ widget = 'T' }]\n";
    let wrong: Vec<String> = read(text).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        wrong,
        [
            "line 2: answers[0].widget: a sends no request: it is a send-message",
            "line 5: scenarios[0].answers[0].widget: T sends no request: it is a trigger",
        ]
    );
}
