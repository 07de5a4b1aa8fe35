//! Events of Event Streams that report statuses, and how many events there were → messages for the queue.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::domain::event::Event;
use crate::domain::metrics::Family;
use crate::domain::metrics::catalogue::{
    CALLBACKS_LOST, EVENTS_DROPPED, EVENTS_FORWARDED, EVENTS_RECEIVED, FLOW_EVENTS_UNREADABLE,
};
use crate::storage::messages::{CallbackTask, Counts, MAX_CALLBACKS, Report};
use crate::twilio::event_stream::Malformed;
use crate::twilio::status::{lost, of_event};

/// The tasks to count of one request of the sink with this body. `forwarded` of its events have a line, and
/// `unreadable` are of an Execution and cannot be read; `base_url`
/// begins our own URLs. Twilio's second try of a request counts nothing again.
pub fn tasks(
    events: &[Result<Event, Malformed>],
    forwarded: usize,
    unreadable: usize,
    body: &[u8],
    base_url: Option<&str>,
) -> Vec<CallbackTask> {
    let read = || events.iter().flatten();
    let malformed = events.len() - read().count();
    let unrouted = read().count().saturating_sub(forwarded);
    let mut counters = BTreeMap::new();
    let mut count = |family: &Family, values: &[&str], count: usize| {
        if count > 0 {
            *counters.entry(family.series(values)).or_insert(0) += count as u64;
        }
    };
    count(EVENTS_RECEIVED, &[], events.len());
    count(EVENTS_FORWARDED, &[], forwarded);
    count(EVENTS_DROPPED, &["no_route"], unrouted);
    count(EVENTS_DROPPED, &["malformed"], malformed);
    count(FLOW_EVENTS_UNREADABLE, &[], unreadable);
    let request = name(body);
    let counts = (!counters.is_empty()).then_some(Counts { request, counters });
    let callbacks: Vec<_> = read().filter_map(of_event).collect();
    let mut chunks = callbacks.chunks(MAX_CALLBACKS).map(<[_]>::to_vec);
    let first = Report { callbacks: chunks.next().unwrap_or_default(), counts };
    let rest = chunks.map(|callbacks| Report { callbacks, counts: None });
    let lost =
        base_url.into_iter().flat_map(|base| read().filter_map(|event| lost_report(event, base)));
    let reports = std::iter::once(first).chain(rest).chain(lost);
    reports.filter(|report| *report != Report::default()).map(CallbackTask::Report).collect()
}

/// The report that a callback of ours was lost, once for each event that says so, in whichever request it comes.
fn lost_report(event: &Event, base_url: &str) -> Option<Report> {
    let lost = lost(event, base_url)?;
    let counters = BTreeMap::from([(CALLBACKS_LOST.series(&[lost.name()]), 1)]);
    let request = name(format!("{} {}", event.event_type, event.id).as_bytes());
    Some(Report { callbacks: Vec::new(), counts: Some(Counts { request, counters }) })
}

/// Names what counts once.
fn name(of: &[u8]) -> String {
    crate::hex(&Sha256::digest(of)[..16])
}
