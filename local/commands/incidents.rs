//! `ringdown incidents`: those that are open. `command`: what can be done with one. `act`: it is done.

mod act;
mod command;

use clap::Args;
use serde::Serialize;
use shared::domain::escalation::{Incident, IncidentId, State};
use shared::domain::text::mask_numbers;
use shared::storage::Store;
use shared::storage::incidents::all;
use shared::{Error, Timestamp};

pub use self::act::act;
pub use self::command::{IncidentsCommand, Which};
use super::arguments::{ConfigFile, DataFolder};
use crate::clock::now;
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
    /// Print the list, or the outcome, as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// Who acts, as people are told: a name of [people] [default: somebody at the command line]
    #[arg(long = "as", value_name = "PERSON", global = true)]
    pub person: Option<String>,
    /// What to do instead of listing them.
    #[command(subcommand)]
    pub command: Option<IncidentsCommand>,
}

const EXAMPLES: &str = "\
Examples:
  ringdown incidents
  ringdown incidents --json
  ringdown incidents take default-20261129-111530-000 --as alpha
  ringdown incidents note default-20261129-111530-000 \"the disk was full\" --as alpha
  ringdown incidents resolve default-20261129-111530-000";

/// How many alarms of an incident are named.
const MAX_NAMED_ALARMS: usize = 4;

/// An open incident, as `--json` prints it: without phone numbers.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a IncidentId,
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
