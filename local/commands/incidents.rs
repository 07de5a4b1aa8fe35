//! `ringdown incidents`: those that are open; `resolve ID` ends one whose recovery never comes.

use std::time::Duration;

use clap::{Args, Subcommand};
use serde::Serialize;
use shared::domain::escalation::{Act, Asker, Incident, State};
use shared::domain::text::mask_numbers;
use shared::jobs::escalate::acts::{AT_THE_COMMAND_LINE, Requested, request};
use shared::storage::incidents::{all, one};
use shared::storage::{Queue, Store};
use shared::{Error, Timestamp};

use super::arguments::{ConfigFile, DataFolder};
use crate::clock::{now, sleep};
use crate::output::{json, printable};

/// What was typed behind `incidents`.
#[derive(Args, Debug, Default, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct IncidentsOptions {
    /// The data folder, which has them.
    #[command(flatten)]
    pub folder: DataFolder,
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,
    /// Print the list as JSON
    #[arg(long)]
    pub json: bool,
    /// What to do instead of listing them.
    #[command(subcommand)]
    pub command: Option<IncidentsCommand>,
}

/// What can be done with an incident.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum IncidentsCommand {
    /// End an incident whose recovery never comes
    ///
    /// It counts as over, whatever its alarms say, until one goes off anew.
    #[command(after_help = "Examples:\n  ringdown incidents resolve 01997d3c0f2a-1")]
    Resolve {
        /// The id of one that `ringdown incidents` lists
        #[arg(value_name = "ID")]
        id: String,
    },
}

const EXAMPLES: &str = "\
Examples:
  ringdown incidents
  ringdown incidents --json
  ringdown incidents resolve 01997d3c0f2a-1";

/// How many alarms of an incident are named.
const MAX_NAMED_ALARMS: usize = 4;
/// How often the outcome of a request is looked for, and how long the pause between is.
const MAX_POLLS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);

/// An open incident, as `--json` prints it: without phone numbers.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    policy: &'a str,
    state: &'static str,
    raised_at: Timestamp,
    taken_by: Option<&'a str>,
    silenced_until: Option<Timestamp>,
    /// Those that are kept by name.
    alarms: Vec<String>,
    /// How many go on, with and without a name.
    open_alarms: u32,
}

impl Listed<'_> {
    fn of(incident: &Incident) -> Listed<'_> {
        let state = incident.state();
        Listed {
            id: &incident.id,
            policy: &incident.policy.name,
            state: state.name(),
            raised_at: incident.raised_at,
            taken_by: incident.taken_by().map(|owner| owner.person.as_str()),
            silenced_until: incident.silenced_until.filter(|_| state == State::Silenced),
            alarms: incident.open_alarms().map(|alarm| mask_numbers(&alarm.name)).collect(),
            open_alarms: incident.open_count(),
        }
    }
}

/// Lists the open incidents, the newest first; in words or as JSON.
///
/// # Errors
/// The store does not answer.
pub async fn list(store: &dyn Store, is_json: bool) -> Result<(), Error> {
    let mut open = all(store, 1, now()).await?;
    open.retain(|incident| incident.ended_at.is_none());
    if is_json {
        say!("{}", json(&open.iter().map(Listed::of).collect::<Vec<_>>()));
        return Ok(());
    }
    for incident in &open {
        say!("{}", line(incident));
    }
    match open.len() {
        1 => say!("1 open incident"),
        count => say!("{count} open incidents"),
    }
    Ok(())
}

/// Returns one incident in words, without the phone numbers that a monitor may have put into an alarm's name.
fn line(incident: &Incident) -> String {
    let state = incident.state();
    let silenced_until = incident.silenced_until.filter(|_| state == State::Silenced);
    let until = silenced_until.map(|at| format!(" until {at:.0}")).unwrap_or_default();
    let state = format!("{}{until}", state.name());
    let owner = incident.taken_by().map(|owner| format!(" by {}", owner.person));
    let names = incident
        .open_alarms()
        .take(MAX_NAMED_ALARMS)
        .map(|alarm| printable(&mask_numbers(&alarm.name)).chars().take(80).collect::<String>());
    let names: Vec<String> = names.collect();
    let more = incident.open_count() as usize - names.len();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!(
        "{}  {}  {state}{}  since {:.0}: {}{more}",
        incident.id,
        incident.policy.name,
        owner.unwrap_or_default(),
        incident.raised_at,
        names.join(", ")
    )
}

/// How people are told of whoever acts here, under a person's name or none.
pub(super) fn named(person: Option<&str>) -> String {
    match person {
        Some(person) => format!("{person}, at the command line"),
        None => AT_THE_COMMAND_LINE.to_owned(),
    }
}

/// Asks that an incident be over, and looks whether it is soon; `Ok(false)` if there is none of this id.
///
/// # Errors
/// The store or the queue does not answer.
pub async fn resolve(
    store: &dyn Store,
    queue: &dyn Queue,
    id: &str,
    options: &IncidentsOptions,
) -> Result<bool, Error> {
    let asker = Asker::Nameless(AT_THE_COMMAND_LINE.to_owned());
    match request(store, queue, id, (&asker, &Act::Resolve), None, now()).await {
        Ok(Requested::Queued) => {}
        Ok(Requested::Refused(_)) => {
            say!("{id} is over already");
            return Ok(true);
        }
        Ok(Requested::Changed) | Err(Error::NotFound) => {
            let id: String = id.chars().take(120).collect();
            let prefix = crate::program::prefix();
            let (data, config) = (options.folder.typed(), options.config.typed());
            say!(
                "there is no incident {id:?}: `{prefix} incidents{data}{config}` lists those that are open"
            );
            return Ok(false);
        }
        Err(error) => return Err(error),
    }
    for _ in 0..MAX_POLLS {
        let kept = one(store, id, now()).await?;
        if kept.is_none_or(|kept| kept.incident.ended_at.is_some()) {
            say!("{id} is over");
            return Ok(true);
        }
        sleep(PAUSE).await;
    }
    say!("{id} is not over yet: that is asked for, and done as soon as a server takes it");
    Ok(true)
}
