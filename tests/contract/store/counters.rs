//! The contract of every store for rows of counters.

use std::sync::Arc;

use ringdown::database::Database;
use ringdown::store::Records;
use shared::Error;
use shared::storage::counters::totals;
use shared::storage::{Condition, Counters, Increment, Key, Store, Write};
use tokio::task::JoinSet;

use super::{at, increment, load, put};

async fn counted(store: &dyn Store, pk: &str, sk: &str) -> Option<Vec<(String, u64)>> {
    let (_, body) = load(store, pk, sk, 0).await?;
    Some(Counters::from_body(&body).unwrap().0.into_iter().collect())
}

/// Puts and increments land together or not at all; a row of counters is read like a record.
pub(super) async fn counters(store: &dyn Store, pk: &str) {
    let labelled = "two_total{result=\"ok\"}";
    let all = [
        put(pk, "marker", "", Condition::Absent).into(),
        increment(pk, "row", &[("one", 1), (labelled, 3)]),
        increment(pk, "other", &[("one", 5)]),
    ];
    store.write(&all, at(0)).await.unwrap();
    let told = store.write(&all, at(0)).await;
    let Err(Error::Conflict { keys }) = told else { panic!("{told:?}") };
    assert_eq!(keys, [Key::new(pk, "marker")]);
    let more = [increment(pk, "row", &[("one", 2), ("three", 0)])];
    store.write(&more, at(0)).await.unwrap();
    let sums = [("one".to_owned(), 3), ("three".to_owned(), 0), (labelled.to_owned(), 3)];
    assert_eq!(counted(store, pk, "row").await, Some(sums.to_vec()));
    let body = load(store, pk, "row", 0).await.unwrap();
    assert_eq!(body, (2, r#"{"one":3,"three":0,"two_total{result=\"ok\"}":3}"#.to_owned()));
    let page = store.page(pk, None, 10, at(0)).await.unwrap();
    let page: Vec<_> = page.into_iter().map(|record| (record.key.sk, record.body)).collect();
    let expected = [("marker", ""), ("other", r#"{"one":5}"#), ("row", body.1.as_str())];
    assert_eq!(page, expected.map(|(sk, body)| (sk.to_owned(), body.to_owned())));

    let names: Vec<String> = (0..250).map(|n| format!("counter_{n:0900}")).collect();
    let many = |names: &[String], prefix: &str| -> Write {
        let names: Vec<String> = names.iter().map(|name| format!("{prefix}{name}")).collect();
        let names: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1)).collect();
        increment(pk, "wide", &names)
    };
    store.write(&[many(&names, "a")], at(0)).await.unwrap();
    let told = store.write(&[many(&names, "b")], at(0)).await;
    assert!(matches!(told, Err(Error::TooLargeToStore(_))), "a row of counters grows: {told:?}");
    assert_eq!(counted(store, pk, "wide").await.unwrap().len(), 250);
    let twice = [increment(pk, "row", &[("one", 1)]), increment(pk, "row", &[("one", 1)])];
    assert!(store.write(&twice, at(0)).await.is_err(), "a key is written once");
    assert_eq!(counted(store, pk, "row").await, Some(sums.to_vec()));
}

/// A row of counters is gone from its expiry on, which each increment says again.
pub(super) async fn counters_expire(store: &dyn Store, pk: &str) {
    let hour = |count: u64| {
        let Write::Increment(increment) = increment(pk, "hour", &[("one", count)]) else {
            panic!("no increment")
        };
        Write::from(Increment { expires_at: Some(at(10)), ..increment })
    };
    store.write(&[hour(1)], at(0)).await.unwrap();
    store.write(&[hour(2), increment(pk, "all", &[("one", 3)])], at(9)).await.unwrap();
    assert_eq!(load(store, pk, "hour", 9).await, Some((2, r#"{"one":3}"#.to_owned())));
    assert_eq!(load(store, pk, "hour", 10).await, None);
    assert_eq!(store.page(pk, None, 10, at(10)).await.unwrap().len(), 1);
}

/// Eight writers increment one row at once, each with a marker of its own: none is lost.
pub(super) async fn many_counters(store: &Arc<dyn Store>, pk: &str) {
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let (store, pk) = (store.clone(), pk.to_owned());
        writers.spawn(async move {
            for n in 0..20 {
                let marker = put(&pk, &format!("{writer}-{n}"), "", Condition::Absent);
                let all = [marker.into(), increment(&pk, "row", &[("one", 1), ("two", 3)])];
                // A table that is too busy did not write: see the error.
                while let Err(error) = store.write(&all, at(0)).await {
                    assert!(matches!(error, Error::Store(_)), "{error}");
                }
            }
        });
    }
    writers.join_all().await;
    let sums = [("one".to_owned(), 160), ("two".to_owned(), 480)];
    assert_eq!(counted(store.as_ref(), pk, "row").await, Some(sums.to_vec()));
}

/// The rows of a former version (one counter each, as a number) are summed up with ours.
#[tokio::test]
async fn counters_of_a_former_version_keep_their_values_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(folder.path()).unwrap();
    let former = |db: &rusqlite::Connection| {
        db.execute_batch(
            "INSERT INTO records (pk, sk, revision, body) VALUES ('counters', 'posts_total', 0, 3);
             INSERT INTO records (pk, sk, revision, body) VALUES ('counters', 'edits_total', 0, 1);
             UPDATE records SET body = CAST(body AS INTEGER) + 4 WHERE sk = 'posts_total'",
        )
    };
    database.run(former).await.unwrap();
    let store = Records(database);
    for row in ["forward-1", "forward-2"] {
        let counted = Increment::of(row, [("posts_total", 10), ("lines_total", 1)]);
        store.write(&[counted.into()], at(0)).await.unwrap();
    }
    let totals: Vec<_> = totals(&store, at(0)).await.unwrap().into_iter().collect();
    let expected = [("edits_total", 1), ("lines_total", 2), ("posts_total", 27)];
    assert_eq!(totals, expected.map(|(name, count)| (name.to_owned(), count)));
}
