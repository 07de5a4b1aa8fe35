//! A Flow that calls, asks for a key and reports it.

use std::time::Duration;

use super::*;

/// The Flow.
pub(super) const FLOW: &str = r#"{"initial_state": "Trigger", "states": [
    {"name": "Trigger", "type": "trigger", "transitions": [{"event": "incomingRequest", "next": "call"}]},
    {"name": "call", "type": "make-outgoing-call-v2",
     "properties": {"to": "{{contact.channel.address}}", "from": "{{flow.channel.address}}", "timeout": 25},
     "transitions": [{"event": "answered", "next": "menu"}, {"event": "busy", "next": "report"}, {"event": "noAnswer"}]},
    {"name": "menu", "type": "gather-input-on-call",
     "properties": {"say": "{{flow.data.say}}", "timeout": 7, "number_of_digits": 1, "stop_gather": false, "loop": 2},
     "transitions": [{"event": "keypress", "next": "report"}, {"event": "timeout", "next": "bye"}]},
    {"name": "report", "type": "make-http-request",
     "properties": {"method": "POST", "url": "https://h.example/{{flow.sid}}", "content_type": "application/x-www-form-urlencoded",
                    "parameters": [{"key": "digits", "value": "{{widgets.menu.Digits}}"},
                                   {"key": "call", "value": "{{widgets.call.CallStatus}} & {{widgets.call.CallSid}}"}]},
     "transitions": [{"event": "success", "next": "words"}, {"event": "failed", "next": "bye"}]},
    {"name": "words", "type": "set-variables",
     "properties": {"variables": [{"key": "say", "value": "{{widgets.report.parsed.say}}"}]},
     "transitions": [{"event": "next", "next": "again"}]},
    {"name": "again", "type": "split-based-on", "properties": {"input": "{{widgets.report.parsed.again}}"},
     "transitions": [{"event": "noMatch", "next": "last"},
                     {"event": "match", "next": "menu", "conditions": [{"type": "equal_to", "value": "true"}]}]},
    {"name": "last", "type": "say-play", "properties": {"say": "{{flow.variables.say}}"},
     "transitions": [{"event": "audioComplete"}]},
    {"name": "bye", "type": "say-play", "properties": {"say": "Good bye."}, "transitions": []}]}"#;

pub(super) fn run(definition: &str) -> Run {
    Run::new(Arc::new(Flow::parse(definition).expect("a Flow")), &start(request()), at(0))
}

/// A run of [`FLOW`] that has had these events, one a second; and what it asks for then.
fn after(events: &[RunEvent]) -> (Run, Vec<Action>) {
    let (mut run, mut actions) = (run(FLOW), Vec::new());
    for (second, event) in (0..).zip(events) {
        actions = run.step(event.clone(), at(second)).1;
    }
    (run, actions)
}

pub(super) fn placed() -> RunEvent {
    RunEvent::Placed { call_sid: "CA1".to_owned() }
}

fn answered() -> Vec<RunEvent> {
    vec![RunEvent::Begun, placed(), RunEvent::Dialed(DialOutcome::Answered)]
}

fn steps(run: &Run) -> Vec<String> {
    run.steps().iter().map(|step| format!("{} {}", step.from, step.event)).collect()
}

#[test]
fn run_begins_with_the_call_of_its_first_waiting_widget() {
    let (run, actions) = after(&[RunEvent::Begun]);
    let [to, from] = ["+15005550001", "+15005550006"].map(str::to_owned);
    assert_eq!(
        actions,
        [Action::PlaceCall { to, from, timeout: Duration::from_secs(25), detect_machine: false }]
    );
    assert_eq!(
        (steps(&run), run.state()),
        (vec!["Trigger incomingRequest".to_owned()], &RunState::Active)
    );
    assert_eq!(run.widget().map(|state| state.name.as_str()), Some("call"));
    let step = &run.steps()[0];
    assert_eq!((step.at, step.kind.as_str(), step.to.as_deref()), (at(0), "trigger", Some("call")));
}

#[test]
fn placed_call_is_in_the_context_while_it_is_queued() {
    let (run, actions) = after(&[RunEvent::Begun, placed()]);
    assert_eq!(actions, []);
    let call = json!({"CallSid": "CA1", "CallStatus": "queued", "To": "+15005550001", "From": "+15005550006"});
    assert_eq!(run.context()["widgets"]["call"], call);
}

#[test]
fn key_is_reported_and_the_answer_spoken() {
    let mut events = answered();
    let prompt = Prompt::Say(speech("Press 1.", 2));
    let menu = Action::Gather {
        prompt,
        timeout: Duration::from_secs(7),
        finish_on_key: String::new(),
        max_digits: Some(1),
    };
    assert_eq!(after(&events).1, std::slice::from_ref(&menu));
    events.push(RunEvent::Digits("1".to_owned()));
    let report = Action::Request {
        method: HttpMethod::Post,
        url: "https://h.example/FN1".to_owned(),
        content_type: "application/x-www-form-urlencoded".to_owned(),
        body: "digits=1&call=in-progress+%26+CA1".to_owned(),
        timeout: HTTP_TIMEOUT,
        has_twilio_auth: false,
    };
    assert_eq!(after(&events).1, [report]);
    let again = response(200, r#"{"say": "Again.", "again": true}"#);
    assert_eq!(after(&[events.clone(), vec![again]].concat()).1, [menu]);
    events.push(response(200, r#"{"say": "It is yours.", "again": false}"#));
    assert_eq!(after(&events).1, say("It is yours."));
    events.push(RunEvent::Spoken);
    let (run, actions) = after(&events);
    assert_eq!(actions, [Action::HangUp]);
    assert_eq!(run.state(), &RunState::Ended(EndReason::FlowEnd));
    assert_eq!(run.updated(), at(5));
    let expected = [
        "Trigger incomingRequest",
        "call answered",
        "menu keypress",
        "report success",
        "words next",
        "again noMatch",
        "last audioComplete",
    ];
    assert_eq!(steps(&run), expected);
}

#[test]
fn unanswered_call_has_no_line() {
    let ended = |outcome| {
        let (run, actions) = after(&[RunEvent::Begun, placed(), RunEvent::Dialed(outcome)]);
        (run.context()["widgets"]["call"]["CallStatus"].clone(), run.state().clone(), actions)
    };
    let end = RunState::Ended(EndReason::FlowEnd);
    for (outcome, status) in
        [(DialOutcome::NoAnswer, "no-answer"), (DialOutcome::Canceled, "canceled")]
    {
        assert_eq!(ended(outcome), (json!(status), end.clone(), vec![]), "{status}");
    }
    let busy = [RunEvent::Begun, placed(), RunEvent::Dialed(DialOutcome::Busy), RunEvent::TimedOut];
    let (run, actions) = after(&busy);
    let (widget, why) = ("bye".to_owned(), "nobody is on the line".to_owned());
    assert_eq!(run.state(), &RunState::Ended(EndReason::Unplayable { widget, why }));
    assert_eq!(actions, []);
}

#[test]
fn call_that_was_never_placed_has_failed() {
    let (run, _) = after(&[RunEvent::Begun, RunEvent::Dialed(DialOutcome::Failed)]);
    assert_eq!(steps(&run).last().map(String::as_str), Some("call failed"));
    assert_eq!(run.context()["widgets"], json!({}));
}

#[test]
fn hang_up_ends_the_run_in_its_widget() {
    let (run, actions) = after(&[answered(), vec![RunEvent::HungUp]].concat());
    assert_eq!((run.state(), actions), (&RunState::Ended(EndReason::HungUp), vec![]));
    let last = run.steps().last().expect("a step");
    assert_eq!((last.from.as_str(), last.event.as_str(), &last.to), ("menu", HANG_UP, &None));
}

#[test]
fn stop_ends_the_run_without_a_step() {
    let (mut run, actions) = after(&[answered(), vec![RunEvent::Stopped]].concat());
    assert_eq!(
        (run.state(), actions),
        (&RunState::Ended(EndReason::Stopped), vec![Action::HangUp])
    );
    assert_eq!(run.steps().len(), 2);
    let again = run.step(RunEvent::Digits("1".to_owned()), at(9));
    assert_eq!(again, (RunState::Ended(EndReason::Stopped), vec![]));
}

#[test]
fn silence_fires_timeout_and_an_unanswered_request_fails() {
    for silent in [RunEvent::TimedOut, RunEvent::Digits(String::new())] {
        let (run, actions) = after(&[answered(), vec![silent]].concat());
        assert_eq!(
            (actions, steps(&run).pop()),
            (say("Good bye."), Some("menu timeout".to_owned()))
        );
    }
    let key = RunEvent::Digits("1".to_owned());
    for failed in [RunEvent::TimedOut, response(503, "down"), response(302, "")] {
        let (_, actions) = after(&[answered(), vec![key.clone(), failed]].concat());
        assert_eq!(actions, say("Good bye."));
    }
}

#[test]
fn unexpected_event_changes_nothing() {
    let (mut run, _) = after(&answered());
    let before = run.context().clone();
    for event in [
        RunEvent::Begun,
        placed(),
        RunEvent::Spoken,
        response(200, "{}"),
        RunEvent::Dialed(DialOutcome::Busy),
    ] {
        assert_eq!(run.step(event, at(9)), (RunState::Active, vec![]));
    }
    assert_eq!((run.context(), run.steps().len(), run.updated()), (&before, 2, at(2)));
}

#[test]
fn unplayable_widget_ends_the_run_with_its_reason() {
    let of = |kind: &str, properties: &str| {
        let state = format!(r#"{{"name": "a", "type": "{kind}", "properties": {properties}}}"#);
        let mut run = run(&format!(r#"{{"initial_state": "a", "states": [{state}]}}"#));
        match run.step(RunEvent::Begun, at(1)).0 {
            RunState::Ended(EndReason::Unplayable { widget, why }) if widget == "a" => why,
            other => panic!("{kind}: {other:?}"),
        }
    };
    assert_eq!(of("stop-call", "{}"), "Studio has no type of widget \"stop-call\"");
    assert_eq!(of("say-play", "{}"), "nobody is on the line");
}

#[test]
fn flow_that_leads_back_to_itself_ends() {
    let set = r#""type": "set-variables", "transitions""#;
    let mut run = run(&format!(
        r#"{{"initial_state": "a", "states": [
            {{"name": "a", {set}: [{{"event": "next", "next": "b"}}]}},
            {{"name": "b", {set}: [{{"event": "next", "next": "a"}}]}}]}}"#
    ));
    let (state, actions) = run.step(RunEvent::Begun, at(1));
    assert_eq!((state, actions), (RunState::Ended(EndReason::TooManySteps), vec![]));
    assert_eq!(run.steps().len(), MAX_STEPS);
}

#[test]
fn flow_without_its_first_widget_ends_at_once() {
    let mut run = run(r#"{"initial_state": "a", "states": []}"#);
    assert_eq!(run.step(RunEvent::Begun, at(1)), (RunState::Ended(EndReason::FlowEnd), vec![]));
}
