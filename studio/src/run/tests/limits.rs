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

#[test]
fn patterns_that_are_compiled_again_and_again_are_too_much_work() {
    let pattern = json!({"type": "regex", "value": "x{{flow.variables.n}}"});
    let split = json!({"name": "split", "type": "split-based-on", "properties": {"input": "y"},
        "transitions": [{"event": "match", "conditions": [pattern]}, {"event": "noMatch", "next": "count"}]});
    let variables = json!({"variables": [{"key": "n", "value": "{{flow.variables.n | plus: 1}}"}]});
    let count = widget("count", "set-variables", variables, &[("next", "split")]);
    let (run, _) = begun(request(), &[count, split.clone()]);
    assert!(
        matches!(run.state(), RunState::Ended(EndReason::TooMuchWork { .. })),
        "{:?}",
        run.state()
    );
    // One pattern is compiled once.
    let variables = json!({"variables": [{"key": "m", "value": "{{flow.variables.m | plus: 1}}"}]});
    let count = widget("count", "set-variables", variables, &[("next", "split")]);
    let (run, _) = begun(request(), &[count, split]);
    assert_eq!(run.state(), &RunState::Ended(EndReason::TooManySteps));
}
