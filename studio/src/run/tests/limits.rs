//! Studio's own limits.

use super::*;

fn set(name: &str, next: &str) -> Value {
    widget(name, "set-variables", json!({}), &[("next", next)])
}

#[test]
fn run_ends_after_a_thousand_steps() {
    let (run, actions) = begun(request(), &[set("a", "b"), set("b", "a")]);
    assert_eq!((run.state(), actions), (&RunState::Ended(EndReason::TooManySteps), vec![]));
    assert_eq!((run.steps().len(), codes(&run)), (MAX_STEPS, vec![Some(81000)]));
}

#[test]
fn widget_leads_to_itself_ten_times() {
    let (run, _) = begun(request(), &[set("a", "a")]);
    let widget = "a".to_owned();
    assert_eq!(run.state(), &RunState::Ended(EndReason::SameWidget { widget }));
    assert_eq!((passed(&run).len(), codes(&run)), (MAX_ROUNDS, vec![Some(81001)]));
}

#[test]
fn tenth_silence_in_a_row_cuts_the_caller_off() {
    let gather =
        widget("menu", "gather-input-on-call", json!({"say": "?"}), &[("timeout", "menu")]);
    let (mut run, _) = begun(call(), &[gather]);
    for round in 1..=MAX_ROUNDS {
        let (state, actions) = run.step(RunEvent::TimedOut, at(1));
        if round < MAX_ROUNDS {
            assert!(state == RunState::Active && actions.len() == 1, "{round}: {state:?}");
        } else {
            assert_eq!(actions, [Action::HangUp]);
            assert!(matches!(state, RunState::Ended(EndReason::SameWidget { .. })), "{state:?}");
        }
    }
}

#[test]
fn another_widget_in_between_begins_a_new_count() {
    let gather =
        widget("menu", "gather-input-on-call", json!({"say": "?"}), &[("timeout", "again")]);
    let again = widget("again", "set-variables", json!({}), &[("next", "menu")]);
    let (mut run, _) = begun(call(), &[gather, again]);
    for _ in 0..100 {
        assert_eq!(run.step(RunEvent::TimedOut, at(1)).0, RunState::Active);
    }
}

#[test]
fn log_is_bounded() {
    let (mut run, _) = begun(call(), &[widget("w", "say-play", json!({"say": "Hi"}), &[])]);
    for _ in 0..MAX_LOG_ENTRIES + 9 {
        run.step(RunEvent::TimedOut, at(1));
    }
    assert_eq!(run.log().len(), MAX_LOG_ENTRIES);
    assert_eq!(run.state(), &RunState::Active);
}

#[test]
fn full_log_still_says_why_the_run_ended() {
    let say = widget("say", "say-play", json!({"say": "Hi"}), &[("audioComplete", "a")]);
    let (mut run, _) = begun(call(), &[say, set("a", "b"), set("b", "a")]);
    for _ in 0..MAX_LOG_ENTRIES + 9 {
        run.step(RunEvent::TimedOut, at(1));
    }
    run.step(RunEvent::Spoken, at(2));
    assert_eq!(run.state(), &RunState::Ended(EndReason::TooManySteps));
    assert_eq!((run.log().len(), codes(&run).last()), (MAX_LOG_ENTRIES + 1, Some(&Some(81000))));
}

#[test]
fn widget_that_is_not_there_ends_the_run_with_its_code() {
    let (run, _) = begun(request(), &[set("a", "nowhere")]);
    assert_eq!(run.state(), &RunState::Ended(EndReason::FlowEnd));
    assert_eq!((codes(&run), passed(&run)), (vec![Some(81022)], vec!["a next".to_owned()]));
}

#[test]
fn flow_that_computes_too_much_is_ended() {
    let open = "{% for i in (1..15) %}".repeat(3);
    let close = "{% endfor %}".repeat(3);
    let heavy = json!({"variables": [{"key": "k", "value": format!("{open}{close}")}]});
    let [a, b] = [("a", "b"), ("b", "a")]
        .map(|(name, next)| widget(name, "set-variables", heavy.clone(), &[("next", next)]));
    let mut run = Run::new(flow(&[a, b]), &start(request()), at(0));
    // A part of a second instead of seconds.
    run.work_left = MAX_RUN_WORK / 100;
    run.step(RunEvent::Begun, at(0));
    assert!(
        matches!(run.state(), RunState::Ended(EndReason::TooMuchWork { .. })),
        "{:?}",
        run.state()
    );
    assert!(run.steps().len() < 100, "{}", run.steps().len());
}

/// A split that compares a text with patterns, and goes on to a widget.
fn patterns(name: &str, input: &str, patterns: &[String], next: &str) -> Value {
    let branch = |pattern: &String| json!({"event": "match", "next": next, "conditions": [{"type": "regex", "value": pattern}]});
    let mut transitions: Vec<Value> = patterns.iter().map(branch).collect();
    transitions.push(json!({"event": "noMatch", "next": next}));
    json!({"name": name, "type": "split-based-on", "properties": {"input": input}, "transitions": transitions})
}

fn count(next: &str) -> Value {
    let variables = json!({"variables": [{"key": "n", "value": "{{flow.variables.n | plus: 1}}"}]});
    widget("count", "set-variables", variables, &[("next", next)])
}

#[test]
fn dear_patterns_that_are_compiled_again_and_again_are_too_much_work() {
    let dear = ["(?:a{100}){100}{{flow.variables.n}}".to_owned()];
    let widgets = [count("split"), patterns("split", "y", &dear, "count")];
    let mut run = Run::new(flow(&widgets), &start(request()), at(0));
    // A part of a second instead of seconds.
    run.work_left = MAX_RUN_WORK / 20;
    run.step(RunEvent::Begun, at(0));
    assert!(
        matches!(run.state(), RunState::Ended(EndReason::TooMuchWork { .. })),
        "{:?}",
        run.state()
    );
    // Plain ones are not, and one that is dear is compiled once.
    for pattern in ["x{{flow.variables.n}}", "(?:a{100}){100}"] {
        let split = patterns("split", "y", &[pattern.to_owned()], "count");
        let (run, _) = begun(request(), &[count("split"), split]);
        assert_eq!(run.state(), &RunState::Ended(EndReason::TooManySteps), "{pattern}");
    }
}

#[test]
fn many_rounds_with_some_patterns_are_little_work() {
    let some: Vec<String> = ["[0-9]{4}", "help.*", r"\d{2,6}", "(no|nope)\\.?", r"[\w.]+@[\w.]+"]
        .map(str::to_owned)
        .into();
    let gather = widget("menu", "gather-input-on-call", json!({}), &[("keypress", "split")]);
    let split = patterns("split", "{{widgets.menu.Digits}}x", &some, "menu");
    let (mut run, _) = begun(call(), &[gather, split]);
    let mut compiled = 0;
    for round in 1..=400 {
        let (state, _) = run.step(RunEvent::Digits("12345678".to_owned()), at(round));
        assert_eq!(state, RunState::Active, "{round}");
        compiled = if round == 1 { run.work() } else { compiled };
    }
    // The first round has compiled them.
    assert!(run.work() < 400 * compiled / 10, "{} {compiled}", run.work());
    assert!(run.work() < MAX_RUN_WORK / 10, "{}", run.work());
}

#[test]
fn dear_patterns_are_bounded_before_they_are_compiled() {
    // Each would take far more than is left: half a thousand parts, all of them large.
    let dear: Vec<String> =
        (0..20).map(|number| format!("{}{number}", r"\w{12}(?=a)".repeat(500))).collect();
    let began = std::time::Instant::now();
    let (run, _) = begun(request(), &[patterns("split", "y", &dear, "split")]);
    assert!(
        matches!(run.state(), RunState::Ended(EndReason::TooMuchWork { .. })),
        "{:?}",
        run.state()
    );
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}

#[test]
fn runs_that_share_patterns_compile_them_once() {
    let split = patterns("split", "y", &["x+".to_owned()], "nowhere");
    let (flow, shared) = (flow(&[split]), Patterns::default());
    let work = |patterns: &Patterns| {
        let mut run = Run::new(flow.clone(), &start(request()), at(0)).sharing(patterns);
        run.step(RunEvent::Begun, at(0));
        run.work()
    };
    let (first, second) = (work(&shared), work(&shared));
    assert!(second < first / 10, "{second} {first}");
    assert_eq!(work(&Patterns::default()), first);
}
