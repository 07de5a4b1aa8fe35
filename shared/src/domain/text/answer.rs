//! Replies to whoever answers a text about an incident. Plain letters alone: with others a text costs twice as much. Pure.

use super::sms::{Recipient, answers, choices, sms, what};
use crate::domain::answers::{Candidate, Choice, Letters, Wrong};
use crate::domain::escalation::{Incident, Phase, TextAbout};

/// The most incidents that an answer names.
pub const MAX_NAMED: usize = 5;

/// The outcome of what was asked for by a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It was done, now or when the same text came before.
    Yes,
    /// It is theirs already.
    Theirs,
    /// It is over.
    Over,
    /// Another person has it.
    Anothers,
    /// Nobody has it.
    Unowned,
    /// An alarm went off that they were not told of: nothing was resolved.
    Changed,
}

/// The reply to a person who asked for this: `incident` is as it stands after that.
pub fn answer(choice: Choice, done: Done, incident: &Incident, to: &Recipient<'_>) -> String {
    let name = what(incident);
    let owner = incident.taken_by().map_or("Nobody", |owner| owner.person.as_str());
    let offers = to.letters.and_then(|letters| answers(incident, to.person, letters));
    let offers = offers.map(|offers| format!("\n{offers}")).unwrap_or_default();
    match (choice, done) {
        (Choice::Take, Done::Yes) if owner == to.person => sms(incident, &TextAbout::Taken, to),
        (Choice::Take, Done::Theirs) => format!("You have it already: {name}{offers}"),
        (Choice::PassOn, Done::Yes) => {
            let next = incident.under_way().map(|attempt| attempt.person.as_str());
            let next = next.or(incident.taken_by().map(|owner| owner.person.as_str()));
            match next {
                Some(next) if next == owner => {
                    format!("You passed it on, and {next} has it: {name}")
                }
                Some(next) => format!("You passed it on: {name}\n{next} is called"),
                // Their phone is in a call that ends just now.
                None if incident.phase == Phase::Calling => {
                    format!("You passed it on: {name}\nThe next person is called soon")
                }
                None => format!("You passed it on: {name}\nNobody is called just now{offers}"),
            }
        }
        (Choice::Resolve, Done::Yes) => format!("You resolved it: {name}"),
        (Choice::Resolve, Done::Changed) => {
            format!(
                "Not resolved: more went off that you were not told of. Open now: {name}{offers}"
            )
        }
        (_, Done::Over) => format!("It is over: {name}. Nothing is left to do"),
        (Choice::Resolve, Done::Unowned) => {
            format!("Not resolved: only whoever has it can do that, and nobody has {name}{offers}")
        }
        (Choice::PassOn, Done::Unowned) => {
            format!("There is nothing to pass on: nobody has {name}{offers}")
        }
        (Choice::PassOn, Done::Anothers) => {
            format!("There is nothing to pass on: {owner} has {name}")
        }
        (Choice::Resolve, Done::Anothers) => {
            format!("Not resolved: only whoever has it can do that. {owner} has {name}")
        }
        _ => format!("{owner} has it: {name}"),
    }
}

/// The reply to a person whose answer is about no incident.
pub fn wrong(choice: Choice, wrong: &Wrong<'_>) -> String {
    let named = named(choice, wrong);
    let fits = named.iter().any(|one| one.takes(choice));
    let digit = choice.digit();
    let reply = |words: &str| {
        let each = named.iter();
        let each =
            each.map(|one| format!("{digit} {} for {}", one.about.letters, what(&one.incident)));
        format!("{words}\nReply {}", each.collect::<Vec<String>>().join(", "))
    };
    let stands = |words: &str| {
        let each = named.iter().map(|one| line(&one.incident, &one.person, one.about.letters));
        format!("{words}\n{}", each.collect::<Vec<String>>().join("\n"))
    };
    match wrong {
        Wrong::NoSuchLetters(letters, open) if open.is_empty() => {
            format!("Nothing open is called {letters}, and nothing was done")
        }
        Wrong::NoSuchLetters(letters, _) => {
            let words = format!("Nothing open is called {letters}");
            if fits { reply(&words) } else { stands(&words) }
        }
        Wrong::Which(open) if fits => reply(&format!("{} are open", open.len())),
        Wrong::NeedsLetters(_) if fits => reply("To resolve, name what is over"),
        Wrong::Which(_) if choice == Choice::Take => stands("Nothing is left to take"),
        Wrong::Which(_) => stands("There is nothing to pass on"),
        Wrong::NeedsLetters(_) => stands("Not resolved: only whoever has it can do that"),
        Wrong::Over(last) => {
            format!("It is over: {}. Nothing is left to do", what(&last.incident))
        }
        Wrong::Nothing => hint(&[]),
    }
}

/// The incidents that [`wrong`] names: those that do not refuse the choice, or all if they do.
pub fn named<'a>(choice: Choice, wrong: &Wrong<'a>) -> Vec<&'a Candidate> {
    let open = wrong.open().iter().copied();
    let fit: Vec<&Candidate> =
        open.clone().filter(|one| one.takes(choice)).take(MAX_NAMED).collect();
    if fit.is_empty() { open.take(MAX_NAMED).collect() } else { fit }
}

impl Candidate {
    /// Whether its incident would not refuse this to its person.
    fn takes(&self, choice: Choice) -> bool {
        choices(&self.incident, &self.person).contains(&choice)
    }
}

/// The reply to a person whose text is no answer. These are open, and they were texted about them.
pub fn hint(open: &[&Candidate]) -> String {
    let each = open.iter().map(|one| line(&one.incident, &one.person, one.about.letters));
    match each.collect::<Vec<String>>().as_slice() {
        [] => "Nothing is open that you were texted about within 12 hours, and nothing was done"
            .to_owned(),
        each => format!("Not understood.\n{}", each.join("\n")),
    }
}

/// How an open incident stands, and what its person can reply.
fn line(incident: &Incident, person: &str, letters: Letters) -> String {
    let name = what(incident);
    match (answers(incident, person, letters), incident.taken_by()) {
        (Some(answers), _) => format!("{name}: {answers}"),
        (None, Some(owner)) => format!("{} has {name}", owner.person),
        (None, None) => name,
    }
}
