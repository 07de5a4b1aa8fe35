//! Scenarios of a Flow with a subflow, and what nobody hangs up in.

use super::*;

/// A Flow that goes into a subflow, which asks a server and then calls for an agent.
fn flows() -> (Arc<Flow>, BTreeMap<String, Arc<Flow>>) {
    let read = |states: serde_json::Value| {
        Arc::new(Flow::read(&json!({"initial_state": "T", "states": states})).unwrap())
    };
    let main = read(json!([
        {"name": "T", "type": "trigger", "transitions": [{"event": "incomingCall", "next": "sub"}]},
        {"name": "sub", "type": "run-subflow", "properties": {"flow_sid": "FW2"}, "transitions": [{"event": "completed", "next": "say"}]},
        {"name": "say", "type": "say-play", "properties": {"say": "{{widgets.sub.a}}"}, "transitions": []},
    ]));
    let inner = read(json!([
        {"name": "T", "type": "trigger", "transitions": [{"event": "incomingParent", "next": "look"}]},
        {"name": "look", "type": "make-http-request", "properties": {"method": "GET", "url": "https://a.example"}, "transitions": [{"event": "success", "next": "queue"}]},
        {"name": "queue", "type": "enqueue-call", "properties": {}, "transitions": [{"event": "failedToEnqueue", "next": "set"}]},
        {"name": "set", "type": "set-variables", "properties": {"variables": [{"key": "a", "value": "{{widgets.look.parsed.a}}"}]}, "transitions": []},
    ]));
    (main, [("FW2".to_owned(), inner)].into())
}

#[test]
fn widgets_of_a_subflow_have_answers_outcomes_and_places() {
    let (flow, subflows) = flows();
    let text = "[[scenarios]]\nname = 'a'\nanswers = [{ widget = 'look', json = { a = 'Hello' } }]\n\
                outcomes = { queue = 'queue-full' }\nhears = ['Hello']\n\
                passes = ['look.success', 'queue', 'set', 'sub', 'say']\nrequests = [{ widget = 'look' }]\n";
    let file = ScenarioFile::read(text, &flow, &subflows).unwrap();
    let report = judge(&flow, &file);
    assert!(report.results[0].failures.is_empty(), "{:#?}", report.results[0].failures);
    // Without the subflow's file, they are nobody's.
    let problems = ScenarioFile::read(text, &flow, &BTreeMap::new()).unwrap_err();
    let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
    for key in ["scenarios[0].answers[0].widget", "scenarios[0].outcomes.queue[0]"] {
        assert!(keys.iter().any(|one| key.starts_with(one)), "{key}: {problems:#?}");
    }
    assert!(problems.iter().all(|problem| problem.line > 2), "{problems:#?}");
}

#[test]
fn hang_up_that_never_comes_fails_its_scenario() {
    let (flow, subflows) = flows();
    for (hang_up, failed) in [("look", false), ("T", false), ("set", true), ("say", false)] {
        let text = format!("[[scenarios]]\nname = 'a'\nhang_up_in = '{hang_up}'\n");
        let file = ScenarioFile::read(&text, &flow, &subflows).unwrap();
        let report = judge(&flow, &file);
        let keys: Vec<&str> = report.results[0].failures.iter().map(|one| one.key).collect();
        let expected = if failed { vec!["hang_up_in"] } else { Vec::new() };
        assert_eq!(keys, expected, "{hang_up}: {:#?}", report.results[0]);
    }
    let unknown = ScenarioFile::read(
        "[[scenarios]]\nname = 'a'\nhang_up_in = ['look', 'gone']\n",
        &flow,
        &subflows,
    );
    let unknown: Vec<String> = unknown.unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(unknown, ["line 3: scenarios[0].hang_up_in[1]: the Flow has no gone"]);
}
