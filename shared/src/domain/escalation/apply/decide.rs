//! Decides what a signal changes, and what we ask of the world.

use jiff::Timestamp;

use super::super::model::{
    Alarm, Effect, Event, Incident, IncidentId, Milestones, Notices, Phase, Policy, Round, Signal,
    Timeline,
};
use super::super::rules::Busy;
use super::update::Update;

/// The changed incident, and what follows from the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The incident as it stands now.
    pub incident: Incident,
    /// When to look again ([`Signal::Wake`]), if there is no signal before.
    pub wake_at: Option<Timestamp>,
    /// The effects that we ask of the world.
    pub effects: Vec<Effect>,
}

impl Incident {
    /// A new incident: this alarm went off, and the round begins.
    pub fn raise(
        id: &IncidentId,
        policy: &Policy,
        alarm: Alarm,
        busy: &Busy,
        now: Timestamp,
    ) -> Decision {
        let incident = Incident {
            id: id.clone(),
            policy: policy.clone(),
            raised_at: now,
            phase: Phase::Calling,
            owner: None,
            exhausted_at: None,
            silenced_until: None,
            held_back: false,
            changed_at: Some(now),
            ended_at: None,
            milestones: Milestones::default(),
            alarms: Vec::new(),
            more_alarms: 0,
            texted_missed: Vec::new(),
            notices: Notices::default(),
            round: Round::new(1, &policy.roster, None, now),
            attempts: Vec::new(),
            timeline: Timeline::default(),
        };
        let mut update =
            Update { incident, effects: Vec::new(), busy, by_text: None, by_command: false, now };
        let (name, reason) = (alarm.name.clone(), alarm.reason.clone());
        let by = alarm.raised_by.clone();
        update.record(Event::Raised { alarm: name, reason, by });
        update.record_empty_shift();
        update.incident.alarms.push(alarm);
        update.end()
    }

    /// Applies this signal. The same signal twice changes nothing the second time.
    pub fn apply(self, signal: &Signal, busy: &Busy, now: Timestamp) -> Decision {
        let mut update = Update {
            incident: self,
            effects: Vec::new(),
            busy,
            by_text: None,
            by_command: false,
            now,
        };
        update.signal(signal);
        update.end()
    }
}

impl<'a> Update<'a> {
    fn signal(&mut self, signal: &'a Signal) {
        match signal {
            Signal::ByText { sid, says } => {
                if !self.incident.was_changed_by_text(sid) {
                    self.by_text = Some(sid);
                    self.signal(says);
                }
            }
            Signal::ByCommand { says } => {
                self.by_command = true;
                self.signal(says);
            }
            Signal::Alarm(alarm) => self.alarm(alarm),
            Signal::Recovered { key } => self.recovered(key, false),
            Signal::Deleted { key } => self.recovered(key, true),
            Signal::NoData { key } => self.no_data(key),
            Signal::Call { attempt, call, event } => self.call(*attempt, call.as_ref(), event),
            Signal::Texted { person, failed } => {
                self.record(Event::Texted { person: person.clone(), failed: failed.clone() });
            }
            Signal::TextNotDelivered { person, code, sid } => {
                self.text_not_delivered(person, *code, sid);
            }
            Signal::Acknowledged { person, outside } => self.acknowledge(person, *outside),
            Signal::Released { person } => self.release(person),
            Signal::ResolvedByPerson { person } => self.resolve_by_person(person),
            Signal::ResolvedManually { by } => self.resolved_by(by),
            Signal::Silenced { by, until, reason } => self.silence(by, *until, reason.as_deref()),
            Signal::HeldBack { by, until } => self.hold_back(by, *until),
            Signal::SilenceEnded { by } => self.end_silence(by),
            Signal::CallAsked { by, person } => self.call_now(by, person),
            Signal::PassedOn { person, to } => self.pass_on(person, to),
            Signal::Noted { note, by, text } => self.note(note, by, text),
            Signal::NoteStruck { note, by } => self.strike_note(note, by),
            Signal::Wake => self.wake(),
            Signal::Repaired(what) => self.repaired(*what),
        }
    }
    fn end(mut self) -> Decision {
        self.continue_round();
        self.notify_owner();
        self.reach_milestones();
        Decision {
            wake_at: self.incident.wake_at(),
            incident: self.incident,
            effects: self.effects,
        }
    }
}
