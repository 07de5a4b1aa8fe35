//! The findings of a definition as it stands in a file: what Studio would refuse, what goes wrong in a call, and the
//! place of each. This is `ringdown flow check`. What a Flow that was read already needs to run at all is [`Flow::problems`].
//!
//! [`Flow::problems`]: super::Flow::problems
//!
//! Severities follow what real Flows have: a finding that many sound Flows have is none, or a note.
//!
//! 1. `structure`: the definition's own keys, its states, their names and types.
//! 2. `transitions`: events and where they lead. 3. `conditions`: those of splits; `predicates` and `pattern` say which
//!    cannot hold.
//! 4. `properties`: what a type needs, and of which kind. 5. `templates`: Liquid, and what it names.
//! 6. `graph`: what nothing leads to, and what goes round and round. 7. `secrets`: what should not stand there.

mod conditions;
mod graph;
mod pattern;
mod predicates;
mod properties;
mod secrets;
mod structure;
mod templates;
mod transitions;

use std::collections::HashMap;

use super::file::FlowDefinition;
use super::finding::{Finding, Severity};
use super::widgets::{self, WidgetType};
use crate::json::{Item, JsonKind};

use secrets::Secrets;
pub use secrets::without_secrets;

/// How many characters of a text a message quotes.
const MAX_QUOTED: usize = 60;

/// How long a path may become; what lies deeper is not looked at.
const MAX_PATH: usize = 2_000;

impl FlowDefinition {
    /// Checks the definition: errors first, then warnings, then notes, each in the order of the file. An export of the
    /// editor before 2020 is named as one, and not checked further.
    pub fn check(&self) -> Vec<Finding> {
        let mut check = Check::of(self);
        check.secrets();
        if self.is_old_export() {
            check.add(
                Severity::Error,
                "old-editor-export",
                &check.top(),
                "this is an export of the editor before 2020: Studio does not take it any more"
                    .to_owned(),
                "convert it to today's form first (flow convert)",
            );
            for (index, flaw) in self.convert().flaws {
                let at =
                    check.states.get(index).map_or_else(|| check.top(), |state| state.at.clone());
                let advice = "fix it in the form of today: converting keeps it";
                check.error("old-editor-flaw", &at, flaw, advice);
            }
        } else {
            check.structure();
            check.transitions();
            check.conditions();
            check.properties();
            check.templates();
            check.graph();
        }
        check.finish()
    }
}

/// A value of the definition, its place, and the widget that it belongs to.
#[derive(Clone, Debug)]
struct Location<'a> {
    item: Item<'a>,
    path: String,
    widget: Option<String>,
}

impl<'a> Location<'a> {
    /// The value of this key in it, if there is one.
    fn get(&self, key: &str) -> Option<Location<'a>> {
        self.item.get(key).map(|item| self.inner(item, key))
    }

    /// A value in it, whose key or number this is.
    fn inner(&self, item: Item<'a>, key: impl std::fmt::Display) -> Location<'a> {
        let key = key.to_string().replace('~', "~0").replace('/', "~1");
        Location { item, path: format!("{}/{key}", self.path), widget: self.widget.clone() }
    }

    /// The values in it, if it is an array.
    fn elements(&self) -> Vec<Location<'a>> {
        let entries = self.item.elements().enumerate();
        entries.map(|(number, item)| self.inner(item, number)).collect()
    }
}

/// A state of the definition.
#[derive(Debug)]
struct CheckedState<'a> {
    at: Location<'a>,
    name: Option<String>,
    kind: Option<String>,
    /// The type of widget, if it is known.
    of: Option<&'static WidgetType>,
    transitions: Vec<CheckedTransition<'a>>,
}

/// A transition of a state.
#[derive(Debug)]
struct CheckedTransition<'a> {
    at: Location<'a>,
    event: Option<String>,
    /// Where it leads: never the empty text.
    next: Option<String>,
}

impl<'a> CheckedState<'a> {
    fn of(at: Location<'a>) -> CheckedState<'a> {
        let text =
            |at: &Location<'a>, key: &str| at.item.text_of(key).map(|text| text.into_owned());
        let name = text(&at, "name").filter(|name| !name.is_empty());
        let at = Location { widget: name.clone(), ..at };
        let kind = text(&at, "type").filter(|kind| !kind.is_empty());
        let transitions = at.get("transitions").map(|list| list.elements()).unwrap_or_default();
        let transition = |at: Location<'a>| CheckedTransition {
            event: text(&at, "event").filter(|event| !event.is_empty()),
            next: text(&at, "next").filter(|next| !next.is_empty()),
            at,
        };
        CheckedState {
            of: kind.as_deref().and_then(widgets::find),
            transitions: transitions.into_iter().map(transition).collect(),
            at,
            name,
            kind,
        }
    }

    /// Its name and type in a sentence.
    fn is_a(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind)
    }

    /// A property, if it is there.
    fn property(&self, name: &str) -> Option<Location<'a>> {
        self.at.get("properties")?.get(name)
    }

    /// A property that is a text.
    fn text(&self, name: &str) -> Option<String> {
        self.property(name)?.item.text().map(|text| text.into_owned())
    }
}

/// A definition, and what is found in it.
struct Check<'a> {
    definition: &'a FlowDefinition,
    states: Vec<CheckedState<'a>>,
    /// The number of the first state of each name.
    by_name: HashMap<String, usize>,
    /// The first name of those that differ in case and punctuation alone.
    by_plain_name: HashMap<String, String>,
    secrets: Secrets,
    /// With the number of the value that each is about.
    findings: Vec<(usize, Finding)>,
}

impl<'a> Check<'a> {
    fn of(definition: &'a FlowDefinition) -> Check<'a> {
        let top =
            Location { item: definition.item(), path: definition.path().to_owned(), widget: None };
        let states = top.get("states").map(|states| states.elements()).unwrap_or_default();
        let states: Vec<_> = states.into_iter().map(CheckedState::of).collect();
        let (mut by_name, mut by_plain_name) = (HashMap::new(), HashMap::new());
        for (number, state) in states.iter().enumerate() {
            if let Some(name) = &state.name {
                by_name.entry(name.clone()).or_insert(number);
                by_plain_name.entry(plain(name)).or_insert_with(|| name.clone());
            }
        }
        let secrets = Secrets::default();
        Check { definition, states, by_name, by_plain_name, secrets, findings: Vec::new() }
    }

    /// The definition itself.
    fn top(&self) -> Location<'a> {
        let path = self.definition.path().to_owned();
        Location { item: self.definition.item(), path, widget: None }
    }

    fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        at: &Location<'_>,
        message: String,
        advice: &str,
    ) {
        let finding = Finding {
            severity,
            widget: at.widget.clone(),
            ..Finding::error(code, &at.path, message, advice)
        };
        self.findings.push((at.item.number(), finding));
    }

    fn error(&mut self, code: &'static str, at: &Location<'_>, message: String, advice: &str) {
        self.add(Severity::Error, code, at, message, advice);
    }

    fn warn(&mut self, code: &'static str, at: &Location<'_>, message: String, advice: &str) {
        self.add(Severity::Warning, code, at, message, advice);
    }

    /// The findings in their order, without the secrets that a name or a quotation may have.
    fn finish(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|(number, _)| *number);
        if self.definition.is_inline() {
            let numbers = self.findings.iter().map(|(number, _)| *number);
            let positions = self.definition.json().positions(numbers);
            for ((_, finding), position) in self.findings.iter_mut().zip(positions) {
                finding.position = Some(position);
            }
        } else {
            for (_, finding) in &mut self.findings {
                finding.position = self.definition.string();
            }
        }
        self.findings.sort_by_key(|(_, finding)| finding.severity);
        let secrets = self.secrets;
        let masked = |(_, finding): (usize, Finding)| Finding {
            path: secrets.mask(finding.path),
            widget: finding.widget.map(|widget| secrets.mask(widget)),
            message: secrets.mask(finding.message),
            advice: secrets.mask(finding.advice),
            ..finding
        };
        self.findings.into_iter().map(masked).collect()
    }
}

/// A text of the definition as a message quotes it: short, and without control characters.
fn quoted(text: &str) -> String {
    let cut: String = text.chars().take(MAX_QUOTED).collect();
    let rest = if cut.len() < text.len() { "…" } else { "" };
    format!("{:?}", cut + rest)
}

/// Names in a sentence.
fn listed(names: &[&str], and: &str) -> String {
    match names {
        [] => "none".to_owned(),
        [only] => (*only).to_owned(),
        [before @ .., last] => format!("{} {and} {last}", before.join(", ")),
    }
}

/// A name without case and punctuation, to find the one that was meant.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The texts in a value, at most [`MAX_PATH`] deep.
fn texts<'a>(at: &Location<'a>) -> Vec<(Location<'a>, String)> {
    let (mut rest, mut found) = (vec![at.clone()], Vec::new());
    while let Some(at) = rest.pop() {
        if let Some(text) = at.item.text() {
            found.push((at, text.into_owned()));
        } else if at.path.len() <= MAX_PATH {
            rest.extend(at.elements());
            let members = at.item.members();
            rest.extend(
                members.map(|(key, value)| at.inner(value, key.text().unwrap_or_default())),
            );
        }
    }
    found
}

/// The kind of a value in words, if it is another one than this.
fn other_kind(at: &Location<'_>, expected: JsonKind) -> Option<&'static str> {
    (at.item.kind() != expected).then(|| at.item.kind().name())
}
