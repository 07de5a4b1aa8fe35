//! The expectations of a scenario, and what a run has missed of them.

use serde_json::Value;

use super::failure::{ScenarioFailure, in_order, unexpected};
use super::place::{FlowPlace, places};
use super::request::{ExpectedRequest, RequestFacts, requests};
use super::table::{Field, Fields, Problems, values};
use crate::play::{PlayEnd, Played, PlayedFlows, TraceDetail};
use crate::run::{EndReason, Prompt, Step};

/// Codes of Twilio's log that no scenario should meet unawares: a broken template, a missing widget, a value that is not
/// JSON.
const UNEXPECTED_CODES: [u32; 3] = [81018, 81022, 81027];

/// The expectations of a run: what must come of it.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    /// Nothing at all, if the list is there and empty; so with `sends` and `requests`.
    hears: Option<Vec<String>>,
    never_hears: Vec<String>,
    sends: Option<Vec<String>>,
    requests: Option<Vec<ExpectedRequest>>,
    passes: Vec<FlowPlace>,
    avoids: Vec<FlowPlace>,
    ends: Option<ExpectedEnd>,
    ends_in: Option<FlowPlace>,
    logs: Option<Vec<u64>>,
    variables: Vec<(String, Value)>,
}

/// The end that a run must have; without one, any that is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExpectedEnd {
    FlowEnd,
    HangUp,
    Error,
}

impl Expectations {
    pub(super) fn take(
        fields: &mut Fields<'_>,
        flows: PlayedFlows<'_>,
        problems: &mut Problems<'_>,
    ) -> Expectations {
        let mut texts = |key, problems: &mut Problems<'_>| {
            let items = fields.take(key)?.items().into_iter();
            Some(items.filter_map(|item| item.text(problems)).collect::<Vec<String>>())
        };
        let hears = texts("hears", problems);
        let never_hears = texts("never_hears", problems).unwrap_or_default();
        let sends = texts("sends", problems);
        let requests = fields.take("requests").map(|field| {
            let tables = field.items().into_iter().filter_map(|item| item.table(problems));
            let tables: Vec<Fields<'_>> = tables.collect();
            let requests = tables.into_iter();
            requests.map(|table| ExpectedRequest::read(table, flows, problems)).collect()
        });
        let passes = places(fields.take("passes"), flows, problems);
        let avoids = places(fields.take("avoids"), flows, problems);
        let ends = fields.take("ends").and_then(|field| end(field, problems));
        let ends_in = fields.take("ends_in");
        let ends_in = ends_in.and_then(|field| FlowPlace::read(field, flows, problems));
        let logs = fields.take("logs").map(|field| {
            field.items().into_iter().filter_map(|item| item.number(problems)).collect()
        });
        let variables = values(fields.take("variables"), problems);
        Expectations {
            hears,
            never_hears,
            sends,
            requests,
            passes,
            avoids,
            ends,
            ends_in,
            logs,
            variables,
        }
    }

    /// Everything that a run has missed.
    pub fn missed(&self, played: &Played) -> Vec<ScenarioFailure> {
        let steps: Vec<&Step> = played.steps().collect();
        let (heard, sent) = (spoken_lines(played), sent(played));
        let mut all = Vec::new();
        all.extend(missed_texts("hears", self.hears.as_deref(), &heard));
        for text in &self.never_hears {
            if let Some(found) = heard.iter().find(|found| found.contains(text.as_str())) {
                all.push(ScenarioFailure::new(
                    "never_hears",
                    format!("the caller heard {found:?}"),
                ));
            }
        }
        all.extend(missed_texts("sends", self.sends.as_deref(), &sent));
        all.extend(self.missed_requests(played));
        let names: Vec<String> = self.passes.iter().map(FlowPlace::to_string).collect();
        let path: Vec<String> =
            steps.iter().map(|step| format!("{}.{}", step.place(), step.event)).collect();
        let is_at = |place: &FlowPlace, step: &&Step| place.is_at(step);
        all.extend(in_order("passes", &self.passes, &names, &steps, &path, is_at));
        for place in &self.avoids {
            if steps.iter().any(|step| place.is_at(step)) {
                all.push(ScenarioFailure::new("avoids", format!("the run passes {place}")));
            }
        }
        all.extend(self.missed_end(played, &steps));
        all.extend(self.missed_logs(played));
        for (key, value) in &self.variables {
            let found = played.context.pointer("/flow/variables").and_then(|all| all.get(key));
            // A text is compared with what Liquid would write.
            let found = match value {
                Value::String(_) => found.map(|found| Value::String(plain(found))),
                _ => found.cloned(),
            };
            if found.as_ref() != Some(value) {
                let found = found.map_or("not set".to_owned(), |found| found.to_string());
                let message = format!("{key} is {found}, expected {value}");
                all.push(ScenarioFailure::new("variables", message));
            }
        }
        all
    }

    fn missed_requests(&self, played: &Played) -> Option<ScenarioFailure> {
        let found: Vec<RequestFacts> = requests(played);
        let words: Vec<String> = found.iter().map(RequestFacts::as_text).collect();
        let requests = self.requests.as_deref()?;
        if requests.is_empty() {
            return unexpected("requests", &words);
        }
        let expected: Vec<String> = requests.iter().map(ExpectedRequest::as_text).collect();
        in_order("requests", requests, &expected, &found, &words, ExpectedRequest::fits)
    }

    fn missed_end(&self, played: &Played, steps: &[&Step]) -> Vec<ScenarioFailure> {
        let mut all = Vec::new();
        let end = match &played.end {
            end if end.is_error() => ExpectedEnd::Error,
            PlayEnd::Ended(EndReason::HungUp) => ExpectedEnd::HangUp,
            _ => ExpectedEnd::FlowEnd,
        };
        let is_fine = match self.ends {
            None => end != ExpectedEnd::Error,
            Some(expected) => expected == end,
        };
        if !is_fine {
            let expected = match self.ends {
                None => "an end without an error",
                Some(ExpectedEnd::FlowEnd) => "the end of the Flow",
                Some(ExpectedEnd::HangUp) => "a hang-up",
                Some(ExpectedEnd::Error) => "an error",
            };
            all.push(ScenarioFailure::new("ends", format!("{}, expected {expected}", played.end)));
        }
        if let (Some(place), Some(last)) = (&self.ends_in, steps.last())
            && !place.is_at(last)
        {
            let last = format!("{}.{}", last.place(), last.event);
            let message = format!("the run ends in {last}, expected {place}");
            all.push(ScenarioFailure::new("ends_in", message));
        }
        all
    }

    fn missed_logs(&self, played: &Played) -> Option<ScenarioFailure> {
        let logged = |detail: &TraceDetail| match detail {
            TraceDetail::Logged(entry) => entry.code.map(|code| (code, entry.clone())),
            _ => None,
        };
        let found: Vec<_> =
            played.entries.iter().filter_map(|entry| logged(&entry.detail)).collect();
        let lines: Vec<String> = found
            .iter()
            .map(|(code, entry)| match entry.widget.as_str() {
                "" => format!("  {code}: {}", entry.message),
                widget => format!("  {code} {widget}: {}", entry.message),
            })
            .collect();
        match &self.logs {
            Some(expected) => {
                let codes: Vec<u64> = found.iter().map(|(code, _)| u64::from(*code)).collect();
                let message = format!("Twilio would have logged {codes:?}, expected {expected:?}");
                (codes != *expected).then_some(ScenarioFailure { key: "logs", message, lines })
            }
            None => {
                let is_bad = found.iter().any(|(code, _)| UNEXPECTED_CODES.contains(code));
                let message = "Twilio would have logged an error that no key `logs` expects";
                let message = message.to_owned();
                is_bad.then_some(ScenarioFailure { key: "logs", message, lines })
            }
        }
    }
}

fn end(field: Field<'_>, problems: &mut Problems<'_>) -> Option<ExpectedEnd> {
    let (at, key) = (field.at, field.key.clone());
    match field.text(problems)?.as_str() {
        "flow end" => Some(ExpectedEnd::FlowEnd),
        "hang up" => Some(ExpectedEnd::HangUp),
        "error" => Some(ExpectedEnd::Error),
        _ => {
            problems.add(at, &key, "expected flow end, hang up or error");
            None
        }
    }
}

/// A value as text, without quotation marks.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Texts that must come in this order; none at all, if the list is empty.
fn missed_texts(
    key: &'static str,
    expected: Option<&[String]>,
    found: &[String],
) -> Option<ScenarioFailure> {
    let quoted = |texts: &[String]| -> Vec<String> {
        texts.iter().map(|text| format!("{text:?}")).collect()
    };
    let (expected, words) = (expected?, quoted(found));
    if expected.is_empty() {
        return unexpected(key, &words);
    }
    let contains = |text: &String, found: &String| found.contains(text.as_str());
    in_order(key, expected, &quoted(expected), found, &words, contains)
}

/// Everything that the caller heard.
fn spoken_lines(played: &Played) -> Vec<String> {
    let text = |detail: &TraceDetail| match detail {
        TraceDetail::Heard(Prompt::Say(speech)) => Some(speech.text.clone()),
        TraceDetail::Heard(Prompt::Play { url, .. }) => Some(url.clone()),
        TraceDetail::Heard(Prompt::Digits { digits, .. }) => Some(digits.clone()),
        _ => None,
    };
    played.entries.iter().filter_map(|entry| text(&entry.detail)).collect()
}

/// Every message that was sent.
fn sent(played: &Played) -> Vec<String> {
    let text = |detail: &TraceDetail| match detail {
        TraceDetail::Sent(message) if message.body.is_empty() => Some(message.content_sid.clone()),
        TraceDetail::Sent(message) => Some(message.body.clone()),
        _ => None,
    };
    played.entries.iter().filter_map(|entry| text(&entry.detail)).collect()
}
