//! Files that hold Flows, in each form in which they are met.
//!
//! A definition as Studio's editor exports it; the API's resource, whose `definition` is one; a list of these (`flows`,
//! `revisions`, or an array); each of them as a JSON text in a JSON text, as the API takes it.

use std::sync::Arc;

use serde_json::Value;

use super::Flow;
use super::finding::Finding;
use super::old::{self, Converted};
use crate::json::{Item, Json, JsonKind, Position};

/// How deep a definition may lie in a file.
const MAX_STEPS: usize = 8;

/// A file with one Flow or several.
#[derive(Clone, Debug)]
pub struct FlowFile {
    json: Arc<Json>,
    flows: Vec<FlowDefinition>,
}

/// A Flow's definition in a file.
#[derive(Clone, Debug)]
pub struct FlowDefinition {
    json: Arc<Json>,
    number: usize,
    /// Its place in the file: `#`, `#/definition`, `#/flows/0/definition`.
    path: String,
    /// The texts of `json` stand in the file as they are, and not in a text.
    is_inline: bool,
    /// The place in the file of the string that it stands in.
    string: Option<Position>,
    name: Option<String>,
}

impl FlowFile {
    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// Every reason why it holds no Flow.
    pub fn read(bytes: &[u8]) -> Result<FlowFile, Vec<Finding>> {
        let json = Json::parse(bytes).map_err(|error| {
            let advice = error.hint.clone().unwrap_or_else(|| {
                "export the Flow as JSON: in Studio, the trigger widget, \"Show Flow JSON\""
                    .to_owned()
            });
            let message = format!("it is not JSON: {}", error.message);
            vec![Finding {
                position: Some(error.at),
                ..Finding::error("not-json", "#", message, &advice)
            }]
        })?;
        let json = Arc::new(json);
        let mut found = Found::default();
        let whole = FlowDefinition {
            number: 0,
            json: Arc::clone(&json),
            path: "#".to_owned(),
            is_inline: true,
            string: None,
            name: None,
        };
        found.search(whole, 0);
        if found.findings.is_empty() {
            Ok(FlowFile { json, flows: found.flows })
        } else {
            Err(found.findings)
        }
    }

    /// Its Flows, at least one.
    pub fn flows(&self) -> &[FlowDefinition] {
        &self.flows
    }

    /// The file as it was read.
    pub fn print(&self) -> String {
        self.json.print()
    }
}

impl FlowDefinition {
    /// Its name, or its SID, as the API gave it with the definition.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The Flow; one of the editor before 2020 in today's form.
    pub fn flow(&self) -> Flow {
        if self.is_old_export() {
            let converted = Json::parse(old::convert(self.item()).text.as_bytes());
            converted.map(|json| Flow::of(json.root())).unwrap_or_default()
        } else {
            Flow::of(self.item())
        }
    }

    /// The definition as JSON, with all that no Flow has a field for; one of the editor before 2020 in today's form.
    pub fn value(&self) -> Value {
        if self.is_old_export() {
            let converted = Json::parse(old::convert(self.item()).text.as_bytes());
            converted.map(|json| json.root().to_value()).unwrap_or_default()
        } else {
            self.item().to_value()
        }
    }

    /// It is an export of the editor before 2020.
    pub fn is_old_export(&self) -> bool {
        old::is_old(self.item())
    }

    /// Today's form of an export of the editor before 2020.
    pub fn convert(&self) -> Converted {
        old::convert(self.item())
    }

    /// The definition as a value of its file.
    pub(super) fn item(&self) -> Item<'_> {
        Item::new(&self.json, self.number)
    }

    /// The text that it stands in.
    pub(super) fn json(&self) -> &Json {
        &self.json
    }

    /// The place of the definition in its file.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The place in the file of the string that it stands in, if it does.
    pub(super) fn string(&self) -> Option<Position> {
        self.string
    }

    /// Its values have lines and columns of the file.
    pub(super) fn is_inline(&self) -> bool {
        self.is_inline
    }

    fn at(&self, item: Item<'_>, key: impl std::fmt::Display) -> FlowDefinition {
        FlowDefinition {
            number: item.number(),
            path: format!("{}/{key}", self.path),
            ..self.clone()
        }
    }

    fn finding(&self, code: &'static str, message: String, advice: &str) -> Finding {
        let position = self.string.or_else(|| Some(self.item().position()));
        Finding { position, ..Finding::error(code, &self.path, message, advice) }
    }
}

/// What a search finds.
#[derive(Default)]
struct Found {
    flows: Vec<FlowDefinition>,
    findings: Vec<Finding>,
}

impl Found {
    /// Looks for Flows in a value; those in it are so many steps away.
    fn search(&mut self, at: FlowDefinition, steps: usize) {
        let mut rest = vec![(at, steps)];
        while let Some((at, steps)) = rest.pop() {
            match contents(&at) {
                Ok(contents) if contents.is_empty() && is_definition(at.item()) => {
                    self.flows.push(at);
                }
                Ok(contents) if contents.is_empty() || steps >= MAX_STEPS => self.no_flow(&at),
                Ok(contents) => {
                    rest.extend(contents.into_iter().rev().map(|inner| (inner, steps + 1)));
                }
                Err(finding) => self.findings.push(*finding),
            }
        }
    }

    /// Every reason why a value is no Flow.
    fn no_flow(&mut self, at: &FlowDefinition) {
        const ADVICE: &str = "a Flow's definition is an object with description, states, initial_state and flags, as \
                              Studio exports it";
        let item = at.item();
        if item.kind() == JsonKind::Array && item.elements().next().is_none() {
            let message = "not a Flow: the list is empty".to_owned();
            self.findings.push(at.finding("no-flow", message, ADVICE));
            return;
        }
        let is_entry = ["sid", "friendly_name"].iter().any(|key| item.get(key).is_some());
        if is_entry && item.get("states").is_none() {
            let message =
                "this entry has no `definition`: a list of Flows leaves it out".to_owned();
            let advice = "fetch the Flow itself: https://studio.twilio.com/v2/Flows/{sid}";
            self.findings.push(at.finding("no-flow", message, advice));
            return;
        }
        if item.kind() != JsonKind::Object {
            let message = format!("not a Flow, but {}", item.kind().name());
            self.findings.push(at.finding("no-flow", message, ADVICE));
            return;
        }
        let missing = |name: &str, kind: JsonKind| match item.get(name) {
            Some(value) if value.kind() == kind => None,
            Some(value) => {
                let message = format!(
                    "not a Flow: `{name}` is {}, expected {}",
                    value.kind().name(),
                    kind.name()
                );
                Some(at.at(value, name).finding("no-flow", message, ADVICE))
            }
            None => {
                let message = format!("not a Flow: it has no `{name}`");
                Some(at.finding("no-flow", message, ADVICE))
            }
        };
        self.findings.extend(missing("states", JsonKind::Array));
        self.findings.extend(missing("initial_state", JsonKind::Text));
    }
}

/// The object has a list of states.
fn is_definition(item: Item<'_>) -> bool {
    item.get("states").is_some_and(|states| states.kind() == JsonKind::Array)
}

/// The values in which a value that is no definition may have some.
fn contents(at: &FlowDefinition) -> Result<Vec<FlowDefinition>, Box<Finding>> {
    let item = at.item();
    match item.kind() {
        JsonKind::Text => inner(at).map(|inner| vec![inner]),
        JsonKind::Array => {
            let is_entry =
                |entry: Item<'_>| matches!(entry.kind(), JsonKind::Object | JsonKind::Text);
            let has_any = item.elements().any(is_entry);
            let entries = item.elements().enumerate().filter(|_| has_any);
            Ok(entries.map(|(index, entry)| at.at(entry, index)).collect())
        }
        JsonKind::Object if item.get("states").is_none() => {
            let keys = ["definition", "Definition", "flows", "revisions"];
            let found = keys.iter().find_map(|key| item.get(key).map(|value| (*key, value)));
            let names = ["friendly_name", "FriendlyName", "sid"];
            let name = names.iter().find_map(|name| item.text_of(name));
            let name = name.map(|name| name.into_owned()).or_else(|| at.name.clone());
            let inner = found.map(|(key, value)| FlowDefinition { name, ..at.at(value, key) });
            Ok(inner.into_iter().collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// The JSON text in a text.
fn inner(at: &FlowDefinition) -> Result<FlowDefinition, Box<Finding>> {
    let text = at.item().text().unwrap_or_default();
    match Json::parse(text.as_bytes()) {
        Ok(json) => {
            let (json, number) = (Arc::new(json), 0);
            let string = at.string.or_else(|| Some(at.item().position()));
            Ok(FlowDefinition { json, number, is_inline: false, string, ..at.clone() })
        }
        Err(error) => {
            let message = format!("the string here is not JSON: {}: {}", error.at, error.message);
            let advice = error.hint.as_deref().unwrap_or("it must be the Flow's definition as JSON: export the Flow again, or write it with JSON.stringify");
            Err(Box::new(at.finding("not-json", message, advice)))
        }
    }
}
