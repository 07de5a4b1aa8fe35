use super::*;
use crate::testing::sample;

const POLICY: Configured<'_> = Configured { has_policy: true, ignored: None };
const NO_POLICY: Configured<'_> = Configured { has_policy: false, ignored: None };

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn change(state: State, second: i64) -> Change {
    let reason = "too much".to_owned();
    Change { reason, ..sample::change("arn:cpu", "cpu", state, at(second)) }
}

fn announcement(enabled: bool, since: i64, state: State, second: i64) -> Change {
    let actions = Some(Actions { enabled, since: at(since) });
    Change { actions, reason: String::new(), ..change(state, second) }
}

/// What becomes of changes that follow one another.
fn verdicts(changes: &[Change], configured: Configured<'_>) -> Vec<Verdict> {
    let mut note = Note::default();
    let judged = changes.iter().map(|change| {
        let (verdict, then) = decide(change.clone(), configured, &note, false);
        // A note survives being kept.
        note = serde_json::from_str(&serde_json::to_string(&then).expect("JSON")).expect("a note");
        verdict
    });
    judged.collect()
}

#[test]
fn alarm_for_no_policy_is_a_dead_letter_until_it_changes() {
    use Verdict::{NoPolicy, Take};
    let (goes_off, again) = (change(State::Alarm, 1), change(State::Alarm, 9));
    let said = [
        goes_off.clone(),
        goes_off.clone(),
        change(State::Ok, 2),
        again.clone(),
        again,
        goes_off.clone(),
    ];
    let ends = |second| Take(change(State::Ok, second));
    let expected =
        [NoPolicy(true), NoPolicy(false), ends(2), NoPolicy(true), NoPolicy(false), NoPolicy(true)];
    assert_eq!(verdicts(&said, NO_POLICY), expected);
    // Without a time only its state tells whether it has changed.
    let undated = |second| Change { undated: true, ..change(State::Alarm, second) };
    let said = [undated(1), undated(2), change(State::Ok, 3), undated(4), undated(5)];
    assert_eq!(
        verdicts(&said, NO_POLICY),
        [NoPolicy(true), NoPolicy(false), ends(3), NoPolicy(true), NoPolicy(false)]
    );
    let (verdict, _) = decide(goes_off.clone(), NO_POLICY, &Note::default(), true);
    assert_eq!(verdict, NoPolicy(true));
    let known = decide(goes_off.clone(), NO_POLICY, &Note::default(), false).1;
    assert_eq!(
        decide(goes_off, NO_POLICY, &known, true).0,
        NoPolicy(true),
        "sent again by a person"
    );
}

#[test]
fn ignored_alarm_calls_nobody_but_may_end_what_is_open() {
    let ignored = Configured { ignored: Some(Some("always on")), ..POLICY };
    let why = Verdict::Ignored(Some("always on".to_owned()));
    for state in [State::Alarm, State::NoData] {
        assert_eq!(verdicts(&[change(state, 1)], ignored), std::slice::from_ref(&why));
    }
    assert_eq!(verdicts(&[change(State::Ok, 1)], ignored), [Verdict::Take(change(State::Ok, 1))]);
    let nowhere = Configured { has_policy: false, ..ignored };
    assert_eq!(verdicts(&[change(State::Alarm, 1)], nowhere), [why]);
    // It may go on in the incident of a policy that was for it.
    assert_eq!(verdicts(&[change(State::Ok, 1)], nowhere), [Verdict::Take(change(State::Ok, 1))]);
}

#[test]
fn action_of_a_disabled_alarm_proves_that_it_is_enabled_again() {
    use Verdict::{Disabled, Nothing, Take};
    let acts = |second| Change { acts: true, ..change(State::Alarm, second) };
    let said = [
        announcement(false, 10, State::Ok, 1),
        change(State::Alarm, 20),
        change(State::Ok, 30),
        // It acted before it was disabled, and SNS brings that late.
        acts(5),
        change(State::Alarm, 35),
        // That its actions are enabled was never announced.
        acts(40),
        change(State::Ok, 50),
        change(State::Alarm, 60),
    ];
    let expected = [
        Nothing,
        Disabled(at(10), true),
        Take(said[2].clone()),
        Take(said[3].clone()),
        Disabled(at(10), true),
        Take(said[5].clone()),
        Take(said[6].clone()),
        Take(said[7].clone()),
    ];
    assert_eq!(verdicts(&said, POLICY), expected);
}

#[test]
fn disabled_alarm_calls_nobody_and_is_reported_once_until_that_changes() {
    use Verdict::{Disabled, Nothing, Take};
    let said = [
        announcement(false, 10, State::Ok, 1),
        change(State::Alarm, 20),
        change(State::Ok, 30),
        // Disabled still: something else of it was changed.
        announcement(false, 35, State::Ok, 30),
        change(State::Alarm, 40),
        change(State::Ok, 50),
        announcement(true, 60, State::Ok, 50),
        change(State::Alarm, 70),
        announcement(false, 80, State::Alarm, 70),
        change(State::Alarm, 90),
    ];
    let expected = [
        Nothing,
        Disabled(at(10), true),
        Take(said[2].clone()),
        Nothing,
        Disabled(at(35), false),
        Take(said[5].clone()),
        Nothing,
        Take(said[7].clone()),
        Nothing,
        Disabled(at(80), true),
    ];
    assert_eq!(verdicts(&said, POLICY), expected);
}

#[test]
fn alarm_that_goes_on_when_its_actions_are_enabled_goes_off_then() {
    use Verdict::{Disabled, Nothing, Take};
    let enabled = announcement(true, 30, State::Alarm, 20);
    let said = [
        announcement(false, 10, State::Ok, 1),
        change(State::Alarm, 20),
        enabled.clone(),
        enabled.clone(),
    ];
    // In its own words, and once.
    let expected = [Nothing, Disabled(at(10), true), Take(change(State::Alarm, 20)), Nothing];
    assert_eq!(verdicts(&said, POLICY), expected);
    // What went off before that was never heard.
    let said = [announcement(false, 10, State::Alarm, 5), enabled.clone()];
    let reason = "It was in ALARM when its actions were enabled.".to_owned();
    let expected = Take(Change { actions: None, reason, ..enabled.clone() });
    assert_eq!(verdicts(&said, POLICY), [Nothing, expected]);
    // One that is suppressed is heard of again when that ends.
    let quiet = Change { quiet: Some("Muted".to_owned()), ..enabled };
    assert_eq!(
        verdicts(&[announcement(false, 10, State::Alarm, 5), quiet], POLICY),
        [Nothing, Nothing]
    );
}

#[test]
fn announcement_that_comes_late_changes_nothing() {
    use Verdict::{Nothing, Take};
    let said = [
        announcement(true, 20, State::Ok, 1),
        announcement(false, 10, State::Ok, 1),
        change(State::Alarm, 30),
    ];
    assert_eq!(verdicts(&said, POLICY), [Nothing, Nothing, Take(said[2].clone())]);
}

#[test]
fn only_what_may_call_nobody_needs_its_note() {
    let alertmanager = Change { unordered: true, ..change(State::Alarm, 1) };
    for (change, configured, expected) in [
        (&alertmanager, POLICY, false),
        (&alertmanager, NO_POLICY, true),
        (&alertmanager, Configured { ignored: Some(None), ..NO_POLICY }, false),
        (&change(State::Alarm, 1), POLICY, true),
        (&change(State::Ok, 1), POLICY, false),
        (&change(State::Ok, 1), NO_POLICY, true),
        (&announcement(true, 1, State::Ok, 1), POLICY, true),
    ] {
        assert_eq!(needs_note(change, configured), expected, "{change:?}");
    }
}

#[test]
fn body_that_is_no_alarm_is_kept_until_it_changes() {
    let cut = |state: &str| Kind::Truncated { group: "g".to_owned(), state: state.to_owned() };
    let mut note = Note::default();
    for (kind, expected) in [
        (cut("firing 7"), true),
        (cut("firing 7"), false),
        (cut("firing 8"), true),
        (cut("resolved 8"), true),
        (cut("firing 8"), true),
        (cut("firing 8"), false),
    ] {
        let (is_new, then) = decide_malformed(&kind, &note, false);
        assert_eq!(is_new, expected, "{kind:?}");
        note = then;
    }
    assert!(decide_malformed(&cut("firing 8"), &note, true).0, "sent again by a person");
}
