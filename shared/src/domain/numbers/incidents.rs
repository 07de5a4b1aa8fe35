//! The sums of incidents: how many, how fast somebody had them, the noisiest alarms, and who was called.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::{Clocks, Times};
use crate::domain::escalation::{Attempt, Event, Incident};

/// How many alarms are named.
const MAX_ALARMS: usize = 10;

/// Incidents by what became of them: each is in one of the four groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct IncidentFigures {
    /// How many began.
    pub began: usize,
    /// Somebody took it, sooner or later.
    pub taken: usize,
    /// Nobody took it: everybody was called as often as the policy says, for nothing.
    pub nobody_took_it: usize,
    /// It was over before somebody took it, and before all were called.
    pub over_before_taken: usize,
    /// It is open, and people are still called.
    pub not_taken_yet: usize,
    /// Calls that were placed for them.
    pub calls: usize,
    /// From their beginning to the first call that somebody answered.
    pub time_to_answer: Times,
    /// From their beginning until somebody took it.
    pub time_to_take: Times,
    /// From their beginning to their end.
    pub time_to_resolve: Times,
}

/// How often an alarm went off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AlarmFigures {
    /// Its name; may be empty.
    pub name: String,
    /// How often it went off while an incident was open, and to begin one.
    pub went_off: usize,
    /// In how many incidents.
    pub incidents: usize,
}

/// How often a person was called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonFigures {
    /// Their name.
    pub person: String,
    /// The calls that were placed, …
    pub calls: usize,
    /// … those of them that they answered, …
    pub answered: usize,
    /// … and those that came at night.
    pub night_calls: usize,
    /// By whose clock it was night: an IANA name.
    pub time_zone: String,
}

/// Incidents, counted one after the other.
#[derive(Clone, Debug, Default)]
pub struct IncidentTotals {
    figures: IncidentFigures,
    began_at: Vec<Timestamp>,
    answer: Vec<i64>,
    take: Vec<i64>,
    resolve: Vec<i64>,
    /// How often each alarm went off, and in how many incidents.
    alarms: BTreeMap<String, (usize, usize)>,
    /// When each person was called, and whether they answered.
    calls: BTreeMap<String, Vec<(Timestamp, bool)>>,
    since: Option<Timestamp>,
}

impl IncidentTotals {
    /// Notes that those which began before this time are too many to be counted.
    pub fn cut_at(&mut self, since: Timestamp) {
        self.since = Some(since);
    }

    pub(super) fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// Counts an incident.
    pub fn add(&mut self, incident: &Incident) {
        let owner_at = incident.owner.as_ref().map(|owner| owner.at);
        // Incidents of former versions have no milestones.
        let taken_at = incident.milestones.taken_at.or(owner_at);
        let group = match (taken_at, was_exhausted(incident), incident.ended_at) {
            (Some(_), ..) => &mut self.figures.taken,
            (None, true, _) => &mut self.figures.nobody_took_it,
            (None, false, Some(_)) => &mut self.figures.over_before_taken,
            (None, false, None) => &mut self.figures.not_taken_yet,
        };
        *group += 1;
        self.figures.began += 1;
        self.began_at.push(incident.raised_at);
        let took = |at: Option<Timestamp>| {
            at.map(|at| at.duration_since(incident.raised_at).as_secs().max(0))
        };
        self.answer.extend(took(incident.milestones.answered_at));
        self.take.extend(took(taken_at));
        // One that was over and goes on is not over: it counts with its last end.
        self.resolve.extend(took(incident.ended_at));
        self.add_alarms(incident);
        for attempt in incident.attempts.iter().filter(|attempt| was_placed(attempt)) {
            self.figures.calls += 1;
            let at = attempt.placed_at.unwrap_or(attempt.decided_at);
            let answered = attempt.answered_at.is_some() && attempt.is_somebody();
            self.calls.entry(attempt.person.clone()).or_default().push((at, answered));
        }
    }

    fn add_alarms(&mut self, incident: &Incident) {
        let went_off = |event: &Event| match event {
            Event::Raised { alarm, .. }
            | Event::Joined { alarm, .. }
            | Event::Reopened { alarm, .. } => {
                Some(alarm.clone()).filter(|alarm| !alarm.is_empty())
            }
            _ => None,
        };
        let mut seen: BTreeSet<String> =
            incident.alarms.iter().map(|alarm| alarm.name.clone()).collect();
        for name in incident.timeline.entries.iter().filter_map(|entry| went_off(&entry.event)) {
            self.alarms.entry(name.clone()).or_default().0 += 1;
            seen.insert(name);
        }
        for name in seen {
            let (went_off, incidents) = self.alarms.entry(name).or_default();
            *incidents += 1;
            // What the timeline has left out was once at least.
            *went_off = (*went_off).max(*incidents);
        }
    }

    /// How many began in each of these parts of a span.
    pub(super) fn by_bar(&self, beginnings: &[Timestamp]) -> Vec<usize> {
        let mut bars = vec![0; beginnings.len()];
        for at in &self.began_at {
            let bar = beginnings.partition_point(|begins| begins <= at);
            if let Some(count) = bar.checked_sub(1).and_then(|bar| bars.get_mut(bar)) {
                *count += 1;
            }
        }
        bars
    }

    /// The alarms that went off most.
    pub(super) fn alarms(&self) -> Vec<AlarmFigures> {
        let figures = |(name, (went_off, incidents)): (&String, &(usize, usize))| AlarmFigures {
            name: name.clone(),
            went_off: *went_off,
            incidents: *incidents,
        };
        let mut all: Vec<AlarmFigures> = self.alarms.iter().map(figures).collect();
        all.sort_by(|a, b| {
            (b.went_off, b.incidents, &a.name).cmp(&(a.went_off, a.incidents, &b.name))
        });
        all.truncate(MAX_ALARMS);
        all
    }

    /// Everybody who was called.
    pub(super) fn people(&self, clocks: &Clocks) -> Vec<PersonFigures> {
        let figures = |(person, calls): (&String, &Vec<(Timestamp, bool)>)| PersonFigures {
            person: person.clone(),
            calls: calls.len(),
            answered: calls.iter().filter(|(_, answered)| *answered).count(),
            night_calls: calls.iter().filter(|(at, _)| clocks.is_night(person, *at)).count(),
            time_zone: clocks.name_of(person).to_owned(),
        };
        let mut all: Vec<PersonFigures> = self.calls.iter().map(figures).collect();
        all.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| a.person.cmp(&b.person)));
        all
    }

    /// The figures of all.
    pub(super) fn figures(self) -> IncidentFigures {
        IncidentFigures {
            time_to_answer: Times::of(self.answer),
            time_to_take: Times::of(self.take),
            time_to_resolve: Times::of(self.resolve),
            ..self.figures
        }
    }
}

/// Whether a whole round of calls has found nobody, ever.
fn was_exhausted(incident: &Incident) -> bool {
    incident.exhausted_at.is_some()
        || incident.timeline.entries.iter().any(|e| matches!(e.event, Event::Exhausted { .. }))
}

/// Whether a call left for somebody's phone.
fn was_placed(attempt: &Attempt) -> bool {
    attempt.placed_at.is_some() || !attempt.calls.is_empty()
}
