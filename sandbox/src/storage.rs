//! The sandbox's own file: what was posted in its Slack, who may still answer a click, and the Flows
//! that are walked through.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use shared::Error;

/// The file's name in the data folder.
pub const FILE: &str = "sandbox.sqlite";

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS slack_messages (
      ts INTEGER PRIMARY KEY, thread INTEGER, channel TEXT NOT NULL, channel_id TEXT NOT NULL, kind TEXT NOT NULL,
      text TEXT NOT NULL, blocks TEXT NOT NULL, edited INTEGER, broadcast INTEGER NOT NULL, only_for TEXT
    );
    CREATE TABLE IF NOT EXISTS slack_responses (
      id TEXT PRIMARY KEY, message INTEGER NOT NULL, user TEXT NOT NULL, uses INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS uploaded_flows (
      id TEXT PRIMARY KEY, uploaded_at INTEGER NOT NULL, name TEXT NOT NULL, sid TEXT, text TEXT NOT NULL,
      walk TEXT, began INTEGER, moves TEXT
    ) WITHOUT ROWID;";

/// Moves what a former version stored in the server's own data file.
const MOVE_FORMER: &str = "
    INSERT OR IGNORE INTO slack_messages SELECT * FROM former.pretend_slack_messages;
    INSERT OR IGNORE INTO slack_responses SELECT * FROM former.pretend_slack_responses;
    DELETE FROM former.pretend_slack_messages;
    DELETE FROM former.pretend_slack_responses;";

/// The file. Cheap to clone.
#[derive(Clone)]
pub struct Storage(Arc<Mutex<Option<Connection>>>);

impl Storage {
    /// Opens the file in this folder, and makes it if it is missing: its owner's alone.
    ///
    /// # Errors
    /// Says why it cannot be used.
    pub fn open(folder: &Path) -> Result<Storage, String> {
        let path = folder.join(FILE);
        let failed = |error: &dyn std::fmt::Display| {
            format!(
                "{}: {error}. It holds what was posted in the sandbox's Slack, and uploaded Flows: move it away to start without that",
                path.display()
            )
        };
        // What SQLite puts beside it has the same permissions.
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(|error| failed(&error))?;
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(&path)?;
            connection.busy_timeout(Duration::from_secs(10))?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            connection.execute_batch(SCHEMA)?;
            Ok(connection)
        };
        let connection = open().map_err(|error| failed(&error))?;
        Ok(Storage(Arc::new(Mutex::new(Some(connection)))))
    }

    /// Moves here what a former version stored in another file, if it did.
    ///
    /// # Errors
    /// Says why that cannot be read or written.
    pub async fn move_from(&self, file: PathBuf) -> Result<(), Error> {
        let storage = self.clone();
        blocking(move || {
            let mut connection = storage.0.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(connection) = connection.as_mut() else { return Ok(()) };
            connection.execute("ATTACH DATABASE ?1 AS former", [file.to_string_lossy()])?;
            let moved = move_former(connection);
            connection.execute_batch("DETACH DATABASE former")?;
            moved
        })
        .await
    }

    /// Does `work` in one transaction, and gives its result after the commit.
    pub(crate) async fn run<T, W>(&self, work: W) -> Result<T, Error>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let storage = self.clone();
        blocking(move || {
            let mut connection = storage.0.lock().unwrap_or_else(PoisonError::into_inner);
            let connection = connection.as_mut().ok_or(rusqlite::Error::InvalidQuery)?;
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        })
        .await
    }

    /// Closes the file: it is one whole file then. Every use afterwards fails.
    pub fn close(&self) {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err((_, error))) = connection.map(Connection::close) {
            tracing::warn!(%error, "the sandbox's file was not closed well");
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let failed =
        |error: &dyn std::fmt::Display| Error::Store(format!("the sandbox's file: {error}"));
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| failed(&error))?;
    done.map_err(|error| failed(&error))
}

fn move_former(connection: &mut Connection) -> rusqlite::Result<()> {
    let has_tables: i64 = connection.query_row(
        "SELECT count(*) FROM former.sqlite_schema
         WHERE name IN ('pretend_slack_messages', 'pretend_slack_responses')",
        [],
        |row| row.get(0),
    )?;
    if has_tables < 2 {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(MOVE_FORMER)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test]
    async fn file_is_its_owners_alone_and_one_whole_file_after_its_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Storage::open(folder.path()).expect("a file");
        let add = "INSERT INTO slack_responses VALUES ('a', 1, 'U1', 5, 9)";
        storage.run(move |db| db.execute(add, [])).await.expect("a row");
        storage.close();
        assert!(storage.run(move |db| db.execute(add, [])).await.is_err());
        let files = std::fs::read_dir(folder.path()).expect("a folder");
        let files: Vec<_> = files.map(|file| file.expect("a file")).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        let mode = files[0].metadata().expect("a file").permissions().mode();
        assert_eq!(
            (files[0].file_name().into_string(), mode & 0o777),
            (Ok(FILE.to_owned()), 0o600)
        );
        std::fs::write(folder.path().join(FILE), vec![b'x'; 10_000]).expect("a file");
        let error = Storage::open(folder.path()).err().expect("it is no database");
        assert!(error.contains("sandbox.sqlite") && error.contains("move it away"), "{error}");
    }

    #[tokio::test]
    async fn messages_of_a_former_version_are_moved_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let former = folder.path().join("ringdown.sqlite");
        let tables = SCHEMA.replace("slack_", "pretend_slack_");
        let file = Connection::open(&former).expect("a file");
        file.execute_batch(&format!(
            "{tables} INSERT INTO pretend_slack_messages VALUES (7, NULL, 'c', 'C1', 'bot', 'hello', '[]', NULL, 0, NULL);"
        ))
        .expect("rows");
        let storage = Storage::open(folder.path()).expect("a file");
        for _ in 0..2 {
            storage.move_from(former.clone()).await.expect("moved");
        }
        let text = |db: &Connection| -> rusqlite::Result<String> {
            db.query_row("SELECT text FROM slack_messages WHERE ts = 7", [], |row| row.get(0))
        };
        assert_eq!(storage.run(text).await.expect("a row"), "hello");
        let left = "SELECT count(*) FROM pretend_slack_messages";
        assert_eq!(file.query_row(left, [], |row| row.get::<_, i64>(0)), Ok(0));
        storage.move_from(folder.path().join("none.sqlite")).await.expect("nothing to move");
    }
}
