use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use async_trait::async_trait;
use serde_json::json;

use super::*;
use crate::jobs::escalate::testing::{Backend, Server};
use crate::storage::records;
use crate::storage::{Message, Processed, Queue, QueueName, Record, Store, Write};

const URL: &str = "https://heartbeat.example.com/check";

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Nothing,
    /// The disk is full: nothing can be written.
    Write,
    /// What is written is lost.
    Forgets,
    /// What is written cannot be read.
    Read,
    /// The queue takes nothing.
    Queue,
    /// An open incident is not what it should be.
    Incident,
    /// An alarm that waits for the end of a silence is not what it should be.
    Waiting,
}

const FAULTS: [Fault; 7] = [
    Fault::Nothing,
    Fault::Write,
    Fault::Forgets,
    Fault::Read,
    Fault::Queue,
    Fault::Incident,
    Fault::Waiting,
];

/// A store and a queue of which one thing is broken.
#[derive(Clone)]
struct Faulty {
    backend: Backend,
    fault: Arc<AtomicU8>,
}

impl Faulty {
    fn has(&self, fault: Fault) -> bool {
        FAULTS[usize::from(self.fault.load(Ordering::Relaxed))] == fault
    }

    fn unreadable(&self, pk: &str) -> bool {
        (pk == records::OPEN && self.has(Fault::Incident))
            || (pk == records::WAITING && self.has(Fault::Waiting))
    }
}

#[async_trait]
impl Store for Faulty {
    async fn load(&self, keys: &[Key], now: Timestamp) -> Result<Vec<Option<Record>>, Error> {
        match self.has(Fault::Read) {
            true => Err(Error::Store("cannot be read".to_owned())),
            false => self.backend.load(keys, now).await,
        }
    }
    async fn page(
        &self,
        pk: &str,
        after: Option<&str>,
        _: usize,
        _: Timestamp,
    ) -> Result<Vec<Record>, Error> {
        let record = Record { key: Key::new(pk, "default"), revision: 1, body: "{".to_owned() };
        Ok(if after.is_none() && self.unreadable(pk) { vec![record] } else { Vec::new() })
    }
    async fn write(&self, writes: &[Write], now: Timestamp) -> Result<(), Error> {
        if self.has(Fault::Write) {
            return Err(Error::Store("database or disk is full".to_owned()));
        }
        if self.has(Fault::Forgets) { Ok(()) } else { self.backend.write(writes, now).await }
    }
}

#[async_trait]
impl Queue for Faulty {
    async fn send(
        &self,
        to: QueueName,
        body: String,
        group: &str,
        not_before: Option<Timestamp>,
    ) -> Result<(), Error> {
        match self.has(Fault::Queue) {
            true => Err(Error::Queue("takes nothing".to_owned())),
            false => self.backend.send(to, body, group, not_before).await,
        }
    }
}

/// A server whose parts can be broken one at a time.
fn server(secrets: &[(&str, &str)]) -> (Server, Faulty) {
    let mut server = Server::of(secrets, Arc::new(|_| (200, json!({}))));
    let faulty = Faulty { backend: server.backend.clone(), fault: Arc::default() };
    server.escalate.store = Arc::new(faulty.clone());
    server.escalate.queue = Arc::new(faulty.clone());
    (server, faulty)
}

/// The wake-ups that were sent since the last look, as the queue hands them out.
fn sent(server: &Server) -> Vec<Message> {
    let sent = std::mem::take(&mut *server.backend.sent.lock().expect("a queue"));
    let messages = sent.into_iter().map(|(to, body)| {
        assert_eq!(to, QueueName::WakeUps);
        Message { id: "1".to_owned(), group: String::new(), body, receive_count: 1 }
    });
    messages.collect()
}

fn pings(server: &Server) -> usize {
    let asked = std::mem::take(&mut *server.asked.lock().expect("a list"));
    asked.iter().filter(|ask| ask.url == URL).count()
}

#[tokio::test]
async fn heartbeat_is_told_once_its_wake_up_is_back() {
    let (server, _) = server(&[("heartbeat-url", URL)]);
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
async fn whatever_is_broken_stops_the_heartbeat_until_it_is_not() {
    let (server, faulty) = server(&[("heartbeat-url", URL)]);
    for (number, fault) in FAULTS.iter().enumerate() {
        faulty.fault.store(u8::try_from(number).expect("few"), Ordering::Relaxed);
        let done = server.escalate.every_minute(server.now()).await;
        let is_told = matches!(fault, Fault::Nothing | Fault::Incident | Fault::Waiting);
        assert_eq!(done.is_ok(), is_told, "{fault:?}");
        for message in sent(&server) {
            server.escalate.process(&message, server.now()).await;
        }
        assert_eq!(pings(&server), usize::from(*fault == Fault::Nothing), "{fault:?}");
        server.passes(60);
    }
    faulty.fault.store(0, Ordering::Relaxed);
    assert!(server.escalate.every_minute(server.now()).await.is_ok());
    for message in sent(&server) {
        server.escalate.process(&message, server.now()).await;
    }
    assert_eq!(pings(&server), 1, "all is well again");
}

#[tokio::test]
async fn stuck_queue_stops_the_heartbeat() {
    let (server, _) = server(&[("heartbeat-url", URL)]);
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
    let (server, faulty) = server(&[("heartbeat-url", URL)]);
    assert!(server.escalate.every_minute(server.now()).await.is_ok());
    let wake_up = sent(&server).remove(0);
    faulty.fault.store(3, Ordering::Relaxed);
    assert!(
        matches!(server.escalate.process(&wake_up, server.now()).await, Processed::RetryAfter(_)),
        "it cannot be read"
    );
    server.backend.forget(&key());
    faulty.fault.store(0, Ordering::Relaxed);
    assert_eq!(server.escalate.process(&wake_up, server.now()).await, Processed::Done);
    assert_eq!(pings(&server), 0);
}

#[tokio::test]
async fn without_a_url_nothing_is_written_or_sent() {
    let (server, faulty) = server(&[]);
    faulty.fault.store(1, Ordering::Relaxed);
    assert!(server.escalate.every_minute(server.now()).await.is_ok());
    assert!(sent(&server).is_empty());
}
