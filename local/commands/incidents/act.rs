//! Does what was typed about an incident, and says whether it is done.

use serde::Serialize;
use shared::config::file::Config;
use shared::domain::escalation::{Act, ActError, Asker, Event, Incident};
use shared::jobs::escalate::acts::{self, Requested, note, request_of, tidied};
use shared::jobs::escalate::silences::is_silenced;
use shared::storage::incidents::{find, one};
use shared::storage::{Queue, Store};
use shared::{Error, Timestamp};

use super::IncidentsOptions;
use super::command::IncidentsCommand;
use crate::clock::now;
use crate::commands::acting::{named, soon, unknown};
use crate::output::{json, printable};

/// What became of it, as `--json` prints it.
#[derive(Serialize)]
struct Outcome<'a> {
    incident: &'a str,
    /// Whether it is done, refused, or asked for and not done yet.
    outcome: &'static str,
    text: String,
}

impl IncidentsCommand {
    /// The id that was typed.
    pub fn id(&self) -> &str {
        match self {
            IncidentsCommand::Take(which)
            | IncidentsCommand::Release(which)
            | IncidentsCommand::EndSilence(which)
            | IncidentsCommand::Resolve(which)
            | IncidentsCommand::PassOn { which, .. }
            | IncidentsCommand::Call { which, .. }
            | IncidentsCommand::Note { which, .. }
            | IncidentsCommand::Strike { which, .. }
            | IncidentsCommand::Silence { which, .. } => &which.id,
        }
    }

    /// The person whom it is about, beside whoever acts.
    fn about(&self) -> Option<&str> {
        match self {
            IncidentsCommand::PassOn { to, .. } => Some(to),
            IncidentsCommand::Call { person, .. } => Some(person),
            _ => None,
        }
    }

    /// The act that is asked for; `Err` with what is wrong.
    fn act(&self, incident: &Incident, now: Timestamp) -> Result<Act, String> {
        Ok(match self {
            IncidentsCommand::Take(_) => Act::Take,
            IncidentsCommand::Release(_) => Act::Release,
            IncidentsCommand::EndSilence(_) => Act::EndSilence,
            IncidentsCommand::Resolve(_) => Act::Resolve,
            IncidentsCommand::PassOn { to, .. } => Act::PassOn { to: to.clone() },
            IncidentsCommand::Call { person, .. } => Act::Call { person: person.clone() },
            IncidentsCommand::Note { text, .. } => {
                note(&incident.id, text, now).ok_or("the note is empty")?
            }
            IncidentsCommand::Strike { words, .. } => {
                Act::StrikeNote { note: note_that_begins(incident, words)? }
            }
            IncidentsCommand::Silence { lasting, reason, .. } => {
                let until = now.checked_add(*lasting).map_err(|_| "--for is too long")?;
                Act::Silence { until, reason: reason.as_deref().and_then(acts::reason) }
            }
        })
    }
}

/// As whom somebody acts here.
fn asker(person: Option<&str>) -> Asker {
    let told = named(person);
    match person {
        Some(person) => Asker::VouchedFor { person: person.to_owned(), told },
        None => Asker::Nameless(told),
    }
}

/// Asks for an act, and looks whether it is done soon; `Ok(false)` if it is refused, or there is no such incident.
///
/// # Errors
/// The store or the queue does not answer; or the configuration cannot be read, and a person is named.
pub async fn act(
    (store, queue): (&dyn Store, &dyn Queue),
    config: Result<&Config, Error>,
    command: &IncidentsCommand,
    options: &IncidentsOptions,
) -> Result<bool, Error> {
    let (id, at) = (command.id(), now());
    let refused = |text: String| {
        print_outcome(options, id, "refused", text);
        Ok(false)
    };
    let people = [options.person.as_deref(), command.about()];
    if people.iter().any(Option::is_some)
        && let Some(wrong) = unknown(&people, &config?.escalation.people)
    {
        return refused(wrong);
    }
    let asker = asker(options.person.as_deref());
    let Some(kept) = find(store, id, at).await? else { return refused(no_incident(id, options)) };
    let before = kept.incident;
    let asked = match command.act(&before, at) {
        Ok(act) => act,
        Err(wrong) => return refused(wrong),
    };
    if asked == Act::EndSilence && !is_silenced(store, &before, at).await? {
        return refused(format!("{id} is not silenced"));
    }
    match request_of(queue, &before, (&asker, &asked), None, at).await? {
        Requested::Queued => {}
        Requested::Refused(ActError::Over) if asked == Act::Resolve => {
            print_outcome(options, id, "done", format!("{id} is over already"));
            return Ok(true);
        }
        Requested::Refused(refusal) => return refused(in_words(id, &refusal)),
        Requested::Changed => return refused(no_incident(id, options)),
    }
    if soon(async || is_done(store, &before, &asked, &asker).await).await? {
        print_outcome(options, id, "done", done_text(id, &asked, &asker));
        return Ok(true);
    }
    let text = match asked {
        Act::Resolve => {
            format!(
                "{id} is not over yet: that is asked for, and done as soon as a server takes it"
            )
        }
        _ => format!("{id}: that is asked for, and done as soon as a server takes it"),
    };
    print_outcome(options, id, "asked", text);
    Ok(true)
}

fn print_outcome(options: &IncidentsOptions, incident: &str, outcome: &'static str, text: String) {
    match options.json {
        true => say!("{}", json(&Outcome { incident, outcome, text })),
        false => say!("{text}"),
    }
}

fn no_incident(id: &str, options: &IncidentsOptions) -> String {
    let id: String = id.chars().take(120).collect();
    let prefix = crate::program::prefix();
    let (data, config) = (options.folder.typed(), options.config.typed());
    format!(
        "there is no incident {id:?}: `{prefix} incidents{data}{config}` lists those that are open"
    )
}

fn in_words(id: &str, refusal: &ActError) -> String {
    match refusal {
        ActError::Over => format!("{id} is over already: nothing is left to do"),
        ActError::OwnedBy(person) => format!("{} has {id}", printable(person)),
        ActError::Unowned => format!("nobody has {id} just now"),
        ActError::Nameless => format!("who has {id} needs a name: add --as PERSON"),
        ActError::NoLonger => format!("{id} is silenced about as long already"),
        ActError::NoNote => format!("{id} has no such note"),
    }
}

/// The notes that are not struck out, with their words.
fn standing_notes(incident: &Incident) -> impl Iterator<Item = (&str, &str)> {
    incident.timeline.entries.iter().filter_map(|entry| match &entry.event {
        Event::Noted { note, text, struck_by: None, .. } => Some((note.as_str(), text.as_str())),
        _ => None,
    })
}

/// The one note that begins with these words and is not struck out; `Err` with what is wrong.
fn note_that_begins(incident: &Incident, words: &str) -> Result<String, String> {
    let words = tidied(words);
    let found: Vec<&str> = standing_notes(incident)
        .filter(|(_, text)| !words.is_empty() && text.starts_with(&words))
        .map(|(note, _)| note)
        .collect();
    match found[..] {
        [one] => Ok(one.to_owned()),
        [] => Err(format!("{} has no note that begins so and is not struck out", incident.id)),
        _ => {
            Err(format!("{} notes of {} begin so: type more of the one", found.len(), incident.id))
        }
    }
}

/// Whether it shows by now that an act was done.
async fn is_done(
    store: &dyn Store,
    before: &Incident,
    act: &Act,
    asker: &Asker,
) -> Result<bool, Error> {
    let Some(kept) = one(store, &before.id, now()).await? else { return Ok(*act == Act::Resolve) };
    let incident = kept.incident;
    let has_new = |is_it: &dyn Fn(&Event) -> bool| {
        let entries = incident.timeline.entries.iter();
        entries
            .filter(|entry| entry.number >= before.timeline.next)
            .any(|entry| is_it(&entry.event))
    };
    Ok(match act {
        Act::Take => incident.taken_by().map(|owner| owner.person.as_str()) == asker.person(),
        Act::Release => has_new(&|event| matches!(event, Event::Released { .. })),
        Act::PassOn { .. } => has_new(&|event| matches!(event, Event::PassedOn { .. })),
        Act::Call { .. } => has_new(&|event| matches!(event, Event::CallAsked { .. })),
        Act::Silence { until, .. } => incident.silenced_until.is_some_and(|have| have >= *until),
        Act::EndSilence => !is_silenced(store, &incident, now()).await?,
        Act::Note { note, .. } => {
            has_new(&|event| matches!(event, Event::Noted { note: have, .. } if have == note))
        }
        Act::StrikeNote { note } => standing_notes(&incident).all(|(have, _)| have != note),
        Act::Resolve => incident.ended_at.is_some(),
    })
}

fn done_text(id: &str, act: &Act, asker: &Asker) -> String {
    match act {
        Act::Take => format!("{} has {id}", printable(asker.person().unwrap_or_default())),
        Act::Release => format!("nobody has {id} any more: the next person is called"),
        Act::PassOn { to } => format!("{id} is passed on: {} is called", printable(to)),
        Act::Call { person } => format!("{id}: {} is called", printable(person)),
        Act::Silence { until, .. } => format!("{id} is silenced until {until:.0}"),
        Act::EndSilence => format!("{id} is not silenced any more"),
        Act::Note { .. } => format!("{id} has the note"),
        Act::StrikeNote { .. } => format!("{id} has the note no more"),
        Act::Resolve => format!("{id} is over"),
    }
}
