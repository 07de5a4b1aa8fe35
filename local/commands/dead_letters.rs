//! `ringdown dead-letters`: what could not be delivered; `--replay` sends it again, `--dismiss` says that nobody needs it.

use clap::Args;
use serde::Serialize;
use shared::domain::routes::{Line, Routes};
use shared::domain::text::mask_numbers;
use shared::jobs::forward;
use shared::storage::dead_letters::{self, DeadLetter, Dismissal, Outcome, StoredLetter};
use shared::storage::messages::Lines;
use shared::storage::{Queue, Store};
use shared::{Error, Timestamp};

use super::arguments::{ConfigFile, DataFolder};
use crate::clock::now;
use crate::output::{json, printable};

/// What was typed behind `dead-letters`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct DeadLettersOptions {
    /// Send again all that are waiting
    #[arg(long)]
    pub replay: bool,
    /// Dismiss all that wait: they stay listed until they expire, and no `--replay` of all takes them
    #[arg(long, conflicts_with = "replay")]
    pub dismiss: bool,
    /// Only this dead letter; may be given several times
    #[arg(long, value_name = "ID")]
    pub id: Vec<String>,
    /// Print the list as JSON
    #[arg(long, conflicts_with_all = ["replay", "dismiss"])]
    pub json: bool,
    /// The data folder, which has them.
    #[command(flatten)]
    pub folder: DataFolder,
    /// The configuration that a replay goes by.
    #[command(flatten)]
    pub config: ConfigFile,
}

const EXAMPLES: &str = "\
Examples:
  ringdown dead-letters
  ringdown dead-letters --json
  ringdown dead-letters --replay
  ringdown dead-letters --dismiss --id 2026-11-29T07:24:29.000Z-e05d179ad0119a89";

/// Where letters are dismissed from.
const AT_THE_COMMAND_LINE: &str = "at the command line";

/// A dead letter, as `--json` prints it: without phone numbers.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    job: &'a str,
    reason: String,
    at: Timestamp,
    given_up_at: Timestamp,
    replayed_at: Option<Timestamp>,
    /// What became of its last replay, if that is known.
    outcome: Option<Outcome>,
    dismissed: Option<&'a Dismissal>,
    /// The lines for Slack, if it is some.
    lines: Vec<ListedLine>,
    /// The beginning of what came in, if it is anything else.
    body: Option<String>,
}

/// A line for Slack.
#[derive(Serialize)]
struct ListedLine {
    channel: String,
    text: String,
}

impl Listed<'_> {
    fn of(kept: &StoredLetter) -> Listed<'_> {
        let DeadLetter { job, reason, at, given_up_at, replayed_at, .. } = &kept.letter;
        let lines = kept.letter.lines();
        let body = lines.is_none().then(|| beginning(&kept.letter.body));
        let listed = |Lines { channel, lines, .. }: Lines| -> Vec<ListedLine> {
            let text = |line: Line| mask_numbers(&line.text);
            lines
                .into_iter()
                .map(|line| ListedLine { channel: channel.clone(), text: text(line) })
                .collect()
        };
        let lines = lines.map(listed).unwrap_or_default();
        let (at, given_up_at, replayed_at) = (*at, *given_up_at, *replayed_at);
        let dismissed = kept.letter.dismissed.as_ref();
        Listed {
            id: &kept.id,
            job,
            reason: mask_numbers(reason),
            at,
            given_up_at,
            replayed_at,
            outcome: last_outcome(&kept.letter),
            dismissed,
            lines,
            body,
        }
    }
}

/// The beginning of what came in, without phone numbers.
fn beginning(body: &str) -> String {
    mask_numbers(body).chars().take(MAX_BODY_CHARS).collect()
}

/// How much is shown of what came in.
const MAX_BODY_CHARS: usize = 200;

/// The letters of these names; all, oldest first, if there are none.
async fn chosen(store: &dyn Store, ids: &[String]) -> Result<Vec<StoredLetter>, Error> {
    if ids.is_empty() {
        return dead_letters::all(store, now()).await;
    }
    let mut letters = Vec::new();
    for id in ids {
        let letter = dead_letters::one(store, id, now()).await?;
        letters.push(letter.ok_or_else(|| no_such_letter(id))?);
    }
    Ok(letters)
}

fn no_such_letter(id: &str) -> Error {
    Error::BadRequest(format!("there is no dead letter {}", printable(id)))
}

/// Lists the dead letters of these names, or all, oldest first; in words or as JSON.
///
/// # Errors
/// The store does not answer, or there is no such letter.
pub async fn list(store: &dyn Store, ids: &[String], is_json: bool) -> Result<(), Error> {
    let letters = chosen(store, ids).await?;
    if is_json {
        say!("{}", json(&letters.iter().map(Listed::of).collect::<Vec<_>>()));
        return Ok(());
    }
    for kept in &letters {
        print(kept);
    }
    let open = letters.iter().filter(|kept| kept.waits()).count();
    let dismissed = letters.iter().filter(|kept| kept.letter.dismissed.is_some()).count();
    let dismissed = match dismissed {
        0 => String::new(),
        count => format!(", {count} dismissed"),
    };
    say!("{} dead letters, {open} of them not sent again yet{dismissed}", letters.len());
    Ok(())
}

/// What became of the last replay, if that is known.
fn last_outcome(letter: &DeadLetter) -> Option<Outcome> {
    let is_last = |outcome: &Outcome| letter.replayed_at.is_none_or(|at| at == outcome.replayed_at);
    letter.outcome.filter(is_last)
}

/// What happened to a letter since it was given up.
fn since_then(letter: &DeadLetter) -> String {
    let outcome = last_outcome(letter);
    let sent_at = letter.replayed_at.or(outcome.map(|outcome| outcome.replayed_at));
    let outcome = match outcome.map(|outcome| outcome.delivered) {
        Some(true) => ": delivered",
        Some(false) => ": came back",
        None => "",
    };
    let sent = sent_at.map(|at| format!(", sent again {at:.0}{outcome}")).unwrap_or_default();
    let dismissed = letter.dismissed.as_ref();
    let dismissed = dismissed.map(|Dismissal { at, by }| format!(", dismissed {at:.0} {by}"));
    sent + &dismissed.unwrap_or_default()
}

fn print(kept: &StoredLetter) {
    let letter = &kept.letter;
    let (at, reason, since) = (letter.at, &letter.reason, since_then(letter));
    say!("{}  {} since {at:.0}: {reason}{since}", kept.id, letter.job);
    match letter.lines() {
        Some(lines) => {
            for line in &lines.lines {
                say!("    {}: {}", lines.channel, printable(&mask_numbers(&line.text)));
            }
        }
        None => {
            say!("    {}", printable(&beginning(&letter.body)))
        }
    }
}

/// Sends these again, or all that wait, and says how far it is; `Ok(false)` if some cannot be.
///
/// # Errors
/// The store or the queue does not answer, or there is no such letter.
pub async fn replay(
    store: &dyn Store,
    queue: &dyn Queue,
    routes: &Routes,
    ids: &[String],
) -> Result<bool, Error> {
    let (replayed, refused) = match ids {
        [] => replay_all(store, queue, routes).await?,
        ids => replay_chosen(store, queue, routes, ids).await?,
    };
    say!("{replayed} sent again; they arrive marked as late. The list says what became of them");
    if refused > 0 {
        say!("{refused} could not be replayed (same error)");
    }
    Ok(refused == 0)
}

async fn replay_all(
    store: &dyn Store,
    queue: &dyn Queue,
    routes: &Routes,
) -> Result<(usize, usize), Error> {
    let (mut after, mut replayed, mut refused) = (None, 0, 0);
    loop {
        let now = now();
        let tasks = |letter: &DeadLetter| forward::replay::replay(routes, letter, now);
        let from = after.as_deref();
        let part = dead_letters::replay_page(store, queue, &tasks, None, from, now).await?;
        replayed += part.replayed;
        refused += part.refused;
        let all = replayed + refused + part.left;
        say!("{} of {all} done", replayed + refused);
        if part.after.is_none() {
            return Ok((replayed, refused));
        }
        after = part.after;
    }
}

async fn replay_chosen(
    store: &dyn Store,
    queue: &dyn Queue,
    routes: &Routes,
    ids: &[String],
) -> Result<(usize, usize), Error> {
    let (mut replayed, mut refused) = (0, 0);
    for kept in chosen(store, ids).await? {
        let now = now();
        let tasks = |letter: &DeadLetter| forward::replay::replay(routes, letter, now);
        match dead_letters::replay(store, queue, &tasks, &kept, now).await? {
            Ok(()) => replayed += 1,
            Err(reason) => {
                say!("{}: {}", kept.id, printable(&mask_numbers(&reason)));
                refused += 1;
            }
        }
    }
    Ok((replayed, refused))
}

/// Dismisses these, or all that wait.
///
/// # Errors
/// The store does not answer, or there is no such letter.
pub async fn dismiss(store: &dyn Store, ids: &[String]) -> Result<(), Error> {
    let mut count = ids.len();
    for id in ids {
        if !dead_letters::dismiss(store, id, AT_THE_COMMAND_LINE, now()).await? {
            return Err(no_such_letter(id));
        }
    }
    if ids.is_empty() {
        let mut after: Option<String> = None;
        loop {
            let (by, from) = (AT_THE_COMMAND_LINE, after.as_deref());
            let page = dead_letters::dismiss_page(store, None, by, from, now()).await?;
            count += page.0;
            after = page.1;
            if after.is_none() {
                break;
            }
        }
    }
    say!("{count} dismissed; they are listed until they expire");
    Ok(())
}
