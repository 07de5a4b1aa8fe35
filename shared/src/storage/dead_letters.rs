//! What could not pass: kept with its reason, listed, and sent again when somebody says so.
//!
//! One shape for every job. A letter's body is the message that stood in the queue, so a replay is that message once
//! more; the marks of what was delivered keep a replay from saying anything twice.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Error;
use crate::domain::routes::Routes;
use crate::domain::size::{cut_json, cut_mark, json_bytes};
use crate::jobs::escalate::wake::WakeUp;
use crate::jobs::forward::intake::{send_all, tasks};
use crate::jobs::forward::task::{Lines, Task};
use crate::storage::{If, Key, MAX_TRANSACTION_BYTES, MOST_AT_ONCE, Put, Queue, Record, Store, To};
use crate::twilio::event_stream;

/// The partition of all dead letters, in the order of their time.
pub const PARTITION: &str = "dead-letters";
/// How long they are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The largest letter, in bytes of JSON: the store takes 400 KB with its key.
const MAX_LETTER_BYTES: usize = 350_000;
/// The longest reason of a letter that is too large, in the same bytes.
const MAX_REASON_BYTES: usize = 10_000;

/// The job whose letters are alarms.
const ESCALATE: &str = "escalate";

/// A dead letter as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The job that it belongs to.
    pub job: String,
    /// Why it could not pass.
    pub reason: String,
    /// The message that stood in the queue.
    pub body: String,
    /// When it came in from outside.
    pub at: Timestamp,
    /// When it was given up.
    pub given_up_at: Timestamp,
    /// When it was last sent again, if ever.
    pub replayed_at: Option<Timestamp>,
}

/// A dead letter with its place in the store.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Names it among the dead letters.
    pub id: String,
    revision: u64,
    /// What is kept.
    pub letter: Letter,
}

impl Kept {
    fn read(record: Record) -> Option<Kept> {
        let letter = serde_json::from_str(&record.body).ok()?;
        Some(Kept { id: record.key.sk, revision: record.revision, letter })
    }

    /// Nobody has sent it again yet.
    pub fn waits(&self) -> bool {
        self.letter.replayed_at.is_none()
    }
}

impl Letter {
    /// A letter of the job Forward.
    pub fn forward(reason: &str, body: String, at: Timestamp, now: Timestamp) -> Letter {
        let job = "forward".to_owned();
        Letter { job, reason: reason.to_owned(), body, at, given_up_at: now, replayed_at: None }
    }

    /// A letter of the job Escalate: what came in as an alarm.
    pub fn escalate(reason: &str, body: String, now: Timestamp) -> Letter {
        let job = ESCALATE.to_owned();
        Letter {
            job,
            reason: reason.to_owned(),
            body,
            at: now,
            given_up_at: now,
            replayed_at: None,
        }
    }

    /// The channel and the lines that it holds, if it holds any.
    pub fn lines(&self) -> Option<Lines> {
        match serde_json::from_str(&self.body) {
            Ok(Task::Lines(lines)) => Some(lines),
            _ => None,
        }
    }

    /// The same letter, or several in its place, each of which a store takes: lines are shared out, so that all can be
    /// sent again; a text that is too long by itself is cut.
    fn fitted(&self) -> Vec<Letter> {
        if json_bytes(self) <= MAX_LETTER_BYTES {
            return vec![self.clone()];
        }
        let mut letter = self.clone();
        cut_json(&mut letter.reason, MAX_REASON_BYTES);
        match self.lines() {
            Some(mut lines) if lines.lines.len() > 1 => {
                let rest = lines.lines.split_off(lines.lines.len() / 2);
                let rest = Lines { lines: rest, ..lines.clone() };
                let halves = [lines, rest].map(Task::Lines).map(|half| half.to_body());
                return halves
                    .into_iter()
                    .flat_map(|body| Letter { body, ..letter.clone() }.fitted())
                    .collect();
            }
            Some(mut lines) => {
                for line in &mut lines.lines {
                    cut_json(&mut line.text, MAX_LETTER_BYTES / 4);
                }
                letter.body = Task::Lines(lines).to_body();
            }
            None => {}
        }
        if json_bytes(&letter) > MAX_LETTER_BYTES {
            let mark = cut_mark(&letter.body);
            cut_json(&mut letter.body, MAX_LETTER_BYTES - 2 * MAX_REASON_BYTES);
            letter.body.push_str(&mark);
        }
        vec![letter]
    }

    /// The same trouble twice is one letter: its name is its time and what it is about.
    fn key(&self) -> Key {
        let about = match serde_json::from_str(&self.body) {
            Ok(Task::Lines(lines)) => format!("{:?}", lines.lines),
            _ => self.body.clone(),
        };
        let hash = crate::hex(&Sha256::digest(about)[..8]);
        Key::new(PARTITION, format!("{:.3}-{hash}", self.at))
    }
}

/// Keeps letters.
pub async fn keep(store: &dyn Store, letters: &[Letter], now: Timestamp) -> Result<(), Error> {
    let puts = puts(letters, now);
    let mut rest = &puts[..];
    while !rest.is_empty() {
        let (together, later) = rest.split_at(many_at_once(rest));
        store.write(together, now).await?;
        rest = later;
    }
    Ok(())
}

/// What keeps letters, each once: for whoever writes them together with records of its own.
pub(crate) fn puts(letters: &[Letter], now: Timestamp) -> Vec<Put> {
    let mut puts: Vec<Put> = Vec::new();
    let mut places: HashMap<Key, usize> = HashMap::new();
    for letter in letters.iter().flat_map(Letter::fitted) {
        let put = put(letter.key(), &letter, If::Always, now);
        match places.get(&put.key) {
            Some(place) => puts[*place] = put,
            None => {
                places.insert(put.key.clone(), puts.len());
                puts.push(put);
            }
        }
    }
    puts
}

/// How many of these go into one transaction: one, at least.
pub(crate) fn many_at_once(puts: &[Put]) -> usize {
    let mut space = MAX_TRANSACTION_BYTES;
    let fits = |put: &&Put| {
        let bytes = put.item_bytes();
        let fits = bytes <= space;
        space = space.saturating_sub(bytes);
        fits
    };
    puts.iter().take(MOST_AT_ONCE).take_while(fits).count().max(1)
}

fn put(key: Key, letter: &Letter, when: If, now: Timestamp) -> Put {
    let body = serde_json::to_string(letter).unwrap_or_default();
    Put { key, body, when, expires_at: now.checked_add(KEPT).ok() }
}

/// Up to `limit` letters behind `after`, oldest first; with the place to go on from, if there may be more.
pub async fn page(
    store: &dyn Store,
    after: Option<&str>,
    limit: usize,
    now: Timestamp,
) -> Result<(Vec<Kept>, Option<String>), Error> {
    let records = store.page(PARTITION, after, limit, now).await?;
    let next = (records.len() == limit)
        .then(|| records.last().map(|record| record.key.sk.clone()))
        .flatten();
    Ok((records.into_iter().filter_map(Kept::read).collect(), next))
}

/// All letters, oldest first.
pub async fn all(store: &dyn Store, now: Timestamp) -> Result<Vec<Kept>, Error> {
    let (mut letters, mut next) = page(store, None, MOST_AT_ONCE, now).await?;
    while let Some(after) = next {
        let (more, then) = page(store, Some(&after), MOST_AT_ONCE, now).await?;
        letters.extend(more);
        next = then;
    }
    Ok(letters)
}

/// How many letters behind `after` wait to be replayed. Stops counting after [`COUNTED`] letters.
pub async fn waiting(
    store: &dyn Store,
    after: Option<&str>,
    now: Timestamp,
) -> Result<usize, Error> {
    let (mut count, mut seen, mut ahead) = (0, 0, Some(after.map(str::to_owned)));
    while let Some(after) = ahead.filter(|_| seen < COUNTED) {
        let (letters, next) = page(store, after.as_deref(), MOST_AT_ONCE, now).await?;
        count += letters.iter().filter(|kept| kept.waits()).count();
        seen += letters.len();
        ahead = next.map(Some);
    }
    Ok(count)
}

/// How many letters are looked at to count those that wait. There are seldom more, and a page must not wait for them.
const COUNTED: usize = 2_000;

/// The letter of this name.
pub async fn one(store: &dyn Store, id: &str, now: Timestamp) -> Result<Option<Kept>, Error> {
    let record = store.load(&[Key::new(PARTITION, id)], now).await?.pop().flatten();
    Ok(record.and_then(Kept::read))
}

/// What became of a replay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// So many letters are in their queue again.
    pub replayed: usize,
    /// So many cannot be sent again: what was wrong with them is still wrong.
    pub refused: usize,
    /// So many are still to be replayed, or more if they are very many.
    pub left: usize,
    /// Where to go on; `None` at the end.
    pub after: Option<String>,
}

/// Replays the letters of one page behind `after` that were not replayed yet.
pub async fn replay_page(
    store: &dyn Store,
    queue: &dyn Queue,
    routes: &Routes,
    after: Option<&str>,
    now: Timestamp,
) -> Result<Progress, Error> {
    let (letters, next) = page(store, after, MOST_AT_ONCE, now).await?;
    let mut progress = Progress { after: next, ..Progress::default() };
    for kept in letters.iter().filter(|kept| kept.waits()) {
        match replay(store, queue, routes, kept, now).await? {
            Ok(()) => progress.replayed += 1,
            Err(_) => progress.refused += 1,
        }
    }
    if let Some(after) = &progress.after {
        progress.left = waiting(store, Some(after), now).await?;
    }
    Ok(progress)
}

/// Replays one letter. The inner error says why it cannot be sent again.
pub async fn replay(
    store: &dyn Store,
    queue: &dyn Queue,
    routes: &Routes,
    kept: &Kept,
    now: Timestamp,
) -> Result<Result<(), String>, Error> {
    if kept.letter.job == ESCALATE {
        let again = WakeUp::Alarm { at: now, body: kept.letter.body.clone() };
        queue.send(To::WakeUps, again.to_body(), &kept.id, None).await?;
        return mark_replayed(store, kept, now).await;
    }
    let again = match serde_json::from_str(&kept.letter.body) {
        Ok(Task::Lines(lines)) => vec![Task::Lines(Lines { replayed_at: Some(now), ..lines })],
        Ok(Task::Malformed { at, body, .. }) => match read_again(routes, &body, at, now) {
            Ok(tasks) => tasks,
            Err(reason) => return Ok(Err(reason)),
        },
        Ok(Task::Reply { .. }) => return Ok(Err("an answer to a click is never kept".to_owned())),
        Err(error) => return Ok(Err(format!("it is no message of ours: {error}"))),
    };
    send_all(queue, again).await?;
    mark_replayed(store, kept, now).await
}

async fn mark_replayed(
    store: &dyn Store,
    kept: &Kept,
    now: Timestamp,
) -> Result<Result<(), String>, Error> {
    let letter = Letter { replayed_at: Some(now), ..kept.letter.clone() };
    let key = Key::new(PARTITION, &kept.id);
    match store.write(&[put(key, &letter, If::At(kept.revision), now)], now).await {
        // Somebody else replayed it too: the marks of what was delivered keep its lines from being said twice.
        Ok(()) | Err(Error::Raced) => Ok(Ok(())),
        Err(error) => Err(error),
    }
}

/// An event that could not be read may be readable by now (a newer version of us).
fn read_again(
    routes: &Routes,
    body: &str,
    at: Timestamp,
    now: Timestamp,
) -> Result<Vec<Task>, String> {
    let events = event_stream::parse(body.as_bytes());
    if let Some(malformed) = events.iter().find_map(|event| event.as_ref().err()) {
        return Err(malformed.reason.clone());
    }
    let mut again = tasks(routes, events, at);
    for task in &mut again {
        if let Task::Lines(lines) = task {
            lines.replayed_at = Some(now);
        }
    }
    Ok(again)
}

#[cfg(test)]
mod tests;
