//! Metrics that a change of an incident counts.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::any::signal;
use super::*;
use crate::domain::metrics::Family;
use crate::domain::metrics::catalogue::{ANSWER_SECONDS, CALLS, RESOLVE_SECONDS, TAKE_SECONDS};
use crate::domain::metrics::incidents::counted;

/// A scenario, and all that its changes count.
struct Measured {
    scenario: Scenario,
    sums: BTreeMap<String, u64>,
}

impl Measured {
    fn of(scenario: Scenario) -> Measured {
        let mut measured = Measured { scenario, sums: BTreeMap::new() };
        measured.add(None);
        measured
    }

    /// Something happens, so many seconds later. Returns the series that grow.
    fn then(&mut self, seconds: i64, happens: impl FnOnce(&mut Scenario)) -> Vec<String> {
        let before = self.incident();
        happens(self.scenario.after(seconds));
        self.add(Some(&before))
    }

    fn add(&mut self, before: Option<&Incident>) -> Vec<String> {
        let counters = counted(before, &self.incident());
        for (name, by) in &counters {
            *self.sums.entry(name.clone()).or_default() += by;
        }
        counters.into_iter().map(|(name, _)| name).collect()
    }

    fn incident(&self) -> Incident {
        self.scenario.incident.clone().expect("an incident")
    }

    /// How many observations there are of a histogram, and their sum in milliseconds.
    fn observed(&self, family: &Family) -> (u64, u64) {
        let of = |part: &str| {
            let begin = format!("{}{part}", family.name);
            self.sums.iter().filter(|(name, _)| name.starts_with(&begin)).map(|(_, by)| by).sum()
        };
        (of("_bucket"), of("_sum"))
    }

    fn calls(&self, outcome: &str) -> u64 {
        self.sums.get(&CALLS.series(&[outcome])).copied().unwrap_or_default()
    }
}

fn observation(family: &Family, seconds: i64) -> Vec<String> {
    let counters = family.observed(&["default"], SignedDuration::from_secs(seconds));
    counters.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn answer_take_and_end_are_measured_from_the_beginning() {
    let mut measured = Measured::of(Scenario::raised(&ABC, 3));
    assert!(measured.sums.is_empty());
    measured.then(3, |scenario| _ = scenario.rings(1));
    let declined = measured.then(9, |scenario| _ = scenario.presses(1, Key::Decline));
    let expected = [vec![CALLS.series(&["declined"])], observation(ANSWER_SECONDS, 12)].concat();
    assert_eq!(declined, expected);
    measured.then(1, |scenario| _ = scenario.ends(1, End::Completed));
    let taken = measured.then(30, |scenario| _ = scenario.rings(2).presses(2, Key::Take));
    assert_eq!(taken, [vec![CALLS.series(&["taken"])], observation(TAKE_SECONDS, 43)].concat());
    let over = measured.then(600, |scenario| _ = scenario.recovers("cpu"));
    assert_eq!(over, observation(RESOLVE_SECONDS, 643));
    assert_eq!(measured.observed(ANSWER_SECONDS), (1, 12_000));
    assert_eq!(measured.observed(RESOLVE_SECONDS), (1, 643_000));
}

#[test]
fn machine_that_answers_is_nobody() {
    let mut measured = Measured::of(Scenario::raised(&ABC, 3));
    measured.then(5, |scenario| _ = scenario.rings(1).call(1, CallEvent::Answered));
    measured.then(4, |scenario| _ = scenario.call(1, CallEvent::Machine));
    let ended = measured.then(9, |scenario| _ = scenario.ends(1, End::Completed));
    assert_eq!(ended, [CALLS.series(&["voicemail"])]);
    measured.then(5, |scenario| _ = scenario.rings(2).call(2, CallEvent::Answered));
    let hung_up = measured.then(10, |scenario| _ = scenario.ends(2, End::Completed));
    let expected = [vec![CALLS.series(&["hung-up"])], observation(ANSWER_SECONDS, 23)].concat();
    assert_eq!(hung_up, expected);
}

#[test]
fn key_of_somebody_who_was_taken_for_a_machine_counts_as_an_answer() {
    let mut measured = Measured::of(Scenario::raised(&ABC, 3));
    measured.then(5, |scenario| {
        scenario.rings(1).call(1, CallEvent::Answered).call(1, CallEvent::Machine);
    });
    measured.then(20, |scenario| _ = scenario.presses(1, Key::Take));
    assert_eq!(measured.observed(ANSWER_SECONDS), (1, 5_000));
}

#[test]
fn reopened_incident_is_not_measured_again() {
    let mut measured = Measured::of(Scenario::raised(&ABC, 3));
    measured.then(10, |scenario| _ = scenario.rings(1).presses(1, Key::Take));
    measured.then(50, |scenario| _ = scenario.recovers("cpu"));
    for _ in 0..3 {
        let back = measured.then(20, |scenario| _ = scenario.alarm("cpu"));
        let over = measured.then(20, |scenario| _ = scenario.recovers("cpu"));
        assert_eq!([back, over], [Vec::<String>::new(), Vec::new()]);
    }
    assert_eq!(measured.observed(TAKE_SECONDS), (1, 10_000));
    assert_eq!(measured.observed(RESOLVE_SECONDS), (1, 60_000));
}

#[test]
fn incident_that_is_first_taken_after_it_was_reopened_is_measured_then() {
    let mut measured = Measured::of(Scenario::raised(&ABC, 3));
    measured.then(50, |scenario| _ = scenario.recovers("cpu"));
    measured.then(20, |scenario| _ = scenario.alarm("cpu"));
    assert_eq!(measured.calls("canceled"), 1);
    measured.then(10, |scenario| _ = scenario.acknowledged("bravo", false));
    assert_eq!(measured.observed(TAKE_SECONDS), (1, 80_000));
    measured.then(5, |scenario| _ = scenario.released("bravo"));
    measured.then(5, |scenario| _ = scenario.acknowledged("charlie", false));
    assert_eq!(measured.observed(TAKE_SECONDS).0, 1);
}

#[test]
fn outcome_that_changes_counts_as_it_was_first() {
    let mut measured = Measured::of(Scenario::raised(&ABC, 3));
    measured.then(5, |scenario| _ = scenario.rings(1).presses(1, Key::Decline));
    measured.then(5, |scenario| _ = scenario.call(1, CallEvent::Pressed(Key::Take)));
    assert_eq!((measured.calls("declined"), measured.calls("taken")), (1, 0));
}

#[test]
fn record_of_a_former_version_is_measured_from_what_it_says() {
    let mut measured = Measured::of(Scenario::raised(&ABC, 3));
    measured.then(10, |scenario| _ = scenario.rings(1).presses(1, Key::Take));
    let before = measured.incident();
    if let Some(incident) = &mut measured.scenario.incident {
        incident.milestones = Milestones::default();
        let json = serde_json::to_string(incident).expect("JSON");
        assert!(!json.contains("milestones"));
        assert_eq!(serde_json::from_str::<Incident>(&json).ok().as_ref(), Some(&*incident));
    }
    measured.then(300, |scenario| _ = scenario.ends(1, End::Completed));
    assert_eq!(measured.incident().milestones, before.milestones);
}

#[test]
fn each_word_is_one_of_the_catalogue() {
    let words = CALLS.labels[0].always;
    for word in words {
        let outcome: Outcome = serde_json::from_value((*word).into()).expect("an outcome");
        let mut incident = Scenario::raised(&ABC, 1).incident.expect("an incident");
        let before = incident.clone();
        incident.attempts[0].outcome = Some(outcome);
        assert_eq!(counted(Some(&before), &incident), [(CALLS.series(&[word]), 1)]);
    }
    assert_eq!(words.len(), 13);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn each_attempt_and_each_time_counts_once(
        signals in proptest::collection::vec((signal(), 0i64..90), 1..60),
        attempts in 1u32..5,
    ) {
        let mut measured = Measured::of(Scenario::raised(&ABC, attempts));
        for (signal, seconds) in signals {
            measured.then(seconds, |scenario| _ = scenario.signal(signal));
            let incident = measured.incident();
            prop_assert_eq!(counted(Some(&incident), &incident), []);
            let ended = incident.attempts.iter().filter(|attempt| attempt.outcome.is_some()).count();
            let calls = measured.sums.iter().filter(|(name, _)| name.starts_with(CALLS.name));
            prop_assert_eq!(calls.map(|(_, by)| by).sum::<u64>(), ended as u64);
            let tells = |wanted: fn(&Event) -> bool| {
                incident.timeline.entries.iter().any(|entry| wanted(&entry.event))
            };
            let taken = tells(|event| matches!(event, Event::Taken { .. }));
            prop_assert_eq!(measured.observed(TAKE_SECONDS).0, u64::from(taken));
            let over = tells(|event| matches!(event,
                Event::Resolved { .. } | Event::ResolvedByHand { .. } | Event::NothingChanged { .. }));
            prop_assert_eq!(measured.observed(RESOLVE_SECONDS).0, u64::from(over));
            prop_assert!(measured.observed(ANSWER_SECONDS).0 <= 1);
        }
    }
}
