//! The VEVENTs of one UID that stand for none of another, and what the others change of them.

use std::collections::HashSet;

use super::super::Reading;
use super::super::series::{Miss, Series};
use super::super::zones::Zones;
use super::version::{Exception, Version};

/// The events of a group that stand for none of another.
pub(super) struct Masters<'a, 'b> {
    /// Those of the highest SEQUENCE; a series is missing if it cannot be read.
    all: Vec<(Version<'a, 'b>, Option<Series>)>,
    sequence: i64,
    is_cancelled: bool,
}

impl<'a, 'b> Masters<'a, 'b> {
    pub(super) fn of(
        mut versions: Vec<Version<'a, 'b>>,
        has_changes: bool,
        zones: &Zones<'_>,
        reading: &mut Reading,
    ) -> Masters<'a, 'b> {
        let sequence = versions.iter().map(|version| version.sequence).max().unwrap_or(0);
        versions.retain(|version| version.sequence == sequence);
        let is_cancelled = versions.last().is_some_and(|last| last.is_cancelled);
        let start = |version: &Version<'_, '_>| {
            version.event.line("DTSTART").map(|line| line.value().to_owned())
        };
        // The same event twice, once cancelled: it does not take place.
        let cancelled: HashSet<_> =
            versions.iter().filter(|version| version.is_cancelled).map(start).collect();
        versions.retain(|version| version.is_cancelled || !cancelled.contains(&start(version)));
        let mut all = Vec::new();
        reading.rules = 0;
        for version in versions {
            version.complain_if_declined(reading);
            version.complain_if_ambiguous(reading);
            let is_needed = has_changes || !version.people.is_empty();
            let series = is_needed.then(|| version.series(zones, reading)).flatten();
            all.push((version, series));
        }
        Masters { all, sequence, is_cancelled }
    }

    pub(super) fn add(
        mut self,
        mut exceptions: Vec<Exception<'a, 'b>>,
        zones: &Zones<'_>,
        reading: &mut Reading,
    ) {
        let cost = self.all.iter().flat_map(|(_, series)| series).map(Series::lookup_cost).sum();
        if !reading.has_budget_for_changes(exceptions.len(), cost) {
            exceptions.clear();
        }
        // Which of them are in a series, and which an EXDATE takes away, before they change it themselves.
        let series = || self.all.iter().map(|(_, series)| series.as_ref());
        let place = |exception: &Exception<'_, '_>| {
            let place = &exception.place;
            let in_any = series().any(|series| series.is_none_or(|series| series.contains(place)));
            let is_left_out = series().flatten().any(|series| series.leaves_out(place));
            let misses = series().flatten().filter_map(|series| series.missed_by(place));
            (in_any, is_left_out, if in_any { None } else { misses.min() })
        };
        let places: Vec<(bool, bool, Option<Miss>)> = exceptions.iter().map(place).collect();
        for (Exception { version, place, is_for_future }, (in_any, is_left_out, miss)) in
            exceptions.into_iter().zip(places)
        {
            // An older one is of a date that a newer version of the series may not have any more.
            let is_old = version.sequence < self.sequence && !in_any;
            let is_over = self.is_cancelled && version.sequence <= self.sequence;
            if is_old || is_over {
                continue;
            }
            if is_left_out && !in_any {
                let what = "stands for an instance that an EXDATE takes away, expected one of both: it puts nobody on call";
                version.complain_of("RECURRENCE-ID", what, reading);
                continue;
            }
            version.complain_if_declined(reading);
            version.complain_if_ambiguous(reading);
            if !in_any {
                let is_lost = is_for_future && !self.all.is_empty();
                version.complain_of_no_instance(miss, is_lost, reading);
            }
            let series = self.all.iter_mut().filter_map(|(_, series)| series.as_mut());
            if is_for_future && in_any {
                if let Err(complaint) = version.change(series, &place, zones) {
                    reading.complain(version.complaint(complaint));
                }
                continue;
            }
            series.for_each(|series| series.leave_out(&place));
            version.add_alone(zones, reading);
        }
        for (version, series) in self.all {
            let Some(series) = series else { continue };
            match series.single() {
                None if series.people().next().is_none() => {}
                None => reading.add_series(series),
                Some(None) => {}
                Some(Some(times)) => {
                    if let Some(who) = version.who() {
                        reading.single(&version, who, times);
                    }
                }
            }
        }
    }
}
