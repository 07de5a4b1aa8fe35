//! How a policy calls.

use super::*;
use crate::domain::escalation::CallWith;

const FLOW: &str = "FW0123456789abcdef0123456789ABCDEF";

fn text(keys: &str) -> String {
    format!(
        "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[[policies]]\nname = \"p\"\nalarms = [\"*\"]\n\
         roster = [\"alpha\"]\n{keys}\n[[policies]]\nname = \"q\"\nalarms = [\"*\"]\nroster = [\"alpha\"]\n"
    )
}

#[test]
fn policy_calls_by_voice_or_names_its_flow() {
    let with = |keys: &str| {
        let config = Config::parse(vec![("ringdown.toml".to_owned(), text(keys))]).unwrap();
        let of_flow: Vec<String> =
            config.escalation.of_flow(&FLOW.into()).into_iter().map(str::to_owned).collect();
        (config.escalation.policy_at("p", at(0)).unwrap().call_with, of_flow)
    };
    assert_eq!(with(""), (CallWith::Voice, vec![]));
    assert_eq!(with("call_with = \"voice\""), (CallWith::Voice, vec![]));
    let studio = CallWith::Studio { flow_sid: FLOW.into() };
    let keys = format!("call_with = \"studio\"\nflow_sid = \"{FLOW}\"");
    assert_eq!(with(&keys), (studio, vec!["p".to_owned()]));
}

#[test]
fn what_is_wrong_with_it_is_told() {
    for (keys, expected) in [
        (
            "call_with = \"studio\"".to_owned(),
            "ringdown.toml:8: policies.flow_sid: is missing: with `call_with = \"studio\"` a policy names the Studio Flow",
        ),
        (
            "flow_sid = \"FW1\"\ncall_with = \"studio\"".to_owned(),
            "ringdown.toml:8: policies.flow_sid: \"FW1\" is no Flow's SID, expected FW and 32 hexadecimal digits",
        ),
        (
            format!("call_with = \"studio\"\nflow_sid = \"{}\"", FLOW.replace("FW", "FN")),
            "ringdown.toml:9: policies.flow_sid: \"FN0123",
        ),
        (
            format!("call_with = \"voice\"\nflow_sid = \"{FLOW}\""),
            "ringdown.toml:9: policies.flow_sid: serves only `call_with = \"studio\"`, expected none",
        ),
        (
            format!("flow_sid = \"{FLOW}\""),
            "ringdown.toml:8: policies.flow_sid: serves only `call_with = \"studio\"`, expected none",
        ),
        (
            "call_with = \"pigeon\"".to_owned(),
            "ringdown.toml:8: policies.call_with: \"pigeon\" is no way to call, expected \"voice\" or \"studio\"",
        ),
    ] {
        let told = problems(&text(&keys));
        assert!(told.starts_with(expected), "\n{told}\n{expected}");
    }
}
