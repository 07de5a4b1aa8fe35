//! Somebody in a call presses a key, and hears how it stands.

use shared::domain::escalation::{Incident, Key, Outcome as Became};

use crate::click::Button;
use crate::people::next_prompt;
use crate::run::Asked;
use crate::script::Does;
use crate::twilio::Step;
use crate::world::{What, World};

impl World {
    /// Somebody presses 1.
    pub(super) fn presses(&mut self, call: usize) {
        let call = &self.phones.calls[call];
        let person = self.watch.plan.person(&call.to);
        let incident = call.incident.clone();
        self.asked_for(&incident, &person, Button::Have);
    }

    /// Somebody presses 3 in this reading of the menu.
    pub(super) fn presses_over(&mut self, call: usize, reading: u32) {
        let call = &self.phones.calls[call];
        let attempt = (call.incident.clone(), call.attempt);
        self.watch.threes.entry(attempt).or_default().insert(reading);
    }

    /// The call is asked for a moment, and asks again: a dozen times.
    pub(super) fn moment(&mut self, asked: Asked) {
        let next = match asked.moments {
            0..12 => Step::Asks(asked.reading, asked.key, asked.moments + 1),
            _ => Step::Ends(shared::domain::escalation::End::Completed),
        };
        self.after(1_200, What::Call(asked.call, next));
    }

    /// The person in a call is told how it stands.
    pub(super) fn spoken(&mut self, asked: Asked, incident: Option<&Incident>) {
        let (now, number) = (self.timestamp(), self.phones.calls[asked.call].attempt);
        let menu = next_prompt(incident, &asked, number, now);
        let attempt = incident.and_then(|incident| incident.attempt(number));
        self.note(|| format!("  hears {menu:?} after {:?}", asked.key));
        if attempt.is_some_and(|attempt| attempt.offers_resolve)
            && asked.reading == 1
            && asked.key.is_none()
            && self.rng.chance(500)
        {
            // Whoever hears that they may end it mostly does.
            self.phones.calls[asked.call].behaviour.keys[0] =
                Does::Press(Key::Over { reading: 0 }, 50);
            if self.rng.chance(700) {
                self.phones.calls[asked.call].behaviour.keys[1] =
                    Does::Press(Key::Over { reading: 0 }, 50);
            }
        }
        if attempt.is_none() {
            self.fail(format!("a call for attempt {number} of {incident:?} is about nothing"));
        }
        if asked.key == Some(Key::Take) {
            self.watch.totals.keys_taken += 1;
            let before = attempt.is_some_and(|attempt| attempt.outcome == Some(Became::Taken));
            if menu.is_some() && !before {
                self.fail("they pressed 1, and hear the menu again".to_owned());
            }
        }
        self.hears(asked.call, menu);
    }
}
