//! One SQLite file, and the one thread that uses it.
//!
//! Everything that waits is done in one transaction and answered after its commit: whoever is told "done" can rely on
//! it even if the machine stops, and many writers share one wait for the disk.

mod file;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use rusqlite::Connection;
use shared::Error;
use tokio::sync::oneshot;

use file::{DataFile, Use};

/// Does its work; says whether it worked, and how to answer.
type Job = Box<dyn FnOnce(&Connection) -> (bool, Answer) + Send>;
/// Called after the commit with what became of it.
type Answer = Box<dyn FnOnce(Result<(), String>) + Send>;

/// How many jobs share one commit.
const MAX_JOINED_WRITES: usize = 256;

/// The file. Cheap to clone; with the last clone it is closed, and is one whole file then.
#[derive(Clone)]
pub struct Database(Arc<Worker>);

struct Worker {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    thread: Mutex<Option<thread::JoinHandle<()>>>,
}

impl Database {
    /// Opens the file `ringdown.sqlite` in this folder, and makes both if they are missing. While a server runs on it,
    /// this is one more who uses it.
    ///
    /// # Errors
    /// Why it cannot be used, and what to do: it is damaged, of a newer version, another program's, or was emptied.
    pub fn open(folder: &Path) -> Result<Database, String> {
        Database::start(DataFile::open(folder, Use::Shared)?)
    }

    /// The same for a server, which must be the only one.
    ///
    /// # Errors
    /// The same, and if another server runs on it.
    pub fn open_alone(folder: &Path) -> Result<Database, String> {
        Database::start(DataFile::open(folder, Use::Alone)?)
    }

    fn start(file: DataFile) -> Result<Database, String> {
        let (jobs, queue) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("database".to_owned())
            .spawn(move || {
                work(&file, &queue);
                file.close();
            })
            .map_err(|error| format!("the database's thread: {error}"))?;
        let (jobs, thread) = (Mutex::new(Some(jobs)), Mutex::new(Some(thread)));
        Ok(Database(Arc::new(Worker { jobs, thread })))
    }

    /// Does what waits, and closes the file. Whatever is asked of it afterwards fails.
    pub async fn close(&self) {
        let worker = self.0.clone();
        if tokio::task::spawn_blocking(move || worker.end()).await.is_err() {
            tracing::error!("the database did not end well");
        }
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
        self.0.send(job).ok_or_else(gone)?;
        told.await.map_err(|_| gone())?.map_err(Error::Store)
    }
}

impl Worker {
    fn send(&self, job: Job) -> Option<()> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.as_ref()?.send(job).ok()
    }

    fn end(&self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A job may hold the last clone: its thread cannot wait for itself.
        if let Some(thread) = thread.filter(|one| one.thread().id() != thread::current().id()) {
            let _ = thread.join();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.end();
    }
}

fn work(file: &DataFile, queue: &mpsc::Receiver<Job>) {
    let connection = file.connection();
    while let Ok(first) = queue.recv() {
        let jobs = std::iter::once(first).chain(queue.try_iter().take(MAX_JOINED_WRITES - 1));
        let begun = file.check_in_place().and_then(|()| {
            connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| error.to_string())
        });
        if let Err(error) = begun {
            // Nothing of it is done. Whoever waits learns that from its job's end: what is asked for after that is tried.
            tracing::error!(%error, "the database cannot be written");
            drop(jobs.collect::<Vec<Job>>());
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
