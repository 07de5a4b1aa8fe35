//! Notices under any sequence of alarms: nothing that joined goes unreported, and no text comes too soon.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::owner::taken;
use super::*;

proptest! {
    /// Whatever alarms do, and whoever has the incident: texts to one person that name what joined keep their
    /// distance, and nothing that joined goes untold.
    #[test]
    fn join_is_always_texted_and_never_too_soon(
        moves in proptest::collection::vec((0usize..11, any::<bool>(), 0i64..200), 1..80),
    ) {
        let mut scenario = taken();
        let (mut last_texts, mut untold): (BTreeMap<String, Timestamp>, Vec<String>) = Default::default();
        for (which, on, seconds) in moves {
            let due = scenario.incident.as_ref().and_then(Incident::wake_at);
            let next = scenario.now.checked_add(SignedDuration::from_secs(seconds)).expect("a time");
            scenario.now = due.map_or(next, |due| due.clamp(scenario.now, next));
            scenario.signal(Signal::Wake);
            let name = format!("a{which}");
            let seen = |scenario: &Scenario| scenario.incident.as_ref().is_some_and(|i| i.alarms.iter().any(|a| a.name == name));
            let person = [(9, "alpha"), (10, "bravo")].into_iter().find(|(at, _)| *at == which);
            let is_taken = |scenario: &Scenario| scenario.incident.as_ref().is_some_and(|i| i.state() == State::Taken);
            // Whoever takes it next knows its alarms.
            if !is_taken(&scenario) {
                untold.clear();
            }
            let is_new = on && person.is_none() && !seen(&scenario) && is_taken(&scenario);
            match (person, on) {
                (Some((_, person)), true) => scenario.released(person),
                (Some((_, person)), false) => scenario.acknowledged(person, false),
                (None, true) => scenario.alarm(&name),
                (None, false) => scenario.recovers(&name),
            };
            if is_new {
                untold.push(name.clone());
            }
            for text in std::mem::take(&mut scenario.effects) {
                if text.contains("Joined") {
                    let person = text.split(' ').nth(1).unwrap_or_default().to_owned();
                    let last = last_texts.insert(person, scenario.now);
                    let apart = last.map(|last| scenario.now.duration_since(last).as_secs());
                    prop_assert!(apart.is_none_or(|apart| apart >= 300), "{text} after {apart:?} s");
                    untold.retain(|name| !text.contains(&format!("{name:?}")));
                }
            }
            let state = scenario.incident.as_ref().map(Incident::state);
            if state != Some(State::Taken) {
                untold.clear();
            }
        }
        if scenario.incident.as_ref().is_some_and(|incident| incident.state() == State::Taken) && !untold.is_empty() {
            let due = scenario.due_in();
            prop_assert!(due <= 300, "{untold:?} wait for {due} s");
        }
    }
}
