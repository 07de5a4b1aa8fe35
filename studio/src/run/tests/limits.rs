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
