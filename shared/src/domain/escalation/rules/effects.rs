//! Whether an effect is still wanted.

use super::super::model::{Effect, Incident};

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
            Effect::Text { .. } => true,
        }
    }
}
