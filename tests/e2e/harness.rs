//! A server to talk to, and a Twilio that signs. All is simulated beside the Twilio and the Slack of a test (`--sandbox`),
//! and what a test asks for carries the start token.

use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sandbox::Secrets;
use serde_json::{Value, json};
use shared::secret::Secret;
use shared::twilio::signature::{Payload, signature, with_body_hash};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::slack::Slack;

pub(crate) const TOKEN: &str = "12345678901234567890123456789012";
pub(crate) const BASE: &str = "https://ringdown.example.com";

/// Events of the type `com.example.line` say `data.text` in the channel `data.channel`, `a` or `b`.
pub(crate) const CONFIG: &str = r#"
[channels.a]
[channels.b]
[[routes]]
name = "lines"
events = ["com.example.line"]
text = "{{ data.text }}"
to = "{{ data.channel }}"
fallback = "a"
"#;

/// The program, with nothing in its environment but what a test gives it.
pub(crate) fn ringdown(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringdown"));
    command.env_clear().current_dir(folder).kill_on_drop(true);
    command
}

/// A server that stands. It is ended with the test.
pub(crate) struct Server {
    pub(crate) address: String,
    /// A client that shows the start token.
    pub(crate) http: reqwest::Client,
    pub(crate) folder: Arc<TempDir>,
    child: Child,
    log: Arc<Mutex<String>>,
    printed: Arc<Mutex<String>>,
}

/// The start token of the server in this folder.
fn start_token(folder: &Path) -> Secret {
    ringdown::access::read(&folder.join("data")).unwrap()
}

/// A client that shows this token wherever a request has no credentials of its own.
fn client(token: &Secret) -> reqwest::Client {
    let bearer = format!("Bearer {}", token.expose()).parse().unwrap();
    let headers = [(reqwest::header::AUTHORIZATION, bearer)].into_iter().collect();
    shared::http::builder().unwrap().default_headers(headers).build().unwrap()
}

/// What a server is started with.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) folder: Arc<TempDir>,
    pub(crate) config: String,
    pub(crate) environment: Vec<(String, String)>,
    /// What is typed behind the port and the data folder.
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

impl Server {
    /// What it wrote to its log so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The token that opens its pages.
    pub(crate) fn start_token(&self) -> Secret {
        start_token(self.folder.path())
    }

    /// What its simulated vendors sign with, and ask for.
    pub(crate) fn simulated(&self) -> Secrets {
        Secrets::derived_from(&self.start_token())
    }

    /// Waits until it has printed all that it prints at its start, and gives that without the first line.
    pub(crate) async fn printed(&self) -> String {
        for _ in 0..500 {
            let printed = self.printed.lock().unwrap().clone();
            if printed.contains("End with Ctrl-C") {
                return printed;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it did not say where to look: {:?}", self.printed.lock().unwrap());
    }

    /// Waits until it has printed this.
    pub(crate) async fn prints(&self, text: &str) -> String {
        for _ in 0..500 {
            let printed = self.printed.lock().unwrap().clone();
            if printed.contains(text) {
                return printed;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{text:?} is not printed: {}", self.printed.lock().unwrap());
    }

    /// Waits until its log holds this.
    pub(crate) async fn logs(&self, text: &str) {
        for _ in 0..500 {
            if self.log().contains(text) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{text:?} is not in the log:\n{}", self.log());
    }

    /// Waits until it has nothing left to do at this time, and gives how much it had begun by then.
    pub(crate) async fn idles(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200, "it is always busy: {}", self.log());
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// Posts a body as Twilio would, and gives the status; 0 if there is no answer.
    pub(crate) async fn twilio(&self, body: &[u8]) -> u16 {
        self.signed_for(BASE, TOKEN, body).await
    }

    /// The same, signed for another URL or with another token.
    pub(crate) async fn signed_for(&self, base: &str, token: &str, body: &[u8]) -> u16 {
        let target = with_body_hash("/twilio/events", body);
        let signed = signature(&format!("{base}{target}"), Payload::Nothing, &Secret::new(token));
        self.post(&target, &[("x-twilio-signature", &signed)], body).await
    }

    pub(crate) async fn post(&self, target: &str, headers: &[(&str, &str)], body: &[u8]) -> u16 {
        let mut request = self.http.post(format!("{}{target}", self.address)).body(body.to_vec());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match request.send().await {
            Ok(answer) => answer.status().as_u16(),
            Err(_) => 0,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.http.get(format!("{}{path}", self.address)).send().await.unwrap()
    }

    pub(crate) async fn is_alive(&self) {
        assert_eq!(self.get("/login").await.status(), 200, "the server must stand: {}", self.log());
    }

    /// The sandbox Slack's messages.
    pub(crate) async fn messages(&self) -> Vec<Value> {
        serde_json::from_str(&self.get("/sandbox/slack/messages").await.text().await.unwrap())
            .unwrap()
    }

    /// Waits for a line in the sandbox's Slack, and gives its message.
    pub(crate) async fn says(&self, text: &str) -> Value {
        for _ in 0..500 {
            let messages = self.messages().await;
            if let Some(found) = messages
                .into_iter()
                .find(|message| message["text"].as_str().unwrap().contains(text))
            {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{text:?} is not said; the log:\n{}", self.log());
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// SIGTERM; gives how long it took to end.
    pub(crate) async fn end(mut self) -> Duration {
        let id = self.id().to_string();
        let before = std::time::Instant::now();
        assert!(Command::new("kill").arg(id).status().await.unwrap().success());
        assert!(self.child.wait().await.unwrap().success());
        before.elapsed()
    }

    /// SIGKILL: it has no time for anything.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Runs a command of the program in the server's folder.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        run(self.folder.path(), arguments).await
    }
}

/// Runs a command of the program in a folder.
pub(crate) async fn run(folder: &Path, arguments: &[&str]) -> Output {
    ringdown(folder).env("TWILIO_AUTH_TOKEN", TOKEN).args(arguments).output().await.unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// One event that says `text` in `channel`.
pub(crate) fn line(channel: &str, text: &str) -> Value {
    let id: String = format!("EV-{channel}-{text}").chars().take(100).collect();
    json!({
        "specversion": "1.0", "type": "com.example.line", "source": "/test", "id": id,
        "time": "2026-11-20T12:00:00.000Z", "data": {"channel": channel, "text": text}
    })
}

/// A body with one such event.
pub(crate) fn body(channel: &str, text: &str) -> Vec<u8> {
    json!([line(channel, text)]).to_string().into_bytes()
}
