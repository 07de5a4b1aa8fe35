//! Calls, queues, hang-ups and recordings: the ends of what a widget does.

use super::*;

#[test]
fn outcomes_are_those_of_the_script_and_the_usual_ones_without() {
    let connect = |next: &str| {
        let transitions = [("callCompleted", next), ("hangup", "")];
        widget("connect", "connect-call-to", json!({"noun": "number", "to": "1"}), &transitions)
    };
    let run = played(&[connect("bye"), bye()], &call(), PlayScript::default());
    assert_eq!(run.context["widgets"]["connect"]["DialCallStatus"], "completed");
    let outcomes = [("connect".to_owned(), ["busy".to_owned()].into())].into();
    let script = PlayScript { outcomes, ..PlayScript::default() };
    let run = played(&[connect("bye"), bye()], &call(), script);
    assert_eq!(run.context["widgets"]["connect"]["DialCallStatus"], "busy");
}

#[test]
fn each_outcome_of_each_type_ends_its_widget() {
    for (kind, needs_call) in [
        ("make-outgoing-call-v1", false),
        ("make-outgoing-call-v2", false),
        ("connect-call-to", true),
        ("enqueue-call", true),
        ("send-to-flex", true),
        ("send-message", true),
        ("add-twiml-redirect", true),
        ("capture-payments", true),
        ("connect-virtual-agent", true),
        ("connect-virtual-agent-v2", true),
        ("run-conversation-relay", true),
        ("send-to-auto-pilot", true),
        ("start-conversation", false),
        ("resume-conversation", false),
    ] {
        assert!(!outcomes(kind).is_empty(), "{kind}");
        for outcome in outcomes(kind) {
            let start = if needs_call { call() } else { request() };
            let it =
                widget("it", kind, json!({"to": "+1", "noun": "number", "url": "https://a"}), &[]);
            let outcomes = [("it".to_owned(), [(*outcome).to_owned()].into())].into();
            let run = played(&[it], &start, PlayScript { outcomes, ..PlayScript::default() });
            assert_eq!(steps(&run).len(), 1, "{kind} {outcome}: {:?}", run.entries);
            assert_eq!(run.end, PlayEnd::Ended(EndReason::FlowEnd), "{kind} {outcome}");
        }
    }
}

#[test]
fn hang_up_ends_a_widget_of_the_call_and_no_other() {
    let script = || actions(&[CallerAction::HangUp]);
    let run = played(&[http("a", "menu"), menu(json!({})), bye()], &call(), script());
    assert_eq!(steps(&run), ["a failed", "bye hangup"]);
    assert_eq!(run.end, PlayEnd::Ended(EndReason::HungUp));
    // During a request, the run goes on to the next widget of the call.
    let script = PlayScript { hang_ups: ["a".to_owned()].into(), ..PlayScript::default() };
    let run = played(&[http("a", "menu"), menu(json!({})), bye()], &call(), script);
    assert_eq!(steps(&run), ["a failed", "bye hangup"]);
    let codes = run.entries.iter().filter_map(|entry| match &entry.detail {
        TraceDetail::Logged(log) => log.code,
        _ => None,
    });
    assert_eq!(codes.collect::<Vec<_>>(), [81002]);
}

#[test]
fn recording_has_the_words_or_ends_with_the_hang_up() {
    let record = || {
        let transitions = [("recordingComplete", "bye"), ("hangup", "")];
        widget("voicemail", "record-voicemail", json!({}), &transitions)
    };
    for (action, event, end) in [
        (CallerAction::Say("call me back please".into()), "recordingComplete", EndReason::FlowEnd),
        (CallerAction::Silence, "recordingComplete", EndReason::FlowEnd),
        (press("#"), "recordingComplete", EndReason::FlowEnd),
        (CallerAction::HangUp, "hangup", EndReason::HungUp),
    ] {
        let run = played(&[record(), bye()], &call(), actions(&[action]));
        assert_eq!(steps(&run)[0], format!("voicemail {event}"));
        assert_eq!(run.end, PlayEnd::Ended(end));
        assert!(run.context["widgets"]["voicemail"]["RecordingUrl"].is_string());
    }
}

/// The recording of a caller who does this: `Digits`, `RecordingDuration`, the seconds that the widget takes, and the keys
/// that were not taken.
fn recorded(properties: Value, action: CallerAction) -> (String, String, i64, Option<usize>) {
    let record = widget("voicemail", "record-voicemail", properties, &[("recordingComplete", "")]);
    let run = played(&[record], &call(), actions(&[action]));
    let found = &run.context["widgets"]["voicemail"];
    let [digits, duration] =
        ["Digits", "RecordingDuration"].map(|key| found[key].as_str().unwrap().to_owned());
    let (first, last) = (run.entries.first().unwrap().at, run.entries.last().unwrap().at);
    let lost = run.entries.iter().find_map(|entry| match &entry.detail {
        TraceDetail::Pressed { lost, .. } => Some(*lost),
        _ => None,
    });
    (digits, duration, last.duration_since(first).as_secs(), lost)
}

#[test]
fn only_the_keys_that_finish_it_end_a_recording() {
    for (properties, keys, digits, duration, takes, lost) in [
        (json!({}), "12", "1", "1", 1, 1),
        (json!({"finish_on_key": "#"}), "12#3", "#", "3", 3, 1),
        (json!({"finish_on_key": "#"}), "12", "", "2", 7, 0),
        (json!({"finish_on_key": "*#", "timeout": 2}), "9*", "*", "2", 2, 0),
        // Without such a key, silence ends it.
        (json!({"finish_on_key": ""}), "1#", "", "2", 7, 0),
        // … or its longest time.
        (json!({"finish_on_key": "", "max_length": 3}), "12345", "", "3", 3, 2),
        (json!({"finish_on_key": "#", "max_length": 3}), "12345#", "", "3", 3, 3),
        (json!({"finish_on_key": "#", "max_length": 6}), "12", "", "2", 6, 0),
    ] {
        let expected = (digits.to_owned(), duration.to_owned(), takes, Some(lost));
        assert_eq!(recorded(properties.clone(), press(keys)), expected, "{properties} {keys}");
    }
    let words = || CallerAction::Say("w".repeat(100));
    let expected = |duration: &str, takes| (String::new(), duration.to_owned(), takes, None);
    assert_eq!(recorded(json!({}), words()), expected("7", 12));
    assert_eq!(recorded(json!({"max_length": 4}), words()), expected("4", 4));
}

fn hangs_up_in(widget: &str) -> PlayScript {
    PlayScript { hang_ups: [widget.to_owned()].into(), ..PlayScript::default() }
}

#[test]
fn hang_up_in_a_widget_that_takes_no_time_ends_the_next_of_the_call() {
    for kind in ["set-variables", "split-based-on", "fork-stream", "record-call"] {
        let events = [("next", "bye"), ("noMatch", "bye"), ("success", "bye")];
        let it = widget("it", kind, json!({}), &events);
        let run = played(&[it, bye()], &call(), hangs_up_in("it"));
        assert_eq!(steps(&run).last().unwrap(), "bye hangup", "{kind}");
        assert_eq!(run.end, PlayEnd::Ended(EndReason::HungUp), "{kind}");
    }
    let run = played(&[bye()], &call(), hangs_up_in("Trigger"));
    assert_eq!(steps(&run), ["bye hangup"]);
    // Nothing follows that would notice, and the hang-up is told all the same.
    let set = widget("it", "set-variables", json!({}), &[("next", "")]);
    let run = played(&[set], &call(), hangs_up_in("it"));
    assert_eq!(run.end, PlayEnd::Ended(EndReason::FlowEnd));
    assert!(run.entries.iter().any(|entry| entry.detail == TraceDetail::HungUp));
}

#[test]
fn hang_up_in_a_request_of_a_conversation_ends_the_next_widget_of_the_call() {
    for (kind, event) in [("start-conversation", "created"), ("resume-conversation", "resumed")] {
        let calls =
            widget("oc", "make-outgoing-call-v2", json!({"to": "+1"}), &[("answered", "it")]);
        let it = widget("it", kind, json!({}), &[(event, "bye")]);
        let run = played(&[calls, it, bye()], &request(), hangs_up_in("it"));
        assert_eq!(
            steps(&run),
            ["oc answered".to_owned(), format!("it {event}"), "bye hangup".to_owned()]
        );
        assert_eq!(run.end, PlayEnd::Ended(EndReason::HungUp), "{kind}");
    }
}

#[test]
fn hang_up_while_it_rings_ends_the_call() {
    let calls = widget("oc", "make-outgoing-call-v2", json!({"to": "+1"}), &[("answered", "bye")]);
    let run = played(&[calls, bye()], &request(), hangs_up_in("oc"));
    assert_eq!(steps(&run), ["oc hangup"]);
    assert_eq!(run.end, PlayEnd::Ended(EndReason::HungUp));
}
