//! The conditions of a split's transitions.

use std::collections::HashSet;

use super::{Check, CheckedState, Location, listed, other_kind, plain, predicates, quoted};
use crate::json::JsonKind;

/// The types of condition.
const TYPES: [&str; 17] = [
    "equal_to",
    "not_equal_to",
    "matches_any_of",
    "does_not_match_any_of",
    "contains",
    "does_not_contain",
    "starts_with",
    "does_not_start_with",
    "is_blank",
    "is_not_blank",
    "regex",
    "less_than",
    "greater_than",
    "is_before_date",
    "is_after_date",
    "is_before_time",
    "is_after_time",
];

const SHAPE: &str =
    "a condition is {\"friendly_name\", \"type\", \"arguments\": [the input], \"value\"}";

impl<'a> Check<'a> {
    pub(super) fn conditions(&mut self) {
        let states = std::mem::take(&mut self.states);
        let lines = predicates::lines(&states);
        for state in &states {
            let is_split = state.is_a("split-based-on");
            let mut seen = HashSet::new();
            for transition in &state.transitions {
                let at = &transition.at;
                let is_match = transition.event.as_deref() == Some("match");
                let conditions = at.get("conditions");
                let entries = conditions.as_ref().map(|list| list.elements()).unwrap_or_default();
                if let Some(list) = &conditions
                    && let Some(kind) = other_kind(list, JsonKind::Array)
                {
                    let message = format!("`conditions` is {kind}, expected a list");
                    self.error("malformed-condition", list, message, SHAPE);
                } else if is_split && is_match && entries.is_empty() {
                    let message = "the match has no condition".to_owned();
                    self.error("no-condition", at, message, SHAPE);
                } else if state.of.is_some() && !is_match && !entries.is_empty() {
                    let message =
                        "only a split's match has conditions: these are not looked at".to_owned();
                    self.warn("conditions-ignored", at, message, "remove them");
                } else if is_match && entries.len() > 1 {
                    let message = format!(
                        "{} conditions in one transition: Twilio does not say whether all must hold",
                        entries.len()
                    );
                    let advice = "give each condition a transition of its own";
                    self.warn("several-conditions", at, message, advice);
                }
                let only_one = entries.len() == 1;
                for entry in entries {
                    let Some((kind, value)) = self.condition(state, &entry) else { continue };
                    let is_second = !seen.insert((kind.clone(), value.trim().to_lowercase()));
                    if only_one && is_second && is_match {
                        let message =
                            "an earlier match has the same condition: this one is never reached";
                        let message = message.to_owned();
                        self.warn("double-condition", &entry, message, "remove one of them");
                    }
                    for (code, message, advice) in predicates::problems(&kind, &value, &lines) {
                        let at = entry.get("value").unwrap_or_else(|| entry.clone());
                        self.warn(code, &at, message, &advice);
                    }
                }
            }
        }
        self.states = states;
    }

    /// Checks a condition's parts; returns its type and value, if it has them.
    fn condition(
        &mut self,
        state: &CheckedState<'a>,
        at: &Location<'a>,
    ) -> Option<(String, String)> {
        const CODE: &str = "malformed-condition";
        if let Some(kind) = other_kind(at, JsonKind::Object) {
            let message = format!("the condition is {kind}, expected an object");
            self.error(CODE, at, message, SHAPE);
            return None;
        }
        let kind = self.condition_type(at);
        match at.get("arguments") {
            None => self.error(CODE, at, "the condition has no `arguments`".to_owned(), SHAPE),
            Some(arguments) => self.arguments(state, &arguments),
        }
        let value = match at.get("value") {
            None => {
                self.error(CODE, at, "the condition has no `value`".to_owned(), SHAPE);
                None
            }
            Some(value) => {
                if let Some(kind) = other_kind(&value, JsonKind::Text) {
                    let message = format!("the condition's `value` is {kind}, expected a string");
                    self.error(CODE, &value, message, "put it between quotation marks");
                }
                value.item.text().map(|value| value.into_owned())
            }
        };
        kind.zip(value)
    }

    fn condition_type(&mut self, at: &Location<'a>) -> Option<String> {
        let place = at.get("type").unwrap_or_else(|| at.clone());
        let Some(kind) = at.item.text_of("type").filter(|kind| !kind.is_empty()) else {
            self.error(
                "malformed-condition",
                &place,
                "the condition has no `type`".to_owned(),
                SHAPE,
            );
            return None;
        };
        if TYPES.contains(&kind.as_ref()) {
            return Some(kind.into_owned());
        }
        let message = format!("Studio has no type of condition {}", quoted(&kind));
        let advice = match TYPES.iter().find(|known| plain(known) == plain(&kind)) {
            Some(meant) => format!("did you mean {meant:?}?"),
            None => format!("its types are {}", listed(&TYPES, "and")),
        };
        self.error("unknown-condition-type", &place, message, &advice);
        None
    }

    fn arguments(&mut self, state: &CheckedState<'a>, at: &Location<'a>) {
        const CODE: &str = "malformed-condition";
        let entries = at.elements();
        let is_list = other_kind(at, JsonKind::Array).is_none();
        if !is_list || entries.is_empty() {
            let found = if is_list { "empty" } else { at.item.kind().name() };
            let message =
                format!("the condition's `arguments` is {found}, expected a list of one string");
            return self.error(CODE, at, message, SHAPE);
        }
        for entry in &entries {
            if let Some(kind) = other_kind(entry, JsonKind::Text) {
                let message = format!("the condition's argument is {kind}, expected a string");
                self.error(CODE, entry, message, SHAPE);
            }
        }
        if entries.len() > 1 {
            let message =
                format!("{} arguments: only the widget's input is compared", entries.len());
            self.warn("several-arguments", at, message, "keep the widget's input alone");
        }
        let input = state.text("input").filter(|input| !input.trim().is_empty());
        let argument = entries.first().and_then(|entry| Some((entry, entry.item.text()?)));
        if let (Some(input), Some((entry, argument))) = (input, argument)
            && packed(&input) != packed(&argument)
        {
            let message = format!(
                "the condition's argument is {}, and the widget's input {}: the input is what is compared",
                quoted(&argument),
                quoted(&input)
            );
            let advice =
                "make the argument the input, or the input the argument, whichever was meant";
            self.warn("argument-is-not-input", entry, message, advice);
        }
    }
}

/// A template without white space: within braces it says nothing.
fn packed(template: &str) -> String {
    template.chars().filter(|c| !c.is_whitespace()).collect()
}
