//! The status of a call, from the decision to its end.
//!
//! Outcomes drive. Only where no word comes of a call it is looked up: first when it should have been answered, then
//! when its conversation should be over; soon after that it is given up, and the next person called.

use jiff::{SignedDuration, Timestamp};

use super::super::model::{
    Attempt, Call, CallEvent, Effect, End, Event, Key, Outcome, Repaired, TextAbout,
};
use super::super::rules::calls::MARGIN;
use super::update::Update;
use crate::domain::sid::Sid;

/// How many calls of one attempt are kept: one, and those that had to be placed again.
const MAX_CALLS: usize = 10;
/// How long a call may stand in Twilio's queue before we give it up.
const MAX_QUEUE_WAIT: SignedDuration = SignedDuration::from_mins(5);

impl Update<'_> {
    /// The status of the call of an attempt.
    pub(super) fn call(&mut self, number: u32, sid: Option<&Sid>, event: &CallEvent) {
        let now = self.now;
        let Some(attempt) = self.incident.attempt_mut(number) else { return };
        if let Some(sid) = sid {
            attempt.add_call(sid);
            attempt.placed_at.get_or_insert(now);
        }
        let person = attempt.person.clone();
        match event {
            CallEvent::Placed { reading_seconds } => {
                attempt.placed_at.get_or_insert(now);
                attempt.reading_seconds = *reading_seconds;
            }
            CallEvent::Refused(why) if attempt.calls.is_empty() => {
                attempt.ended_at.get_or_insert(now);
                self.conclude(number, Outcome::Refused, Some(why.clone()));
            }
            // That is the answer to our asking for its end.
            CallEvent::Unknown if attempt.calls.is_empty() && attempt.hangs_up => {
                attempt.ended_at.get_or_insert(now);
            }
            CallEvent::InCall if attempt.calls.is_empty() => self.in_call(number),
            CallEvent::Refused(_) | CallEvent::InCall | CallEvent::Unknown => {}
            CallEvent::Queued => attempt.wait_in_queue(now),
            CallEvent::Ringing => {
                if attempt.rang_at.is_none() && attempt.is_unanswered() {
                    attempt.rang_at = Some(now);
                    self.record(Event::Ringing { attempt: number, person });
                }
            }
            CallEvent::Answered => self.answered(number),
            CallEvent::Machine => {
                if !attempt.machine && attempt.ended_at.is_none() {
                    attempt.machine = true;
                    self.record(Event::Machine { attempt: number, person });
                }
            }
            CallEvent::Pressed(key) => {
                self.answered(number);
                match key {
                    Key::Take => self.take(number),
                    Key::Decline => self.conclude(number, Outcome::Declined, None),
                    Key::Over { reading } => self.press_over(number, *reading),
                    Key::Other => self.record(Event::OtherKey { attempt: number, person }),
                }
            }
            CallEvent::Ended(end) => self.ended(number, sid, *end),
        }
        self.hang_up_needless(number);
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
        self.record(Event::Answered { attempt: number, person });
    }

    fn ended(&mut self, number: u32, sid: Option<&Sid>, end: End) {
        let now = self.now;
        let Some(attempt) = self.incident.attempt_mut(number) else { return };
        for call in attempt.calls.iter_mut().filter(|call| sid.is_none_or(|sid| call.sid == *sid)) {
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

    /// Says the outcome of an attempt once: it stays, but whoever had declined, or was given up, may still press 1.
    pub(super) fn conclude(&mut self, number: u32, outcome: Outcome, why: Option<String>) {
        let Some(attempt) = self.incident.attempt_mut(number) else { return };
        let may_change = outcome == Outcome::TooLate && attempt.outcome != Some(Outcome::TooLate);
        if attempt.outcome.is_some() && !may_change {
            return;
        }
        attempt.outcome = Some(outcome);
        let person = attempt.person.clone();
        self.record(Event::CallEnded { attempt: number, person: person.clone(), outcome, why });
        if outcome.is_missed() {
            self.text_missed(person);
        }
    }

    /// Nobody answered their call: tells them, where the policy says so, once until somebody has it.
    fn text_missed(&mut self, person: String) {
        let incident = &mut self.incident;
        let is_told = incident.texted_missed.contains(&person);
        let is_wanted = incident.policy.text_on_missed_call && incident.wants_missed();
        if is_wanted && !is_told {
            incident.texted_missed.push(person.clone());
            self.effects.push(Effect::Text { person, about: TextAbout::Missed, at: self.now });
        }
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
    fn hang_up_needless(&mut self, number: u32) {
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

    /// The reconciler found something undone. Calls whose end was never reported are looked up, once.
    pub(super) fn repaired(&mut self, what: Repaired) {
        self.record(Event::Repaired { what });
        if what != Repaired::UnreportedCall {
            return;
        }
        let (now, policy) = (self.now, self.incident.policy.clone());
        for attempt in &mut self.incident.attempts {
            if attempt.holds_until(&policy).is_none_or(|until| until > now) {
                continue;
            }
            if attempt.polls > 2 {
                attempt.ended_at = Some(now);
            } else {
                attempt.polls = 3;
                attempt.polled_at = Some(now);
                self.effects.push(Effect::LookUp { attempt: attempt.number });
            }
        }
    }

    /// No word came of the call under way in the time that it could take.
    pub(super) fn poll_call(&mut self) {
        let now = self.now;
        let Some(number) = self.incident.under_way().map(|attempt| attempt.number) else { return };
        let Some(attempt) = self.incident.attempt_mut(number) else { return };
        if attempt.placed_at.is_none() && attempt.calls.is_empty() {
            self.conclude(number, Outcome::Failed, Some("it could not be placed".to_owned()));
            self.hang_up(number);
            return;
        }
        if attempt.polls >= 2 {
            self.conclude(number, Outcome::Silent, None);
            self.hang_up(number);
            return;
        }
        attempt.polls = if attempt.answered_at.is_some() { 2 } else { attempt.polls + 1 };
        attempt.polled_at = Some(now);
        self.effects.push(Effect::LookUp { attempt: number });
    }
}

impl Attempt {
    fn add_call(&mut self, sid: &Sid) {
        if self.calls.iter().all(|call| call.sid != *sid) {
            if self.calls.len() >= MAX_CALLS {
                let over = self.calls.iter().position(|call| call.over);
                self.calls.remove(over.unwrap_or_default());
            }
            self.calls.push(Call { sid: sid.clone(), over: false });
            // A call that comes to light after the end has to be ended too.
            self.hangs_up = false;
            self.ended_at = None;
        }
    }

    /// Twilio places calls at its own rate: the time that a phone rings begins later.
    fn wait_in_queue(&mut self, now: Timestamp) {
        let may_wait = now.duration_since(self.decided_at) < MAX_QUEUE_WAIT;
        // Told at once, it says nothing new.
        if self.placed_at.is_some_and(|at| now.duration_since(at) < MARGIN) {
            return;
        }
        if self.is_unanswered() && self.rang_at.is_none() && may_wait {
            self.placed_at = Some(now);
            self.polls = 0;
        }
    }
}

impl Update<'_> {
    /// Hangs up the calls that are no longer needed: those that still ring, or all.
    pub(super) fn cancel_all_but(&mut self, number: Option<u32>, answered_too: bool) {
        let needless = |attempt: &&Attempt| {
            Some(attempt.number) != number
                && attempt.ended_at.is_none()
                && (answered_too || attempt.is_unanswered())
        };
        let numbers: Vec<u32> =
            self.incident.attempts.iter().filter(needless).map(|attempt| attempt.number).collect();
        for number in numbers {
            self.conclude(number, Outcome::Canceled, None);
            self.hang_up(number);
        }
    }
}
