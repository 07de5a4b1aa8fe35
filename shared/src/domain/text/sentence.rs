//! One sentence for what happened to an incident: the same for pages and for Slack.

mod outcome;
mod parts;

use super::mask::mask_numbers;
use super::names::{alarm_name, count};
use super::sms::listed;
use super::times::span;
use crate::domain::escalation::{Event, Incident, Outcome, Repaired};
use crate::domain::sid::Sid;

pub use outcome::outcome_text;
pub use parts::{Kind, Part, Sentence};

fn text(text: impl Into<String>) -> Part {
    Part::Text(text.into())
}

fn person(name: &str) -> Part {
    Part::Person(name.to_owned())
}

/// An alarm by name; the alarms beyond those that are kept have none.
fn alarm(name: &str) -> Part {
    Part::Alarm(alarm_name(name).to_owned())
}

fn one_alarm(name: &str) -> Part {
    if name.is_empty() { text("one of the alarms") } else { alarm(name) }
}

fn still_in_alarm(left: u32) -> String {
    if left > 0 { format!("; {left} still in ALARM") } else { String::new() }
}

/// By which way somebody did something, if that is no other than usual.
fn by(text: &Option<Sid>, is_by_command: bool) -> &'static str {
    match (text, is_by_command) {
        (Some(_), _) => " by text",
        (None, true) => " at the command line",
        (None, false) => "",
    }
}

/// By which way somebody said something, if that is no other than usual.
fn by_which_way(text: &Option<Sid>, is_by_command: bool) -> &'static str {
    match (text, is_by_command) {
        (Some(_), _) => ", by text",
        (None, true) => ", at the command line",
        (None, false) => "",
    }
}

fn times(number: u32) -> String {
    if number == 1 { "once".to_owned() } else { format!("{number} times") }
}

/// The sentence for something that happened to an incident.
pub fn sentence(incident: &Incident, event: &Event) -> Sentence {
    use Kind::{Alarm, Call, Missed, Note, Over, Problem, Taken};
    let new = Sentence::new;
    match event {
        Event::Raised { alarm: name, by: Some(by), .. } => {
            let parts = vec![alarm(name), text(": raised by hand by "), person(by)];
            new(Alarm, ":rotating_light:", parts)
        }
        Event::Joined { alarm: name, by: Some(by), .. } => {
            let parts = vec![alarm(name), text(": raised by hand too, by "), person(by)];
            new(Alarm, ":rotating_light:", parts)
        }
        Event::Raised { alarm: name, reason, .. } => {
            new(Alarm, ":rotating_light:", vec![alarm(name), text(" went off")]).with(reason)
        }
        Event::Joined { alarm: name, reason, .. } => {
            new(Alarm, ":rotating_light:", vec![alarm(name), text(" went off too")]).with(reason)
        }
        Event::JoinedUnnamed => {
            new(Alarm, ":rotating_light:", vec![text("one more alarm went off")])
        }
        Event::JoinedTogether { alarms } => {
            new(Alarm, ":rotating_light:", vec![text(format!("{alarms} more alarms went off"))])
        }
        Event::Recovered { alarm, left } => {
            let recovered = text(format!(" recovered; {left} still in ALARM"));
            new(Over, ":white_check_mark:", vec![one_alarm(alarm), recovered])
        }
        Event::RecoveredTogether { alarms, left } => {
            let recovered = format!("{alarms} alarms recovered; {left} still in ALARM");
            new(Over, ":white_check_mark:", vec![text(recovered)])
        }
        Event::Deleted { alarm, left } => {
            let left = still_in_alarm(*left);
            let deleted = text(format!(" was deleted, which counts as its recovery{left}"));
            new(Over, ":wastebasket:", vec![one_alarm(alarm), deleted])
        }
        Event::NoData { alarm: name } => {
            let parts = vec![alarm(name), text(" has no data: that is no recovery")];
            new(Note, ":information_source:", parts)
        }
        Event::Reopened { alarm: name, owner, by } => {
            let mut parts = vec![alarm(name)];
            match by {
                Some(by) => parts.extend([text(": raised by hand again by "), person(by)]),
                None => parts.push(text(" went off")),
            }
            parts.push(text(": it is open again"));
            if let Some(owner) = owner {
                parts.extend([text("; "), Part::Owner(owner.clone()), text(" has it")]);
            }
            new(Alarm, ":rotating_light:", parts)
        }
        Event::NobodyOnCall { schedule } => {
            let strong = Part::Strong("nobody is on call".to_owned());
            let parts = vec![strong, text(format!(" in {schedule}: that shift is skipped"))];
            new(Alarm, ":warning:", parts).broadcast()
        }
        Event::Calling { person, call, of, .. } => {
            let mention = Part::Mention(person.clone());
            let parts = vec![text("calling "), mention, text(format!(" (call {call} of {of})"))];
            new(Call, ":telephone_receiver:", parts)
        }
        Event::Ringing { person: name, .. } => {
            Sentence::quiet(Call, vec![person(name), text("’s phone rings")])
        }
        Event::Answered { person: name, .. } => {
            Sentence::quiet(Call, vec![person(name), text(" answered")])
        }
        Event::Machine { person: name, .. } => {
            Sentence::quiet(Call, vec![person(name), text(": probably an answering machine")])
        }
        Event::OtherKey { person: name, .. } => {
            let pressed = " pressed a key that is not on the menu, which is read again";
            Sentence::quiet(Call, vec![person(name), text(pressed)])
        }
        Event::ResolvePressed { person: name, .. } => {
            let pressed = " pressed 3: resolved once it is pressed again";
            Sentence::quiet(Call, vec![person(name), text(pressed)])
        }
        Event::CallEnded { person: name, outcome: Outcome::InCall, .. }
        | Event::PassedOver { person: name } => {
            new(Missed, "", vec![person(name), text(" is in another call: passed over for now")])
        }
        Event::CallEnded { person: name, outcome, why, .. } => {
            let kind = Kind::of(*outcome);
            let ended =
                new(kind, "", vec![person(name), text(format!(": {}", outcome_text(*outcome)))])
                    .with(why.as_deref().map(mask_numbers).unwrap_or_default());
            match outcome {
                Outcome::Taken | Outcome::Canceled => Sentence { emoji: None, ..ended },
                _ => ended,
            }
        }
        Event::Waiting => {
            new(Note, ":hourglass:", vec![text("everybody is in another call: waiting")])
        }
        Event::CalledTooOften { person: name, calls, about_us } => {
            let called = match about_us {
                true => format!(
                    " was called {} within the hour for alarms about Ringdown itself: left out, so that calls are left \
                     for all others",
                    times(*calls)
                ),
                false => format!(
                    " was called {} within the hour: left out, or their carrier may block our number",
                    times(*calls)
                ),
            };
            new(Problem, ":warning:", vec![person(name), text(called)])
        }
        Event::Taken { person: name, after_seconds, by_text, by_command } => {
            let took =
                format!(" took it{} after {}", by(by_text, *by_command), span(*after_seconds));
            new(Taken, ":white_check_mark:", vec![person(name), text(took)])
        }
        Event::Exhausted { calls: number } => {
            let strong = Part::Strong("nobody took it".to_owned());
            let again = span(incident.retry_after().as_secs());
            let after =
                format!(" after {}; the next try is in {again}", count(*number as usize, "call"));
            new(Problem, ":rotating_light:", vec![strong, text(after)]).broadcast()
        }
        Event::CalledAgain => {
            let again = "still in ALARM, and nobody has it: calling again";
            new(Note, ":repeat:", vec![text(again)])
        }
        Event::OwnerCalledAgain { owner } => {
            let parts = vec![text("still in ALARM: asking "), person(owner), text(" again")];
            new(Note, ":repeat:", parts)
        }
        Event::CalledInstead { owner } => {
            let instead = " cannot be called by this policy: calling its people";
            new(Note, ":repeat:", vec![text("still in ALARM, and "), person(owner), text(instead)])
        }
        Event::Released { person: name, by_text, by_command } => {
            let cannot = format!(
                " cannot do it after all{}: calling the next one",
                by_which_way(by_text, *by_command)
            );
            let parts = vec![person(name), text(cannot)];
            new(Missed, ":leftwards_arrow_with_hook:", parts)
        }
        Event::Silenced { by, until, reason } => {
            let parts = vec![person(by), text(" silenced it until "), Part::Time(*until)];
            new(Note, ":mute:", parts).with(reason.clone().unwrap_or_default())
        }
        Event::SilenceEnded { by } => {
            new(Note, ":loud_sound:", vec![person(by), text(" ended the silence")])
        }
        Event::CallAsked { by, person: name } => {
            let parts = vec![person(by), text(" asks for "), person(name), text(": calling")];
            new(Note, ":telephone_receiver:", parts)
        }
        Event::PassedOn { person: name, to, by_command } => {
            let calling = text(format!("{}: calling", by(&None, *by_command)));
            let parts = vec![person(name), text(" passes it on to "), person(to), calling];
            new(Note, ":leftwards_arrow_with_hook:", parts)
        }
        Event::Noted { by, text: words, struck_by: None, .. } => {
            new(Note, ":memo:", vec![person(by), text(" notes")]).with(words.clone())
        }
        Event::Noted { by, text: words, struck_by: Some(striker), .. } => {
            let parts =
                vec![person(by), text(" noted, and "), person(striker), text(" struck out")];
            new(Note, ":memo:", parts).with(words.clone())
        }
        Event::SilenceOver => {
            let over = "the silence is over, and it still goes on: calling again";
            new(Note, ":repeat:", vec![text(over)])
        }
        Event::RoundAgain { owner: Some(owner) } => {
            let parts = vec![text("that is new: asking "), person(owner), text(" first")];
            new(Note, ":repeat:", parts)
        }
        Event::RoundAgain { owner: None } => {
            new(Note, ":repeat:", vec![text("that is new: calling again")])
        }
        Event::CalledBack { owner: Some(owner) } => {
            let parts =
                vec![text("it was over, and is back: calling "), person(owner), text(" first")];
            new(Note, ":repeat:", parts)
        }
        Event::CalledBack { owner: None } => {
            let back = "it was over, and is back: calling the policy's people, since its owner cannot be called";
            new(Note, ":repeat:", vec![text(back)])
        }
        Event::OwnerNotified { person, alarms, more } => {
            let parts =
                vec![Part::Owner(person.clone()), text(" has it, and since then went off too")];
            new(Note, ":point_right:", parts).with(listed(alarms, *more))
        }
        Event::Texted { person: name, failed: None } => {
            Sentence::quiet(Note, vec![person(name), text(" was sent a text message")])
        }
        Event::Texted { person: name, failed: Some(why) } => {
            let parts = vec![text("no text message reached "), person(name)];
            new(Problem, ":warning:", parts).with(mask_numbers(why))
        }
        Event::TextNotDelivered { person: name, code, .. } => {
            let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
            let failed = text(format!(" was not delivered{code}"));
            new(Problem, ":warning:", vec![text("the text to "), person(name), failed])
        }
        Event::Resolved { after_seconds } => {
            let strong = Part::Strong("over".to_owned());
            let after = format!(" after {}: all alarms are OK", span(*after_seconds));
            new(Over, ":white_check_mark:", vec![strong, text(after)])
        }
        Event::ResolvedByHand { person: name, after_seconds, by_text, by_command } => {
            let strong = Part::Strong("over".to_owned());
            let after = format!(" after {}: ", span(*after_seconds));
            let resolved = text(format!(" resolved it{}", by(by_text, *by_command)));
            let parts = vec![strong, text(after), person(name), resolved];
            new(Over, ":white_check_mark:", parts)
        }
        Event::NothingChanged { for_seconds, after_seconds } => {
            let strong = Part::Strong("Resolved".to_owned());
            let (quiet, lasted) = (span(*for_seconds), span(*after_seconds));
            let why = format!(": nothing changed for {quiet}; it lasted {lasted}");
            new(Over, ":white_check_mark:", vec![strong, text(why)])
        }
        Event::Repaired { what } => new(Problem, ":warning:", vec![text(repaired_text(*what))]),
    }
}

/// What the reconciler found and repaired.
fn repaired_text(what: Repaired) -> &'static str {
    match what {
        Repaired::LateWakeUp => "a timer was late; repaired",
        Repaired::UndoneEffect => "a step had been left undone; repaired",
        Repaired::UnreportedCall => "the end of a call was never reported; repaired",
        Repaired::StandingRound => "a round of calls had stalled; repaired",
    }
}
