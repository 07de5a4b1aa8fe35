//! Signals of people in Slack, or on a page.

use super::*;

#[test]
fn incident_acknowledged_in_slack_ends_the_calls_that_ring() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).acknowledged("bravo", false).is(State::Taken).owned_by("bravo");
    scenario.asks(&["dial alpha", "hang up 1"]).acknowledged("charlie", false).owned_by("bravo");
    scenario.ends(1, End::Canceled).presses(1, Key::Take).owned_by("bravo");
    scenario.tells(&[
        "raised",
        "calling alpha",
        "ringing alpha",
        "taken bravo",
        "call-ended alpha canceled",
        "call-ended alpha too-late",
    ]);
    scenario.recovers("cpu").asks(&["text bravo Resolved"]);
}

#[test]
fn listener_of_the_menu_hears_who_has_it() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario
        .rings(1)
        .call(1, CallEvent::Answered)
        .acknowledged("bravo", false)
        .asks(&["dial alpha"]);
    scenario.presses(1, Key::Take).owned_by("bravo").asks(&[]);
}

#[test]
fn outsider_is_never_called_for_what_they_have() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).acknowledged("dora", true).owned_by("dora").ends(1, End::Canceled);
    scenario.asks(&["dial alpha", "hang up 1"]);
    assert_eq!(scenario.wakes(), 30 * 60);
    scenario.asks(&["dial alpha"]).is(State::Calling).rings(2).acknowledged("dora", true);
    scenario.recovers("cpu").asks(&["hang up 2"]).is(State::Resolved);
}

#[test]
fn release_calls_the_next_in_the_roster() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).ends(1, End::NoAnswer).rings(2).presses(2, Key::Take).ends(2, End::Completed);
    scenario.asks(&["dial alpha", "dial bravo", "text bravo Taken"]);
    scenario.released("alpha").owned_by("bravo").asks(&[]);
    scenario.released("bravo").is(State::Calling).asks(&["dial charlie"]);
    scenario.rings(3).ends(3, End::NoAnswer).rings(4).ends(4, End::NoAnswer);
    scenario.asks(&["dial alpha", "dial charlie"]);
}

#[test]
fn release_by_the_only_person_exhausts_the_round() {
    let mut scenario = Scenario::raised(&["alpha"], 3);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).released("alpha");
    scenario.is(State::Exhausted).asks(&["dial alpha", "text alpha Taken"]);
    assert_eq!(scenario.wakes(), 15 * 60);
    scenario.asks(&["dial alpha"]);
}

#[test]
fn owner_resolves_the_incident() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take);
    scenario.ends(1, End::Completed).resolved_by_person("bravo").is(State::Taken);
    scenario
        .resolved_by_person("alpha")
        .is(State::Resolved)
        .asks(&["dial alpha", "text alpha Taken"]);
    // The alarm recovers later, and flaps: it is open again, and they are told.
    scenario.after(30).recovers("cpu").is(State::Resolved).asks(&[]);
    scenario.after(20).alarm("cpu").is(State::Taken).owned_by("alpha");
    scenario.asks(&["text alpha Reopened { alarms: [\"cpu\"], more: 0 }"]);
}

#[test]
fn manually_resolved_incident_ignores_repeated_alarm() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).resolved_by_person("alpha");
    scenario.asks(&["dial alpha", "text alpha Taken"]).after(30).alarm("cpu");
    scenario.is(State::Taken).owned_by("alpha");
    scenario.asks(&["text alpha Reopened { alarms: [\"cpu\"], more: 0 }"]);
}

#[test]
fn outsider_who_resolved_it_is_not_called_when_it_comes_back() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.acknowledged("dora", true).resolved_by_person("dora").alarm("disk").is(State::Calling);
    let told =
        serde_json::to_string(&scenario.incident.as_ref().map(|i| &i.timeline)).expect("JSON");
    assert!(told.contains(r#""round-again":{"owner":null}"#), "{told}");
}

#[test]
fn flap_in_a_silenced_incident_calls_nobody() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.alarm("disk").silenced(3_600).asks(&["dial alpha", "hang up 1"]).recovers("cpu");
    scenario.after(1_800).alarm("cpu").is(State::Silenced).asks(&[]);
    assert_eq!(scenario.incident.as_ref().map(Incident::open_count), Some(2));
}

#[test]
fn manually_resolved_incident_that_goes_off_anew_begins_a_round() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).resolved_by_person("alpha");
    scenario.after(30).alarm("disk").is(State::Calling);
    scenario.asks(&["dial alpha", "text alpha Taken", "dial alpha"]);
}

#[test]
fn silence_ends_the_call_that_rings() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).silenced(3_600).is(State::Silenced).asks(&["dial alpha", "hang up 1"]);
    scenario.ends(1, End::Canceled).silenced(60).alarm("cpu").asks(&[]);
    assert_eq!(scenario.wakes(), 3_600);
    scenario.is(State::Calling).asks(&["dial alpha"]);
    scenario.tells(&[
        "raised",
        "calling alpha",
        "ringing alpha",
        "silenced",
        "call-ended alpha canceled",
        "silence-over",
        "calling alpha",
    ]);
}

#[test]
fn silence_until_the_same_moment_is_told_once() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.silenced(3_600).look_from_here().silenced(3_600).silenced(3_599).tells(&[]);
    scenario.silenced(3_601).tells(&["silenced"]);
}

#[test]
fn silence_ends_with_its_incident_and_with_another_alarm() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.silenced(3_600).after(5).alarm("disk").is(State::Calling);
    scenario.asks(&["dial alpha", "hang up 1", "dial bravo"]);
    scenario.silenced(3_600).recovers("cpu").recovers("disk").is(State::Resolved);
    scenario.after(20).alarm("cpu").is(State::Calling);
}

#[test]
fn owner_is_called_again_once_the_silence_is_over() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).silenced(3_600);
    scenario.is(State::Taken).asks(&["dial alpha", "text alpha Taken"]);
    assert_eq!(scenario.wakes(), 3_600);
    scenario.asks(&["dial alpha"]).tells(&[
        "raised",
        "calling alpha",
        "ringing alpha",
        "answered alpha",
        "taken alpha",
        "silenced",
        "asked-again",
        "calling alpha",
    ]);
}

#[test]
fn silenced_incident_can_be_acknowledged() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.silenced(3_600).acknowledged("charlie", false).is(State::Taken).owned_by("charlie");
    assert_eq!(scenario.wakes(), 30 * 60);
    scenario.asks(&["dial alpha", "hang up 1", "dial charlie"]);
}

/// Somebody whom only Slack knows.
fn member(name: &str, id: &str, team: &str) -> Actor {
    let member = Member { id: sample::member(id), team: team.to_owned() };
    Actor { name: name.to_owned(), member: Some(member) }
}

#[test]
fn member_of_slack_is_known_by_id_and_workspace() {
    let sam = member("@sam", "U1", "T1");
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.signal(Signal::Acknowledged { person: sam.clone(), outside: true }).owned_by("@sam");
    for other in [
        member("@sam", "U2", "T1"),
        member("@sam", "U1", "T2"),
        member("@sam", "U1", ""),
        Actor::from("@sam"),
        Actor::from("alpha"),
    ] {
        scenario.signal(Signal::ResolvedByPerson { person: other.clone() }).is(State::Taken);
        scenario.signal(Signal::Released { person: other }).is(State::Taken).owned_by("@sam");
    }
    let renamed = member("@sam the second", "U1", "T1");
    scenario.signal(Signal::ResolvedByPerson { person: renamed }).is(State::Resolved);
}

#[test]
fn owner_of_the_former_version_is_nobody_who_is_known_by_a_name() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.acknowledged("@sam", true);
    let kept = serde_json::to_value(&scenario.incident).expect("JSON");
    assert_eq!(kept["owner"].get("member"), None);
    scenario.incident = serde_json::from_value(kept).expect("an incident");
    let sam = member("@sam", "U1", "T1");
    scenario.signal(Signal::ResolvedByPerson { person: sam.clone() }).is(State::Taken);
    scenario.signal(Signal::Released { person: sam }).is(State::Taken);
    // Its people are called after a while, as for anybody who cannot be called.
    assert_eq!(scenario.wakes(), 30 * 60);
    scenario.is(State::Calling);
}
