//! Values that are of the right kind, and that Studio refuses all the same.

use std::collections::HashSet;

use super::super::{Check, CheckedState, Location, quoted};
use crate::json::{Json, JsonKind};

/// The least and the greatest value of properties, by type.
const BOUNDS: [(&str, &str, f64, f64); 5] = [
    ("gather-input-on-call", "timeout", 0.0, 30.0),
    ("gather-input-on-call", "loop", 1.0, 99.0),
    ("say-play", "loop", 1.0, 99.0),
    ("make-outgoing-call-v2", "timeout", 0.0, 600.0),
    ("connect-call-to", "timeout", 1.0, 600.0),
];

impl<'a> Check<'a> {
    /// Numbers that are too small or too large.
    pub(super) fn bounds(&mut self, state: &CheckedState<'a>) {
        for (of, name, least, most) in BOUNDS.iter().filter(|(of, ..)| state.is_a(of)) {
            let Some(at) = state.property(name) else { continue };
            let number = match at.item.text() {
                Some(text) => text.trim().parse::<f64>(),
                None => at.item.raw().parse::<f64>(),
            };
            if number.is_ok_and(|number| number.is_finite() && !(*least..=*most).contains(&number))
            {
                let message = format!("`{name}` is {}, expected {least} to {most}", at.item.raw());
                let advice = format!("give {of} a value within these bounds");
                self.warn("unexpected-value", &at, message, &advice);
            }
        }
    }

    /// A subflow that is none.
    pub(super) fn flow_sid(&mut self, state: &CheckedState<'a>) {
        let Some(at) = state.property("flow_sid") else { return };
        let is_sid = |sid: &str| {
            sid.strip_prefix("FW").is_some_and(|digits| {
                digits.len() == 32 && digits.chars().all(|c| c.is_ascii_hexdigit())
            })
        };
        let wrong = at.item.text().filter(|sid| {
            let sid = sid.trim();
            !sid.is_empty() && !sid.contains("{{") && !sid.contains("{%") && !is_sid(sid)
        });
        if let Some(sid) = wrong {
            let message = format!("`flow_sid` is {}, expected the SID of a Flow", quoted(&sid));
            let advice = "a Flow's SID is FW and 32 hexadecimal digits, as Studio shows it";
            self.error("unexpected-value", &at, message, advice);
        }
    }

    /// The variables of set-variables: their keys and values.
    pub(super) fn variables(&mut self, state: &CheckedState<'a>) {
        let entries = state.property("variables").map(|at| at.elements()).unwrap_or_default();
        if entries.is_empty() {
            let message = "set-variables needs at least one variable".to_owned();
            self.warn("no-variables", &state.at, message, "add one, or remove the widget");
        }
        let mut seen = HashSet::new();
        for entry in entries {
            if let Some((at, key)) =
                entry.get("key").and_then(|at| Some((at.clone(), at.item.text()?.into_owned())))
            {
                let is_second = !seen.insert(key.clone());
                self.variable_key(&at, &key, is_second);
            }
            match entry.get("value") {
                None if entry.item.kind() == JsonKind::Object => {
                    let message = "the variable has no `value`".to_owned();
                    self.error("malformed-pair", &entry, message, "give it one; \"\" is empty");
                }
                _ => self.json_object(&entry),
            }
        }
    }

    fn variable_key(&mut self, at: &Location<'a>, key: &str, is_second: bool) {
        if key.contains("{{") {
            let message = "a variable's key is never Liquid".to_owned();
            self.warn("liquid-not-taken", at, message, "write the key itself");
        } else if key.trim().is_empty() {
            let message = "a variable's key is empty".to_owned();
            self.error("malformed-pair", at, message, "name the variable");
        } else if !key.is_ascii() {
            let message = format!("the variable {} has letters that are not ASCII", quoted(key));
            let advice = "use a to z, digits and _: Liquid cannot look up another name (81018)";
            self.error("unexpected-value", at, message, advice);
        } else if is_second {
            let message = format!("the variable {} is set twice: the last one counts", quoted(key));
            self.warn("double-variable", at, message, "remove one of them");
        }
    }

    /// A variable or a parameter that is read as JSON holds an object.
    pub(super) fn json_object(&mut self, entry: &Location<'a>) {
        let is_parsed = entry.get("parse_as_json").is_some_and(|flag| {
            flag.item.raw() == "true" || flag.item.text().as_deref() == Some("true")
        });
        if !is_parsed && entry.item.text_of("type").as_deref() != Some("json_object") {
            return;
        }
        let Some((at, text)) =
            entry.get("value").and_then(|at| Some((at.clone(), at.item.text()?)))
        else {
            return;
        };
        let has_liquid = text.contains("{{") || text.contains("{%");
        let is_object = || {
            Json::parse(text.as_bytes()).is_ok_and(|json| json.root().kind() == JsonKind::Object)
        };
        if !has_liquid && !is_object() {
            let message = format!("the json_object {} is not a JSON object (81027)", quoted(&text));
            self.warn("unexpected-value", &at, message, "write it as {\"key\": \"value\"}");
        }
    }
}
