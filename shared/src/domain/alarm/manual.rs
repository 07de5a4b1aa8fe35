//! Incidents that somebody raises by hand: a few words, for a policy that they name. No monitor says when it is over.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::fields::{is_unseen, line};
use crate::domain::escalation::Alarm;
use crate::domain::text::mask_dialled;

/// The longest text, in characters: it stands where an alarm's name does.
pub const MAX_RAISED_CHARS: usize = 200;

/// The longest name of whoever raises it, in characters.
const MAX_BY_CHARS: usize = 80;

/// How people are told of whoever has the token and says no name.
const WITH_THE_TOKEN: &str = "somebody with the alarms token";

/// An incident that is raised by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualAlarm {
    /// The problem, on one line.
    pub text: String,
    /// The person who says so, as people are told: "alpha on the page".
    pub by: String,
    /// When. The same one may come twice.
    pub at: Timestamp,
}

impl ManualAlarm {
    /// Builds what somebody says; `None` if they say nothing. Both texts become one line each, without phone numbers,
    /// and what is too long is cut.
    pub fn new(text: &str, by: &str, at: Timestamp) -> Option<ManualAlarm> {
        let text = line(&mask_dialled(text), MAX_RAISED_CHARS);
        let by = line(&mask_dialled(by), MAX_BY_CHARS);
        (is_seen(&text) && is_seen(&by)).then_some(ManualAlarm { text, by, at })
    }

    /// Names it for good: the same text for the same policy is the same. No monitor can give an alarm this key, since none
    /// of theirs has more than one line.
    pub fn key(&self, policy: &str) -> String {
        let hash = crate::hex(&Sha256::digest(format!("{policy}\n{}", self.text)));
        format!("raised by hand\n{hash}")
    }

    /// The alarm of an incident that it is; `now` is the latest time at which it can have begun.
    pub fn alarm(&self, policy: &str, now: Timestamp) -> Alarm {
        Alarm {
            key: self.key(policy),
            name: self.text.clone(),
            since: self.at.min(now),
            reason: format!("raised by hand by {}", self.by),
            description: String::new(),
            recovered_at: None,
            about_us: false,
            raised_by: Some(self.by.clone()),
            joined: None,
        }
    }
}

/// Whether a text has a character that people see.
fn is_seen(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !is_blank(c))
}

/// Whether a character is shown as nothing: what formats others (Unicode's Cf), what is ignored where it is not known
/// (Default_Ignorable_Code_Point), and blanks that count as letters or symbols.
fn is_blank(c: char) -> bool {
    is_unseen(c)
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}')
        || matches!(c, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2800}' | '\u{3164}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}')
        || matches!(c, '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a body is one of these, whatever its size.
fn may_be_by_hand(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"{") && body.windows(7).any(|word| word == b"\"raise\"")
}

/// Reads a body of `POST /alarms` that raises an incident by hand: `{"raise": "text", "policy": "name", "by": "who"}`, the
/// last of them may be missing. Gives it with the policy that it names; `None` if it is something else.
///
/// # Errors
/// The reason, for whoever sent it.
pub fn parse_manual(
    body: &[u8],
    now: Timestamp,
) -> Option<Result<(ManualAlarm, Option<String>), String>> {
    if !may_be_by_hand(body) {
        return None;
    }
    let said: Value = serde_json::from_slice(body).ok()?;
    let raise = said.get("raise")?;
    Some(read(&said, raise, now))
}

fn read(
    said: &Value,
    raise: &Value,
    now: Timestamp,
) -> Result<(ManualAlarm, Option<String>), String> {
    let text = |name: &str| match &said[name] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(format!("its `{name}` is no text")),
    };
    let Some(words) = raise.as_str() else {
        return Err("its `raise` is no text".to_owned());
    };
    let (policy, by) = (text("policy")?, text("by")?);
    let by = by.unwrap_or_else(|| WITH_THE_TOKEN.to_owned());
    let by_hand = ManualAlarm::new(words, &by, now).ok_or("its `raise` or its `by` is empty")?;
    Ok((by_hand, policy))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(body: &str) -> Option<Result<(ManualAlarm, Option<String>), String>> {
        parse_manual(body.as_bytes(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn body_names_text_policy_and_who() {
        let (by_hand, policy) =
            parse(r#"{"raise": " Checkout\n is slow ", "policy": "shop", "by": "alpha"}"#)
                .expect("by hand")
                .expect("read");
        assert_eq!((by_hand.text.as_str(), by_hand.by.as_str()), ("Checkout  is slow", "alpha"));
        assert_eq!(policy.as_deref(), Some("shop"));
        let (by_hand, policy) = parse(r#"{"raise": "x"}"#).expect("by hand").expect("read");
        assert_eq!((by_hand.by.as_str(), policy), (WITH_THE_TOKEN, None));
    }

    #[test]
    fn long_text_is_cut_whatever_the_size_of_its_body() {
        let body = serde_json::json!({ "raise": "slow ".repeat(20_000) }).to_string();
        let (by_hand, _) = parse(&body).expect("by hand").expect("read");
        assert_eq!(by_hand.text.chars().count(), MAX_RAISED_CHARS);
        assert!(by_hand.text.ends_with('…'), "{}", by_hand.text);
    }

    #[test]
    fn phone_numbers_are_masked_however_they_are_written() {
        let by_hand =
            ManualAlarm::new("call 00491701234567", "+49 170 1234567", Timestamp::UNIX_EPOCH);
        let by_hand = by_hand.expect("words");
        assert_eq!((by_hand.text.as_str(), by_hand.by.as_str()), ("call …4567", "+…4567"));
    }

    #[test]
    fn body_of_a_monitor_is_something_else() {
        for body in ["", "{}", "[]", r#"{"alerts": []}"#, r#"[{"raise": "x"}]"#, "\u{feff}"] {
            assert_eq!(parse(body), None, "{body}");
        }
    }

    #[test]
    fn body_without_words_says_what_is_wrong() {
        for (body, expected) in [
            (r#"{"raise": 1}"#, "its `raise` is no text"),
            (r#"{"raise": " \n"}"#, "its `raise` or its `by` is empty"),
            (r#"{"raise": "x", "by": ""}"#, "its `raise` or its `by` is empty"),
            ("{\"raise\": \"\u{2800}\"}", "its `raise` or its `by` is empty"),
            (
                "{\"raise\": \"\u{3164} \u{ad}\u{200d}\u{e0020}\"}",
                "its `raise` or its `by` is empty",
            ),
            ("{\"raise\": \"x\", \"by\": \"\u{2800}\"}", "its `raise` or its `by` is empty"),
            (r#"{"raise": "x", "policy": 3}"#, "its `policy` is no text"),
        ] {
            assert_eq!(parse(body), Some(Err(expected.to_owned())), "{body}");
        }
    }

    #[test]
    fn same_words_for_another_policy_are_another_one() {
        let by_hand = ManualAlarm::new("slow", "alpha", Timestamp::UNIX_EPOCH).expect("words");
        assert_eq!(by_hand.key("a"), by_hand.key("a"));
        assert_ne!(by_hand.key("a"), by_hand.key("b"));
        assert!(by_hand.key("a").contains('\n'));
    }

    proptest! {
        #[test]
        fn any_body_is_read_within_its_limits(text in "\\PC{0,400}|[\\x00-\\x7f]{0,400}", by in "\\PC{0,200}") {
            let body = serde_json::json!({ "raise": text, "by": by }).to_string();
            if let Some(Ok((by_hand, _))) = parse(&body) {
                prop_assert!(by_hand.text.chars().count() <= MAX_RAISED_CHARS);
                prop_assert!(by_hand.by.chars().count() <= MAX_BY_CHARS);
                prop_assert!(!by_hand.text.contains(|c: char| c.is_control()));
            }
            let _ = parse(&text);
        }
    }
}
