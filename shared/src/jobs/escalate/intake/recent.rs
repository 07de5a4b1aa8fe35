//! The names of alarms that were heard last, for the first page: one record, within limits.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::configured::configured;
use super::verdict::Part;
use crate::Error;
use crate::domain::alarm::State;
use crate::domain::text::mask_e164;
use crate::jobs::escalate::transaction::put;
use crate::jobs::escalate::work::Work;
use crate::storage::records::{RETENTION, recent_alarms};
use crate::storage::{Record, Store};
use jiff::SignedDuration;

/// How many names are kept, and how many of those that no policy took.
pub const MAX_RECENT_NAMES: usize = 20;

/// A name that is said again so soon is not written down again.
const WRITE_INTERVAL: SignedDuration = SignedDuration::from_mins(1);

/// How often we try against others who write. It is for a page only: then it is left.
const MAX_CONFLICTS: usize = 3;

/// The names heard last, each once, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentAlarms {
    /// All of them.
    #[serde(default)]
    pub heard: Vec<RecentAlarm>,
    /// Those that no policy took. They stay here when many others are heard.
    #[serde(default)]
    pub without_policy: Vec<RecentAlarm>,
}

/// An alarm that was heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentAlarm {
    /// Its name.
    pub name: String,
    /// The state that it was in then.
    pub state: State,
    /// When it was heard.
    pub at: Timestamp,
    /// The policy that it was for; `None` if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The configuration ignores it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignored: bool,
}

/// The alarms of a body, as far as the page shows them: the last names in it, the newest first.
pub(super) fn seen(parts: &[Part]) -> Vec<(String, State)> {
    let mut seen: Vec<(String, State)> = Vec::new();
    for change in parts.iter().rev().flatten() {
        let name = mask_e164(&change.name);
        if seen.len() < MAX_RECENT_NAMES && seen.iter().all(|(have, _)| *have != name) {
            seen.push((name, change.state));
        }
    }
    seen
}

/// Reads the alarms heard last.
pub async fn recent(store: &dyn Store, now: Timestamp) -> Result<RecentAlarms, Error> {
    let record = store.load(&[recent_alarms()], now).await?.pop().flatten();
    Ok(read(record.as_ref()))
}

fn read(record: Option<&Record>) -> RecentAlarms {
    record.and_then(|record| serde_json::from_str(&record.body).ok()).unwrap_or_default()
}

impl RecentAlarms {
    /// The same after these were heard, the newest first.
    fn with(mut self, new: &[RecentAlarm]) -> RecentAlarms {
        for alarm in new.iter().rev() {
            let is_other = |have: &RecentAlarm| have.name != alarm.name;
            self.heard.retain(is_other);
            self.heard.insert(0, alarm.clone());
            self.without_policy.retain(is_other);
            if alarm.policy.is_none() && !alarm.ignored {
                self.without_policy.insert(0, alarm.clone());
            }
        }
        self.heard.truncate(MAX_RECENT_NAMES);
        self.without_policy.truncate(MAX_RECENT_NAMES);
        self
    }

    /// Whether all of these are known as they are, and were heard a moment ago.
    fn knows(&self, new: &[RecentAlarm]) -> bool {
        new.iter().all(|alarm| {
            self.heard.iter().any(|have| {
                let same = RecentAlarm { at: alarm.at, ..have.clone() } == *alarm;
                same && alarm.at.duration_since(have.at).abs() < WRITE_INTERVAL
            })
        })
    }
}

impl Work<'_> {
    /// Writes down the names that were heard. What goes wrong with that is logged, and nothing else: alarms are kept
    /// elsewhere.
    pub(super) async fn update_recent(&self, seen: Vec<(String, State)>) {
        for _ in 0..MAX_CONFLICTS {
            match self.try_update_recent(&seen).await {
                Ok(()) => return,
                Err(Error::Conflict { .. }) => {}
                Err(error) => {
                    tracing::warn!(%error, "the names of alarms were not noted");
                    return;
                }
            }
        }
    }

    async fn try_update_recent(&self, seen: &[(String, State)]) -> Result<(), Error> {
        if seen.is_empty() {
            return Ok(());
        }
        let (now, settings) = (self.now, &self.settings);
        let new: Vec<RecentAlarm> = seen
            .iter()
            .map(|(name, state)| {
                let policy = settings.config.escalation.policy_for(name).map(str::to_owned);
                let ignored = configured(settings, name).ignored.is_some();
                RecentAlarm { name: name.clone(), state: *state, at: now, policy, ignored }
            })
            .collect();
        let record = self.store().load(&[recent_alarms()], now).await?.pop().flatten();
        let before = read(record.as_ref());
        if before.knows(&new) {
            return Ok(());
        }
        let expires_at = now.checked_add(RETENTION).ok();
        let put = put(recent_alarms(), &before.with(&new), record.as_ref(), expires_at);
        self.store().write(&[put.into()], now).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarm(name: &str, second: i64, policy: Option<&str>) -> RecentAlarm {
        let at = Timestamp::from_second(second).expect("a time");
        let policy = policy.map(str::to_owned);
        RecentAlarm { name: name.to_owned(), state: State::Alarm, at, policy, ignored: false }
    }

    #[test]
    fn names_are_kept_once_each_the_newest_first_and_twenty_at_most() {
        let mut recent = RecentAlarms::default();
        for second in 0..50 {
            let policy = (second % 2 == 0).then_some("shop");
            recent = recent.with(&[alarm(&format!("alarm-{}", second % 25), second, policy)]);
        }
        let names: Vec<&str> = recent.heard.iter().map(|alarm| alarm.name.as_str()).collect();
        assert_eq!((names.len(), names[0], names[19]), (MAX_RECENT_NAMES, "alarm-24", "alarm-5"));
        // A policy was made for some of them later.
        assert!(recent.without_policy.iter().all(|alarm| alarm.at.as_second() % 2 == 1));
        assert!(recent.without_policy.len() <= MAX_RECENT_NAMES);
    }

    #[test]
    fn name_is_written_again_when_it_has_changed_or_a_minute_has_passed() {
        let recent = RecentAlarms::default().with(&[alarm("a", 100, None)]);
        assert!(recent.knows(&[alarm("a", 159, None)]));
        assert!(!recent.knows(&[alarm("a", 160, None)]));
        assert!(!recent.knows(&[alarm("a", 101, Some("shop"))]));
        assert!(!recent.knows(&[alarm("b", 101, None)]));
    }
}
