//! Previews what globs take: of the alarms that go on now, and of those of the last week.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use shared::domain::alarm::State;
use shared::domain::escalation::{Alarm, Incident};
use shared::domain::silence::glob_takes;
use shared::domain::text::mask_numbers;
use shared::jobs::escalate::intake::recent::recent;
use shared::storage::{Store, incidents};
use shared::{Error, SignedDuration, Timestamp};

/// How far back is looked.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How many incidents that are over are looked through.
const MAX_INCIDENTS: usize = 200;
/// How many names are shown; the rest is counted.
const MAX_NAMED: usize = 12;

/// The alarms that globs take.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Preview {
    /// The names of those that go on now.
    now: Vec<String>,
    more_now: usize,
    /// An open incident has one of these: it is not hung up by this.
    is_open: bool,
    /// The names of those that went off within the week.
    week: Vec<String>,
    more_week: usize,
    /// There are older incidents of the week that were not looked through.
    is_partial: bool,
}

/// Looks through open incidents, the names heard last, and the incidents of the week.
pub(super) async fn preview(
    store: &dyn Store,
    globs: &[String],
    now: Timestamp,
) -> Result<Preview, Error> {
    let since = now.checked_sub(WEEK).unwrap_or(Timestamp::MIN);
    let latest = incidents::latest(store, now).await?;
    let (over, next) =
        incidents::archive(store, &BTreeSet::new(), None, MAX_INCIDENTS, now).await?;
    let is_partial = next.is_some() && over.last().is_some_and(|last| last.raised_at >= since);
    let heard = recent(store, now).await?.heard;
    let heard = heard.into_iter().map(|alarm| (alarm.name, alarm.state, alarm.at));
    let alarms: Vec<(String, State, Timestamp)> = heard.collect();
    Ok(matched(globs, (&latest, &over), &alarms, (since, is_partial)))
}

fn matched(
    globs: &[String],
    (latest, over): (&[Incident], &[Incident]),
    heard: &[(String, State, Timestamp)],
    (since, is_partial): (Timestamp, bool),
) -> Preview {
    let takes = |name: &str| globs.iter().any(|glob| glob_takes(glob, name));
    // Of each name whether it goes on.
    let mut names: BTreeMap<&str, bool> = BTreeMap::new();
    for (name, state, _) in heard.iter().filter(|(name, _, at)| takes(name) && *at >= since) {
        *names.entry(name).or_default() |= *state == State::Alarm;
    }
    let mut is_open = false;
    for incident in latest.iter().chain(over) {
        // What somebody raised by hand no silence of globs holds back.
        let is_taken = |alarm: &&Alarm| alarm.raised_by.is_none() && takes(&alarm.name);
        for alarm in incident.alarms.iter().filter(is_taken) {
            let goes_on = incident.ended_at.is_none() && alarm.recovered_at.is_none();
            is_open |= goes_on;
            if goes_on || alarm.recovered_at.unwrap_or(alarm.since) >= since {
                *names.entry(&alarm.name).or_default() |= goes_on;
            }
        }
    }
    let listed = |names: Vec<&str>| {
        let more = names.len().saturating_sub(MAX_NAMED);
        (names.into_iter().take(MAX_NAMED).map(mask_numbers).collect::<Vec<_>>(), more)
    };
    let (now, more_now) =
        listed(names.iter().filter(|(_, on)| **on).map(|(name, _)| *name).collect());
    let (week, more_week) = listed(names.keys().copied().collect());
    Preview { now, more_now, is_open, week, more_week, is_partial }
}
