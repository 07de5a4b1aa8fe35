//! One alarm by its name: what any monitor can say with a state and a few words.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fields::{is_link, line, text};
use super::{Change, Kind, Malformed, State};

/// The longest name, in bytes, once its percent signs are decoded.
pub const MAX_NAME_BYTES: usize = 256;

/// The longest title, in characters: a link goes behind it.
const MAX_TITLE_CHARS: usize = 500;

/// How much of a name or a state that is refused is repeated, in characters.
const MAX_QUOTED_CHARS: usize = 100;

/// Reads what came for the alarm of this name: the part of a path, as received. In the body is JSON: `state`, which is
/// `alarm` or `ok`; `title` and `link`, for people. Both are cut where they are too long, and a link that is none is left
/// out: an alarm is never refused for them. `now` is when it changed: it has no time of its own.
///
/// # Errors
/// What is wrong with it, for whoever sent it and for a dead letter.
pub fn parse_named(name: &str, body: &[u8], now: Timestamp) -> Result<Change, Box<Malformed>> {
    let name = percent_encoding::percent_decode_str(name);
    let lossy = || Received {
        alarm: name.clone().decode_utf8_lossy().into_owned(),
        body: String::from_utf8_lossy(body).into_owned(),
    };
    match name.clone().decode_utf8() {
        Ok(known) => change(&known, body, now).map_err(|reason| lossy().malformed(reason)),
        Err(_) => Err(lossy().malformed("its name is not UTF-8".to_owned())),
    }
}

/// What came for an alarm by its name, as a dead letter keeps it: the same body for another alarm is another one.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Received {
    alarm: String,
    body: String,
}

impl Received {
    /// The same once more: it has no time of its own, and changed now.
    pub(super) fn again(self, now: Timestamp) -> Result<Change, Box<Malformed>> {
        change(&self.alarm, self.body.as_bytes(), now).map_err(|reason| self.malformed(reason))
    }

    fn malformed(self, reason: String) -> Box<Malformed> {
        let received = Received { alarm: line(&self.alarm, MAX_NAME_BYTES), ..self };
        // Two texts always serialise.
        let body = serde_json::to_string(&received).unwrap_or_default();
        let subject = Some(line(&received.alarm, MAX_QUOTED_CHARS));
        Box::new(Malformed { subject, ..Malformed::new(reason, body, Kind::Unknown) })
    }
}

fn change(name: &str, body: &[u8], now: Timestamp) -> Result<Change, String> {
    read(name, body, now).and_then(|change| change.bounded(now))
}

fn read(name: &str, body: &[u8], now: Timestamp) -> Result<Change, String> {
    if name.len() > MAX_NAME_BYTES {
        let bytes = name.len();
        return Err(format!("its name has {bytes} bytes, expected {MAX_NAME_BYTES} at most"));
    }
    let said: Value =
        serde_json::from_slice(body).map_err(|error| format!("its body is not JSON: {error}"))?;
    let state = match said["state"].as_str() {
        Some("alarm") => State::Alarm,
        Some("ok") => State::Ok,
        Some(other) => {
            let other = line(other, MAX_QUOTED_CHARS);
            return Err(format!("its `state` {other:?} is none of \"alarm\", \"ok\""));
        }
        None => return Err("its `state` is none of \"alarm\", \"ok\": it has none".to_owned()),
    };
    let title = line(&text(&said, "/title").unwrap_or_default(), MAX_TITLE_CHARS);
    let link = text(&said, "/link").filter(|link| is_link(link)).unwrap_or_default();
    Ok(Change {
        key: name.to_owned(),
        former_key: None,
        name: name.to_owned(),
        state,
        at: now,
        reason: format!("{title} {link}"),
        // What is spoken.
        description: title,
        quiet: None,
        // Said once more it is the same change: it has no time that tells one from the next.
        unordered: true,
        undated: true,
        acts: false,
        actions: None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

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
        assert_eq!(
            (over.state, over.reason.as_str(), over.description.as_str()),
            (State::Ok, "", "")
        );
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
        assert_eq!(reason(&"a".repeat(257), ok), "its name has 257 bytes, expected 256 at most");
        assert_eq!(
            reason(&"%C3%A4".repeat(129), ok),
            "its name has 258 bytes, expected 256 at most"
        );
        assert_eq!(reason("%FF", ok), "its name is not UTF-8");
        assert_eq!(reason("%20%0A", ok), "it has none of: a name, a key");
        // A sign that is no escape is itself.
        assert_eq!(named("100%"), Ok("100%".to_owned()));
        let [one, other] =
            ["shop", "till"].map(|name| parse_named(name, b"{}", now()).unwrap_err());
        assert_eq!(
            (one.subject.as_deref(), one.body.as_str()),
            (Some("shop"), r#"{"alarm":"shop","body":"{}"}"#)
        );
        assert_ne!(one.body, other.body);
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
            assert_eq!(
                (change.reason.as_str(), change.description.as_str()),
                (expected, ""),
                "{link}"
            );
        }
        let long = format!("https://example.com/{}", "a".repeat(5_000));
        let body = json!({"state": "alarm", "link": long, "title": "t".repeat(5_000)}).to_string();
        let change = parse_named("x", body.as_bytes(), now()).unwrap();
        assert_eq!((change.reason.chars().count(), change.reason.ends_with("t…")), (500, true));
        let longest = format!("https://example.com/{}", "a".repeat(980));
        let body =
            json!({"state": "alarm", "link": longest, "title": "t".repeat(5_000)}).to_string();
        let change = parse_named("x", body.as_bytes(), now()).unwrap();
        assert!(change.reason.ends_with(&format!("t… {longest}")), "{}", change.reason);
        let odd = br#"{"state":"alarm","link":["https://example.com"],"title":{"a":1}}"#;
        let change = parse_named("x", odd, now()).unwrap();
        assert_eq!((change.reason, change.description), (String::new(), String::new()));
    }

    proptest! {
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
}
