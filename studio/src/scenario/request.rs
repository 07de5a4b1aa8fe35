//! Requests: those that a scenario expects, and those that a run has made.

use super::flows::widget;
use super::table::{Fields, Problems, pairs};
use crate::play::{Played, PlayedFlows, TraceDetail, TraceEntry, is_like};
use crate::run::HttpMethod;

/// A request that must be made.
#[derive(Clone, Debug, Default)]
pub(super) struct ExpectedRequest {
    widget: Option<String>,
    method: Option<String>,
    url: Option<String>,
    contains: Vec<String>,
    parameters: Vec<(String, String)>,
}

/// A request that was made.
pub(super) struct RequestFacts {
    widget: String,
    method: &'static str,
    url: String,
    body: String,
}

impl RequestFacts {
    pub(super) fn as_text(&self) -> String {
        format!("{}: {} {} {}", self.widget, self.method, self.url, self.body).trim().to_owned()
    }
}

/// The requests of a run, in their order.
pub(super) fn requests(played: &Played) -> Vec<RequestFacts> {
    let facts = |entry: &TraceEntry| match &entry.detail {
        TraceDetail::Requested { method, url, body, .. } => Some(RequestFacts {
            widget: entry.widget.clone(),
            method: match method {
                HttpMethod::Get => "GET",
                HttpMethod::Post => "POST",
            },
            url: url.clone(),
            body: body.clone(),
        }),
        _ => None,
    };
    played.entries.iter().filter_map(facts).collect()
}

impl ExpectedRequest {
    pub(super) fn read(
        mut fields: Fields<'_>,
        flows: PlayedFlows<'_>,
        problems: &mut Problems<'_>,
    ) -> ExpectedRequest {
        let named = fields.take("widget");
        let widget = named.and_then(|field| widget(flows, field, problems));
        let method = fields.text("method", problems).map(|method| method.to_uppercase());
        let url = fields.text("url", problems);
        let contains = fields.texts("contains", problems).into_iter().map(|(_, text)| text);
        let contains = contains.collect();
        let parameters = pairs(fields.take("parameters"), problems);
        fields.finish(problems);
        ExpectedRequest { widget, method, url, contains, parameters }
    }

    pub(super) fn as_text(&self) -> String {
        let mut words = format!("a {}", self.method.as_deref().unwrap_or("request"));
        for (before, part) in [(" of ", &self.widget), (" to ", &self.url)] {
            if let Some(part) = part {
                words.push_str(before);
                words.push_str(part);
            }
        }
        let parameters = self.parameters.iter().map(|(key, value)| format!("{key}={value}"));
        let texts = self.contains.iter().map(|text| format!("the text {text:?}"));
        let inner: Vec<String> = parameters.chain(texts).collect();
        if !inner.is_empty() {
            words.push_str(" with ");
            words.push_str(&inner.join(" and "));
        }
        words
    }

    pub(super) fn fits(&self, request: &RequestFacts) -> bool {
        let query = request.url.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        let has = |key: &str, value: &str| {
            [query, &request.body].iter().any(|form| {
                let mut pairs = form_urlencoded::parse(form.as_bytes());
                pairs.any(|(have, is)| have == key && is == value)
            })
        };
        self.widget.as_ref().is_none_or(|widget| *widget == request.widget)
            && self.method.as_deref().is_none_or(|method| method == request.method)
            && self.url.as_deref().is_none_or(|pattern| is_like(pattern, &request.url))
            && self.contains.iter().all(|text| request.body.contains(text.as_str()))
            && self.parameters.iter().all(|(key, value)| has(key, value))
    }
}
