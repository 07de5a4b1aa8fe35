//! A Slack that takes one post a second per channel and, if it is told to, loses its temper.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What it does to a post, beside taking it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Mood {
    /// Of a hundred posts so many are answered 500.
    pub(crate) errors: u64,
    /// Of a hundred posts so many are cut off before they are taken.
    pub(crate) resets_before: u64,
    /// Of a hundred posts so many are taken and then cut off.
    pub(crate) resets_after: u64,
    /// Everything is answered with this.
    pub(crate) always: Option<(u16, &'static str)>,
    /// The `Retry-After` of those answers, in seconds.
    pub(crate) retry_after: Option<u64>,
    /// Posts that hold this text are answered with `invalid_blocks`.
    pub(crate) poison: Option<&'static str>,
    /// More than a post a second per channel is answered with 429.
    pub(crate) one_a_second: bool,
}

/// What it took, and what it did.
#[derive(Default)]
pub(crate) struct Record {
    /// Each post that was taken: channel and lines.
    pub(crate) posts: Vec<(String, Vec<String>)>,
    /// How many posts were answered with 429.
    pub(crate) limited: usize,
    /// The posts that were taken and then cut off: how many lines each had.
    pub(crate) cut_after: Vec<usize>,
    /// The request lines and `Authorization` headers of all that came.
    pub(crate) heads: Vec<String>,
    last: HashMap<String, Instant>,
    rng: u64,
}

/// A running Slack. It ends with the test.
#[derive(Clone)]
pub(crate) struct Slack {
    pub(crate) address: String,
    mood: Arc<Mutex<Mood>>,
    record: Arc<Mutex<Record>>,
}

impl Slack {
    pub(crate) async fn start(mood: Mood) -> Slack {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let record = Record { rng: 0x9e37_79b9_7f4a_7c15, ..Record::default() };
        let slack = Slack {
            address,
            mood: Arc::new(Mutex::new(mood)),
            record: Arc::new(Mutex::new(record)),
        };
        let serving = slack.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let slack = serving.clone();
                tokio::spawn(async move { slack.connection(stream).await });
            }
        });
        slack
    }

    pub(crate) fn feels(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// The webhook of a channel.
    pub(crate) fn webhook(&self, channel: &str) -> String {
        format!("{}/services/{channel}", self.address)
    }

    pub(crate) fn record<T>(&self, look: impl FnOnce(&Record) -> T) -> T {
        look(&self.record.lock().unwrap())
    }

    /// All lines of a channel in the order in which they were taken.
    pub(crate) fn lines(&self, channel: &str) -> Vec<String> {
        self.record(|record| {
            let posts = record.posts.iter().filter(|(of, _)| of == channel);
            posts.flat_map(|(_, lines)| lines.clone()).collect()
        })
    }

    /// Waits until so many different lines are there, two minutes at most.
    pub(crate) async fn wait_for(&self, lines: usize) {
        let until = Instant::now() + Duration::from_secs(120);
        loop {
            let have = self.record(|record| {
                let all = record.posts.iter().flat_map(|(_, lines)| lines);
                all.collect::<std::collections::HashSet<_>>().len()
            });
            if have >= lines {
                return;
            }
            assert!(Instant::now() < until, "{have} of {lines} lines after two minutes");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn connection(&self, mut stream: TcpStream) {
        let mut buffer = Vec::new();
        while let Some((head, body)) = request(&mut stream, &mut buffer).await {
            match self.answer(&head, &body) {
                Answer::Cut => {
                    let _ = stream.set_zero_linger();
                    return;
                }
                Answer::Say(status, extra, text) => {
                    let length = text.len();
                    let answer = format!(
                        "HTTP/1.1 {status} x\r\n{extra}content-length: {length}\r\n\r\n{text}"
                    );
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    fn answer(&self, head: &str, body: &[u8]) -> Answer {
        let mood = *self.mood.lock().unwrap();
        let mut record = self.record.lock().unwrap();
        record.heads.push(head.to_owned());
        let path = head.split(' ').nth(1).unwrap_or_default();
        let post: Value = serde_json::from_slice(body).unwrap_or_default();
        let is_api = path.ends_with("chat.postMessage");
        let channel = match is_api {
            true => post["channel"].as_str().unwrap_or_default().to_owned(),
            false => path.rsplit('/').next().unwrap_or_default().to_owned(),
        };
        if let Some((status, text)) = mood.always {
            let wish = mood.retry_after.map(|after| format!("retry-after: {after}\r\n"));
            return Answer::Say(status, wish.unwrap_or_default(), text.to_owned());
        }
        let now = Instant::now();
        let too_early =
            record.last.get(&channel).is_some_and(|last| now - *last < Duration::from_millis(990));
        if mood.one_a_second && too_early {
            record.limited += 1;
            return Answer::Say(429, "retry-after: 1\r\n".to_owned(), "rate_limited".to_owned());
        }
        let rng = record.roll() % 100;
        if rng < mood.errors {
            return Answer::Say(500, String::new(), "rollup_error".to_owned());
        }
        if rng < mood.errors + mood.resets_before {
            return Answer::Cut;
        }
        let text = post["text"].as_str().unwrap_or_default();
        if mood.poison.is_some_and(|poison| text.contains(poison)) {
            return Answer::Say(400, String::new(), "invalid_blocks".to_owned());
        }
        let in_blocks: Vec<&str> = post["blocks"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|block| block["text"]["text"].as_str())
            .collect();
        assert_eq!(in_blocks.join("\n"), text, "blocks and text must say the same");
        record.posts.push((channel.clone(), text.lines().map(str::to_owned).collect()));
        record.last.insert(channel, now);
        if rng < mood.errors + mood.resets_before + mood.resets_after {
            record.cut_after.push(text.lines().count());
            return Answer::Cut;
        }
        Answer::Say(
            200,
            String::new(),
            if is_api { r#"{"ok":true,"ts":"1.2"}"# } else { "ok" }.to_owned(),
        )
    }
}

impl Record {
    /// xorshift: the same rng in every run.
    fn roll(&mut self) -> u64 {
        self.rng ^= self.rng << 13;
        self.rng ^= self.rng >> 7;
        self.rng ^= self.rng << 17;
        self.rng
    }
}

enum Answer {
    Cut,
    Say(u16, String, String),
}

async fn request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<(String, Vec<u8>)> {
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
    });
    let all = end + length.unwrap_or(0);
    while buffer.len() < all {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = buffer[end..all].to_vec();
    buffer.drain(..all);
    Some((head, body))
}
