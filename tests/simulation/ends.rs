//! Ends without a recovery: somebody says so, by a click, by the key 3 or elsewhere; or nothing has changed for long.

use shared::domain::escalation::{Entry, Event, Incident, IncidentId, Outcome};

use crate::click::Button;
use crate::world::World;

impl World {
    /// Whether they said that it is over, and it was theirs to say. `owner` has it just now.
    pub(crate) fn may_end(
        &self,
        before: Option<&Incident>,
        incident: &Incident,
        owner: Option<&String>,
        entry: &Entry,
        by: &str,
    ) -> bool {
        let id = &incident.id;
        let by_click = owner.is_none_or(|owner| owner == by) && self.has_said(id, by, Button::Over);
        by_click
            || (owner.is_none() && self.pressed_three_twice(before, incident, by))
            || self.asked_elsewhere(incident, entry, by)
    }

    /// By phone only whoever had it says so, in a call that was about it still going on.
    fn pressed_three_twice(
        &self,
        before: Option<&Incident>,
        incident: &Incident,
        by: &str,
    ) -> bool {
        let had = before.and_then(|before| before.owner.as_ref());
        let pressed = |number| {
            let readings = self.watch.threes.get(&(incident.id.clone(), number));
            readings.is_some_and(|readings| readings.len() > 1)
        };
        had.is_some_and(|had| had.person == by && !had.outside)
            && incident.attempts.iter().any(|attempt| {
                attempt.person == by
                    && attempt.outcome == Some(Outcome::Resolved)
                    && pressed(attempt.number)
                    && may_press_three(incident, attempt.number)
            })
    }

    /// On the page and at the command line whoever has seen all that went off.
    fn asked_elsewhere(&self, incident: &Incident, entry: &Entry, by: &str) -> bool {
        let asked = self.watch.ends_asked.iter();
        let mut its = asked.filter(|(id, person, _)| *id == incident.id && person == by);
        its.any(|(_, _, seen)| !goes_off_between(incident, *seen, entry.number))
    }

    /// Somebody asked a while ago that it be over, and had not seen what has this number.
    pub(crate) fn check_end_asked(&mut self, id: &IncidentId, seen: u32) {
        let Some(kept) = self.watch.kept.values().find(|kept| kept.incident.id == *id) else {
            return;
        };
        let incident = &kept.incident;
        let next = incident.timeline.next;
        if incident.ended_at.is_none() && !goes_off_between(incident, seen, next) {
            self.fail(format!("{id} was to be over, and goes on"));
        }
    }

    /// It ends by itself in time, and not too early.
    pub(crate) fn check_unchanged(
        &self,
        incident: &Incident,
        ended: Option<&Entry>,
    ) -> Result<(), String> {
        let roster = self.watch.roster(&incident.policy.name);
        let Some(after) = roster.and_then(|roster| roster.resolve_after) else {
            return match ended {
                Some(_) => Err("it ends by itself, and its policy does not say so".to_owned()),
                None => Ok(()),
            };
        };
        let number = ended.map_or(u32::MAX, |entry| entry.number);
        let entries = incident.timeline.entries.iter().rev();
        let changed = entries
            .filter(|entry| entry.number < number && changes(&entry.event))
            .map(|entry| entry.at.as_millisecond())
            .next()
            .unwrap_or(i64::MIN);
        if let Some(entry) = ended {
            let early = entry.at.as_millisecond() - changed < after;
            return if early { Err("it ends by itself too early".to_owned()) } else { Ok(()) };
        }
        let latest = changed.max(self.last_word_of(&incident.policy.name));
        let late = self.now - latest > after + 20_000;
        match late && self.known.prompt() && incident.ended_at.is_none() {
            true => Err("it should have ended by itself".to_owned()),
            false => Ok(()),
        }
    }
}

/// Whether the call of this attempt may be ended with the key 3: the last reason for a round of calls before it was that
/// what its person had still went on.
pub(crate) fn may_press_three(incident: &Incident, number: u32) -> bool {
    let entries = &incident.timeline.entries;
    let is_its_call = |entry: &Entry| matches!(&entry.event, Event::Calling { attempt, .. } if *attempt == number);
    let Some(at) = entries.iter().position(is_its_call) else { return false };
    let person = incident.attempt(number).map(|attempt| attempt.person.as_str());
    let mut earlier = entries[..at].iter().rev();
    let reason = earlier.find_map(|entry| match &entry.event {
        Event::OwnerCalledAgain { owner } => Some(Some(owner.as_str()) == person),
        Event::Raised { .. }
        | Event::Reopened { .. }
        | Event::RoundAgain { .. }
        | Event::CalledBack { .. }
        | Event::CalledInstead { .. }
        | Event::CallAsked { .. }
        | Event::PassedOn { .. }
        | Event::Released { .. }
        | Event::Taken { .. } => Some(false),
        _ => None,
    });
    reason == Some(true)
}

fn goes_off_between(incident: &Incident, from: u32, until: u32) -> bool {
    incident.timeline.entries.iter().any(|entry| {
        (from..until).contains(&entry.number)
            && matches!(
                entry.event,
                Event::Raised { .. }
                    | Event::Joined { .. }
                    | Event::JoinedUnnamed
                    | Event::JoinedTogether { .. }
                    | Event::Reopened { .. }
            )
    })
}

/// Whether it says that an alarm changed.
fn changes(event: &Event) -> bool {
    matches!(
        event,
        Event::Raised { .. }
            | Event::Joined { .. }
            | Event::JoinedUnnamed
            | Event::JoinedTogether { .. }
            | Event::RecoveredTogether { .. }
            | Event::Reopened { .. }
            | Event::Recovered { .. }
            | Event::Deleted { .. }
            | Event::NoData { .. }
    )
}
