//! A side of a run that does what was written down before it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::http::{HttpOutcome, HttpRequest};
use super::peer::{CallerAction, CallerPrompt, Peer};
use crate::flow::Flow;
use crate::run::HttpMethod;

/// The actions of a caller, in their order, and the answers of servers.
#[derive(Clone, Debug, Default)]
pub struct PlayScript {
    /// The caller's actions; after the last one the caller is silent.
    pub actions: VecDeque<CallerAction>,
    /// The widgets in which the caller hangs up, whatever the actions say.
    pub hang_ups: BTreeSet<String>,
    /// The answers to requests. Of those that fit, the first that has not been used; the last one stays.
    pub answers: Vec<AnswerRule>,
    /// The answers to the requests that none of the others fits.
    pub common_answers: Vec<AnswerRule>,
    /// The outcomes of widgets; of each the first that has not been used, and the last one stays.
    pub outcomes: BTreeMap<String, Vec<String>>,
    /// The subflows by their SIDs.
    pub flows: BTreeMap<String, Arc<Flow>>,
    /// The reason why a request without an answer is not sent.
    pub unsent: String,
    /// The indexes of the answers that have been used; the common ones come after the others.
    pub used: BTreeSet<usize>,
    /// The widgets whose outcome was asked for, and how often.
    pub asked: BTreeMap<String, usize>,
}

impl PlayScript {
    /// The answers that no request took; the common ones are left out.
    pub fn unused_answers(&self) -> impl Iterator<Item = &AnswerRule> {
        let answers = self.answers.iter().enumerate();
        answers.filter(|(index, _)| !self.used.contains(index)).map(|(_, answer)| answer)
    }

    /// The outcomes that no widget took, each with the widget's name.
    pub fn unused_outcomes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.outcomes.iter().flat_map(|(widget, outcomes)| {
            let asked = self.asked.get(widget).copied().unwrap_or(0);
            outcomes.iter().skip(asked).map(|outcome| (widget.as_str(), outcome.as_str()))
        })
    }
}

/// An answer to the requests that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRule {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The name of the widget; any if there is none.
    pub widget: Option<String>,
    /// The method; any if there is none.
    pub method: Option<HttpMethod>,
    /// The URL, `*` for any text; any if there is none.
    pub url: Option<String>,
    /// For Functions alone, or for HTTP requests alone; both if there is none.
    pub is_function: Option<bool>,
    /// The answer.
    pub outcome: HttpOutcome,
}

impl AnswerRule {
    fn fits(&self, request: &HttpRequest<'_>) -> bool {
        self.widget.as_deref().is_none_or(|widget| widget == request.widget)
            && self.method.is_none_or(|method| method == request.method)
            && self.is_function.is_none_or(|is_function| is_function == request.is_function)
            && self.url.as_deref().is_none_or(|pattern| is_like(pattern, request.url))
    }
}

/// A text has the parts of a pattern between its asterisks, in their order.
pub fn is_like(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let Some((middle, last)) = rest.rsplit_once('*') else { return text.ends_with(rest) };
    for part in middle.split('*') {
        let Some(at) = text.find(part) else { return false };
        text = text.get(at + part.len()..).unwrap_or_default();
    }
    text.ends_with(last)
}

impl Peer for PlayScript {
    fn act(&mut self, _prompt: &CallerPrompt<'_>) -> CallerAction {
        self.actions.pop_front().unwrap_or(CallerAction::Silence)
    }

    fn hangs_up(&mut self, widget: &str, is_heard: bool) -> bool {
        if is_heard && self.actions.front() == Some(&CallerAction::HangUp) {
            self.actions.pop_front();
            return true;
        }
        self.hang_ups.remove(widget)
    }

    fn answer(&mut self, request: &HttpRequest<'_>) -> HttpOutcome {
        let own = self.answers.len();
        let all = self.answers.iter().chain(&self.common_answers).enumerate();
        let mut last = None;
        for (index, rule) in all.filter(|(_, rule)| rule.fits(request)) {
            if index >= own && last.is_some_and(|(index, _)| index < own) {
                break;
            }
            last = Some((index, rule));
            if self.used.insert(index) {
                break;
            }
        }
        last.map(|(_, rule)| rule)
            .map_or_else(|| HttpOutcome::Unsent(self.unsent.clone()), |rule| rule.outcome.clone())
    }

    fn outcome(&mut self, widget: &str, _kind: &str) -> Option<String> {
        let outcomes = self.outcomes.get(widget)?;
        let asked = self.asked.entry(widget.to_owned()).or_default();
        *asked += 1;
        outcomes.get(*asked - 1).or(outcomes.last()).cloned()
    }

    fn flow(&mut self, flow_sid: &str, _revision: &str) -> Result<Arc<Flow>, String> {
        let flow = self.flows.get(flow_sid).cloned();
        flow.ok_or_else(|| "name its file under [subflows]".to_owned())
    }
}
