use tempfile::TempDir;

use super::*;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("ringdown.sqlite")
}

fn open(folder: &TempDir, how: Use) -> Result<DataFile, String> {
    DataFile::open(folder.path(), how)
}

fn open_error(folder: &TempDir, how: Use) -> String {
    open(folder, how).err().expect("it is refused")
}

/// Writes so many records.
fn fill(data: &DataFile, count: usize) {
    for number in 0..count {
        data.connection
            .execute(
                "INSERT INTO records (pk, sk, revision, body) VALUES ('p', ?1, 1, ?2)",
                [number.to_string(), "x".repeat(500)],
            )
            .expect("a write");
    }
}

fn records(data: &DataFile) -> i64 {
    let count = "SELECT count(*) FROM records";
    data.connection.query_row(count, [], |row| row.get(0)).expect("a number")
}

fn version(connection: &Connection) -> i64 {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a version")
}

/// A file as programs wrote it before versions were counted.
fn unversioned(folder: &TempDir) {
    let data = open(folder, Use::Alone).expect("a new file");
    fill(&data, 3);
    data.connection
        .execute_batch("PRAGMA user_version = 0; CREATE TABLE pretend_slack (id INTEGER)")
        .expect("an old file");
    data.close();
}

/// Overwrites a piece in the middle of the file.
fn damage(folder: &TempDir) {
    let mut bytes = fs::read(file(folder)).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 3_000].fill(0xa5);
    fs::write(file(folder), bytes).expect("a write");
}

#[test]
fn clean_end_leaves_one_whole_file() {
    let folder = folder();
    let data = open(&folder, Use::Alone).expect("a new file");
    assert_eq!(version(&data.connection), VERSION);
    fill(&data, 50);
    assert!(!is_whole(&file(&folder)), "it lies beside the file until the end");
    data.close();
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    names.sort();
    assert_eq!(names, ["clean-end", "lock", "ringdown.sqlite"]);
    assert!(is_marked(&file(&folder), &folder.path().join("clean-end")));
    let data = open(&folder, Use::Alone).expect("the same file");
    assert_eq!(records(&data), 50);
    assert!(!folder.path().join("clean-end").exists(), "it is no longer true");
}

#[test]
fn newer_version_is_refused_and_left_as_it_is() {
    for newer in [VERSION + 1, VERSION + 40, i64::from(i32::MAX)] {
        let folder = folder();
        open(&folder, Use::Alone).expect("a new file").close();
        let connection = Connection::open(file(&folder)).expect("a file");
        connection.pragma_update(None, "user_version", newer).expect("a version");
        drop(connection);
        let before = fs::read(file(&folder)).expect("a file");
        for how in [Use::Alone, Use::Shared] {
            let why = open_error(&folder, how);
            assert!(
                why.contains(&format!("a newer Ringdown (its schema version is {newer}, ")),
                "{why}"
            );
            assert!(why.contains("--data DIR"), "{why}");
        }
        assert_eq!(fs::read(file(&folder)).expect("a file"), before);
    }
}

#[test]
fn file_from_before_versions_is_brought_up_to_date() {
    for how in [Use::Alone, Use::Shared] {
        let folder = folder();
        unversioned(&folder);
        let data = open(&folder, how).expect("an older file");
        assert_eq!((version(&data.connection), records(&data)), (VERSION, 3));
        assert!(data.connection.prepare("SELECT * FROM pretend_slack").is_err());
    }
}

#[test]
fn file_of_the_former_version_gains_the_index_of_due_messages() {
    for how in [Use::Alone, Use::Shared] {
        let folder = folder();
        let data = open(&folder, Use::Alone).expect("a new file");
        fill(&data, 3);
        data.connection
            .execute_batch(
                "DROP INDEX due; PRAGMA user_version = 1;
                 INSERT INTO messages (queue, batch, body, not_before) VALUES ('wake-ups', 'a', 'b', 7)",
            )
            .expect("a file of the former version");
        data.close();
        let data = open(&folder, how).expect("an older file");
        assert_eq!((version(&data.connection), records(&data)), (VERSION, 3));
        let message: (String, i64) = data
            .connection
            .query_row("SELECT body, not_before FROM messages INDEXED BY due", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .expect("its message, by the index");
        assert_eq!(message, ("b".to_owned(), 7));
    }
}

#[test]
fn update_that_fails_changes_nothing() {
    let folder = folder();
    unversioned(&folder);
    let connection = Connection::open(file(&folder)).expect("a file");
    // Something is in the way of the last thing that the update does.
    connection
        .execute_batch("DROP TABLE pretend_slack_responses; DROP TABLE pretend_slack; CREATE VIEW pretend_slack AS SELECT 1")
        .expect("an odd file");
    drop(connection);
    let why = open_error(&folder, Use::Alone);
    assert!(why.contains("ringdown.sqlite: ") && !why.contains("damaged"), "{why}");
    let connection = Connection::open(file(&folder)).expect("a file");
    assert_eq!(version(&connection), 0);
    assert!(connection.prepare("SELECT * FROM pretend_slack_responses").is_err());
}

#[test]
fn damaged_file_is_refused_with_what_to_do() {
    let whole = folder();
    let data = open(&whole, Use::Alone).expect("a new file");
    fill(&data, 200);
    data.close();
    let bytes = fs::read(file(&whole)).expect("a file");
    let no_database = b"this is no database at all, but long enough to be one".repeat(20);
    for (what, bytes) in [
        ("cut off", bytes[..bytes.len() / 2].to_vec()),
        ("cut off in its first page", bytes[..700].to_vec()),
        ("another file", no_database),
        ("its head is gone", [vec![0; 100], bytes[100..].to_vec()].concat()),
    ] {
        let folder = folder();
        fs::write(file(&folder), bytes).expect("a write");
        for how in [Use::Alone, Use::Shared] {
            let why = open_error(&folder, how);
            assert!(why.contains("is damaged (") && why.contains(".recover"), "{what}: {why}");
        }
    }
    damage(&whole);
    assert!(open_error(&whole, Use::Alone).contains("is damaged ("));
}

#[test]
fn file_that_was_not_closed_is_checked_as_a_whole() {
    let folder = folder();
    let data = open(&folder, Use::Alone).expect("a new file");
    fill(&data, 200);
    data.close();
    // As a process leaves it that is killed: the mark is gone.
    drop(open(&folder, Use::Alone).expect("the same file"));
    assert!(!folder.path().join("clean-end").exists());
    assert_eq!(records(&open(&folder, Use::Alone).expect("it is whole")), 200);
    damage(&folder);
    assert!(open_error(&folder, Use::Shared).contains("is damaged ("));
}

#[test]
fn command_beside_a_server_looks_after_nothing() {
    let folder = folder();
    let server = open(&folder, Use::Alone).expect("a new file");
    fill(&server, 5);
    let command = open(&folder, Use::Shared).expect("beside it");
    assert_eq!(records(&command), 5);
    command.close();
    assert!(!folder.path().join("clean-end").exists(), "the server is not at its end");
    assert!(open_error(&folder, Use::Alone).contains("another server runs on"));
    server.connection.pragma_update(None, "user_version", 0).expect("an old server");
    assert!(open_error(&folder, Use::Shared).contains("is in use by an older Ringdown"));
    server.close();
}

#[test]
fn deleted_or_replaced_file_is_noticed() {
    let folder = folder();
    let data = open(&folder, Use::Alone).expect("opens");
    assert_eq!(data.check_in_place(), Ok(()));
    std::fs::rename(file(&folder), folder.path().join("aside")).expect("moves");
    let gone = data.check_in_place().expect_err("it is gone");
    assert!(gone.contains("was deleted or replaced under this process"), "{gone}");
    std::fs::write(file(&folder), "").expect("another file");
    assert!(data.check_in_place().is_err());
    std::fs::rename(folder.path().join("aside"), file(&folder)).expect("moves back");
    assert_eq!(data.check_in_place(), Ok(()));
}
