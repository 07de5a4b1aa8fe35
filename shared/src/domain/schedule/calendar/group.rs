//! The VEVENTs of one UID: which version of each counts, and which of them stands for one of a series.

mod masters;
mod unclear;
mod version;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Reading;
use super::components::{Component, Components};
use super::zones::Zones;
use crate::domain::schedule::names::Names;
use masters::Masters;
use version::{Exception, Version};

/// The events of one UID, each with its place in the file.
#[derive(Debug, Default)]
pub(super) struct Group<'a, 'b> {
    pub(super) events: Vec<(usize, &'a Component<'b>)>,
}

impl<'a, 'b> Group<'a, 'b> {
    /// Reads it into the calendar, if any of it names somebody.
    pub(super) fn read(
        &self,
        file: &Components<'_>,
        names: &Names,
        zones: &Zones<'_>,
        reading: &mut Reading,
    ) {
        let version =
            |(order, event): &(usize, &'a Component<'b>)| Version::of(*order, event, file, names);
        let mut versions: Vec<Version<'_, '_>> = self.events.iter().map(version).collect();
        last_as_long_as_their_series(&mut versions);
        versions.iter().for_each(|version| version.complain_if_it_names_nobody(reading));
        if !versions.iter().any(|version| version.names_somebody) {
            return;
        }
        versions.iter().for_each(|version| version.note_if_a_word_leaves_it_out(reading));
        let is_exception =
            |version: &Version<'_, '_>| version.event.line("RECURRENCE-ID").is_some();
        let (exceptions, masters): (Vec<_>, Vec<_>) = versions.into_iter().partition(is_exception);
        let exceptions =
            newest(exceptions.into_iter().filter_map(|version| match version.exception(zones) {
                Ok(exception) => Some(exception),
                Err(complaint) => {
                    reading.complain(complaint);
                    None
                }
            }));
        for Exception { version, is_for_future, .. } in &exceptions {
            version.complain_if_it_stands_alone(*is_for_future && masters.is_empty(), reading);
        }
        // One that puts nobody on call only says which dates are in it.
        let masters = Masters::of(masters, !exceptions.is_empty(), zones, reading);
        masters.add(exceptions, zones, reading);
    }
}

/// Lets those with a RANGE be over no earlier than the newest versions of the series that they change.
fn last_as_long_as_their_series(versions: &mut [Version<'_, '_>]) {
    let is_master = |version: &&Version<'_, '_>| version.event.line("RECURRENCE-ID").is_none();
    let newest = versions.iter().filter(is_master).map(|version| version.sequence).max();
    let masters =
        versions.iter().filter(is_master).filter(|version| Some(version.sequence) == newest);
    // `None` is for ever.
    let later = |one: Option<Timestamp>, other: Option<Timestamp>| Some(one?.max(other?));
    let over = masters.map(|version| version.over).fold(Some(Timestamp::MIN), later);
    for version in versions.iter_mut().filter(|version| version.event.has_range()) {
        version.over = later(version.over, over);
    }
}

/// Of those that stand for the same one of a series, that of the highest SEQUENCE; of two that have it, the later one.
fn newest<'a, 'b>(exceptions: impl Iterator<Item = Exception<'a, 'b>>) -> Vec<Exception<'a, 'b>> {
    let mut by_place: BTreeMap<(Timestamp, bool), Exception<'_, '_>> = BTreeMap::new();
    for exception in exceptions {
        let key = (exception.place.at(), exception.is_for_future);
        match by_place.get(&key) {
            Some(have) if have.version.sequence > exception.version.sequence => {}
            _ => {
                by_place.insert(key, exception);
            }
        }
    }
    by_place.into_values().collect()
}
