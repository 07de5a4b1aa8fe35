//! Text messages. Pure.

use super::links::next_link;
use super::names::alarm_name;
use super::speakable::cut_words;
use super::times::span;
use crate::domain::answers::{Choice, Letters};
use crate::domain::escalation::{Act, Alarm, Asker, Ending, Incident, TextAbout};

/// The most alarms that are named when somebody takes an incident.
const MAX_NAMED_ALARMS: usize = 3;
/// The longest text, in units of UTF-16: Twilio takes 1,600 characters, and an emoji may count as two.
const MAX_TEXT_UNITS: usize = 1_600;
/// The longest list of names, in the same units …
const MAX_LIST_UNITS: usize = 1_000;
/// … and what stands behind it at most: how many more there are.
const MAX_MORE_UNITS: usize = " and 4294967295 more".len();
/// The longest reason beside its link, in characters.
const MAX_REASON_CHARS: usize = 160;
/// The longest link, in characters: a cut one leads elsewhere, so a longer one is left out.
const MAX_LINK_CHARS: usize = 1_000;

/// The person whom a text is for.
#[derive(Clone, Debug)]
pub struct Recipient<'a> {
    /// Their name.
    pub person: &'a str,
    /// Where they look: a URL, if one may be sent.
    pub page: Option<String>,
    /// The letters that their texts call the incident by; `None` if a text cannot be answered.
    pub letters: Option<Letters>,
}

impl Recipient<'_> {
    /// The page, on a line of its own.
    fn page(&self) -> String {
        let page = self.page.as_ref().filter(|page| units(page) <= MAX_LINK_CHARS);
        page.map(|page| format!("\n{page}")).unwrap_or_default()
    }
}

/// A text message: what is wrong, where to look, and what can be answered. If all of it is too long, the reason goes
/// first, then names.
pub fn sms(incident: &Incident, about: &TextAbout, to: &Recipient<'_>) -> String {
    let answers = to.letters.and_then(|letters| answers(incident, to.person, letters));
    let answers = answers.map(|answers| format!("\n{answers}")).unwrap_or_default();
    let ends = to.page() + &answers;
    body(incident, about, MAX_TEXT_UNITS.saturating_sub(units(&ends))) + &ends
}

/// How long a text is, as [`MAX_TEXT_UNITS`] counts.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The choices that a person has by a text about an incident: only what it would not refuse.
pub fn choices(incident: &Incident, person: &str) -> Vec<Choice> {
    let asker = Asker::Person(person.to_owned());
    let has_it = incident.taken_by().is_some_and(|owner| owner.is(&person.into()));
    let refuses = |act| incident.refuses(&act, &asker, incident.raised_at).is_some();
    let all = [
        (Choice::Take, !has_it && !refuses(Act::Take)),
        (Choice::PassOn, !refuses(Act::Release)),
        (Choice::Resolve, has_it && !refuses(Act::Resolve)),
    ];
    all.into_iter().filter(|(_, is_offered)| *is_offered).map(|(choice, _)| choice).collect()
}

/// The answers that a person can give to a text about this incident: `Reply 1 KM to take it`; `None` if nothing.
pub fn answers(incident: &Incident, person: &str, letters: Letters) -> Option<String> {
    let offer = |choice: Choice| {
        let does = match choice {
            Choice::Take => "take it",
            Choice::PassOn => "pass it on",
            Choice::Resolve => "resolve it",
        };
        format!("{} {letters} to {does}", choice.digit())
    };
    let offers: Vec<String> = choices(incident, person).into_iter().map(offer).collect();
    (!offers.is_empty()).then(|| format!("Reply {}", offers.join(", ")))
}

/// The names of the first alarms that go on, or of those that did.
pub fn what(incident: &Incident) -> String {
    let (names, more) = first_that_went_on(incident);
    listed(&names, more)
}

/// Names, and how many more there are.
type Names<'a> = (Vec<&'a str>, u32);

fn first_that_went_on(incident: &Incident) -> Names<'_> {
    // What has recovered by then is not named. Of what is over by hand that is what went on until then.
    let went_on = |alarm: &&Alarm| {
        alarm.recovered_at.is_none_or(|at| incident.ended_at.is_some_and(|ended| at >= ended))
    };
    let mut alarms: Vec<&Alarm> = incident.alarms.iter().filter(went_on).collect();
    let by_itself = matches!(incident.ending(), Some(Ending::Recovered | Ending::Deleted(_)));
    if alarms.is_empty() || by_itself {
        alarms = incident.alarms.iter().collect();
    }
    let left = alarms.len().saturating_sub(MAX_NAMED_ALARMS);
    let left = u32::try_from(left).unwrap_or(u32::MAX);
    alarms.truncate(MAX_NAMED_ALARMS);
    (names(alarms.into_iter()), left.saturating_add(incident.more_alarms))
}

fn names<'a>(alarms: impl Iterator<Item = &'a Alarm>) -> Vec<&'a str> {
    alarms.map(|alarm| alarm.name.as_str()).collect()
}

/// It is told as it stands: the message may have waited. It is no longer than `limit`.
fn body(incident: &Incident, about: &TextAbout, limit: usize) -> String {
    let is_over = incident.ended_at.is_some();
    let (begins, (names, more)) = match about {
        TextAbout::Missed => ("We called you: ", first_that_went_on(incident)),
        TextAbout::Taken if is_over => {
            ("You took it, and it is over: ", first_that_went_on(incident))
        }
        TextAbout::Taken => ("You took it: ", first_that_went_on(incident)),
        TextAbout::Resolved if !is_over => {
            let open = names(incident.open_alarms());
            ("It was over, and is back: ", (open, incident.more_alarms))
        }
        TextAbout::Resolved => {
            ("It is over: ", (names(incident.alarms.iter()), incident.more_alarms))
        }
        TextAbout::Reopened { alarms, more } => {
            let begins = if is_over { "It was back, and is over: " } else { "It is back: " };
            (begins, (alarms.iter().map(String::as_str).collect(), *more))
        }
        TextAbout::Joined { alarms, more } => {
            let begins = if is_over { "Went off too, and is over: " } else { "Went off too: " };
            (begins, (alarms.iter().map(String::as_str).collect(), *more))
        }
    };
    let ends = match about {
        TextAbout::Resolved => ending(incident),
        _ => String::new(),
    };
    let limit = limit.saturating_sub(begins.len() + units(&ends));
    let names = listed_in(&names, more, limit.saturating_sub(MAX_MORE_UNITS));
    let limit = limit.saturating_sub(units(&names));
    let reason = match about {
        TextAbout::Missed | TextAbout::Taken => reason(incident, limit),
        TextAbout::Reopened { .. } if !is_over => reason(incident, limit),
        _ => String::new(),
    };
    format!("{begins}{names}{ends}{reason}")
}

/// How it ended; nothing if it goes on.
fn ending(incident: &Incident) -> String {
    match incident.ending() {
        _ if incident.ended_at.is_none() => String::new(),
        Some(Ending::ByHand(by)) => format!("\n{} resolved it", cut_words(by, 60)),
        Some(Ending::NothingChanged(seconds)) => format!("\nnothing changed for {}", span(seconds)),
        Some(Ending::Deleted(_)) if incident.alarms.len() == 1 => " was deleted".to_owned(),
        Some(Ending::Deleted(_)) => " recovered, or were deleted".to_owned(),
        Some(Ending::Recovered) | None => " recovered".to_owned(),
    }
}

/// The reason on a line of its own, if it fits.
fn reason(incident: &Incident, limit: usize) -> String {
    let limit = limit.saturating_sub("\n".len());
    let reason = incident.open_alarms().next().map(|alarm| cut_reason(&alarm.reason, limit));
    let reason = reason.filter(|reason| !reason.is_empty());
    reason.map(|reason| format!("\n{reason}")).unwrap_or_default()
}

/// A reason, cut. A link at its end stays whole, or is left out if it does not fit; so is all of it.
fn cut_reason(reason: &str, limit: usize) -> String {
    let reason = reason.trim();
    let start = reason.rfind(' ').map_or(0, |space| space + 1);
    let (text, last) = reason.split_at(start);
    let has_link = next_link(last) == Some(0..last.len());
    let words = cut_words(if has_link { text } else { reason }, MAX_REASON_CHARS);
    let link = Some(last).filter(|last| has_link && last.chars().count() <= MAX_LINK_CHARS);
    let with_link = link.map(|link| format!("{words} {link}").trim_start().to_owned());
    let mut all = with_link.into_iter().chain([words]);
    all.find(|reason| units(reason) <= limit).unwrap_or_default()
}

/// These names, cut and as many as fit into a text message, and how many more there are.
pub fn listed(names: &[impl AsRef<str>], more: u32) -> String {
    listed_in(names, more, MAX_LIST_UNITS)
}

/// The same; the names alone are no longer than this.
fn listed_in(names: &[impl AsRef<str>], more: u32, limit: usize) -> String {
    let limit = limit.min(MAX_LIST_UNITS);
    let mut list = String::new();
    let mut left = more as usize + names.len();
    for name in names {
        let name = cut_words(name.as_ref(), 60);
        let name = alarm_name(&name);
        if units(&list) + ", ".len() + units(name) > limit {
            break;
        }
        list += if list.is_empty() { "" } else { ", " };
        list += name;
        left -= 1;
    }
    match (list.is_empty(), left) {
        (_, 0) => list,
        (true, 1) => "one alarm".to_owned(),
        (true, left) => format!("{left} alarms"),
        (false, left) => format!("{list} and {left} more"),
    }
}

#[cfg(test)]
mod tests;
