//! Text messages. Pure.

use super::links::next_link;
use super::names::alarm_name;
use super::speakable::cut_words;
use super::times::span;
use crate::domain::escalation::{Alarm, Ending, Incident, TextAbout};

/// The most alarms that are named when somebody takes an incident.
const MAX_NAMED_ALARMS: usize = 3;
/// The longest list of names, in characters. (Twilio takes 1,600 in a message.)
const MAX_LIST_CHARS: usize = 1_000;
/// The longest reason beside its link, in characters.
const MAX_REASON_CHARS: usize = 160;
/// The longest link, in characters: a cut one leads elsewhere, so a longer one is left out.
const MAX_LINK_CHARS: usize = 1_000;

/// A text message: what is wrong, and where to look.
pub fn sms(incident: &Incident, about: &TextAbout, base: Option<&str>) -> String {
    let page = base.map(|base| format!("\n{base}/incidents/{}", incident.id)).unwrap_or_default();
    match about {
        TextAbout::Taken => {
            // Whoever takes it is told what is wrong; what has recovered by then is not.
            let mut alarms: Vec<&Alarm> = incident.open_alarms().collect();
            if alarms.is_empty() {
                alarms = incident.alarms.iter().collect();
            }
            let reason = reason(incident);
            format!(
                "You took it: {}{reason}{page}",
                first(&alarms, MAX_NAMED_ALARMS, incident.more_alarms)
            )
        }
        // It is told as it stands: the message may have waited.
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
            format!("It is back: {}{}{page}", listed(alarms, *more), reason(incident))
        }
        TextAbout::Joined { alarms, more } => {
            format!("Went off too: {}{page}", listed(alarms, *more))
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
