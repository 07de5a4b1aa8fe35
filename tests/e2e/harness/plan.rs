//! Plans of a server: what it is started with.

use std::process::Stdio;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};

use super::{BASE, CONFIG, Server, TOKEN, client, ringdown, start_token};
use crate::slack::Slack;

/// The folder, configuration and options that a server is started with.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) folder: Arc<TempDir>,
    pub(crate) config: String,
    pub(crate) environment: Vec<(String, String)>,
    /// The arguments typed behind the port and the data folder.
    pub(crate) arguments: Vec<String>,
}

impl Plan {
    /// A new folder, [`CONFIG`] and the token; both channels speak in the sandbox's Slack.
    pub(crate) fn new() -> Plan {
        let environment = [("TWILIO_AUTH_TOKEN", TOKEN), ("PUBLIC_BASE_URL", BASE)];
        Plan {
            folder: Arc::new(tempfile::tempdir().unwrap()),
            config: CONFIG.to_owned(),
            environment: environment
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            arguments: vec!["--sandbox".to_owned()],
        }
    }

    /// The same with both channels in this Slack.
    pub(crate) fn with_slack(slack: &Slack) -> Plan {
        Plan::new()
            .set("SLACK_WEBHOOK_A", &slack.webhook("a"))
            .set("SLACK_WEBHOOK_B", &slack.webhook("b"))
    }

    pub(crate) fn set(mut self, name: &str, value: &str) -> Plan {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn unset(mut self, name: &str) -> Plan {
        self.environment.retain(|(have, _)| have != name);
        self
    }

    pub(crate) fn config(mut self, more: &str) -> Plan {
        self.config.push_str(more);
        self
    }

    /// The same without `--sandbox`: what is real is not simulated.
    pub(crate) fn without_sandbox(mut self) -> Plan {
        self.arguments.retain(|argument| argument != "--sandbox");
        self
    }

    pub(crate) async fn start(&self) -> Server {
        std::fs::write(self.folder.path().join("ringdown.toml"), &self.config).unwrap();
        self.start_as_it_is().await
    }

    /// Starts it with whatever `ringdown.toml` is there.
    pub(crate) async fn start_as_it_is(&self) -> Server {
        let mut command = ringdown(self.folder.path());
        command.args(["--port", "0", "--data", "data"]).args(&self.arguments);
        command.envs(self.environment.clone());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut err = BufReader::new(child.stderr.take().unwrap()).lines();
        let log = Arc::new(Mutex::new(String::new()));
        let written = log.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = err.next_line().await {
                *written.lock().unwrap() += &(line + "\n");
            }
        });
        let first = out.next_line().await.unwrap();
        let address =
            first.as_deref().and_then(|line| line.strip_prefix("listening on ")).map(str::to_owned);
        let address =
            address.unwrap_or_else(|| panic!("it did not start: {}", log.lock().unwrap()));
        let printed = Arc::new(Mutex::new(String::new()));
        let lines = printed.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = out.next_line().await {
                *lines.lock().unwrap() += &(line + "\n");
            }
        });
        let http = client(&start_token(self.folder.path()));
        Server { address, http, folder: self.folder.clone(), child, log, printed }
    }
}
