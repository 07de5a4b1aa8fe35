//! Texts to people who were called and did not answer, where the policy says so; and which effects are still wanted.

use super::*;

fn texting() -> Scenario {
    let mut scenario = Scenario::raised(&ABC, 4);
    if let Some(incident) = &mut scenario.incident {
        incident.policy.text_on_missed_call = true;
    }
    scenario
}

#[test]
fn person_who_did_not_answer_is_texted_once_until_somebody_has_it() {
    let mut scenario = texting();
    scenario.rings(1).ends(1, End::NoAnswer);
    scenario.asks(&["dial alpha", "text alpha Missed", "dial bravo"]);
    scenario.rings(2).ends(2, End::Busy).asks(&["text bravo Missed", "dial charlie"]);
    scenario.rings(3).ends(3, End::Failed).asks(&["text charlie Missed", "dial alpha"]);
    // They know already.
    scenario.rings(4).ends(4, End::NoAnswer).is(State::Exhausted).asks(&[]);
    scenario.acknowledged("bravo", false).released("bravo").asks(&["dial charlie"]);
    scenario.rings(5).ends(5, End::NoAnswer).asks(&["text charlie Missed", "dial alpha"]);
}

#[test]
fn call_that_was_no_missed_one_texts_nobody() {
    for end in [End::Completed, End::Canceled] {
        let mut scenario = texting();
        scenario.rings(1).ends(1, end).asks(&["dial alpha", "dial bravo"]);
    }
    let mut scenario = texting();
    scenario.rings(1).presses(1, Key::Decline).asks(&["dial alpha", "dial bravo"]);
    let mut scenario = texting();
    scenario.call(1, CallEvent::Refused("no".to_owned())).asks(&["dial alpha", "dial bravo"]);
    // A machine took it: they do not know of it yet.
    let mut scenario = texting();
    scenario.rings(1).call(1, CallEvent::Machine).ends(1, End::Completed);
    scenario.asks(&["dial alpha", "text alpha Missed", "dial bravo"]);
    let mut silent = Scenario::raised(&ABC, 3);
    silent.rings(1).ends(1, End::NoAnswer).asks(&["dial alpha", "dial bravo"]);
}

#[test]
fn effect_is_wanted_as_long_as_it_would_change_anything() {
    let mut scenario = Scenario::raised(&ABC, 3);
    let wants = |scenario: &Scenario| {
        let incident = scenario.incident.as_ref().expect("an incident");
        let text = |about| Effect::Text { person: "alpha".to_owned(), about, at: scenario.now };
        let (dial, hang_up, look_up) = (
            Effect::Dial { attempt: 1 },
            Effect::HangUp { attempt: 1 },
            Effect::LookUp { attempt: 1 },
        );
        [dial, hang_up, look_up, text(TextAbout::Missed), text(TextAbout::Taken)]
            .map(|effect| incident.wants(&effect))
    };
    assert_eq!(wants(&scenario), [true, true, true, true, true]);
    // It is placed, and cannot be placed once more.
    scenario.rings(1);
    assert_eq!(wants(&scenario), [false, true, true, true, true]);
    scenario.presses(1, Key::Take);
    assert_eq!(wants(&scenario), [false, true, true, false, true]);
    scenario.ends(1, End::Completed);
    assert_eq!(wants(&scenario), [false, false, false, false, true]);
    let mut over = Scenario::raised(&ABC, 3);
    // The call that is not placed yet is no longer needed; its end is still to be known.
    over.recovers("cpu").is(State::Resolved);
    assert_eq!(wants(&over), [false, true, true, false, true]);
    let incident = over.incident.expect("an incident");
    assert!(!incident.wants(&Effect::Dial { attempt: 9 }));
}
