//! Scenarios of small Flows, and those of the shipped ones.

mod results;
mod shipped;
mod subflows;
mod walks;

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::flow::Flow;

/// A Flow that saves what was pressed, with a mistake: it says thank you when that fails.
fn flow() -> Arc<Flow> {
    let flow = json!({"initial_state": "Trigger", "states": [
        {"name": "Trigger", "type": "trigger", "transitions": [{"event": "incomingCall", "next": "menu"},
            {"event": "incomingMessage"}]},
        {"name": "menu", "type": "gather-input-on-call", "properties": {"say": "Press 1 or 2."},
            "transitions": [{"event": "keypress", "next": "key"}, {"event": "speech"}, {"event": "timeout"}]},
        {"name": "key", "type": "split-based-on", "properties": {"input": "{{widgets.menu.Digits}}"},
            "transitions": [{"event": "noMatch", "next": "menu"},
                {"event": "match", "next": "save", "conditions": [{"type": "equal_to", "value": "1"}]},
                {"event": "match", "next": "thanks", "conditions": [{"type": "equal_to", "value": "2"}]}]},
        {"name": "save", "type": "make-http-request", "properties": {"method": "POST", "url": "https://a.example/save?x=1",
            "content_type": "application/x-www-form-urlencoded", "parameters": [{"key": "k", "value": "{{widgets.menu.Digits}}"}]},
            "transitions": [{"event": "success", "next": "thanks"}, {"event": "failed", "next": "thanks"}]},
        {"name": "thanks", "type": "say-play", "properties": {"say": "Thank you."}, "transitions": [{"event": "audioComplete"}]},
        {"name": "island", "type": "say-play", "properties": {"say": "Nobody hears this."}, "transitions": []},
    ]});
    Arc::new(Flow::read(&flow).unwrap())
}

fn read(text: &str) -> Result<ScenarioFile, Vec<ScenarioProblem>> {
    ScenarioFile::read(text, &flow(), &BTreeMap::new())
}

/// The failures of a file's scenarios, as `name key: message`.
fn failures(text: &str) -> Vec<String> {
    let file = read(text).unwrap_or_else(|problems| panic!("{problems:?}"));
    let report = judge(&flow(), &file);
    let failure = |result: &ScenarioResult| {
        let words = |one: &ScenarioFailure| format!("{} {}: {}", result.name, one.key, one.message);
        result.failures.iter().map(words).collect::<Vec<String>>()
    };
    report.results.iter().flat_map(failure).collect()
}

fn problems(text: &str) -> Vec<String> {
    read(text).map_or_else(|all| all.iter().map(ToString::to_string).collect(), |_| Vec::new())
}

#[test]
fn scenario_passes_when_all_of_its_expectations_hold() {
    let text = r#"
        [[scenarios]]
        name = "1"
        call = "+15005550002"
        caller = ["press 7", "press 1"]
        answers = [{ widget = "save", json = { ok = true } }]
        hears = ["Press 1", "Press 1", "Thank"]
        never_hears = ["Nobody"]
        requests = [{ widget = "save", method = "post", url = "https://a.example/*", parameters = { k = "1", x = "1" }, contains = "k=" }]
        passes = ["menu.keypress", "key.noMatch", "menu", "save.success"]
        avoids = ["island", "save.failed"]
        ends = "flow end"
        ends_in = "thanks"
        logs = []
    "#;
    assert_eq!(failures(text), [""; 0]);
}

#[test]
fn each_expectation_that_is_missed_is_a_failure() {
    for (line, expected) in [
        ("hears = ['Thank', 'Press']", "a hears: \"Press\" does not come"),
        ("never_hears = 'Thank you'", "a never_hears: the caller heard \"Thank you.\""),
        ("sends = ['x']", "a sends: \"x\" does not come"),
        (
            "requests = [{ url = 'https://b.example/*' }]",
            "a requests: a request to https://b.example/* does not come",
        ),
        ("requests = [{ method = 'GET' }]", "a requests: a GET does not come"),
        (
            "requests = [{ parameters = { k = '2' } }]",
            "a requests: a request with k=2 does not come",
        ),
        (
            "requests = [{ contains = ['zzz'] }]",
            "a requests: a request with the text \"zzz\" does not come",
        ),
        ("requests = [{}, {}]", "a requests: a request does not come"),
        ("passes = ['save', 'menu']", "a passes: menu does not come"),
        ("passes = ['key.noMatch']", "a passes: key.noMatch does not come"),
        ("avoids = ['menu.keypress']", "a avoids: the run passes menu.keypress"),
        ("ends = 'hang up'", "a ends: the Flow came to its end, expected a hang-up"),
        ("ends = 'error'", "a ends: the Flow came to its end, expected an error"),
        ("ends_in = 'menu'", "a ends_in: the run ends in thanks.audioComplete, expected menu"),
        ("logs = [81016]", "a logs: Twilio would have logged [], expected [81016]"),
        (
            "requests = []",
            "a requests: save: POST https://a.example/save?x=1 k=1 comes, expected none",
        ),
        ("hears = []", "a hears: \"Press 1 or 2.\" comes, expected none"),
        (
            "requests = [{ widget = 'save', method = 'GET', url = 'https://b' }]",
            "a requests: a GET of save to https://b does not come",
        ),
        ("variables = { n = 1 }", "a variables: n is not set, expected \"1\""),
        (
            "caller = ['press 1', 'press 2']",
            "a caller: the run was over before the caller's last action",
        ),
    ] {
        let caller = if line.starts_with("caller") { "" } else { "caller = ['press 1']" };
        let text =
            format!("[[scenarios]]\nname = 'a'\n{caller}\nanswers = [{{ json = {{}} }}]\n{line}\n");
        assert_eq!(failures(&text), [expected], "{line}");
    }
}

#[test]
fn error_that_nobody_expects_fails_a_scenario() {
    let text = "[[scenarios]]\nname = 'a'\nmessage = 'x'\n[[scenarios]]\nname = 'b'\nmessage = 'x'\nends = 'error'";
    let expected = "a ends: this start has no way in: nothing follows incomingMessage of the trigger, expected an end \
                    without an error";
    assert_eq!(failures(text), [expected]);
}

#[test]
fn rules_hold_for_every_run() {
    let scenarios = "[[scenarios]]\nname = 'saved'\ncaller = ['press 1']\nanswers = { status = 200 }\n\
                     [[scenarios]]\nname = 'not saved'\ncaller = ['press 1']\n\
                     [[scenarios]]\nname = 'two'\ncaller = ['press 2']\n\
                     [[scenarios]]\nname = 'gone'\ncaller = ['hang up']\nends = 'hang up'\n";
    let rules = "must_pass = ['save']\nnever_after = { 'save.failed' = 'thanks' }\n";
    assert_eq!(
        failures(&format!("{rules}{scenarios}")),
        [
            "not saved never_after: thanks comes after save.failed",
            "two must_pass: the run does not pass save"
        ]
    );
    let after = "must_pass = [{ widget = 'save', after = 'key.match' }]\n";
    let expected = "two must_pass: the run does not pass save after key.match";
    assert_eq!(failures(&format!("{after}{scenarios}")), [expected]);
}

#[test]
fn answers_of_the_file_stand_behind_those_of_a_scenario() {
    let text = "[[answers]]\nstatus = 500\n\
                [[scenarios]]\nname = 'a'\ncaller = ['press 1']\nanswers = [{ status = 200 }]\npasses = ['save.success']\n\
                [[scenarios]]\nname = 'b'\ncaller = ['press 1']\npasses = ['save.failed']\n";
    assert_eq!(failures(text), [""; 0]);
}

#[test]
fn unknown_keys_and_names_are_errors_with_their_lines() {
    let text = "must_pass = ['nowhere']\nother = 1\n\n[[scenarios]]\nname = 'a'\nhear = ['x']\n\
                passes = ['menu.pressed']\ncaller = ['jump']\n\n[[scenarios]]\nat = 'noon'\n\
                outcomes = { thanks = 'busy', nobody = 'x' }\nanswers = [{ state = 200 }, { status = 9 }]\nlogs = ['x']\n\
                call = '+1'\nmessage = 'x'\nrequests = [{ widget = 'nobody' }]\n";
    let found = problems(text);
    let expected = [
        "line 1: must_pass[0]: the Flow has no nowhere, expected a widget or WIDGET.EVENT",
        "line 2: other: unknown key, expected one of flow, subflows, must_pass, never_after, answers, scenarios",
        "line 6: scenarios[0].hear: unknown key, expected one of ",
        "line 7: scenarios[0].passes[0]: menu has no event pressed",
        "line 8: caller: \"jump\" is no action, expected press KEYS, say WORDS, send TEXT, silence or hang up",
        "line 10: scenarios[1]: it has no name",
        "line 11: scenarios[1].at: expected a time such as 2026-11-28T09:00:00Z",
        "line 12: scenarios[1].outcomes.nobody: the Flow has no nobody",
        "line 12: scenarios[1].outcomes.thanks: \"busy\" is no outcome: a say-play has no outcomes",
        "line 13: scenarios[1].answers[0].state: unknown key, expected one of ",
        "line 13: scenarios[1].answers[1].status: expected a status of HTTP, from 100 to 599",
        "line 14: scenarios[1].logs[0]: expected a whole number",
        "line 16: scenarios[1].message: a scenario has one start: call, message or request",
        "line 17: scenarios[1].requests[0].widget: the Flow has no nobody",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\n{expected}");
    }
    assert!(problems("[[scenarios]\n")[0].starts_with("line 1: it is not TOML"));
    assert_eq!(problems("\n\nx = [\n").len(), 1);
    for empty in ["''", "'  '"] {
        let found = problems(&format!("[[scenarios]]\nends = 'flow end'\nname = {empty}\n"));
        assert_eq!(found, ["line 3: scenarios[0].name: the name is empty"]);
    }
}

#[test]
fn answers_alone_are_a_file_too() {
    let answers =
        read_answers("[[answers]]\nurl = 'https://*'\nmethod = 'get'\nbody = 'x'\n", None).unwrap();
    assert_eq!(answers.len(), 1);
    let wrong = read_answers("[[answers]]\nbody = 'x'\njson = 1\n[[answer]]\n", None).unwrap_err();
    assert_eq!(wrong.len(), 2, "{wrong:?}");
}

#[test]
fn coverage_names_what_was_never_passed() {
    let text = "[[scenarios]]\nname = 'a'\ncaller = ['press 7', 'press 2']\n";
    let coverage = judge(&flow(), &read(text).unwrap()).coverage.main;
    assert_eq!(coverage.widgets(), (4, 6));
    assert_eq!(coverage.missed_widgets(), ["save", "island"]);
    assert_eq!(
        coverage.missed_transitions(),
        ["menu.speech", "menu.timeout", "key.match equal_to \"1\"", "save.success", "save.failed"]
    );
}

#[test]
fn walks_find_dead_ends_broken_rules_and_islands_and_are_the_same_for_a_seed() {
    let rules = read("never_after = { 'save.failed' = ['thanks'] }").unwrap().rules;
    let walk = |seed| explore(&flow(), &rules, &BTreeMap::new(), 500, seed);
    let found = walk(1);
    let messages = |all: &[ExplorationFinding]| -> Vec<String> {
        all.iter().map(|one| one.message.clone()).collect()
    };
    let ends = messages(&found.dead_ends);
    assert_eq!(ends.len(), 2, "{ends:?}");
    assert!(ends.iter().any(|end| end.starts_with("menu.speech leads nowhere")), "{ends:?}");
    assert_eq!(messages(&found.broken), ["never_after: thanks comes after save.failed"]);
    assert_eq!(found.coverage.main.missed_widgets(), ["island"]);
    assert_eq!(found.coverage.main.missed_transitions(), [""; 0]);
    assert!(found.errors.iter().any(|one| one.message.contains("81016")), "{:?}", found.errors);
    let again = walk(1);
    assert_eq!((again.errors, again.dead_ends), (found.errors, found.dead_ends));
    assert_ne!(walk(2).broken, found.broken);
}

#[test]
fn walks_find_rounds_without_an_end() {
    let set = |name: &str, next: &str| {
        json!({"name": name, "type": "set-variables", "properties": {"variables": []},
            "transitions": [{"event": "next", "next": next}]})
    };
    let trigger = json!({"name": "T", "type": "trigger", "transitions": [{"event": "incomingCall", "next": "a"}]});
    let flow = json!({"initial_state": "T", "states": [trigger, set("a", "b"), set("b", "a")]});
    let flow = Arc::new(Flow::read(&flow).unwrap());
    let found = explore(&flow, &FlowRules::default(), &BTreeMap::new(), 3, 1);
    assert_eq!(found.loops.len(), 1);
    assert_eq!(found.loops[0].count, 3);
    // A loop is no error besides.
    assert_eq!(found.errors, []);
    let none = Arc::new(Flow::read(&json!({"states": []})).unwrap());
    assert_eq!(explore(&none, &FlowRules::default(), &BTreeMap::new(), 3, 1).walks, 0);
}

#[test]
fn scenarios_of_one_name_and_callers_of_none_are_errors() {
    let text = "[[scenarios]]\nname = 'a'\ncall = 5\n[[scenarios]]\nname = 'a'\ncall = 'banana'\n";
    let expected = [
        "line 3: scenarios[0].call: \"5\" is no caller: expected a number such as +15005550001, client:NAME, sip:ADDRESS or \
         anonymous, or true",
        "line 4: scenarios: the scenario of line 1 is called \"a\" too",
    ];
    let found = problems(text);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[..2], expected);
    for from in ["+15005550001", "client:anna", "sip:a@b", "anonymous"] {
        assert!(is_caller(from), "{from}");
    }
    for from in ["", "+", "+4 9", "client:", "5001", "+1234567890123456"] {
        assert!(!is_caller(from), "{from}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_with_a_line(text in ".{0,200}") {
        if let Err(problems) = read(&text) {
            prop_assert!(problems.iter().all(|one| one.line >= 1));
        }
    }

    #[test]
    fn any_value_of_any_key_is_read_or_refused(
        key in "name|call|message|request|contact|at|caller|hang_up_in|answers|outcomes|hears|sends|requests|passes|ends|ends_in|logs|variables",
        value in "1|-1|1\\.5|nan|true|'x'|\\[\\]|\\[1\\]|\\[\\[\\]\\]|\\{\\}|\\{a=1\\}|\\[\\{a=1\\}\\]|1979-05-27|99999999999999999999",
    ) {
        let text = format!("[[scenarios]]\nname = 'a'\n{key} = {value}\n");
        if let Ok(file) = read(&text) {
            judge(&flow(), &file);
        }
    }
}
