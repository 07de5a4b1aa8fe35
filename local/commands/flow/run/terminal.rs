//! The other side of a run: what was typed, and whoever sits at the terminal.

use std::collections::BTreeSet;
use std::io::{self, BufRead};
use std::sync::Arc;

use sandbox::live::Live;
use studio::Flow;
use studio::play::{
    CallerAction, CallerPrompt, HttpOutcome, HttpRequest, Peer, PlayScript, PromptKind,
    TraceDetail, TraceEntry, TraceWriter,
};
use tokio::runtime::Handle;

use super::super::name;
use super::options::{AnswerSource, FunctionSource, RunOptions};

/// The caller, the servers, and the printing of the trace.
pub(super) struct Terminal<'a> {
    options: &'a RunOptions,
    script: PlayScript,
    live: Live,
    writer: TraceWriter,
    /// Somebody answers: with `--step`, until standard input ends.
    asks: bool,
    /// The SIDs of the subflows that the run came to.
    fetched: BTreeSet<String>,
}

impl<'a> Terminal<'a> {
    pub(super) fn new(
        options: &'a RunOptions,
        script: PlayScript,
        live: Live,
        writer: TraceWriter,
    ) -> Terminal<'a> {
        let fetched = BTreeSet::new();
        Terminal { options, script, live, writer, asks: options.step, fetched }
    }

    /// The things that were typed or stand in a file and were of no use, as lines.
    pub(super) fn leftovers(&self) -> Vec<String> {
        let hang_ups = self.script.hang_ups.iter().map(|widget| {
            format!("no hang-up in {widget}: nobody was on the line, or the run never came there")
        });
        let left = self.script.actions.len();
        let actions = (left > 0)
            .then(|| format!("the run was over before the caller's last actions: {left} are left"));
        let outcomes = self.script.unused_outcomes().map(|(widget, outcome)| {
            format!("--outcome {widget}={outcome} is not used: the run does not come to it")
        });
        let subflows = self.script.flows.keys().filter(|sid| !self.fetched.contains(*sid));
        let subflows =
            subflows.map(|sid| format!("--subflow {sid} is not used: the run does not come to it"));
        let answers = self.script.unused_answers().map(|answer| {
            let file = self.options.answer_file(answer.is_function).map(name).unwrap_or_default();
            format!("{file}, line {}: the answer is not used: no request took it", answer.line)
        });
        hang_ups.chain(actions).chain(outcomes).chain(subflows).chain(answers).collect()
    }

    /// A line of whoever sits there; none if nobody does.
    fn ask(&mut self, question: &str) -> Option<String> {
        if !self.asks {
            return None;
        }
        say_error!("{question}");
        let mut line = String::new();
        match io::stdin().lock().read_line(&mut line) {
            Ok(1..) => Some(line.trim().to_owned()),
            Ok(0) | Err(_) => {
                self.asks = false;
                None
            }
        }
    }

    fn send(&self, request: &HttpRequest<'_>, server: Option<&str>) -> HttpOutcome {
        let sent = self.live.send(request, server);
        tokio::task::block_in_place(|| Handle::current().block_on(sent))
    }
}

impl Peer for Terminal<'_> {
    fn act(&mut self, prompt: &CallerPrompt<'_>) -> CallerAction {
        if !self.script.actions.is_empty() {
            return self.script.act(prompt);
        }
        let question = match prompt.kind {
            PromptKind::Input(_) => "[keys, or words; nothing for silence; hangup]",
            PromptKind::Reply => "[the reply; nothing for none]",
            PromptKind::Recording => "[words to record; nothing for silence; hangup]",
        };
        match self.ask(question).as_deref() {
            None | Some("") => CallerAction::Silence,
            Some(studio::run::HANG_UP) if prompt.kind != PromptKind::Reply => CallerAction::HangUp,
            Some(keys) if keys.chars().all(|key| key.is_ascii_digit() || "*#".contains(key)) => {
                CallerAction::Press(keys.to_owned())
            }
            Some(words) => CallerAction::Say(words.to_owned()),
        }
    }

    fn hangs_up(&mut self, widget: &str, is_heard: bool) -> bool {
        self.script.hangs_up(widget, is_heard)
    }

    fn answer(&mut self, request: &HttpRequest<'_>) -> HttpOutcome {
        if request.is_function {
            return match &self.options.function {
                Some(FunctionSource::Url(server)) => self.send(request, Some(server)),
                source => {
                    self.script.unsent = match source {
                        Some(_) => "the file has no answer for it".to_owned(),
                        None => "--function URL or FILE would answer it".to_owned(),
                    };
                    self.script.answer(request)
                }
            };
        }
        match &self.options.http {
            Some(AnswerSource::Live) => self.send(request, None),
            source => {
                self.script.unsent = match source {
                    Some(_) => "the file has no answer for it".to_owned(),
                    None => "--http live would send it, --http FILE would answer it".to_owned(),
                };
                self.script.answer(request)
            }
        }
    }

    fn outcome(&mut self, widget: &str, kind: &str) -> Option<String> {
        self.script.outcome(widget, kind)
    }

    fn flow(&mut self, flow_sid: &str, revision: &str) -> Result<Arc<Flow>, String> {
        self.fetched.insert(flow_sid.to_owned());
        let flow = self.script.flow(flow_sid, revision);
        flow.map_err(|_| format!("--subflow {flow_sid}=FILE gives it"))
    }

    fn asks_at(&self, request: &HttpRequest<'_>) -> Option<String> {
        match &self.options.function {
            Some(FunctionSource::Url(server)) if request.is_function => {
                Live::url_at(request.url, server)
            }
            _ => None,
        }
    }

    fn observe(&mut self, entry: &TraceEntry) {
        if self.options.json {
            return;
        }
        say!("{}", self.writer.lines(entry).trim_end_matches('\n'));
        if matches!(entry.detail, TraceDetail::Left { .. }) {
            self.ask("[Enter]");
        }
    }
}
