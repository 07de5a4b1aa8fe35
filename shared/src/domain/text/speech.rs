//! The words that a person hears in a call.

pub mod replies;

use jiff::Timestamp;
use minijinja::{AutoEscape, UndefinedBehavior, context};

use super::speakable::{cut_words, speakable};

use crate::domain::escalation::{Alarm, Attempt, Incident};
use crate::domain::templates;

/// How many characters a voice speaks in a second, at least. (Polly's and Google's voices manage 14 to 17.)
const CHARACTERS_A_SECOND: usize = 12;
/// The longest text that is read to somebody half asleep, in characters.
const MAX_SPEECH_CHARS: usize = 480;
/// How much work a template of what is spoken may do, in minijinja's instructions.
const FUEL: u64 = 20_000;
/// The most alarms that are named in speech.
const MAX_NAMED_ALARMS: usize = 3;

/// The words of the menu of a call, and their voice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The menu: what is wrong, since when, which keys.
    pub menu: String,
    /// Twilio's `voice`.
    pub voice: Option<String>,
    /// Twilio's `language`.
    pub language: Option<String>,
}

impl Spoken {
    /// The menu that this attempt's person hears now.
    pub fn of(incident: &Incident, attempt: &Attempt, now: Timestamp) -> Spoken {
        let policy = &incident.policy;
        let told = policy.say.as_deref().and_then(|say| {
            rendered(say, facts(incident, attempt, now))
                .inspect_err(|error| {
                    tracing::error!(policy = policy.name, %error, "`say` failed: the default text is spoken");
                })
                .ok()
        });
        let menu = told.unwrap_or_else(|| usual(incident, attempt, now));
        Spoken {
            menu: cut_words(&menu, MAX_SPEECH_CHARS),
            voice: policy.voice.clone(),
            language: policy.language.clone(),
        }
    }

    /// How long a reading of the menu takes at most, in seconds.
    pub fn reading_seconds(&self) -> u32 {
        let seconds = self.menu.chars().count().div_ceil(CHARACTERS_A_SECOND) + 1;
        u32::try_from(seconds).unwrap_or(u32::MAX)
    }
}

/// Checks a template of what is spoken; the error says what is wrong, and in which of its lines (from 1).
pub fn check_say(source: &str) -> Result<(), (usize, String)> {
    let trial =
        context! { person => "", what => "", since => "", alarms => 1, policy => "", keys => "" };
    templates::check(source)?;
    rendered(source, trial).map(|_| ()).map_err(|error| {
        let names = "person, what, since, alarms, policy and keys";
        (error.line().unwrap_or(1), format!("{error}, expected a template of {names}"))
    })
}

fn rendered(source: &str, facts: minijinja::Value) -> Result<String, minijinja::Error> {
    let mut environment = templates::environment(FUEL, |_, text| text);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    templates::render(&environment, source, facts, AutoEscape::None)
}

fn facts(incident: &Incident, attempt: &Attempt, now: Timestamp) -> minijinja::Value {
    context! {
        person => speakable(&attempt.person),
        what => what(incident),
        since => since(incident, now),
        alarms => incident.open_count(),
        policy => speakable(&incident.policy.name),
        keys => keys(incident, attempt),
    }
}

/// The keys that mean something in this attempt's call.
fn keys(incident: &Incident, attempt: &Attempt) -> &'static str {
    match incident.offers_resolve(attempt) {
        true => "Press 1 to take it. Press 2 to pass it on. Press 3 if it is over.",
        false => "Press 1 to take it. Press 2 to pass it on.",
    }
}

fn usual(incident: &Incident, attempt: &Attempt, now: Timestamp) -> String {
    let person = speakable(&attempt.person);
    let (what, since) = (what(incident), since(incident, now));
    let keys = keys(incident, attempt);
    let hello = if person.is_empty() { "Hello".to_owned() } else { format!("Hello {person}") };
    format!("{hello}, this is Ringdown. {what} It began {since}. {keys}")
}

/// The problem, as one says it.
fn what(incident: &Incident) -> String {
    let open: Vec<&Alarm> = incident.open_alarms().collect();
    match open[..] {
        [] => "Everything has recovered.".to_owned(),
        [alarm] if incident.more_alarms == 0 => {
            let why = cut_words(&speakable(&alarm.description), 160);
            let why = why.trim_end_matches(|c: char| c.is_whitespace() || ".,;:".contains(c));
            let why = match why.ends_with(['!', '?']) {
                _ if why.is_empty() => String::new(),
                true => format!(" {why}"),
                false => format!(" {why}."),
            };
            match &alarm.raised_by {
                Some(by) => {
                    format!("{} raised an incident by hand: {}.", speakable(by), name(alarm))
                }
                None => format!("The alarm {} went off.{why}", name(alarm)),
            }
        }
        _ => {
            let (joined, known): (Vec<&Alarm>, Vec<&Alarm>) =
                open.iter().partition(|alarm| is_new_to_its_owner(alarm));
            let (count, unnamed) = (incident.open_count(), incident.more_alarms as usize);
            if joined.is_empty() || known.is_empty() {
                return format!(
                    "{count} alarms went off: {}.",
                    spoken(&open, MAX_NAMED_ALARMS, unnamed)
                );
            }
            // What joined is what somebody who had it before does not know.
            let first = MAX_NAMED_ALARMS - joined.len().min(MAX_NAMED_ALARMS - 1);
            let these = if joined.len() + unnamed == 1 { "this" } else { "these" };
            format!(
                "{count} alarms went off: {}. Since it was taken {these} joined: {}.",
                spoken(&known, first, 0),
                spoken(&joined, MAX_NAMED_ALARMS - first, unnamed)
            )
        }
    }
}

/// The names of the first so many alarms, and how many more there are.
fn spoken(alarms: &[&Alarm], most: usize, more: usize) -> String {
    let names: Vec<String> = alarms.iter().take(most).map(|alarm| name(alarm)).collect();
    let left = alarms.len() + more - names.len();
    let left = if left == 0 { String::new() } else { format!(", and {left} more") };
    format!("{}{left}", names.join(", "))
}

fn is_new_to_its_owner(alarm: &Alarm) -> bool {
    alarm.joined.is_some_and(|joined| !joined.back)
}

fn name(alarm: &Alarm) -> String {
    match cut_words(&speakable(&alarm.name), 80).trim_end_matches(['.', ',', ';', ':']) {
        "" => "without a name".to_owned(),
        name => name.to_owned(),
    }
}

/// When it began, as one says it.
fn since(incident: &Incident, now: Timestamp) -> String {
    let began = incident.open_alarms().map(|alarm| alarm.since).min().unwrap_or(incident.raised_at);
    match now.duration_since(began.min(now)).as_mins() {
        0 => "just now".to_owned(),
        1 => "a minute ago".to_owned(),
        minutes @ 2..=90 => format!("{minutes} minutes ago"),
        minutes @ 91..=2_880 => format!("{} hours ago", (minutes + 30) / 60),
        minutes => format!("{} days ago", minutes / 1_440),
    }
}

#[cfg(test)]
mod tests;
