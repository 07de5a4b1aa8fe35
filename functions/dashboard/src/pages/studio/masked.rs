//! The context of a step, fit to be shown: no number of anybody, and no secret. Pure.
//!
//! Every run of four digits and more is masked, also one with spaces or dashes in it, in keys as in values. What stands
//! under a key that sounds like a secret is left out, at any depth: also in JSON within a text, in a form and in the
//! query of an address.

use serde_json::{Map, Value};

/// Parts of keys under which a secret may stand.
const SECRET_KEYS: [&str; 14] = [
    "pass",
    "pin",
    "card",
    "token",
    "secret",
    "auth",
    "credential",
    "cvv",
    "cvc",
    "ssn",
    "iban",
    "apikey",
    "signature",
    "otp",
];
/// The fewest digits of a run that are masked.
const MASKED_DIGITS: usize = 4;
/// Stands for a value that is left out.
const LEFT_OUT: &str = "(left out)";
/// How many JSON texts within JSON texts are read.
const MAX_TEXTS: u8 = 3;

/// A value without numbers and secrets.
pub(super) fn masked(value: &Value) -> Value {
    value_masked(value, MAX_TEXTS)
}

fn value_masked(value: &Value, texts: u8) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(number) => {
            let text = number.to_string();
            let masked = digits_masked(&text);
            if masked == text { value.clone() } else { Value::String(masked) }
        }
        Value::String(text) => text_masked(text, texts),
        Value::Array(values) => {
            Value::Array(values.iter().map(|value| value_masked(value, texts)).collect())
        }
        Value::Object(fields) => {
            // `{"key": "pin", "value": "12"}`
            let is_secret_pair = ["key", "name"]
                .iter()
                .any(|name| fields.get(*name).and_then(Value::as_str).is_some_and(is_secret));
            let masked = fields.iter().map(|(key, value)| {
                let value = if is_secret(key) || (is_secret_pair && key == "value") {
                    Value::String(LEFT_OUT.to_owned())
                } else {
                    value_masked(value, texts)
                };
                (digits_masked(key), value)
            });
            Value::Object(masked.collect::<Map<_, _>>())
        }
    }
}

/// Whether a secret may stand under this key.
fn is_secret(key: &str) -> bool {
    let letters: String = key.chars().filter(|c| c.is_alphanumeric()).collect();
    let letters = letters.to_lowercase();
    SECRET_KEYS.iter().any(|secret| letters.contains(secret))
}

fn text_masked(text: &str, texts: u8) -> Value {
    let trimmed = text.trim_start();
    if texts > 0
        && trimmed.starts_with(['{', '[', '"'])
        && let Ok(value) = serde_json::from_str::<Value>(text)
    {
        return value_masked(&value, texts - 1);
    }
    let text = user_left_out(text);
    Value::String(digits_masked(&pairs_masked(&text)))
}

/// The same text without what stands before the `@` of an address.
fn user_left_out(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("://") {
        let host = behind.find(|c: char| c.is_whitespace() || "/?#\"'<>".contains(c));
        let (host, after) = behind.split_at(host.unwrap_or(behind.len()));
        masked += before;
        masked += "://";
        match host.rsplit_once('@') {
            Some((_, host)) => {
                masked += LEFT_OUT;
                masked.push('@');
                masked += host;
            }
            None => masked += host,
        }
        rest = after;
    }
    masked + rest
}

/// The same text without the values of names that sound like a secret: of `name=value` up to the next pair, of
/// `name: value` all of the line.
fn pairs_masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        while let Some((before, sign, behind)) = next_sign(rest) {
            masked += before;
            masked.push(sign);
            rest = behind;
            if !is_secret(name_before(before)) {
                continue;
            }
            let value = rest.trim_start_matches([' ', '"', '\'']);
            let is_end =
                |c: char| c == '\n' || (sign == '=' && (c.is_whitespace() || "&;,#".contains(c)));
            rest = value.find(is_end).map_or("", |end| &value[end..]);
            if value.len() > rest.len() {
                masked += LEFT_OUT;
            }
        }
        masked += rest;
    }
    masked
}

/// Where the next name may end; the colon of an address is none.
fn next_sign(text: &str) -> Option<(&str, char, &str)> {
    let is_sign = |(at, sign): &(usize, char)| {
        *sign == '=' || (*sign == ':' && !text[at + 1..].starts_with("//"))
    };
    let (at, sign) = text.char_indices().find(is_sign)?;
    Some((&text[..at], sign, &text[at + 1..]))
}

/// The name that a text ends in.
fn name_before(text: &str) -> &str {
    let text = text.trim_end_matches([' ', '"', '\'']);
    let start = text.rfind(|c: char| !(c.is_alphanumeric() || "_-.[]%".contains(c)));
    start.map_or(text, |start| text[start..].trim_start_matches(|c: char| !c.is_alphanumeric()))
}

/// The same text in which every run of digits is masked that has four of them or more.
fn digits_masked(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let end = end_of_run(&characters, at);
        let run = &characters[at..end];
        if run.iter().filter(|c| c.is_numeric()).count() >= MASKED_DIGITS {
            masked.push('•');
            masked.push('•');
            masked.push('•');
            masked.push('•');
        } else {
            masked.extend(run);
        }
        if end == at {
            masked.push(characters[at]);
            at += 1;
        } else {
            at = end;
        }
    }
    masked
}

/// Where the run of digits ends that begins here; here, if none does. A space, dash, dot, comma, slash or bracket
/// between two digits belongs to it, or two of them.
fn end_of_run(characters: &[char], from: usize) -> usize {
    let (mut end, mut at) = (from, from);
    while at < characters.len() && at <= end + 2 {
        if characters[at].is_numeric() {
            end = at + 1;
        } else if end == from || !" -.,/()\u{a0}".contains(characters[at]) {
            break;
        }
        at += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_masked_wherever_they_stand() {
        for (text, shown) in [
            ("+15005550006", "+••••"),
            ("500-555-0006", "••••"),
            ("(500) 555 0006 now", "(••••  now"),
            ("4111 1111 1111 1111", "••••"),
            ("call 911", "call 911"),
            ("5, 0, 0, 5", "••••"),
            ("12 and 34, 56", "12 and ••••"),
            ("1 apple, 2 pears", "1 apple, 2 pears"),
            ("٠١٢٣٤", "••••"),
            ("CA0123abc", "CA••••abc"),
            ("at 12:30", "at 12:30"),
        ] {
            let shown = shown.replace("  ", " ");
            assert_eq!(masked(&json!(text)), json!(shown), "{text}");
        }
        assert_eq!(masked(&json!({"15005550006": 12345, "n": 7})), json!({"••••": "••••", "n": 7}));
    }

    #[test]
    fn secrets_are_left_out_at_any_depth() {
        let context = json!({
            "widgets": {
                "enter_PIN": {"Digits": "12"},
                "http": {
                    "body": "{\"ok\": true, \"session\": {\"accessToken\": \"abc\"}}",
                    "parsed": [{"Card-Number": ["x"], "name": "alpha"}, {"key": "pin", "value": "12"}],
                },
            },
            "flow": {"data": {"url": "https://user:pw@example.com/a?api_key=abc&x=1#f", "form": "password=a%20b&lang=en"}},
            "headers": "Accept: text/html\nAuthorization: Basic abc def\nHost: a",
        });
        let expected = json!({
            "widgets": {
                "enter_PIN": "(left out)",
                "http": {
                    "body": {"ok": true, "session": {"accessToken": "(left out)"}},
                    "parsed": [
                        {"Card-Number": "(left out)", "name": "alpha"},
                        {"key": "pin", "value": "(left out)"},
                    ],
                },
            },
            "flow": {"data": {
                "url": "https://(left out)@example.com/a?api_key=(left out)&x=1#f",
                "form": "password=(left out)&lang=en",
            }},
            "headers": "Accept: text/html\nAuthorization:(left out)\nHost: a",
        });
        assert_eq!(masked(&context), expected);
    }

    proptest! {
        #[test]
        fn no_run_of_four_digits_is_left(text in "[0-9a-z +()./-]{0,40}") {
            let shown = masked(&Value::String(text));
            let shown = shown.to_string();
            let run = shown.split(|c: char| !c.is_numeric()).map(str::len).max();
            prop_assert!(run.unwrap_or_default() < MASKED_DIGITS, "{}", shown);
        }

        #[test]
        fn any_text_can_be_masked(text in ".{0,60}") {
            let _ = masked(&Value::String(text));
        }
    }
}
