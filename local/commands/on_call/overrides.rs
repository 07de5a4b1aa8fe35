//! `ringdown oncall override`, `overrides` and `remove`: somebody takes over on call for a while, whatever the file says.

use clap::{Subcommand, ValueEnum};
use serde::Serialize;
use shared::config::file::Config;
use shared::domain::schedule::{
    Asked, ConfiguredNames, Feed, Ignored, Moment, StoredOverride, time,
};
use shared::domain::text::mask_numbers;
use shared::jobs::escalate::acts::AT_THE_COMMAND_LINE;
use shared::jobs::escalate::overrides::{Place, Removed};
use shared::storage::{Queue, Store, calendar_links, overrides};
use shared::{Error, TimeZone, Timestamp, random};

use super::super::arguments::ServerAddress;
use super::super::sessions::base_url;
use crate::clock::now;
use crate::output::{json, printable};

/// What can be done with who is on call.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum OnCallCommand {
    /// Have somebody take over on call for a while
    ///
    /// It takes precedence over the configuration and over earlier overrides. Slack is told. Calls follow from the next
    /// round on: `ringdown incidents call` calls somebody at once for an incident that is open.
    #[command(after_help = OVERRIDE_EXAMPLES)]
    Override {
        /// A name of the configuration's [[schedules]]
        #[arg(value_name = "SCHEDULE")]
        schedule: String,
        /// A name of the configuration's [people]
        #[arg(value_name = "PERSON")]
        person: String,
        /// From when on, by the schedule's clock, or with an offset or a Z [default: now]
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Until when, by the schedule's clock, or with an offset or a Z
        #[arg(long, value_name = "TIME")]
        until: String,
    },
    /// List who has taken over, or will
    #[command(
        after_help = "Examples:\n  ringdown oncall overrides\n  ringdown oncall overrides --json"
    )]
    Overrides,
    /// Take back that somebody takes over
    #[command(
        after_help = "Examples:\n  ringdown oncall remove 3f9c01ab52d7\n  ringdown oncall remove --all"
    )]
    Remove {
        /// An id that `ringdown oncall overrides` lists
        #[arg(value_name = "ID", required_unless_present = "all")]
        id: Option<String>,
        /// Remove all, also what cannot be read; prints what is lost
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
    /// Print a secret address of a calendar: of a person's shifts, or of a schedule's
    ///
    /// For a calendar program to subscribe to. Whoever has it reads who is on call when, and no phone number. Printed again,
    /// the former address is no longer good.
    #[command(
        after_help = "Examples:\n  ringdown oncall link person alpha\n  ringdown oncall link schedule primary --to https://ringdown.example.com"
    )]
    Link {
        /// Whose shifts
        #[arg(value_name = "person|schedule")]
        of: Of,
        /// A name of the configuration's [people], or of its [[schedules]]
        #[arg(value_name = "NAME")]
        name: String,
        /// The address of the pages; PUBLIC_BASE_URL if that is set.
        #[command(flatten)]
        address: ServerAddress,
    },
}

/// Whose shifts a calendar has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Of {
    /// Those of a person, in all schedules
    Person,
    /// Those of a schedule
    Schedule,
}

const OVERRIDE_EXAMPLES: &str = "\
Examples:
  ringdown oncall override primary bravo --until 2026-12-24T22:00
  ringdown oncall override primary bravo --from 2026-12-24T18:00 --until 2026-12-25T09:00";

/// The most characters of a record that cannot be read which are printed.
const MAX_SHOWN: usize = 20_000;

/// An override, as `--json` prints it.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    schedule: &'a str,
    person: &'a str,
    from: Timestamp,
    until: Timestamp,
    by: &'a str,
    at: Timestamp,
    /// Why it does not count, if it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored: Option<Ignored>,
}

impl<'a> Listed<'a> {
    fn of(over: &'a StoredOverride, config: &Config) -> Listed<'a> {
        let has_person = |name: &str| config.escalation.people.contains_key(name);
        let known =
            ConfiguredNames { schedules: &config.escalation.schedules, has_person: &has_person };
        let StoredOverride { id, schedule, person, from, until, by, at, .. } = over;
        let (from, until, at) = (*from, *until, *at);
        Listed { id, schedule, person, from, until, by, at, ignored: over.ignored(known) }
    }

    fn line(&self, config: &Config) -> String {
        let Listed { id, schedule, person, from, until, by, ignored, .. } = self;
        let found = config.escalation.schedules.get(schedule);
        let zone = found.map_or(TimeZone::UTC, |schedule| schedule.zone.clone());
        let (from, until) = (time(*from, &zone), time(*until, &zone));
        let why = match ignored {
            None => "",
            Some(Ignored::Removed) => "  IGNORED: it was removed",
            Some(Ignored::UnknownPerson) => {
                "  IGNORED: the configuration has no such person any more"
            }
            Some(Ignored::UnknownSchedule) => {
                "  IGNORED: the configuration has no such schedule any more"
            }
        };
        let [schedule, person, by] = [schedule, person, by].map(|text| printable(text));
        format!("{id}  {schedule}  {from}  {until}  {person}  by {by}{why}")
    }
}

/// Does it; `Ok(false)` if it is refused, or there is nothing to remove.
///
/// # Errors
/// The store or the queue does not answer, or a time cannot be read.
pub async fn act(
    (store, queue): (&dyn Store, &dyn Queue),
    config: &Config,
    command: &OnCallCommand,
    is_json: bool,
) -> Result<bool, Error> {
    let place = Place { store, queue, config, by: AT_THE_COMMAND_LINE };
    match command {
        OnCallCommand::Override { schedule, person, from, until } => {
            let found = config.escalation.schedules.get(schedule);
            let zone = found.map_or(TimeZone::UTC, |schedule| schedule.zone.clone());
            let from = from.as_deref().map_or(Ok(now()), |from| moment("--from", from, &zone))?;
            let until = moment("--until", until, &zone)?;
            let (schedule, person) = (schedule.clone(), person.clone());
            match place.take_over(&Asked { schedule, person, from, until }, now()).await? {
                Ok(made) => print(&[&made], config, is_json),
                Err(why) => {
                    return Ok(refused(&format!("{}{}", why.text(), hint(config)), is_json));
                }
            }
        }
        OnCallCommand::Overrides => {
            let stored = overrides::read(store, now()).await?;
            let is_open = |over: &&StoredOverride| over.removed.is_none() && now() < over.until;
            let open: Vec<_> = stored.overrides.iter().filter(is_open).collect();
            print(&open, config, is_json);
            match open.len() {
                _ if is_json => {}
                1 => say!("1 override"),
                count => say!("{count} overrides"),
            }
        }
        OnCallCommand::Remove { id: None, .. } => {
            let removed = place.remove_all(now()).await?;
            print_lost(&removed, config, is_json);
        }
        OnCallCommand::Remove { id: Some(id), .. } => match place.remove(id, now()).await? {
            Some(removed) if is_json => print(&[&removed], config, true),
            Some(removed) => say!("removed: {}", Listed::of(&removed, config).id),
            None => {
                let text = "there is no override of this id that is not over, or removed";
                return Ok(refused(text, is_json));
            }
        },
        OnCallCommand::Link { of, name, address } => {
            return link(store, config, *of, name, address, is_json).await;
        }
    }
    Ok(true)
}

async fn link(
    store: &dyn Store,
    config: &Config,
    of: Of,
    name: &str,
    address: &ServerAddress,
    is_json: bool,
) -> Result<bool, Error> {
    let (feed, is_known) = match of {
        Of::Person => (Feed::Person(name.to_owned()), config.escalation.people.contains_key(name)),
        Of::Schedule => {
            let is_known = config.escalation.schedules.get(name).is_some();
            (Feed::Schedule(name.to_owned()), is_known)
        }
    };
    if !is_known {
        let text = format!("The configuration has none of this name.{}", hint(config));
        return Ok(refused(&text, is_json));
    }
    let base = base_url(address)?;
    let token = calendar_links::renew(store, &feed, random::bytes()?, now()).await?;
    let url = format!("{base}/on-call/{token}.ics");
    match is_json {
        true => say!("{}", json(&serde_json::json!({ "url": url }))),
        false => say!("{url}"),
    }
    Ok(true)
}

/// Prints why it is not done. Gives `false`.
fn refused(text: &str, is_json: bool) -> bool {
    match is_json {
        true => say!("{}", json(&serde_json::json!({ "outcome": "refused", "text": text }))),
        false => say!("{text}"),
    }
    false
}

/// Prints what was removed, or what the record said that could not be read: without phone numbers, and not all of a long
/// one.
fn print_lost(lost: &Removed, config: &Config, is_json: bool) {
    let unread = lost.unread.as_deref().map(|said| {
        let said: String = said.chars().take(MAX_SHOWN).collect();
        printable(&mask_numbers(&said)).to_string()
    });
    let removed: Vec<_> = lost.removed.iter().collect();
    if is_json {
        let listed: Vec<Listed> = removed.iter().map(|over| Listed::of(over, config)).collect();
        say!("{}", json(&serde_json::json!({ "removed": listed, "unread": unread })));
        return;
    }
    print(&removed, config, false);
    match unread {
        Some(said) => {
            say!("the overrides could not be read, and are deleted. The record said:\n{said}")
        }
        None => say!("removed: {}", removed.len()),
    }
}

fn print(overrides: &[&StoredOverride], config: &Config, is_json: bool) {
    let listed: Vec<Listed> = overrides.iter().map(|over| Listed::of(over, config)).collect();
    if is_json {
        say!("{}", json(&listed));
        return;
    }
    for over in &listed {
        say!("{}", over.line(config));
    }
}

/// Which names there are.
fn hint(config: &Config) -> String {
    let escalation = &config.escalation;
    let schedules: Vec<_> = escalation.schedules.iter().map(|one| one.name.as_str()).collect();
    let people: Vec<_> = escalation.people.keys().map(String::as_str).collect();
    let names =
        |names: Vec<&str>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    printable(&format!(" Schedules: {}. People: {}.", names(schedules), names(people))).to_string()
}

fn moment(option: &str, text: &str, zone: &TimeZone) -> Result<Timestamp, Error> {
    let expected = "expected one like 2026-12-24T20:00 or 2026-12-24T19:00Z";
    let read = Moment::parse(text).map(|moment| moment.in_zone(zone));
    read.ok_or_else(|| Error::BadRequest(format!("{option}: {text:?} is no time, {expected}")))
}
