//! Scenarios of a Flow with a subflow, and what nobody hangs up in.

use super::*;
use crate::play::TraceDetail;

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
    let text = "[[scenarios]]\nname = 'a'\nanswers = [{ widget = 'sub/look', json = { a = 'Hello' } }]\n\
                outcomes = { 'sub/queue' = 'queue-full' }\nhears = ['Hello']\n\
                passes = ['sub/look.success', 'sub/queue', 'sub/set', 'sub', 'say']\nrequests = [{ widget = 'sub/look' }]\n";
    let file = ScenarioFile::read(text, &flow, &subflows).unwrap();
    let report = judge(&flow, &file);
    assert!(report.results[0].failures.is_empty(), "{:#?}", report.results[0].failures);
    // Without the subflow's file, they are nobody's.
    let problems = ScenarioFile::read(text, &flow, &BTreeMap::new()).unwrap_err();
    let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
    for key in ["scenarios[0].answers[0].widget", "scenarios[0].outcomes.sub/queue[0]"] {
        assert!(keys.iter().any(|one| key.starts_with(one)), "{key}: {problems:#?}");
    }
    assert!(problems.iter().all(|problem| problem.line > 2), "{problems:#?}");
}

#[test]
fn hang_up_that_never_comes_fails_its_scenario() {
    let (flow, subflows) = flows();
    for (hang_up, failed) in
        [("sub/look", false), ("sub/T", false), ("sub/set", true), ("say", false)]
    {
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
    assert_eq!(
        unknown,
        [
            "line 3: scenarios[0].hang_up_in[0]: the Flow has no look (a subflow has it: sub/look)",
            "line 3: scenarios[0].hang_up_in[1]: the Flow has no gone",
        ]
    );
}

/// A Flow and a subflow with the same names in both: the parent asks, and so does the subflow, which runs twice.
fn namesakes() -> (Arc<Flow>, BTreeMap<String, Arc<Flow>>) {
    let read = |states: serde_json::Value| {
        Arc::new(Flow::read(&json!({"initial_state": "T", "states": states})).unwrap())
    };
    let split = |next: &str| {
        json!({"name": "key", "type": "split-based-on", "properties": {"input": "{{widgets.ask.Digits}}"}, "transitions": [
            {"event": "noMatch", "next": next},
            {"event": "match", "next": "bye", "conditions": [{"type": "equal_to", "value": "1", "friendly_name": "1", "arguments": ["{{widgets.ask.Digits}}"]}]}]})
    };
    let ask = json!({"name": "ask", "type": "gather-input-on-call", "properties": {"say": "Key?", "number_of_digits": 1},
        "transitions": [{"event": "keypress", "next": "key"}, {"event": "timeout"}]});
    let bye =
        json!({"name": "bye", "type": "say-play", "properties": {"say": "Bye"}, "transitions": []});
    let runs = |name: &str, next: &str| json!({"name": name, "type": "run-subflow", "properties": {"flow_sid": "FW2"}, "transitions": [{"event": "completed", "next": next}]});
    let main = read(json!([
        {"name": "T", "type": "trigger", "transitions": [{"event": "incomingCall", "next": "first"}]},
        runs("first", "second"), runs("second", "ask"), ask, split("bye"), bye,
    ]));
    let inner = read(json!([
        {"name": "T", "type": "trigger", "transitions": [{"event": "incomingParent", "next": "ask"}, {"event": "incomingCall", "next": "ask"}]},
        ask, split("bye"), bye,
        {"name": "island", "type": "say-play", "properties": {"say": "Never"}, "transitions": []},
    ]));
    (main, [("FW2".to_owned(), inner)].into())
}

fn judged(text: &str) -> (ScenarioReport, Vec<&'static str>) {
    let (flow, subflows) = namesakes();
    let file = ScenarioFile::read(text, &flow, &subflows).unwrap();
    let report = judge(&flow, &file);
    let keys = report.results[0].failures.iter().map(|one| one.key).collect();
    (report, keys)
}

#[test]
fn namesakes_in_a_subflow_are_other_widgets() {
    // The run ends in the second subflow: the parent's own widgets are not passed.
    let scenario = "[[scenarios]]\nname = 'a'\ncaller = ['press 1']\nhang_up_in = 'second/ask'\nends = 'hang up'\n";
    let (report, keys) = judged(&format!(
        "{scenario}passes = ['first/key.match', 'second/ask.hangup']\navoids = ['ask', 'key', 'second/key']\n"
    ));
    assert_eq!(keys, [""; 0], "{:#?}", report.results[0].failures);
    assert_eq!(
        report.results[0].path(),
        "T.incomingCall > first/T.incomingParent > first/ask.keypress > first/key.match > \
         first/bye.audioComplete > first.completed > second/T.incomingParent > second/ask.hangup; \
         the caller hung up"
    );
    let main = &report.coverage.main;
    assert_eq!((main.widgets(), main.transitions()), ((2, 6), (2, 7)));
    let [(sid, inner)] = report.coverage.subflows.as_slice() else { panic!("{report:?}") };
    assert_eq!((sid.as_str(), inner.widgets(), inner.transitions()), ("FW2", (4, 5), (3, 5)));
    assert_eq!(inner.missed_transitions(), ["ask.timeout", "key.noMatch"]);
    assert_eq!(inner.unreachable_widgets(), ["island"]);
    assert_eq!(inner.impossible(), [("T.incomingCall".to_owned(), "a parent Flow starts it")]);
}

#[test]
fn rule_about_a_widget_is_not_kept_by_its_namesake() {
    // All the caller does is done in the subflows; the parent's prompt times out.
    let calls = "[[scenarios]]\nname = 'a'\ncaller = ['press 1', 'press 2']\n";
    for (rule, broken) in [
        ("must_pass = ['key']", true),
        ("must_pass = ['ask', 'first/key', 'second/key.noMatch']", false),
        ("must_pass = [{ widget = 'bye', after = 'ask' }]", true),
        ("[never_after]\nask = ['first/bye']", false),
        ("[never_after]\n'first/ask' = ['second/bye']", true),
    ] {
        let (report, keys) = judged(&format!("{rule}\n{calls}"));
        assert_eq!(!keys.is_empty(), broken, "{rule}: {:#?}", report.results[0].failures);
    }
}

#[test]
fn walks_try_what_a_subflow_compares() {
    let (flow, subflows) = namesakes();
    let found = explore(&flow, &FlowRules::default(), &subflows, 60, 1);
    let (_, inner) = &found.coverage.subflows[0];
    assert_eq!(inner.missed_transitions(), [""; 0]);
    assert_eq!(inner.missed_widgets(), ["island"]);
    assert_eq!(found.coverage.main.missed_widgets(), [""; 0]);
}

#[test]
fn subflow_that_is_not_given_is_no_error_of_twilio() {
    let (flow, _) = namesakes();
    let text = "[[scenarios]]\nname = 'a'\nlogs = []\nends_in = 'first'\n";
    let file = ScenarioFile::read(text, &flow, &BTreeMap::new()).unwrap();
    let result = &judge(&flow, &file).results[0];
    assert!(result.failures.is_empty(), "{:#?}", result.failures);
    let notes = result.played.entries.iter().find_map(|entry| match &entry.detail {
        TraceDetail::Logged(log) => Some((log.code, log.message.as_str())),
        _ => None,
    });
    let words = "the subflow FW2 is not given here: name its file under [subflows]";
    assert_eq!(notes, Some((None, words)));
}

#[test]
fn subflow_that_no_widget_names_is_an_error_with_its_line() {
    let file = |sid: &str| format!("\nsubflows = {{ {sid} = 'x.json' }}\n");
    let problems = |flow: &Flow, text: &str| -> Vec<String> {
        let read = ScenarioFile::read(text, flow, &BTreeMap::new());
        read.err().unwrap_or_default().iter().map(ToString::to_string).collect()
    };
    let (main, _) = namesakes();
    assert_eq!(problems(&main, &file("FW2")), [""; 0]);
    let wrong = "line 2: subflows.FW9: no run-subflow of the Flow names FW9, expected FW2";
    assert_eq!(problems(&main, &file("FW9")), [wrong]);
    assert_eq!(problems(&flow(), &file("FW2")), ["line 2: subflows.FW2: the Flow has no subflow"]);
    for (sid, expected) in [
        ("", vec!["line 2: subflows.FW2: no run-subflow of the Flow names a SID".to_owned()]),
        // Nobody knows before the run.
        ("{{flow.variables.which}}", Vec::new()),
    ] {
        let states = json!([{"name": "sub", "type": "run-subflow", "properties": {"flow_sid": sid}, "transitions": []}]);
        let flow = Flow::read(&json!({"initial_state": "T", "states": states})).unwrap();
        assert_eq!(problems(&flow, &file("FW2")), expected, "{sid}");
    }
}

#[test]
fn notes_say_once_which_subflows_are_missing_and_which_are_idle() {
    let (flow, subflows) = namesakes();
    let text = "[[scenarios]]\nname = 'a'\n[[scenarios]]\nname = 'b'\n";
    let notes = |given: &BTreeMap<String, Arc<Flow>>| {
        let report = judge(&flow, &ScenarioFile::read(text, &flow, given).unwrap());
        let found = explore(&flow, &FlowRules::default(), given, 20, 1);
        subflow_notes(&flow, given, &[&report.coverage, &found.coverage])
    };
    let missing = "the subflow FW2 is not given here: name its file under [subflows]";
    assert_eq!(notes(&BTreeMap::new()), [missing]);
    assert_eq!(notes(&subflows), [""; 0]);
    let more = [("FW2", "FW2"), ("FW3", "FW2")]
        .map(|(sid, like)| (sid.to_owned(), subflows[like].clone()));
    assert_eq!(notes(&more.into()), ["the subflow FW3 is not used: no widget goes into it"]);
    // No run, no note of one that is missing.
    let coverage = Coverage::new(crate::play::PlayedFlows { main: &flow, subflows: &subflows });
    assert_eq!(subflow_notes(&flow, &BTreeMap::new(), &[&coverage]), [""; 0]);
}
