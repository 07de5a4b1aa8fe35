//! The definition's own keys, its states, their names and types.

use std::collections::HashSet;

use super::super::old;
use super::super::widgets;
use super::{Check, Location, MAX_PATH, other_kind, plain, quoted};
use crate::json::JsonKind;

/// Studio's limits. (twilio.com/docs/studio/user-guide/studio-faq, subflows.)
const MAX_WIDGETS: usize = 2_000;
const MAX_SUBFLOW_WIDGETS: usize = 150;

impl Check<'_> {
    pub(super) fn structure(&mut self) {
        self.initial_state();
        self.top_keys();
        self.keys();
        for number in 0..self.states.len() {
            self.state(number);
        }
        if self.states.len() > MAX_WIDGETS {
            let message = format!(
                "{} widgets: Studio ends a Flow with more than {MAX_WIDGETS}",
                self.states.len()
            );
            self.warn("too-many-widgets", &self.top(), message, "move a part into a subflow");
        }
        let subflows = self.states.iter().filter(|state| state.is_a("run-subflow")).count();
        if subflows > MAX_SUBFLOW_WIDGETS {
            let message =
                format!("{subflows} run-subflow widgets: Studio takes {MAX_SUBFLOW_WIDGETS}");
            self.warn(
                "too-many-subflows",
                &self.top(),
                message,
                "point several transitions at one of them",
            );
        }
    }

    /// The kinds of the definition's other keys.
    fn top_keys(&mut self) {
        let flags = self.top().get("flags");
        let concurrent = flags.as_ref().and_then(|flags| flags.get("allow_concurrent_calls"));
        for (name, at, expected) in [
            ("description", self.top().get("description"), JsonKind::Text),
            ("flags", flags, JsonKind::Object),
            ("allow_concurrent_calls", concurrent, JsonKind::Boolean),
        ] {
            let Some(at) = at.filter(|at| at.item.kind() != JsonKind::Null) else { continue };
            if let Some(kind) = other_kind(&at, expected) {
                let message = format!("`{name}` is {kind}, expected {}", expected.name());
                self.error("unexpected-value", &at, message, "give it a value of that kind");
            }
        }
    }

    fn initial_state(&mut self) {
        const ADVICE: &str = "name the trigger's state";
        let Some(at) = self.top().get("initial_state") else {
            let message = "the Flow has no `initial_state`".to_owned();
            return self.error("no-initial-state", &self.top(), message, ADVICE);
        };
        let name = match at.item.text() {
            Some(name) if !name.is_empty() => name,
            Some(_) => {
                let message = "`initial_state` is empty".to_owned();
                return self.error("no-initial-state", &at, message, ADVICE);
            }
            None => {
                let message =
                    format!("`initial_state` is {}, expected a string", at.item.kind().name());
                return self.error("no-initial-state", &at, message, ADVICE);
            }
        };
        match self.by_name.get(name.as_ref()).and_then(|number| self.states.get(*number)) {
            None => {
                let message = format!(
                    "the Flow begins with {}: there is no widget of that name",
                    quoted(&name)
                );
                let advice = self.meant(&name).unwrap_or_else(|| ADVICE.to_owned());
                self.error("missing-initial-state", &at, message, &advice);
            }
            Some(state) if !state.is_a("trigger") && state.of.is_some() => {
                let message =
                    format!("the Flow begins with {}, which is not a trigger", quoted(&name));
                self.warn("initial-state-is-no-trigger", &at, message, ADVICE);
            }
            Some(_) => {}
        }
    }

    /// Advice that names the state that was probably meant.
    pub(super) fn meant(&self, name: &str) -> Option<String> {
        let found = self.by_plain_name.get(&plain(name)).filter(|_| !plain(name).is_empty());
        found.map(|found| format!("did you mean {}?", quoted(found)))
    }

    /// Keys that stand twice in one object.
    fn keys(&mut self) {
        let (mut rest, mut deep) = (vec![self.top()], None);
        while let Some(at) = rest.pop() {
            // A deeper one belongs to nobody's Flow, and the paths of very many levels would be very long.
            if at.path.len() > MAX_PATH {
                deep = deep.or(Some(at));
                continue;
            }
            let mut seen = HashSet::new();
            for (key, value) in at.item.members() {
                let key = key.text().unwrap_or_default();
                let value = at.inner(value, &key);
                if !seen.insert(key.clone()) {
                    let message =
                        format!("the key {} appears twice: the last one counts", quoted(&key));
                    self.warn("double-key", &value, message, "remove one of them");
                }
                rest.push(value);
            }
            rest.extend(at.elements());
        }
        if let Some(at) = deep {
            let message = "values are nested too deeply to be checked from here on".to_owned();
            self.warn(
                "nested-too-deeply",
                &at,
                message,
                "keep what is not Studio's out of the Flow",
            );
        }
    }

    fn state(&mut self, number: usize) {
        let Some(state) = self.states.get(number) else { return };
        let at = state.at.clone();
        if let Some(kind) = other_kind(&at, JsonKind::Object) {
            let message = format!("the state is {kind}, expected an object");
            return self.error(
                "malformed-state",
                &at,
                message,
                "a state has name, type, transitions, properties",
            );
        }
        let (name, kind) = (state.name.clone(), state.kind.clone());
        self.name(number, name.as_deref(), &at);
        self.widget_type(kind.as_deref(), &at);
        for (key, expected) in [("transitions", JsonKind::Array), ("properties", JsonKind::Object)]
        {
            let code = if key == "transitions" { "no-transitions" } else { "no-properties" };
            let advice = if key == "transitions" {
                "list the widget's events, also those that lead nowhere; [] for none"
            } else {
                "give the widget its properties; {} for none"
            };
            match at.get(key) {
                None => self.error(code, &at, format!("the state has no `{key}`"), advice),
                Some(value) => {
                    if let Some(kind) = other_kind(&value, expected) {
                        let message = format!("`{key}` is {kind}, expected {}", expected.name());
                        self.error(code, &value, message, advice);
                    }
                }
            }
        }
    }

    fn name(&mut self, number: usize, name: Option<&str>, at: &Location<'_>) {
        let place = at.get("name").unwrap_or_else(|| at.clone());
        let Some(name) = name else {
            let message = "the state has no name".to_owned();
            return self.error("no-name", &place, message, "give it a name of its own");
        };
        if self.by_name.get(name).is_some_and(|first| *first != number) {
            let message = format!("there is another state {}", quoted(name));
            self.error("double-name", &place, message, "give one of them another name");
        }
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
            let message = format!(
                "the name {} has other characters than letters, digits, _ and -: Liquid cannot look it up",
                quoted(name)
            );
            self.warn("name-for-no-template", &place, message, "rename the widget");
        }
    }

    fn widget_type(&mut self, kind: Option<&str>, at: &Location<'_>) {
        let place = at.get("type").unwrap_or_else(|| at.clone());
        let Some(kind) = kind else {
            let message = "the state has no type".to_owned();
            return self.error("no-type", &place, message, "name the type of its widget");
        };
        if widgets::is_known(kind) {
            return;
        }
        let message = format!("Studio has no type of widget {}", quoted(kind));
        let ends = ["stop-call", "end-call", "hang-up", "hangup", "end", "end-flow", "terminate"];
        let advice = if let Some(today) = old::type_of_today(kind) {
            format!("this is the old editor's name: today it is {today:?}")
        } else if let Some(meant) = widgets::meant(kind) {
            format!("did you mean {meant:?}?")
        } else if ends.contains(&kind) {
            "a Flow ends where a transition has no `next`: remove the widget".to_owned()
        } else {
            "use a type of Studio's widget library".to_owned()
        };
        self.error("unknown-widget-type", &place, message, &advice);
    }
}
