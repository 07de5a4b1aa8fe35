//! Acts that people ask for elsewhere than on the phone, and which of them an incident refuses.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::model::{Actor, Event, Incident};

/// Somebody who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asker {
    /// A person of the configuration, who has shown who they are.
    Person(String),
    /// A person of the configuration for whom somebody else stands in: whoever has the server's data says who they are.
    VouchedFor {
        /// Their name in the configuration.
        person: String,
        /// How people are told of them: "alpha, at the command line".
        told: String,
    },
    /// Somebody who may ask, and has no name: "somebody on the page".
    Nameless(String),
}

impl Asker {
    /// How people are told of them.
    pub fn name(&self) -> &str {
        match self {
            Asker::Person(name) | Asker::Nameless(name) => name,
            Asker::VouchedFor { told, .. } => told,
        }
    }

    /// Their name in the configuration, if they are known.
    pub fn person(&self) -> Option<&str> {
        match self {
            Asker::Person(person) | Asker::VouchedFor { person, .. } => Some(person),
            Asker::Nameless(_) => None,
        }
    }
}

/// An act that somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum Act {
    /// "I have it."
    Take,
    /// "I can't after all."
    Release,
    /// Call this person first: they shall have it.
    PassOn {
        /// Their name.
        to: String,
    },
    /// Call this person now, before all others.
    Call {
        /// Their name.
        person: String,
    },
    /// It is over, whatever its alarms say.
    Resolve,
    /// Nobody shall be called for it.
    Silence {
        /// Until when.
        until: Timestamp,
        /// Why, in their own words.
        reason: Option<String>,
    },
    /// The silence is over.
    EndSilence,
    /// Write this down.
    Note {
        /// Names the note: the same one may come twice.
        note: String,
        /// Their words.
        text: String,
    },
    /// Strike this note out.
    StrikeNote {
        /// The note's name.
        note: String,
    },
}

/// Why nothing is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActError {
    /// It is over.
    Over,
    /// Another person has it.
    OwnedBy(String),
    /// Nobody has it.
    Unowned,
    /// Only a person can do that: an owner is somebody who can be called again.
    Nameless,
    /// It is silenced about as long already, or the time has passed.
    NoLonger,
    /// There is no such note, or it is struck out.
    NoNote,
}

impl Incident {
    /// Why it refuses what somebody asks for, as it stands now; `None` if it does not.
    pub fn refuses(&self, act: &Act, asker: &Asker, now: Timestamp) -> Option<ActError> {
        let owner = self.taken_by();
        let person = asker.person().map(Actor::from);
        let is_theirs = |person: &Actor| owner.is_some_and(|owner| owner.is(person));
        let anothers = || owner.map(|owner| ActError::OwnedBy(owner.person.clone()));
        match (act, &person) {
            // What was silenced for it outlasts its end.
            (Act::Note { .. } | Act::EndSilence, _) => None,
            (Act::StrikeNote { note }, _) => (!self.has_note(note)).then_some(ActError::NoNote),
            _ if self.ended_at.is_some() => Some(ActError::Over),
            (Act::Take | Act::Release | Act::PassOn { .. }, None) => Some(ActError::Nameless),
            (Act::Take, Some(person)) if is_theirs(person) => None,
            (Act::Take | Act::Call { .. }, _) => anothers(),
            (Act::Release | Act::PassOn { .. }, Some(person)) if is_theirs(person) => None,
            (Act::Release | Act::PassOn { .. }, _) => anothers().or(Some(ActError::Unowned)),
            (Act::Resolve, Some(person)) if !is_theirs(person) => anothers(),
            (Act::Resolve, _) => None,
            (Act::Silence { until, .. }, _) => {
                let is_longer = self.silenced_until.is_none_or(|have| have < *until);
                (*until <= now || !is_longer).then_some(ActError::NoLonger)
            }
        }
    }

    /// Whether there is a note of this name that is not struck out.
    fn has_note(&self, name: &str) -> bool {
        self.timeline.entries.iter().any(|entry| {
            matches!(&entry.event, Event::Noted { note, struck_by: None, .. } if note == name)
        })
    }

    /// Whether somebody asked since the entry of this number that this person be called.
    pub fn was_called_for(&self, who: &str, seen: u32) -> bool {
        self.timeline
            .entries
            .iter()
            .rev()
            .take_while(|entry| entry.number >= seen)
            .any(|entry| matches!(&entry.event, Event::CallAsked { person, .. } if person == who))
    }
}
