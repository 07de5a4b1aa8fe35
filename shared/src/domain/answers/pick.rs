//! Which incident an answer is about.

use super::letters::Letters;
use super::read::{Answer, Choice};
use super::texted::About;
use crate::domain::escalation::Incident;

/// An incident that whoever answers was texted about of late, as it stands now.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The person who was texted: two people may have one number.
    pub person: String,
    /// The text.
    pub about: About,
    /// The incident.
    pub incident: Incident,
}

impl Candidate {
    fn is_open(&self) -> bool {
        self.incident.ended_at.is_none()
    }

    fn is_theirs(&self) -> bool {
        let owner = self.incident.taken_by();
        owner.is_some_and(|owner| owner.member.is_none() && owner.person == self.person)
    }
}

/// Why it cannot be said which incident an answer is about. Those that are open come with it.
#[derive(Clone, Debug)]
pub enum Wrong<'a> {
    /// No incident has these letters.
    NoSuchLetters(Letters, Vec<&'a Candidate>),
    /// More than one is open.
    Which(Vec<&'a Candidate>),
    /// It names no incident, and whoever resolves one must.
    NeedsLetters(Vec<&'a Candidate>),
    /// None is open; this one was the last.
    Over(&'a Candidate),
    /// There was no text that may still be answered.
    Nothing,
}

impl<'a> Wrong<'a> {
    /// The incidents that are open, which whoever answers is told of.
    pub fn open(&self) -> &[&'a Candidate] {
        match self {
            Wrong::NoSuchLetters(_, open) | Wrong::Which(open) | Wrong::NeedsLetters(open) => open,
            Wrong::Over(_) | Wrong::Nothing => &[],
        }
    }
}

/// Which of these an answer is about. One that it names may be over.
///
/// # Errors
/// [`Wrong`]: why the answer names no incident.
pub fn pick<'a>(answer: &Answer, candidates: &'a [Candidate]) -> Result<&'a Candidate, Wrong<'a>> {
    // Of two people with one number it is the owner who answers, or whoever was texted last.
    let mut all: Vec<&Candidate> = Vec::new();
    let mut sorted: Vec<&Candidate> = candidates.iter().collect();
    sorted.sort_by_key(|one| (one.is_theirs(), one.about.at));
    for one in sorted.into_iter().rev() {
        if all.iter().all(|other| other.incident.id != one.incident.id) {
            all.push(one);
        }
    }
    all.sort_by(|a, b| (a.about.at, &a.incident.id).cmp(&(b.about.at, &b.incident.id)));
    let open: Vec<&Candidate> = all.iter().copied().filter(|one| one.is_open()).collect();
    let Some(last) = all.last() else { return Err(Wrong::Nothing) };
    match answer.letters {
        Some(letters) => {
            let named = all.iter().rev().filter(|one| one.about.letters == letters);
            let named = named.max_by_key(|one| one.is_open());
            named.copied().ok_or(Wrong::NoSuchLetters(letters, open))
        }
        None => match open.as_slice() {
            [] => Err(Wrong::Over(last)),
            _ if answer.choice == Choice::Resolve => Err(Wrong::NeedsLetters(open)),
            [one] => Ok(one),
            _ => Err(Wrong::Which(open)),
        },
    }
}
