//! Liquid in a Flow: templates that do not parse, and names that they look up in vain.

use super::{Check, Location, quoted, texts};
use crate::flow::widgets::failure_event;
use crate::liquid::Template;

/// The names that an Execution's data begins with.
const NAMESPACES: [&str; 4] = ["trigger", "flow", "contact", "widgets"];

/// Tags that give values names of their own.
const NAMING_TAGS: [&str; 6] = ["assign", "capture", "for", "tablerow", "increment", "decrement"];

impl<'a> Check<'a> {
    pub(super) fn templates(&mut self) {
        let states = std::mem::take(&mut self.states);
        for state in &states {
            let mut found =
                state.at.get("properties").map(|properties| texts(&properties)).unwrap_or_default();
            for transition in &state.transitions {
                let conditions = transition.at.get("conditions");
                let conditions = conditions.map(|list| list.elements()).unwrap_or_default();
                let values = conditions.iter().filter_map(|condition| {
                    let at = condition.get("value")?;
                    let text = at.item.text()?.into_owned();
                    Some((at, text))
                });
                found.extend(values);
            }
            found.retain(|(_, text)| text.contains("{{") || text.contains("{%"));
            for (at, text) in found {
                self.template(&at, &text, state.kind.as_deref().unwrap_or_default());
            }
        }
        self.states = states;
    }

    fn template(&mut self, at: &Location<'a>, text: &str, kind: &str) {
        let template = match Template::parse(text) {
            Ok(template) => template,
            Err(error) => {
                // Its words are those of the template.
                let why = if self.secrets.are_in(text) {
                    format!("line {}, column {}", error.line, error.column)
                } else {
                    error.to_string()
                };
                let message = format!("the template does not parse: {why} (81018)");
                let advice = match failure_event(kind) {
                    Some(event) => {
                        format!(
                            "fix the expression: whenever the widget is reached, it takes {event}"
                        )
                    }
                    None => "fix the expression: the text is used as it stands, braces and all"
                        .to_owned(),
                };
                return self.error("malformed-template", at, message, &advice);
            }
        };
        let names_values = NAMING_TAGS.iter().any(|tag| {
            let tags = text
                .split("{%")
                .skip(1)
                .map(|tag| tag.trim_start_matches(['-', ' ', '\n', '\t', '\r']));
            tags.into_iter().any(|rest| rest.starts_with(tag))
        });
        let mut said: Vec<String> = Vec::new();
        for path in template.paths() {
            let (Some(first), second) = (path.first(), path.get(1)) else { continue };
            let is_widget = first == "widgets";
            let name = if is_widget { second.unwrap_or(first) } else { first };
            if said.contains(name) {
                continue;
            }
            if is_widget && second.is_some_and(|name| !self.by_name.contains_key(name)) {
                let message =
                    format!("there is no widget {}: widgets.{name} is always empty", quoted(name));
                let advice =
                    self.meant(name).unwrap_or_else(|| "name a widget of this Flow".to_owned());
                self.warn("unknown-widget", at, message, &advice);
                said.push(name.clone());
            } else if !is_widget
                && !NAMESPACES.contains(&first.as_str())
                && !names_values
                && first != "forloop"
            {
                let message = format!(
                    "{} is always empty: there is nothing of that name",
                    quoted(&path.join("."))
                );
                let advice = "a look-up begins with widgets.NAME, trigger, flow or contact";
                self.warn("unknown-name", at, message, advice);
                said.push(name.clone());
            }
        }
    }
}
