//! `say-play` and `gather-input-on-call`: what the caller hears, and the keys or words that come back.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::texts::{WidgetTexts, flag};
use super::widget::Taken;
use super::{Action, Prompt, Run, RunEvent, Speech};
use crate::flow::State;

/// How long a key is waited for unless the widget says so.
const DEFAULT_GATHER_TIMEOUT: Duration = Duration::from_secs(5);

/// The text, recording or keys of a widget: the first of them that it has.
pub(super) fn prompt(state: &State, texts: &mut WidgetTexts<'_>) -> Prompt {
    let times = texts.number(state, "loop").and_then(|times| u32::try_from(times).ok());
    let times = times.unwrap_or(1);
    let [text, url, digits] = ["say", "play", "digits"].map(|name| texts.get(state, name));
    if !text.is_empty() {
        let [voice, language] = ["voice", "language"].map(|name| texts.get(state, name));
        Prompt::Say(Speech { text, times, voice, language })
    } else if !url.is_empty() {
        Prompt::Play { url, times }
    } else if !digits.is_empty() {
        Prompt::Digits { digits, times }
    } else {
        Prompt::Say(Speech { text, times, ..Speech::default() })
    }
}

/// Its prompt, and the ends of its input. Without a stop key, `stop_gather` is false.
pub(super) fn gather(state: &State, texts: &mut WidgetTexts<'_>) -> Action {
    let has_stop_key = flag(state, "stop_gather").unwrap_or(true);
    let finish_on_key = match (has_stop_key, state.properties.contains_key("finish_on_key")) {
        (true, true) => texts.get(state, "finish_on_key"),
        (true, false) => "#".to_owned(),
        (false, _) => String::new(),
    };
    let digits =
        texts.number(state, "number_of_digits").or_else(|| texts.number(state, "num_digits"));
    let max_digits =
        digits.and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0);
    Action::Gather {
        prompt: prompt(state, texts),
        timeout: texts.seconds(state, "timeout").unwrap_or(DEFAULT_GATHER_TIMEOUT),
        finish_on_key,
        max_digits,
    }
}

impl Run {
    pub(super) fn take_input(&mut self, state: &State, event: RunEvent) -> Taken {
        let (fired, found) = match event {
            RunEvent::Digits(digits) if !digits.is_empty() => {
                ("keypress", vec![("Digits", digits)])
            }
            RunEvent::SpeechResult { text, confidence } if !text.is_empty() => {
                ("speech", vec![("SpeechResult", text), ("Confidence", confidence)])
            }
            RunEvent::Digits(_) | RunEvent::SpeechResult { .. } | RunEvent::TimedOut => {
                return Taken::Fired("timeout");
            }
            _ => return Taken::Ignored,
        };
        let mut variables = self.call_parameters();
        variables.extend(found.into_iter().map(|(name, value)| (name.to_owned(), json!(value))));
        self.set(&state.name, Value::Object(variables));
        Taken::Fired(fired)
    }

    /// The parameters of every webhook of the call.
    fn call_parameters(&self) -> Map<String, Value> {
        let incoming = self.context.pointer("/trigger/call").and_then(Value::as_object);
        let mut parameters = incoming.cloned().unwrap_or_default();
        if let Some(call) = &self.call {
            let named = [
                ("CallSid", call.sid.as_deref()),
                ("From", Some(&*call.from)),
                ("To", Some(&*call.to)),
            ];
            for (name, value) in named.into_iter().chain([("CallStatus", Some("in-progress"))]) {
                parameters.insert(name.to_owned(), json!(value.unwrap_or_default()));
            }
        }
        parameters
    }
}
