//! Incidents that are raised by hand, over a backend in memory.

use jiff::Timestamp;

use crate::domain::alarm::ManualAlarm;
use crate::domain::escalation::{Act, Asker, Event, Incident, State};
use crate::http::Request;
use crate::jobs::escalate::testing::{Fixture, incident};
use crate::storage::messages::WakeUp;
use crate::storage::{Message, QueueName};
use crate::testing::Parameters;

const CONFIG: &str = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n\
    [[policies]]\nname = \"p\"\nalarms = [\"*\"]\nroster = [\"alpha\"]\nattempts = 1\nretry_exhausted_after = \"10m\"\n\
    [[policies]]\nname = \"q\"\nalarms = [\"q\"]\nroster = [\"alpha\"]\n\
    [[ignore]]\nalarms = [\"*slow*\"]\n\
    [[silences]]\nalarms = [\"*\"]\nfrom = \"2026-03-01T02:00Z\"\nuntil = \"2026-03-01T04:00Z\"\n";

fn at(text: &str) -> Timestamp {
    format!("2026-03-01T{text}Z").parse().expect("a time")
}

fn begins() -> Fixture {
    Fixture::new(Parameters::of_config(CONFIG, &[("alarms-token", "the-token")]), at("02:30:00"))
}

impl Fixture {
    async fn raises(&self, by: &str, asked_at: &str) {
        let raised = ManualAlarm::new("Checkout is slow", by, at(asked_at)).expect("words");
        self.wakes(&WakeUp::Raise { policy: "p".to_owned(), raised }).await;
    }

    async fn wakes(&self, wake_up: &WakeUp) {
        self.backend.queue.take_due(QueueName::WakeUps, self.clock.now());
        let (id, group) = ("1".to_owned(), wake_up.group());
        let message = Message { id, group, body: wake_up.to_body(), receive_count: 1 };
        self.escalate.process(&message, self.clock.now()).await;
    }

    async fn resolves(&self) {
        let asker = Asker::Nameless("somebody on the page".to_owned());
        let (incident, what) = (self.stands().id, Act::Resolve);
        self.wakes(&WakeUp::Act { incident, asker, what, seen: 99 }).await;
    }

    async fn posts(&self, token: &str, body: &str) -> (u16, String) {
        let headers = vec![("authorization".to_owned(), format!("Bearer {token}").into())];
        let body = body.as_bytes().to_vec().into();
        let request = Request { headers, body, ..Request::default() };
        match self.escalate.handle_monitor(&request, self.clock.now()).await {
            Ok(answer) => (answer.status, String::from_utf8_lossy(&answer.body).into_owned()),
            Err(error) => (error.status(), error.to_string()),
        }
    }

    fn stands(&self) -> Incident {
        incident(&self.backend, "p").expect("an incident")
    }
}

fn raised_entries(incident: &Incident) -> Vec<(&str, Option<&str>)> {
    let told = incident.timeline.entries.iter().filter_map(|entry| match &entry.event {
        Event::Raised { by, .. } => Some(("raised", by.as_deref())),
        Event::Joined { by, .. } => Some(("joined", by.as_deref())),
        Event::Reopened { by, .. } => Some(("reopened", by.as_deref())),
        Event::ResolvedByHand { .. } => Some(("resolved", None)),
        _ => None,
    });
    told.collect()
}

#[tokio::test]
async fn incident_raised_by_hand_calls_people_whatever_is_silenced_or_ignored() {
    let fixture = begins();
    fixture.raises("alpha on the page", "02:30:00").await;
    let incident = fixture.stands();
    assert_eq!(raised_entries(&incident), [("raised", Some("alpha on the page"))]);
    assert_eq!(incident.alarms[0].name, "Checkout is slow");
    assert_eq!(incident.alarms[0].reason, "raised by hand by alpha on the page");
    assert_eq!(incident.attempts.len(), 1);
    // Its round begins anew although all alarms are in a window by now.
    fixture.clock.set(at("02:45:00"));
    let (incident, due) = (incident.id, fixture.stands().wake_at().expect("a wake-up"));
    fixture.wakes(&WakeUp::Due { incident, due }).await;
    assert_ne!(fixture.stands().state(), State::Silenced);
}

#[tokio::test]
async fn same_words_join_and_each_request_counts_once() {
    let fixture = begins();
    for _ in 0..2 {
        fixture.raises("alpha on the page", "02:30:00").await;
    }
    fixture.clock.set(at("02:31:00"));
    fixture.raises("alpha on the page", "02:31:00").await;
    for _ in 0..2 {
        fixture.raises("somebody on the page", "02:31:01").await;
    }
    let incident = fixture.stands();
    assert_eq!(
        raised_entries(&incident),
        [("raised", Some("alpha on the page")), ("joined", Some("somebody on the page"))]
    );
    assert_eq!(incident.open_count(), 1);
}

#[tokio::test]
async fn what_is_resolved_by_hand_can_be_raised_anew_and_calls_again() {
    let fixture = begins();
    fixture.raises("alpha on the page", "02:30:00").await;
    fixture.clock.set(at("02:31:00"));
    fixture.resolves().await;
    assert_eq!((fixture.stands().state(), fixture.stands().open_count()), (State::Resolved, 0));
    // The first request comes once more, late.
    fixture.raises("alpha on the page", "02:30:00").await;
    assert_eq!(fixture.stands().state(), State::Resolved);
    fixture.clock.set(at("02:32:00"));
    fixture.raises("bravo on the page", "02:32:00").await;
    let incident = fixture.stands();
    assert_eq!(raised_entries(&incident).last(), Some(&("reopened", Some("bravo on the page"))));
    assert_eq!((incident.open_count(), incident.attempts.len()), (1, 2));
}

#[tokio::test]
async fn post_with_the_token_names_the_policy_and_says_which_there_are() {
    let fixture = begins();
    let raise = |policy: &str| format!(r#"{{"raise": "Checkout is slow"{policy}}}"#);
    assert_eq!(fixture.posts("guess", &raise("")).await.0, 401);
    for (policy, expected) in [
        ("", "no policy is named: expected one of p, q"),
        (r#", "policy": "x""#, "there is no policy \"x\": expected one of p, q"),
        (r#", "policy": 1"#, "its `policy` is no text"),
    ] {
        let (status, told) = fixture.posts("the-token", &raise(policy)).await;
        assert_eq!((status, told), (400, format!("bad request: {expected}")));
    }
    let (status, told) = fixture.posts("the-token", &raise(r#", "policy": "p""#)).await;
    let id = fixture.stands().id;
    assert_eq!(status, 202);
    assert!(told.contains(id.as_str()) && told.contains("incident"), "{told}");
    let by = Some("somebody with the alarms token");
    assert_eq!(self::raised_entries(&fixture.stands()), [("raised", by)]);
}
