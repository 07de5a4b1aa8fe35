//! A Slack that takes what comes, and answers the next requests as a test wants.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::http::Request;
use crate::testing::{Answer, vendor};

/// A request: the last part of the path, and the body.
pub(super) type Asked = (String, Value);

#[derive(Clone, Default)]
pub(super) struct Slack {
    pub(super) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    answers: Arc<Mutex<VecDeque<(&'static str, Answer)>>>,
}

impl Slack {
    pub(super) async fn start() -> Slack {
        let slack = Slack::default();
        let serving = slack.clone();
        let address = vendor(move |request| serving.answer(&request)).await.expect("a port");
        Slack { address, ..slack }
    }

    /// The next request to this method gets this answer.
    pub(super) fn answers(&self, method: &'static str, answer: Answer) {
        self.answers.lock().expect("answers").push_back((method, answer));
    }

    /// The requests since this was last asked.
    pub(super) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().expect("requests"))
    }

    fn answer(&self, request: &Request) -> Answer {
        let method = request.path.rsplit('/').next().unwrap_or_default();
        let body = serde_json::from_slice(&request.body).expect("JSON");
        let mut asked = self.asked.lock().expect("requests");
        asked.push((method.to_owned(), body));
        let mut answers = self.answers.lock().expect("answers");
        if let Some((_, answer)) = answers.pop_front_if(|(of, _)| *of == method) {
            return answer;
        }
        let ts = format!("1900000000.{:06}", asked.len());
        match method.starts_with("chat.") {
            true => {
                Answer::of(200, json!({"ok": true, "channel": "C0000001", "ts": ts}).to_string())
            }
            false => Answer::of(200, "ok"),
        }
    }
}
