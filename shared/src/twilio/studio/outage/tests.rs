//! Our own Flow is one that Studio takes, and reports what the server expects.

use std::collections::BTreeSet;

use serde_json::json;
use studio::{Flow, Offset, State};

use super::*;
use crate::config::file::Config;

fn policy(more: &str) -> Policy {
    let toml = format!(
        "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[[policies]]\nname = \"night\"\n\
         alarms = [\"*\"]\nroster = [\"alpha\"]\nring_seconds = 40\nanswer_seconds = 7\n{more}"
    );
    let config = Config::parse(vec![("ringdown.toml".to_owned(), toml)]).expect("fine");
    let now = "2026-11-20T12:00:00Z".parse().expect("a time");
    config.escalation.policy_at("night", now).expect("a policy")
}

fn ours(more: &str) -> Flow {
    Flow::read(&outage_call(&policy(more))).expect("a Flow")
}

/// The events and properties of a type of widget, as 42 observed Flows have them: `s`tring, `i`nteger, `b`oolean,
/// `l`ist, `o`bject.
fn observed(kind: &str) -> (&'static [&'static str], &'static [(&'static str, char)]) {
    match kind {
        "trigger" => (
            &[
                "incomingMessage",
                "incomingCall",
                "incomingConversationMessage",
                "incomingRequest",
                "incomingParent",
            ],
            &[],
        ),
        "make-outgoing-call-v2" => (
            &["answered", "busy", "noAnswer", "failed"],
            &[
                ("to", 's'),
                ("from", 's'),
                ("timeout", 'i'),
                ("detect_answering_machine", 'b'),
                ("machine_detection", 's'),
                ("machine_detection_timeout", 's'),
                ("machine_detection_speech_threshold", 's'),
                ("machine_detection_speech_end_threshold", 's'),
                ("machine_detection_silence_timeout", 's'),
                ("record", 'b'),
                ("recording_channels", 's'),
                ("recording_status_callback", 's'),
                ("trim", 's'),
                ("send_digits", 's'),
                ("sip_auth_username", 's'),
                ("sip_auth_password", 's'),
            ],
        ),
        "make-http-request" => (
            &["success", "failed"],
            &[("method", 's'), ("url", 's'), ("content_type", 's'), ("parameters", 'l')],
        ),
        "gather-input-on-call" => (
            &["keypress", "speech", "timeout"],
            &[
                ("say", 's'),
                ("voice", 's'),
                ("language", 's'),
                ("loop", 'i'),
                ("timeout", 'i'),
                ("number_of_digits", 'i'),
                ("stop_gather", 'b'),
                ("finish_on_key", 's'),
                ("speech_timeout", 's'),
                ("gather_language", 's'),
                ("profanity_filter", 's'),
            ],
        ),
        "say-play" => {
            (&["audioComplete"], &[("say", 's'), ("voice", 's'), ("language", 's'), ("loop", 'i')])
        }
        "split-based-on" => (&["noMatch", "match"], &[("input", 's')]),
        "set-variables" => (&["next"], &[("variables", 'l')]),
        other => panic!("our Flow has no {other}"),
    }
}

fn type_of(value: &Value) -> char {
    match value {
        Value::String(_) => 's',
        Value::Number(number) if number.is_u64() => 'i',
        Value::Bool(_) => 'b',
        Value::Array(_) => 'l',
        Value::Object(_) => 'o',
        _ => '?',
    }
}

#[test]
fn outage_flow_has_the_widgets_that_studio_takes() {
    let flow = ours("voice = \"Polly.Amy\"\nlanguage = \"en-GB\"\n");
    assert_eq!(flow.problems(), []);
    let definition = outage_call(&policy(""));
    let keys: Vec<_> = definition.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["description", "flags", "initial_state", "states"]);
    assert_eq!(definition["flags"], json!({"allow_concurrent_calls": true}));
    for state in &flow.states {
        let (events, properties) = observed(&state.kind);
        let fired: BTreeSet<&str> =
            state.transitions.iter().map(|transition| transition.event.as_str()).collect();
        assert_eq!(fired, events.iter().copied().collect(), "{}", state.name);
        for (name, value) in &state.properties {
            let known = properties.iter().find(|(known, _)| known == name).map(|(_, kind)| *kind);
            let known = known.or((name == "offset").then_some('o'));
            assert_eq!(Some(type_of(value)), known, "{}.{name}", state.name);
        }
        for transition in &state.transitions {
            let compared = usize::from(transition.event == "match");
            assert_eq!(transition.conditions.len(), compared, "{}", state.name);
        }
    }
}

#[test]
fn widgets_stand_apart_and_lead_downwards_from_the_trigger() {
    let flow = ours("");
    let offsets: Vec<Offset> =
        flow.states.iter().map(|state| state.offset().expect("an offset")).collect();
    for (index, one) in offsets.iter().enumerate() {
        for other in offsets.iter().skip(index + 1) {
            let apart = (one.x - other.x).abs() >= 400.0 || (one.y - other.y).abs() >= 240.0;
            assert!(apart, "{one:?} {other:?}");
        }
    }
    let up: Vec<(&str, &str)> = flow
        .states
        .iter()
        .flat_map(|state| {
            let from = state.offset().map_or(0.0, |offset| offset.y);
            let nexts =
                state.transitions.iter().filter_map(|transition| transition.next.as_deref());
            let above = nexts.filter(move |next| {
                let to =
                    ours("").state(next).and_then(State::offset).map_or(0.0, |offset| offset.y);
                to <= from
            });
            above.map(|next| (state.name.as_str(), next)).collect::<Vec<_>>()
        })
        .collect();
    let ways_back =
        [("one_moment", "report_key"), ("second_reading", "menu"), ("third_reading", "menu")];
    assert_eq!(up, ways_back);
}

#[test]
fn every_widget_can_be_reached() {
    let flow = ours("");
    let mut reached = BTreeSet::from([flow.initial_state.clone()]);
    loop {
        let nexts = flow.states.iter().filter(|state| reached.contains(&state.name));
        let nexts: Vec<String> = nexts
            .flat_map(|state| state.transitions.iter().filter_map(|one| one.next.clone()))
            .collect();
        let before = reached.len();
        reached.extend(nexts);
        if reached.len() == before {
            break;
        }
    }
    assert_eq!(reached, flow.states.iter().map(|state| state.name.clone()).collect());
}

#[test]
fn policy_gives_the_flow_its_numbers_and_its_voice() {
    let flow = ours("voice = \"Polly.Amy\"\n");
    let of = |name: &str| flow.state(name).expect("a state").clone();
    assert_eq!(of("call").properties["timeout"], 40);
    assert_eq!(of("menu").properties["timeout"], 7);
    for name in ["menu", "last_word", "one_moment", "no_key_pressed", "cannot_write_down"] {
        assert_eq!(of(name).text("voice"), "Polly.Amy", "{name}");
        assert!(!of(name).properties.contains_key("language"), "{name}");
    }
    assert!(
        flow.states
            .iter()
            .all(|state| state.kind != "make-http-request"
                || !state.properties.contains_key("voice"))
    );
}

#[test]
fn every_outcome_is_reported_with_the_fields_that_the_server_expects() {
    let flow = ours("");
    let reports = flow.states.iter().filter(|state| state.kind == "make-http-request");
    let bodies: Vec<String> = reports
        .map(|state| {
            assert_eq!(state.text("url"), "{{flow.data.report_url}}");
            let pairs = state.pairs("parameters");
            pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&")
        })
        .collect();
    let with = |outcome: &str, more: &str| {
        format!(
            "token={{{{flow.data.token}}}}&outcome={outcome}&{more}execution={{{{flow.sid}}}}&\
             call={{{{widgets.call.CallSid}}}}"
        )
    };
    let reading = "reading={{flow.variables.reading}}&";
    let expected = [
        with("answered", ""),
        with("busy", ""),
        with("no-answer", ""),
        with("failed", ""),
        with("key", &format!("digits={{{{widgets.menu.Digits}}}}&{reading}")),
        with("no-key", reading),
    ];
    assert_eq!(bodies, expected);
}
