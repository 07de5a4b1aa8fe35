//! A server to talk to, and a Twilio that signs. All is simulated beside the Twilio and the Slack of a test (`--sandbox`),
//! and what a test asks for carries the start token.

mod plan;

use std::path::Path;
use std::process::Output;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sandbox::Secrets;
use serde_json::{Value, json};
use shared::secret::Secret;
use shared::twilio::signature::{Payload, signature, with_body_hash};
use tempfile::TempDir;
use tokio::process::{Child, Command};

pub(crate) use plan::Plan;

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

impl Server {
    /// The lines it wrote to its log so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The token that opens its pages.
    pub(crate) fn start_token(&self) -> Secret {
        start_token(self.folder.path())
    }

    /// The secrets that its simulated vendors sign with, and ask for.
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
