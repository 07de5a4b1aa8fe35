//! A Slack of a few lines: it takes what comes, and answers the next requests as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What came: the last part of the path, and the body.
pub(super) type Asked = (String, Value);

/// What the next request to this method is answered: status, more headers, body.
type Answer = (&'static str, u16, &'static str, &'static str);

#[derive(Clone)]
pub(super) struct Slack {
    pub(super) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

impl Slack {
    pub(super) async fn start() -> Slack {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let slack = Slack { address, asked: Arc::default(), answers: Arc::default() };
        let serving = slack.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().connection(stream));
            }
        });
        slack
    }

    /// The next request to this method gets this answer.
    pub(super) fn answers(&self, answer: Answer) {
        self.answers.lock().expect("answers").push_back(answer);
    }

    /// What came since this was last asked.
    pub(super) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().expect("requests"))
    }

    async fn connection(self, mut stream: TcpStream) {
        let mut buffer = Vec::new();
        while let Some((method, body)) = request(&mut stream, &mut buffer).await {
            let (status, headers, text) = self.answer(&method, body);
            let length = text.len();
            let answer =
                format!("HTTP/1.1 {status} x\r\n{headers}content-length: {length}\r\n\r\n{text}");
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn answer(&self, method: &str, body: Value) -> (u16, &'static str, String) {
        let mut asked = self.asked.lock().expect("requests");
        asked.push((method.to_owned(), body));
        let mut answers = self.answers.lock().expect("answers");
        if answers.front().is_some_and(|(of, ..)| *of == method)
            && let Some((_, status, headers, text)) = answers.pop_front()
        {
            return (status, headers, text.to_owned());
        }
        let ts = format!("1900000000.{:06}", asked.len());
        match method.starts_with("chat.") {
            true => (200, "", json!({"ok": true, "channel": "C0000001", "ts": ts}).to_string()),
            false => (200, "", "ok".to_owned()),
        }
    }
}

async fn request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Asked> {
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    })?;
    while buffer.len() < end + length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = serde_json::from_slice(&buffer[end..end + length]).ok()?;
    buffer.drain(..end + length);
    let path = head.split(' ').nth(1)?;
    Some((path.rsplit('/').next()?.to_owned(), body))
}
