//! Invariants, whatever happens: looked at whenever something is written, or a call is placed.

use shared::domain::escalation::{
    Attempt, Entry, Event, Incident, IncidentId, Outcome, Phase, State,
};
use shared::domain::text;
use shared::jobs::escalate::acts::{AT_THE_COMMAND_LINE, ON_THE_PAGE};
use shared::storage::Put;
use shared::storage::records::StoredIncident;

use crate::click::Button;
use crate::ends::may_press_three;
use crate::people::QUESTION_SECONDS;
use crate::world::{What, World};

impl World {
    /// A policy's incident was written.
    pub(crate) fn saw_incident(&mut self, put: &Put) {
        if put.body.len() >= 350_000 {
            self.fail(format!("a record of {} bytes", put.body.len()));
        }
        self.watch.totals.large += u64::from(put.body.len() > 200_000);
        let new: StoredIncident = match serde_json::from_str(&put.body) {
            Ok(new) => new,
            Err(error) => return self.fail(format!("an incident that cannot be read: {error}")),
        };
        let policy = new.incident.policy.name.clone();
        let old = self.watch.kept.remove(&policy);
        self.trace_incident(old.as_ref(), &new);
        if let Err(why) = self.check(old.as_ref(), &new) {
            self.fail(format!("{}: {why}", new.incident.id));
        }
        self.watch.seen.saw(&new.incident);
        self.watch.kept.insert(policy, new);
    }

    fn check(&mut self, old: Option<&StoredIncident>, new: &StoredIncident) -> Result<(), String> {
        let (incident, now) = (&new.incident, self.timestamp());
        let before = old.map(|old| &old.incident).filter(|old| old.id == incident.id);
        if before.is_none() && old.is_some_and(|old| old.incident.state() != State::Resolved) {
            return Err("it takes the place of one that is open".to_owned());
        }
        let resolved = incident.state() == State::Resolved;
        let policy = &incident.policy;
        let of_round = incident
            .attempts
            .iter()
            .filter(|attempt| attempt.round == incident.round.number)
            .count();
        if incident.round.calls > policy.attempts || of_round > policy.attempts as usize {
            return Err(format!("{} calls of {}", incident.round.calls, policy.attempts));
        }
        // The wake-up.
        match new.wake_at {
            None if !resolved || !new.to_do.is_empty() => {
                return Err("it is open, and nothing wakes it".to_owned());
            }
            Some(at)
                if self.known.wake_ups_arrive() && !self.rows.has_wake_up(&incident.id, at) =>
            {
                return Err(format!("its wake-up at {at} is not on its way"));
            }
            _ => {}
        }
        // The new entries.
        let first = before.map_or(0, |before| before.timeline.next);
        let entries = incident.timeline.entries.iter();
        let new_entries: Vec<&Entry> = entries.filter(|entry| entry.number >= first).collect();
        let has = |wanted: fn(&Event) -> bool| new_entries.iter().any(|entry| wanted(&entry.event));
        self.note_end_of_silence(&new_entries);
        // The alarms.
        let going_on = self.going_on(incident);
        if incident.open_count() as usize != going_on {
            return Err(format!(
                "{going_on} alarms go on, and it knows of {}",
                incident.open_count()
            ));
        }
        if resolved != (going_on == 0 || is_declared_over(incident)) {
            return Err(format!("resolved: {resolved}, though {going_on} alarms go on"));
        }
        self.check_script(before, incident, &new_entries)?;
        self.check_owner(old, new, &new_entries)?;
        self.check_missed(old, new, &new_entries)?;
        if let Some(before) = before {
            self.check_attempts(before, incident)?;
        }
        self.check_unchanged(incident, None)?;
        if has(|event| matches!(event, Event::ResolvedByHand { .. } | Event::NothingChanged { .. }))
        {
            self.set_aside(incident);
        }
        if has(becomes_quiet) && self.known.prompt() && self.known.lost == 0 {
            self.after(12_000, What::Quiet(incident.id.clone()));
        }
        if let Some(until) = incident.silenced_until.filter(|_| self.known.prompt()) {
            let long = until.duration_since(now).as_millis() as i64 + 20_000;
            if has(|event| matches!(event, Event::Silenced { .. })) {
                self.after(long, What::SilenceOver(incident.id.clone(), until));
            }
        }
        self.note_entries(before, new, &new_entries);
        Ok(())
    }

    /// An attempt's end is final, and comes in time if a round waits for it.
    fn check_attempts(&mut self, before: &Incident, incident: &Incident) -> Result<(), String> {
        let now = self.timestamp();
        for attempt in &incident.attempts {
            let is_known = incident.timeline.entries.len() == incident.timeline.next as usize;
            if is_known && attempt.offers_resolve != may_press_three(incident, attempt.number) {
                return Err(format!("attempt {} offers the key 3 wrongly", attempt.number));
            }
            let was = before.attempt(attempt.number);
            let is_waited_for =
                before.phase == Phase::Calling && attempt.round == before.round.number;
            match (was.and_then(|was| was.outcome), attempt.outcome) {
                (Some(Outcome::Taken), outcome) if outcome != Some(Outcome::Taken) => {
                    return Err(format!(
                        "attempt {} was taken, and is {outcome:?}",
                        attempt.number
                    ));
                }
                (None, Some(_)) if self.known.prompt() && is_waited_for => {
                    let began = attempt.placed_at.unwrap_or(attempt.decided_at);
                    let took = now.duration_since(began).as_secs();
                    let policy = &incident.policy;
                    let question = match may_press_three(incident, attempt.number) {
                        true => QUESTION_SECONDS + policy.answer_seconds,
                        false => 0,
                    };
                    let talk = 2 * (attempt.reading_seconds + policy.answer_seconds) + question;
                    let most = i64::from(policy.ring_seconds + 5 + talk) + 15;
                    if took > most {
                        return Err(format!(
                            "attempt {} ended after {took} s, expected {most} at most",
                            attempt.number
                        ));
                    }
                }
                _ => {}
            }
            for call in &attempt.calls {
                if self.is_strange(&incident.id, attempt, call.sid.as_str()) {
                    self.watch.totals.strangers += 1;
                    if self.known.sure() {
                        return Err(format!(
                            "attempt {} has the call {} of another",
                            attempt.number, call.sid
                        ));
                    }
                }
            }
        }
        Ok(())
    }

    fn is_strange(&self, id: &IncidentId, attempt: &Attempt, sid: &str) -> bool {
        let call = self.phones.calls.iter().find(|call| call.sid == sid);
        call.is_none_or(|call| call.incident != *id || call.attempt != attempt.number)
    }

    /// What has to be said, and what the run was like.
    fn note_entries(
        &mut self,
        before: Option<&Incident>,
        new: &StoredIncident,
        entries: &[&Entry],
    ) {
        let (watch, incident) = (&mut self.watch, &new.incident);
        let texts = watch.texts.entry(incident.id.clone()).or_default();
        // Whoever takes it by a click is told there.
        let is_taken = |attempt: &&Attempt| attempt.outcome == Some(Outcome::Taken);
        let taken = |incident: &Incident| incident.attempts.iter().filter(is_taken).count();
        let by_key = taken(incident) > before.map_or(0, taken);
        let mut doubled = false;
        for entry in entries {
            watch.totals.saw(&entry.event);
            if let Some(sid) = entry.event.by_text() {
                watch.totals.by_text += 1;
                doubled |= !watch.by_text.insert(sid.to_owned());
            }
            let deed = match &entry.event {
                Event::Taken { person, .. } => {
                    watch.totals.claimed += u64::from(!by_key);
                    Some((person, Button::Have))
                }
                Event::Texted { .. } => {
                    texts.1 += 1;
                    None
                }
                Event::Released { person, .. } => Some((person, Button::GiveBack)),
                Event::ResolvedByHand { person, .. } => {
                    let elsewhere = [ON_THE_PAGE, AT_THE_COMMAND_LINE].contains(&person.as_str());
                    watch.totals.ended_elsewhere += u64::from(elsewhere);
                    let is_by_key = |attempt: &&Attempt| attempt.outcome == Some(Outcome::Resolved);
                    let by_key =
                        |incident: &Incident| incident.attempts.iter().filter(is_by_key).count();
                    let is_by_key = by_key(incident) > before.map_or(0, by_key);
                    watch.totals.ended_by_key += u64::from(is_by_key);
                    Some((person, Button::Over))
                }
                _ => None,
            };
            let id = || incident.id.clone();
            watch.did.extend(deed.map(|(person, button)| (id(), person.clone(), button)));
            if text::slack_line(incident, entry, watch.settings.slack_context()).is_some() {
                watch.lines.entry(format!("{} {}", incident.id, entry.number)).or_default();
            }
        }
        if doubled {
            self.fail(format!("one text acts twice on {}", incident.id));
        }
        for entry in entries {
            self.people_see(incident, &entry.event);
        }
    }
}

/// It ended without a recovery, and no alarm went off since.
fn is_declared_over(incident: &Incident) -> bool {
    let mut latest = incident.timeline.entries.iter().rev();
    let ends = |event: &Event| {
        matches!(
            event,
            Event::ResolvedByHand { .. }
                | Event::NothingChanged { .. }
                | Event::Resolved { .. }
                | Event::Reopened { .. }
        )
    };
    let latest = latest.find(|entry| ends(&entry.event));
    latest.is_some_and(|entry| {
        matches!(entry.event, Event::ResolvedByHand { .. } | Event::NothingChanged { .. })
    })
}

fn becomes_quiet(event: &Event) -> bool {
    matches!(
        event,
        Event::Taken { .. }
            | Event::Resolved { .. }
            | Event::ResolvedByHand { .. }
            | Event::NothingChanged { .. }
            | Event::Silenced { .. }
    )
}
