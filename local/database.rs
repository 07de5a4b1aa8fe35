//! One SQLite file, and the one thread that uses it.
//!
//! Everything that waits is done in one transaction and answered after its commit: whoever is told "done" can rely on
//! it even if the machine stops, and many writers share one wait for the disk.

use std::path::Path;
use std::sync::mpsc;
use std::thread;

use rusqlite::Connection;
use shared::Error;
use tokio::sync::oneshot;

/// Does its work; says whether it worked, and how to answer.
type Job = Box<dyn FnOnce(&Connection) -> (bool, Answer) + Send>;
/// Called after the commit with what became of it.
type Answer = Box<dyn FnOnce(Result<(), String>) + Send>;

/// How many jobs share one commit.
const MOST_TOGETHER: usize = 256;

/// The file. Cheap to clone; the thread ends with the last clone.
#[derive(Clone)]
pub struct Database {
    jobs: mpsc::Sender<Job>,
}

impl Database {
    /// Opens the file `ringdown.sqlite` in this folder, and makes both if they are missing.
    pub fn open(folder: &Path) -> Result<Database, String> {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        let path = folder.join("ringdown.sqlite");
        let connection = connect(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let (jobs, queue) = mpsc::channel();
        thread::Builder::new()
            .name("database".to_owned())
            .spawn(move || work(&connection, &queue))
            .map_err(|error| format!("the database's thread: {error}"))?;
        Ok(Database { jobs })
    }

    /// Does `work` and gives its answer after the commit.
    pub async fn run<T, W>(&self, work: W) -> Result<T, Error>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = work(connection);
            let worked = result.is_ok();
            let answer: Answer = Box::new(move |committed| {
                let result = result.map_err(|error| error.to_string());
                let _ = tell.send(committed.and(result));
            });
            (worked, answer)
        });
        let gone = || Error::Store("the database did not take it".to_owned());
        self.jobs.send(job).map_err(|_| gone())?;
        told.await.map_err(|_| gone())?.map_err(Error::Store)
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS records (
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
         -- Of an earlier version; what a pretend Slack was told then is no loss.
         DROP TABLE IF EXISTS pretend_slack;",
    )?;
    Ok(connection)
}

fn work(connection: &Connection, queue: &mpsc::Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let jobs = std::iter::once(first).chain(queue.try_iter().take(MOST_TOGETHER - 1));
        if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
            // Nothing of it is done. Whoever waits learns that from its job's end.
            tracing::error!(%error, "the database cannot be written");
            jobs.for_each(drop);
            continue;
        }
        let answers: Vec<Answer> = jobs.map(|job| alone(connection, job)).collect();
        let committed = connection.execute_batch("COMMIT").map_err(|error| {
            let _ = connection.execute_batch("ROLLBACK");
            error.to_string()
        });
        for answer in answers {
            answer(committed.clone());
        }
    }
}

/// A job that fails half-way leaves nothing behind.
fn alone(connection: &Connection, job: Job) -> Answer {
    // If one of these fails, so does the commit, and everybody learns of it.
    let _ = connection.execute_batch("SAVEPOINT job");
    let (worked, answer) = job(connection);
    let _ = connection.execute_batch(if worked {
        "RELEASE job"
    } else {
        "ROLLBACK TO job; RELEASE job"
    });
    answer
}
