//! Clicks as Slack sends them, and what else may come.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::sample;

const INCIDENT: &str = "prod-api-20300317-174640-000";
const ANSWER: &str = "https://hooks.slack.com/actions/T0000001/1/abc";

fn payload() -> Value {
    json!({
        "type": "block_actions",
        "user": {"id": "U0000001", "username": "alpha", "name": "alpha", "team_id": "T0000001"},
        "trigger_id": "1.2.3",
        "channel": {"id": "C0000001", "name": "outages"},
        "message": {"type": "message", "ts": "1900000000.000100"},
        "response_url": ANSWER,
        "actions": [{
            "type": "button", "action_id": "take", "block_id": format!("incident {INCIDENT}"),
            "value": INCIDENT, "action_ts": "1900000001.000000"
        }]
    })
}

fn form(payload: &str) -> Vec<u8> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("payload", payload).finish().into_bytes()
}

/// The request of the usual payload with `value` at this JSON pointer.
fn with(pointer: &str, value: Value) -> Interaction {
    let mut payload = payload();
    *payload.pointer_mut(pointer).expect("such a field") = value;
    read(&form(&payload.to_string()), None)
}

fn clicked(asked: Interaction) -> Click {
    match asked {
        Interaction::Click(click) => click,
        other => panic!("no click: {other:?}"),
    }
}

#[test]
fn click_says_what_is_asked_of_which_incident_and_by_whom() {
    let told = read(&form(&payload().to_string()), None);
    let expected = Click {
        action: Action::Take,
        lasting: Lasting::Hour,
        incident: INCIDENT.into(),
        user: sample::member("U0000001"),
        team: "T0000001".to_owned(),
        user_name: "alpha".to_owned(),
        response_url: ResponseUrl::new(ANSWER, None),
        place: Place::Message,
    };
    assert_eq!(told, Interaction::Click(expected.clone()));
    assert!(expected.response_url.is_some());
    assert!(!format!("{expected:?}").contains("hooks"), "{expected:?}");
    for action in Action::ALL {
        let click = clicked(with("/actions/0/action_id", json!(action.id())));
        assert_eq!(click.action, action);
    }
    let of_lines = Place::Lines.block_id(&INCIDENT.into());
    assert_eq!(clicked(with("/actions/0/block_id", json!(of_lines))).place, Place::Lines);
}

#[test]
fn length_of_a_silence_is_chosen_from_a_menu_of_the_incidents_block() {
    let chosen = |word: &str| {
        let mut payload = payload();
        payload["actions"][0] = json!({
            "type": "static_select", "action_id": "silence", "block_id": Place::Lines.block_id(&INCIDENT.into()),
            "selected_option": {"text": {"type": "plain_text", "text": "…"}, "value": word},
        });
        read(&form(&payload.to_string()), None)
    };
    for lasting in Lasting::ALL {
        let click = clicked(chosen(lasting.word()));
        assert_eq!((click.action, click.lasting), (Action::Silence, lasting));
        assert_eq!((click.incident.as_str(), click.place), (INCIDENT, Place::Lines));
    }
    assert_eq!(chosen("2y"), Interaction::Nothing);
}

#[test]
fn workspace_is_that_of_the_member_or_else_that_of_the_click() {
    let mut payload = payload();
    payload["team"] = json!({"id": "T0000002"});
    let mut of = |team: Value| {
        payload["user"]["team_id"] = team;
        clicked(read(&form(&payload.to_string()), None)).team
    };
    assert_eq!(of(json!("T0000009")), "T0000009");
    assert_eq!(of(json!("E0000009")), "E0000009");
    for other in
        [json!(null), json!(""), json!("t1"), json!("T1 "), json!(7), json!("T".repeat(25))]
    {
        assert_eq!(of(other), "T0000002");
    }
    assert_eq!(clicked(with("/user/team_id", json!("U1"))).team, "");
}

#[test]
fn name_is_one_short_line() {
    let named = |name: Value| clicked(with("/user/name", name)).user_name;
    assert_eq!(named(json!(" <b>&\n\u{7}x ")), "<b>&  x");
    assert_eq!(named(json!("x".repeat(500))).len(), 80);
    assert_eq!(named(json!(null)), "alpha");
    assert_eq!(named(json!("\n")), "U0000001");
}

#[test]
fn answers_go_to_slack_and_nowhere_else() {
    let also = Some("http://127.0.0.1:8080/sandbox/slack");
    for url in ["https://hooks.slack.com/actions/T/1/x", "https://hooks.slack.com/"] {
        assert!(ResponseUrl::new(url, None).is_some(), "{url}");
        assert!(ResponseUrl::new(url, also).is_some(), "{url}");
    }
    let sandbox = "http://127.0.0.1:8080/sandbox/slack/answers/1";
    assert!(ResponseUrl::new(sandbox, also).is_some());
    assert!(ResponseUrl::new(sandbox, Some("http://127.0.0.1:8080/sandbox/slack/")).is_some());
    assert!(ResponseUrl::new(sandbox, None).is_none());
    for url in [
        "",
        "http://hooks.slack.com/actions/T/1/x",
        "https://hooks.slack.com",
        "https://hooks.slack.com.example.com/x",
        "https://hooks.slack.com@example.com/x",
        "https://example.com/https://hooks.slack.com/",
        "https://hooks.slack.com/a\nb",
        "http://127.0.0.1:8080/sandbox/slackers",
        "http://127.0.0.1:8080/alarms",
        "http://169.254.169.254/latest",
        "https://hooks.slack.com:8443/actions/T/1/x",
        "https://hooks.slack.com:443/actions/T/1/x",
        "https://user@hooks.slack.com/actions/T/1/x",
        "https://user:pass@hooks.slack.com/actions/T/1/x",
        "https://hooks.slack.com/@example.com/x",
        "https://hooks.slack.com/../x",
        "https://hooks.slack.com/actions/../../x",
        "https://hooks.slack.com/actions/..",
        "https://hooks.slack.com/./x",
        "https://hooks.slack.com/%2e%2e/x",
        "https://hooks.slack.com/actions/%2E./x",
        "https://hooks.slack.com/actions%2Fx",
        "https://hooks.slack.com/actions/T/1/x%0a",
        "https://hooks.slack.com/\\example.com/x",
        "https://hooks.slack.com/actions/T/1/x#y",
        "http://127.0.0.1:8080/sandbox/slack/../../alarms",
        "http://127.0.0.1:8080/sandbox/slack/%2e%2e/alarm",
        "http://127.0.0.1:8081/sandbox/slack/respond/1",
        "http://user@127.0.0.1:8080/sandbox/slack/respond/1",
    ] {
        assert!(ResponseUrl::new(url, also).is_none(), "{url}");
        let click = clicked(with("/response_url", json!(url)));
        assert_eq!(click.response_url, None, "{url}");
    }
    assert!(ResponseUrl::new("https://example.com/x", Some("")).is_none());
}

#[test]
fn what_is_no_click_of_ours_is_nothing() {
    for (pointer, value) in [
        ("/type", json!("view_submission")),
        ("/actions", json!([])),
        ("/actions", json!({})),
        ("/actions/0/action_id", json!("another")),
        ("/actions/0/value", json!("")),
        ("/actions/0/value", json!("../secrets")),
        ("/actions/0/value", json!("x".repeat(121))),
        ("/actions/0/value", json!(7)),
        ("/user", json!(null)),
        ("/user/id", json!("u1")),
        ("/user/id", json!("<!channel>")),
    ] {
        assert_eq!(with(pointer, value.clone()), Interaction::Nothing, "{pointer} {value}");
    }
    for body in ["", "payload=", "payload={", "payload=%7B%7D", "token=x&command=%2Fringdown", "{}"]
    {
        assert_eq!(read(body.as_bytes(), None), Interaction::Nothing, "{body}");
    }
    assert_eq!(read(b"ssl_check=1&token=x", None), Interaction::CertificateCheck);
    assert_eq!(read(b"ssl_check=0", None), Interaction::Nothing);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        Just(json!("take")),
        Just(json!(INCIDENT)),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("action_id|value|id|name|block_id", inner, 0..4)
                .prop_map(Value::from_iter),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_can_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..300), text in ".{0,200}") {
        read(&body, None);
        read(&form(&text), Some(&text));
    }

    #[test]
    fn no_payload_can_make_it_panic(
        field in prop_oneof![Just("/user"), Just("/actions"), Just("/actions/0"), Just("/response_url"), Just("/type")],
        value in any_json(),
    ) {
        if let Interaction::Click(click) = with(field, value) {
            prop_assert!(IncidentId::parse(click.incident.as_str()).is_some());
            prop_assert_eq!(SlackMemberId::parse(click.user.as_str()), Some(click.user));
            prop_assert!(!click.user_name.is_empty() && !click.user_name.contains('\n'));
        }
    }
}
