//! What changes by a signal, and what we ask of the world.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::calls::DIAL_PATIENCE;
use super::hunt::Hunt;
use super::incident::{Alarm, Attempt, Holder, Incident, MOST_ATTEMPTS, Phase};
use super::policy::Policy;
use super::signal::{Effect, Outcome, Signal, TextAbout};
use super::timeline::{Event, Timeline};

/// Who is in a call of another incident, and until when at the latest.
pub type Busy = BTreeMap<String, Timestamp>;

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
        let after = |at: Timestamp, long| at.checked_add(long).ok();
        if self.ended_at.is_some() {
            return None;
        }
        match self.phase {
            Phase::Taken => {
                self.holder.as_ref().and_then(|holder| after(holder.at, self.policy.repage_after))
            }
            Phase::Exhausted => self.exhausted_at.and_then(|at| after(at, self.retry_after())),
            Phase::Calling => match self.under_way() {
                Some(attempt) => self.next_look(attempt),
                None => self.hunt.look_again_at,
            },
        }
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
        let asked_at = self.incident.hunt.began_at;
        let after_seconds = self.now.duration_since(asked_at).as_secs();
        if let Some(attempt) = self.incident.attempt_mut(number) {
            attempt.outcome = Some(Outcome::Taken);
        }
        self.incident.phase = Phase::Taken;
        self.incident.exhausted_at = None;
        self.incident.holder = Some(Holder { person: person.clone(), at: self.now });
        self.tell(Event::Taken { person: person.clone(), after_seconds });
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
        match self.incident.phase {
            Phase::Calling => self.look_at_call(),
            Phase::Taken => {
                let holder = self.incident.taken_by().map(|holder| holder.person.clone());
                self.tell(Event::AskedAgain { holder: holder.unwrap_or_default() });
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
        let holder = incident.holder.as_ref().filter(|_| incident.phase == Phase::Taken);
        let first = holder.map(|holder| holder.person.clone());
        let number = incident.hunt.number + 1;
        incident.hunt = Hunt::new(number, &incident.policy.roster, first.as_deref(), self.now);
        incident.phase = Phase::Calling;
        incident.exhausted_at = None;
        self.tell_of_empty_shift();
    }

    /// A hunt begins: whom it should have begun with is nobody.
    fn tell_of_empty_shift(&mut self) {
        if let Some(schedule) = self.incident.policy.empty_shift.clone() {
            self.tell(Event::NobodyOnCall { schedule });
        }
    }

    /// If nobody is being called, calls the next person, or says that nobody is left.
    fn hunt_on(&mut self) {
        let incident = &mut self.incident;
        if incident.ended_at.is_some()
            || incident.phase != Phase::Calling
            || incident.under_way().is_some()
        {
            return;
        }
        if incident.hunt.calls >= incident.policy.attempts || incident.hunt.order.is_empty() {
            let calls = incident.hunt.calls;
            incident.phase = Phase::Exhausted;
            incident.exhausted_at = Some(self.now);
            self.tell(Event::Exhausted { calls });
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
        let is_busy = |person: &str| {
            busy.get(person).is_some_and(|until| *until > now)
                || own.iter().any(|(who, until)| who == person && *until > now)
        };
        let passed = incident.hunt.passed.len();
        let person = incident.hunt.pick(is_busy);
        let waited = incident.hunt.look_again_at.take().is_some();
        for at in passed..incident.hunt.passed.len() {
            let person = self.incident.hunt.passed[at].clone();
            if busy.contains_key(&person) {
                self.tell(Event::PassedOver { person });
            }
        }
        match person {
            Some(person) => self.dial(person),
            None => {
                let again = self.now.checked_add(SignedDuration::from_secs(BUSY_LOOK));
                self.incident.hunt.look_again_at = again.ok();
                if !waited {
                    self.tell(Event::Waiting);
                }
            }
        }
    }

    fn dial(&mut self, person: String) {
        let incident = &mut self.incident;
        let attempt = incident.attempts.last().map_or(0, |attempt| attempt.number) + 1;
        incident.hunt.calls += 1;
        if incident.attempts.len() >= MOST_ATTEMPTS {
            incident.attempts.remove(0);
        }
        incident.attempts.push(Attempt::new(attempt, incident.hunt.number, &person, self.now));
        let (call, of) = (incident.hunt.calls, incident.policy.attempts);
        self.tell(Event::Calling { attempt, person, call, of });
        self.effects.push(Effect::Dial { attempt });
    }
}

impl Attempt {
    fn new(number: u32, hunt: u32, person: &str, now: Timestamp) -> Attempt {
        Attempt {
            number,
            hunt,
            person: person.to_owned(),
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
