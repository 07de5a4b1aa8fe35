//! Whether an effect is still wanted.

use super::super::model::{Effect, Incident, TextAbout};

impl Incident {
    /// Whether an effect that was asked for is still wanted.
    pub fn wants(&self, effect: &Effect) -> bool {
        let attempt = |number: &u32| self.attempt(*number);
        match effect {
            Effect::Dial { attempt: number } => attempt(number)
                .is_some_and(|attempt| attempt.outcome.is_none() && attempt.calls.is_empty()),
            Effect::HangUp { attempt: number } | Effect::LookUp { attempt: number } => {
                attempt(number).is_some_and(|attempt| attempt.ended_at.is_none())
            }
            Effect::Text { about: TextAbout::Missed, .. } => self.wants_missed(),
            Effect::Text { .. } => true,
        }
    }

    /// Whether somebody who did not answer their call can still take it.
    pub(crate) fn wants_missed(&self) -> bool {
        self.ended_at.is_none() && self.taken_by().is_none()
    }
}
