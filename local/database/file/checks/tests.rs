use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::super::{DataFile, Use};
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

/// Asserts that a server and a command are both refused with all of these words, and that the file keeps its bytes.
fn is_refused(folder: &TempDir, expected: &[&str]) {
    let bytes = || fs::read(file(folder)).ok();
    let before = bytes();
    for how in [Use::Alone, Use::Shared] {
        let why = open(folder, how).err().expect("it is refused");
        assert!(why.starts_with(&file(folder).display().to_string()), "{why}");
        for words in expected {
            assert!(why.contains(words), "{words}: {why}");
        }
        assert!(bytes() == before, "it is changed: {why}");
    }
}

/// A database that these statements make.
fn database(statements: &str) -> TempDir {
    let folder = folder();
    let connection = Connection::open(file(&folder)).expect("a file");
    connection.execute_batch(statements).expect("a database");
    folder
}

#[test]
fn empty_file_that_held_data_is_refused() {
    for sign in [access::FILE, super::super::CLEAN_MARK, "ringdown.sqlite-wal"] {
        let folder = folder();
        fs::write(file(&folder), "").expect("a file");
        fs::write(folder.path().join(sign), "something").expect("a file");
        is_refused(&folder, &["is empty", "put a backup in its place", "move"]);
        let kept = fs::read_to_string(folder.path().join(sign)).expect("it stays");
        assert_eq!(kept, "something");
    }
    // As a copy to a full disk leaves it.
    let folder = folder();
    open(&folder, Use::Alone).expect("a new file").close();
    fs::write(file(&folder), "").expect("a file");
    is_refused(&folder, &["is empty (0 bytes), but data were kept in this folder before"]);
    // So it is with a new database without anything in it.
    let connection = Connection::open(file(&folder)).expect("a file");
    connection.execute_batch("CREATE TABLE t (a); DROP TABLE t; VACUUM").expect("a database");
    drop(connection);
    is_refused(&folder, &["holds no tables, but data were kept in this folder before"]);
    // What the message proposes works.
    fs::remove_file(file(&folder)).expect("it is moved away");
    open(&folder, Use::Alone).expect("a new file");
}

#[test]
fn missing_file_whose_log_is_left_is_refused() {
    let folder = folder();
    let log = folder.path().join("ringdown.sqlite-wal");
    fs::write(&log, "frames").expect("a file");
    is_refused(&folder, &["is missing, but", "ringdown.sqlite-wal still holds data"]);
    assert_eq!(fs::read_to_string(&log).expect("it stays"), "frames");
}

#[test]
fn empty_file_of_a_new_folder_is_taken() {
    for how in [Use::Alone, Use::Shared] {
        let new = folder();
        for (name, text) in [("ringdown.sqlite", ""), ("lock", ""), ("notes.txt", "mine")] {
            fs::write(new.path().join(name), text).expect("a file");
        }
        open(&new, how).expect("it is taken").close();
        open(&new, how).expect("it is ours now");
        // A first start that was cut short leaves no tables.
        let unfinished = database("PRAGMA journal_mode = WAL");
        open(&unfinished, how).expect("it is taken");
    }
}

#[test]
fn negative_version_is_refused() {
    for version in [-1, -7, i64::from(i32::MIN)] {
        let folder = folder();
        open(&folder, Use::Alone).expect("a new file").close();
        let connection = Connection::open(file(&folder)).expect("a file");
        connection.pragma_update(None, "user_version", version).expect("a version");
        drop(connection);
        let says = format!("has the schema version {version}, which no Ringdown writes");
        is_refused(&folder, &[&says, "--data DIR"]);
    }
}

#[test]
fn database_of_another_program_is_refused() {
    let own = "CREATE TABLE records (pk, sk, revision, body, expires_at)";
    for (statements, why) in [
        ("CREATE TABLE places (url)", "(its only table is \"places\")"),
        ("CREATE TABLE b (x); CREATE TABLE a (x)", "(its tables are a, b)"),
        (
            "CREATE TABLE a (x); CREATE TABLE b (x); CREATE TABLE c (x); CREATE TABLE d (x)",
            "a, b, c, …)",
        ),
        (
            "CREATE TABLE records (id, artist); PRAGMA user_version = 1",
            "(its only table is \"records\")",
        ),
        (
            "CREATE TABLE messages (id, body); PRAGMA user_version = 40",
            "(its only table is \"messages\")",
        ),
        (&format!("{own}; CREATE TABLE messages (id, text)"), "(its tables are messages, records)"),
        (&format!("{own}; PRAGMA application_id = 252006674"), "(its application_id is 252006674)"),
        ("PRAGMA user_version = 2", "(it has no tables)"),
        ("PRAGMA application_id = 7; PRAGMA user_version = -1", "(its application_id is 7)"),
        ("PRAGMA journal_mode = WAL; CREATE TABLE places (url)", "(its only table is \"places\")"),
    ] {
        let folder = database(statements);
        is_refused(&folder, &["is the database of another program", why, "--data DIR"]);
    }
    // One that a former start left half-made is ours.
    open(&database(own), Use::Alone).expect("it is brought up to date");
}

#[test]
fn what_is_no_file_is_refused_with_what_to_do() {
    let directory = folder();
    fs::create_dir(file(&directory)).expect("a folder");
    is_refused(&directory, &["is a folder, expected a file: move it away", "--data DIR"]);
    let pipe = folder();
    let made = Command::new("mkfifo").arg(file(&pipe)).status();
    assert!(made.expect("mkfifo").success());
    let socket = folder();
    let _listener = std::os::unix::net::UnixListener::bind(file(&socket)).expect("a socket");
    for (folder, what) in [(&pipe, "is a pipe, expected"), (&socket, "is a socket, expected")] {
        let why = open(folder, Use::Alone).err().expect("it is refused");
        assert!(why.contains(what) && why.contains("move it away"), "{why}");
    }
    let link = |target: &str| {
        let folder = folder();
        std::os::unix::fs::symlink(target, file(&folder)).expect("a link");
        folder
    };
    let why = open(&link("/dev/null"), Use::Alone).err().expect("it is refused");
    assert!(why.contains("is a device, expected a file"), "{why}");
    let dangling = link("/nowhere/data.sqlite");
    is_refused(&dangling, &["is a link to /nowhere/data.sqlite, which is missing", "mounted?"]);
    assert!(fs::symlink_metadata(file(&dangling)).is_ok(), "it stays");
}

#[test]
fn link_to_a_data_file_is_followed() {
    let (there, here) = (folder(), folder());
    open(&there, Use::Alone).expect("a new file").close();
    std::os::unix::fs::symlink(file(&there), file(&here)).expect("a link");
    open(&here, Use::Alone).expect("it is followed").close();
}
