//! Acts that people ask for elsewhere than on the phone, and which of them are refused.

use super::owner::taken;
use super::*;

fn person(name: &str) -> Asker {
    Asker::Person(name.to_owned())
}

fn page() -> Asker {
    Asker::Nameless("somebody on the page".to_owned())
}

fn refused(scenario: &Scenario, act: &Act, asker: &Asker) -> Option<ActError> {
    scenario.incident.as_ref().expect("an incident").refuses(act, asker, scenario.now)
}

fn alphas() -> Option<ActError> {
    Some(ActError::OwnedBy("alpha".to_owned()))
}

fn pass_on() -> Act {
    Act::PassOn { to: "charlie".to_owned() }
}

fn call() -> Act {
    Act::Call { person: "charlie".to_owned() }
}

fn silence(scenario: &Scenario, seconds: i64) -> Act {
    Act::Silence { until: scenario.now + SignedDuration::from_secs(seconds), reason: None }
}

#[test]
fn asker_is_told_by_name_and_known_if_they_are_of_the_configuration() {
    let told = "bravo, at the command line".to_owned();
    let vouched = Asker::VouchedFor { person: "bravo".to_owned(), told };
    for (asker, name, known) in [
        (person("alpha"), "alpha", Some("alpha")),
        (vouched, "bravo, at the command line", Some("bravo")),
        (page(), "somebody on the page", None),
    ] {
        assert_eq!((asker.name(), asker.person()), (name, known));
    }
}

#[test]
fn incident_that_nobody_has_can_be_taken_and_resolved_by_anybody_with_a_name() {
    let open = Scenario::raised(&ABC, 3);
    for (act, asker, expected) in [
        (Act::Take, person("bravo"), None),
        (Act::Take, page(), Some(ActError::Nameless)),
        (Act::Release, person("bravo"), Some(ActError::Unowned)),
        (Act::Release, page(), Some(ActError::Nameless)),
        (pass_on(), person("bravo"), Some(ActError::Unowned)),
        (pass_on(), page(), Some(ActError::Nameless)),
        (call(), person("bravo"), None),
        (call(), page(), None),
        (Act::Resolve, person("bravo"), None),
        (Act::Resolve, page(), None),
    ] {
        assert_eq!(refused(&open, &act, &asker), expected, "{act:?} {asker:?}");
    }
}

#[test]
fn incident_of_one_person_is_refused_to_all_others_who_have_a_name() {
    let scenario = taken();
    for (act, asker, expected) in [
        (Act::Take, person("alpha"), None),
        (Act::Take, person("bravo"), alphas()),
        (Act::Release, person("alpha"), None),
        (Act::Release, person("bravo"), alphas()),
        (pass_on(), person("alpha"), None),
        (pass_on(), person("bravo"), alphas()),
        // Nobody is called for what somebody has.
        (call(), person("alpha"), alphas()),
        (call(), page(), alphas()),
        (Act::Resolve, person("alpha"), None),
        (Act::Resolve, person("bravo"), alphas()),
        // Whoever has it is told.
        (Act::Resolve, page(), None),
    ] {
        assert_eq!(refused(&scenario, &act, &asker), expected, "{act:?} {asker:?}");
    }
}

#[test]
fn incident_that_is_over_takes_notes_and_the_end_of_its_silence_alone() {
    let mut scenario = taken();
    scenario.resolved_by_person("alpha").is(State::Resolved);
    for act in [Act::Take, Act::Release, pass_on(), call(), Act::Resolve, silence(&scenario, 60)] {
        assert_eq!(refused(&scenario, &act, &person("alpha")), Some(ActError::Over), "{act:?}");
    }
    let note = Act::Note { note: "n1".to_owned(), text: "It was the disk.".to_owned() };
    for act in [note, Act::EndSilence] {
        assert_eq!(refused(&scenario, &act, &page()), None, "{act:?}");
    }
}

#[test]
fn silence_is_refused_unless_it_is_longer_than_the_one_there_is() {
    let mut scenario = Scenario::raised(&ABC, 3);
    let is = |scenario: &Scenario, seconds: i64| {
        refused(scenario, &silence(scenario, seconds), &page()).is_none()
    };
    assert!(is(&scenario, 1) && !is(&scenario, 0) && !is(&scenario, -1));
    scenario.silenced(3_600).is(State::Silenced);
    assert!(is(&scenario, 3_601) && !is(&scenario, 3_600) && !is(&scenario, 3_599));
    let refusal = refused(&scenario, &silence(&scenario, 3_600), &person("alpha"));
    assert_eq!(refusal, Some(ActError::NoLonger));
}

#[test]
fn note_can_be_struck_once_whether_it_is_over_or_not() {
    let mut scenario = Scenario::raised(&ABC, 3);
    let strike = |note: &str| Act::StrikeNote { note: note.to_owned() };
    for note in ["n1", "n2"] {
        let (note, by, text) = (note.to_owned(), "alpha".to_owned(), "Hm.".to_owned());
        scenario.signal(Signal::Noted { note, by, text });
    }
    scenario.signal(Signal::NoteStruck { note: "n1".to_owned(), by: "bravo".to_owned() });
    for _ in 0..2 {
        assert_eq!(refused(&scenario, &strike("n1"), &page()), Some(ActError::NoNote));
        assert_eq!(refused(&scenario, &strike("n2"), &page()), None);
        assert_eq!(refused(&scenario, &strike("n3"), &page()), Some(ActError::NoNote));
        scenario.recovers("cpu").is(State::Resolved);
    }
}

#[test]
fn call_that_was_asked_for_is_known_since_then() {
    let mut scenario = Scenario::raised(&ABC, 3);
    let number = scenario.incident.as_ref().expect("an incident").timeline.next;
    let person = "charlie".to_owned();
    scenario.signal(Signal::CallAsked { by: "alpha".to_owned(), person });
    let incident = scenario.incident.as_ref().expect("an incident");
    assert!(incident.was_called_for("charlie", number) && incident.was_called_for("charlie", 0));
    assert!(!incident.was_called_for("charlie", number + 1));
    assert!(!incident.was_called_for("alpha", 0));
}
