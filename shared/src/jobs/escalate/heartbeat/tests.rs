use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::jobs::escalate::testing::Server;
use crate::storage::{Message, Processed, QueueName, records};
use crate::testing::{Fault, MemoryBackend, Sent};

const URL: &str = "https://heartbeat.example.com/check";

/// The part that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Broken {
    Nothing,
    /// The disk is full: nothing can be written.
    Write,
    /// Writes are lost.
    Forgets,
    /// Records cannot be read.
    Read,
    /// The queue takes nothing.
    Queue,
    /// An open incident is not what it should be.
    Incident,
    /// An alarm that waits for the end of a silence is not what it should be.
    Waiting,
}

const BROKEN: [Broken; 7] = [
    Broken::Nothing,
    Broken::Write,
    Broken::Forgets,
    Broken::Read,
    Broken::Queue,
    Broken::Incident,
    Broken::Waiting,
];

/// A server with these secrets.
fn server(secrets: &[(&str, &str)]) -> Server {
    Server::of(secrets, Arc::new(|_| (200, json!({}))))
}

/// Breaks this, and nothing else.
fn breaks(server: &Server, broken: Broken) {
    let MemoryBackend { store, queue, .. } = &server.backend;
    let fault = |is: bool| if is { Fault::After(0) } else { Fault::Never };
    store.fail_writes(fault(broken == Broken::Write));
    store.lose_writes(broken == Broken::Forgets);
    store.fail_loads(fault(broken == Broken::Read));
    queue.fail_sends(fault(broken == Broken::Queue));
    for (pk, what) in [(records::OPEN, Broken::Incident), (records::WAITING, Broken::Waiting)] {
        let key = Key::new(pk, "default");
        match broken == what {
            true => store.keep_body(key, "{"),
            false => store.forget(&key),
        }
    }
}

/// The wake-ups that were sent since the last look, as the queue hands them out.
fn sent(server: &Server) -> Vec<Message> {
    let sent = server.backend.queue.take();
    assert!(sent.iter().all(|sent| sent.queue == QueueName::WakeUps), "{sent:?}");
    sent.into_iter().map(Sent::message).collect()
}

fn pings(server: &Server) -> usize {
    let asked = std::mem::take(&mut *server.asked.lock().expect("a list"));
    asked.iter().filter(|ask| ask.url == URL).count()
}

#[tokio::test]
async fn heartbeat_is_told_once_its_wake_up_is_back() {
    let server = server(&[("heartbeat-url", URL)]);
    for _ in 0..3 {
        assert!(server.escalate.every_minute(server.now()).await.is_ok());
        assert_eq!(pings(&server), 0, "the wake-up is not back yet");
        let wake_ups = sent(&server);
        assert_eq!(wake_ups.len(), 1);
        server.passes(2);
        assert_eq!(server.escalate.process(&wake_ups[0], server.now()).await, Processed::Done);
        assert_eq!(pings(&server), 1);
        server.passes(58);
    }
}

#[tokio::test]
async fn alarm_that_waits_no_more_stops_no_heartbeat() {
    let server = server(&[("heartbeat-url", URL)]);
    server.backend.store.keep_body(Key::new(records::WAITING, "default"), "null");
    assert_eq!(server.escalate.every_minute(server.now()).await.ok(), Some(0));
    assert_eq!(sent(&server).len(), 1);
}

#[tokio::test]
async fn whatever_is_broken_stops_the_heartbeat_until_it_is_not() {
    let server = server(&[("heartbeat-url", URL)]);
    for broken in BROKEN {
        breaks(&server, broken);
        let done = server.escalate.every_minute(server.now()).await;
        let is_told = matches!(broken, Broken::Nothing | Broken::Incident | Broken::Waiting);
        assert_eq!(done.is_ok(), is_told, "{broken:?}");
        for message in sent(&server) {
            server.escalate.process(&message, server.now()).await;
        }
        assert_eq!(pings(&server), usize::from(broken == Broken::Nothing), "{broken:?}");
        server.passes(60);
    }
    breaks(&server, Broken::Nothing);
    assert!(server.escalate.every_minute(server.now()).await.is_ok());
    for message in sent(&server) {
        server.escalate.process(&message, server.now()).await;
    }
    assert_eq!(pings(&server), 1, "all is well again");
}

#[tokio::test]
async fn stuck_queue_stops_the_heartbeat() {
    let server = server(&[("heartbeat-url", URL)]);
    for _ in 0..5 {
        assert!(server.escalate.every_minute(server.now()).await.is_ok());
        server.passes(60);
    }
    // Nobody took the wake-ups; now all come out at once. Only the last one tells of the present.
    for message in sent(&server) {
        assert_eq!(server.escalate.process(&message, server.now()).await, Processed::Done);
    }
    assert_eq!(pings(&server), 1);
}

#[tokio::test]
async fn wake_up_whose_record_is_gone_tells_nobody() {
    let server = server(&[("heartbeat-url", URL)]);
    assert!(server.escalate.every_minute(server.now()).await.is_ok());
    let wake_up = sent(&server).remove(0);
    breaks(&server, Broken::Read);
    assert!(
        matches!(server.escalate.process(&wake_up, server.now()).await, Processed::RetryAfter(_)),
        "it cannot be read"
    );
    server.backend.store.forget(&key());
    breaks(&server, Broken::Nothing);
    assert_eq!(server.escalate.process(&wake_up, server.now()).await, Processed::Done);
    assert_eq!(pings(&server), 0);
}

#[tokio::test]
async fn without_a_url_nothing_is_written_or_sent() {
    let server = server(&[]);
    breaks(&server, Broken::Write);
    assert!(server.escalate.every_minute(server.now()).await.is_ok());
    assert!(sent(&server).is_empty());
}
