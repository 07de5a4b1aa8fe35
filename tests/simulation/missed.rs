//! Texts of missed calls: whoever does not answer is texted once until somebody has the incident, where the policy says
//! so, told again without the product's help.

use std::collections::BTreeSet;

use shared::domain::escalation::{Effect, Entry, Event, Incident, Outcome, TextAbout};
use shared::storage::records::{StoredIncident, Task};

use crate::world::World;

/// The people of texts about a missed call that are still to be sent.
fn waiting(stored: &StoredIncident) -> BTreeSet<String> {
    let missed = stored.to_do.iter().filter_map(|to_do| match &to_do.task {
        Task::Effect(Effect::Text { person, about: TextAbout::Missed, .. }) => Some(person.clone()),
        _ => None,
    });
    missed.collect()
}

/// The numbers and people of calls that nobody answered.
fn missed(incident: &Incident) -> BTreeSet<(u32, String)> {
    let is_missed = |outcome| {
        matches!(
            outcome,
            Some(Outcome::NoAnswer | Outcome::Busy | Outcome::Failed | Outcome::Voicemail)
        )
    };
    let missed = incident.attempts.iter().filter(|attempt| is_missed(attempt.outcome));
    missed.map(|attempt| (attempt.number, attempt.person.clone())).collect()
}

fn is_free(incident: &Incident) -> bool {
    incident.ended_at.is_none() && incident.taken_by().is_none()
}

impl World {
    /// An incident was written: is whoever missed a call told of it, and nobody else?
    pub(crate) fn check_missed(
        &mut self,
        old: Option<&StoredIncident>,
        new: &StoredIncident,
        entries: &[&Entry],
    ) -> Result<(), String> {
        let incident = &new.incident;
        let Some(old) = old.filter(|old| old.incident.id == incident.id) else { return Ok(()) };
        let texts =
            self.watch.roster(&incident.policy.name).is_some_and(|roster| roster.texts_missed);
        let has =
            |wanted: &dyn Fn(&Event) -> bool| entries.iter().any(|entry| wanted(&entry.event));
        let told = self.watch.told_missed.entry(incident.id.clone()).or_default();
        if has(&|event| matches!(event, Event::Taken { .. })) {
            told.clear();
        }
        let (before, after) = (waiting(old), waiting(new));
        let new_missed: BTreeSet<String> = missed(incident)
            .difference(&missed(&old.incident))
            .map(|(_, who)| who.clone())
            .collect();
        for person in after.difference(&before) {
            if !texts || !new_missed.contains(person) || !told.insert(person.clone()) {
                return Err(format!("{person} is texted that they were called, and was told"));
            }
            self.watch.totals.missed_told += 1;
        }
        let must_be_told = |person: &&String| !told.contains(*person);
        if texts
            && is_free(&old.incident)
            && is_free(incident)
            && let Some(person) = new_missed.iter().find(must_be_told)
        {
            return Err(format!("{person} missed a call, and is not texted"));
        }
        for person in before.difference(&after) {
            let is_sent =
                has(&|event| matches!(event, Event::Texted { person: who, .. } if who == person));
            if is_sent {
                continue;
            }
            if is_free(incident) {
                return Err(format!("the text to {person} about a missed call is gone"));
            }
            // Nobody wants it any more: whoever sends it just now may send it nevertheless.
            let owed = self.watch.texts.entry(incident.id.clone()).or_default();
            owed.0 = owed.0.saturating_sub(1);
            *self.watch.unwanted.entry(incident.id.clone()).or_default() += 1;
        }
        Ok(())
    }
}
