//! One contract, both rooms: SQLite always, DynamoDB where `tests/run rooms` has started a stand-in for it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ringdown::database::Database;
use ringdown::queue::{Handler, Messages};
use ringdown::store::Records;
use shared::Error;
use shared::ports::{If, Key, Message, Outcome, Put, Queue, Store, To, counter};
use tokio::sync::watch;
use tokio::task::JoinSet;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + second).unwrap()
}

fn put(pk: &str, sk: &str, body: &str, when: If) -> Put {
    Put { key: Key::new(pk, sk), body: body.to_owned(), when, expires_at: None }
}

fn until(second: i64, put: Put) -> Put {
    Put { expires_at: Some(at(second)), ..put }
}

fn raced(result: Result<(), Error>) -> bool {
    match result {
        Ok(()) => false,
        Err(Error::Raced) => true,
        Err(error) => panic!("{error}"),
    }
}

/// What every store must do. `pk` is a partition of its own.
async fn contract(store: Arc<dyn Store>, pk: &str) {
    conditions(store.as_ref(), &format!("{pk}-conditions")).await;
    expiry(store.as_ref(), &format!("{pk}-expiry")).await;
    pages(store.as_ref(), &format!("{pk}-pages")).await;
    all_or_nothing(store.as_ref(), &format!("{pk}-all")).await;
    many_writers(&store, &format!("{pk}-race")).await;
    counters(&store, pk).await;
}

async fn load(store: &dyn Store, pk: &str, sk: &str, second: i64) -> Option<(u64, String)> {
    let record = store.load(&[Key::new(pk, sk)], at(second)).await.unwrap().pop().unwrap();
    record.map(|record| (record.revision, record.body))
}

async fn conditions(store: &dyn Store, pk: &str) {
    let write = async |body, when| raced(store.write(&[put(pk, "x", body, when)], at(0)).await);
    assert_eq!(load(store, pk, "x", 0).await, None);
    assert!(write("no", If::At(1)).await);
    assert!(!write("one", If::Absent).await);
    assert!(write("no", If::Absent).await);
    assert_eq!(load(store, pk, "x", 0).await, Some((1, "one".to_owned())));
    assert!(!write("two", If::At(1)).await);
    assert!(write("no", If::At(1)).await);
    assert!(!write("three", If::Always).await);
    assert_eq!(load(store, pk, "x", 0).await, Some((3, "three".to_owned())));
}

async fn expiry(store: &dyn Store, pk: &str) {
    store.write(&[until(10, put(pk, "x", "short", If::Absent))], at(0)).await.unwrap();
    assert_eq!(load(store, pk, "x", 9).await, Some((1, "short".to_owned())));
    assert_eq!(load(store, pk, "x", 10).await, None);
    assert!(raced(store.write(&[put(pk, "x", "no", If::At(1))], at(10)).await));
    assert!(!raced(store.write(&[put(pk, "x", "again", If::Absent)], at(10)).await));
    assert_eq!(load(store, pk, "x", 1_000).await.unwrap().1, "again");
}

async fn pages(store: &dyn Store, pk: &str) {
    for sk in ["a", "b", "c", "d", "e"] {
        let gone = if sk == "b" || sk == "c" { 5 } else { 50 };
        store.write(&[until(gone, put(pk, sk, sk, If::Always))], at(0)).await.unwrap();
    }
    let page = async |after, limit| {
        let records = store.page(pk, after, limit, at(10)).await.unwrap();
        records.into_iter().map(|record| record.body).collect::<String>()
    };
    assert_eq!(page(None, 10).await, "ade");
    assert_eq!(page(None, 2).await, "ad");
    assert_eq!(page(Some("a"), 1).await, "d");
    assert_eq!(page(Some("e"), 1).await, "");
    let keys = ["d", "x", "a"].map(|sk| Key::new(pk, sk));
    let loaded = store.load(&keys, at(10)).await.unwrap();
    assert_eq!(
        loaded.iter().map(|record| record.as_ref().map_or("-", |r| &r.body)).collect::<String>(),
        "d-a"
    );
    assert_eq!(store.load(&[], at(10)).await.unwrap(), []);
}

async fn all_or_nothing(store: &dyn Store, pk: &str) {
    store.write(&[put(pk, "taken", "", If::Absent)], at(0)).await.unwrap();
    let puts = [put(pk, "free", "", If::Absent), put(pk, "taken", "", If::Absent)];
    assert!(raced(store.write(&puts, at(0)).await));
    assert_eq!(load(store, pk, "free", 0).await, None);
    let hundred: Vec<Put> = (0..100).map(|n| put(pk, &format!("{n:03}"), "", If::Always)).collect();
    store.write(&hundred, at(0)).await.unwrap();
    assert_eq!(store.page(pk, None, 200, at(0)).await.unwrap().len(), 101);
}

async fn many_writers(store: &Arc<dyn Store>, pk: &str) {
    let mut writers = JoinSet::new();
    for writer in 0..16 {
        let (store, pk) = (store.clone(), pk.to_owned());
        writers.spawn(async move {
            let mut won = 0;
            for n in 0..25 {
                let first = put(&pk, &format!("{n}"), &writer.to_string(), If::Absent);
                won += usize::from(!raced(store.write(&[first], at(0)).await));
            }
            won
        });
    }
    assert_eq!(writers.join_all().await.into_iter().sum::<usize>(), 25, "each key has one winner");

    let mut writers = JoinSet::new();
    for _ in 0..8 {
        let (store, pk) = (store.clone(), pk.to_owned());
        writers.spawn(async move {
            for _ in 0..10 {
                loop {
                    let have = load(store.as_ref(), &pk, "sum", 0).await;
                    let (when, sum) = match &have {
                        Some((revision, body)) => (If::At(*revision), body.parse::<u64>().unwrap()),
                        None => (If::Absent, 0),
                    };
                    if !raced(
                        store.write(&[put(&pk, "sum", &(sum + 1).to_string(), when)], at(0)).await,
                    ) {
                        break;
                    }
                }
            }
        });
    }
    writers.join_all().await;
    assert_eq!(load(store.as_ref(), pk, "sum", 0).await, Some((80, "80".to_owned())));
}

async fn counters(store: &Arc<dyn Store>, pk: &str) {
    let (one, two) = (format!("{pk}_one"), format!("{pk}_two{{result=\"ok\"}}"));
    let mut writers = JoinSet::new();
    for _ in 0..8 {
        let (store, one, two) = (store.clone(), one.clone(), two.clone());
        writers.spawn(async move {
            for _ in 0..20 {
                store.add(&[(&one, 1), (&two, 3)]).await.unwrap();
            }
        });
    }
    writers.join_all().await;
    let records = store.load(&[counter(&one), counter(&two)], at(0)).await.unwrap();
    let values: Vec<String> = records.into_iter().map(|record| record.unwrap().body).collect();
    assert_eq!(values, ["160", "480"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(folder.path()).unwrap();
    contract(Arc::new(Records(database)), "contract").await;
}

/// `tests/run rooms` makes a table and says where it is.
#[cfg(feature = "aws")]
#[tokio::test(flavor = "multi_thread")]
async fn the_store_on_dynamodb() {
    let environment = shared::config::Environment::read();
    let room = shared::aws::Room::of(environment).expect("tests/run rooms starts the stand-in");
    let store = room.store().expect("tests/run rooms makes the table");
    let pk = format!("contract-{}", std::process::id());
    contract(store, &pk).await;
}

/// Sends what `tests/cloud/rooms.py` then takes out of the queue, in order: 20 messages for each of two groups, one of
/// them twice (the SDK's own second try).
#[cfg(feature = "aws")]
#[tokio::test(flavor = "multi_thread")]
async fn the_queue_on_sqs() {
    let room = shared::aws::Room::of(shared::config::Environment::read())
        .expect("tests/run rooms starts the stand-in");
    let queue = room.queue().expect("tests/run rooms makes the queue");
    for n in 0..20 {
        for group in ["a", "b"] {
            queue.send(To::Slack, format!("{group} {n}"), group, None).await.unwrap();
        }
    }
    queue.send(To::Slack, "a 19".to_owned(), "a", None).await.unwrap();
}

#[tokio::test]
async fn a_sweep_takes_away_what_has_expired_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = Records(Database::open(folder.path()).unwrap());
    store
        .write(&[until(10, put("p", "a", "", If::Always)), put("p", "b", "", If::Always)], at(0))
        .await
        .unwrap();
    assert_eq!((store.sweep(at(9)).await.unwrap(), store.sweep(at(10)).await.unwrap()), (0, 1));
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
                        outcomes.iter().any(|outcome| *outcome != Outcome::Done);
                    if let Some(at) = refused {
                        refuse.remove(at);
                    }
                    if refused.is_some() || after_a_refused_one {
                        outcomes.push(Outcome::Later(Duration::from_millis(50)));
                    } else {
                        desk.seen.lock().unwrap().push((
                            message.group,
                            message.body,
                            message.receives,
                        ));
                        outcomes.push(Outcome::Done);
                    }
                }
                desk.busy.lock().unwrap().insert(group, false);
                outcomes
            })
        })
    }

    /// Serves until so many messages are done, and gives the bodies of a group.
    async fn serve(self: &Arc<Desk>, queue: &Messages, count: usize) {
        let (stop, stopped) = watch::channel(false);
        let serving = tokio::spawn({
            let (queue, handler) = (queue.clone(), self.handler());
            async move { queue.serve(To::Slack, handler, Duration::ZERO, stopped).await }
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
async fn the_queue_on_sqlite_keeps_each_group_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let queue = Messages::new(Database::open(folder.path()).unwrap());
    for n in 0..40 {
        for group in ["a", "b", "c"] {
            queue.send(To::Slack, n.to_string(), group, None).await.unwrap();
        }
    }
    let desk = Arc::new(Desk::default());
    desk.refuse.lock().unwrap().extend(["7", "20"]);
    desk.serve(&queue, 120).await;
    let expected: Vec<String> = (0..40).map(|n| n.to_string()).collect();
    for group in ["a", "b", "c"] {
        assert_eq!(desk.bodies(group), expected, "{group}");
    }
    let again = desk.seen.lock().unwrap().iter().filter(|(_, _, receives)| *receives > 1).count();
    assert!(again >= 33, "what is given back comes with a higher count: {again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_on_sqlite_outlives_its_process_and_waits_for_the_moment() {
    let folder = tempfile::tempdir().unwrap();
    let later = ringdown::clock::now().checked_add(SignedDuration::from_secs(2)).unwrap();
    {
        let queue = Messages::new(Database::open(folder.path()).unwrap());
        queue.send(To::Slack, "later".to_owned(), "b", Some(later)).await.unwrap();
        queue.send(To::Slack, "now".to_owned(), "a", None).await.unwrap();
        queue.send(To::Slack, "later in a".to_owned(), "a", Some(later)).await.unwrap();
    }
    let queue = Messages::new(Database::open(folder.path()).unwrap());
    let desk = Arc::new(Desk::default());
    desk.serve(&queue, 1).await;
    assert!(ringdown::clock::now() < later, "this machine is too slow to tell");
    assert_eq!(desk.bodies("a"), ["now"]);
    desk.serve(&queue, 3).await;
    assert!(ringdown::clock::now() >= later);
    assert_eq!(
        (desk.bodies("a"), desk.bodies("b")),
        (vec!["now".to_owned(), "later in a".to_owned()], vec!["later".to_owned()])
    );
}
