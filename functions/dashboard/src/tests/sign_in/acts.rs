//! Acts on an incident's page are told as that person's, and some of them only a person may do.

use shared::domain::escalation::{Act, Asker, Incident, Signal};
use shared::storage::messages::WakeUp;

use super::{alpha, pages, send};
use crate::tests::backend::{Pages, after_signals, at, body, calling, taken};
use crate::tests::incidents::plain_text;

/// The acts asked for by a form of this incident's page, and by whom.
fn act(
    pages: &Pages,
    cookies: &str,
    incident: &Incident,
    name: &str,
    form: &str,
) -> Vec<(Asker, Act)> {
    let path = format!("/incidents/{}/{name}", incident.id);
    assert_eq!(send(pages, "POST", &path, cookies, form, at(600)).status, 303, "{name}");
    let asked = pages.queued().into_iter().map(|wake_up| match wake_up {
        WakeUp::Act { asker, what, .. } => (asker, what),
        other => panic!("{other:?}"),
    });
    asked.collect()
}

fn incident_page(pages: &Pages, cookies: &str, incident: &Incident) -> String {
    plain_text(&body(&send(
        pages,
        "GET",
        &format!("/incidents/{}", incident.id),
        cookies,
        "",
        at(600),
    )))
}

#[test]
fn what_a_person_does_is_told_as_theirs() {
    let (pages, incident) = (pages(), calling());
    pages.keep(&incident, 0);
    let session = alpha(&pages);
    for name in ["resolve", "silence", "note"] {
        let nameless = Asker::Nameless("somebody on the page".to_owned());
        for (cookies, by) in [("", nameless), (&session, Asker::Person("alpha".to_owned()))] {
            let asked = act(&pages, cookies, &incident, name, "text=Hm.");
            assert_eq!(asked.first().map(|(asker, _)| asker), Some(&by), "{name}");
        }
    }
}

#[test]
fn only_a_person_takes_it_passes_it_on_or_gives_it_back() {
    let (pages, alpha_had_it) = (
        pages(),
        after_signals(
            calling(),
            &[(40, Signal::Acknowledged { person: "alpha".into(), outside: false })],
        ),
    );
    let session = alpha(&pages);
    let mine = |what: Act| vec![(Asker::Person("alpha".to_owned()), what)];
    // Nobody has it.
    pages.keep(&calling(), 0);
    let shown = incident_page(&pages, "", &calling());
    assert!(shown.contains("Say who you are") && !shown.contains("I have it"), "{shown}");
    assert!(incident_page(&pages, &session, &calling()).contains("I have it"));
    assert_eq!(act(&pages, "", &calling(), "take", ""), []);
    assert_eq!(act(&pages, &session, &calling(), "take", ""), mine(Act::Take));
    for name in ["release", "pass-on"] {
        assert_eq!(act(&pages, &session, &calling(), name, "person=bravo"), [], "{name}");
    }
    // It is bravo's.
    pages.keep(&taken(), 0);
    let shown = incident_page(&pages, &session, &taken());
    for offer in ["I have it", "I can’t after all", "Pass it on", "Resolve"] {
        assert!(!shown.contains(offer), "{offer}: {shown}");
    }
    for name in ["take", "release", "pass-on", "resolve"] {
        assert_eq!(act(&pages, &session, &taken(), name, "person=bravo"), [], "{name}");
    }
    // It is alpha's.
    pages.keep(&alpha_had_it, 0);
    let shown = incident_page(&pages, &session, &alpha_had_it);
    for offer in ["I can’t after all", "Pass it on", "Resolve"] {
        assert!(shown.contains(offer), "{offer}: {shown}");
    }
    assert_eq!(act(&pages, &session, &alpha_had_it, "release", ""), mine(Act::Release));
    let to = "bravo".to_owned();
    assert_eq!(
        act(&pages, &session, &alpha_had_it, "pass-on", "person=bravo"),
        mine(Act::PassOn { to })
    );
    assert_eq!(act(&pages, &session, &alpha_had_it, "pass-on", "person=mallory"), []);
}
