//! Notes on an incident that another has followed, over a backend in memory.

use super::*;
use crate::domain::escalation::{Event, Signal, State};
use crate::jobs::escalate::Effects;
use crate::jobs::escalate::testing::Fixture;
use crate::jobs::escalate::transaction::Transaction;
use crate::storage::Message;
use crate::storage::messages::WakeUp;
use crate::testing::{Parameters, sample};

const CONFIG: &str = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n\
    [[policies]]\nname = \"p\"\nalarms = [\"*\"]\nroster = [\"alpha\"]\n";

impl Fixture {
    async fn changes(&self, decide: &(dyn Fn(&mut Transaction<'_>) + Send + Sync)) -> IncidentId {
        let work = self.escalate.begin(self.clock.now()).await.expect("settings");
        let committed = work.commit("p", &[], "owner", Effects::Deferred, decide).await;
        let stored = committed.expect("a change").expect("a policy").stored;
        stored.expect("an incident").incident.id
    }

    /// Of two incidents of the policy the first one is over. Returns its id.
    async fn is_followed() -> (Fixture, IncidentId) {
        let fixture = Fixture::new(Parameters::of_config(CONFIG, &[]), sample::at(0));
        let over = Signal::ResolvedManually { by: "somebody".to_owned() };
        let raises = |transaction: &mut Transaction<'_>| {
            transaction.raise(sample::alarm("cpu", transaction.now));
        };
        let id = fixture.changes(&raises).await;
        fixture.changes(&|transaction| transaction.apply(std::slice::from_ref(&over))).await;
        fixture.clock.set(sample::at(3_600));
        assert_ne!(fixture.changes(&raises).await, id);
        (fixture, id)
    }

    async fn asks(&self, incident: &IncidentId, by: &str, what: Act) {
        let asker = Asker::VouchedFor { person: "alpha".to_owned(), told: by.to_owned() };
        let wake_up = WakeUp::Act { incident: incident.clone(), asker, what, seen: 99 };
        let (id, group) = ("1".to_owned(), wake_up.group());
        let message = Message { id, group, body: wake_up.to_body(), receive_count: 1 };
        self.escalate.process(&message, self.clock.now()).await;
    }

    fn stored(&self, id: &IncidentId) -> StoredIncident {
        self.backend.store.read(&records::archived(id)).expect("an incident that is over")
    }

    /// The notes of the incident: by whom each is, its words, and who struck it out.
    fn notes(&self, id: &IncidentId) -> Vec<(String, String, Option<String>)> {
        let entries = self.stored(id).incident.timeline.entries.into_iter();
        let notes = entries.filter_map(|entry| match entry.event {
            Event::Noted { by, text, struck_by, .. } => Some((by, text, struck_by)),
            _ => None,
        });
        notes.collect()
    }
}

fn note(text: &str) -> Act {
    Act::Note { note: "n1".to_owned(), text: text.to_owned() }
}

#[tokio::test]
async fn note_on_an_incident_that_another_has_followed_changes_its_record_alone() {
    let (fixture, id) = Fixture::is_followed().await;
    let before = fixture.stored(&id);
    let newer: Option<StoredIncident> = fixture.backend.store.read(&records::open("p"));
    fixture.backend.queue.take();
    for _ in 0..2 {
        fixture.asks(&id, "alpha", note("It was the disk.")).await;
    }
    let noted = ("alpha".to_owned(), "It was the disk.".to_owned(), None);
    assert_eq!(fixture.notes(&id), [noted]);
    let strike = Act::StrikeNote { note: "n1".to_owned() };
    fixture.asks(&id, "bravo", strike.clone()).await;
    fixture.asks(&id, "charlie", strike).await;
    assert_eq!(fixture.notes(&id)[0].2.as_deref(), Some("bravo"));

    let mut after = fixture.stored(&id);
    assert_eq!(after.incident.timeline.entries.len(), before.incident.timeline.entries.len() + 1);
    after.incident.timeline = before.incident.timeline.clone();
    assert_eq!((after.incident.state(), &after), (State::Resolved, &before));
    assert_eq!(fixture.backend.store.read(&records::open("p")), newer);
    assert_eq!(fixture.backend.queue.take().len(), 0);
}

#[tokio::test]
async fn incident_that_another_has_followed_takes_no_act_but_notes() {
    let (fixture, id) = Fixture::is_followed().await;
    let (before, unknown) = (fixture.stored(&id), IncidentId::from("p-20200101-000000-000"));
    fixture.asks(&id, "alpha", Act::StrikeNote { note: "n1".to_owned() }).await;
    fixture.asks(&id, "alpha", Act::Resolve).await;
    fixture.asks(&unknown, "alpha", note("Hm.")).await;
    assert_eq!(fixture.stored(&id), before);
    assert!(fixture.backend.store.record(&records::archived(&unknown)).is_none());
}
