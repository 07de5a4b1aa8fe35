//! How each type of widget is played, beside the types themselves.

use super::*;
use crate::flow::widget_types;
use crate::run::hand_over_events;

#[test]
fn support_names_every_type_once() {
    let types: Vec<&str> = WIDGET_SUPPORT.iter().map(|one| one.kind).collect();
    for kind in widget_types() {
        assert_eq!(types.iter().filter(|one| **one == kind).count(), 1, "{kind}");
    }
    assert_eq!(types.len(), widget_types().count(), "{types:?}");
}

#[test]
fn support_names_the_events_of_what_is_handed_over() {
    for one in &WIDGET_SUPPORT {
        let events = hand_over_events(one.kind);
        let named: Vec<String> = events.iter().map(|event| format!("`{event}`")).collect();
        let expected = format!("handed over: {}", named.join(", "));
        assert_eq!(!events.is_empty(), one.played.starts_with("handed over"), "{}", one.kind);
        assert!(events.is_empty() || one.played == expected, "{}: {}", one.kind, one.played);
    }
}

/// Each type in a Flow of its own: the difference is told by the run, once, or by the trace.
#[test]
fn every_type_is_played_and_tells_its_difference() {
    for one in &WIDGET_SUPPORT {
        let is_rest = one.kind.ends_with("-conversation") || one.kind.starts_with("make-outgoing");
        let start = if is_rest { request() } else { call() };
        let properties = json!({"to": "+1", "noun": "number", "url": "https://a.example"});
        let transitions = [("noMatch", ""), ("timeout", "")];
        let widgets = [widget("it", one.kind, properties, &transitions)];
        let run = played(&widgets, &start, PlayScript::default());
        assert_eq!(steps(&run).len(), 1, "{}: {:?}", one.kind, run.entries);
        assert_eq!(run.end, PlayEnd::Ended(EndReason::FlowEnd), "{}", one.kind);
        let mut met = MetDifferences::default();
        met.add(&flow(&widgets), &run);
        met.extend(&met.clone());
        let told: Vec<String> = met.lines().collect();
        match one.scope {
            DifferenceScope::Always => {
                assert_eq!(told.len(), 1, "{told:?}");
                assert!(told[0].starts_with(one.kind) && told[0].ends_with(one.difference));
            }
            _ => assert_eq!(told, [""; 0], "{}", one.kind),
        }
    }
}

#[test]
fn difference_of_an_event_is_told_by_the_runs_that_have_it() {
    let told = |widgets: &[Value], start: &ExecutionStart, script: PlayScript| {
        let mut met = MetDifferences::default();
        met.add(&flow(widgets), &played(widgets, start, script));
        met.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let ask = [menu(json!({})), bye()];
    assert_eq!(told(&ask, &call(), actions(&[press("1")])), [""; 0]);
    let said = actions(&[CallerAction::Say("yes".to_owned())]);
    assert_eq!(told(&ask, &call(), said), ["gather-input-on-call"]);
    let events = [("incomingMessage", ""), ("incomingConversationMessage", "it")];
    let trigger = [
        widget("again", "trigger", json!({}), &events),
        widget("it", "set-variables", json!({}), &[]),
    ];
    assert_eq!(told(&trigger, &message(), PlayScript::default()), ["trigger"]);
    assert_eq!(told(&trigger, &call(), PlayScript::default()), [""; 0]);
}

#[test]
fn trace_names_a_pattern_that_only_java_can_read() {
    let logged = |run: &Played| {
        let log = run.entries.iter().find_map(|entry| match &entry.detail {
            TraceDetail::Logged(log) => Some(log.message.clone()),
            _ => None,
        });
        log.unwrap_or_default()
    };
    let mut split = widget("it", "split-based-on", json!({"input": "a"}), &[("noMatch", "")]);
    let java =
        json!({"event": "match", "conditions": [{"type": "regex", "value": "\\p{javaLowerCase}"}]});
    split["transitions"].as_array_mut().unwrap().push(java);
    let run = played(&[split], &call(), PlayScript::default());
    assert!(logged(&run).contains("never matches"), "{run:?}");
}
