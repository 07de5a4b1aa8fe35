//! What changes by a signal, and what we ask of the world.

use jiff::Timestamp;

use super::super::model::{
    Alarm, Effect, Event, Incident, Milestones, Notices, Phase, Policy, Round, Signal, Timeline,
};
use super::super::rules::Busy;
use super::update::Update;

/// What changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The incident as it stands now.
    pub incident: Incident,
    /// When to look again ([`Signal::Wake`]), if there is no signal before.
    pub wake_at: Option<Timestamp>,
    /// What we ask of the world.
    pub effects: Vec<Effect>,
}

impl Incident {
    /// A new incident: this alarm went off, and the round begins.
    pub fn raise(id: &str, policy: &Policy, alarm: Alarm, busy: &Busy, now: Timestamp) -> Decision {
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
            milestones: Milestones::default(),
            alarms: Vec::new(),
            more_alarms: 0,
            notices: Notices::default(),
            round: Round::new(1, &policy.roster, None, now),
            attempts: Vec::new(),
            timeline: Timeline::default(),
        };
        let mut update = Update { incident, effects: Vec::new(), busy, now };
        let (name, reason) = (alarm.name.clone(), alarm.reason.clone());
        let by = alarm.raised_by.clone();
        update.record(Event::Raised { alarm: name, reason, by });
        update.record_empty_shift();
        update.incident.alarms.push(alarm);
        update.end()
    }

    /// What this signal changes. The same signal twice changes nothing the second time.
    pub fn apply(self, signal: &Signal, busy: &Busy, now: Timestamp) -> Decision {
        let mut update = Update { incident: self, effects: Vec::new(), busy, now };
        match signal {
            Signal::Alarm(alarm) => update.alarm(alarm),
            Signal::Recovered { key } => update.recovered(key, false),
            Signal::Deleted { key } => update.recovered(key, true),
            Signal::NoData { key } => update.no_data(key),
            Signal::Call { attempt, call, event } => update.call(*attempt, call.as_deref(), event),
            Signal::Texted { person, failed } => {
                update.record(Event::Texted { person: person.clone(), failed: failed.clone() });
            }
            Signal::TextNotDelivered { person, code, sid } => {
                update.text_not_delivered(person, *code, sid);
            }
            Signal::Acknowledged { person, outside } => update.acknowledge(person, *outside),
            Signal::Released { person } => update.release(person),
            Signal::ResolvedByPerson { person } => update.resolve_by_person(person),
            Signal::ResolvedManually { by } => update.resolved_by(by),
            Signal::Silenced { by, until, reason } => update.silence(by, *until, reason.as_deref()),
            Signal::SilenceEnded { by } => update.end_silence(by),
            Signal::CallAsked { by, person } => update.call_now(by, person),
            Signal::PassedOn { person, to } => update.pass_on(person, to),
            Signal::Noted { note, by, text } => update.note(note, by, text),
            Signal::NoteStruck { note, by } => update.strike_note(note, by),
            Signal::Wake => update.wake(),
            Signal::Repaired(what) => update.repaired(*what),
        }
        update.end()
    }
}

impl Update<'_> {
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
