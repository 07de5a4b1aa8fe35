//! Callbacks and events by the thousand, from many writers at once: every counter is exact, whatever dies meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;
use shared::secret::Secret;
use shared::twilio::signature::{Payload, signature, with_body_hash};

use crate::concurrency::{write_all, write_through_kills};
use crate::harness::{BASE, Plan, Server, TOKEN, ringdown};

const SIDS: usize = 800;
const CALLBACKS: usize = 4_000;
const MESSAGE: [&str; 6] = ["queued", "sent", "delivered", "read", "undelivered", "failed"];
const CALL: [&str; 6] = ["initiated", "ringing", "in-progress", "completed", "busy", "no-answer"];

/// One status of one message or call.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Status {
    is_call: bool,
    sid: String,
    status: &'static str,
}

/// A request of Twilio's.
#[derive(Clone)]
enum Post {
    Form(Status),
    Events(Vec<Status>),
}

/// A random number generator that a seed repeats.
struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % bound
    }
}

/// As many callbacks as there shall be, shuffled, three of ten of them twice; by form, and in batches of events.
fn traffic(seed: u64) -> (Vec<Post>, BTreeSet<Status>) {
    let mut rng = Rng(seed | 1);
    let mut all = Vec::new();
    while all.len() < CALLBACKS * 10 / 13 {
        let (number, is_call) = (rng.below(SIDS), rng.below(3) == 0);
        let (prefix, words) = if is_call { ("CA", CALL) } else { ("SM", MESSAGE) };
        let status = words[rng.below(words.len())];
        all.push(Status { is_call, sid: format!("{prefix}{number:032x}"), status });
    }
    let once: BTreeSet<Status> = all.iter().cloned().collect();
    for at in 0..all.len() * 3 / 10 {
        all.push(all[at].clone());
    }
    for at in (1..all.len()).rev() {
        let other = rng.below(at + 1);
        all.swap(at, other);
    }
    let mut posts = Vec::new();
    while !all.is_empty() {
        let batch = rng.below(2) * rng.below(20);
        let many = all.split_off(all.len().saturating_sub(batch.max(1)));
        posts.extend(match batch {
            0 | 1 => many.into_iter().map(Post::Form).collect(),
            _ => vec![Post::Events(many)],
        });
    }
    (posts, once)
}

async fn post(server: &Server, post: &Post) -> u16 {
    match post {
        Post::Form(Status { is_call, sid, status }) => {
            let (path, what) = if *is_call {
                ("/webhooks/call", "Call")
            } else {
                ("/webhooks/message", "Message")
            };
            let form = format!("{what}Sid={sid}&{what}Status={status}&ErrorCode=30003");
            let fields = shared::http::form_fields(form.as_bytes());
            let signed =
                signature(&format!("{BASE}{path}"), Payload::Form(&fields), &Secret::new(TOKEN));
            server.post(path, &[("x-twilio-signature", &signed)], form.as_bytes()).await
        }
        Post::Events(statuses) => {
            let events: Vec<_> = statuses.iter().enumerate().map(event).collect();
            let body = serde_json::to_vec(&events).unwrap();
            let target = with_body_hash("/twilio/events", &body);
            let signed =
                signature(&format!("{BASE}{target}"), Payload::Nothing, &Secret::new(TOKEN));
            server.post(&target, &[("x-twilio-signature", &signed)], &body).await
        }
    }
}

fn event((at, Status { is_call, sid, status }): (usize, &Status)) -> serde_json::Value {
    let id = format!("EV{at}-{sid}-{status}");
    match is_call {
        true => json!({"type": format!("com.twilio.voice.status-callback.call.{status}"), "id": id,
            "data": {"request": {"parameters": {"CallSid": sid, "CallStatus": status}}}}),
        false => json!({"type": format!("com.twilio.messaging.message.{status}"), "id": id,
            "data": {"messageSid": sid, "messageStatus": status.to_uppercase(), "errorCode": 30003}}),
    }
}

/// What the counters are, if each status of each message and call counts once.
fn expected(once: &BTreeSet<Status>) -> BTreeMap<String, u64> {
    let mut counters = BTreeMap::new();
    let mut delivered = BTreeSet::new();
    for Status { is_call, sid, status } in once {
        let kind = if *is_call { "call" } else { "message" };
        let mut count = |name: String| *counters.entry(name).or_default() += 1;
        count(format!("twilio_{kind}_callback_total{{status=\"{status}\"}}"));
        match (*is_call, *status) {
            (false, "delivered" | "read") if delivered.insert(sid) => {
                count("twilio_messages_delivered_total".to_owned());
            }
            (false, "failed" | "undelivered") => {
                count("twilio_messages_failed_total{error_code=\"30003\"}".to_owned());
            }
            (true, "completed") => {
                count("twilio_calls_completed_total{call_status=\"completed\"}".to_owned());
            }
            (true, "busy" | "no-answer") => {
                count(format!("twilio_calls_failed_total{{disconnect_reason=\"{status}\"}}"));
            }
            _ => {}
        }
    }
    counters
}

/// The counters of messages and calls that are not zero, as Prometheus would scrape them.
async fn scraped(server: &Server) -> BTreeMap<String, u64> {
    server.idles("/sandbox/idle").await;
    let request = server.http.get(format!("{}/metrics", server.address));
    let answer = request.header("authorization", "Bearer scrape").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.unwrap();
    let counters = text.lines().filter(|line| line.starts_with("twilio_"));
    let counters = counters.filter_map(|line| {
        let (name, value) = line.rsplit_once(' ')?;
        Some((name.to_owned(), value.parse().ok()?))
    });
    counters.filter(|(name, value)| *value > 0 && !name.starts_with("twilio_api_")).collect()
}

async fn send(server: Arc<Server>, next: Post) -> (u16, Post) {
    (post(&server, &next).await, next)
}

fn plan() -> Plan {
    Plan::new().set("METRICS_TOKEN", "scrape")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shuffled_and_doubled_callbacks_of_eight_writers_count_once() {
    let server = Arc::new(plan().start().await);
    let (posts, once) = traffic(1);
    assert_eq!(write_all(&server, posts, send).await.len(), 0);
    assert_eq!(scraped(&server).await, expected(&once));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_server_loses_no_callback_and_counts_none_twice() {
    let plan = plan();
    let (posts, once) = traffic(2);
    let server = write_through_kills(&plan, posts, &[150, 400], send).await;
    assert_eq!(scraped(&server).await, expected(&once));
}

#[tokio::test]
async fn reconciliation_by_hand_takes_yesterday_and_the_day_before_only() {
    let server = Plan::new().start().await;
    let day = |ago: i64| {
        let today = ringdown::clock::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        today.checked_sub(jiff::Span::new().days(ago)).unwrap().to_string()
    };
    let reconcile = async |day: &str| {
        let address = server.address.as_str();
        let arguments = ["callbacks", "reconcile", "--day", day, "--data", "data", "--to", address];
        let output = ringdown(server.folder.path()).args(arguments).output().await.unwrap();
        let told = [output.stdout, output.stderr].map(|out| String::from_utf8(out).unwrap());
        (output.status.success(), told.concat())
    };
    for ago in [1, 2] {
        let (done, told) = reconcile(&day(ago)).await;
        assert!(done && told.contains("0 messages looked at, 0 ends found"), "{told}");
    }
    for ago in [0, 3] {
        let (done, told) = reconcile(&day(ago)).await;
        assert!(!done && told.contains(&format!("only {} and {} can", day(1), day(2))), "{told}");
    }
    let (done, told) = reconcile("yesterday").await;
    assert!(!done && told.contains("--day expects a day like"), "{told}");
}

#[tokio::test]
async fn sample_callbacks_are_sent_and_what_is_no_request_is_left_out() {
    let server = plan().start().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/events/status-callback");
    let files = ["counted", "message-sent", "message-delivered", "call-busy", "reconciliation"];
    let files = files.map(|name| format!("{folder}/{name}.json"));
    for fresh in [&[][..], &["--fresh"]] {
        let output = ringdown(server.folder.path())
            .env("TWILIO_AUTH_TOKEN", TOKEN)
            .env("PUBLIC_BASE_URL", BASE)
            .args(["send", "--data", "data", "--to", &server.address])
            .args(fresh)
            .args(&files)
            .output()
            .await
            .unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{told}");
        assert_eq!(told.matches("204 taken").count(), 3, "{told}");
        assert_eq!(told.matches("left out").count(), 2, "{told}");
    }
    let counters = scraped(&server).await;
    // Fresh ones are of other messages, and of another call.
    assert_eq!(counters["twilio_messages_delivered_total"], 2);
    assert_eq!(counters["twilio_calls_failed_total{disconnect_reason=\"busy\"}"], 2);
}
