//! What must hold, whatever happens: looked at whenever something is written, or a call is placed.

use jiff::SignedDuration;
use shared::alarm;
use shared::app::record::{self, ALARMS, Kept, LastWord};
use shared::app::words;
use shared::escalation::{Attempt, Event, Incident, Outcome, Phase, State};
use shared::forward::task::Lines;
use shared::ports::Put;

use crate::twilio::Call;
use crate::world::{What, World};

impl World {
    /// Something was written beside an incident.
    pub(crate) fn saw_beside(&mut self, put: &Put) {
        if put.key.pk != ALARMS {
            return;
        }
        let at =
            (0..self.watch.alarms.len()).find(|at| record::alarm(&format!("arn:{at}")) == put.key);
        let Some((at, word)) = at.zip(serde_json::from_str::<LastWord>(&put.body).ok()) else {
            return self.fail(format!("an alarm's word that cannot be read: {}", put.body));
        };
        self.note(|| format!("  alarm {at}: {:?}", word.state));
        match word.state {
            alarm::State::Alarm => self.watch.alarms[at].1 = true,
            alarm::State::Ok => self.watch.alarms[at].1 = false,
            alarm::State::NoData => {}
        }
    }

    /// A policy's incident was written.
    pub(crate) fn saw_incident(&mut self, put: &Put) {
        let new: Kept = match serde_json::from_str(&put.body) {
            Ok(new) => new,
            Err(error) => return self.fail(format!("an incident that cannot be read: {error}")),
        };
        let policy = new.incident.policy.name.clone();
        let old = self.watch.kept.remove(&policy);
        self.trace_incident(old.as_ref(), &new);
        if let Err(why) = self.judge(old.as_ref(), &new) {
            self.fail(format!("{}: {why}", new.incident.id));
        }
        self.watch.kept.insert(policy, new);
    }

    fn judge(&mut self, old: Option<&Kept>, new: &Kept) -> Result<(), String> {
        let (incident, now) = (&new.incident, self.timestamp());
        let before = old.map(|old| &old.incident).filter(|old| old.id == incident.id);
        if before.is_none() && old.is_some_and(|old| old.incident.state() != State::Resolved) {
            return Err("it takes the place of one that is open".to_owned());
        }
        let resolved = incident.state() == State::Resolved;
        let policy = &incident.policy;
        let of_hunt =
            incident.attempts.iter().filter(|attempt| attempt.hunt == incident.hunt.number).count();
        if incident.hunt.calls > policy.attempts || of_hunt > policy.attempts as usize {
            return Err(format!("{} calls of {}", incident.hunt.calls, policy.attempts));
        }
        // The wake-up.
        match new.wake_at {
            None if !resolved || !new.to_do.is_empty() => {
                return Err("it is open, and nothing wakes it".to_owned());
            }
            Some(at) if self.known.woken() && !self.rows.has_wake_up(&incident.id, at) => {
                return Err(format!("its wake-up at {at} is not on its way"));
            }
            _ => {}
        }
        // The alarms.
        let going_on = |at: &&(u8, bool)| {
            at.1 && self.watch.policies.get(usize::from(at.0)) == Some(&policy.name)
        };
        let going_on = self.watch.alarms.iter().filter(going_on).count();
        if incident.open_count() as usize != going_on {
            return Err(format!(
                "{going_on} alarms go on, and it knows of {}",
                incident.open_count()
            ));
        }
        if resolved != (going_on == 0) {
            return Err(format!("resolved: {resolved}, though {going_on} alarms go on"));
        }
        // What is new.
        let first = before.map_or(0, |before| before.timeline.next);
        let new_entries: Vec<&Event> = incident
            .timeline
            .entries
            .iter()
            .filter(|entry| entry.number >= first)
            .map(|entry| &entry.event)
            .collect();
        let has = |wanted: fn(&Event) -> bool| new_entries.iter().any(|event| wanted(event));
        let last =
            before.and_then(|before| before.attempts.last()).map_or(0, |attempt| attempt.number);
        let rings = incident.attempts.iter().any(|attempt| attempt.number > last);
        if let Some(before) = before {
            let asked = has(|event| matches!(event, Event::AskedAgain { .. }));
            let again = has(|event| matches!(event, Event::CalledAgain));
            let joined = has(|event| {
                matches!(
                    event,
                    Event::Joined { .. } | Event::JoinedUnnamed | Event::Reopened { .. }
                )
            }) && has(|event| matches!(event, Event::HuntAgain { .. }));
            let reopened = has(|event| matches!(event, Event::Reopened { .. }));
            let was_over = before.ended_at.is_some();
            if was_over && !resolved && !reopened {
                return Err("it was over, and is open again without a word".to_owned());
            }
            let due = |at: Option<shared::Timestamp>, long: SignedDuration| {
                at.is_some_and(|at| now.duration_since(at) >= long)
            };
            // What nobody had is hunted for anew when it is open again.
            let anew = was_over && reopened && before.taken_by().is_none();
            let cause = match before.phase {
                _ if was_over && !reopened => false,
                Phase::Calling => true,
                Phase::Taken => {
                    joined
                        || (asked
                            && due(
                                before.holder.as_ref().map(|holder| holder.at),
                                policy.repage_after,
                            ))
                }
                Phase::Exhausted => {
                    joined || anew || (again && due(before.exhausted_at, before.retry_after()))
                }
            };
            if rings && (!cause || resolved) {
                return Err(format!("it rings again without cause: it was {:?}", before.state()));
            }
            if before.hunt.number == incident.hunt.number
                && before.taken_by().is_some()
                && before.holder != incident.holder
            {
                return Err(format!("{:?} had it, and now {:?}", before.holder, incident.holder));
            }
            if (asked || again || joined || anew) != (before.hunt.number != incident.hunt.number) {
                return Err("a hunt begins without a word, or a word without a hunt".to_owned());
            }
            self.judge_attempts(before, incident)?;
        }
        let became_quiet =
            |event: &Event| matches!(event, Event::Taken { .. } | Event::Resolved { .. });
        if has(became_quiet) && self.known.prompt() && self.known.lost == 0 {
            self.after(12_000, What::Quiet(incident.id.clone()));
        }
        self.note_entries(new, first);
        Ok(())
    }

    /// An attempt's end is final, and comes in time.
    fn judge_attempts(&mut self, before: &Incident, incident: &Incident) -> Result<(), String> {
        let now = self.timestamp();
        for attempt in &incident.attempts {
            let was = before.attempt(attempt.number);
            match (was.and_then(|was| was.outcome), attempt.outcome) {
                (Some(Outcome::Taken), outcome) if outcome != Some(Outcome::Taken) => {
                    return Err(format!(
                        "attempt {} was taken, and is {outcome:?}",
                        attempt.number
                    ));
                }
                (None, Some(_)) if self.known.prompt() => {
                    let began = attempt.placed_at.unwrap_or(attempt.decided_at);
                    let took = now.duration_since(began).as_secs();
                    let policy = &incident.policy;
                    let talk = 2 * (attempt.reading_seconds + policy.answer_seconds);
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
                if self.is_strange(&incident.id, attempt, &call.sid) {
                    self.watch.tally.strangers += 1;
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

    fn is_strange(&self, id: &str, attempt: &Attempt, sid: &str) -> bool {
        let call = self.phones.calls.iter().find(|call| call.sid == sid);
        call.is_none_or(|call| call.incident != id || call.attempt != attempt.number)
    }

    /// What has to be said, and what the night was like.
    fn note_entries(&mut self, new: &Kept, first: u32) {
        let watch = &mut self.watch;
        let incident = &new.incident;
        let texts = watch.texts.entry(incident.id.clone()).or_default();
        for entry in incident.timeline.entries.iter().filter(|entry| entry.number >= first) {
            watch.tally.saw(&entry.event);
            match &entry.event {
                Event::Taken { .. } => texts.0 += 1,
                Event::Resolved { .. } => texts.0 += u32::from(incident.taken_by().is_some()),
                Event::Texted { .. } => texts.1 += 1,
                _ => {}
            }
            if words::line(incident, entry, &watch.settings).is_some() {
                watch.lines.entry(format!("{} {}", incident.id, entry.number)).or_default();
            }
        }
    }

    /// Lines are on their way to Slack.
    pub(crate) fn saw_lines(&mut self, lines: &Lines) {
        for line in &lines.lines {
            self.note(|| format!("  Slack: {} {}", line.event_id, line.text));
            match self.watch.lines.get_mut(&line.event_id) {
                Some(count) => {
                    *count += 1;
                    if *count > 1 {
                        self.watch.tally.doubled_lines += 1;
                        if self.known.sure() {
                            self.fail(format!("said twice: {} {}", line.event_id, line.text));
                        }
                    }
                }
                None => {
                    self.fail(format!("said, but never written: {} {}", line.event_id, line.text))
                }
            }
        }
    }

    /// A call is placed.
    pub(crate) fn saw_call(&mut self, call: &Call) {
        let (sure, now) = (self.known.sure(), self.timestamp());
        self.watch.tally.calls += 1;
        let count = self.watch.placed.entry((call.incident.clone(), call.attempt)).or_default();
        *count += 1;
        if *count > 1 {
            self.watch.tally.doubled_calls += 1;
            if sure {
                self.fail(format!("attempt {} of {} is placed twice", call.attempt, call.incident));
            }
        }
        if self.phones.calls.iter().any(|other| !other.ended && other.to == call.to) {
            self.watch.tally.at_once += 1;
            if sure {
                self.fail(format!("two calls at once to {}", call.to));
            }
        }
        let kept = self.watch.kept.values().find(|kept| kept.incident.id == call.incident);
        let quiet_since = match kept.map(|kept| &kept.incident) {
            None => return self.fail(format!("a call for {}, which is not kept", call.incident)),
            Some(incident) if incident.attempt(call.attempt).is_none() => {
                return self
                    .fail(format!("a call for attempt {}, which was not written", call.attempt));
            }
            Some(incident) => incident.ended_at.or(incident.taken_by().map(|holder| holder.at)),
        };
        let lease = record::LEASE + SignedDuration::from_secs(1);
        if self.known.slow == 0
            && quiet_since.is_some_and(|since| now.duration_since(since) > lease)
        {
            self.fail(format!(
                "a call for {}, which is taken or over since {quiet_since:?}",
                call.incident
            ));
        }
    }
}
