//! Who is on call: now for each policy, and in the two weeks to come.

use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;
use shared::config::Settings;
use shared::config::file::{Escalation, Roster};
use shared::domain::schedule::two_weeks;
use shared::domain::text::mask_numbers;
use shared::http::Response;
use shared::{Error, Timestamp};

use super::frame::frame;
use super::render;
use super::silences::silences;
use crate::{Dashboard, Viewer};

/// How many lost shifts the page names.
const MAX_LOST: usize = 20;

/// Who is on call for a policy.
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
}

/// Who is on call for each policy, until that changes: pages that follow ask every second, and a large calendar takes
/// its time.
#[derive(Debug, Default)]
pub struct OnCallCache(Mutex<Option<Kept>>);

#[derive(Clone, Debug)]
struct Kept {
    settings: Arc<Settings>,
    from: Timestamp,
    until: Timestamp,
    policies: Value,
}

impl OnCallCache {
    /// Who is on call for each policy, in the file's order.
    pub(super) fn get(&self, settings: &Arc<Settings>, now: Timestamp) -> Value {
        let holds = |kept: &Kept| {
            Arc::ptr_eq(&kept.settings, settings) && (kept.from..kept.until).contains(&now)
        };
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = kept.filter(holds) {
            return kept.policies;
        }
        let policies = on_call(&settings.config.escalation, now);
        let changes = policies.iter().filter_map(|policy| policy.until);
        let until = changes.min().unwrap_or(Timestamp::MAX);
        let policies = Value::from(Serde(&policies));
        let kept =
            Kept { settings: settings.clone(), from: now, until, policies: policies.clone() };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        policies
    }
}

fn on_call(escalation: &Escalation, now: Timestamp) -> Vec<OnCall> {
    let of = |policy: shared::domain::escalation::Policy| {
        let mut roster = policy.roster.into_iter();
        let (until, then) = change(escalation, &policy.name, now);
        OnCall { person: roster.next(), behind: roster.collect(), until, then, policy: policy.name }
    };
    escalation.policies_at(now).map(of).collect()
}

/// When somebody else is called first, and who.
fn change(
    escalation: &Escalation,
    policy: &str,
    now: Timestamp,
) -> (Option<Timestamp>, Option<String>) {
    let Some(Roster::OnCall { schedule, .. }) = escalation.roster(policy) else {
        return (None, None);
    };
    let until = escalation.schedules.on_call(schedule, now).until;
    if until == Timestamp::MAX {
        return (None, None);
    }
    let then =
        escalation.policy_at(policy, until).and_then(|policy| policy.roster.first().cloned());
    (Some(until), then)
}

/// The page: the next two weeks of each schedule, and what is silenced then.
pub(crate) async fn page(
    dashboard: &Dashboard,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let escalation = &settings.config.escalation;
    let facts = context! {
        on_call => dashboard.on_call.get(&settings, now), schedules => Serde(&two_weeks(&escalation.schedules, now)),
        lost_shifts => Serde(&lost_shifts(&settings, now)),
        silences => Serde(&silences(dashboard.store.as_ref(), &settings, now).await?),
        ..frame(dashboard, &settings, ("On call", "on-call"), viewer, now).await?
    };
    render(dashboard, "on-call.html", facts)
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
