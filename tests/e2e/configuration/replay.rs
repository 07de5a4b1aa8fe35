//! Dead letters are replayed by the last good configuration where the file is gone or wrong.

use ringdown::clock::now;
use ringdown::database::Database;
use ringdown::store::Records;
use shared::config::PARTITION;
use shared::storage::dead_letters::{self, DeadLetter};
use shared::storage::messages::{Lines, Task};
use shared::storage::{Condition, Put, Store};

use super::{file, plan};
use crate::harness::{Plan, body, run, stdout};

/// Replays the dead letters of a data folder. Gives whether all were sent again, and what was said.
async fn replay(plan: &Plan) -> (bool, String) {
    let done = run(plan.folder.path(), &["dead-letters", "--replay", "--data", "data"]).await;
    (done.status.success(), stdout(&done) + &String::from_utf8_lossy(&done.stderr))
}

#[tokio::test]
async fn replay_uses_the_kept_configuration_where_the_file_is_gone_or_wrong() {
    let plan = plan();
    let _ = plan.start().await.end().await;
    let data = plan.folder.path().join("data");
    for (text, reason) in [
        (None, "ringdown.toml is not there"),
        (Some("# nothing\n"), "ringdown.toml:1: is empty"),
        (Some("nonsense"), "ringdown.toml:1: nonsense"),
    ] {
        match text {
            None => std::fs::remove_file(file(&plan)).unwrap(),
            Some(text) => std::fs::write(file(&plan), text).unwrap(),
        }
        let event = String::from_utf8(body("a", reason)).unwrap();
        let unread = Task::Malformed { at: now(), reason: "x".to_owned(), body: event };
        let letter = DeadLetter::forward("x", unread.to_body(), now(), now());
        let database = Database::open(&data).unwrap();
        let store = Records(database.clone());
        dead_letters::keep(&store, &[letter], now()).await.unwrap();
        database.close().await;
        let (succeeds, told) = replay(&plan).await;
        assert!(succeeds && told.contains("1 sent again"), "{told}");
        assert!(told.contains(reason) && told.contains("last good configuration"), "{told}");
        let server = plan.start_as_it_is().await;
        server.says(reason).await;
        let said = server.messages().await;
        assert!(said.iter().any(|message| message.to_string().contains("late")), "{said:#?}");
        let _ = server.end().await;
    }
}

#[tokio::test]
async fn replay_is_refused_where_the_demo_has_no_such_channel() {
    let folder = tempfile::tempdir().unwrap();
    for (channel, succeeds) in [("default", true), ("nobodys", false)] {
        let database = Database::open(&folder.path().join("data")).unwrap();
        let lines = Lines::new(channel.to_owned(), now(), Vec::new());
        let letter = DeadLetter::forward("x", Task::Lines(lines).to_body(), now(), now());
        dead_letters::keep(&Records(database.clone()), &[letter], now()).await.unwrap();
        database.close().await;
        let replay = run(folder.path(), &["dead-letters", "--replay", "--data", "data"]).await;
        let told = String::from_utf8_lossy(&replay.stderr).into_owned();
        assert_eq!(replay.status.success(), succeeds, "{told}");
        assert_eq!(
            told.contains("Name your configuration with --config FILE"),
            !succeeds,
            "{told}"
        );
        let list = run(folder.path(), &["dead-letters", "--data", "data"]).await;
        assert!(list.status.success(), "{list:?}");
    }
}

#[tokio::test]
async fn replay_is_refused_where_the_kept_configuration_cannot_be_read() {
    let plan = plan();
    let _ = plan.start().await.end().await;
    std::fs::remove_file(file(&plan)).unwrap();
    let database = Database::open(&plan.folder.path().join("data")).unwrap();
    let store = Records(database.clone());
    for record in store.page(PARTITION, None, 10, now()).await.unwrap() {
        if record.key.sk.contains('#') {
            let body = "\"AAAA\"".to_owned();
            let put = Put { key: record.key, body, condition: Condition::Always, expires_at: None };
            store.write(&[put.into()], now()).await.unwrap();
        }
    }
    database.close().await;
    let (succeeds, told) = replay(&plan).await;
    assert!(!succeeds && told.contains("Name your configuration with --config FILE"), "{told}");
    std::fs::write(plan.folder.path().join("mine.toml"), &plan.config).unwrap();
    let named = ["dead-letters", "--replay", "--data", "data", "--config", "mine.toml"];
    let done = run(plan.folder.path(), &named).await;
    assert!(done.status.success(), "{done:?}");
}
