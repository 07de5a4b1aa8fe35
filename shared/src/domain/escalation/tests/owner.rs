//! Notices to the owner of an incident about its alarms.

use super::*;

/// The incident is alpha's, by the phone.
pub(super) fn taken() -> Scenario {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).owned_by("alpha");
    scenario.asks(&["dial alpha", "text alpha Taken"]);
    scenario
}

pub(super) fn joined(names: &[&str], more: u32) -> String {
    format!("text alpha Joined {{ alarms: {names:?}, more: {more} }}")
}

pub(super) fn back(names: &[&str]) -> String {
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
    pub(super) fn flaps(&mut self, name: &str, seconds: i64) -> &mut Scenario {
        self.recovers(name).after(seconds).alarm(name)
    }

    /// When it is woken next, in seconds.
    pub(super) fn due_in(&self) -> i64 {
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
    assert_eq!(scenario.is(State::Taken).wakes(), 300);
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
fn forgotten_alarm_that_its_owner_knows_is_not_counted() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.alarm("queue").rings(1).presses(1, Key::Take).ends(1, End::Completed);
    scenario.recovers("queue").alarm("disk");
    scenario.asks(&["dial alpha", "text alpha Taken", &joined(&["disk"], 0)]);
    let names: Vec<String> = (0..58).map(|n| format!("shard {n}")).collect();
    for name in &names {
        scenario.alarm(name);
    }
    assert_eq!(scenario.wakes(), 300);
    let named: Vec<&str> = names[..40].iter().map(String::as_str).collect();
    scenario.asks(&[&joined(&named, 18)]);
    assert_eq!(scenario.incident.as_ref().map(Incident::open_count), Some(60));
}

#[test]
fn flapping_alarm_of_a_taken_incident_texts_nobody_while_another_goes_on() {
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
    scenario.after(59).flaps("disk", 1).asks(&[&joined(&["disk"], 0)]);
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
fn alarm_that_is_back_after_a_silence_is_texted_and_in_it_is_not() {
    let mut scenario = taken();
    scenario.after(10).alarm("disk").asks(&[&joined(&["disk"], 0)]).silenced(900);
    scenario.after(10).recovers("cpu").after(800).alarm("cpu").recovers("cpu").asks(&[]);
    scenario.after(400).alarm("cpu").is(State::Taken).asks(&[&joined(&["cpu"], 0)]);
}

#[test]
fn new_owner_is_texted_at_once() {
    let mut scenario = taken();
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]).released("alpha").asks(&["dial bravo"]);
    scenario.rings(2).presses(2, Key::Take).asks(&["text bravo Taken"]).alarm("queue");
    scenario.asks(&[&joined(&["queue"], 0).replace("alpha", "bravo")]);
}

#[test]
fn owner_who_releases_it_and_takes_it_again_is_texted_when_the_pause_is_over() {
    let mut scenario = taken();
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]).after(60).released("alpha");
    scenario.after(20).acknowledged("alpha", false).after(10).alarm("queue").owned_by("alpha");
    scenario.asks(&["dial bravo", "hang up 2"]);
    assert_eq!(scenario.wakes(), 210);
    scenario.asks(&[&joined(&["queue"], 0)]);
}

#[test]
fn owner_who_takes_it_again_after_another_is_texted_when_their_own_pause_is_over() {
    let mut scenario = taken();
    let to_bravo = |name: &str| joined(&[name], 0).replace("alpha", "bravo");
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]).after(60).released("alpha");
    scenario.acknowledged("bravo", false).asks(&["dial bravo", "hang up 2"]);
    scenario.after(30).alarm("queue").asks(&[&to_bravo("queue")]).released("bravo");
    scenario
        .acknowledged("alpha", false)
        .asks(&["dial charlie", "hang up 3"])
        .after(10)
        .alarm("shard 1");
    assert_eq!(scenario.wakes(), 200);
    scenario.asks(&[&joined(&["shard 1"], 0)]).released("alpha").acknowledged("bravo", false);
    scenario.asks(&["dial bravo", "hang up 4"]).after(20).alarm("shard 2").asks(&[]);
    assert_eq!(scenario.wakes(), 70);
    scenario.asks(&[&to_bravo("shard 2")]);
}

#[test]
fn owner_who_takes_it_again_long_after_their_last_text_is_texted_at_once() {
    let mut scenario = taken();
    scenario.alarm("disk").asks(&[&joined(&["disk"], 0)]).after(200).released("alpha");
    scenario
        .acknowledged("bravo", false)
        .asks(&["dial bravo", "hang up 2"])
        .after(100)
        .released("bravo");
    scenario.acknowledged("alpha", false).asks(&["dial charlie", "hang up 3"]);
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
fn owner_without_a_phone_is_notified_in_slack_of_what_joined() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.acknowledged("dora", true).after(20).alarm("disk").alarm("queue").is(State::Taken);
    scenario.asks(&["dial alpha", "hang up 1"]);
    assert_eq!(scenario.wakes(), 300);
    scenario.asks(&[]);
    let told: Vec<&Event> =
        scenario.incident.iter().flat_map(|i| &i.timeline.entries).map(|e| &e.event).collect();
    let says = |alarm: &str| Event::OwnerNotified {
        person: "dora".to_owned(),
        alarms: vec![alarm.to_owned()],
        more: 0,
    };
    assert!(told.contains(&&says("disk")) && told.contains(&&says("queue")), "{told:?}");
}

#[test]
fn incident_resolved_by_its_owner_names_all_that_joined() {
    let mut scenario = taken();
    scenario.alarm("disk").alarm("queue").asks(&[&joined(&["disk"], 0)]);
    scenario.resolved_by_person("alpha").is(State::Resolved).asks(&[&joined(&["queue"], 0)]);
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

#[test]
fn former_owner_is_known_by_name_or_as_a_member() {
    let at = Scenario::new().now;
    let member = |id: &str| Member { id: sample::member(id), team: "T1".to_owned() };
    let former = |person: &str, id: Option<&str>| Former {
        person: person.to_owned(),
        member: id.map(member),
        notified_at: at,
    };
    let owner = |person: &str, id: Option<&str>| Owner {
        person: person.to_owned(),
        at,
        outside: false,
        member: id.map(member),
    };
    assert!(former("alpha", None).is(&owner("alpha", None)));
    assert!(!former("alpha", None).is(&owner("bravo", None)));
    assert!(former("alpha", Some("U1")).is(&owner("renamed", Some("U1"))));
    assert!(!former("alpha", Some("U1")).is(&owner("alpha", Some("U2"))));
    assert!(!former("alpha", None).is(&owner("alpha", Some("U1"))));
    assert!(!former("alpha", Some("U1")).is(&owner("alpha", None)));
}
