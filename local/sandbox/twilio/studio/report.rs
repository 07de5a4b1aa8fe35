//! The widget that asks over HTTP: unsigned, answered within ten seconds. (Contract 4.3.)

use std::time::Duration;

use serde_json::{Map, Value, json};
use shared::twilio::studio::flow::State;

use super::super::webhook::{AGENT, encoded};
use super::super::wire::{self, Answer, Note};
use super::run::{Run, Stop};
use crate::clock::later;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

impl Run {
    pub(super) async fn report(&mut self, state: &State) -> Result<&'static str, Stop> {
        if !state.text("method").eq_ignore_ascii_case("POST") {
            return Err(Stop::Cannot("only POST is asked here".to_owned()));
        }
        let url = self.text(state.text("url"))?;
        let content_type = state.text("content_type").to_owned();
        let body = self.body(state)?;
        let (twilio, sid) = (self.twilio.clone(), self.execution.sid.clone());
        // A task of its own: who hangs up does not take back what was asked.
        let asking = tokio::spawn(async move {
            let note = Note { sid: &sid, event: "studio", url: &url };
            let asking = async {
                let request = twilio.http.post(twilio.target(&url).await?);
                let request = request.header("content-type", content_type);
                wire::ask(request.header("user-agent", AGENT).body(body), PATIENCE).await
            };
            twilio.noted(note, asking).await
        });
        let answer = self.meanwhile(asking).await?.unwrap_or_else(|error| Err(error.to_string()));
        let is_good = answer.as_ref().is_ok_and(|answer| (200..=299).contains(&answer.status));
        let found = answer.map(heard).unwrap_or_else(|_| json!({}));
        self.execution.found(&state.name, found);
        Ok(if is_good { "success" } else { "failed" })
    }

    /// Its parameters as a form, else its body.
    fn body(&self, state: &State) -> Result<String, Stop> {
        if !state.properties.contains_key("parameters") {
            return self.text(state.text("body"));
        }
        let pairs = state.pairs("parameters").into_iter();
        let fields = pairs.map(|(key, value)| Ok((key, self.text(&value)?)));
        fields.collect::<Result<Vec<_>, Stop>>().map(|fields| encoded(&fields))
    }

    /// Has something done: while the call goes on, if there is one.
    async fn meanwhile<T>(&mut self, doing: impl Future<Output = T>) -> Result<T, Stop> {
        if let Ok(player) = self.line() {
            return Ok(player.meanwhile(doing).await?);
        }
        let started = std::time::Instant::now();
        let done = doing.await;
        self.at = later(self.at, started.elapsed());
        Ok(done)
    }
}

/// What the widget knows of an answer; `parsed` if it is JSON.
fn heard(answer: Answer) -> Value {
    let Answer { status, content_type, body } = answer;
    let mut found = Map::new();
    if let Ok(parsed) = serde_json::from_str::<Value>(&body) {
        found.insert("parsed".to_owned(), parsed);
    }
    found.insert("status_code".to_owned(), json!(status));
    found.insert("content_type".to_owned(), json!(content_type));
    found.insert("body".to_owned(), json!(body));
    Value::Object(found)
}
