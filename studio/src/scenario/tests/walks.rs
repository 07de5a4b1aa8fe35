//! Random walks: what they try, and what they say of what they have not reached.

use super::*;
use crate::scenario::pattern::pattern_samples;

/// A split behind a start, with a widget for each condition and one for `noMatch`.
fn split(event: &str, input: &str, conditions: &[(&str, &str)]) -> Arc<Flow> {
    let set = |name: String| json!({"name": name, "type": "set-variables", "properties": {"variables": []}, "transitions": [{"event": "next"}]});
    let to = |(at, (kind, value)): (usize, &(&str, &str))| json!({"event": "match", "next": format!("w{at}"), "conditions": [{"type": kind, "value": value}]});
    let mut transitions = vec![json!({"event": "noMatch", "next": "none"})];
    transitions.extend(conditions.iter().enumerate().map(to));
    let mut states = vec![
        json!({"name": "T", "type": "trigger", "transitions": [{"event": event, "next": "split"}]}),
        json!({"name": "split", "type": "split-based-on", "properties": {"input": input}, "transitions": transitions}),
        set("none".to_owned()),
    ];
    states.extend((0..conditions.len()).map(|at| set(format!("w{at}"))));
    Arc::new(Flow::read(&json!({"initial_state": "T", "states": states})).unwrap())
}

fn walked(flow: &Arc<Flow>, walks: u64) -> Exploration {
    explore(flow, &FlowRules::default(), &BTreeMap::new(), walks, 1)
}

#[test]
fn walks_send_what_each_condition_looks_at_and_what_none_does() {
    let words = [("contains", "help"), ("equal_to", "STOP"), ("matches_any_of", "hours, times")];
    let parameter = [
        ("equal_to", "x"),
        ("greater_than", "100"),
        ("regex", "[A-Z]{2}\\d+"),
        ("is_before_date", "2026-01-02"),
        ("is_after_time", "12:00"),
        ("is_blank", ""),
    ];
    let number = [("equal_to", "+15005550009"), ("starts_with", "+49")];
    for (event, input, conditions) in [
        ("incomingMessage", "{{trigger.message.Body}}", &words[..]),
        ("incomingRequest", "{{trigger.request.parameters.kind}}", &parameter),
        ("incomingRequest", "{{flow.data.kind}}", &parameter),
        ("incomingCall", "{{trigger.call.From}}", &number),
        ("incomingMessage", "{{contact.channel.address}}", &number),
        ("incomingRequest", "{{contact.channel.address}}", &number),
    ] {
        let found = walked(&split(event, input, conditions), 500);
        assert_eq!(found.coverage.main.missed_transitions(), [""; 0], "{input}");
    }
}

#[test]
fn texts_of_a_pattern_match_it_as_a_whole() {
    for pattern in [
        "[A-Z]{2}\\d+",
        "4[0-9]{3}",
        "\\d{4}",
        "^(yes|no)$",
        "a?b*c+",
        "[^a-z]",
        "\\w+@\\w+\\.\\w{2,3}",
        "(?i)help",
        ".*",
        "[\u{e4}\u{f6}]",
    ] {
        let samples = pattern_samples(pattern);
        assert!(!samples.is_empty(), "{pattern}");
        let whole = fancy_regex::Regex::new(&format!(r"\A(?:{pattern})\z")).unwrap();
        for sample in samples {
            assert!(whole.is_match(&sample).unwrap(), "{pattern}: {sample:?}");
        }
    }
    assert_eq!(pattern_samples("4[0-9]{3}"), ["4111"]);
    // None that is too long, and none for what cannot be read.
    assert_eq!(pattern_samples("(a{900}){900}"), [""; 0]);
    assert_eq!(pattern_samples("(?=a)[0-9]{3}"), ["123"]);
    assert_eq!(pattern_samples("("), [""; 0]);
}

#[test]
fn examples_are_scenarios_that_can_be_played() {
    let request = [("equal_to", "x"), ("is_blank", "")];
    for (event, input, conditions) in [
        ("incomingRequest", "{{flow.data.kind}}", &request[..]),
        ("incomingCall", "{{trigger.call.From}}", &[("equal_to", "+15005550009")]),
        ("incomingMessage", "{{contact.channel.address}}", &[("equal_to", "+15005550009")]),
    ] {
        let flow = split(event, input, conditions);
        let rules = "never_after = { T = ['w0'] }\n";
        let rules = ScenarioFile::read(rules, &flow, &BTreeMap::new()).unwrap().rules;
        let found = explore(&flow, &rules, &BTreeMap::new(), 100, 1);
        let example = found.broken[0].example.replace("; ", "\n");
        let text = format!("[[scenarios]]\nname = 'a'\n{example}\npasses = ['w0']\n");
        let file = ScenarioFile::read(&text, &flow, &BTreeMap::new());
        let file = file.unwrap_or_else(|problems| panic!("{problems:?} {text}"));
        let report = judge(&flow, &file);
        assert!(report.results[0].failures.is_empty(), "{text}: {:?}", report.results[0].failures);
    }
}

#[test]
fn widgets_that_nothing_leads_to_are_others_than_those_that_were_not_reached() {
    let rare = [("equal_to", "{{flow.variables.nothing}}x")];
    let flow = split("incomingMessage", "{{trigger.message.Body}}", &rare);
    let mut flow = Flow::clone(&flow);
    let mut island = flow.states[2].clone();
    island.name = "island".to_owned();
    flow.states.push(island);
    let found = walked(&Arc::new(flow), 50);
    assert_eq!(found.coverage.main.missed_widgets(), ["w0", "island"]);
    assert_eq!(found.coverage.main.unreachable_widgets(), ["island"]);
    let expected = "split.match equal_to \"{{flow.variables.nothing}}x\"";
    assert_eq!(found.coverage.main.untaken_transitions(), [(expected, 50)]);
}

#[test]
fn walks_that_take_too_much_work_are_fewer() {
    let flow = split("incomingMessage", "{{trigger.message.Body}}{{trigger.message.From}}", &[]);
    let rules = FlowRules::default();
    let walks = |max_work| {
        let plan = WalkPlan { walks: 20, seed: 1, max_work };
        let mut counts = Vec::new();
        let found = explore_each(&flow, &rules, &BTreeMap::new(), plan, &mut |count| {
            counts.push(count);
            true
        });
        assert_eq!(counts, (1..=found.walks).collect::<Vec<u64>>());
        found.walks
    };
    assert_eq!(walks(u64::MAX), 20);
    assert!((1..20).contains(&walks(1_000)), "{}", walks(1_000));
    assert_eq!(walks(0), 0);
}

#[test]
fn thousand_walks_are_made_of_a_flow_with_patterns() {
    let plain = [("regex", "[0-9]{4}"), ("regex", "(?:yes|no)\\.?"), ("regex", "[\\w.]+@[\\w.]+")];
    let found = walked(&split("incomingMessage", "{{trigger.message.Body}}", &plain), 1_000);
    assert_eq!((found.walks, found.stop), (1_000, WalkStop::Done));
    // One that is dear is compiled once.
    let dear = [("regex", "(?:a{100}){100}")];
    let found = walked(&split("incomingMessage", "{{trigger.message.Body}}", &dear), 1_000);
    assert_eq!((found.walks, found.stop), (1_000, WalkStop::Done));
    // Others are too much, and say so.
    let parts = "\\w{12}(?=a)".repeat(500);
    let dear: Vec<(&str, &str)> = vec![("regex", &parts)];
    let found = walked(&split("incomingMessage", "{{trigger.message.Body}}", &dear), 1_000);
    assert_eq!(found.stop, WalkStop::Work);
}

#[test]
fn cause_of_an_end_is_counted_once() {
    let states = json!([
        {"name": "T", "type": "trigger", "transitions": [
            {"event": "incomingMessage", "next": "split"}, {"event": "incomingRequest", "next": "say"}]},
        {"name": "split", "type": "split-based-on", "properties": {"input": "a"}, "transitions": [
            {"event": "match", "conditions": [{"type": "equal_to", "value": "b"}]}]},
        {"name": "say", "type": "say-play", "properties": {"say": "Hi"}, "transitions": []},
    ]);
    let flow = Arc::new(Flow::read(&json!({"initial_state": "T", "states": states})).unwrap());
    let found = walked(&flow, 50);
    let counts: u64 = found.errors.iter().map(|error| error.count).sum();
    let mut errors: Vec<&str> = found.errors.iter().map(|error| error.message.as_str()).collect();
    errors.sort_unstable();
    let expected = [
        "say: nobody is on the line (error 81020)",
        "split: no condition holds, and there is no transition noMatch (error 81005)",
    ];
    assert_eq!((errors, counts), (expected.to_vec(), 50));
}

#[test]
fn walks_that_are_ended_are_the_first_of_those_that_were_asked_for() {
    let flow = split("incomingMessage", "{{trigger.message.Body}}", &[("equal_to", "a")]);
    let found = |asked, most| {
        let (rules, plan) = (FlowRules::default(), WalkPlan::new(asked, 7));
        explore_each(&flow, &rules, &BTreeMap::new(), plan, &mut |count| count < most)
    };
    let (ended, whole) = (found(50, 5), found(5, u64::MAX));
    assert_eq!((ended.walks, ended.stop), (5, WalkStop::Told));
    assert_eq!((whole.walks, whole.stop), (5, WalkStop::Done));
    let passed = |found: &Exploration| format!("{:?}", found.coverage);
    assert_eq!((passed(&ended), &ended.dead_ends), (passed(&whole), &whole.dead_ends));
    // Whoever ends them after the last one has ended nothing.
    assert_eq!(found(5, 5).stop, WalkStop::Done);
    let nowhere = split("incomingConversationMessage", "", &[]);
    let plan = WalkPlan::new(5, 1);
    let rules = FlowRules::default();
    let found = explore_each(&nowhere, &rules, &BTreeMap::new(), plan, &mut |_| true);
    assert_eq!((found.walks, found.stop), (0, WalkStop::NoWayIn));
}
