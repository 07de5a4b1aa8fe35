//! The data file itself: who may open it, whether it is whole, and of which version.

mod checks;

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, UNIX_EPOCH};

use rusqlite::Connection;

use crate::private;
use checks::{check_owner, check_place, check_whole, problem};

/// What each version made of the one before. A file's version is how many of these it has seen; those of the time before
/// versions were counted have none, and may have the first one's tables.
const UPDATES: [&str; 2] = [
    "
    CREATE TABLE IF NOT EXISTS records (
      pk TEXT NOT NULL, sk TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL, expires_at INTEGER,
      PRIMARY KEY (pk, sk)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS expiring ON records (expires_at) WHERE expires_at IS NOT NULL;
    CREATE TABLE IF NOT EXISTS messages (
      id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, batch TEXT NOT NULL, body TEXT NOT NULL,
      not_before INTEGER NOT NULL, receives INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX IF NOT EXISTS in_order ON messages (queue, batch, id);
    CREATE TABLE IF NOT EXISTS pretend_slack_messages (
      ts INTEGER PRIMARY KEY, thread INTEGER, channel TEXT NOT NULL, channel_id TEXT NOT NULL, kind TEXT NOT NULL,
      text TEXT NOT NULL, blocks TEXT NOT NULL, edited INTEGER, broadcast INTEGER NOT NULL, only_for TEXT
    );
    CREATE TABLE IF NOT EXISTS pretend_slack_responses (
      id TEXT PRIMARY KEY, message INTEGER NOT NULL, user TEXT NOT NULL, uses INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    -- Of an earlier version; what a simulated Slack was sent then is no loss.
    DROP TABLE IF EXISTS pretend_slack;",
    // Finds the messages that are due, however many wait for later.
    "CREATE INDEX IF NOT EXISTS due ON messages (queue, not_before, batch);",
];

/// The version that this program writes.
const VERSION: i64 = UPDATES.len() as i64;

/// The name of the mark that a clean end leaves.
const CLEAN_MARK: &str = "clean-end";

/// How long a server waits for a command that is just using the file.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// How the file is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// By a server: nobody else may serve from it.
    Alone,
    /// By a command, beside a server that may be running.
    Shared,
}

/// The open file.
pub(super) struct DataFile {
    connection: Connection,
    path: PathBuf,
    /// The device and the inode of the file that is open.
    identity: Option<(u64, u64)>,
    clean_mark: PathBuf,
    /// Nobody had it open before, and whoever comes now leaves it to us to look after.
    lock: Option<File>,
}

impl DataFile {
    /// Opens the file in this folder, and makes both if they are missing.
    ///
    /// # Errors
    /// Why it cannot be used, and what to do.
    pub(super) fn open(folder: &Path, how: Use) -> Result<DataFile, String> {
        private::open_folder(folder)?;
        let lock = lock(folder, how)?;
        let path = folder.join("ringdown.sqlite");
        let may_be_blank = check_place(folder, &path)?;
        if !path.exists() {
            // What SQLite puts beside it has the same permissions.
            private::open_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let clean_mark = folder.join(CLEAN_MARK);
        let told = |error: rusqlite::Error| problem(&path, &error);
        let is_new = fs::metadata(&path).map_or(0, |file| file.len()) == 0;
        let ended_cleanly = is_new || (is_whole(&path) && is_marked(&path, &clean_mark));
        let connection = Connection::open(&path).map_err(told)?;
        connection.busy_timeout(Duration::from_secs(10)).map_err(told)?;
        let version = check_owner(&path, &connection, may_be_blank, lock.is_some())?;
        if lock.is_some() && !ended_cleanly {
            tracing::info!("the last end was not a clean one: the whole data file is checked");
            check_whole(&path, &connection)?;
        }
        connection.pragma_update(None, "journal_mode", "WAL").map_err(told)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(told)?;
        if lock.is_some() {
            update(&connection, version).map_err(told)?;
            remove(&clean_mark)?;
        }
        let identity = identity(&path);
        Ok(DataFile { connection, path, identity, clean_mark, lock })
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Checks that the open file is still the one in its place: what is written to a deleted one is lost with this process.
    ///
    /// # Errors
    /// Checks that the file is still the one that was opened. An error says what to do.
    pub(super) fn check_in_place(&self) -> Result<(), String> {
        if identity(&self.path) == self.identity {
            return Ok(());
        }
        Err(format!(
            "{} was deleted or replaced under this process: end it, put the file back if you have it, and start again",
            self.path.display()
        ))
    }

    /// Closes it: all that was written is in the one file then, and that is noted.
    pub(super) fn close(self) {
        let DataFile { connection, path, clean_mark, lock, identity: own } = self;
        // Busy, if somebody else is using it: then it is theirs to do.
        let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if let Err((_, error)) = connection.close() {
            tracing::warn!(%error, "the data file was not closed well");
            return;
        }
        if lock.is_some() && identity(&path) == own && is_whole(&path) {
            let marked = fingerprint(&path).map(|mark| private::write(&clean_mark, &mark));
            if marked.is_none_or(|written| written.is_err()) {
                tracing::warn!(
                    "a clean end could not be noted: the next start checks the whole data file"
                );
            }
        }
    }
}

/// The lock of a folder, if nobody has it. Only a server must have it.
fn lock(folder: &Path, how: Use) -> Result<Option<File>, String> {
    let path = folder.join("lock");
    let file = private::open_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let begin = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(_) if how == Use::Shared => return Ok(None),
            // A command may be using it: it is done in a moment.
            Err(_) if begin.elapsed() < LOCK_TIMEOUT => wait_a_moment(),
            Err(_) => {
                let data = folder.display();
                return Err(format!(
                    "another server runs on {data}: end it, or choose another folder with --data DIR"
                ));
            }
        }
    }
}

fn wait_a_moment() {
    #[expect(clippy::disallowed_methods, reason = "nothing is served yet")]
    std::thread::sleep(Duration::from_millis(50));
}

/// Brings an older file up to date: all of it, or nothing.
fn update(connection: &Connection, version: i64) -> rusqlite::Result<()> {
    if version == VERSION {
        return Ok(());
    }
    let seen = usize::try_from(version).unwrap_or_default();
    let updates: String = UPDATES.iter().skip(seen).copied().collect();
    let done = connection.execute_batch(&format!(
        "BEGIN IMMEDIATE; {updates} PRAGMA user_version = {VERSION}; COMMIT"
    ));
    if done.is_err() {
        let _ = connection.execute_batch("ROLLBACK");
    } else if version > 0 {
        tracing::info!(from = version, to = VERSION, "the data file was brought up to date");
    }
    done
}

/// The device and the inode of the file at a path; `None` if there is none.
fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

/// Whether nothing lies beside the file that belongs into it.
fn is_whole(path: &Path) -> bool {
    fs::metadata(path.with_extension("sqlite-wal")).map_or(0, |file| file.len()) == 0
}

/// Whether the file is as it was left at a clean end.
fn is_marked(path: &Path, clean_mark: &Path) -> bool {
    let mark = fs::read_to_string(clean_mark).ok();
    mark.is_some() && mark == fingerprint(path)
}

/// The file's size and the time of its last change.
fn fingerprint(path: &Path) -> Option<String> {
    let file = fs::metadata(path).ok()?;
    let changed = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {}\n", file.len(), changed.as_nanos()))
}

fn remove(path: &Path) -> Result<(), String> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
