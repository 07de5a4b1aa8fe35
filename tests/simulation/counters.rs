//! Compares what incidents have counted and told with what was seen of them.

use std::collections::{BTreeMap, BTreeSet};

use shared::domain::escalation::{Event, Incident, IncidentId, Outcome};
use shared::storage::messages::WakeUp;

use crate::world::World;
use shared::domain::sid::Sid;

/// The things that were seen of incidents, each once.
#[derive(Default)]
pub(crate) struct Seen {
    /// The first outcomes of attempts, by incident and number.
    outcomes: BTreeMap<(IncidentId, u32), String>,
    answered: BTreeSet<IncidentId>,
    taken: BTreeSet<IncidentId>,
    over: BTreeSet<IncidentId>,
    /// Texts that were not delivered: the incident, to whom, and the SID, …
    undelivered: BTreeSet<(IncidentId, String, Sid)>,
    /// … and by incident and number the entries that tell of them.
    told: BTreeMap<(IncidentId, u32), (String, Sid)>,
}

impl Seen {
    /// An incident was written.
    pub(crate) fn saw(&mut self, incident: &Incident) {
        let id = &incident.id;
        for attempt in &incident.attempts {
            let Some(outcome) = attempt.outcome else { continue };
            let word = serde_json::to_value(outcome).unwrap_or_default();
            let word = word.as_str().unwrap_or_default().to_owned();
            self.outcomes.entry((id.clone(), attempt.number)).or_insert(word);
            let pressed = matches!(
                outcome,
                Outcome::Taken | Outcome::Declined | Outcome::Resolved | Outcome::TooLate
            );
            if attempt.answered_at.is_some() && (pressed || !attempt.machine) {
                self.answered.insert(id.clone());
            }
        }
        for entry in &incident.timeline.entries {
            match &entry.event {
                Event::Taken { .. } => _ = self.taken.insert(id.clone()),
                Event::Resolved { .. }
                | Event::ResolvedByHand { .. }
                | Event::NothingChanged { .. } => _ = self.over.insert(id.clone()),
                Event::TextNotDelivered { person, sid, .. } => {
                    let text = (person.clone(), sid.clone());
                    self.told.insert((id.clone(), entry.number), text);
                }
                _ => {}
            }
        }
    }
}

impl Seen {
    /// This wake-up tells of a text that was not delivered.
    pub(crate) fn undelivered(&mut self, wake_up: &WakeUp) {
        if let WakeUp::TextNotDelivered { incident, person, sid, .. } = wake_up {
            self.undelivered.insert((incident.clone(), person.clone(), sid.clone()));
        }
    }

    /// The texts that the timelines tell of: what is told twice, or is not true.
    fn wrongly_told(&self) -> Vec<String> {
        let mut known = BTreeSet::new();
        let told = self.told.iter().map(|((id, _), (person, sid))| {
            let text = (id.clone(), person.clone(), sid.clone());
            let is_true = self.undelivered.contains(&text);
            (!is_true || !known.insert(text)).then(|| format!("{id}: {sid} twice, or delivered"))
        });
        told.flatten().collect()
    }
}

impl World {
    /// The texts that were not delivered and of which incidents tell otherwise than it was. Only what has taken the place
    /// of an incident may keep it from being told.
    pub(crate) fn mistold(&self) -> Vec<String> {
        let seen = &self.watch.seen;
        let is_last =
            |id: &IncidentId| self.watch.kept.values().any(|kept| kept.incident.id == *id);
        let is_told = |id: &IncidentId, person: &str, sid: &Sid| {
            let its = seen.told.iter().filter(|((of, _), _)| of == id);
            its.map(|(_, text)| text).any(|(to, of)| to == person && of == sid)
        };
        let untold = seen.undelivered.iter().filter(|(id, person, sid)| {
            self.known.lost_wake == 0 && is_last(id) && !is_told(id, person, sid)
        });
        let untold = untold.map(|(id, _, sid)| format!("{id}: {sid} was not delivered, untold"));
        seen.wrongly_told().into_iter().chain(untold).collect()
    }

    /// The counters that counted otherwise than it was seen.
    pub(crate) fn miscounted(&self) -> Vec<String> {
        let seen = &self.watch.seen;
        let mut expected: BTreeMap<String, usize> = BTreeMap::new();
        for word in seen.outcomes.values() {
            let name = format!("ringdown_calls_total{{outcome=\"{word}\"}}");
            *expected.entry(name).or_default() += 1;
        }
        expected.insert("ringdown_answer_seconds_bucket{".to_owned(), seen.answered.len());
        expected.insert("ringdown_take_seconds_bucket{".to_owned(), seen.taken.len());
        expected.insert("ringdown_resolve_seconds_bucket{".to_owned(), seen.over.len());
        let counted = |begin: &str| -> u64 {
            let its = self.rows.counters.iter().filter(|(name, _)| name.starts_with(begin));
            its.map(|(_, count)| count).sum()
        };
        let calls = counted("ringdown_calls_total{");
        let all = (seen.outcomes.len() as u64 != calls).then(|| format!("{calls} calls in all"));
        let wrong = expected.iter().filter_map(|(name, seen)| {
            let counted = counted(name);
            (counted != *seen as u64).then(|| format!("{name} is {counted}, and {seen} were seen"))
        });
        wrong.chain(all).collect()
    }
}
