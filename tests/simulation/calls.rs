//! Invariants of whatever leaves the server: lines, and calls.

use jiff::SignedDuration;
use shared::storage::messages::Lines;

use crate::leftovers::quiet_since;
use crate::twilio::Call;
use crate::world::World;

const HOUR: i64 = 3_600_000;

impl World {
    /// Lines are on their way to Slack.
    pub(crate) fn saw_lines(&mut self, lines: &Lines) {
        for line in &lines.lines {
            self.note(|| format!("  Slack: {} {}", line.event_id, line.text));
            if line.event_type == "silenced" {
                self.watch.muted.insert(line.event_id.clone());
                continue;
            }
            // Whoever makes or ends a silence of globs is told: that is of no incident.
            if line.event_type == "silence" {
                continue;
            }
            match self.watch.lines.get_mut(&line.event_id) {
                Some(count) => {
                    *count += 1;
                    if *count > 1 {
                        self.watch.totals.doubled_lines += 1;
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
        self.watch.totals.calls += 1;
        let count = self.watch.placed.entry((call.incident.clone(), call.attempt)).or_default();
        *count += 1;
        if *count > 1 {
            self.watch.totals.doubled_calls += 1;
            if sure {
                self.fail(format!("attempt {} of {} is placed twice", call.attempt, call.incident));
            }
        }
        if self.phones.calls.iter().any(|other| !other.ended && other.to == call.to) {
            self.watch.totals.at_once += 1;
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
            Some(incident) => quiet_since(incident),
        };
        let lease = shared::jobs::escalate::record::LEASE + SignedDuration::from_secs(1);
        if self.known.slow == 0
            && quiet_since.is_some_and(|since| now.duration_since(since) > lease)
        {
            self.fail(format!(
                "a call for {}, which is taken, over or silenced since {quiet_since:?}",
                call.incident
            ));
        }
        self.check_callee(call);
    }

    /// Only people of the policy are called, and those whom somebody asked for; and nobody too often.
    fn check_callee(&mut self, call: &Call) {
        let policy = call.incident.policy().unwrap_or_default().to_owned();
        let may_call = self.watch.roster(&policy).is_some_and(|roster| roster.may_call(&call.to));
        if !may_call && !self.is_asked_for(&call.incident, &call.to) {
            self.fail(format!("{} is called for {policy}, and is none of its people", call.to));
        }
        let person = self.watch.plan.person(&call.to);
        let calls = 1 + self.calls_since(&person, self.now - HOUR);
        // Of one that nobody knows to be placed nobody counts the call.
        let most = self.watch.plan.most_calls + usize::from(!self.known.sure());
        if calls > most {
            self.fail(format!("{person} is called {calls} times within an hour, expected {most}"));
        }
    }
}
