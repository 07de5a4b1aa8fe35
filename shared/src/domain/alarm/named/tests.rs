use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::super::parse_replayed;
use super::*;

fn now() -> Timestamp {
    "2026-11-20T18:00:00Z".parse().unwrap()
}

fn reason(name: &str, body: &str) -> String {
    parse_named(name, body.as_bytes(), now()).expect_err(body).reason
}

#[test]
fn named_alarm_has_its_state_its_title_and_its_link() {
    let body = r#"{"state":"alarm","title":"no backup\nfor 26 h","link":"https://wiki.example.com/backup"}"#;
    let change = parse_named("backup%20of%20orders%2Fdb", body.as_bytes(), now()).unwrap();
    assert_eq!(
        (change.key.as_str(), change.name.as_str()),
        ("backup of orders/db", "backup of orders/db")
    );
    assert_eq!((change.state, change.at, change.undated), (State::Alarm, now(), true));
    assert_eq!(change.reason, "no backup for 26 h https://wiki.example.com/backup");
    assert_eq!(change.description, "no backup for 26 h");
    let over = parse_named("x", br#"{"state":"ok"}"#, now()).unwrap();
    assert_eq!((over.state, over.reason.as_str(), over.description.as_str()), (State::Ok, "", ""));
}

#[test]
fn state_is_alarm_or_ok_and_nothing_else() {
    let none = "its `state` is none of \"alarm\", \"ok\": it has none";
    for (body, expected) in [
        (r#"{"state":"ALARM"}"#, r#"its `state` "ALARM" is none of "alarm", "ok""#),
        (r#"{"state":"firing"}"#, r#"its `state` "firing" is none of "alarm", "ok""#),
        (r#"{"state":"a\nb"}"#, r#"its `state` "a b" is none of "alarm", "ok""#),
        (r#"{"state":1}"#, none),
        (r#"{"state":null}"#, none),
        ("{}", none),
        (r#"["alarm"]"#, none),
        (r#""alarm""#, none),
    ] {
        assert_eq!(reason("x", body), expected, "{body}");
    }
    for body in ["", "state=alarm", "{\"state\":\"alarm\"", "\u{feff}{}"] {
        assert!(reason("x", body).starts_with("its body is not JSON: "), "{body}");
    }
}

#[test]
fn name_is_text_of_256_bytes_at_most_and_is_in_what_is_kept() {
    let ok = r#"{"state":"ok"}"#;
    let named = |name: &str| parse_named(name, ok.as_bytes(), now()).map(|change| change.name);
    assert_eq!(named(&"a".repeat(256)), Ok("a".repeat(256)));
    assert_eq!(named(&"%C3%A4".repeat(128)), Ok("ä".repeat(128)));
    for long in ["a".repeat(257), "%C3%A4".repeat(129), "%FF".repeat(300)] {
        assert_eq!(reason(&long, ok), "its name is longer than 256 bytes");
    }
    assert_eq!(reason("%FF", ok), "its name is not UTF-8");
    assert_eq!(reason("%20%0A", ok), "it has none of: a name, a key");
    // A sign that is no escape is itself.
    assert_eq!(named("100%"), Ok("100%".to_owned()));
    let [one, other] = ["shop", "till"].map(|name| parse_named(name, b"{}", now()).unwrap_err());
    assert_eq!(
        (one.subject.as_deref(), one.body.as_str()),
        (Some("shop"), r#"{"alarm":"shop","body":"{}"}"#)
    );
    assert_ne!(one.body, other.body);
}

#[test]
fn names_that_differ_in_a_blank_or_a_line_are_two_alarms() {
    let read = |name: &str| parse_named(name, br#"{"state":"ok"}"#, now()).unwrap();
    let names = ["col%20lide", "col%0Alide", "col%0Dlide", "col%20lide%20", "col%E2%80%AElide"];
    let keys: BTreeSet<String> = names.map(|name| read(name).key).into();
    assert_eq!(keys.len(), names.len());
    assert!(names.iter().all(|name| read(name).name == "col lide"));
    assert_eq!(read("col%20lide").key, "col lide");
    assert_eq!(read("Trail%20"), read("Trail%20"));
    assert_ne!(read("Trail%20").key, read("Trail").key);
}

#[test]
fn refused_name_or_body_is_refused_again() {
    let long_to_the_eye_short = format!("a{}", "%E2%80%8B".repeat(200));
    for (name, body) in [
        ("%FF", &br#"{"state":"alarm"}"#[..]),
        (&long_to_the_eye_short, br#"{"state":"alarm"}"#),
        ("shop", b"{\"state\":\"alarm\",\"title\":\"caf\xe9\"}"),
    ] {
        let refused = parse_named(name, body, now()).expect_err(name);
        let again = parse_replayed(refused.body.as_bytes(), now());
        assert_eq!(again, [Err(*refused)]);
    }
    let taken = br#"{"alarm":"100%","body":"{\"state\":\"alarm\"}"}"#;
    assert_eq!(parse_replayed(taken, now())[0].as_ref().unwrap().name, "100%");
}

#[test]
fn link_is_http_and_whole_or_left_out() {
    for (link, is_kept) in [
        ("https://wiki.example.com/a?b=c&d=%20#e", true),
        ("http://10.0.0.1:3000/", true),
        ("HTTPS://EXAMPLE.COM", true),
        ("javascript:alert(1)", false),
        ("ftp://example.com/", false),
        ("//example.com/", false),
        ("https://", false),
        ("https:///path", false),
        ("https://a.example.com/ b", false),
        ("https://a.example.com/<b>", false),
        ("https://a.example.com/|b", false),
        ("https://a.example.com/\u{202e}b", false),
        ("see https://example.com", false),
    ] {
        let body = json!({"state": "alarm", "link": link}).to_string();
        let change = parse_named("x", body.as_bytes(), now()).unwrap();
        let expected = if is_kept { link } else { "" };
        assert_eq!((change.reason.as_str(), change.description.as_str()), (expected, ""), "{link}");
    }
    let long = format!("https://example.com/{}", "a".repeat(5_000));
    let body = json!({"state": "alarm", "link": long, "title": "t".repeat(5_000)}).to_string();
    let change = parse_named("x", body.as_bytes(), now()).unwrap();
    assert_eq!((change.reason.chars().count(), change.reason.ends_with("t…")), (500, true));
    let longest = format!("https://example.com/{}", "a".repeat(980));
    let body = json!({"state": "alarm", "link": longest, "title": "t".repeat(5_000)}).to_string();
    let change = parse_named("x", body.as_bytes(), now()).unwrap();
    assert!(change.reason.ends_with(&format!("t… {longest}")), "{}", change.reason);
    let odd = br#"{"state":"alarm","link":["https://example.com"],"title":{"a":1}}"#;
    let change = parse_named("x", odd, now()).unwrap();
    assert_eq!((change.reason, change.description), (String::new(), String::new()));
}

proptest! {
    #[test]
    fn what_is_refused_is_refused_again(
        name in proptest::collection::vec(any::<u8>(), 0..300),
        before in any::<Vec<u8>>(),
        title in any::<Vec<u8>>(),
    ) {
        let name = percent_encoding::percent_encode(&name, NON_ALPHANUMERIC).to_string();
        let body = [&b"{\"state\":\"alarm\",\"title\":\""[..], &title, b"\"}"].concat();
        for body in [body, before] {
            if let Err(refused) = parse_named(&name, &body, now()) {
                prop_assert_eq!(parse_replayed(refused.body.as_bytes(), now()), [Err(*refused)]);
            }
        }
    }

    #[test]
    fn no_name_and_no_body_can_make_it_panic(name in "[%0-9A-Fa-fäx\\PC]{0,300}", body in any::<Vec<u8>>(), title in "\\PC{0,50}") {
        let _ = parse_named(&name, &body, now());
        let body = json!({"state": "alarm", "title": title, "link": title}).to_string();
        match parse_named(&name, body.as_bytes(), now()) {
            Ok(change) => prop_assert!(!change.name.is_empty() && change.name.len() <= MAX_NAME_BYTES * 3),
            Err(malformed) => prop_assert!(!malformed.reason.is_empty()),
        }
    }
}
