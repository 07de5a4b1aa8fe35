//! All that a scrape shows at one moment: the sums of the counters, and gauges from how everything stands.
//!
//! Counters only grow. If one read fails there are no numbers at all, since a part of them would look like a fall.

use futures_util::future::try_join3;
use jiff::{SignedDuration, Timestamp};

use crate::Error;
use crate::config::Settings;
use crate::domain::escalation::State;
use crate::domain::metrics::catalogue::{
    ANSWER_SECONDS, BUILD_INFO, CALLBACKS_MISSING, CALLS_IN_PROGRESS, CONFIG_GOOD, DEAD_LETTERS,
    INCIDENTS, ON_CALL, REQUESTS_REFUSED, RESOLVE_SECONDS, TAKE_SECONDS, WAKE_UPS_LATE,
};
use crate::domain::metrics::{Family, Samples};
use crate::domain::schedule::Schedules;
use crate::http::refusals::Refusals;
use crate::storage::counters::totals;
use crate::storage::records::{OPEN, StoredIncident};
use crate::storage::{Record, Store, all_records};
use crate::storage::{gauges, overrides};

/// How long a wake-up may be overdue before it is late.
const WAKE_UP_GRACE: SignedDuration = SignedDuration::from_mins(1);

/// The gauges that somebody measures, and how long a measurement is shown: a little longer than until the next one.
const MEASURED: [(&Family, SignedDuration); 2] = [
    (CALLS_IN_PROGRESS, SignedDuration::from_mins(3)),
    (CALLBACKS_MISSING, SignedDuration::from_hours(3 * 24)),
];

/// The version that is running.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Everything but the number of dead letters: see [`show_dead_letters`].
///
/// # Errors
/// The store does not answer.
pub async fn samples(
    store: &dyn Store,
    settings: &Settings,
    now: Timestamp,
) -> Result<Samples, Error> {
    let open = all_records(store, OPEN, now);
    let (counters, open, measured) =
        try_join3(totals(store, now), open, gauges::all(store, now)).await?;
    let mut samples = Samples::of_counters(counters);
    // A first observation beside none at all would not be seen by increase().
    for policy in settings.config.escalation.policies_at(now) {
        for family in [ANSWER_SECONDS, TAKE_SECONDS, RESOLVE_SECONDS] {
            samples.show_histogram(family, &[&policy.name]);
        }
    }
    show_incidents(&mut samples, &open, now);
    for (family, age) in MEASURED {
        let gauge = measured.get(family.name).filter(|gauge| gauge.is_younger_than(age, now));
        if let Some(gauge) = gauge {
            samples.gauge(family, &[], gauge.value);
        }
    }
    samples.gauge(CONFIG_GOOD, &[], i64::from(settings.rejected.is_none()));
    let overrides = overrides::read_or_none(store, now).await;
    let escalation = settings.config.escalation.with_overrides(&overrides);
    show_on_call(&mut samples, &escalation.schedules, now);
    samples.gauge(BUILD_INFO, &[VERSION], 1);
    Ok(samples)
}

/// Adds how many dead letters wait. To count them all of them are read, so that is done less often than the rest.
pub fn show_dead_letters(samples: &mut Samples, waiting: usize) {
    samples.gauge(DEAD_LETTERS, &[], gauge(waiting));
}

/// Adds how many requests this process has refused.
pub fn show_refusals(samples: &mut Samples, refusals: &Refusals) {
    for (reason, count) in refusals.counts() {
        samples.count(REQUESTS_REFUSED, &[reason.word()], count);
    }
}

fn show_incidents(samples: &mut Samples, records: &[Record], now: Timestamp) {
    let read = |record: &Record| {
        serde_json::from_str::<StoredIncident>(&record.body)
            .inspect_err(|error| {
                tracing::error!(policy = record.key.sk, %error, "an incident cannot be read");
            })
            .ok()
    };
    let open: Vec<StoredIncident> = records
        .iter()
        .filter_map(read)
        .filter(|stored| stored.incident.state() != State::Resolved)
        .collect();
    for state in [State::Calling, State::Taken, State::Exhausted, State::Silenced] {
        let count = open.iter().filter(|stored| stored.incident.state() == state).count();
        samples.gauge(INCIDENTS, &[state.name()], gauge(count));
    }
    let is_late = |stored: &&StoredIncident| {
        stored.wake_at.is_some_and(|due| now.duration_since(due) > WAKE_UP_GRACE)
    };
    samples.gauge(WAKE_UPS_LATE, &[], gauge(open.iter().filter(is_late).count()));
}

fn show_on_call(samples: &mut Samples, schedules: &Schedules, now: Timestamp) {
    for schedule in schedules.iter() {
        for person in schedule.on_call(now).people {
            samples.gauge(ON_CALL, &[&schedule.name, &person], 1);
        }
    }
}

fn gauge(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
