//! `ringdown dead-letters`: what could not be delivered; `--replay` sends it again.

use clap::Args;
use shared::Error;
use shared::domain::routes::Routes;
use shared::domain::text::mask_numbers;
use shared::jobs::forward;
use shared::storage::dead_letters::{self, DeadLetter, StoredLetter};
use shared::storage::{Queue, Store};

use super::arguments::{ConfigFile, DataFolder};
use crate::clock::now;

/// What was typed behind `dead-letters`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct DeadLettersOptions {
    /// Send all again that were not sent again yet
    #[arg(long)]
    pub replay: bool,
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
  ringdown dead-letters --replay";

/// Lists all dead letters, oldest first.
pub async fn list(store: &dyn Store) -> Result<(), Error> {
    let letters = dead_letters::all(store, now()).await?;
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
                say!("    {}: {}", lines.channel, mask_numbers(&line.text));
            }
        }
        None => {
            say!("    {}", mask_numbers(&letter.body).chars().take(200).collect::<String>())
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
