//! The properties of widgets: what a type needs, and of which kind it is.

mod values;

use super::{Check, CheckedState, Location, listed, other_kind, quoted};
use crate::flow::finding::Severity;
use crate::flow::widgets::PropertyKind;
use crate::json::JsonKind;

/// Types that only run in an Execution that the REST API started.
const REST_ONLY: [&str; 4] =
    ["start-conversation", "resume-conversation", "make-outgoing-call-v1", "make-outgoing-call-v2"];

impl<'a> Check<'a> {
    pub(super) fn properties(&mut self) {
        let states = std::mem::take(&mut self.states);
        let is_started_by_rest = states.iter().filter(|state| state.is_a("trigger")).any(|state| {
            let mut events = state.transitions.iter().filter(|one| one.next.is_some());
            let starts = ["incomingRequest", "incomingParent"];
            events.any(|one| one.event.as_deref().is_some_and(|event| starts.contains(&event)))
        });
        for state in &states {
            let Some(of) = state.of else { continue };
            // Their absence as a whole is said once.
            if let Some(properties) =
                state.at.get("properties").filter(|at| at.item.kind() == JsonKind::Object)
            {
                for name in of.required.iter().filter(|name| is_needed(state, name)) {
                    self.required(state, &properties, name);
                }
                for (key, value) in properties.item.members() {
                    let Some(name) = key.text() else { continue };
                    // Null is no value.
                    let kind = of.property(&name).filter(|_| value.kind() != JsonKind::Null);
                    if let Some(kind) = kind {
                        self.kind(&properties.inner(value, &name), &name, kind);
                    }
                }
                self.particulars(state);
            }
            if REST_ONLY.contains(&of.name) && !is_started_by_rest {
                let message = format!("{} runs only where the REST API starts the Flow", of.name);
                let advice = "give the trigger's incomingRequest a `next`";
                self.warn("no-rest-trigger", &state.at, message, advice);
            }
        }
        self.states = states;
    }

    fn required(&mut self, state: &CheckedState<'a>, properties: &Location<'a>, name: &str) {
        let of = state.kind.as_deref().unwrap_or_default();
        match properties.get(name) {
            Some(at) if at.item.text().is_some_and(|text| text.trim().is_empty()) => {
                let message = format!("{of} needs `{name}`, which is empty");
                self.warn("required-but-empty", &at, message, "fill it in");
            }
            Some(at) if at.item.kind() != JsonKind::Null => {}
            found => {
                let at = found.unwrap_or_else(|| properties.clone());
                let message = format!("{of} needs `{name}`, which is missing");
                self.error("required-but-absent", &at, message, "add the property");
            }
        }
    }

    fn kind(&mut self, at: &Location<'a>, name: &str, kind: PropertyKind) {
        let text = at.item.text();
        let has_liquid =
            text.as_deref().is_some_and(|text| text.contains("{{") || text.contains("{%"));
        let is_literal = matches!(
            kind,
            PropertyKind::LiteralNumber | PropertyKind::LiteralBoolean | PropertyKind::LiteralText
        );
        if has_liquid && is_literal {
            // For a subflow Twilio's own documents say so; for the others only somebody else's.
            let severity =
                if kind == PropertyKind::LiteralText { Severity::Error } else { Severity::Warning };
            let message = format!("Studio accepts no Liquid in `{name}`");
            self.add(severity, "liquid-not-taken", at, message, "write the value itself");
            return;
        }
        if let Some((severity, expected)) = mismatch(at, text.as_deref(), has_liquid, kind) {
            let found = match text.as_deref() {
                Some(text) => quoted(text),
                None if kind == PropertyKind::Offset => "not a place".to_owned(),
                None => at.item.kind().name().to_owned(),
            };
            let message = format!("`{name}` is {found}, expected {expected}");
            self.add(severity, "unexpected-value", at, message, "give it a value of that kind");
        }
        if kind == PropertyKind::Pairs {
            self.pairs(at, name);
        }
    }

    fn pairs(&mut self, at: &Location<'a>, name: &str) {
        for entry in at.elements() {
            let has_key = entry.item.text_of("key").is_some();
            if !has_key {
                let message = format!("an entry of `{name}` has no string `key`");
                let advice = "each entry is {\"key\", \"value\"}";
                self.error("malformed-pair", &entry, message, advice);
            }
            if let Some(kind) =
                entry.get("type").filter(|_| name == "variables" || name == "parameters")
            {
                let known = ["string", "json_object"];
                let given = kind.item.text().unwrap_or_default();
                if !known.contains(&given.as_ref()) {
                    let message = format!(
                        "the entry's `type` is {}, expected string or json_object",
                        quoted(&given)
                    );
                    self.warn("unexpected-value", &kind, message, "give it one of these");
                }
            }
        }
    }

    /// Checks what is particular to a type.
    fn particulars(&mut self, state: &CheckedState<'a>) {
        self.bounds(state);
        match state.kind.as_deref() {
            Some("set-variables") => self.variables(state),
            Some("make-http-request") => self.request(state),
            Some("say-play") => {
                // One of another kind is told already.
                let filled = |name: &&str| {
                    let value = state.property(name).filter(|at| at.item.kind() != JsonKind::Null);
                    value.is_some_and(|at| at.item.text().is_none_or(|text| !text.is_empty()))
                };
                if !["say", "play", "digits"].iter().any(filled) {
                    let message = "the widget says, plays and dials nothing".to_owned();
                    self.warn("nothing-to-say", &state.at, message, "fill in say, play or digits");
                }
            }
            Some("run-subflow") => {
                self.flow_sid(state);
                let parameters = state.property("parameters").map(|at| at.elements());
                parameters.unwrap_or_default().iter().for_each(|entry| self.json_object(entry));
                let revision = state.property("flow_revision");
                let known = |text: &str| {
                    matches!(text, "" | "LatestPublished" | "LatestDraft")
                        || text.chars().all(|c| c.is_ascii_digit())
                        || text.contains("{{")
                };
                if let Some(at) =
                    revision.filter(|at| at.item.text().is_some_and(|text| !known(&text)))
                {
                    let found = quoted(&at.item.text().unwrap_or_default());
                    let message = format!(
                        "`flow_revision` is {found}, expected LatestPublished, LatestDraft or a number"
                    );
                    self.warn("unexpected-value", &at, message, "give it one of these");
                }
            }
            _ => {}
        }
    }

    fn request(&mut self, state: &CheckedState<'a>) {
        let parameters = state.property("parameters").map(|at| at.elements()).unwrap_or_default();
        for entry in parameters {
            if let Some(at) =
                entry.get("key").filter(|at| at.item.text().as_deref() == Some("method"))
            {
                let message = "a parameter called method breaks the request (81014)".to_owned();
                self.warn("reserved-parameter", &at, message, "rename the parameter");
            }
        }
        let authenticates =
            state.property("add_twilio_auth").is_some_and(|at| at.item.raw() == "true");
        let url = state.property("url").filter(|_| authenticates);
        if let Some((at, url)) = url.and_then(|at| Some((at.clone(), at.item.text()?))) {
            let host = url.split_once("://").map(|(_, rest)| rest.split(['/', '?', ':']).next());
            let is_other = host.flatten().is_some_and(|host| {
                let host = host.to_ascii_lowercase();
                !host.contains("{{") && !host.is_empty() && !host.ends_with(".twilio.com")
            });
            if is_other {
                let message = "add_twilio_auth with an address that is not Twilio's: the request is never sent";
                let advice = "leave add_twilio_auth out, or ask api.twilio.com";
                self.warn("auth-for-a-stranger", &at, message.to_owned(), advice);
            }
        }
    }
}

/// A property that the type needs is needed here: a template or a picture makes up for a text.
fn is_needed(state: &CheckedState<'_>, name: &str) -> bool {
    let filled = |name: &str| state.text(name).is_some_and(|text| !text.trim().is_empty());
    let has_template =
        filled("content_sid") || state.text("message_type").as_deref() == Some("content_template");
    let is_message = state.is_a("send-message") || state.is_a("send-and-wait-for-reply");
    !(is_message && name == "body" && (has_template || filled("media_url")))
}

/// Why a value is not of this kind: how bad that is, and the kind in words.
fn mismatch(
    at: &Location<'_>,
    text: Option<&str>,
    has_liquid: bool,
    kind: PropertyKind,
) -> Option<(Severity, String)> {
    let found = at.item.kind();
    let is_number =
        || found == JsonKind::Number || text.is_some_and(is_number_or_empty) || has_liquid;
    let is_boolean = || {
        found == JsonKind::Boolean
            || text.is_some_and(|text| matches!(text, "" | "true" | "false"))
            || has_liquid
    };
    let (is_right, severity, expected) = match kind {
        PropertyKind::Text | PropertyKind::LiteralText => {
            (found == JsonKind::Text, Severity::Warning, "a string".to_owned())
        }
        PropertyKind::StrictText => {
            (found == JsonKind::Text, Severity::Error, "a string".to_owned())
        }
        PropertyKind::Number | PropertyKind::LiteralNumber => {
            (is_number(), Severity::Warning, "a number".to_owned())
        }
        PropertyKind::Boolean | PropertyKind::LiteralBoolean => {
            (is_boolean(), Severity::Warning, "true or false".to_owned())
        }
        PropertyKind::StrictBoolean => (
            found == JsonKind::Boolean,
            Severity::Error,
            "true or false, without quotation marks".to_owned(),
        ),
        PropertyKind::OneOf(values) => {
            let is_one =
                text.is_some_and(|text| text.is_empty() || values.contains(&text)) || has_liquid;
            (is_one, Severity::Warning, listed(values, "or"))
        }
        PropertyKind::Pairs | PropertyKind::List => {
            let is_list = other_kind(at, JsonKind::Array).is_none();
            (is_list, Severity::Error, "a list".to_owned())
        }
        PropertyKind::Offset => {
            let has =
                |key: &str| at.item.get(key).is_some_and(|one| one.kind() == JsonKind::Number);
            (has("x") && has("y"), Severity::Warning, "the numbers x and y".to_owned())
        }
    };
    (!is_right).then_some((severity, expected))
}

fn is_number_or_empty(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text.parse::<f64>().is_ok_and(f64::is_finite)
}
