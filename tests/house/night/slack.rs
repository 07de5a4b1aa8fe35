//! What Slack is told.

use super::{LOOK, LOOKS, Night};

impl Night {
    /// What Slack was told, line by line.
    pub(crate) async fn slack(&self) -> Vec<String> {
        let messages = self.house.messages().await;
        let lines = messages.iter().flat_map(|message| message["text"].as_str().unwrap().lines());
        lines.map(str::to_owned).collect()
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
            tokio::time::sleep(LOOK).await;
        }
        panic!("{line:?} is not said: {:#?}\n{}", self.slack().await, self.house.log());
    }

    /// Waits until these are all the lines that Slack was told.
    pub(crate) async fn slack_was_told(&self, story: &str) {
        let mut told = String::new();
        for _ in 0..LOOKS {
            told = self.slack().await.join("\n");
            if told == story {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
        assert_eq!(told, story);
    }
}
