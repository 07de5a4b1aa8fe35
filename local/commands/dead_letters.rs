//! `ringdown dead-letters`: what could not be delivered; `--replay` sends it again.

use clap::Args;
use serde::Serialize;
use shared::domain::routes::{Line, Routes};
use shared::domain::text::mask_numbers;
use shared::jobs::forward;
use shared::storage::dead_letters::{self, DeadLetter, StoredLetter};
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
    /// Send all again that were not sent again yet
    #[arg(long)]
    pub replay: bool,
    /// Print the list as JSON
    #[arg(long, conflicts_with = "replay")]
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
  ringdown dead-letters --replay";

/// A dead letter, as `--json` prints it: without phone numbers.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    job: &'a str,
    reason: String,
    at: Timestamp,
    given_up_at: Timestamp,
    replayed_at: Option<Timestamp>,
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
        Listed {
            id: &kept.id,
            job,
            reason: mask_numbers(reason),
            at,
            given_up_at,
            replayed_at,
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

/// Lists all dead letters, oldest first; in words or as JSON.
///
/// # Errors
/// The store does not answer.
pub async fn list(store: &dyn Store, is_json: bool) -> Result<(), Error> {
    let letters = dead_letters::all(store, now()).await?;
    if is_json {
        say!("{}", json(&letters.iter().map(Listed::of).collect::<Vec<_>>()));
        return Ok(());
    }
    for kept in &letters {
        print(kept);
    }
    let open = letters.iter().filter(|kept| kept.waits()).count();
    say!("{} dead letters, {open} of them not sent again yet", letters.len());
    Ok(())
}

fn print(kept: &StoredLetter) {
    let letter = &kept.letter;
    let replayed = letter.replayed_at.map(|at| format!(", sent again {at:.0}")).unwrap_or_default();
    say!("{}  {} since {:.0}: {}{replayed}", kept.id, letter.job, letter.at, letter.reason);
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

/// Sends all again that were not sent again yet, and says how far it is; `Ok(false)` if some cannot be.
pub async fn replay(store: &dyn Store, queue: &dyn Queue, routes: &Routes) -> Result<bool, Error> {
    let (mut after, mut replayed, mut refused) = (None, 0, 0);
    loop {
        let now = now();
        let tasks = |letter: &DeadLetter| forward::replay::replay(routes, letter, now);
        let part = dead_letters::replay_page(store, queue, &tasks, after.as_deref(), now).await?;
        replayed += part.replayed;
        refused += part.refused;
        let all = replayed + refused + part.left;
        say!("{} of {all} done", replayed + refused);
        if part.after.is_none() {
            break;
        }
        after = part.after;
    }
    say!("{replayed} sent again; they arrive marked as late");
    if refused > 0 {
        say!("{refused} cannot be sent again: what was wrong with them is still wrong");
    }
    Ok(refused == 0)
}
