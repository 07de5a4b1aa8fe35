//! The contract of every store.

mod counters;

use std::sync::Arc;

use jiff::Timestamp;
use ringdown::database::Database;
use ringdown::store::Records;
use shared::Error;
use shared::storage::{Condition, Increment, Key, MAX_ITEM_BYTES, Put, Store, Write, writes};
use shared::testing::MemoryStore;
use tokio::task::JoinSet;

use counters::{counters, counters_expire, many_counters};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + second).unwrap()
}

fn put(pk: &str, sk: &str, body: &str, condition: Condition) -> Put {
    Put { key: Key::new(pk, sk), body: body.to_owned(), condition, expires_at: None }
}

fn until(second: i64, put: Put) -> Put {
    Put { expires_at: Some(at(second)), ..put }
}

fn increment(pk: &str, sk: &str, counters: &[(&str, u64)]) -> Write {
    let counters = counters.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
    Increment { key: Key::new(pk, sk), counters, expires_at: None }.into()
}

fn conflicted(result: Result<(), Error>) -> bool {
    match result {
        Ok(()) => false,
        Err(Error::Conflict { keys }) => {
            assert!(!keys.is_empty(), "a conflict names what was in the way");
            true
        }
        Err(error) => panic!("{error}"),
    }
}

/// What every store must do. `pk` is a partition of its own.
async fn contract(store: Arc<dyn Store>, pk: &str) {
    conditions(store.as_ref(), &format!("{pk}-conditions")).await;
    expiry(store.as_ref(), &format!("{pk}-expiry")).await;
    pages(store.as_ref(), &format!("{pk}-pages")).await;
    all_or_nothing(store.as_ref(), &format!("{pk}-all")).await;
    sizes(store.as_ref(), &format!("{pk}-sizes")).await;
    many_writers(&store, &format!("{pk}-race")).await;
    counters(store.as_ref(), &format!("{pk}-counters")).await;
    counters_expire(store.as_ref(), &format!("{pk}-hours")).await;
    many_counters(&store, &format!("{pk}-lanes")).await;
}

async fn load(store: &dyn Store, pk: &str, sk: &str, second: i64) -> Option<(u64, String)> {
    let record = store.load(&[Key::new(pk, sk)], at(second)).await.unwrap().pop().unwrap();
    record.map(|record| (record.revision, record.body))
}

async fn conditions(store: &dyn Store, pk: &str) {
    let write =
        async |body, when| conflicted(store.write(&[put(pk, "x", body, when).into()], at(0)).await);
    assert_eq!(load(store, pk, "x", 0).await, None);
    assert!(write("no", Condition::At(1)).await);
    assert!(!write("one", Condition::Absent).await);
    assert!(write("no", Condition::Absent).await);
    assert_eq!(load(store, pk, "x", 0).await, Some((1, "one".to_owned())));
    assert!(!write("two", Condition::At(1)).await);
    assert!(write("no", Condition::At(1)).await);
    assert!(!write("three", Condition::Always).await);
    assert_eq!(load(store, pk, "x", 0).await, Some((3, "three".to_owned())));
}

async fn expiry(store: &dyn Store, pk: &str) {
    store
        .write(&[until(10, put(pk, "x", "short", Condition::Absent)).into()], at(0))
        .await
        .unwrap();
    assert_eq!(load(store, pk, "x", 9).await, Some((1, "short".to_owned())));
    assert_eq!(load(store, pk, "x", 10).await, None);
    assert!(conflicted(store.write(&[put(pk, "x", "no", Condition::At(1)).into()], at(10)).await));
    assert!(!conflicted(
        store.write(&[put(pk, "x", "again", Condition::Absent).into()], at(10)).await
    ));
    assert_eq!(load(store, pk, "x", 1_000).await.unwrap().1, "again");
}

async fn pages(store: &dyn Store, pk: &str) {
    for sk in ["a", "b", "c", "d", "e"] {
        let gone = if sk == "b" || sk == "c" { 5 } else { 50 };
        store
            .write(&[until(gone, put(pk, sk, sk, Condition::Always)).into()], at(0))
            .await
            .unwrap();
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
    store.write(&[put(pk, "taken", "", Condition::Absent).into()], at(0)).await.unwrap();
    let all =
        writes([put(pk, "free", "", Condition::Absent), put(pk, "taken", "", Condition::Absent)]);
    let told = store.write(&all, at(0)).await;
    let Err(Error::Conflict { keys }) = told else { panic!("{told:?}") };
    assert_eq!(keys, [Key::new(pk, "taken")]);
    assert_eq!(load(store, pk, "free", 0).await, None);
    let hundred = (0..100).map(|n| put(pk, &format!("{n:03}"), "", Condition::Always));
    let hundred = writes(hundred);
    store.write(&hundred, at(0)).await.unwrap();
    assert_eq!(store.page(pk, None, 200, at(0)).await.unwrap().len(), 101);
}

/// A write that is too large is refused as that, and nothing of it lands; one that just fits does.
async fn sizes(store: &dyn Store, pk: &str) {
    let sized = |sk: &str, bytes: usize| {
        let bytes = bytes - put(pk, sk, "", Condition::Always).item_bytes();
        put(pk, sk, &"x".repeat(bytes), Condition::Always)
    };
    let large = sized("large", MAX_ITEM_BYTES);
    store.write(&[large.clone().into()], at(0)).await.unwrap();
    assert_eq!(load(store, pk, "large", 0).await, Some((1, large.body)));
    let of_quotes = put(pk, "quotes", &"\"\u{1f525}".repeat(80_000), Condition::Always);
    store.write(&[of_quotes.into()], at(0)).await.unwrap();
    let many = |count: usize, bytes: usize| -> Vec<Write> {
        writes((0..count).map(|n| sized(&format!("many {n:03}"), bytes)))
    };
    for refused in [
        writes([put(pk, "many 000", "", Condition::Always), sized("many 001", MAX_ITEM_BYTES + 1)]),
        many(101, 1000),
        many(11, MAX_ITEM_BYTES),
    ] {
        let told = store.write(&refused, at(0)).await;
        assert!(matches!(told, Err(Error::TooLargeToStore(_))), "{told:?}");
        assert_eq!(load(store, pk, "many 000", 0).await, None);
    }
    store.write(&many(10, MAX_ITEM_BYTES), at(0)).await.unwrap();
}

async fn many_writers(store: &Arc<dyn Store>, pk: &str) {
    let mut writers = JoinSet::new();
    for writer in 0..16 {
        let (store, pk) = (store.clone(), pk.to_owned());
        writers.spawn(async move {
            let mut won = 0;
            for n in 0..25 {
                let first = put(&pk, &format!("{n}"), &writer.to_string(), Condition::Absent);
                won += usize::from(!conflicted(store.write(&[first.into()], at(0)).await));
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
                        Some((revision, body)) => {
                            (Condition::At(*revision), body.parse::<u64>().unwrap())
                        }
                        None => (Condition::Absent, 0),
                    };
                    if !conflicted(
                        store
                            .write(&[put(&pk, "sum", &(sum + 1).to_string(), when).into()], at(0))
                            .await,
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

#[tokio::test(flavor = "multi_thread")]
async fn store_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(folder.path()).unwrap();
    contract(Arc::new(Records(database)), "contract").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn store_in_memory() {
    contract(Arc::new(MemoryStore::default()), "contract").await;
}

/// `tests/run contract` makes a table and says where it is.
#[cfg(feature = "aws")]
#[tokio::test(flavor = "multi_thread")]
async fn store_on_dynamodb() {
    let environment = shared::config::Environment::read();
    let backend =
        shared::aws::Backend::of(environment).expect("tests/run contract starts the stand-in");
    let store = backend.store().expect("tests/run contract makes the table");
    let pk = format!("contract-{}", std::process::id());
    contract(store, &pk).await;
}

#[tokio::test]
async fn sweep_takes_away_what_has_expired_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = Records(Database::open(folder.path()).unwrap());
    store
        .write(
            &[
                until(10, put("p", "a", "", Condition::Always)).into(),
                put("p", "b", "", Condition::Always).into(),
            ],
            at(0),
        )
        .await
        .unwrap();
    assert_eq!((store.sweep(at(9)).await.unwrap(), store.sweep(at(10)).await.unwrap()), (0, 1));
}
