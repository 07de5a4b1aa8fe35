//! The other side of a random walk: a caller and servers who do what the Flow's conditions look at, and other things.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::random::SeededRandom;
use super::values::FlowValues;
use crate::flow::Flow;
use crate::play::{
    CallerAction, CallerPrompt, HttpOutcome, HttpRequest, Peer, PromptKind, outcomes,
};
use crate::run::HttpResponse;

/// A text that no condition looks at.
const OTHER: &str = "something else";

/// A URL that no condition looks at.
const OTHER_URL: &str = "https://www.example.com/walk";

/// The other side of one walk. It keeps what it has done, as a scenario writes it.
pub(super) struct Walk<'a> {
    random: SeededRandom,
    values: &'a FlowValues,
    flows: &'a BTreeMap<String, Arc<Flow>>,
    caller: Vec<String>,
    hang_ups: Vec<String>,
    /// By the widget, in their order, and whether one of them is not the usual one.
    outcomes: BTreeMap<String, (Vec<String>, bool)>,
    answers: Vec<String>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        random: SeededRandom,
        values: &'a FlowValues,
        flows: &'a BTreeMap<String, Arc<Flow>>,
    ) -> Walk<'a> {
        let ([caller, hang_ups, answers], outcomes) = Default::default();
        Walk { random, values, flows, caller, hang_ups, outcomes, answers }
    }

    /// One of several.
    pub(super) fn choose<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        self.random.choose(all).copied()
    }

    /// The text of a message that begins a run.
    pub(super) fn first_words(&mut self) -> String {
        let its = self.values.at(&[&["trigger", "message", "Body"]]);
        let words = match self.random.below(100) {
            0..=64 if !its.is_empty() => self.choose(&its),
            0..=79 => self.choose(&self.values.all()),
            80..=89 => Some(""),
            _ => Some(OTHER),
        };
        words.unwrap_or("Hello").to_owned()
    }

    /// The number of whoever calls, writes or is called: one that a condition looks at, or another.
    pub(super) fn contact(&mut self, other: &str) -> String {
        let its = self.values.at(&[
            &["contact", "channel", "address"],
            &["trigger", "call", "From"],
            &["trigger", "message", "From"],
            &["trigger", "request", "to"],
        ]);
        let chosen = self.choose(&its).filter(|_| self.random.percent(60));
        chosen.filter(|contact| !contact.is_empty()).unwrap_or(other).to_owned()
    }

    /// An object with a value for each path of the Flow's templates that begins like this.
    pub(super) fn object(&mut self, start: &[&str]) -> Value {
        let (values, random) = (self.values, &mut self.random);
        values.object(start, &mut |name, known| match random.choose(&known) {
            // A server, or whoever begins an Execution, may leave anything out.
            _ if random.percent(6) => None,
            _ if random.percent(3) => Some(String::new()),
            Some(value) if !random.percent(25) => Some((*value).to_owned()),
            _ if name.to_lowercase().contains("url") => Some(OTHER_URL.to_owned()),
            _ => Some(OTHER.to_owned()),
        })
    }

    /// The moves it has made, as the keys of a scenario.
    pub(super) fn example(&self) -> String {
        let quoted = |all: &[String]| {
            let all: Vec<String> = all.iter().map(|one| format!("{one:?}")).collect();
            all.join(", ")
        };
        let unusual = self.outcomes.iter().filter(|(_, (_, is_unusual))| *is_unusual);
        let outcomes: Vec<String> = unusual
            .map(|(widget, (outcomes, _))| format!("{widget:?} = [{}]", outcomes.join(", ")))
            .collect();
        let keys = [
            ("caller", "[", quoted(&self.caller), "]"),
            ("hang_up_in", "[", quoted(&self.hang_ups), "]"),
            ("outcomes", "{ ", outcomes.join(", "), " }"),
            ("answers", "[", self.answers.join(", "), "]"),
        ];
        let used = keys.into_iter().filter(|(_, _, inner, _)| !inner.is_empty());
        let used: Vec<String> =
            used.map(|(key, open, inner, close)| format!("{key} = {open}{inner}{close}")).collect();
        used.join("; ")
    }

    /// A value that may be compared with what a widget takes, or anything.
    fn value(&mut self, widget: &str, is_fit: &dyn Fn(&str) -> bool) -> Option<String> {
        let its = self.values.of_widget(widget);
        let all = if its.is_empty() || self.random.percent(20) { self.values.all() } else { its };
        let fit: Vec<&str> = all.into_iter().filter(|value| is_fit(value)).collect();
        self.choose(&fit).map(str::to_owned)
    }

    fn keys(&mut self, widget: &str, most: Option<usize>) -> String {
        let is_key = |key: char| key.is_ascii_digit() || matches!(key, '*' | '#');
        let is_keys = |value: &str| !value.is_empty() && value.chars().all(is_key);
        let known = self.value(widget, &is_keys).filter(|_| !self.random.percent(20));
        let length = 1 + self.random.below(most.unwrap_or(10).clamp(1, 12));
        known.unwrap_or_else(|| {
            (0..length).map(|_| char::from(b'0' + self.random.below(10) as u8)).collect()
        })
    }

    fn as_text(&mut self, widget: &str) -> String {
        let known = self.value(widget, &|value| !value.is_empty());
        known.filter(|_| !self.random.percent(20)).unwrap_or_else(|| OTHER.to_owned())
    }
}

impl Peer for Walk<'_> {
    fn act(&mut self, prompt: &CallerPrompt<'_>) -> CallerAction {
        let number = self.random.below(100);
        let widget = prompt.widget;
        let action = match (prompt.kind, number) {
            (_, 0..=11) => CallerAction::Silence,
            (PromptKind::Input(most), 12..=81) => CallerAction::Press(self.keys(widget, most)),
            (PromptKind::Recording, 12..=29) => CallerAction::HangUp,
            (PromptKind::Recording, 30..=39) => CallerAction::Press("#".to_owned()),
            (PromptKind::Reply, 12..=16) => CallerAction::Say(String::new()),
            _ => CallerAction::Say(self.as_text(widget)),
        };
        let verb = if prompt.kind == PromptKind::Reply { "send" } else { "say" };
        self.caller.push(match &action {
            CallerAction::Press(keys) => format!("press {keys}"),
            CallerAction::Say(words) => format!("{verb} {words}").trim_end().to_owned(),
            CallerAction::Silence => "silence".to_owned(),
            CallerAction::HangUp => "hang up".to_owned(),
        });
        action
    }

    fn hangs_up(&mut self, widget: &str, _is_heard: bool) -> bool {
        let is_over = self.random.percent(2);
        if is_over {
            self.hang_ups.push(widget.to_owned());
        }
        is_over
    }

    fn answer(&mut self, request: &HttpRequest<'_>) -> HttpOutcome {
        let widget = request.widget;
        let (status, body, words) = match self.random.below(100) {
            0..=7 => {
                self.answers.push(format!("{{ widget = {widget:?}, no_answer = true }}"));
                return HttpOutcome::Unanswered("the walk has none".to_owned());
            }
            8..=15 => (500, Value::Object(serde_json::Map::new()), "status = 500".to_owned()),
            _ => {
                let body = self.object(&["widgets", widget, "parsed"]);
                let words = format!("json = {}", inline(&body));
                (200, body, words)
            }
        };
        self.answers.push(format!("{{ widget = {widget:?}, {words} }}"));
        let content_type = "application/json".to_owned();
        HttpOutcome::Responded(HttpResponse::of_text(status, content_type, body.to_string()))
    }

    fn outcome(&mut self, widget: &str, kind: &str) -> Option<String> {
        let all = outcomes(kind);
        let usual = if all.len() > 2 { 70 } else { 92 };
        let outcome = self.choose(all).filter(|_| !self.random.percent(usual));
        if let Some(happened) = outcome.or(all.first().copied()) {
            let (outcomes, is_unusual) = self.outcomes.entry(widget.to_owned()).or_default();
            outcomes.push(format!("{happened:?}"));
            *is_unusual |= outcome.is_some();
        }
        outcome.map(str::to_owned)
    }

    fn flow(&mut self, flow_sid: &str, _revision: &str) -> Result<Arc<Flow>, String> {
        let flow = self.flows.get(flow_sid).cloned();
        flow.ok_or_else(|| "name its file under [subflows]".to_owned())
    }
}

/// An object of texts as TOML has it in a line.
pub(super) fn inline(value: &Value) -> String {
    match value {
        Value::Object(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{key:?} = {}", inline(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        other => other.to_string(),
    }
}
