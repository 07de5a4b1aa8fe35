//! The silences that somebody asked for, as they were written down, and what they and the windows silence.

use shared::Timestamp;
use shared::domain::escalation::Incident;
use shared::domain::silence::Stored;
use shared::storage::{Key, Put};

use crate::world::World;

/// A silence that somebody asked for.
pub(crate) struct Asked {
    key: Key,
    silence: Stored,
    pub(crate) landed: i64,
    pub(crate) until: i64,
}

impl Asked {
    pub(crate) fn is_for(&self, policy: u8, alarm: usize) -> bool {
        self.silence.is_for(&format!("w{policy}-{alarm}"), &format!("arn:{alarm}"))
    }
}

impl World {
    pub(crate) fn saw_silence(&mut self, put: &Put) {
        let silence = match serde_json::from_str::<Stored>(&put.body) {
            Ok(silence) => silence,
            Err(error) => return self.fail(format!("a silence that cannot be read: {error}")),
        };
        let (landed, until) = (self.now, silence.until.as_millisecond());
        // A silence that is written once more is ended, or was asked for twice.
        for before in self.watch.asked.iter_mut().filter(|asked| asked.key == put.key) {
            before.until = before.until.min(until.max(landed));
        }
        self.watch.asked.push(Asked { key: put.key.clone(), silence, landed, until });
    }

    /// Whether windows, or silences of globs, silence all that goes on in this incident.
    pub(crate) fn is_in_windows(&self, incident: &Incident, at: Timestamp) -> bool {
        let at = at.as_millisecond();
        // What goes on without a name may be any alarm: no window is known to be for it.
        if incident.more_alarms > 0 {
            return false;
        }
        let mut names = incident.open_alarms().filter_map(|alarm| numbers(&alarm.name));
        incident.open_count() > 0
            && names.all(|(policy, alarm)| {
                self.watch.plan.is_silenced(policy, alarm, at, at)
                    || self.watch.asked.iter().any(|asked| {
                        !asked.silence.globs.is_empty()
                            && asked.is_for(policy, alarm)
                            && self.began < asked.until
                            && at < asked.silence.until.as_millisecond()
                    })
            })
    }
}

/// The policy and the number in an alarm's name.
fn numbers(name: &str) -> Option<(u8, usize)> {
    let (policy, alarm) = name.strip_prefix('w')?.split_once('-')?;
    Some((policy.parse().ok()?, alarm.parse().ok()?))
}
