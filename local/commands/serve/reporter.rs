//! The lines that a running server prints of its incidents, as they go: `02:14:07 calling alpha (call 1 of 3)`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use event_stream_webhook::Webhook;
use jiff::tz::TimeZone;
use shared::Timestamp;
use shared::config::file::{Escalation, Roster};
use shared::domain::escalation::{Entry, Incident, IncidentId};
use shared::domain::text::{Part, mask_numbers, sentence};
use shared::storage::incidents::all;
use tokio::sync::watch;

use crate::clock::now;
use crate::output::printable;
use crate::store::Records;

/// How often the incidents are looked at.
const INTERVAL: Duration = Duration::from_millis(500);
/// How many incidents that are over are looked at: one may begin and end between two looks.
const MAX_ENDED: usize = 20;
/// The longest line, in characters.
const MAX_LINE_CHARS: usize = 200;

/// How many incidents are remembered before those that are no longer read are forgotten.
const MAX_REMEMBERED: usize = 1_000;

/// The record of what was printed already.
pub(super) struct Reporter {
    /// What happened before, to incidents that are new here, is left out.
    since: Timestamp,
    /// The number of the next entry of each incident.
    next: BTreeMap<IncidentId, u32>,
}

impl Reporter {
    /// A reporter that leaves out what has happened before.
    pub(super) async fn starting(store: &Records) -> Reporter {
        let since = now();
        let mut reporter = Reporter { since, next: BTreeMap::new() };
        reporter.take(&incidents(store).await);
        reporter
    }

    /// The entries that were not taken yet, the oldest first, each with its incident.
    fn take<'a>(&mut self, incidents: &'a [Incident]) -> Vec<(&'a Incident, &'a Entry)> {
        let mut new = Vec::new();
        for incident in incidents {
            let next = self.next.get(&incident.id).copied();
            let is_new = |entry: &&Entry| match next {
                Some(next) => entry.number >= next,
                None => entry.at >= self.since,
            };
            new.extend(
                incident.timeline.entries.iter().filter(is_new).map(|entry| (incident, entry)),
            );
        }
        if self.next.len() > MAX_REMEMBERED {
            self.next.clear();
        }
        self.next.extend(incidents.iter().map(|one| (one.id.clone(), one.timeline.next)));
        new.sort_by_key(|(incident, entry)| (entry.at, &incident.id, entry.number));
        new
    }

    /// Prints what happens to incidents until the server ends.
    pub(super) async fn report(
        mut self,
        store: Arc<Records>,
        webhook: Arc<Webhook>,
        mut stop: watch::Receiver<bool>,
    ) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(INTERVAL) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            let incidents = incidents(&store).await;
            let settings = webhook.settings.cached();
            for (incident, entry) in self.take(&incidents) {
                let known = settings.as_ref().map(|settings| &settings.config.escalation);
                let zone = known.map_or(TimeZone::UTC, |known| zone(known, &incident.policy.name));
                say!("{}", line(incident, entry, &zone));
            }
        }
    }
}

/// The incidents; none while the store does not answer, which all who need it report.
async fn incidents(store: &Records) -> Vec<Incident> {
    all(store, MAX_ENDED, now()).await.unwrap_or_default()
}

/// The zone of a policy's people: its schedule's, else that of the first schedule there is, else UTC.
fn zone(escalation: &Escalation, policy: &str) -> TimeZone {
    let own = match escalation.roster(policy) {
        Some(Roster::OnCall { schedule, .. }) => escalation.schedules.get(schedule),
        _ => None,
    };
    let any = own.or_else(|| escalation.schedules.iter().next());
    any.map_or(TimeZone::UTC, |schedule| schedule.zone.clone())
}

/// One line about an incident, without phone numbers.
fn line(incident: &Incident, entry: &Entry, zone: &TimeZone) -> String {
    let local =
        |format: &str, at: Timestamp| at.to_zoned(zone.clone()).strftime(format).to_string();
    let sentence = sentence(incident, &entry.event);
    let part = |part: &Part| match part {
        Part::Time(at) => local("%H:%M", *at),
        part => part.plain(),
    };
    let mut text: String = sentence.parts.iter().map(part).collect();
    if !sentence.detail.is_empty() {
        text = format!("{text}: {}", sentence.detail);
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = printable(&mask_numbers(&text));
    let is_long = text.chars().count() > MAX_LINE_CHARS;
    let cut: String = text.chars().take(MAX_LINE_CHARS).collect();
    format!("{} {cut}{}", local("%H:%M:%S", entry.at), if is_long { "…" } else { "" })
}

#[cfg(test)]
mod tests;
