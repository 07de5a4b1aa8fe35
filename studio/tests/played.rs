//! Flows of our own that go wrong in the ways in which Flows do, with their scenarios, and what each of them says:
//! `NAME.trace` beside it. A trace that is another now is written into the folder of the tests' files, to be compared with it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use studio::play::{PlayScript, Played, TraceDetail, TraceWriter, play};
use studio::scenario::{FlowScenario, ScenarioFile, call_from, execution, judge, named_files};
use studio::{Flow, FlowFile};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flows/played")
}

/// The Flow of this name, its subflows and its scenarios.
fn read(name: &str) -> (Arc<Flow>, ScenarioFile) {
    let text = |file: &str| fs::read_to_string(folder().join(file)).unwrap();
    let flow = |file: &str| Arc::new(Flow::parse(&text(file)).unwrap());
    let scenarios = text(&format!("{name}.tests.toml"));
    let subflows = named_files(&scenarios).unwrap().subflows;
    let subflows: BTreeMap<String, Arc<Flow>> =
        subflows.into_iter().map(|(sid, file)| (sid, flow(&file))).collect();
    let main = flow(&format!("{name}.json"));
    let file = ScenarioFile::read(&scenarios, &main, &subflows);
    let file = file.unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
    (main, file)
}

fn names() -> Vec<String> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name());
    let names = files.map(|file| file.into_string().unwrap());
    let mut names: Vec<String> =
        names.filter_map(|name| name.strip_suffix(".tests.toml").map(str::to_owned)).collect();
    names.sort();
    names
}

/// The last lines of a run as `flow run` prints it, so many at most.
fn printed(scenario: &FlowScenario, played: &Played, most: usize) -> String {
    let mut writer = TraceWriter::new(scenario.at, false);
    let text: String = played.entries.iter().map(|entry| writer.lines(entry)).collect();
    let mut lines: Vec<&str> = text.lines().collect();
    let left_out = lines.len().saturating_sub(most);
    if left_out > 0 {
        lines.splice(..left_out, ["…"]);
    }
    let (name, end) = (&scenario.name, &played.end);
    format!("# {name}\n{}\nThe run is over: {end}.\n\n", lines.join("\n"))
}

#[test]
fn flows_that_go_wrong_say_what_they_should() {
    let names = names();
    assert_eq!(names.len(), 8, "{names:?}");
    let mut wrong = Vec::new();
    for name in names {
        let (flow, file) = read(&name);
        let report = judge(&flow, &file);
        for result in &report.results {
            assert!(result.failures.is_empty(), "{name}, {}: {:#?}", result.name, result.failures);
        }
        let runs = file.scenarios.iter().zip(&report.results);
        let most = if name.starts_with("hang-up") { 6 } else { 20 };
        let mut all: String =
            runs.map(|(scenario, result)| printed(scenario, &result.played, most)).collect();
        report.differences.lines().for_each(|line| all.push_str(&format!("{line}\n")));
        let trace = folder().join(format!("{name}.trace"));
        if fs::read_to_string(&trace).unwrap_or_default() != all {
            let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.trace"));
            fs::write(&new, all).unwrap();
            wrong.push(format!("{} is now {}", trace.display(), new.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each type of widget is passed by the Flows of hang-ups.
#[test]
fn hang_ups_are_played_in_every_type_of_widget() {
    let flows = ["hang-up", "hang-up-of-the-called"].map(read);
    let kinds = flows.iter().flat_map(|(flow, _)| flow.states.iter().map(|one| one.kind.clone()));
    let kinds: Vec<String> = kinds.collect();
    for kind in studio::flow::widget_types() {
        assert!(kinds.iter().any(|one| one == kind), "{kind}");
    }
}

/// A Flow with one widget behind its trigger.
fn with_widget(widget: Value) -> Vec<u8> {
    let trigger = json!({"name": "T", "type": "trigger", "properties": {}, "transitions": [{"event": "incomingCall", "next": "it"}]});
    let states = [trigger, widget];
    json!({"description": "", "initial_state": "T", "states": states}).to_string().into_bytes()
}

#[test]
fn check_and_run_agree_on_what_is_a_json_object() {
    let texts = [
        "{}",
        "{\"a\": [1]}",
        " {\"a\": 1}\n",
        "[1]",
        "5",
        "\"a\"",
        "true",
        "null",
        "",
        "{bad",
        "{\"a\": 1,}",
    ];
    let keys = [("type", Value::from("json_object")), ("parse_as_json", Value::from(true))];
    for (text, (key, flag)) in
        texts.into_iter().flat_map(|text| keys.clone().map(|key| (text, key)))
    {
        let pair = json!({"key": "k", "value": text, key: flag});
        let properties = json!({"variables": [pair]});
        let widget = json!({"name": "it", "type": "set-variables", "properties": properties, "transitions": [{"event": "next"}]});
        let flows = FlowFile::read(&with_widget(widget)).unwrap();
        let found = flows.flows()[0].check();
        let warned = found.iter().any(|one| one.message.contains("81027"));
        let flow = Arc::new(flows.flows()[0].flow());
        let start = execution(call_from("+15005550001"));
        let mut script = PlayScript::default();
        let played = play(&flow, &start, Timestamp::UNIX_EPOCH, &mut script);
        let logged = played.entries.iter().any(|entry| match &entry.detail {
            TraceDetail::Logged(log) => log.code == Some(81027),
            _ => false,
        });
        let is_object =
            text.trim().starts_with('{') && text.trim().ends_with('}') && !text.contains(",}");
        assert_eq!((warned, logged), (!is_object, !is_object), "{text}, {key}");
    }
}

#[test]
fn advice_on_a_broken_template_says_what_the_widget_does() {
    let advice = |kind: &str, properties: Value| {
        let widget =
            json!({"name": "it", "type": kind, "properties": properties, "transitions": []});
        let flows = FlowFile::read(&with_widget(widget)).unwrap();
        let found = flows.flows()[0].check();
        found.into_iter().find(|one| one.code == "malformed-template").unwrap().advice
    };
    let variables = json!({"variables": [{"key": "k", "value": "{{a"}]});
    let goes_on = "fix the expression: the text is used as it stands, braces and all";
    assert_eq!(advice("set-variables", variables), goes_on);
    assert_eq!(advice("say-play", json!({"say": "{{a"})), goes_on);
    for (kind, event) in
        [("make-http-request", "failed"), ("send-and-wait-for-reply", "deliveryFailure")]
    {
        let advice = advice(kind, json!({"url": "{{a", "body": "{{a"}));
        let expected =
            format!("fix the expression: whenever the widget is reached, it takes {event}");
        assert_eq!(advice, expected);
    }
}
