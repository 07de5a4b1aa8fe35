//! Messages to Slack.

use serde_json::{Value, json};

use super::clocks::LOOKS;
use super::{Scenario, post};

/// Whether a message is an incident's own: it says how that stands, and its timeline is in its thread.
fn is_own(message: &Value) -> bool {
    message["blocks"].as_array().unwrap().iter().any(|block| block["type"] == "context")
}

impl Scenario {
    /// The lines that Slack was told. How the incidents stand is no line.
    pub(crate) async fn slack(&self) -> Vec<String> {
        let mut messages = self.server.messages().await;
        messages.retain(|message| !is_own(message));
        let lines = messages.iter().flat_map(|message| message["text"].as_str().unwrap().lines());
        lines.map(str::to_owned).collect()
    }

    /// Waits until the message of the one incident there is says this; its timeline is in its thread.
    pub(crate) async fn its_message_says(&self, text: &str) {
        let (mut own, mut others) = (Vec::new(), Vec::new());
        for _ in 0..LOOKS {
            (own, others) = self.server.messages().await.into_iter().partition(is_own);
            if own.iter().any(|message| message["text"] == text) {
                break;
            }
            self.looks_again().await;
        }
        let said: Vec<&Value> = own.iter().map(|message| &message["text"]).collect();
        assert_eq!(said, [text], "{}", self.server.log());
        for line in others {
            assert_eq!(line["thread_ts"], own[0]["ts"], "{line}");
        }
    }

    /// Waits until Slack was told exactly this line.
    pub(crate) async fn slack_says(&self, line: &str) {
        self.slack_says_again(line, 1).await;
    }

    /// Waits until Slack was told exactly this line so many times.
    pub(crate) async fn slack_says_again(&self, line: &str, times: usize) {
        for _ in 0..LOOKS {
            if self.slack().await.iter().filter(|told| *told == line).count() >= times {
                return;
            }
            self.looks_again().await;
        }
        panic!("{line:?} is not said: {:#?}\n{}", self.slack().await, self.server.log());
    }

    /// Waits until these are all the lines that Slack was told.
    pub(crate) async fn slack_was_told(&self, scenario: &str) {
        let mut told = String::new();
        for _ in 0..LOOKS {
            told = self.slack().await.join("\n");
            if told == scenario {
                return;
            }
            self.looks_again().await;
        }
        assert_eq!(told, scenario);
    }

    /// Waits until a message has this button, and has this member press it.
    pub(crate) async fn clicks(&self, user: &str, action: &str) {
        for _ in 0..LOOKS {
            let messages = self.server.messages().await;
            if let Some((ts, block_id)) =
                messages.iter().rev().find_map(|message| button(message, action))
            {
                self.presses(&ts, &block_id, user, action, ("selected", lasting(action))).await;
                return;
            }
            self.looks_again().await;
        }
        panic!("there is no button {action}: {:#?}", self.server.messages().await);
    }

    /// Has a member press a button that the message may have no more.
    pub(crate) async fn clicks_late(&self, user: &str, action: &str, incident: &str) {
        let messages = self.server.messages().await;
        let message = messages.iter().find(|message| is_own(message)).unwrap();
        let block_id = format!("incident {incident}");
        let ts = message["ts"].as_str().unwrap();
        self.presses(ts, &block_id, user, action, ("value", Some(incident))).await;
    }

    async fn presses(
        &self,
        ts: &str,
        block_id: &str,
        user: &str,
        action: &str,
        (key, value): (&str, Option<&str>),
    ) {
        let mut click = json!({"ts": ts, "block_id": block_id, "action_id": action, "user": user});
        if let Some(value) = value {
            click[key] = value.into();
        }
        let (status, told) = post(&self.server, "/sandbox/slack/click", click.to_string()).await;
        assert_eq!(status, 200, "{told}");
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["status"], 200, "{told}\n{}", self.server.log());
    }

    /// Waits until this is said to this member alone.
    pub(crate) async fn tells_alone(&self, user: &str, text: &str) {
        for _ in 0..LOOKS {
            let messages = self.server.messages().await;
            if messages.iter().any(|message| {
                message["ephemeral"] == true && message["user"] == user && message["text"] == text
            }) {
                return;
            }
            self.looks_again().await;
        }
        panic!("{user} is not told {text:?}: {:#?}", self.server.messages().await);
    }
}

/// The message and the block of a button of this action, if the message has one.
fn button(message: &Value, action: &str) -> Option<(String, String)> {
    let has_it = |block: &&Value| {
        let elements = block["elements"].as_array().into_iter().flatten();
        block["type"] == "actions" && elements.clone().any(|button| button["action_id"] == action)
    };
    let block = message["blocks"].as_array()?.iter().find(has_it)?;
    Some((message["ts"].as_str()?.to_owned(), block["block_id"].as_str()?.to_owned()))
}

/// The choice from a menu: an hour of silence.
fn lasting(action: &str) -> Option<&'static str> {
    (action == "silence").then_some("1h")
}
