//! Executions on every store: eight writers of the same Executions at once, and each event counts once.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use ringdown::database::Database;
use ringdown::store::Records;
use serde_json::{Value, json};
use shared::domain::event::Event;
use shared::domain::executions::views::CountSpan;
use shared::domain::sid::Sid;
use shared::jobs::watch::read::{counts, cursor, one, running};
use shared::jobs::watch::take::{ExecutionEvents, take};
use shared::storage::Store;
use shared::testing::MemoryStore;
use shared::twilio::event_stream::Malformed;
use tokio::task::JoinSet;

const EXECUTIONS: u64 = 48;
const STEPS: u64 = 4;
const WRITERS: usize = 8;

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_900_000_000_000 + milliseconds).unwrap()
}

fn sid(letters: &str, of: u64, number: u64) -> String {
    format!("{letters}{of:016x}{number:016x}")
}

fn event(
    kind: &str,
    id: &str,
    of: u64,
    number: u64,
    when: i64,
    mut data: Value,
) -> Result<Event, Malformed> {
    data["execution_sid"] = sid("FN", of, number).into();
    data["flow_sid"] = sid("FW", of, 0).into();
    let event_type = format!("com.twilio.studio.flow.{kind}");
    let envelope =
        json!({"type": event_type, "id": id, "time": at(when).to_string(), "data": data});
    Ok(Event { event_type, id: id.to_owned(), envelope })
}

/// All events of the Executions of a Flow, in an order in which the steps of one are far apart.
fn events(of: u64) -> Vec<Result<Event, Malformed>> {
    let mut all = Vec::new();
    for step in (1..=STEPS).rev() {
        for number in 0..EXECUTIONS {
            let id = sid("FT", of * 1_000 + number, step);
            let from = if step == 1 { "Trigger".to_owned() } else { format!("w{}", step - 1) };
            let to = if step == STEPS { "Ended".to_owned() } else { format!("w{step}") };
            let data = json!({"name": "next", "transitioned_from": from, "transitioned_to": to});
            let when = i64::try_from(step).unwrap();
            all.push(event("step.ended", &id, of, number, when, data));
        }
    }
    for kind in ["execution.ended", "execution.started"] {
        let when = if kind == "execution.started" { 0 } else { 5 };
        for number in 0..EXECUTIONS {
            all.push(event(kind, &sid("FN", of, number), of, number, when, json!({})));
        }
    }
    all
}

/// Takes all events by writers that each have every part of them: none counts twice, and none is lost.
async fn contract(store: Arc<dyn Store>, of: u64) {
    let begin = Instant::now();
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let store = store.clone();
        writers.spawn(async move {
            let mut all = events(of);
            let middle = writer * all.len() / WRITERS;
            all.rotate_left(middle);
            for batch in all.chunks(25) {
                let read = ExecutionEvents::of(batch, at(10));
                // Twilio sends again what is not taken.
                while let Err(error) = take(store.as_ref(), &read, at(10)).await {
                    assert_eq!(error.status(), 503, "{error}");
                }
            }
        });
    }
    writers.join_all().await;
    let (flow, count) = (Sid::from(sid("FW", of, 0).as_str()), EXECUTIONS * (STEPS + 2));
    println!("{count} events, each by {WRITERS} writers: {:?}", begin.elapsed());
    assert_eq!(cursor(store.as_ref(), std::slice::from_ref(&flow), at(10)).await.unwrap(), count);
    let counts = counts(store.as_ref(), &flow, CountSpan::Day, at(10)).await.unwrap();
    assert_eq!((counts.started, counts.ended), (EXECUTIONS, EXECUTIONS));
    assert_eq!(counts.edges.len() as u64, STEPS);
    assert!(counts.edges.iter().all(|edge| edge.count == EXECUTIONS), "{:?}", counts.edges);
    assert_eq!(running(store.as_ref(), &flow, at(10)).await.unwrap().executions, []);
    for number in 0..EXECUTIONS {
        let view = one(store.as_ref(), &sid("FN", of, number).as_str().into(), at(10))
            .await
            .unwrap()
            .unwrap();
        let path: Vec<&str> = view.steps.iter().map(|step| step.to.as_str()).collect();
        assert_eq!(path, ["w1", "w2", "w3", "Ended"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn executions_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    contract(Arc::new(Records(Database::open(folder.path()).unwrap())), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn executions_in_memory() {
    contract(Arc::new(MemoryStore::default()), 1).await;
}

/// `tests/run contract` makes a table and says where it is.
#[cfg(feature = "aws")]
#[tokio::test(flavor = "multi_thread")]
async fn executions_on_dynamodb() {
    let environment = shared::config::Environment::read();
    let backend =
        shared::aws::Backend::of(environment).expect("tests/run contract starts the stand-in");
    let store = backend.store().expect("tests/run contract makes the table");
    contract(store, u64::from(std::process::id())).await;
}
