//! Acts of people elsewhere than on the phone, beside taking it and saying that it is over.

use super::owner::taken;
use super::*;

fn asks_for(person: &str) -> Signal {
    Signal::CallAsked { by: "somebody on the page".to_owned(), person: person.to_owned() }
}

fn noted(note: &str, text: &str) -> Signal {
    Signal::Noted { note: note.to_owned(), by: "alpha".to_owned(), text: text.to_owned() }
}

impl Scenario {
    fn silence_ended(&mut self) -> &mut Scenario {
        self.signal(Signal::SilenceEnded { by: "bravo".to_owned() })
    }

    fn passed_on(&mut self, person: &str, to: &str) -> &mut Scenario {
        self.signal(Signal::PassedOn { person: person.into(), to: to.to_owned() })
    }

    fn notes(&self) -> Vec<(String, Option<String>)> {
        let entries = &self.incident.as_ref().expect("an incident").timeline.entries;
        let noted = entries.iter().filter_map(|entry| match &entry.event {
            Event::Noted { text, struck_by, .. } => Some((text.clone(), struck_by.clone())),
            _ => None,
        });
        noted.collect()
    }
}

#[test]
fn person_who_is_asked_for_is_called_at_once_and_a_phone_that_rings_is_hung_up() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).asks(&["dial alpha"]).tells(&["raised", "calling alpha", "ringing alpha"]);
    scenario.signal(asks_for("charlie")).asks(&["hang up 1", "dial charlie"]);
    scenario.tells(&["call-asked charlie", "call-ended alpha canceled", "calling charlie"]);
    // Their own phone rings: once more changes nothing.
    scenario.rings(2).signal(asks_for("charlie")).asks(&[]).tells(&["ringing charlie"]);
    scenario.ends(1, End::Canceled).ends(2, End::NoAnswer).asks(&["dial alpha"]);
}

#[test]
fn person_of_another_policy_can_be_asked_for_and_the_roster_follows() {
    let mut scenario = Scenario::raised(&ABC, 2);
    scenario.rings(1).ends(1, End::NoAnswer).rings(2).ends(2, End::NoAnswer).is(State::Exhausted);
    scenario.asks(&["dial alpha", "dial bravo"]);
    scenario.signal(asks_for("delta")).is(State::Calling).asks(&["dial delta"]);
    scenario.rings(3).ends(3, End::NoAnswer).asks(&["dial alpha"]);
}

#[test]
fn whoever_talks_with_us_may_still_take_it_when_another_is_asked_for() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).call(1, CallEvent::Answered).signal(asks_for("charlie"));
    scenario.asks(&["dial alpha", "dial charlie"]).rings(2).presses(1, Key::Take);
    scenario.owned_by("alpha").asks(&["text alpha Taken", "hang up 2"]);
}

#[test]
fn nobody_is_called_for_what_somebody_has_or_what_is_over() {
    let mut scenario = taken();
    scenario.signal(asks_for("charlie")).owned_by("alpha").asks(&[]);
    scenario.resolved_manually("somebody on the page").is(State::Resolved).effects.clear();
    scenario.signal(asks_for("charlie")).is(State::Resolved).asks(&[]);
}

#[test]
fn person_who_is_in_another_call_is_asked_for_once() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).asks(&["dial alpha"]);
    let until = scenario.now.checked_add(SignedDuration::from_secs(600)).expect("a time");
    scenario.busy.in_call.insert("charlie".to_owned(), until);
    scenario.signal(asks_for("charlie")).asks(&["hang up 1", "dial bravo"]);
    scenario.rings(2).signal(asks_for("charlie")).asks(&[]);
    // They come first as soon as they can be called.
    scenario.busy.in_call.clear();
    scenario.ends(2, End::NoAnswer).asks(&["dial charlie"]);
}

#[test]
fn silence_that_is_ended_calls_again_from_the_first_on() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.rings(1).silenced(3_600).is(State::Silenced).asks(&["dial alpha", "hang up 1"]);
    scenario.after(60).silence_ended().is(State::Calling);
    // alpha's phone has not been put down yet, as far as we know.
    scenario.asks(&["dial bravo"]).silence_ended().asks(&[]);
}

#[test]
fn silence_of_what_somebody_has_ends_without_a_call() {
    let mut scenario = taken();
    scenario.silenced(36_000).silence_ended().owned_by("alpha").asks(&[]);
    assert_eq!(scenario.wakes(), 30 * 60);
    scenario.asks(&["dial alpha"]);
    let mut over = Scenario::raised(&ABC, 3);
    over.resolved_manually("somebody").silence_ended().is(State::Resolved);
}

#[test]
fn owner_passes_it_on_to_one_person_who_is_called_first() {
    let mut scenario = taken();
    scenario.passed_on("alpha", "charlie").is(State::Calling).asks(&["dial charlie"]);
    scenario.rings(2).ends(2, End::NoAnswer).asks(&["dial bravo"]);
    // While nobody has taken it, it can be taken back.
    scenario.acknowledged("alpha", false).owned_by("alpha").asks(&["hang up 3"]);
}

#[test]
fn nobody_passes_on_what_is_not_theirs_or_to_themselves() {
    let mut scenario = taken();
    scenario.passed_on("bravo", "charlie").owned_by("alpha").asks(&[]);
    scenario.passed_on("alpha", "alpha").owned_by("alpha").asks(&[]);
}

#[test]
fn note_is_written_once_and_can_be_struck_out() {
    let mut scenario = Scenario::raised(&ABC, 3);
    scenario.signal(noted("n1", "Restarted it.")).signal(noted("n2", "No."));
    scenario.signal(Signal::NoteStruck { note: "n1".to_owned(), by: "bravo".to_owned() });
    scenario.signal(Signal::NoteStruck { note: "n1".to_owned(), by: "charlie".to_owned() });
    scenario.signal(Signal::NoteStruck { note: "n9".to_owned(), by: "bravo".to_owned() });
    let [first, second] = [("Restarted it.", Some("bravo")), ("No.", None)]
        .map(|(text, by)| (text.to_owned(), by.map(str::to_owned)));
    assert_eq!(scenario.notes(), [first, second]);
    scenario.recovers("cpu").is(State::Resolved).signal(noted("n3", "It was the disk."));
    assert_eq!(scenario.notes().len(), 3);
}
