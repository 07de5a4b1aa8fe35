//! What changes by a signal, and what we ask of the world.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::calls::DIAL_PATIENCE;
use super::incident::{Alarm, Attempt, Incident, Owner, Phase};
use super::owner::Notices;
use super::policy::{CallWith, Policy};
use super::round::Round;
use super::signal::{Effect, Outcome, Signal, TextAbout};
use super::timeline::{Event, Timeline};

/// Who cannot be called just now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Busy {
    /// Who is in a call of another incident, and until when at the latest.
    pub in_call: BTreeMap<String, Timestamp>,
    /// Who was called too often within the last hour, and how often.
    pub called_too_often: BTreeMap<String, u32>,
    /// Who was called too often within the last hour for alarms about Ringdown itself, and how often.
    pub called_too_often_about_us: BTreeMap<String, u32>,
}

/// What changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The incident as it stands now.
    pub incident: Incident,
    /// When to look again ([`Signal::Wake`]), if there is no signal before.
    pub wake_at: Option<Timestamp>,
    /// What we ask of the world.
    pub effects: Vec<Effect>,
}

/// When all are called again, if Twilio placed none of a round's calls.
const UNPLACED_RETRY: SignedDuration = SignedDuration::from_mins(1);

/// A step under way.
pub(super) struct Turn<'a> {
    pub(super) incident: Incident,
    pub(super) effects: Vec<Effect>,
    pub(super) busy: &'a Busy,
    pub(super) now: Timestamp,
}

impl Incident {
    /// A new incident: this alarm went off, and the round begins.
    pub fn raise(id: &str, policy: &Policy, alarm: Alarm, busy: &Busy, now: Timestamp) -> Step {
        let incident = Incident {
            id: id.to_owned(),
            policy: policy.clone(),
            raised_at: now,
            phase: Phase::Calling,
            owner: None,
            exhausted_at: None,
            silenced_until: None,
            changed_at: Some(now),
            ended_at: None,
            alarms: Vec::new(),
            more_alarms: 0,
            notices: Notices::default(),
            round: Round::new(1, &policy.roster, None, now),
            attempts: Vec::new(),
            timeline: Timeline::default(),
        };
        let mut turn = Turn { incident, effects: Vec::new(), busy, now };
        let (name, reason) = (alarm.name.clone(), alarm.reason.clone());
        turn.tell(Event::Raised { alarm: name, reason });
        turn.tell_of_empty_shift();
        turn.incident.alarms.push(alarm);
        turn.end()
    }

    /// What this signal changes. The same signal twice changes nothing the second time.
    pub fn step(self, signal: &Signal, busy: &Busy, now: Timestamp) -> Step {
        let mut turn = Turn { incident: self, effects: Vec::new(), busy, now };
        match signal {
            Signal::Alarm(alarm) => turn.alarm(alarm),
            Signal::Recovered { key } => turn.recovered(key, false),
            Signal::Deleted { key } => turn.recovered(key, true),
            Signal::NoData { key } => turn.no_data(key),
            Signal::Call { attempt, call, news } => turn.call(*attempt, call.as_deref(), news),
            Signal::Texted { person, failed } => {
                turn.tell(Event::Texted { person: person.clone(), failed: failed.clone() });
            }
            Signal::Claimed { person, outside } => turn.claim(person, *outside),
            Signal::GivenBack { person } => turn.give_back(person),
            Signal::DeclaredOver { person } => turn.declare_over(person),
            Signal::ResolvedBy { by } => turn.resolved_by(by),
            Signal::Silenced { by, until } => turn.silence(by, *until),
            Signal::Wake => turn.look(),
            Signal::Repaired(what) => turn.repaired(*what),
        }
        turn.end()
    }

    /// Whether an alarm that goes off now reopens this incident, which is over.
    pub fn reopens(&self, now: Timestamp) -> bool {
        self.ended_at.is_some_and(|ended| now.duration_since(ended) <= self.policy.flap_window)
    }

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

    /// When to look again, if there is no signal before.
    pub fn wake_at(&self) -> Option<Timestamp> {
        if self.ended_at.is_some() {
            return None;
        }
        let due = [
            self.next_round_at(),
            self.next_execution_look(),
            self.notice_due_at(),
            self.resolves_at(),
        ];
        due.into_iter().flatten().min()
    }

    /// When the round of calls, or its pause, goes on by itself.
    pub fn next_round_at(&self) -> Option<Timestamp> {
        let after = |at: Timestamp, long| at.checked_add(long).ok();
        let due = match self.phase {
            Phase::Taken => {
                self.owner.as_ref().and_then(|owner| after(owner.at, self.policy.repage_after))
            }
            Phase::Exhausted => self.exhausted_at.and_then(|at| after(at, self.retry_after())),
            Phase::Calling => match self.under_way() {
                Some(attempt) => self.next_look(attempt),
                None => self.round.look_again_at,
            },
        };
        due.max(self.silenced_until)
    }

    /// How long after a round in vain all are called again: soon, if not one of its calls could even be placed, and later
    /// each time that happens again.
    pub fn retry_after(&self) -> SignedDuration {
        let longest = self.policy.retry_exhausted_after;
        // The last rounds in which Twilio placed no call: each time we wait twice as long.
        let placed = self.attempts.iter().rev().find(|attempt| attempt.placed_at.is_some());
        let last = placed.map_or(0, |attempt| attempt.round);
        let in_vain = self.round.number.saturating_sub(last);
        if self.round.calls == 0 || in_vain == 0 {
            return longest;
        }
        let doubled = 1_i32.checked_shl(in_vain - 1).filter(|_| in_vain < 12).unwrap_or(i32::MAX);
        UNPLACED_RETRY.checked_mul(doubled).map_or(longest, |wait| wait.min(longest))
    }

    /// The call that the round waits for.
    pub fn under_way(&self) -> Option<&Attempt> {
        let of_this_round = |attempt: &&Attempt| attempt.round == self.round.number;
        self.attempts.iter().rev().find(of_this_round).filter(|attempt| attempt.outcome.is_none())
    }
}

impl Turn<'_> {
    pub(super) fn tell(&mut self, event: Event) {
        self.incident.timeline.add(self.now, event);
    }

    fn end(mut self) -> Step {
        self.round_on();
        self.tell_owner();
        Step { wake_at: self.incident.wake_at(), incident: self.incident, effects: self.effects }
    }

    /// Somebody pressed 1 in this attempt's call.
    pub(super) fn take(&mut self, number: u32) {
        let Some(attempt) = self.incident.attempt(number) else { return };
        let (person, had) = (attempt.person.clone(), attempt.outcome);
        if matches!(had, Some(Outcome::Taken | Outcome::Resolved)) {
            return;
        }
        let has_it = self.incident.taken_by().map(|owner| owner.person.as_str());
        if self.incident.ended_at.is_some() || has_it.is_some_and(|owner| owner != person) {
            self.conclude(number, Outcome::TooLate, None);
            return;
        }
        if has_it.is_some() {
            return;
        }
        if let Some(attempt) = self.incident.attempt_mut(number) {
            attempt.outcome = Some(Outcome::Taken);
        }
        self.give_to(Owner { person: person.clone(), at: self.now, outside: false, member: None });
        self.effects.push(Effect::Text { person, about: TextAbout::Taken, at: self.now });
        self.cancel_all_but(Some(number), false);
    }

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

    /// Time has passed: is anything overdue?
    fn look(&mut self) {
        if self.incident.ended_at.is_some()
            || self.incident.wake_at().is_some_and(|at| at > self.now)
        {
            return;
        }
        if self.incident.resolves_at().is_some_and(|at| at <= self.now) {
            self.nothing_changed();
            return;
        }
        self.look_at_executions();
        if self.incident.next_round_at().is_some_and(|at| at > self.now) {
            return;
        }
        let was_silent = self.incident.silenced_until.take().is_some();
        // Of whom it was asked before, they may still say that it is over.
        let mut asks_owner = self.incident.round.asks_owner;
        match self.incident.phase {
            Phase::Calling if was_silent => {
                self.tell(Event::SilenceOver);
                self.round_again();
            }
            Phase::Calling => return self.look_at_call(),
            Phase::Taken => {
                if let Some(Owner { person: owner, outside, .. }) = self.incident.owner.clone() {
                    asks_owner = !outside;
                    self.tell(match outside {
                        true => Event::CalledInstead { owner },
                        false => Event::AskedAgain { owner },
                    });
                }
                self.round_again();
            }
            Phase::Exhausted => {
                self.tell(Event::CalledAgain);
                self.round_again();
            }
        }
        self.incident.round.asks_owner = asks_owner;
    }
}

impl Attempt {
    pub(super) fn new(
        number: u32,
        round: u32,
        person: &str,
        with: CallWith,
        now: Timestamp,
    ) -> Attempt {
        Attempt {
            number,
            round,
            person: person.to_owned(),
            with,
            calls: Vec::new(),
            decided_at: now,
            placed_at: None,
            rang_at: None,
            answered_at: None,
            ended_at: None,
            machine: false,
            reading_seconds: 0,
            outcome: None,
            looks: 0,
            looked_at: None,
            offers_resolve: false,
            over_pressed_in: None,
            hangs_up: false,
        }
    }

    /// When a call that could not be placed is given up.
    pub(super) fn dial_ends_at(&self) -> Option<Timestamp> {
        self.decided_at.checked_add(DIAL_PATIENCE).ok()
    }
}
