mod executions;

use proptest::prelude::*;
use serde_json::json;
use shared::config::Environment;
use shared::config::file::Config;
use shared::jobs::forward::intake::tasks;
use shared::secret::Secret;
use shared::storage::dead_letters::DeadLetter;
use shared::storage::messages::{CallbackTask, Task};
use shared::storage::{MAX_MESSAGE_BYTES, QueueName};
use shared::testing::sample::at;
use shared::testing::{Fault, MemoryQueue, MemoryStore, readings};
use shared::twilio::event_stream::MAX_MALFORMED_BYTES;
use shared::twilio::signature::{Payload, signature, with_body_hash};

use super::*;

const CONFIG: &str = "[channels.a]\n[channels.b]\n[[routes]]\nname = \"r\"\nevents = [\"x\"]\n\
                      text = \"{{ data.text }}\"\nto = \"{{ data.to }}\"\nfallback = \"a\"\n\
                      [people.alpha]\nphone = \"+15005550001\"\n[[policies]]\nname = \"p\"\nalarms = [\"*\"]\n\
                      roster = [\"alpha\"]\nchannel = \"a\"\ncall_with = \"studio\"\n\
                      flow_sid = \"FW00000000000000000000000000000001\"\n";
const BASE: &str = "https://ringdown.example.com";

/// A webhook whose auth tokens are these, one list a reading; after the last, readings fail.
fn webhook(tokens: &[&str]) -> (Webhook, MemoryQueue) {
    let values = |tokens: &&str| {
        let values =
            [("twilio/auth-token", *tokens), ("public-base-url", BASE), ("config/main", CONFIG)];
        Ok(values.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    };
    let settings = SettingsCache::new(Environment::default(), readings(tokens.iter().map(values)));
    let queue = MemoryQueue::default();
    let store = Arc::new(MemoryStore::default());
    (Webhook { settings, queue: Arc::new(queue.clone()), store }, queue)
}

/// What was sent to a queue.
fn of(queue: &MemoryQueue, name: QueueName) -> Vec<String> {
    let sent = queue.sent().into_iter().filter(|sent| sent.queue == name);
    sent.map(|sent| sent.body).collect()
}

fn request(token: &str, body: &[u8]) -> Request {
    let target = with_body_hash("/twilio/events", body);
    let signed = signature(&format!("{BASE}{target}"), Payload::Nothing, &Secret::new(token));
    Request {
        method: "POST".to_owned(),
        path: "/twilio/events".to_owned(),
        query: target.split_once('?').map(|(_, query)| query.to_owned()),
        headers: vec![("x-twilio-signature".to_owned(), signed.into())],
        body: body.to_vec().into(),
        ..Request::default()
    }
}

async fn status(webhook: &Webhook, token: &str, second: i64) -> u16 {
    let body = json!([{"type": "x", "id": "1", "data": {"text": "t", "to": "a"}}]).to_string();
    handle(webhook, request(token, body.as_bytes()), at(second)).await.status
}

#[tokio::test]
async fn token_that_was_changed_is_read_afresh_before_a_request_is_refused() {
    let (webhook, queue) = webhook(&["old", "old,new", "new"]);
    assert_eq!(status(&webhook, "old", 0).await, 204);
    // The new one is stored now. Within thirty seconds of the last reading nothing is read again.
    assert_eq!(status(&webhook, "new", 10).await, 403);
    assert_eq!(status(&webhook, "new", 40).await, 204);
    assert_eq!(status(&webhook, "old", 50).await, 204);
    // The old one is taken out.
    assert_eq!(status(&webhook, "new", 400).await, 204);
    assert_eq!(status(&webhook, "old", 410).await, 403);
    // What cannot be read again stays as it was.
    assert_eq!(status(&webhook, "new", 9_000).await, 204);
    assert_eq!(of(&queue, QueueName::Slack).len(), 5);
}

#[tokio::test]
async fn what_is_our_own_fault_is_5xx() {
    let (nothing, _) = webhook(&[]);
    assert_eq!(status(&nothing, "t", 0).await, 503);
    let (no_token, _) = webhook(&[" , "]);
    assert_eq!(status(&no_token, "t", 0).await, 503);
    let (fine, queue) = webhook(&["t"]);
    queue.fail_sends(Fault::After(0));
    assert_eq!(status(&fine, "t", 0).await, 503);
    queue.fail_sends(Fault::Never);
    assert_eq!(status(&fine, "t", 0).await, 204);
}

#[tokio::test]
async fn one_message_for_each_channel_in_order() {
    let (webhook, queue) = webhook(&["t"]);
    let event = |n: usize| {
        let to = if n.is_multiple_of(2) { "a" } else { "b" };
        json!({"type": "x", "id": n.to_string(), "data": {"text": n.to_string(), "to": to}})
    };
    let mut events: Vec<_> = (0..10).map(event).collect();
    events.push(json!({"type": "nobody asks for it", "id": "1"}));
    events.push(json!({"id": "no type"}));
    let body = serde_json::to_vec(&events).unwrap();
    assert_eq!(handle(&webhook, request("t", &body), at(0)).await.status, 204);
    let mut sent: Vec<(String, Task)> = queue
        .sent()
        .into_iter()
        .filter(|sent| sent.queue == QueueName::Slack)
        .map(|sent| (sent.group, serde_json::from_str(&sent.body).unwrap()))
        .collect();
    sent.sort_by(|(one, _), (other, _)| one.cmp(other));
    let said: Vec<(String, Vec<String>)> = sent
        .into_iter()
        .map(|(group, task)| match task {
            Task::Lines(lines) => (group, lines.lines.into_iter().map(|line| line.text).collect()),
            Task::Malformed { reason, .. } => (group, vec![reason]),
            Task::Reply { .. } => panic!("nobody clicked"),
        })
        .collect();
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        said,
        [
            ("(malformed)".to_owned(), texts(&["it has no `type`"])),
            ("a".to_owned(), texts(&["0", "2", "4", "6", "8"])),
            ("b".to_owned(), texts(&["1", "3", "5", "7", "9"])),
        ]
    );
}

#[tokio::test]
async fn statuses_and_numbers_of_events_are_queued_to_be_counted() {
    let (webhook, queue) = webhook(&["t"]);
    let message = |status: &str| {
        json!({"type": format!("com.twilio.messaging.message.{status}"), "id": format!("EZ{status}"),
               "data": {"messageSid": "SM1", "messageStatus": status.to_uppercase()}})
    };
    let events = json!([
        {"type": "x", "id": "1", "data": {"text": "t", "to": "a"}},
        message("sent"),
        message("delivered"),
        {"id": "no type"},
    ]);
    let body = events.to_string();
    assert_eq!(handle(&webhook, request("t", body.as_bytes()), at(0)).await.status, 204);
    let [sent] = of(&queue, QueueName::Callbacks).try_into().unwrap();
    let CallbackTask::Report(report) = serde_json::from_str(&sent).unwrap() else {
        panic!("no report")
    };
    let statuses: Vec<&str> = report.callbacks.iter().map(|one| one.status.as_str()).collect();
    assert_eq!(statuses, ["sent", "delivered"]);
    let counters = report.counts.unwrap().counters;
    let counted = [
        ("ringdown_events_dropped_total{reason=\"malformed\"}", 1),
        ("ringdown_events_dropped_total{reason=\"no_route\"}", 2),
        ("ringdown_events_forwarded_total", 1),
        ("ringdown_events_received_total", 4),
    ];
    assert_eq!(counters, counted.map(|(name, count)| (name.to_owned(), count)).into());
}

/// What the store takes as one record, with space for its key.
const MAX_RECORD_BYTES: usize = 390 * 1024;

fn fits(body: &[u8]) {
    let config = Config::parse(vec![("f".to_owned(), CONFIG.to_owned())]).unwrap();
    for task in tasks(&config.routes, &parse(body), at(0)).tasks {
        let message = task.to_body();
        assert!(message.len() <= MAX_MESSAGE_BYTES, "a message of {} bytes", message.len());
        let letter =
            serde_json::to_string(&DeadLetter::forward("reason", message, at(0), at(0))).unwrap();
        assert!(letter.len() <= MAX_RECORD_BYTES, "a letter of {} bytes", letter.len());
    }
}

#[test]
fn no_body_makes_a_message_or_a_dead_letter_that_is_too_large() {
    let event = |id: String, text: String| json!({"type": "x", "id": id, "data": {"text": text, "to": "a"}});
    let many: Vec<_> = (0..12_000).map(|n| event(n.to_string(), "t".to_owned())).collect();
    fits(&serde_json::to_vec(&many).unwrap());
    let odd: Vec<_> =
        (0..400).map(|n| event(format!("{n}\u{1}\"\\"), "\u{1}\"\\".repeat(900))).collect();
    fits(&serde_json::to_vec(&odd).unwrap());
    fits(&serde_json::to_vec(&[event("i".repeat(1_100_000), "t".to_owned())]).unwrap());
    fits(&[1; 4_000_000]);
    fits(&vec![b'"'; MAX_MALFORMED_BYTES * 2]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn nor_does_a_random_one(id in ".{0,700}", text in ".{0,4000}", count in 0..200_usize) {
        let event = json!({"type": "x", "id": id, "data": {"text": text, "to": "b"}});
        fits(&serde_json::to_vec(&vec![event; count]).unwrap());
    }
}
