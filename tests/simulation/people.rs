//! Those who are called: what they hear, and what they do then.

use shared::Timestamp;
use shared::domain::escalation::{End, Incident, Key, Outcome};

use crate::run::Asked;
use crate::script::Does;
use crate::twilio::Step;
use crate::world::{What, World};

impl World {
    /// The person hears what we say, and does something, or nothing.
    pub(crate) fn hears(&mut self, at: usize, menu: Option<(u32, u32, u32)>) {
        let call = &mut self.phones.calls[at];
        if call.ended {
            return;
        }
        let Some((reading, reading_seconds, answer_seconds)) = menu else {
            // A last word.
            return self.after(3_000, What::Call(at, Step::Ends(End::Completed)));
        };
        let plan = call.behaviour.keys[call.menus.min(1)];
        call.menus += 1;
        let read = i64::from(reading_seconds) * 1000 * self.rng.range(50, 100) / 100;
        let all = read + i64::from(answer_seconds) * 1000;
        match plan {
            Does::Press(key, share) => {
                let key = match key {
                    Key::Over { .. } => Key::Over { reading },
                    key => key,
                };
                let after = all * share / 100;
                self.after(after, What::Call(at, Step::Asks(reading, Some(key), 0)));
                let id = self.phones.calls[at].incident.clone();
                self.sees_that_it_rings(&id, after);
                if self.phones.calls[at].behaviour.twice {
                    let more = self.rng.range(0, 400);
                    let key = self.rng.pick(&[Key::Take, key, Key::Decline]);
                    self.after(after + more, What::Call(at, Step::Asks(reading, Some(key), 0)));
                }
            }
            Does::HangUp(share) => {
                self.after(all * share / 100, What::Call(at, Step::Ends(End::Completed)));
            }
            Does::Nothing if reading < 2 => {
                self.after(all, What::Call(at, Step::Asks(2, None, 0)));
            }
            Does::Nothing => self.after(all + 3_000, What::Call(at, Step::Ends(End::Completed))),
        }
    }
}

/// How long it takes to ask whether it is over.
pub(crate) const QUESTION_SECONDS: u32 = 12;

/// The words that a person in this call hears next: the menu (which reading, how long a reading takes, how long it
/// waits), or a last word. As `shared::jobs::escalate::callback` says it.
pub(crate) fn next_prompt(
    incident: Option<&Incident>,
    asked: &Asked,
    attempt: u32,
    now: Timestamp,
) -> Option<(u32, u32, u32)> {
    let incident = incident?;
    let attempt = incident.attempt(attempt)?;
    let over = matches!(asked.key, Some(Key::Over { .. }));
    let asks = over && attempt.offers_resolve && incident.offers_resolve(attempt);
    let other = asked.key == Some(Key::Other) || (over && !asks);
    let last = incident.ended_at.is_some()
        || incident.taken_by().is_some()
        || attempt.outcome == Some(Outcome::Declined);
    if asks && !last {
        // Whether it is over: that takes one reading more.
        return Some((asked.reading + 1, QUESTION_SECONDS, incident.policy.answer_seconds));
    }
    let last = last || (asked.reading >= 2 && (other || attempt.machine));
    let seconds = shared::domain::text::Spoken::of(incident, attempt, now).reading_seconds();
    (!last).then_some((
        if other { 2 } else { asked.reading },
        seconds,
        incident.policy.answer_seconds,
    ))
}
