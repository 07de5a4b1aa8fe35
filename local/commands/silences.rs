//! `ringdown silences`: those in force and to come; `new GLOB…` makes one, `end ID` ends one that was made by hand.

use clap::{Args, Subcommand};
use jiff::{SignedDuration, tz::TimeZone};
use serde::Serialize;
use shared::config::file::Config;
use shared::domain::schedule::Moment;
use shared::domain::silence::{MAX_GLOBS, Stored, Unfit};
use shared::domain::text::mask_numbers;
use shared::jobs::escalate::acts;
use shared::jobs::escalate::silences::{MAX_MANUAL_SILENCES, request_end, request_silence, stored};
use shared::storage::{Queue, Store};
use shared::{Error, Timestamp};

use super::acting::{named, soon, unknown};
use super::arguments::{ConfigFile, DataFolder};
use crate::clock::now;
use crate::output::{json, printable};
use shared::domain::escalation::IncidentId;

/// What was typed behind `silences`.
#[derive(Args, Debug, Default, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct SilencesOptions {
    /// The data folder, which has them.
    #[command(flatten)]
    pub folder: DataFolder,
    /// The configuration, which has others.
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
    pub command: Option<SilencesCommand>,
}

/// What can be done with silences.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum SilencesCommand {
    /// Call nobody for alarms of these globs for a while
    #[command(
        after_help = "Examples:\n  ringdown silences new 'prod-*' --for 2h --reason \"a deploy\" --as alpha"
    )]
    New {
        /// Names of alarms, or globs on them
        #[arg(value_name = "GLOB", required = true)]
        globs: Vec<String>,
        /// When it begins, by UTC unless it has an offset [default: at once]
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// For how long
        #[arg(long = "for", value_name = "LENGTH", default_value = "1h", conflicts_with = "until")]
        lasting: SignedDuration,
        /// When it ends instead, by UTC unless it has an offset
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// End a silence that was made by hand
    #[command(after_help = "Examples:\n  ringdown silences end 3f9c01ab")]
    End {
        /// The id of one that `ringdown silences` lists
        #[arg(value_name = "ID")]
        id: String,
    },
}

const EXAMPLES: &str = "\
Examples:
  ringdown silences
  ringdown silences --json
  ringdown silences new 'prod-*' --for 2h --reason \"a deploy\" --as alpha
  ringdown silences end 3f9c01ab";

/// A silence, as `--json` prints it.
#[derive(Serialize)]
struct Listed {
    /// None for one of the configuration, or of an incident.
    id: Option<String>,
    alarms: Vec<String>,
    from: Timestamp,
    until: Timestamp,
    /// Who made it, by hand.
    by: Option<String>,
    reason: Option<String>,
    incident: Option<IncidentId>,
    /// Where it stands in the configuration.
    place: Option<String>,
}

/// What became of it, as `--json` prints it.
#[derive(Serialize)]
struct Outcome {
    id: Option<String>,
    /// Whether it is done, refused, or asked for and not done yet.
    outcome: &'static str,
    text: String,
}

/// Lists silences, makes one or ends one; `Ok(false)` if that is refused.
///
/// # Errors
/// The store or the queue does not answer.
pub async fn run(
    store: &dyn Store,
    queue: &dyn Queue,
    config: &Config,
    options: &SilencesOptions,
) -> Result<bool, Error> {
    if let Some(wrong) = unknown(&[options.person.as_deref()], &config.escalation.people) {
        return Ok(print_outcome(options, None, "refused", wrong));
    }
    match &options.command {
        None => list(store, config, options.json).await.map(|()| true),
        Some(SilencesCommand::End { id }) => end(store, queue, id, options).await,
        Some(command) => {
            let kept = stored(store, now()).await?;
            let by_hand = kept.iter().filter(|silence| !silence.globs.is_empty()).count();
            match read(command, options.person.as_deref(), now()) {
                Ok(_) if by_hand >= MAX_MANUAL_SILENCES => {
                    let text =
                        format!("there are {MAX_MANUAL_SILENCES} silences made by hand already");
                    Ok(print_outcome(options, None, "refused", text))
                }
                Ok(silence) => make(store, queue, silence, options).await,
                Err(wrong) => Ok(print_outcome(options, None, "refused", wrong)),
            }
        }
    }
}

/// Prints what became of it. Gives whether it was not refused.
fn print_outcome(
    options: &SilencesOptions,
    id: Option<String>,
    outcome: &'static str,
    text: String,
) -> bool {
    match options.json {
        true => say!("{}", json(&Outcome { id, outcome, text })),
        false => say!("{text}"),
    }
    outcome != "refused"
}

fn read(command: &SilencesCommand, person: Option<&str>, now: Timestamp) -> Result<Stored, String> {
    let SilencesCommand::New { globs, from, lasting, until, reason } = command else {
        return Err("nothing is to be made".to_owned());
    };
    let moment = |option: &str, text: &Option<String>| match text {
        None => Ok(None),
        Some(text) => match Moment::parse(text) {
            Some(moment) => Ok(Some(moment.in_zone(&TimeZone::UTC))),
            None => Err(format!("--{option}: {text:?} is no time such as 2026-01-31T09:00Z")),
        },
    };
    let (from, until) = (moment("from", from)?, moment("until", until)?);
    let begins = from.filter(|from| *from > now).unwrap_or(now);
    let until = until.or_else(|| begins.checked_add(*lasting).ok()).unwrap_or(Timestamp::MAX);
    let because = reason.as_deref().and_then(acts::reason);
    let globs: Vec<&str> = globs.iter().map(String::as_str).collect();
    let made = Stored::of_globs(&globs, (from, until), (&named(person), because), now);
    made.map_err(|unfit| match unfit {
        Unfit::NoGlobs => "no alarm is named".to_owned(),
        Unfit::TooManyGlobs => format!("a silence has {MAX_GLOBS} globs at most"),
        Unfit::LongGlob => "a glob has 256 characters at most".to_owned(),
        Unfit::Over => "it must end after it begins, and in the future".to_owned(),
        Unfit::TooLong => "it lasts 31 days at most, and begins within 31 days".to_owned(),
    })
}

async fn make(
    store: &dyn Store,
    queue: &dyn Queue,
    silence: Stored,
    options: &SilencesOptions,
) -> Result<bool, Error> {
    let (id, until) = (silence.id(), silence.until);
    request_silence(queue, silence).await?;
    if soon(async || has(store, &id).await).await? {
        let text = format!("{id} is made, until {until:.0}");
        return Ok(print_outcome(options, Some(id), "done", text));
    }
    let text = format!("{id}: that is asked for, and done as soon as a server takes it");
    Ok(print_outcome(options, Some(id), "asked", text))
}

async fn end(
    store: &dyn Store,
    queue: &dyn Queue,
    id: &str,
    options: &SilencesOptions,
) -> Result<bool, Error> {
    let is_it = |silence: &&Stored| {
        !silence.globs.is_empty() && id.len() >= 8 && silence.id().starts_with(id)
    };
    let kept = stored(store, now()).await?;
    let Some(silence) = kept.iter().find(is_it) else {
        let text = "no silence that was made by hand for globs has this id".to_owned();
        return Ok(print_outcome(options, None, "refused", text));
    };
    request_end(queue, silence, &named(options.person.as_deref())).await?;
    let id = silence.id();
    if soon(async || Ok(!has(store, &id).await?)).await? {
        let text = format!("{id} is over");
        return Ok(print_outcome(options, Some(id), "done", text));
    }
    let text = format!("{id}: that is asked for, and done as soon as a server takes it");
    Ok(print_outcome(options, Some(id), "asked", text))
}

/// Whether there is a silence of this id that is not over.
async fn has(store: &dyn Store, id: &str) -> Result<bool, Error> {
    Ok(stored(store, now()).await?.iter().any(|silence| silence.id() == id))
}

async fn list(store: &dyn Store, config: &Config, is_json: bool) -> Result<(), Error> {
    let at = now();
    let windows = config
        .silences
        .in_force(at)
        .into_iter()
        .chain(config.silences.iter().filter_map(|window| Some((window, window.next(at)?))));
    let mut listed: Vec<Listed> = windows
        .map(|(window, (from, until))| Listed {
            id: None,
            alarms: window.alarms.clone(),
            from,
            until,
            by: None,
            reason: window.reason.clone(),
            incident: None,
            place: Some(window.place.clone()),
        })
        .collect();
    listed.extend(stored(store, at).await?.into_iter().map(Listed::of_stored));
    listed.sort_by_key(|silence| (silence.from, silence.until));
    if is_json {
        say!("{}", json(&listed));
        return Ok(());
    }
    for silence in &listed {
        say!("{}", silence.line(at));
    }
    match listed.len() {
        1 => say!("1 silence"),
        count => say!("{count} silences"),
    }
    Ok(())
}

impl Listed {
    fn of_stored(silence: Stored) -> Listed {
        let is_by_hand = !silence.globs.is_empty();
        let id = is_by_hand.then(|| silence.id());
        let (from, until) = (silence.begins(), silence.until);
        let names = if is_by_hand { silence.globs } else { silence.alarms };
        Listed {
            id,
            alarms: names.iter().map(|name| mask_numbers(name)).collect(),
            from,
            until,
            by: Some(silence.by),
            reason: silence.because.as_deref().map(mask_numbers),
            incident: silence.incident,
            place: None,
        }
    }

    /// In words.
    fn line(&self, now: Timestamp) -> String {
        let Listed { id, alarms, from, until, by, reason, incident, place } = self;
        let incident = incident.as_ref().map(IncidentId::as_str);
        let names = [id.as_deref(), incident, place.as_deref()];
        let name = names.into_iter().flatten().next().unwrap_or_default();
        let from = if *from > now { format!("from {from:.0} ") } else { String::new() };
        let by = by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        printable(&format!("{name}  {}  {from}until {until:.0}{by}{reason}", alarms.join(", ")))
    }
}
