//! The contract of every queue.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::SignedDuration;
use ringdown::database::Database;
use ringdown::queue::{Handler, Messages};
use shared::storage::{Message, Processed, Queue, QueueName};
use tokio::sync::watch;

/// Sends what `tests/aws/contract.py` then takes out of the queue, in order: 20 messages for each of two groups, one of
/// them twice (the SDK's own second try).
#[cfg(feature = "aws")]
#[tokio::test(flavor = "multi_thread")]
async fn queue_on_sqs() {
    let backend = shared::aws::Backend::of(shared::config::Environment::read())
        .expect("tests/run contract starts the stand-in");
    let queue = backend.queue().expect("tests/run contract makes the queue");
    for n in 0..20 {
        for group in ["a", "b"] {
            queue.send(QueueName::Slack, format!("{group} {n}"), group, None).await.unwrap();
        }
    }
    queue.send(QueueName::Slack, "a 19".to_owned(), "a", None).await.unwrap();
}

/// Sends what `tests/aws/contract.py` takes out of the queue of wake-ups meanwhile: `<name> <when it is due>`, the last one
/// later than SQS can wait.
#[cfg(feature = "aws")]
#[tokio::test(flavor = "multi_thread")]
async fn wake_ups_on_sqs() {
    let backend = shared::aws::Backend::of(shared::config::Environment::read())
        .expect("tests/run contract starts the stand-in");
    let queue = backend.queue().expect("tests/run contract makes the queue");
    for (name, seconds) in [("later", 4), ("soon", 2), ("past", -60), ("in-an-hour", 3_600)] {
        let due = ringdown::clock::now() + SignedDuration::from_secs(seconds);
        let body = format!("{name} {}", due.as_millisecond());
        queue.send(QueueName::WakeUps, body, name, Some(due)).await.unwrap();
    }
    queue.send(QueueName::WakeUps, "now 0".to_owned(), "now", None).await.unwrap();
}

/// What a handler was given, in order, and what it answers.
#[derive(Default)]
struct Desk {
    seen: Mutex<Vec<(String, String, u32)>>,
    busy: Mutex<HashMap<String, bool>>,
    /// Bodies that are given back once.
    refuse: Mutex<Vec<&'static str>>,
}

impl Desk {
    fn handler(self: &Arc<Desk>) -> Handler {
        let desk = self.clone();
        Arc::new(move |batch: Vec<Message>| {
            let desk = desk.clone();
            Box::pin(async move {
                let group = batch[0].group.clone();
                let overlapped =
                    desk.busy.lock().unwrap().insert(group.clone(), true) == Some(true);
                assert!(!overlapped, "two batches of {group} at once");
                tokio::time::sleep(Duration::from_millis(5)).await;
                let mut outcomes = Vec::new();
                for message in batch {
                    let mut refuse = desk.refuse.lock().unwrap();
                    let refused = refuse.iter().position(|body| *body == message.body);
                    let after_a_refused_one =
                        outcomes.iter().any(|outcome| *outcome != Processed::Done);
                    if let Some(at) = refused {
                        refuse.remove(at);
                    }
                    if refused.is_some() || after_a_refused_one {
                        outcomes.push(Processed::RetryAfter(Duration::from_millis(50)));
                    } else {
                        desk.seen.lock().unwrap().push((
                            message.group,
                            message.body,
                            message.receive_count,
                        ));
                        outcomes.push(Processed::Done);
                    }
                }
                desk.busy.lock().unwrap().insert(group, false);
                outcomes
            })
        })
    }

    /// Serves until so many messages are done, and gives the bodies of a group.
    async fn serve(self: &Arc<Desk>, queue: &Messages, to: QueueName, count: usize) {
        let (stop, stopped) = watch::channel(false);
        let serving = tokio::spawn({
            let (queue, handler) = (queue.clone(), self.handler());
            async move { queue.serve(to, handler, Duration::ZERO, stopped).await }
        });
        for _ in 0..1_000 {
            if self.seen.lock().unwrap().len() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stop.send(true).unwrap();
        serving.await.unwrap();
    }

    fn bodies(&self, group: &str) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|(of, ..)| of == group).map(|(_, body, _)| body.clone()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn queue_on_sqlite_keeps_each_group_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let queue = Messages::new(Database::open(folder.path()).unwrap());
    for n in 0..40 {
        for group in ["a", "b", "c"] {
            queue.send(QueueName::Slack, n.to_string(), group, None).await.unwrap();
        }
    }
    let desk = Arc::new(Desk::default());
    desk.refuse.lock().unwrap().extend(["7", "20"]);
    desk.serve(&queue, QueueName::Slack, 120).await;
    let expected: Vec<String> = (0..40).map(|n| n.to_string()).collect();
    for group in ["a", "b", "c"] {
        assert_eq!(desk.bodies(group), expected, "{group}");
    }
    let again = desk.seen.lock().unwrap().iter().filter(|(_, _, receives)| *receives > 1).count();
    assert!(again >= 33, "what is given back comes with a higher count: {again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn queue_on_sqlite_outlives_its_process_and_waits_for_the_moment() {
    let folder = tempfile::tempdir().unwrap();
    let later = ringdown::clock::now().checked_add(SignedDuration::from_millis(400)).unwrap();
    {
        let queue = Messages::new(Database::open(folder.path()).unwrap());
        queue.send(QueueName::Slack, "later".to_owned(), "b", Some(later)).await.unwrap();
        queue.send(QueueName::Slack, "now".to_owned(), "a", None).await.unwrap();
        queue.send(QueueName::Slack, "later in a".to_owned(), "a", Some(later)).await.unwrap();
    }
    let queue = Messages::new(Database::open(folder.path()).unwrap());
    let desk = Arc::new(Desk::default());
    desk.serve(&queue, QueueName::Slack, 3).await;
    assert!(ringdown::clock::now() >= later);
    assert_eq!(
        (desk.bodies("a"), desk.bodies("b")),
        (vec!["now".to_owned(), "later in a".to_owned()], vec!["later".to_owned()])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wake_ups_on_sqlite_come_each_in_its_own_time() {
    let folder = tempfile::tempdir().unwrap();
    let queue = Messages::new(Database::open(folder.path()).unwrap());
    let due = |milliseconds| ringdown::clock::now() + SignedDuration::from_millis(milliseconds);
    let later = due(900);
    for (name, due) in [
        ("later", Some(later)),
        ("soon", Some(due(300))),
        ("past", Some(due(-60_000))),
        ("now", None),
        ("in an hour", Some(due(3_600_000))),
    ] {
        queue.send(QueueName::WakeUps, name.to_owned(), name, due).await.unwrap();
    }
    queue.send(QueueName::Slack, "a line".to_owned(), "a", None).await.unwrap();
    let desk = Arc::new(Desk::default());
    desk.serve(&queue, QueueName::WakeUps, 4).await;
    assert!(ringdown::clock::now() >= later);
    let mut seen: Vec<String> =
        desk.seen.lock().unwrap().iter().map(|(_, body, _)| body.clone()).collect();
    seen[..2].sort();
    assert_eq!(seen, ["now", "past", "soon", "later"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn queue_on_sqlite_deals_with_many_due_groups_beside_many_that_wait() {
    let folder = tempfile::tempdir().unwrap();
    let queue = Messages::new(Database::open(folder.path()).unwrap());
    let in_an_hour = ringdown::clock::now() + SignedDuration::from_hours(1);
    let sending =
        (0..4_000).map(|n| {
            let (queue, due) = (queue.clone(), (n % 4 == 0).then_some(in_an_hour));
            async move {
                queue.send(QueueName::WakeUps, n.to_string(), &n.to_string(), due).await.unwrap()
            }
        });
    futures_util::future::join_all(sending).await;
    let desk = Arc::new(Desk::default());
    desk.serve(&queue, QueueName::WakeUps, 3_000).await;
    let seen = desk.seen.lock().unwrap();
    assert_eq!(seen.len(), 3_000);
    assert!(seen.iter().all(|(group, ..)| group.parse::<u32>().unwrap() % 4 != 0));
}
