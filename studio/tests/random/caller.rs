//! A caller who does anything, and servers that answer anything.

use std::sync::Arc;

use studio::play::{CallerAction, CallerPrompt, HttpOutcome, HttpRequest, Peer, outcomes};
use studio::{Flow, HttpResponse};

use super::mutation::Random;

pub(super) struct RandomCaller<'a> {
    pub(super) random: &'a mut Random,
    pub(super) subflow: Arc<Flow>,
}

impl Peer for RandomCaller<'_> {
    fn act(&mut self, _prompt: &CallerPrompt<'_>) -> CallerAction {
        let keys = ["1", "2", "3", "0", "9", "12345678#", "*", "#", "4", ""];
        let words = ["yes", "no", "5", "stop", "", "ä", "late", "{{flow}}"];
        match self.random.below(10) {
            0 => CallerAction::Silence,
            1 if self.random.below(4) == 0 => CallerAction::HangUp,
            2..=6 => CallerAction::Press((*self.random.choose(&keys)).to_owned()),
            _ => CallerAction::Say((*self.random.choose(&words)).to_owned()),
        }
    }

    fn hangs_up(&mut self, _widget: &str, _is_heard: bool) -> bool {
        self.random.below(60) == 0
    }

    fn answer(&mut self, _request: &HttpRequest<'_>) -> HttpOutcome {
        let bodies = [
            "{}",
            "",
            "{",
            "[1]",
            "{\"again\": true, \"say\": \"x\"}",
            "{\"desk\": \"closed\"}",
            "{\"a\": {\"b\": [1]}}",
            "{\"status\": \"delivered\", \"parsed\": 1}",
            "null",
        ];
        match self.random.below(8) {
            0 => HttpOutcome::Unanswered("nobody".to_owned()),
            1 => HttpOutcome::Unsent("nobody".to_owned()),
            _ => HttpOutcome::Responded(HttpResponse::of_text(
                *self.random.choose(&[200, 200, 200, 201, 302, 404, 500]),
                (*self.random.choose(&["application/json", "text/plain", ""])).to_owned(),
                if self.random.below(40) == 0 {
                    "x".repeat(70_000)
                } else {
                    (*self.random.choose(&bodies)).to_owned()
                },
            )),
        }
    }

    fn outcome(&mut self, _widget: &str, kind: &str) -> Option<String> {
        let all = outcomes(kind);
        (self.random.below(3) == 0 && !all.is_empty())
            .then(|| (*self.random.choose(all)).to_owned())
    }

    fn flow(&mut self, _flow_sid: &str, _revision: &str) -> Result<Arc<Flow>, String> {
        let is_here = self.random.below(4) > 0;
        if is_here { Ok(self.subflow.clone()) } else { Err("nobody gives it".to_owned()) }
    }
}
