//! What people say in Slack, or on a page.

use super::*;

#[test]
fn claimed_in_slack_while_it_rings() {
    let mut night = Night::raised(&ABC, 3);
    night.rings(1).claimed("bravo", false).is(State::Taken).held_by("bravo");
    night.asks(&["dial alpha", "hang up 1"]).claimed("charlie", false).held_by("bravo");
    night.ends(1, End::Canceled).presses(1, Key::Take).held_by("bravo");
    night.tells(&[
        "raised",
        "calling alpha",
        "ringing alpha",
        "taken bravo",
        "call-ended alpha canceled",
        "call-ended alpha too-late",
    ]);
    night.recovers("cpu").asks(&["text bravo Resolved"]);
}

#[test]
fn who_listens_to_the_menu_hears_who_has_it() {
    let mut night = Night::raised(&ABC, 3);
    night.rings(1).call(1, News::Answered).claimed("bravo", false).asks(&["dial alpha"]);
    night.presses(1, Key::Take).held_by("bravo").asks(&[]);
}

#[test]
fn what_an_outsider_has_is_never_asked_of_them_on_the_phone() {
    let mut night = Night::raised(&ABC, 3);
    night.rings(1).claimed("dora", true).held_by("dora").ends(1, End::Canceled);
    night.asks(&["dial alpha", "hang up 1"]);
    assert_eq!(night.wakes(), 30 * 60);
    night.asks(&["dial alpha"]).is(State::Calling).rings(2).claimed("dora", true);
    night.recovers("cpu").asks(&["hang up 2"]).is(State::Resolved);
}

#[test]
fn given_back_the_next_in_the_roster_is_called() {
    let mut night = Night::raised(&ABC, 3);
    night.rings(1).ends(1, End::NoAnswer).rings(2).presses(2, Key::Take).ends(2, End::Completed);
    night.asks(&["dial alpha", "dial bravo", "text bravo Taken"]);
    night.given_back("alpha").held_by("bravo").asks(&[]);
    night.given_back("bravo").is(State::Calling).asks(&["dial charlie"]);
    night.rings(3).ends(3, End::NoAnswer).rings(4).ends(4, End::NoAnswer);
    night.asks(&["dial alpha", "dial charlie"]);
}

#[test]
fn given_back_by_the_only_one_there_is() {
    let mut night = Night::raised(&["alpha"], 3);
    night.rings(1).presses(1, Key::Take).ends(1, End::Completed).given_back("alpha");
    night.is(State::Exhausted).asks(&["dial alpha", "text alpha Taken"]);
    assert_eq!(night.wakes(), 15 * 60);
    night.asks(&["dial alpha"]);
}

#[test]
fn its_holder_says_that_it_is_over() {
    let mut night = Night::raised(&ABC, 3);
    night.rings(1).presses(1, Key::Take);
    night.ends(1, End::Completed).declared_over("bravo").is(State::Taken);
    night.declared_over("alpha").is(State::Resolved).asks(&["dial alpha", "text alpha Taken"]);
    // The alarm recovers later, and flaps: it is open again, and they are told.
    night.after(30).recovers("cpu").is(State::Resolved).asks(&[]);
    night.after(20).alarm("cpu").is(State::Taken).held_by("alpha");
    night.asks(&["text alpha Reopened { alarms: [\"cpu\"], more: 0 }"]);
}

#[test]
fn what_is_declared_over_and_said_again_calls_nobody() {
    let mut night = Night::raised(&ABC, 3);
    night.rings(1).presses(1, Key::Take).ends(1, End::Completed).declared_over("alpha");
    night.asks(&["dial alpha", "text alpha Taken"]).after(30).alarm("cpu");
    night.is(State::Taken).held_by("alpha");
    night.asks(&["text alpha Reopened { alarms: [\"cpu\"], more: 0 }"]);
}

#[test]
fn what_an_outsider_declared_over_is_not_asked_of_them() {
    let mut night = Night::raised(&ABC, 3);
    night.claimed("dora", true).declared_over("dora").alarm("disk").is(State::Calling);
    let told = serde_json::to_string(&night.incident.as_ref().map(|i| &i.timeline)).expect("JSON");
    assert!(told.contains(r#""hunt-again":{"holder":null}"#), "{told}");
}

#[test]
fn what_flaps_in_a_silenced_incident_calls_nobody() {
    let mut night = Night::raised(&ABC, 3);
    night.alarm("disk").silenced(3_600).asks(&["dial alpha", "hang up 1"]).recovers("cpu");
    night.after(1_800).alarm("cpu").is(State::Silenced).asks(&[]);
    assert_eq!(night.incident.as_ref().map(Incident::open_count), Some(2));
}

#[test]
fn what_is_declared_over_and_goes_off_anew_is_hunted_for() {
    let mut night = Night::raised(&ABC, 3);
    night.rings(1).presses(1, Key::Take).ends(1, End::Completed).declared_over("alpha");
    night.after(30).alarm("disk").is(State::Calling);
    night.asks(&["dial alpha", "text alpha Taken", "dial alpha"]);
}

#[test]
fn silenced_while_it_rings() {
    let mut night = Night::raised(&ABC, 3);
    night.rings(1).silenced(3_600).is(State::Silenced).asks(&["dial alpha", "hang up 1"]);
    night.ends(1, End::Canceled).silenced(60).alarm("cpu").asks(&[]);
    assert_eq!(night.wakes(), 3_600);
    night.is(State::Calling).asks(&["dial alpha"]);
    night.tells(&[
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
    let mut night = Night::raised(&ABC, 3);
    night.silenced(3_600).after(5).alarm("disk").is(State::Calling);
    night.asks(&["dial alpha", "hang up 1", "dial bravo"]);
    night.silenced(3_600).recovers("cpu").recovers("disk").is(State::Resolved);
    night.after(20).alarm("cpu").is(State::Calling);
}

#[test]
fn what_is_taken_is_asked_after_once_the_silence_is_over() {
    let mut night = Night::raised(&ABC, 3);
    night.rings(1).presses(1, Key::Take).ends(1, End::Completed).silenced(3_600);
    night.is(State::Taken).asks(&["dial alpha", "text alpha Taken"]);
    assert_eq!(night.wakes(), 3_600);
    night.asks(&["dial alpha"]).tells(&[
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
    let mut night = Night::raised(&ABC, 3);
    night.silenced(3_600).claimed("charlie", false).is(State::Taken).held_by("charlie");
    assert_eq!(night.wakes(), 30 * 60);
    night.asks(&["dial alpha", "hang up 1", "dial charlie"]);
}

/// Somebody whom only Slack knows.
fn member(name: &str, id: &str, team: &str) -> Actor {
    let member = Member { id: id.to_owned(), team: team.to_owned() };
    Actor { name: name.to_owned(), member: Some(member) }
}

#[test]
fn member_of_slack_is_known_by_id_and_workspace() {
    let sam = member("@sam", "U1", "T1");
    let mut night = Night::raised(&ABC, 3);
    night.signal(Signal::Claimed { person: sam.clone(), outside: true }).held_by("@sam");
    for other in [
        member("@sam", "U2", "T1"),
        member("@sam", "U1", "T2"),
        member("@sam", "U1", ""),
        Actor::from("@sam"),
        Actor::from("alpha"),
    ] {
        night.signal(Signal::DeclaredOver { person: other.clone() }).is(State::Taken);
        night.signal(Signal::GivenBack { person: other }).is(State::Taken).held_by("@sam");
    }
    let renamed = member("@sam the second", "U1", "T1");
    night.signal(Signal::DeclaredOver { person: renamed }).is(State::Resolved);
}

#[test]
fn owner_of_the_former_version_is_nobody_who_is_known_by_a_name() {
    let mut night = Night::raised(&ABC, 3);
    night.claimed("@sam", true);
    let kept = serde_json::to_value(&night.incident).expect("JSON");
    assert_eq!(kept["holder"].get("member"), None);
    night.incident = serde_json::from_value(kept).expect("an incident");
    let sam = member("@sam", "U1", "T1");
    night.signal(Signal::DeclaredOver { person: sam.clone() }).is(State::Taken);
    night.signal(Signal::GivenBack { person: sam }).is(State::Taken);
    // Its people are called after a while, as for anybody who cannot be called.
    assert_eq!(night.wakes(), 30 * 60);
    night.is(State::Calling);
}
