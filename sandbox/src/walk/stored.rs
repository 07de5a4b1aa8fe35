//! Uploaded Flows, each with its walk, in the sandbox's file.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;
use shared::Error;
use studio::{Flow, FlowFile};

use super::moves::Move;
use super::start::WalkStart;
use crate::storage::Storage;

/// The most Flows that are kept.
pub(super) const MAX_FLOWS: usize = 50;
/// The most moves of a walk, and the most bytes of them all.
const MAX_MOVES: usize = 1_000;
const MAX_MOVES_BYTES: usize = 2 * 1024 * 1024;

/// An uploaded Flow in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListedFlow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) at: Timestamp,
    /// It has a walk.
    pub(super) is_walked: bool,
}

/// An uploaded Flow.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct UploadedFlow {
    pub(super) id: String,
    pub(super) name: String,
    /// Its SID, if it has one: by it other Flows run it.
    pub(super) sid: Option<String>,
    /// The file as it was uploaded.
    pub(super) text: String,
    pub(super) walk: Option<Walk>,
}

impl UploadedFlow {
    /// The file with the Flow; it was read when it came.
    pub(super) fn file(&self) -> Result<FlowFile, Error> {
        FlowFile::read(self.text.as_bytes()).map_err(|_| Error::NotFound)
    }

    /// The Flow.
    pub(super) fn flow(&self) -> Result<Flow, Error> {
        only_flow(&self.file()?).ok_or(Error::NotFound)
    }
}

/// The one Flow of a file.
pub(super) fn only_flow(file: &FlowFile) -> Option<Flow> {
    file.flows().first().map(|flow| flow.flow())
}

/// A walk.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Walk {
    pub(super) start: WalkStart,
    pub(super) began: Timestamp,
    pub(super) moves: Vec<Move>,
}

/// The outcome of a change of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changed {
    /// It was done.
    Done,
    /// The walk is another one meanwhile: another window, or a button that was pressed twice.
    Outdated,
    /// The walk is as long as one may be.
    TooLong,
}

/// Keeps a Flow; `false` if there are too many.
pub(super) async fn add(
    storage: &Storage,
    flow: UploadedFlow,
    now: Timestamp,
) -> Result<bool, Error> {
    let work = move |db: &Connection| {
        let count: i64 =
            db.query_row("SELECT count(*) FROM uploaded_flows", [], |row| row.get(0))?;
        if usize::try_from(count).is_ok_and(|count| count >= MAX_FLOWS) {
            return Ok(false);
        }
        db.execute(
            "INSERT INTO uploaded_flows (id, uploaded_at, name, sid, text) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![flow.id, now.as_millisecond(), flow.name, flow.sid, flow.text],
        )?;
        Ok(true)
    };
    storage.run(work).await
}

/// All Flows, newest first.
pub(super) async fn list(storage: &Storage) -> Result<Vec<ListedFlow>, Error> {
    let work = |db: &Connection| {
        let mut rows = db.prepare(
            "SELECT id, name, uploaded_at, walk IS NOT NULL FROM uploaded_flows ORDER BY uploaded_at DESC, id",
        )?;
        let rows = rows.query_map([], |row| {
            Ok(ListedFlow {
                id: row.get(0)?,
                name: row.get(1)?,
                at: time(row.get(2)?),
                is_walked: row.get(3)?,
            })
        })?;
        rows.collect()
    };
    storage.run(work).await
}

/// The Flow of this id.
pub(super) async fn find(storage: &Storage, id: &str) -> Result<UploadedFlow, Error> {
    let wanted = id.to_owned();
    let work = move |db: &Connection| {
        let row = db.query_row(
            "SELECT name, sid, text, walk, began, moves FROM uploaded_flows WHERE id = ?1",
            [&wanted],
            |row| {
                let walk: Option<String> = row.get(3)?;
                let began: Option<i64> = row.get(4)?;
                let moves: Option<String> = row.get(5)?;
                let flow = UploadedFlow {
                    id: wanted.clone(),
                    name: row.get(0)?,
                    sid: row.get(1)?,
                    text: row.get(2)?,
                    walk: None,
                };
                Ok((flow, walk.zip(began).zip(moves)))
            },
        );
        row.optional()
    };
    let (flow, walk) = storage.run(work).await?.ok_or(Error::NotFound)?;
    // A walk of a former version that cannot be read is none.
    let walk = walk.and_then(|((start, began), moves)| {
        Some(Walk {
            start: serde_json::from_str(&start).ok()?,
            began: time(began),
            moves: serde_json::from_str(&moves).ok()?,
        })
    });
    Ok(UploadedFlow { walk, ..flow })
}

/// The texts of the Flows that have SIDs, newest first.
pub(super) async fn with_sids(storage: &Storage) -> Result<Vec<(String, String)>, Error> {
    let work = |db: &Connection| {
        let mut rows = db.prepare(
            "SELECT sid, text FROM uploaded_flows WHERE sid IS NOT NULL ORDER BY uploaded_at DESC",
        )?;
        rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    storage.run(work).await
}

/// Removes a Flow, with its walk.
pub(super) async fn remove(storage: &Storage, id: &str) -> Result<(), Error> {
    let id = id.to_owned();
    let work = move |db: &Connection| db.execute("DELETE FROM uploaded_flows WHERE id = ?1", [id]);
    storage.run(work).await.map(|_| ())
}

/// Begins a walk; one that there was is over.
pub(super) async fn begin(
    storage: &Storage,
    id: &str,
    start: &WalkStart,
    now: Timestamp,
) -> Result<(), Error> {
    let (id, start) = (id.to_owned(), json(start));
    let work = move |db: &Connection| {
        db.execute(
            "UPDATE uploaded_flows SET walk = ?2, began = ?3, moves = '[]' WHERE id = ?1",
            params![id, start, now.as_millisecond()],
        )
    };
    storage.run(work).await.map(|_| ())
}

/// Adds a move to a walk that has so many, or with none takes back the last one.
pub(super) async fn change(
    storage: &Storage,
    id: &str,
    count: usize,
    made: Option<Move>,
) -> Result<Changed, Error> {
    let id = id.to_owned();
    let work = move |db: &Connection| {
        let row = db.query_row("SELECT moves FROM uploaded_flows WHERE id = ?1", [&id], |row| {
            row.get::<_, Option<String>>(0)
        });
        let moves: Option<Vec<Value>> =
            row.optional()?.flatten().and_then(|moves| serde_json::from_str(&moves).ok());
        let Some(mut moves) = moves.filter(|moves| moves.len() == count) else {
            return Ok(Changed::Outdated);
        };
        match made {
            Some(made) => moves.push(serde_json::to_value(made).unwrap_or_default()),
            None => drop(moves.pop()),
        }
        let text = json(&moves);
        if moves.len() > MAX_MOVES || text.len() > MAX_MOVES_BYTES {
            return Ok(Changed::TooLong);
        }
        db.execute("UPDATE uploaded_flows SET moves = ?2 WHERE id = ?1", params![id, text])?;
        Ok(Changed::Done)
    };
    storage.run(work).await
}

fn time(at: i64) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or_default()
}

/// Our own types always serialise: they have string keys only.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
