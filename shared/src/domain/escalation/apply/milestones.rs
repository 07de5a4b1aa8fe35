//! Milestones: when something happened for the first time.

use super::super::model::{Attempt, Outcome};
use super::update::Update;

impl Update<'_> {
    /// Keeps when what an incident's durations are measured by first happened.
    pub(super) fn reach_milestones(&mut self) {
        let incident = &mut self.incident;
        let milestones = &mut incident.milestones;
        if milestones.answered_at.is_none() {
            let by_somebody = incident.attempts.iter().filter(|attempt| attempt.is_somebody());
            milestones.answered_at = by_somebody.filter_map(|attempt| attempt.answered_at).min();
        }
        let taken_at = incident.owner.as_ref().map(|owner| owner.at);
        milestones.taken_at = milestones.taken_at.or(taken_at);
        milestones.ended_at = milestones.ended_at.or(incident.ended_at);
    }
}

impl Attempt {
    /// Whether somebody answered, as far as it will ever be known: they pressed a key, or the call came to its end and no
    /// machine was detected.
    pub(crate) fn is_somebody(&self) -> bool {
        match self.outcome {
            None => false,
            Some(Outcome::Taken | Outcome::Declined | Outcome::Resolved | Outcome::TooLate) => true,
            Some(_) => !self.machine,
        }
    }
}
