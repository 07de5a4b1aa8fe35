//! What people say in Slack, or on a page.

use super::*;

#[test]
fn claimed_in_slack_while_it_rings() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).claimed("bravo", false).is(State::Taken).held_by("bravo");
    scenario.asks(&["dial alpha", "hang up 1"]).claimed("charlie", false).held_by("bravo");
    scenario.ends(1, End::Canceled).presses(1, Key::Take).held_by("bravo");
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
fn who_listens_to_the_menu_hears_who_has_it() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).call(1, News::Answered).claimed("bravo", false).asks(&["dial alpha"]);
    scenario.presses(1, Key::Take).held_by("bravo").asks(&[]);
}

#[test]
fn what_an_outsider_has_is_never_asked_of_them_on_the_phone() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).claimed("dora", true).held_by("dora").ends(1, End::Canceled);
    scenario.asks(&["dial alpha", "hang up 1"]);
    assert_eq!(scenario.wakes(), 30 * 60);
    scenario.asks(&["dial alpha"]).is(State::Calling).rings(2).claimed("dora", true);
    scenario.recovers("cpu").asks(&["hang up 2"]).is(State::Resolved);
}

#[test]
fn given_back_the_next_in_the_roster_is_called() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).ends(1, End::NoAnswer).rings(2).presses(2, Key::Take).ends(2, End::Completed);
    scenario.asks(&["dial alpha", "dial bravo", "text bravo Taken"]);
    scenario.given_back("alpha").held_by("bravo").asks(&[]);
    scenario.given_back("bravo").is(State::Calling).asks(&["dial charlie"]);
    scenario.rings(3).ends(3, End::NoAnswer).rings(4).ends(4, End::NoAnswer);
    scenario.asks(&["dial alpha", "dial charlie"]);
}

#[test]
fn given_back_by_the_only_one_there_is() {
    let mut scenario = Scenario::raised(&["alpha"], 3);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).given_back("alpha");
    scenario.is(State::Exhausted).asks(&["dial alpha", "text alpha Taken"]);
    assert_eq!(scenario.wakes(), 15 * 60);
    scenario.asks(&["dial alpha"]);
}

#[test]
fn its_owner_says_that_it_is_over() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take);
    scenario.ends(1, End::Completed).declared_over("bravo").is(State::Taken);
    scenario.declared_over("alpha").is(State::Resolved).asks(&["dial alpha", "text alpha Taken"]);
    // The alarm recovers later, and flaps: it is open again, and they are told.
    scenario.after(30).recovers("cpu").is(State::Resolved).asks(&[]);
    scenario.after(20).alarm("cpu").is(State::Taken).held_by("alpha");
    scenario.asks(&["text alpha Reopened { alarms: [\"cpu\"], more: 0 }"]);
}

#[test]
fn what_is_declared_over_and_said_again_calls_nobody() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).declared_over("alpha");
    scenario.asks(&["dial alpha", "text alpha Taken"]).after(30).alarm("cpu");
    scenario.is(State::Taken).held_by("alpha");
    scenario.asks(&["text alpha Reopened { alarms: [\"cpu\"], more: 0 }"]);
}

#[test]
fn what_an_outsider_declared_over_is_not_asked_of_them() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.claimed("dora", true).declared_over("dora").alarm("disk").is(State::Calling);
    let told =
        serde_json::to_string(&scenario.incident.as_ref().map(|i| &i.timeline)).expect("JSON");
    assert!(told.contains(r#""round-again":{"owner":null}"#), "{told}");
}

#[test]
fn what_flaps_in_a_silenced_incident_calls_nobody() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.alarm("disk").silenced(3_600).asks(&["dial alpha", "hang up 1"]).recovers("cpu");
    scenario.after(1_800).alarm("cpu").is(State::Silenced).asks(&[]);
    assert_eq!(scenario.incident.as_ref().map(Incident::open_count), Some(2));
}

#[test]
fn what_is_declared_over_and_goes_off_anew_is_hunted_for() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).presses(1, Key::Take).ends(1, End::Completed).declared_over("alpha");
    scenario.after(30).alarm("disk").is(State::Calling);
    scenario.asks(&["dial alpha", "text alpha Taken", "dial alpha"]);
}

#[test]
fn silenced_while_it_rings() {
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
fn a_silence_ends_with_its_incident_and_with_another_alarm() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.silenced(3_600).after(5).alarm("disk").is(State::Calling);
    scenario.asks(&["dial alpha", "hang up 1", "dial bravo"]);
    scenario.silenced(3_600).recovers("cpu").recovers("disk").is(State::Resolved);
    scenario.after(20).alarm("cpu").is(State::Calling);
}

#[test]
fn what_is_taken_is_asked_after_once_the_silence_is_over() {
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
fn what_is_silenced_can_be_claimed() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.silenced(3_600).claimed("charlie", false).is(State::Taken).held_by("charlie");
    assert_eq!(scenario.wakes(), 30 * 60);
    scenario.asks(&["dial alpha", "hang up 1", "dial charlie"]);
}

/// Somebody whom only Slack knows.
fn member(name: &str, id: &str, team: &str) -> Actor {
    let member = Member { id: id.to_owned(), team: team.to_owned() };
    Actor { name: name.to_owned(), member: Some(member) }
}

#[test]
fn member_of_slack_is_known_by_id_and_workspace() {
    let sam = member("@sam", "U1", "T1");
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.signal(Signal::Claimed { person: sam.clone(), outside: true }).held_by("@sam");
    for other in [
        member("@sam", "U2", "T1"),
        member("@sam", "U1", "T2"),
        member("@sam", "U1", ""),
        Actor::from("@sam"),
        Actor::from("alpha"),
    ] {
        scenario.signal(Signal::DeclaredOver { person: other.clone() }).is(State::Taken);
        scenario.signal(Signal::GivenBack { person: other }).is(State::Taken).held_by("@sam");
    }
    let renamed = member("@sam the second", "U1", "T1");
    scenario.signal(Signal::DeclaredOver { person: renamed }).is(State::Resolved);
}

#[test]
fn owner_of_the_former_version_is_nobody_who_is_known_by_a_name() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.claimed("@sam", true);
    let kept = serde_json::to_value(&scenario.incident).expect("JSON");
    assert_eq!(kept["owner"].get("member"), None);
    scenario.incident = serde_json::from_value(kept).expect("an incident");
    let sam = member("@sam", "U1", "T1");
    scenario.signal(Signal::DeclaredOver { person: sam.clone() }).is(State::Taken);
    scenario.signal(Signal::GivenBack { person: sam }).is(State::Taken);
    // Its people are called after a while, as for anybody who cannot be called.
    assert_eq!(scenario.wakes(), 30 * 60);
    scenario.is(State::Calling);
}
