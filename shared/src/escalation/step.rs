//! What changes by a signal, and what we ask of the world.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::calls::DIAL_PATIENCE;
use super::hunt::{Free, Hunt, Pick};
use super::incident::{Alarm, Attempt, Holder, Incident, MOST_ATTEMPTS, Phase};
use super::policy::{CallWith, Policy};
use super::signal::{Effect, Outcome, Signal, TextAbout};
use super::timeline::{Event, Timeline};

/// Who cannot be called just now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Busy {
    /// Who is in a call of another incident, and until when at the latest.
    pub in_call: BTreeMap<String, Timestamp>,
    /// Who was called too often within the last hour, and how often.
    pub called_too_often: BTreeMap<String, u32>,
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

/// How long until we look again whether somebody is out of their other call, in seconds.
const BUSY_LOOK: i64 = 5;

/// When all are called again, if Twilio placed none of a hunt's calls.
const UNPLACED_RETRY: SignedDuration = SignedDuration::from_mins(1);

/// A step under way.
pub(super) struct Turn<'a> {
    pub(super) incident: Incident,
    pub(super) effects: Vec<Effect>,
    pub(super) busy: &'a Busy,
    pub(super) now: Timestamp,
}

impl Incident {
    /// A new incident: this alarm went off, and the hunt begins.
    pub fn raise(id: &str, policy: &Policy, alarm: Alarm, busy: &Busy, now: Timestamp) -> Step {
        let incident = Incident {
            id: id.to_owned(),
            policy: policy.clone(),
            raised_at: now,
            phase: Phase::Calling,
            holder: None,
            exhausted_at: None,
            silenced_until: None,
            ended_at: None,
            alarms: Vec::new(),
            more_alarms: 0,
            hunt: Hunt::new(1, &policy.roster, None, now),
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
            Signal::Recovered { key } => turn.recovered(key),
            Signal::NoData { key } => turn.no_data(key),
            Signal::Call { attempt, call, news } => turn.call(*attempt, call.as_deref(), news),
            Signal::Texted { person, failed } => {
                turn.tell(Event::Texted { person: person.clone(), failed: failed.clone() });
            }
            Signal::Claimed { person, outside } => turn.claim(person, *outside),
            Signal::GivenBack { person } => turn.give_back(person),
            Signal::DeclaredOver { person } => turn.declare_over(person),
            Signal::Silenced { by, until } => turn.silence(by, *until),
            Signal::Wake => turn.look(),
            Signal::Mended(what) => turn.mended(*what),
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
        [self.phase_ends_at(), self.next_execution_look()].into_iter().flatten().min()
    }

    /// When the hunt, or its pause, goes on by itself.
    fn phase_ends_at(&self) -> Option<Timestamp> {
        let after = |at: Timestamp, long| at.checked_add(long).ok();
        let due = match self.phase {
            Phase::Taken => {
                self.holder.as_ref().and_then(|holder| after(holder.at, self.policy.repage_after))
            }
            Phase::Exhausted => self.exhausted_at.and_then(|at| after(at, self.retry_after())),
            Phase::Calling => match self.under_way() {
                Some(attempt) => self.next_look(attempt),
                None => self.hunt.look_again_at,
            },
        };
        due.max(self.silenced_until)
    }

    /// How long after a hunt in vain all are called again: soon, if not one of its calls could even be placed.
    pub fn retry_after(&self) -> SignedDuration {
        let mut of_this_hunt =
            self.attempts.iter().filter(|attempt| attempt.hunt == self.hunt.number);
        let tried = self.hunt.calls > 0;
        match tried && !of_this_hunt.any(|attempt| attempt.placed_at.is_some()) {
            true => self.policy.retry_exhausted_after.min(UNPLACED_RETRY),
            false => self.policy.retry_exhausted_after,
        }
    }

    /// The call that the hunt waits for.
    pub(super) fn under_way(&self) -> Option<&Attempt> {
        let of_this_hunt = |attempt: &&Attempt| attempt.hunt == self.hunt.number;
        self.attempts.iter().rev().find(of_this_hunt).filter(|attempt| attempt.outcome.is_none())
    }
}

impl Turn<'_> {
    pub(super) fn tell(&mut self, event: Event) {
        self.incident.timeline.add(self.now, event);
    }

    fn end(mut self) -> Step {
        self.hunt_on();
        Step { wake_at: self.incident.wake_at(), incident: self.incident, effects: self.effects }
    }

    /// Somebody pressed 1 in this attempt's call.
    pub(super) fn take(&mut self, number: u32) {
        let Some(attempt) = self.incident.attempt(number) else { return };
        let (person, had) = (attempt.person.clone(), attempt.outcome);
        if had == Some(Outcome::Taken) {
            return;
        }
        let has_it = self.incident.taken_by().map(|holder| holder.person.as_str());
        if self.incident.ended_at.is_some() || has_it.is_some_and(|holder| holder != person) {
            self.conclude(number, Outcome::TooLate, None);
            return;
        }
        if has_it.is_some() {
            return;
        }
        if let Some(attempt) = self.incident.attempt_mut(number) {
            attempt.outcome = Some(Outcome::Taken);
        }
        self.give_to(Holder { person: person.clone(), at: self.now, outside: false });
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
        self.look_at_executions();
        if self.incident.phase_ends_at().is_some_and(|at| at > self.now) {
            return;
        }
        let was_silent = self.incident.silenced_until.take().is_some();
        match self.incident.phase {
            Phase::Calling if was_silent => {
                self.tell(Event::SilenceOver);
                self.hunt_again();
            }
            Phase::Calling => self.look_at_call(),
            Phase::Taken => {
                if let Some(Holder { person: holder, outside, .. }) = self.incident.holder.clone() {
                    self.tell(match outside {
                        true => Event::CalledInstead { holder },
                        false => Event::AskedAgain { holder },
                    });
                }
                self.hunt_again();
            }
            Phase::Exhausted => {
                self.tell(Event::CalledAgain);
                self.hunt_again();
            }
        }
    }

    /// A new hunt, the holder first.
    pub(super) fn hunt_again(&mut self) {
        let incident = &mut self.incident;
        let callable = |holder: &&Holder| incident.phase == Phase::Taken && !holder.outside;
        let holder = incident.holder.as_ref().filter(callable);
        let first = holder.map(|holder| holder.person.clone());
        let number = incident.hunt.number + 1;
        incident.hunt = Hunt::new(number, &incident.policy.roster, first.as_deref(), self.now);
        incident.phase = Phase::Calling;
        incident.exhausted_at = None;
        incident.silenced_until = None;
        self.tell_of_empty_shift();
    }

    /// A hunt begins: whom it should have begun with is nobody.
    pub(super) fn tell_of_empty_shift(&mut self) {
        if let Some(schedule) = self.incident.policy.empty_shift.clone() {
            self.tell(Event::NobodyOnCall { schedule });
        }
    }

    /// If nobody is being called, calls the next person, or says that nobody is left.
    fn hunt_on(&mut self) {
        let incident = &mut self.incident;
        if incident.ended_at.is_some()
            || incident.phase != Phase::Calling
            || incident.silenced_until.is_some()
            || incident.under_way().is_some()
        {
            return;
        }
        if incident.hunt.calls >= incident.policy.attempts {
            self.exhaust();
            return;
        }
        let (busy, now) = (self.busy, self.now);
        let own: Vec<(String, Timestamp)> = incident
            .attempts
            .iter()
            .filter_map(|attempt| {
                Some((attempt.person.clone(), attempt.holds_until(&incident.policy)?))
            })
            .collect();
        let mut left_alone = incident.hunt.order.clone();
        left_alone.retain(|person| incident.is_left_alone(person, now));
        let free = |person: &str| {
            let elsewhere = busy.in_call.get(person).is_some_and(|until| *until > now);
            let here = own.iter().any(|(who, until)| who == person && *until > now);
            match elsewhere || here || left_alone.iter().any(|who| who == person) {
                true => Free::InCall,
                false if busy.called_too_often.contains_key(person) => Free::CalledTooOften,
                false => Free::Yes,
            }
        };
        let (passed, left_out) = (incident.hunt.passed.len(), incident.hunt.left_out.len());
        let pick = incident.hunt.pick(free);
        let waited = incident.hunt.look_again_at.take().is_some();
        self.tell_of_passed_over(passed, left_out);
        match pick {
            Pick::Call(person) => self.dial(person),
            Pick::Nobody => self.exhaust(),
            Pick::Wait => {
                let again = self.now.checked_add(SignedDuration::from_secs(BUSY_LOOK));
                self.incident.hunt.look_again_at = again.ok();
                if !waited {
                    self.tell(Event::Waiting);
                }
            }
        }
    }

    /// Tells of those who were passed over after the first so many, and of those who were left out.
    fn tell_of_passed_over(&mut self, passed: usize, left_out: usize) {
        let (busy, hunt) = (self.busy, &self.incident.hunt);
        let new = |list: &[String], known| list.iter().skip(known).cloned().collect::<Vec<_>>();
        let (passed, left_out) = (new(&hunt.passed, passed), new(&hunt.left_out, left_out));
        for person in passed.into_iter().filter(|person| busy.in_call.contains_key(person)) {
            self.tell(Event::PassedOver { person });
        }
        for person in left_out {
            let calls = busy.called_too_often.get(&person).copied().unwrap_or_default();
            self.tell(Event::CalledTooOften { person, calls });
        }
    }

    /// Nobody is left.
    fn exhaust(&mut self) {
        let calls = self.incident.hunt.calls;
        self.incident.phase = Phase::Exhausted;
        self.incident.exhausted_at = Some(self.now);
        self.tell(Event::Exhausted { calls });
    }

    fn dial(&mut self, person: String) {
        let incident = &mut self.incident;
        let attempt = incident.attempts.last().map_or(0, |attempt| attempt.number) + 1;
        incident.hunt.calls += 1;
        if incident.attempts.len() >= MOST_ATTEMPTS {
            incident.attempts.remove(0);
        }
        let with = incident.policy.call_with.clone();
        let new = Attempt::new(attempt, incident.hunt.number, &person, with, self.now);
        incident.attempts.push(new);
        let (call, of) = (incident.hunt.calls, incident.policy.attempts);
        self.tell(Event::Calling { attempt, person, call, of });
        self.effects.push(Effect::Dial { attempt });
    }
}

impl Attempt {
    fn new(number: u32, hunt: u32, person: &str, with: CallWith, now: Timestamp) -> Attempt {
        Attempt {
            number,
            hunt,
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
            hangs_up: false,
        }
    }

    /// When a call that could not be placed is given up.
    pub(super) fn dial_ends_at(&self) -> Option<Timestamp> {
        self.decided_at.checked_add(DIAL_PATIENCE).ok()
    }
}
