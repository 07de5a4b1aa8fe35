//! What the owner of an incident is told of its alarms.

use super::*;

/// The incident is alpha's, by the phone.
fn taken() -> Scenario {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).held_by("alpha");
    scenario.asks(&["dial alpha", "text alpha Taken"]);
    scenario
}

fn joined(names: &[&str], more: u32) -> String {
    format!("text alpha Joined {{ alarms: {names:?}, more: {more} }}")
}

fn back(names: &[&str]) -> String {
    format!("text alpha Reopened {{ alarms: {names:?}, more: 0 }}")
}

impl Scenario {
    fn calls_on_new_alarms(&mut self) -> &mut Scenario {
        if let Some(incident) = &mut self.incident {
            incident.policy.call_on_new_alarm = true;
        }
        self
    }

    /// The alarm recovers, and goes off again after so many seconds.
    fn flaps(&mut self, name: &str, seconds: i64) -> &mut Scenario {
        self.recovers(name).after(seconds).alarm(name)
    }

    /// When it is woken next, in seconds.
    fn due_in(&self) -> i64 {
        let due = self.incident.as_ref().and_then(Incident::wake_at).expect("a wake-up");
        due.duration_since(self.now).as_secs()
    }
}

#[test]
fn joining_alarm_is_texted_to_its_owner_and_calls_nobody() {
    let mut scenario = taken();
    scenario.after(60).alarm("disk").is(State::Taken).asks(&[&joined(&["disk"], 0)]);
    scenario.alarm("disk").asks(&[]);
    assert_eq!(scenario.due_in(), 29 * 60);
}

#[test]
fn alarms_that_join_within_five_minutes_are_named_in_one_text_when_these_are_over() {
    let mut scenario = taken();
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]);
    for name in ["queue", "shard 1", "shard 2"] {
        scenario.after(20).alarm(name).asks(&[]);
    }
    assert_eq!(scenario.wakes(), 240);
    scenario.is(State::Taken).asks(&[&joined(&["queue", "shard 1", "shard 2"], 0)]);
    scenario.after(299).alarm("shard 3").asks(&[]);
    assert_eq!(scenario.wakes(), 1);
    scenario.asks(&[&joined(&["shard 3"], 0)]).after(301).alarm("shard 4");
    scenario.asks(&[&joined(&["shard 4"], 0)]);
}

#[test]
fn alarms_beyond_those_kept_by_name_are_counted_in_the_text() {
    let mut scenario = taken();
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]);
    let names: Vec<String> = (0..80).map(|n| format!("shard {n}")).collect();
    for name in &names {
        scenario.alarm(name);
    }
    assert_eq!(scenario.wakes(), 300);
    let named: Vec<&str> = names[..40].iter().map(String::as_str).collect();
    scenario.asks(&[&joined(&named, 40)]);
}

#[test]
fn forgotten_alarm_is_counted_in_the_text_that_was_to_name_it() {
    let mut scenario = taken();
    scenario.alarm("disk").alarm("queue").recovers("queue").asks(&[&joined(&["disk"], 0)]);
    for n in 0..58 {
        scenario.alarm(&format!("shard {n}"));
    }
    assert_eq!(scenario.wakes(), 300);
    let texted = scenario.effects.join("");
    assert!(!texted.contains("queue") && texted.contains("more: 19 }"), "{texted}");
}

#[test]
fn flapping_alarm_of_a_taken_incident_is_no_news_while_another_goes_on() {
    let mut scenario = taken();
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]);
    for _ in 0..8 {
        scenario.after(70).flaps("disk", 40).asks(&[]);
    }
    scenario.after(10).recovers("disk").after(301).alarm("disk").asks(&[&joined(&["disk"], 0)]);
}

#[test]
fn alarm_without_a_flap_window_joins_once_in_five_minutes() {
    let mut scenario = taken();
    if let Some(incident) = &mut scenario.incident {
        incident.policy.flap_window = SignedDuration::ZERO;
    }
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]);
    scenario.after(60).flaps("disk", 60).after(60).flaps("disk", 60).asks(&[]);
    scenario.after(60).flaps("disk", 1).asks(&[&joined(&["disk"], 0)]);
}

#[test]
fn round_that_asks_the_owner_again_speaks_for_what_joined_and_ends_the_wait() {
    let mut scenario = taken();
    scenario.after(29 * 60).alarm("disk").alarm("queue").asks(&[&joined(&["disk"], 0)]);
    assert_eq!(scenario.wakes(), 60);
    scenario.is(State::Calling).asks(&["dial alpha"]);
    let names = |scenario: &Scenario| -> Vec<String> {
        let incident = scenario.incident.as_ref().expect("an incident");
        incident.joined_alarms().map(|alarm| alarm.name.clone()).collect()
    };
    assert_eq!(names(&scenario), ["disk", "queue"]);
    scenario.rings(2).presses(2, Key::Take).asks(&["text alpha Taken"]);
    assert_eq!((names(&scenario).len(), scenario.due_in()), (0, 30 * 60));
    // The pause goes on for the same owner.
    scenario.alarm("shard").asks(&[]);
    assert_eq!(scenario.wakes(), 240);
    scenario.asks(&[&joined(&["shard"], 0)]);
}

#[test]
fn new_owner_is_texted_at_once() {
    let mut scenario = taken();
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]).given_back("alpha").asks(&["dial bravo"]);
    scenario.rings(2).presses(2, Key::Take).asks(&["text bravo Taken"]).alarm("queue");
    scenario.asks(&[&joined(&["queue"], 0).replace("alpha", "bravo")]);
}

#[test]
fn owner_who_gives_it_back_and_takes_it_again_is_texted_when_the_pause_is_over() {
    let mut scenario = taken();
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]).after(60).given_back("alpha");
    scenario.after(20).claimed("alpha", false).after(10).alarm("queue").held_by("alpha");
    scenario.asks(&["dial bravo", "hang up 2"]);
    assert_eq!(scenario.wakes(), 210);
    scenario.asks(&[&joined(&["queue"], 0)]);
}

#[test]
fn owner_who_takes_it_again_after_another_is_texted_when_their_own_pause_is_over() {
    let mut scenario = taken();
    let to_bravo = |name: &str| joined(&[name], 0).replace("alpha", "bravo");
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]).after(60).given_back("alpha");
    scenario.claimed("bravo", false).asks(&["dial bravo", "hang up 2"]);
    scenario.after(30).alarm("queue").asks(&[&to_bravo("queue")]).given_back("bravo");
    scenario
        .claimed("alpha", false)
        .asks(&["dial charlie", "hang up 3"])
        .after(10)
        .alarm("shard 1");
    assert_eq!(scenario.wakes(), 200);
    scenario.asks(&[&joined(&["shard 1"], 0)]).given_back("alpha").claimed("bravo", false);
    scenario.asks(&["dial bravo", "hang up 4"]).after(20).alarm("shard 2").asks(&[]);
    assert_eq!(scenario.wakes(), 70);
    scenario.asks(&[&to_bravo("shard 2")]);
}

#[test]
fn owner_who_takes_it_again_long_after_their_last_text_is_texted_at_once() {
    let mut scenario = taken();
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]).after(200).given_back("alpha");
    scenario
        .claimed("bravo", false)
        .asks(&["dial bravo", "hang up 2"])
        .after(100)
        .given_back("bravo");
    scenario.claimed("alpha", false).asks(&["dial charlie", "hang up 3"]);
    scenario.alarm("queue").asks(&[&joined(&["queue"], 0)]);
    let former = scenario.incident.as_ref().map(|incident| incident.notices.former.len());
    assert_eq!(former, Some(0));
}

#[test]
fn policy_may_call_on_new_alarms_but_not_on_flapping_ones() {
    let mut scenario = taken();
    scenario.calls_on_new_alarms().alarm("disk").is(State::Calling).asks(&["dial alpha"]);
    scenario.rings(2).presses(2, Key::Take).asks(&["text alpha Taken"]);
    scenario.flaps("disk", 30).is(State::Taken).asks(&[]);
}

#[test]
fn owner_without_a_phone_is_told_in_slack_what_joined() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.claimed("dora", true).after(20).alarm("disk").alarm("queue").is(State::Taken);
    scenario.asks(&["dial alpha", "hang up 1"]);
    assert_eq!(scenario.wakes(), 300);
    scenario.asks(&[]);
    let told: Vec<&Event> =
        scenario.incident.iter().flat_map(|i| &i.timeline.entries).map(|e| &e.event).collect();
    let says = |alarm: &str| Event::OwnerTold {
        person: "dora".to_owned(),
        alarms: vec![alarm.to_owned()],
        more: 0,
    };
    assert!(told.contains(&&says("disk")) && told.contains(&&says("queue")), "{told:?}");
}

#[test]
fn what_its_owner_resolves_leaves_nothing_that_joined_untold() {
    let mut scenario = taken();
    scenario.alarm("disk").alarm("queue").asks(&[&joined(&["disk"], 0)]);
    scenario.declared_over("alpha").is(State::Resolved).asks(&[&joined(&["queue"], 0)]);
}

#[test]
fn text_that_it_is_over_stands_for_what_joined() {
    let mut scenario = taken();
    scenario.alarm("disk").alarm("queue").asks(&[&joined(&["disk"], 0)]);
    scenario.recovers("cpu").recovers("disk").recovers("queue").asks(&["text alpha Resolved"]);
    scenario.after(301).alarm("cpu");
    scenario.asks(&["dial alpha"]);
}

#[test]
fn flap_after_the_end_is_texted_at_once() {
    let mut scenario = taken();
    scenario.recovers("cpu").asks(&["text alpha Resolved"]).after(6).alarm("cpu");
    scenario.is(State::Taken).held_by("alpha").asks(&[&back(&["cpu"])]);
    scenario.after(10).recovers("cpu").is(State::Resolved).asks(&["text alpha Resolved"]);
}

#[test]
fn flap_a_minute_after_the_end_calls_its_owner_too() {
    for (seconds, calls) in [(6, false), (60, false), (61, true), (300, true)] {
        let mut scenario = taken();
        scenario.recovers("cpu").asks(&["text alpha Resolved"]).after(seconds).alarm("cpu");
        let text = back(&["cpu"]);
        match calls {
            true => scenario.is(State::Calling).asks(&[&text, "dial alpha"]),
            false => scenario.is(State::Taken).asks(&[&text]),
        };
    }
}

#[test]
fn owner_who_does_not_answer_after_a_flap_is_not_the_last() {
    let mut scenario = taken();
    scenario.recovers("cpu").after(90).alarm("cpu").rings(2).ends(2, End::NoAnswer);
    scenario.asks(&["text alpha Resolved", &back(&["cpu"]), "dial alpha", "dial bravo"]);
    scenario.rings(3).presses(3, Key::Take).held_by("bravo").asks(&["text bravo Taken"]);
}

#[test]
fn what_comes_back_after_the_first_one_joins() {
    let mut scenario = taken();
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]).after(400);
    scenario.recovers("disk").recovers("cpu").asks(&["text alpha Resolved"]);
    scenario.after(20).alarm("disk").asks(&[&back(&["disk"])]);
    scenario.after(5).alarm("cpu").asks(&[&joined(&["cpu"], 0)]);
    // From here on they know that it comes and goes.
    scenario.after(5).flaps("cpu", 30).asks(&[]);
}

#[test]
fn flap_of_what_was_over_for_a_former_owner_is_no_news_to_the_next_one() {
    for changes_hands in [false, true] {
        let mut scenario = taken();
        scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]).after(400);
        scenario.recovers("disk").recovers("cpu").asks(&["text alpha Resolved"]);
        scenario.after(20).alarm("cpu").asks(&[&back(&["cpu"])]);
        if changes_hands {
            scenario.given_back("alpha").asks(&["dial bravo"]);
            scenario.rings(2).presses(2, Key::Take).held_by("bravo").asks(&["text bravo Taken"]);
        }
        scenario.after(20).alarm("disk").is(State::Taken);
        match changes_hands {
            // They were told that it is over.
            false => scenario.asks(&[&joined(&["disk"], 0)]),
            true => scenario.asks(&[]),
        };
    }
}

#[test]
fn owner_without_a_phone_has_the_policys_people_called_after_a_flap() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario
        .claimed("dora", true)
        .ends(1, End::Canceled)
        .recovers("cpu")
        .after(20)
        .alarm("cpu")
        .is(State::Taken);
    scenario.asks(&["dial alpha", "hang up 1"]).recovers("cpu").after(61).alarm("cpu");
    scenario
        .is(State::Calling)
        .asks(&["dial alpha"])
        .rings(2)
        .presses(2, Key::Take)
        .held_by("alpha");
}

#[test]
fn owner_who_was_called_too_often_is_texted_and_others_are_left_in_peace() {
    let mut scenario = taken();
    scenario.busy.called_too_often.insert("alpha".to_owned(), 7);
    scenario.recovers("cpu").after(90).alarm("cpu").is(State::Taken).held_by("alpha");
    scenario.asks(&["text alpha Resolved", &back(&["cpu"])]);
}

#[test]
fn what_its_owner_resolved_and_what_is_only_reported_again_calls_nobody() {
    let mut scenario = taken();
    scenario
        .declared_over("alpha")
        .after(200)
        .alarm("cpu")
        .is(State::Taken)
        .asks(&[&back(&["cpu"])]);
}

#[test]
fn many_flaps_are_told_in_pauses_and_the_last_word_is_true() {
    let mut scenario = taken();
    let mut texts = 0;
    for n in 0..34 {
        scenario.after(25).flaps("cpu", 25);
        let told = std::mem::take(&mut scenario.effects);
        texts += told.iter().filter(|text| text.contains("Reopened")).count();
        let expected = if n < 6 {
            vec!["text alpha Resolved".to_owned(), back(&["cpu"])]
        } else {
            told.clone()
        };
        assert_eq!(told, expected, "flap {n}");
        scenario.signal(Signal::Wake);
    }
    // Half an hour: six at once, and then one in five minutes.
    assert!((9..=11).contains(&texts), "{texts}");
    scenario.after(25).recovers("cpu").is(State::Resolved);
    let known = scenario.incident.as_ref().map(|incident| incident.notices.over);
    let says_over = scenario.effects.iter().any(|text| text.contains("Resolved"));
    assert_eq!(Some(!says_over), known, "{:?}", scenario.effects);
}

#[test]
fn record_of_the_former_version_is_read() {
    let mut scenario = taken();
    let incident = scenario.incident.as_ref().expect("an incident");
    let kept = serde_json::to_value(incident).expect("JSON");
    assert_eq!((kept.get("notices"), kept["alarms"][0].get("joined")), (None, None));
    assert_eq!(kept["policy"].get("call_on_new_alarm"), None);
    scenario.incident = Some(serde_json::from_value(kept).expect("an incident"));
    scenario
        .recovers("cpu")
        .asks(&["text alpha Resolved"])
        .after(6)
        .alarm("cpu")
        .asks(&[&back(&["cpu"])]);
}

mod any {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever alarms do, and whoever has the incident: texts to one person that name what joined keep their
        /// distance, and nothing that joined goes untold.
        #[test]
        fn no_join_goes_untold_and_no_text_comes_too_soon(
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
                    (Some((_, person)), true) => scenario.given_back(person),
                    (Some((_, person)), false) => scenario.claimed(person, false),
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
}
