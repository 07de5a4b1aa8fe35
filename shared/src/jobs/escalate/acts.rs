//! Somebody acts on an incident: on its page, or at the command line.
//!
//! Both ask through the queue of wake-ups, and whoever takes it from there does it. Neither needs the permission to
//! write incidents.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::Effects;
use super::transaction::Transaction;
use super::work::Work;
use crate::domain::escalation::{Act, ActError, Actor, Asker, Incident, IncidentId, Signal};
use crate::domain::text::mask_numbers;
use crate::storage::messages::WakeUp;
use crate::storage::records::StoredIncident;
use crate::storage::{Queue, QueueName, Store, incidents};
use crate::{Error, hex};

/// How people are told of whoever acts on a page: who has the password has no other name.
pub const ON_THE_PAGE: &str = "somebody on the page";
/// How people are told of whoever acts at the command line.
pub const AT_THE_COMMAND_LINE: &str = "somebody at the command line";

/// The most characters of a note, and of the reason for a silence.
const MAX_WORDS: usize = 500;

/// Puts what somebody wrote on one line, without what cannot be seen.
pub fn tidied(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(MAX_WORDS).collect()
}

/// Why somebody silences something, in their words, tidied and without phone numbers; `None` if there are none.
pub fn reason(text: &str) -> Option<String> {
    Some(mask_numbers(&tidied(text))).filter(|reason| !reason.is_empty())
}

/// A note of these words, which are tidied; `None` if there are none.
pub fn note(incident: &IncidentId, text: &str, now: Timestamp) -> Option<Act> {
    let text = Some(tidied(text)).filter(|text| !text.is_empty())?;
    let note = hex(&Sha256::digest(format!("{incident} {now} {text}"))[..6]);
    Some(Act::Note { note, text })
}

/// The outcome of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requested {
    /// It is on its way, and done in a moment.
    Queued,
    /// As the incident stands, nothing is done.
    Refused(ActError),
    /// An alarm went off that whoever asks had not seen: nothing is done.
    Changed,
}

/// Asks for something of the incident of this id, see [`request_of`].
///
/// # Errors
/// [`Error::NotFound`] if there is no incident of this id.
pub async fn request(
    store: &dyn Store,
    queue: &dyn Queue,
    id: &IncidentId,
    asked: (&Asker, &Act),
    seen: Option<u32>,
    now: Timestamp,
) -> Result<Requested, Error> {
    let StoredIncident { incident, .. } =
        incidents::one(store, id, now).await?.ok_or(Error::NotFound)?;
    request_of(queue, &incident, asked, seen, now).await
}

/// Asks for something of an incident that was just read. `seen` is the number of the first entry of its timeline that
/// whoever asks had not seen; `None` if they have seen all.
///
/// # Errors
/// The queue does not take it.
pub async fn request_of(
    queue: &dyn Queue,
    incident: &Incident,
    (asker, act): (&Asker, &Act),
    seen: Option<u32>,
    now: Timestamp,
) -> Result<Requested, Error> {
    let seen = seen.unwrap_or(incident.timeline.next);
    if let Some(refusal) = incident.refuses(act, asker, now) {
        return Ok(Requested::Refused(refusal));
    }
    if *act == Act::Resolve && incident.went_off_since(seen) {
        return Ok(Requested::Changed);
    }
    let (incident, asker, what) = (incident.id.clone(), asker.clone(), act.clone());
    let wake_up = WakeUp::Act { incident, asker, what, seen };
    queue.send(QueueName::WakeUps, wake_up.to_body(), &wake_up.group(), None).await?;
    Ok(Requested::Queued)
}

impl Work<'_> {
    /// Does what somebody asked for, if the incident does not refuse it by now: a request may come late, and twice.
    pub(super) async fn act(
        &self,
        id: &IncidentId,
        asker: &Asker,
        act: &Act,
        seen: u32,
    ) -> Result<(), Error> {
        match act {
            Act::Silence { until, reason } => {
                let asked = (asker.name(), reason.as_deref());
                self.silence_until(id, asked, *until, Effects::Inline).await?;
            }
            Act::EndSilence => self.end_silences_of(id, asker.name()).await?,
            Act::Note { .. } | Act::StrikeNote { .. } => {
                let is_done = self.note_in_archive(id, asker, act, seen).await?
                    || self.act_on(id, asker, act, seen).await?;
                if !is_done {
                    // Another one has followed it just now.
                    self.note_in_archive(id, asker, act, seen).await?;
                }
            }
            _ => _ = self.act_on(id, asker, act, seen).await?,
        }
        Ok(())
    }

    /// Tells the incident what somebody asked for, unless it refuses it. Returns whether it is its policy's.
    async fn act_on(
        &self,
        id: &IncidentId,
        asker: &Asker,
        act: &Act,
        seen: u32,
    ) -> Result<bool, Error> {
        let decide = |transaction: &mut Transaction<'_>| {
            let incident = transaction.stored.as_ref().map(|stored| &stored.incident);
            let signal =
                incident.and_then(|incident| self.unless_refused(incident, asker, act, seen));
            if let Some(signal) = signal {
                transaction.apply(&[signal]);
            }
        };
        let (_, decided) = self.transact_with(id, Effects::Inline, &decide).await?;
        Ok(decided.is_some())
    }

    /// The signal of an act, with how it was asked for; `None` if the incident refuses it, or it is done.
    pub(super) fn unless_refused(
        &self,
        incident: &Incident,
        asker: &Asker,
        act: &Act,
        seen: u32,
    ) -> Option<Signal> {
        if incident.refuses(act, asker, self.now).is_some() {
            return None;
        }
        let signal = self.signal(incident, asker, act, seen)?;
        Some(match asker {
            Asker::VouchedFor { .. } => Signal::ByCommand { says: Box::new(signal) },
            Asker::Person(_) | Asker::Nameless(_) => signal,
        })
    }

    /// The signal of an act; `None` if it was meant for something else, or is done.
    pub(super) fn signal(
        &self,
        incident: &Incident,
        asker: &Asker,
        act: &Act,
        seen: u32,
    ) -> Option<Signal> {
        let escalation = &self.settings.config.escalation;
        let by = asker.name().to_owned();
        let person = Actor::from(asker.person().unwrap_or(&by));
        let is_known = |name: &String| escalation.people.contains_key(name);
        Some(match act {
            Act::Take => {
                let may_call = escalation.may_call(&incident.policy.name);
                let roster = &incident.policy.roster;
                let outside = !may_call.contains(&person.name) && !roster.contains(&person.name);
                Signal::Acknowledged { person, outside }
            }
            Act::Release => Signal::Released { person },
            Act::PassOn { to } if is_known(to) => Signal::PassedOn { person, to: to.clone() },
            Act::Call { person } if is_known(person) && !incident.was_called_for(person, seen) => {
                Signal::CallAsked { by, person: person.clone() }
            }
            Act::Resolve if incident.went_off_since(seen) => return None,
            Act::Resolve => match asker.person() {
                Some(_) => Signal::ResolvedByPerson { person },
                None => Signal::ResolvedManually { by },
            },
            Act::Note { note, text } => {
                Signal::Noted { note: note.clone(), by, text: text.clone() }
            }
            Act::StrikeNote { note } => Signal::NoteStruck { note: note.clone(), by },
            Act::PassOn { .. } | Act::Call { .. } | Act::Silence { .. } | Act::EndSilence => {
                return None;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_of_any_kind_become_one_line(text in "\\PC{0,700}|[ \\t\\r\\n\\x00a]{0,700}") {
            let tidied = tidied(&text);
            prop_assert!(tidied.chars().count() <= MAX_WORDS);
            prop_assert!(!tidied.contains(|c: char| c.is_control()));
        }
    }
}
