//! The data file from one start to the next: one whole file after a clean end, and refused where it cannot be right.

use rusqlite::Connection;

use crate::harness::{Plan, run};

#[tokio::test]
async fn clean_end_leaves_one_whole_file() {
    let plan = Plan::new();
    let server = plan.start().await;
    assert_eq!(server.twilio(&crate::harness::body("a", "kept")).await, 204);
    server.says("kept").await;
    server.end().await;
    let data = plan.folder.path().join("data");
    assert!(data.join("clean-end").exists());
    let copy = tempfile::tempdir().unwrap();
    for (name, table) in [("ringdown", "records"), ("sandbox", "slack_messages")] {
        let beside = ["-wal", "-shm"].map(|end| data.join(format!("{name}.sqlite{end}")));
        assert!(!beside.iter().any(|path| path.exists()), "{beside:?}");
        let copy = copy.path().join(name);
        std::fs::copy(data.join(format!("{name}.sqlite")), &copy).unwrap();
        let text = format!("SELECT count(*) FROM {table}");
        let rows = Connection::open(copy).unwrap().query_row(&text, [], |row| row.get::<_, i64>(0));
        assert!(rows.unwrap() >= 1, "{name}");
    }
    let server = plan.start().await;
    assert!(!server.log().contains("not a clean one"), "{}", server.log());
}

#[tokio::test]
async fn killed_server_has_its_file_checked_at_the_next_start() {
    let plan = Plan::new();
    let mut server = plan.start().await;
    assert_eq!(server.twilio(&crate::harness::body("a", "kept")).await, 204);
    server.kill().await;
    let server = plan.start().await;
    server.logs("the last end was not a clean one").await;
    server.says("kept").await;
}

#[tokio::test]
async fn newer_or_damaged_file_is_refused_by_server_and_commands() {
    let plan = Plan::new();
    plan.start().await.end().await;
    let path = plan.folder.path().join("data/ringdown.sqlite");
    let file = Connection::open(&path).unwrap();
    file.pragma_update(None, "user_version", 7).unwrap();
    drop(file);
    let refused = async |expected: &str| {
        let server: &[&str] = &["--port", "0", "--data", "data"];
        for arguments in [server, &["dead-letters", "--data", "data"]] {
            let output = run(plan.folder.path(), arguments).await;
            let why = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success() && why.contains(expected), "{arguments:?}: {why}");
        }
    };
    refused("was written by a newer Ringdown (its schema version is 7").await;
    std::fs::write(&path, vec![b'x'; 10_000]).unwrap();
    refused("is damaged (").await;
}

#[tokio::test]
async fn file_that_cannot_be_ours_is_refused_by_server_and_commands_and_stays() {
    let plan = Plan::new();
    plan.start().await.end().await;
    let data = plan.folder.path().join("data");
    let path = data.join("ringdown.sqlite");
    let refused = async |expected: &str| {
        let before = std::fs::read(&path).ok();
        let server: &[&str] = &["--port", "0", "--data", "data"];
        for arguments in [server, &["dead-letters", "--data", "data"]] {
            let output = run(plan.folder.path(), arguments).await;
            let why = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success() && why.contains(expected), "{arguments:?}: {why}");
        }
        assert!(std::fs::read(&path).ok() == before, "{expected}");
    };
    let file = Connection::open(&path).unwrap();
    file.pragma_update(None, "user_version", -3).unwrap();
    drop(file);
    refused("has the schema version -3, which no Ringdown writes").await;
    std::fs::write(&path, "").unwrap();
    refused("is empty (0 bytes), but data were kept in this folder before: put a backup").await;
    let file = Connection::open(&path).unwrap();
    file.execute_batch("CREATE TABLE places (url)").unwrap();
    drop(file);
    refused("is the database of another program (its only table is \"places\"): move it away")
        .await;
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    refused("is a folder, expected a file: move it away").await;
    std::fs::remove_dir(&path).unwrap();
    plan.start().await.end().await;
}

#[tokio::test]
async fn deleted_data_file_answers_503_until_it_is_back() {
    let plan = Plan::new();
    let server = plan.start().await;
    assert_eq!(server.twilio(&crate::harness::body("a", "before")).await, 204);
    let path = plan.folder.path().join("data/ringdown.sqlite");
    let aside = plan.folder.path().join("aside.sqlite");
    std::fs::rename(&path, &aside).unwrap();
    assert_eq!(server.twilio(&crate::harness::body("b", "lost otherwise")).await, 503);
    std::fs::rename(&aside, &path).unwrap();
    assert_eq!(server.twilio(&crate::harness::body("b", "lost otherwise")).await, 204);
    server.says("lost otherwise").await;
}
