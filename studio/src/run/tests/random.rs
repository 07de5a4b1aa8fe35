//! Random Flows, with whatever may happen to them.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;

use super::phone::{FLOW, placed, run};
use super::*;

fn any_event() -> impl Strategy<Value = RunEvent> {
    use DialOutcome::{Answered, Busy, Canceled, Failed, NoAnswer};
    let queue = vec![QueueResult::Bridged, QueueResult::QueueFull, QueueResult::SystemError];
    let dial = vec![DialCallStatus::Completed, DialCallStatus::NoAnswer, DialCallStatus::Busy];
    let duration = Duration::from_secs(3);
    prop_oneof![
        Just(RunEvent::Begun),
        Just(placed()),
        select(vec![Answered, Busy, NoAnswer, Failed, Canceled]).prop_map(RunEvent::Dialed),
        Just(RunEvent::Spoken),
        "[0-9#]{0,2}".prop_map(RunEvent::Digits),
        "[a-z.]{0,3}".prop_map(|text| RunEvent::SpeechResult { text, confidence: "1".to_owned() }),
        (100u16..600, r#"(\{"again": true\})|(\{"a": [0-9]\})|(.{0,9})"#)
            .prop_map(|(status, body)| response(status, &body)),
        Just(RunEvent::MessageSent { message_sid: "SM2".to_owned() }),
        Just(RunEvent::MessageFailed { error_code: Some(30003) }),
        ".{0,5}".prop_map(|body| RunEvent::Replied(object(json!({"Body": body})))),
        select(queue).prop_map(move |result| RunEvent::Dequeued {
            result,
            queue_sid: String::new(),
            queue_time: duration
        }),
        select(dial).prop_map(move |status| RunEvent::DialEnded {
            status,
            call_sid: String::new(),
            duration
        }),
        select(vec!["", "#", "hangup"]).prop_map(move |digits| RunEvent::Recorded {
            recording_sid: "RE1".to_owned(),
            recording_url: String::new(),
            duration,
            digits: digits.to_owned(),
        }),
        select(vec!["human", "machine_start"]).prop_map(|who| RunEvent::AnsweredBy(who.to_owned())),
        select(vec!["return", "success", "fail"]).prop_map(|event| RunEvent::HandedBack {
            event: event.to_owned(),
            variables: object(json!({"k": "v"})),
        }),
        Just(RunEvent::FlowMissing),
        Just(RunEvent::TimedOut),
        Just(RunEvent::HungUp),
        Just(RunEvent::Stopped),
    ]
}

/// The types of widget with their events, and those that do not exist.
const KINDS: [(&str, &[&str]); 22] = [
    ("say-play", &["audioComplete"]),
    ("gather-input-on-call", &["keypress", "speech", "timeout"]),
    ("split-based-on", &["noMatch", "match"]),
    ("set-variables", &["next"]),
    ("make-http-request", &["success", "failed"]),
    ("send-message", &["sent", "failed"]),
    ("send-and-wait-for-reply", &["incomingMessage", "timeout", "deliveryFailure"]),
    ("make-outgoing-call-v2", &["answered", "busy", "noAnswer", "failed"]),
    ("enqueue-call", &["callComplete", "failedToEnqueue", "callFailure"]),
    ("send-to-flex", &["callComplete", "failedToEnqueue", "callFailure"]),
    ("connect-call-to", &["callCompleted", "hangup"]),
    ("record-voicemail", &["recordingComplete", "noAudio", "hangup"]),
    ("run-function", &["success", "fail"]),
    ("record-call", &["success", "failed"]),
    ("fork-stream", &["next"]),
    ("run-subflow", &["completed", "failed"]),
    ("make-outgoing-call-v1", &["answeredByMachine", "answered", "noAnswer", "failed"]),
    ("add-twiml-redirect", &["return", "timeout", "fail"]),
    ("capture-payments", &["success", "hangup"]),
    ("trigger", &["incomingCall", "incomingMessage"]),
    ("send-to-autopilot", &["failure"]),
    ("", &[]),
];

/// A setting: a look-up, Liquid of any kind, or none of all that.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec![
            "https://h.example/{{flow.sid}}",
            "{{contact.channel.address}}",
            "{{widgets.w0.parsed.a | plus: 1}}",
            "{{widgets.w1.inbound.Body}}",
            "{{flow.variables.k}}{{flow.variables.k}}x",
            "{% for i in (1..99) %}{{flow.variables.k}}{% endfor %}",
            "{{ a | no_filter }}",
            "{{",
            "(a*)*b",
            "[0-9]+",
            "1, 2, yes",
        ])
        .prop_map(str::to_owned),
        ".{0,12}",
    ]
}

fn any_properties() -> impl Strategy<Value = Value> {
    let names = vec![
        "say",
        "play",
        "digits",
        "url",
        "body",
        "input",
        "to",
        "from",
        "timeout",
        "loop",
        "method",
        "content_type",
        "number_of_digits",
        "finish_on_key",
        "workflow_sid",
        "queue_name",
        "noun",
        "parameters",
        "variables",
        "stop_gather",
        "max_length",
        "add_twilio_auth",
        "attributes",
    ];
    let pairs = prop::collection::vec(("[a-k]", any_text(), any::<bool>()), 0..3).prop_map(|pairs| {
        let pair = |(key, value, is_json)| json!({"key": key, "value": value, "parse_as_json": is_json});
        Value::Array(pairs.into_iter().map(pair).collect())
    });
    let value = prop_oneof![
        4 => any_text().prop_map(Value::from),
        2 => pairs,
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    prop::collection::vec((select(names), value), 0..6).prop_map(|entries| {
        entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    })
}

const PREDICATES: [&str; 9] = [
    "equal_to",
    "matches_any_of",
    "contains",
    "is_blank",
    "regex",
    "less_than",
    "is_before_date",
    "is_after_time",
    "sounds_like",
];

/// A Flow of so many widgets, which lead anywhere.
fn any_flow() -> impl Strategy<Value = Arc<Flow>> {
    let leads = prop::collection::vec((0usize..9, select(PREDICATES.to_vec()), any_text()), 4);
    let widget = (select(KINDS.to_vec()), any_properties(), leads);
    prop::collection::vec(widget, 1..6).prop_map(|widgets| {
        let widgets = widgets.into_iter().enumerate().map(|(index, ((kind, events), properties, leads))| {
            let transition = |(event, (next, predicate, value)): (&&str, &(usize, &str, String))| {
                let conditions = match *event {
                    "match" => json!([{"type": predicate, "value": value}]),
                    _ => json!([]),
                };
                // Some lead nowhere, and one to a widget that is not there.
                match next {
                    0..6 => json!({"event": event, "next": format!("w{next}"), "conditions": conditions}),
                    _ => json!({"event": event, "conditions": conditions}),
                }
            };
            let transitions: Vec<Value> = events.iter().zip(&leads).map(transition).collect();
            json!({"name": format!("w{index}"), "type": kind, "properties": properties, "transitions": transitions})
        });
        flow(&widgets.collect::<Vec<Value>>())
    })
}

/// Steps a run with any events, and checks after each of them what always holds.
fn check(mut run: Run, events: Vec<RunEvent>) -> Result<(), TestCaseError> {
    for (second, event) in (0..).zip(events) {
        let steps = run.steps().len();
        let had_ended = *run.state() != RunState::Active;
        let (state, actions) = run.step(event, at(second));
        prop_assert_eq!(&state, run.state());
        prop_assert!(actions.len() <= 1);
        prop_assert!(run.steps().len() <= MAX_STEPS + 1 && run.log().len() <= MAX_LOG_ENTRIES + 1);
        if had_ended {
            prop_assert!(actions.is_empty() && run.steps().len() == steps);
        }
        // Who is asked to wait for nothing would wait for ever.
        if state == RunState::Active && run.steps().len() > steps {
            prop_assert_eq!(actions.len(), 1);
        }
        let code = match &state {
            RunState::Ended(EndReason::TooManySteps) => Some(81000),
            RunState::Ended(EndReason::SameWidget { .. }) => Some(81001),
            RunState::Ended(EndReason::NoMatch { .. }) => Some(81005),
            RunState::Ended(EndReason::HungUp) if !had_ended => {
                prop_assert_eq!(run.steps().last().map(|step| step.event.as_str()), Some(HANG_UP));
                None
            }
            _ => None,
        };
        prop_assert!(code.is_none() || codes(&run).contains(&code), "{state:?}: {:?}", run.log());
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_events_leave_a_run_that_waits_or_has_ended(events in prop::collection::vec(any_event(), 0..40)) {
        check(run(FLOW), events)?;
    }

    #[test]
    fn any_flow_waits_or_ends_with_its_reason(
        flow in any_flow(),
        subflow in any_flow(),
        trigger in select(vec![request(), call(), message()]),
        events in prop::collection::vec(prop::option::weighted(0.9, any_event()), 0..60),
    ) {
        let events = events.into_iter().map(|event| match event {
            Some(event) => event,
            None => RunEvent::FlowFetched(subflow.clone()),
        });
        let events = std::iter::once(RunEvent::Begun).chain(events).collect();
        check(Run::new(flow, &start(trigger), at(0)), events)?;
    }
}
