//! The status of a call, from the decision to its end.
//!
//! Outcomes drive. Only where no word comes of a call it is looked up: first when it should have been answered, then
//! when its conversation should be over; soon after that it is given up, and the next person called.

use jiff::{SignedDuration, Timestamp};

use super::incident::{Attempt, Call, Incident};
use super::signal::{Effect, End, Key, News, Outcome};
use super::step::Turn;
use super::timeline::{Event, Repaired};

/// How long we try to place a call.
pub(super) const DIAL_PATIENCE: SignedDuration = SignedDuration::from_secs(60);
/// How long placing a call takes at most, with what its answer may tarry, and how long we keep a person for it at most.
pub(super) const LONGEST_DIAL: SignedDuration = SignedDuration::from_secs(90);
/// A call's word may come this late before we look it up, …
const MARGIN: SignedDuration = SignedDuration::from_secs(3);
/// … and this long after that look the call is given up. Both together, and a Flow's reports, are less than the fifteen
/// seconds that the fallback may add.
pub(super) const GIVE_UP: SignedDuration = SignedDuration::from_secs(6);
/// What the reports of a Studio Flow add to its conversation: it waits for our answers.
const REPORTS: SignedDuration = SignedDuration::from_secs(4);
/// How many calls of one attempt are kept: one, and those that had to be placed again.
const MOST_CALLS: usize = 10;
/// How long a call may stand in Twilio's queue before we give it up.
const LONGEST_QUEUE: SignedDuration = SignedDuration::from_mins(5);

impl Incident {
    /// When the attempt under way must be looked at, if no word comes before.
    pub(super) fn next_look(&self, attempt: &Attempt) -> Option<Timestamp> {
        let Some(placed_at) = attempt.rang_at.or(attempt.placed_at) else {
            return attempt.dial_ends_at();
        };
        let answered_by = placed_at.checked_add(self.policy.answered_within()).ok()?;
        let given_up = attempt.looked_at.and_then(|at| at.checked_add(GIVE_UP).ok());
        let due = match (attempt.looks, attempt.answered_at) {
            (0, None) => answered_by.checked_add(MARGIN),
            (0 | 1, answered_at) => {
                let reports = if attempt.with.is_voice() { SignedDuration::ZERO } else { REPORTS };
                let talk = self.policy.talks_for(attempt) + reports + MARGIN;
                answered_at.unwrap_or(answered_by).checked_add(talk)
            }
            (_, _) => return given_up,
        };
        // An answer to the look before may still be on its way.
        due.ok().max(given_up)
    }
}

impl Turn<'_> {
    /// The status of the call of an attempt.
    pub(super) fn call(&mut self, number: u32, sid: Option<&str>, news: &News) {
        let now = self.now;
        let Some(attempt) = self.incident.attempt_mut(number) else { return };
        if let Some(sid) = sid {
            attempt.knows(sid);
            attempt.placed_at.get_or_insert(now);
        }
        let person = attempt.person.clone();
        match news {
            News::Placed { reading_seconds } => {
                attempt.placed_at.get_or_insert(now);
                attempt.reading_seconds = *reading_seconds;
            }
            News::Refused(why) if attempt.calls.is_empty() => {
                attempt.ended_at.get_or_insert(now);
                self.conclude(number, Outcome::Refused, Some(why.clone()));
            }
            // That is the answer to our asking for its end.
            News::Unknown if attempt.calls.is_empty() && attempt.hangs_up => {
                attempt.ended_at.get_or_insert(now);
            }
            News::InCall if attempt.calls.is_empty() => self.in_call(number),
            News::Refused(_) | News::InCall | News::Unknown => {}
            News::Queued => attempt.waits_in_queue(now),
            News::Ringing => {
                if attempt.rang_at.is_none() && attempt.is_unanswered() {
                    attempt.rang_at = Some(now);
                    self.tell(Event::Ringing { attempt: number, person });
                }
            }
            News::Answered => self.answered(number),
            News::Machine => {
                if !attempt.machine && attempt.ended_at.is_none() {
                    attempt.machine = true;
                    self.tell(Event::Machine { attempt: number, person });
                }
            }
            News::Pressed(key) => {
                self.answered(number);
                match key {
                    Key::Take => self.take(number),
                    Key::Decline => self.conclude(number, Outcome::Declined, None),
                    Key::Over { reading } => self.presses_over(number, *reading),
                    Key::Other => self.tell(Event::OtherKey { attempt: number, person }),
                }
            }
            News::Ended(end) => self.ended(number, sid, *end),
        }
        self.end_what_nobody_needs(number);
    }

    fn answered(&mut self, number: u32) {
        let (now, latest) = (self.now, self.incident.policy.answered_within());
        let Some(attempt) = self.incident.attempt_mut(number) else { return };
        if attempt.answered_at.is_some() || attempt.ended_at.is_some() {
            return;
        }
        // A late word does not make the conversation longer.
        let began = attempt.rang_at.or(attempt.placed_at).unwrap_or(now);
        let answered_by = began.checked_add(latest).unwrap_or(now);
        attempt.answered_at = Some(now.min(answered_by));
        let person = attempt.person.clone();
        self.tell(Event::Answered { attempt: number, person });
    }

    fn ended(&mut self, number: u32, sid: Option<&str>, end: End) {
        let now = self.now;
        let Some(attempt) = self.incident.attempt_mut(number) else { return };
        for call in attempt.calls.iter_mut().filter(|call| sid.is_none_or(|sid| call.sid == sid)) {
            call.over = true;
        }
        if attempt.calls.iter().any(|call| !call.over) || attempt.ended_at.is_some() {
            return;
        }
        attempt.ended_at = Some(now);
        let outcome = match end {
            End::Busy => Outcome::Busy,
            End::NoAnswer => Outcome::NoAnswer,
            End::Failed => Outcome::Failed,
            End::Canceled => Outcome::Canceled,
            // Nobody said that it was answered, or that it was not.
            End::Untold if attempt.answered_at.is_none() => Outcome::Silent,
            End::Completed | End::Untold if attempt.machine => Outcome::Voicemail,
            End::Completed | End::Untold => Outcome::HungUp,
        };
        self.conclude(number, outcome, None);
    }

    /// What became of an attempt is said once, and stays: but whoever had declined, or was given up, may still press 1.
    pub(super) fn conclude(&mut self, number: u32, outcome: Outcome, why: Option<String>) {
        let Some(attempt) = self.incident.attempt_mut(number) else { return };
        let may_change = outcome == Outcome::TooLate && attempt.outcome != Some(Outcome::TooLate);
        if attempt.outcome.is_some() && !may_change {
            return;
        }
        attempt.outcome = Some(outcome);
        let person = attempt.person.clone();
        self.tell(Event::CallEnded { attempt: number, person, outcome, why });
    }

    /// Asks once for the end of an attempt's calls.
    pub(super) fn hang_up(&mut self, number: u32) {
        let Some(attempt) = self.incident.attempt_mut(number) else { return };
        if attempt.ended_at.is_none() && !attempt.hangs_up {
            attempt.hangs_up = true;
            self.effects.push(Effect::HangUp { attempt: number });
        }
    }

    /// A call that came to life after its attempt was over rings for nothing. One that was answered hears how it stands.
    fn end_what_nobody_needs(&mut self, number: u32) {
        let Some(attempt) = self.incident.attempt(number) else { return };
        let given_up = matches!(
            attempt.outcome,
            Some(
                Outcome::Canceled
                    | Outcome::Silent
                    | Outcome::Refused
                    | Outcome::InCall
                    | Outcome::Failed
            )
        );
        if given_up && attempt.is_unanswered() {
            self.hang_up(number);
        }
    }

    /// The audit found something undone. Calls whose end was never reported are looked up, once.
    pub(super) fn repaired(&mut self, what: Repaired) {
        self.tell(Event::Repaired { what });
        if what != Repaired::UnreportedCall {
            return;
        }
        let (now, policy) = (self.now, self.incident.policy.clone());
        for attempt in &mut self.incident.attempts {
            if attempt.holds_until(&policy).is_none_or(|until| until > now) {
                continue;
            }
            if attempt.looks > 2 {
                attempt.ended_at = Some(now);
            } else {
                attempt.looks = 3;
                attempt.looked_at = Some(now);
                self.effects.push(Effect::LookUp { attempt: attempt.number });
            }
        }
    }

    /// No word came of the call under way in the time that it could take.
    pub(super) fn look_at_call(&mut self) {
        let now = self.now;
        let Some(number) = self.incident.under_way().map(|attempt| attempt.number) else { return };
        let Some(attempt) = self.incident.attempt_mut(number) else { return };
        if attempt.placed_at.is_none() && attempt.calls.is_empty() {
            self.conclude(number, Outcome::Failed, Some("it could not be placed".to_owned()));
            self.hang_up(number);
            return;
        }
        if attempt.looks >= 2 {
            self.conclude(number, Outcome::Silent, None);
            self.hang_up(number);
            return;
        }
        attempt.looks = if attempt.answered_at.is_some() { 2 } else { attempt.looks + 1 };
        attempt.looked_at = Some(now);
        self.effects.push(Effect::LookUp { attempt: number });
    }
}

impl Attempt {
    fn knows(&mut self, sid: &str) {
        if self.calls.iter().all(|call| call.sid != sid) {
            if self.calls.len() >= MOST_CALLS {
                let over = self.calls.iter().position(|call| call.over);
                self.calls.remove(over.unwrap_or_default());
            }
            self.calls.push(Call { sid: sid.to_owned(), over: false });
            // A call that comes to light after the end has to be ended too.
            self.hangs_up = false;
            self.ended_at = None;
        }
    }

    /// Twilio places calls at its own rate: the time that a phone rings begins later.
    fn waits_in_queue(&mut self, now: Timestamp) {
        let is_patient = now.duration_since(self.decided_at) < LONGEST_QUEUE;
        // Told at once, it says nothing new.
        if self.placed_at.is_some_and(|at| now.duration_since(at) < MARGIN) {
            return;
        }
        if self.is_unanswered() && self.rang_at.is_none() && is_patient {
            self.placed_at = Some(now);
            self.looks = 0;
        }
    }
}
