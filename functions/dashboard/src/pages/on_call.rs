//! The page of who is on call: now for each policy, and in the weeks to come; and who takes over.
//!
//! 1. [`OnCallCache`]: who is on call now, for the pages that follow.
//! 2. [`view`]: the page. `asked`: what of it. `lanes`, `rows`: the schedules, drawn and in words; `faces`: people's colours
//!    and letters. `form`: somebody takes over.

mod asked;
mod faces;
mod form;
mod lanes;
mod rows;
pub(crate) mod view;

use std::sync::{Arc, Mutex, PoisonError};

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use shared::config::Settings;
use shared::config::file::{Escalation, Roster};
use shared::domain::escalation::Policy;
use shared::domain::schedule::StoredOverrides;
use shared::domain::text::mask_numbers;
use shared::storage::{Store, overrides};
use shared::{SignedDuration, Timestamp};

use crate::timed_cache::TimedCache;

/// How many shifts of one person in a row are looked through for the next one.
const MAX_SHIFTS: usize = 20;
/// How many lost shifts the page names.
const MAX_LOST: usize = 20;

/// The people on call for a policy.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct OnCall {
    policy: String,
    /// Who is called first; nobody in a gap without anybody behind it.
    person: Option<String>,
    /// When somebody else is, if that is known.
    until: Option<Timestamp>,
    /// Who is called first then.
    then: Option<String>,
    /// Who is called after the first, in order.
    behind: Vec<String>,
    /// When any of that may change.
    #[serde(skip)]
    changes: Option<Timestamp>,
}

/// Keeps who is on call for each policy, until that changes: pages that follow ask every second, and a large calendar
/// takes its time.
#[derive(Debug, Default)]
pub struct OnCallCache {
    kept: Mutex<Option<CachedView>>,
    /// What people have said, read of late.
    overrides: TimedCache<(), Arc<StoredOverrides>>,
}

/// For so long nobody looks again whether somebody has taken over.
const MAX_AGE: SignedDuration = SignedDuration::from_secs(2);

#[derive(Clone, Debug)]
struct CachedView {
    settings: Arc<Settings>,
    overrides: StoredOverrides,
    from: Timestamp,
    until: Timestamp,
    policies: Value,
}

impl OnCallCache {
    /// Returns who is on call for each policy, in the file's order; what somebody has said shows within seconds.
    pub(super) async fn get(
        &self,
        store: &dyn Store,
        settings: &Arc<Settings>,
        now: Timestamp,
    ) -> Value {
        let read = async {
            Ok::<_, std::convert::Infallible>(Arc::new(overrides::read_or_none(store, now).await))
        };
        let Ok(overrides) = self.overrides.get(&(), (MAX_AGE, now), read).await;
        self.of(settings, &overrides, now)
    }

    /// The same with these overrides.
    pub(super) fn of(
        &self,
        settings: &Arc<Settings>,
        overrides: &StoredOverrides,
        now: Timestamp,
    ) -> Value {
        let holds = |kept: &CachedView| {
            Arc::ptr_eq(&kept.settings, settings)
                && kept.overrides == *overrides
                && (kept.from..kept.until).contains(&now)
        };
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = kept.filter(holds) {
            return kept.policies;
        }
        let policies = on_call(&settings.config.escalation.with_overrides(overrides), now);
        let changes = policies.iter().filter_map(|policy| policy.changes);
        let until = changes.min().unwrap_or(Timestamp::MAX);
        let policies = Value::from(Serde(&policies));
        let (settings, overrides) = (settings.clone(), overrides.clone());
        let kept = CachedView { settings, overrides, from: now, until, policies: policies.clone() };
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        policies
    }

    /// Looks again when it is asked next: somebody has taken over.
    pub(super) fn clear(&self) {
        self.overrides.clear();
    }
}

fn on_call(escalation: &Escalation, now: Timestamp) -> Vec<OnCall> {
    let of = |policy: Policy| {
        let (until, then) = handed_over(escalation, &policy, now);
        let changes = ends(escalation, &policy.name, now);
        let mut roster = policy.roster.into_iter();
        let (person, behind) = (roster.next(), roster.collect());
        OnCall { person, behind, until, then, changes, policy: policy.name }
    };
    escalation.policies_at(now).map(of).collect()
}

/// When the shift ends that a policy calls by; `None` if it calls by none, or it stays so.
fn ends(escalation: &Escalation, policy: &str, at: Timestamp) -> Option<Timestamp> {
    let Some(Roster::OnCall { schedule, .. }) = escalation.roster(policy) else { return None };
    let until = escalation.schedules.on_call(schedule, at).until;
    Some(until).filter(|until| *until < Timestamp::MAX)
}

/// When somebody else is called first, and who: two shifts in a row may be of one person.
fn handed_over(
    escalation: &Escalation,
    policy: &Policy,
    now: Timestamp,
) -> (Option<Timestamp>, Option<String>) {
    let mut at = now;
    for _ in 0..MAX_SHIFTS {
        let Some(until) = ends(escalation, &policy.name, at) else { break };
        let then = escalation.policy_at(&policy.name, until);
        let then = then.and_then(|policy| policy.roster.first().cloned());
        if then.as_ref() != policy.roster.first() {
            return (Some(until), then);
        }
        at = until;
    }
    (None, None)
}

/// Events of calendars that name somebody and cannot be read, each with where it is.
pub(super) fn lost_shifts(settings: &Settings, now: Timestamp) -> Vec<String> {
    let lost = settings.config.lost_shifts(now);
    let line = |lost: &shared::config::file::CalendarProblem| {
        let shared::config::file::Problem { file, line, key, what } = &lost.problem;
        let file = file.trim_start_matches(shared::config::PART_PREFIX);
        format!("{} in {file}, line {line}: {key} {}", lost.schedule, mask_numbers(what))
    };
    let mut lines: Vec<String> = lost.iter().take(MAX_LOST).map(|lost| line(lost)).collect();
    if lost.len() > MAX_LOST {
        lines.push(format!("and {} more", lost.len() - MAX_LOST));
    }
    lines
}
