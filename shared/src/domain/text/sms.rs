//! Text messages. Pure.

use super::links::next_link;
use super::names::alarm_name;
use super::speakable::cut_words;
use super::times::span;
use crate::domain::answers::{Choice, Letters};
use crate::domain::escalation::{Act, Alarm, Asker, Ending, Incident, TextAbout};

/// The most alarms that are named when somebody takes an incident.
const MAX_NAMED_ALARMS: usize = 3;
/// The longest list of names, in characters. (Twilio takes 1,600 in a message.)
const MAX_LIST_CHARS: usize = 1_000;
/// The longest reason beside its link, in characters.
const MAX_REASON_CHARS: usize = 160;
/// The longest link, in characters: a cut one leads elsewhere, so a longer one is left out.
const MAX_LINK_CHARS: usize = 1_000;

/// Whom a text is for.
#[derive(Clone, Debug)]
pub struct Recipient<'a> {
    /// Their name.
    pub person: &'a str,
    /// Where they look: a URL, if one may be sent.
    pub page: Option<String>,
    /// What their texts call the incident; `None` if a text cannot be answered.
    pub letters: Option<Letters>,
}

impl Recipient<'_> {
    /// The page, on a line of its own.
    fn page(&self) -> String {
        self.page.as_ref().map(|page| format!("\n{page}")).unwrap_or_default()
    }
}

/// A text message: what is wrong, where to look, and what can be answered.
pub fn sms(incident: &Incident, about: &TextAbout, to: &Recipient<'_>) -> String {
    let answers = to.letters.and_then(|letters| answers(incident, to.person, letters));
    let answers = answers.map(|answers| format!("\n{answers}")).unwrap_or_default();
    words(incident, about, &to.page()) + &answers
}

/// What a person may ask of an incident by a text: only what it would not refuse.
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

/// What a person can answer to a text about this incident: `Reply 1 KM to take it`; `None` if nothing.
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
    // What has recovered by then is not named. Of what is over by hand that is what went on until then.
    let went_on = |alarm: &&Alarm| {
        alarm.recovered_at.is_none_or(|at| incident.ended_at.is_some_and(|ended| at >= ended))
    };
    let mut alarms: Vec<&Alarm> = incident.alarms.iter().filter(went_on).collect();
    let by_itself = matches!(incident.ending(), Some(Ending::Recovered | Ending::Deleted(_)));
    if alarms.is_empty() || by_itself {
        alarms = incident.alarms.iter().collect();
    }
    first(&alarms, MAX_NAMED_ALARMS, incident.more_alarms)
}

/// It is told as it stands: the message may have waited.
fn words(incident: &Incident, about: &TextAbout, page: &str) -> String {
    match about {
        TextAbout::Missed => {
            format!("We called you: {}{}{page}", what(incident), reason(incident))
        }
        TextAbout::Taken => {
            let over = if incident.ended_at.is_some() { ", and it is over" } else { "" };
            format!("You took it{over}: {}{}{page}", what(incident), reason(incident))
        }
        TextAbout::Resolved if incident.ended_at.is_none() => {
            let alarms: Vec<&Alarm> = incident.open_alarms().collect();
            let names = first(&alarms, alarms.len(), incident.more_alarms);
            format!("It was over, and is back: {names}{page}")
        }
        TextAbout::Resolved => {
            let alarms: Vec<&Alarm> = incident.alarms.iter().collect();
            let names = first(&alarms, alarms.len(), incident.more_alarms);
            let why = match incident.ending() {
                Some(Ending::ByHand(by)) => format!("\n{} resolved it", cut_words(by, 60)),
                Some(Ending::NothingChanged(seconds)) => {
                    format!("\nnothing changed for {}", span(seconds))
                }
                Some(Ending::Deleted(_)) if alarms.len() == 1 => " was deleted".to_owned(),
                Some(Ending::Deleted(_)) => " recovered, or were deleted".to_owned(),
                Some(Ending::Recovered) | None => " recovered".to_owned(),
            };
            format!("It is over: {names}{why}{page}")
        }
        TextAbout::Reopened { alarms, more } => {
            let (names, reason) = (listed(alarms, *more), reason(incident));
            match incident.ended_at {
                None => format!("It is back: {names}{reason}{page}"),
                Some(_) => format!("It was back, and is over: {names}{page}"),
            }
        }
        TextAbout::Joined { alarms, more } => {
            let over = if incident.ended_at.is_some() { ", and is over" } else { "" };
            format!("Went off too{over}: {}{page}", listed(alarms, *more))
        }
    }
}

fn reason(incident: &Incident) -> String {
    let reason = incident.open_alarms().next().map(|alarm| cut_reason(&alarm.reason));
    let reason = reason.filter(|reason| !reason.is_empty());
    reason.map(|reason| format!("\n{reason}")).unwrap_or_default()
}

/// A reason, cut; a link at its end stays whole.
fn cut_reason(reason: &str) -> String {
    let reason = reason.trim();
    let start = reason.rfind(' ').map_or(0, |space| space + 1);
    let (text, last) = reason.split_at(start);
    match next_link(last) {
        Some(link) if link == (0..last.len()) && last.chars().count() <= MAX_LINK_CHARS => {
            format!("{} {last}", cut_words(text, MAX_REASON_CHARS)).trim_start().to_owned()
        }
        _ => cut_words(reason, MAX_REASON_CHARS),
    }
}

/// The names of the first so many alarms, and how many more there are.
fn first(alarms: &[&Alarm], most: usize, more: u32) -> String {
    let names: Vec<&str> = alarms.iter().take(most).map(|alarm| alarm.name.as_str()).collect();
    let left = u32::try_from(alarms.len() - names.len()).unwrap_or(u32::MAX);
    listed(&names, left.saturating_add(more))
}

/// These names, cut and as many as fit into a text message, and how many more there are.
pub fn listed(names: &[impl AsRef<str>], more: u32) -> String {
    let mut list = String::new();
    let mut left = more as usize + names.len();
    for name in names {
        let name = cut_words(name.as_ref(), 60);
        let name = alarm_name(&name);
        if list.chars().count() + name.chars().count() > MAX_LIST_CHARS {
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_listed_as_far_as_they_fit() {
        assert_eq!(listed(&["cpu", "disk"], 0), "cpu, disk");
        assert_eq!(listed(&["cpu"], 2), "cpu and 2 more");
        assert_eq!(listed(&["", "disk"], 1), "an alarm without a name, disk and 1 more");
        assert_eq!(listed(&[""; 0], 1), "one alarm");
        assert_eq!(listed(&[""; 0], 7), "7 alarms");
        let long: Vec<String> = (0..60).map(|n| format!("{n:02}{}", "x".repeat(40))).collect();
        let list = listed(&long, 3);
        assert!(list.ends_with(" and 41 more") && list.chars().count() < 1_100, "{list}");
    }

    #[test]
    fn long_reason_is_cut_and_its_link_is_kept() {
        let link = "https://wiki.example.com/Foo_(bar)";
        let cut = cut_reason(&format!("{}{link}", "wort ".repeat(90)));
        assert!(cut.starts_with("wort wort") && cut.ends_with(&format!("wort {link}")), "{cut}");
        assert_eq!(cut.chars().count(), 159 + 1 + link.len());
        assert_eq!(cut_reason(link), link);
        assert_eq!(cut_reason("disk full"), "disk full");
    }

    proptest! {
        #[test]
        fn a_list_fits_into_a_message_and_leaves_nothing_uncounted(
            names in proptest::collection::vec("\\PC{0,90}", 0..60),
            more in any::<u32>(),
        ) {
            let list = listed(&names, more);
            prop_assert!(list.chars().count() <= MAX_LIST_CHARS + 100);
        }
    }
}
