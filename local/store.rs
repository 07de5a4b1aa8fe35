//! Store in the SQLite file.

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use shared::Error;
use shared::storage::{
    Condition, Counters, Increment, Key, Put, Record, Store, Write, check_item, check_size,
};

use crate::database::Database;

/// The records.
pub struct Records(pub Database);

#[async_trait]
impl Store for Records {
    async fn load(&self, keys: &[Key], now: Timestamp) -> Result<Vec<Option<Record>>, Error> {
        let keys = keys.to_vec();
        self.0.run(move |db| keys.into_iter().map(|key| load(db, key, now)).collect()).await
    }

    async fn page(
        &self,
        pk: &str,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Record>, Error> {
        let (pk, after) = (pk.to_owned(), after.unwrap_or_default().to_owned());
        self.0
            .run(move |db| {
                let mut query = db.prepare_cached(
                    "SELECT sk, revision, CAST(body AS TEXT) FROM records
                     WHERE pk = ?1 AND sk > ?2 AND (expires_at IS NULL OR expires_at > ?3) ORDER BY sk LIMIT ?4",
                )?;
                let limit = i64::try_from(limit).unwrap_or(i64::MAX);
                let rows = query.query_map(params![pk, after, now.as_second(), limit], |row| {
                    let key = Key::new(pk.as_str(), row.get::<_, String>(0)?);
                    Ok(Record { key, revision: revision(row.get(1)?), body: row.get(2)? })
                })?;
                rows.collect()
            })
            .await
    }

    async fn write(&self, writes: &[Write], now: Timestamp) -> Result<(), Error> {
        check_size(writes)?;
        let writes = writes.to_vec();
        self.0.run(move |db| write_all(db, &writes, now)).await?
    }
}

impl Records {
    /// The latest time that a server on this file has noted.
    pub async fn highest_time(&self) -> Result<Option<Timestamp>, Error> {
        let records = self.load(&[highest()], Timestamp::MIN).await?;
        Ok(records.into_iter().flatten().next().and_then(|record| record.body.parse().ok()))
    }

    /// Notes what time it is.
    pub async fn record_time(&self, now: Timestamp) -> Result<(), Error> {
        let body = now.to_string();
        let put = Put { key: highest(), body, condition: Condition::Always, expires_at: None };
        self.write(&[put.into()], now).await
    }

    /// Takes away what has expired.
    pub async fn sweep(&self, now: Timestamp) -> Result<usize, Error> {
        self.0
            .run(move |db| {
                db.execute("DELETE FROM records WHERE expires_at <= ?1", [now.as_second()])
            })
            .await
    }
}

/// Where the latest time is.
fn highest() -> Key {
    Key::new("clock", "highest")
}

fn load(db: &Connection, key: Key, now: Timestamp) -> rusqlite::Result<Option<Record>> {
    let mut query = db.prepare_cached(
        "SELECT revision, CAST(body AS TEXT) FROM records
         WHERE pk = ?1 AND sk = ?2 AND (expires_at IS NULL OR expires_at > ?3)",
    )?;
    let found = query.query_row(params![key.pk, key.sk, now.as_second()], |row| {
        Ok((revision(row.get(0)?), row.get::<_, String>(1)?))
    });
    Ok(found.optional()?.map(|(revision, body)| Record { key, revision, body }))
}

fn revision(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn may_land(db: &Connection, put: &Put, now: Timestamp) -> rusqlite::Result<bool> {
    Ok(match put.condition {
        Condition::Always => true,
        Condition::Absent => load(db, put.key.clone(), now)?.is_none(),
        Condition::At(seen) => {
            load(db, put.key.clone(), now)?.is_some_and(|record| record.revision == seen)
        }
    })
}

/// Writes all of these or none: the inner error says why not.
fn write_all(
    db: &Connection,
    writes: &[Write],
    now: Timestamp,
) -> rusqlite::Result<Result<(), Error>> {
    let (mut keys, mut bodies) = (Vec::new(), Vec::new());
    for write in writes {
        match write {
            Write::Put(put) if !may_land(db, put, now)? => keys.push(put.key.clone()),
            Write::Put(put) => bodies.push((&put.key, put.body.clone(), put.expires_at)),
            Write::Increment(increment) => match incremented(db, increment, now)? {
                Ok(counters) => {
                    bodies.push((&increment.key, counters.to_body(), increment.expires_at));
                }
                Err(error) => return Ok(Err(error)),
            },
        }
    }
    if !keys.is_empty() {
        return Ok(Err(Error::Conflict { keys }));
    }
    for (key, body, expires_at) in bodies {
        write(db, key, &body, expires_at)?;
    }
    Ok(Ok(()))
}

/// The counters of a row after an increment.
fn incremented(
    db: &Connection,
    increment: &Increment,
    now: Timestamp,
) -> rusqlite::Result<Result<Counters, Error>> {
    let key = &increment.key;
    let have = load(db, key.clone(), now)?;
    let read = have.map_or(Ok(Counters::default()), |record| Counters::from_body(&record.body));
    let Ok(mut counters) = read else {
        let what = format!("a record of {} holds no counters", key.pk);
        return Ok(Err(Error::Store(what)));
    };
    counters.add(increment);
    Ok(check_item(&key.pk, counters.item_bytes(key)).map(|()| counters))
}

fn write(
    db: &Connection,
    key: &Key,
    body: &str,
    expires_at: Option<Timestamp>,
) -> rusqlite::Result<()> {
    let mut write = db.prepare_cached(
        "INSERT INTO records (pk, sk, revision, body, expires_at) VALUES (?1, ?2, 1, ?3, ?4)
         ON CONFLICT DO UPDATE SET revision = revision + 1, body = excluded.body, expires_at = excluded.expires_at",
    )?;
    write.execute(params![key.pk, key.sk, body, expires_at.map(Timestamp::as_second)])?;
    Ok(())
}
