//! Acts on an incident's page, beside resolving and silencing it.

use shared::domain::escalation::{Act, Incident, Signal};

use super::backend::*;
use super::incidents::{plain_text, says};

/// Where a form of this incident's page leads, what it asks for, and the page again.
fn press(pages: &Pages, incident: &Incident, act: &str, form: &str) -> (Vec<Act>, String) {
    let page = format!("/incidents/{}", incident.id);
    let asked = pages.post_form(&format!("{page}/{act}"), &[], form);
    assert_eq!(asked.status, 303, "{act} {form}");
    let there = header(&asked, "location").to_owned();
    let acts = pages.queued().into_iter().map(|wake_up| match wake_up {
        shared::storage::messages::WakeUp::Act { what, .. } => what,
        other => panic!("{other:?}"),
    });
    (acts.collect(), plain_text(&pages.page(&there)))
}

fn noted(incident: Incident, note: &str, text: &str) -> Incident {
    let (note, by, text) = (note.to_owned(), "bravo".to_owned(), text.to_owned());
    after_signals(incident, &[(30, Signal::Noted { note, by, text })])
}

#[test]
fn person_of_the_configuration_can_be_called_while_nobody_has_it() {
    let (pages, incident) = (Pages::new(), calling());
    pages.keep(&incident, 0);
    let (acts, page) = press(&pages, &incident, "call", "person=bravo&seen=1");
    assert_eq!(acts, [Act::Call { person: "bravo".to_owned() }]);
    says(&page, &["Requested. Their phone rings in a moment.", "Call somebody now"]);
    let (acts, page) = press(&pages, &incident, "call", "person=mallory");
    assert_eq!(acts, []);
    says(&page, &["Nobody was called: the configuration has no such person."]);
    pages.keep(&taken(), 0);
    let (acts, page) = press(&pages, &taken(), "call", "person=alpha");
    assert_eq!(acts, []);
    says(&page, &["Nothing was done: bravo has it."]);
    assert!(!page.contains("Call somebody now"), "{page}");
}

#[test]
fn silence_has_a_length_and_a_reason() {
    let (pages, incident) = (Pages::new(), calling());
    pages.keep(&incident, 0);
    let (acts, _) = press(&pages, &incident, "silence", "for=30m&reason=+a+%0D%0A+deploy%00+");
    let (until, reason) = (at(600 + 1_800), Some("a deploy".to_owned()));
    assert_eq!(acts, [Act::Silence { until, reason }]);
    // The tests' time is 11:16 UTC; the morning comes tomorrow.
    let (acts, _) = press(&pages, &incident, "silence", "for=morning&reason=");
    let until = "2026-11-19T09:00:00Z".parse().unwrap();
    assert_eq!(acts, [Act::Silence { until, reason: None }]);
    let path = format!("/incidents/{}/silence", incident.id);
    assert_eq!(pages.post_form(&path, &[], "for=2y").status, 400);
    assert_eq!(pages.queued(), []);
}

#[test]
fn silence_can_be_ended_and_its_reason_is_told() {
    let (by, reason) = ("bravo".to_owned(), Some("a <deploy>".to_owned()));
    let silence = Signal::Silenced { by, until: at(3_600), reason };
    let incident = after_signals(calling(), &[(60, silence)]);
    let pages = Pages::new();
    pages.keep(&incident, 0);
    let (acts, page) = press(&pages, &incident, "end-silence", "");
    assert_eq!(acts, [Act::EndSilence]);
    says(&page, &["Requested. The silence will end in a moment.", "a &lt;deploy&gt;"]);
    pages.keep(&calling(), 0);
    let (acts, page) = press(&pages, &calling(), "end-silence", "");
    assert_eq!(acts, []);
    says(&page, &["Nothing was done: it is not silenced."]);
    assert!(!page.contains("End the silence"));
}

#[test]
fn note_is_written_on_one_line_and_what_is_over_can_have_one_too() {
    for incident in [calling(), taken(), resolved()] {
        let pages = Pages::new();
        pages.keep(&incident, 0);
        let (acts, page) = press(&pages, &incident, "note", "text=+It+was%0Athe+%3Cdisk%3E.+");
        let [Act::Note { note, text }] = &acts[..] else { panic!("{acts:?}") };
        assert_eq!((note.len(), text.as_str()), (12, "It was the <disk>."));
        says(&page, &["Your note is on its way", "Add a note"]);
        let (acts, page) = press(&pages, &incident, "note", "text=+%0A");
        assert_eq!(acts, []);
        says(&page, &["Nothing was written down: the note is empty."]);
        let long = "x".repeat(2_000);
        let (acts, _) = press(&pages, &incident, "note", &format!("text={long}"));
        assert!(matches!(&acts[..], [Act::Note { text, .. }] if text.len() == 500));
    }
}

#[test]
fn note_can_be_struck_out_once() {
    let incident = noted(calling(), "n1", "It was <b>the disk</b>.");
    let pages = Pages::new();
    pages.keep(&incident, 0);
    let page = format!("/incidents/{}", incident.id);
    says(
        &plain_text(&pages.page(&page)),
        &["bravo notes", "It was &lt;b&gt;the disk&lt;", "Strike out"],
    );
    let (acts, _) = press(&pages, &incident, "strike", "note=n1");
    assert_eq!(acts, [Act::StrikeNote { note: "n1".to_owned() }]);
    let struck = after_signals(
        incident,
        &[(40, Signal::NoteStruck { note: "n1".to_owned(), by: "alpha".to_owned() })],
    );
    pages.keep(&struck, 0);
    let (acts, page) = press(&pages, &struck, "strike", "note=n1");
    assert_eq!(acts, []);
    says(&page, &["that note is gone, or struck out", "bravo noted, and alpha struck out"]);
    assert!(!page.contains("Strike out"), "{page}");
}

#[test]
fn act_on_what_is_unknown_or_over_queues_nothing() {
    let (pages, incident) = (Pages::new(), resolved());
    pages.keep(&incident, 0);
    for act in ["call", "silence", "resolve"] {
        let (acts, page) = press(&pages, &incident, act, "person=alpha");
        assert_eq!(acts, [], "{act}");
        says(&page, &["It is over already: nothing is left to do."]);
    }
    for act in ["", "notes", "%6eote", "take/it"] {
        let path = format!("/incidents/{}/{act}", incident.id);
        assert_eq!(pages.post(&path, &[]).status, 404, "{act}");
    }
    assert_eq!(pages.queued(), []);
}
