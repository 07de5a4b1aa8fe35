//! A Slack that takes one post a second per channel and, if it is told to, loses its temper.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use shared::http::Request;
use shared::testing::{Answer, vendor};

/// The faults of Slack: what it does to a post, beside taking it.
#[derive(Clone, Copy, Default)]
pub(crate) struct SlackBehaviour {
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

/// The record of what it took, and what it did.
#[derive(Default)]
pub(crate) struct Record {
    /// Each post that was taken: channel and lines.
    pub(crate) posts: Vec<(String, Vec<String>)>,
    /// How many posts were answered with 429.
    pub(crate) limited: usize,
    /// The posts that were taken and then cut off: how many lines each had.
    pub(crate) cut_after: Vec<usize>,
    /// The paths and `Authorization` headers of all that came.
    pub(crate) heads: Vec<(String, Option<String>)>,
    last: HashMap<String, Instant>,
    rng: u64,
}

/// A running Slack. It ends with the test.
#[derive(Clone)]
pub(crate) struct Slack {
    pub(crate) address: String,
    behaviour: Arc<Mutex<SlackBehaviour>>,
    record: Arc<Mutex<Record>>,
}

impl Slack {
    pub(crate) async fn start(behaviour: SlackBehaviour) -> Slack {
        let record = Record { rng: 0x9e37_79b9_7f4a_7c15, ..Record::default() };
        let slack = Slack {
            address: String::new(),
            behaviour: Arc::new(Mutex::new(behaviour)),
            record: Arc::new(Mutex::new(record)),
        };
        let serving = slack.clone();
        let address = vendor(move |request| serving.answer(&request)).await.unwrap();
        Slack { address, ..slack }
    }

    pub(crate) fn behaves(&self, behaviour: SlackBehaviour) {
        *self.behaviour.lock().unwrap() = behaviour;
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

    /// Waits until each of these lines is there, two minutes at most.
    pub(crate) async fn wait_for_each(&self, lines: &[String]) {
        let until = Instant::now() + Duration::from_secs(120);
        loop {
            let lost: Vec<&String> = self.record(|record| {
                let all = record.posts.iter().flat_map(|(_, lines)| lines);
                let have: std::collections::HashSet<&String> = all.collect();
                lines.iter().filter(|line| !have.contains(line)).collect()
            });
            if lost.is_empty() {
                return;
            }
            assert!(Instant::now() < until, "lost: {lost:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn answer(&self, request: &Request) -> Answer {
        let behaviour = *self.behaviour.lock().unwrap();
        let mut record = self.record.lock().unwrap();
        let path = request.path.as_str();
        let authorization = request.header("authorization").map(str::to_owned);
        record.heads.push((path.to_owned(), authorization));
        let post: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let is_api = path.ends_with("chat.postMessage");
        let channel = match is_api {
            true => post["channel"].as_str().unwrap_or_default().to_owned(),
            false => path.rsplit('/').next().unwrap_or_default().to_owned(),
        };
        if let Some((status, text)) = behaviour.always {
            let answer = Answer::of(status, text);
            return match behaviour.retry_after {
                Some(after) => answer.with("retry-after", after),
                None => answer,
            };
        }
        let now = Instant::now();
        let too_early =
            record.last.get(&channel).is_some_and(|last| now - *last < Duration::from_millis(990));
        if behaviour.one_a_second && too_early {
            record.limited += 1;
            return Answer::of(429, "rate_limited").with("retry-after", 1);
        }
        let rng = record.roll() % 100;
        if rng < behaviour.errors {
            return Answer::of(500, "rollup_error");
        }
        if rng < behaviour.errors + behaviour.resets_before {
            return Answer::Cut;
        }
        let text = post["text"].as_str().unwrap_or_default();
        if behaviour.poison.is_some_and(|poison| text.contains(poison)) {
            return Answer::of(400, "invalid_blocks");
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
        if rng < behaviour.errors + behaviour.resets_before + behaviour.resets_after {
            record.cut_after.push(text.lines().count());
            return Answer::Cut;
        }
        Answer::of(200, if is_api { r#"{"ok":true,"ts":"1.2"}"# } else { "ok" })
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
