//! Says in a few words what came, where it was not understood: for people who read that nobody was called.

use serde_json::Value;

use super::Malformed;
use super::fields::{NOT_UTF_8, line, text};

/// The fields that say what a message is about, in the order in which they are looked for, whatever their case.
const TELLING: [&str; 9] =
    ["subject", "title", "message", "msg", "summary", "alarmname", "name", "text", "description"];

/// The longest summary, in characters.
const MAX_SUMMARY_CHARS: usize = 200;

impl Malformed {
    /// Says what it is about, in one line of at most 200 characters: the subject of the message of SNS that it came in, the
    /// first of its fields that says so, or else its first words. Empty if there are none.
    pub fn summary(&self) -> String {
        let body = self.whole.as_deref().unwrap_or(&self.body);
        let body = body.strip_prefix(NOT_UTF_8).unwrap_or(body);
        let said = self.subject.clone().or_else(|| telling(body));
        line(&said.unwrap_or_else(|| without_secrets(body)), MAX_SUMMARY_CHARS)
    }
}

/// The names of fields whose values are nobody's business, in any case.
const SECRET: [&str; 8] =
    ["authorization", "token", "secret", "password", "cookie", "signature", "apikey", "api-key"];
/// What a credential in a text without fields begins with.
const SCHEMES: [&str; 2] = ["bearer ", "basic "];

/// A body whose credentials cannot be read; as it came, if it has none.
fn without_secrets(body: &str) -> String {
    if let Ok(mut value) = serde_json::from_str::<Value>(body) {
        return if hide(&mut value) { value.to_string() } else { body.to_owned() };
    }
    let lower = body.to_ascii_lowercase();
    match SCHEMES.iter().filter_map(|scheme| Some(lower.find(scheme)? + scheme.len())).min() {
        Some(at) => format!("{}…", &body[..at]),
        None => body.to_owned(),
    }
}

/// Hides the values of fields that are nobody's business. Gives whether there are some.
fn hide(value: &mut Value) -> bool {
    let is_secret = |name: &str| {
        let name = name.to_ascii_lowercase();
        SECRET.iter().any(|secret| name.contains(secret))
    };
    let mut is_hidden = false;
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if is_secret(name) {
                    (*value, is_hidden) = ("…".into(), true);
                } else {
                    is_hidden |= hide(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| is_hidden |= hide(value)),
        _ => {}
    }
    is_hidden
}

/// The text that says what a body of JSON is about: of the body itself, or of an event's `detail`.
fn telling(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    let first = body.get(0).unwrap_or(&body);
    let said = field(first).or_else(|| field(&first["detail"]));
    said.or_else(|| text(first, "/detail-type"))
}

fn field(value: &Value) -> Option<String> {
    let fields = value.as_object()?;
    TELLING.iter().find_map(|telling| {
        let (name, _) = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(telling))?;
        text(value, &format!("/{name}"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::parse;

    fn summary(body: &[u8]) -> String {
        let found = parse(body, jiff::Timestamp::UNIX_EPOCH);
        found.into_iter().find_map(Result::err).expect("what is not understood").summary()
    }

    #[test]
    fn summary_is_the_subject_a_telling_field_or_the_first_words() {
        let notification = json!({"Type": "Notification", "Subject": "AWS Budgets: monthly", "Message": "Dear customer"});
        let finding =
            json!({"detail-type": "GuardDuty Finding", "detail": {"title": "A port is probed"}});
        for (body, expected) in [
            (json!({"Records": [{"Sns": notification}]}), "AWS Budgets: monthly"),
            (json!({"Records": [{"body": notification.to_string()}]}), "AWS Budgets: monthly"),
            (notification, "AWS Budgets: monthly"),
            (json!({"Type": "Notification", "Message": "Dear\ncustomer"}), "Dear customer"),
            (
                json!({"Type": "Notification", "Subject": null, "Message": finding.to_string()}),
                "A port is probed",
            ),
            (json!({"detail-type": "GuardDuty Finding", "detail": {}}), "GuardDuty Finding"),
            (json!({"message": "boom!", "title": "[Alerting] CPU alert"}), "[Alerting] CPU alert"),
            (json!({"Title": "", "Message": "boom!"}), "boom!"),
            (json!({"monitor": {"name": "shop"}, "msg": "[shop] down"}), "[shop] down"),
            (json!({"AlarmName": "cpu", "NewStateValue": "BAD"}), "cpu"),
            (json!({"a": 1}), r#"{"a":1}"#),
            (json!([{"title": "one"}, {"title": "two"}]), "one"),
        ] {
            assert_eq!(summary(body.to_string().as_bytes()), expected, "{body}");
        }
        assert_eq!(summary(b"the disk\nis full"), "the disk is full");
        assert_eq!(summary(b""), "");
        assert_eq!(summary(br#"{"disk":  "full"}"#), r#"{"disk":  "full"}"#);
        let request = json!({"headers": {"Authorization": "Bearer abc", "x": [{"X-Api-Key": 1}]}});
        let hidden = r#"{"headers":{"Authorization":"…","x":[{"X-Api-Key":"…"}]}}"#;
        assert_eq!(summary(request.to_string().as_bytes()), hidden);
        assert_eq!(summary(b"POST / authorization: Bearer abc"), "POST / authorization: Bearer …");
        assert_eq!(summary("x".repeat(100_000).as_bytes()).chars().count(), 200);
    }

    #[test]
    fn subject_is_that_of_its_own_record() {
        let record = |subject: &str| json!({"Sns": {"Subject": subject, "Message": "words"}});
        let body =
            json!({"Records": [record("one"), {"Sns": {"Message": "two"}}, record("three")]});
        let found = parse(body.to_string().as_bytes(), jiff::Timestamp::UNIX_EPOCH);
        let said: Vec<String> =
            found.into_iter().filter_map(Result::err).map(|one| one.summary()).collect();
        assert_eq!(said, ["one", "two", "three"]);
    }
}
