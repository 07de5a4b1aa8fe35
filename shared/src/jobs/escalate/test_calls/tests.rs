use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::domain::test_calls::TestCalls;
use crate::jobs::escalate::testing::{Answers, Fixture, incident};
use crate::secret::Secret;
use crate::storage::messages::WakeUp;
use crate::storage::records::{self, InCall, StoredIncident};
use crate::storage::{Key as RecordKey, Processed};
use crate::testing::{Parameters, sample::at};
use crate::twilio::signature::{Payload, signature};

const BASE: &str = "https://ringdown.example.com";
const TOKEN: &str = "12345678901234567890123456789012";
const CONFIG: &str = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n\
    [people.bravo]\nphone = \"+15005550002\"\n[[policies]]\nname = \"shop\"\nalarms = [\"*\"]\n\
    roster = [\"alpha\", \"bravo\"]\nattempts = 3\n";

/// The job, with what it asked of Twilio: the end of the path, and to whom or what status.
struct Scenario {
    fixture: Fixture,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Scenario {
    /// Twilio answers the placing of calls with this status.
    fn with(status: u16) -> Scenario {
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let seen = asked.clone();
        let answers: Answers = Arc::new(move |ask| {
            let found = ask.form.iter().find(|(name, _)| ["To", "Status"].contains(name));
            let what = found.map(|(_, value)| value.clone()).unwrap_or_default();
            let path = ask.url.rsplit_once("/AC1/").map_or("", |(_, path)| path);
            let mut seen = seen.lock().expect("a list");
            if ask.url.contains("twilio.com") {
                seen.push(format!("{path} {what}"));
            }
            let sid = format!("CA{what}").replace('+', "");
            (status, json!({"sid": sid, "status": "queued", "ok": true, "message": "no"}))
        });
        let secrets = [
            ("twilio/account-sid", "AC1"),
            ("twilio/auth-token", TOKEN),
            ("twilio/from-number", "+15005550006"),
            ("public-base-url", BASE),
        ];
        let parameters = Parameters::of_config(CONFIG, &secrets);
        Scenario { fixture: Fixture::answering(parameters, at(0), answers), asked }
    }

    fn new() -> Scenario {
        Scenario::with(201)
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("a list"))
    }

    /// The person asked at this second, and the queue comes at that one.
    async fn asks(&self, person: &str, second: i64, comes: i64) {
        self.fixture.clock.set(at(comes));
        let wake_up = WakeUp::TestCall { person: person.to_owned(), at: at(second) };
        crate::jobs::escalate::send(&self.fixture.backend.queue, &wake_up).await.expect("queued");
        for sent in self.fixture.backend.queue.take() {
            let processed = self.fixture.escalate.process(&sent.message(), at(comes)).await;
            assert_eq!(processed, Processed::Done);
        }
    }

    fn calls(&self, person: &str) -> TestCalls {
        let key = RecordKey::new(test_calls::TEST_CALLS, person);
        self.fixture.backend.store.read(&key).unwrap_or_default()
    }

    fn has(&self, person: &str, second: i64) -> bool {
        let call: Option<InCall> = self.fixture.backend.store.read(&records::person(person));
        call.is_some_and(|call| call.until > at(second))
    }

    /// Twilio says this of the person's last test call, or what only looks like Twilio.
    async fn send_status(
        &self,
        person: &str,
        behind: &str,
        form: &str,
        token: &str,
        second: i64,
    ) -> Result<Response, Error> {
        self.fixture.clock.set(at(second));
        let id = self.calls(person).last.expect("a test call").id;
        let path = format!("{PATH}{id}{behind}");
        let query = format!("person={person}");
        let fields = form_fields(form.as_bytes());
        let secret = Secret::new(token);
        let signed = signature(&format!("{BASE}{path}?{query}"), Payload::Form(&fields), &secret);
        let request = Request {
            method: "POST".to_owned(),
            path,
            query: Some(query),
            headers: vec![("x-twilio-signature".to_owned(), signed.into())],
            body: form.to_owned().into(),
            ..Request::default()
        };
        let answer = self.fixture.escalate.handle_test_call(&request, at(second)).await;
        answer.map(|answer| answer.response)
    }

    /// An alarm goes off, and all that is queued for this second is done.
    async fn alarm(&self, second: i64) -> Incident {
        self.fixture.clock.set(at(second));
        let alert = json!({
            "status": "firing", "fingerprint": "cpu", "labels": {"alertname": "cpu"},
            "startsAt": "2026-01-01T00:00:00Z", "annotations": {"summary": "it is so"},
        });
        let body = json!({"version": "4", "alerts": [alert]}).to_string();
        self.fixture.escalate.take(body.as_bytes(), at(second)).await.expect("taken");
        self.incident()
    }

    fn incident(&self) -> Incident {
        incident(&self.fixture.backend, "shop").expect("an incident")
    }

    /// The incident is woken as its wake-up asks for.
    async fn wakes(&self, second: i64) -> Incident {
        self.fixture.clock.set(at(second));
        let work = self.fixture.escalate.begin(at(second)).await.expect("settings");
        let id = self.incident().id;
        work.wake(&id, None, &[]).await.expect("woken");
        self.incident()
    }
}

#[tokio::test]
async fn incident_uses_up_no_call_on_people_in_test_calls_and_has_them_hung_up() {
    let scenario = Scenario::new();
    scenario.asks("alpha", 0, 0).await;
    scenario.asks("bravo", 0, 0).await;
    assert_eq!(scenario.asked(), ["Calls.json +15005550001", "Calls.json +15005550002"]);
    let waits = scenario.alarm(1).await;
    assert_eq!((waits.state(), waits.round.calls), (State::Calling, 0));
    assert_eq!(scenario.asked(), [""; 0]);
    scenario.wakes(6).await;
    let hung_up = ["Calls/CA15005550001.json completed", "Calls/CA15005550002.json completed"];
    assert_eq!(scenario.asked(), hung_up);
    // Once is enough.
    scenario.wakes(7).await;
    assert_eq!(scenario.asked(), [""; 0]);
    scenario
        .send_status("alpha", "/status", "CallStatus=completed", TOKEN, 8)
        .await
        .expect("taken");
    let calls = scenario.wakes(11).await;
    assert_eq!(calls.round.calls, 1);
    assert_eq!(scenario.asked(), ["Calls.json +15005550001"]);
    assert!(scenario.calls("alpha").last.expect("one").gave_way_at.is_some());
}

#[tokio::test]
async fn incident_calls_whoever_is_in_no_test_call_and_comes_back_to_who_was() {
    let scenario = Scenario::new();
    scenario.asks("alpha", 0, 0).await;
    let calls = scenario.alarm(1).await;
    assert_eq!(calls.attempts[0].person, "bravo");
    assert_eq!(calls.round.passed, ["alpha"]);
    // The incident's own lease is not the test call's to give back.
    scenario
        .send_status("alpha", "/status", "CallStatus=completed", TOKEN, 3)
        .await
        .expect("taken");
    assert!(scenario.has("bravo", 3) && !scenario.has("alpha", 3));
}

#[tokio::test]
async fn test_call_whose_end_is_never_told_keeps_nobody_from_being_called() {
    let scenario = Scenario::new();
    scenario.asks("alpha", 0, 0).await;
    assert!(scenario.has("alpha", 119) && !scenario.has("alpha", 120));
}

#[tokio::test]
async fn nothing_rings_while_an_incident_may_call_them_or_has_them() {
    let scenario = Scenario::new();
    scenario.alarm(0).await;
    scenario.asked();
    let key = records::open("shop");
    let stored: StoredIncident = scenario.fixture.backend.store.read(&key).expect("an incident");
    // Its round is over, and the next one comes in a quarter of an hour; or it is silenced until later.
    for silenced_until in [None, Some(at(3_600))] {
        let mut waits = stored.clone();
        let attempts = std::mem::take(&mut waits.incident.attempts);
        assert_eq!(attempts.len(), 1);
        waits.incident.phase = crate::domain::escalation::Phase::Exhausted;
        waits.incident.silenced_until = silenced_until;
        scenario.fixture.backend.store.keep(key.clone(), &waits);
        for person in ["alpha", "bravo"] {
            scenario.asks(person, 200, 200).await;
            assert_eq!(scenario.asked(), [""; 0], "{person}");
            assert!(!scenario.has(person, 200), "{person}");
            assert_eq!(scenario.calls(person), TestCalls::default(), "no try is used");
        }
    }
}

#[tokio::test]
async fn late_repeated_second_and_fourth_request_ring_nothing() {
    let scenario = Scenario::new();
    scenario.asks("nobody", 0, 0).await;
    scenario.asks("alpha", 0, 120).await;
    assert_eq!(scenario.asked(), [""; 0], "it is late");
    assert!(!scenario.has("alpha", 120));
    scenario.asks("alpha", 200, 200).await;
    scenario.asks("alpha", 200, 201).await;
    scenario.asks("alpha", 201, 202).await;
    assert_eq!(scenario.asked().len(), 1, "one rings");
    for second in [300, 400] {
        scenario
            .send_status("alpha", "/status", "CallStatus=completed", TOKEN, second)
            .await
            .expect("ok");
        scenario.asks("alpha", second, second).await;
        assert_eq!(scenario.asked().len(), 1, "{second}");
    }
    scenario.send_status("alpha", "/status", "CallStatus=completed", TOKEN, 500).await.expect("ok");
    scenario.asks("alpha", 500, 500).await;
    assert_eq!(scenario.asked(), [""; 0], "three an hour");
    assert!(!scenario.has("alpha", 500));
}

#[tokio::test]
async fn call_that_twilio_refuses_is_over_and_one_that_it_may_have_taken_is_not() {
    let scenario = Scenario::with(400);
    scenario.asks("alpha", 0, 0).await;
    let last = scenario.calls("alpha").last.expect("one");
    assert_eq!((last.ended_at, last.rang_at), (Some(at(0)), None));
    assert!(!scenario.has("alpha", 0));
}

#[tokio::test]
async fn forged_callback_changes_nothing_and_one_of_another_call_or_person_neither() {
    let scenario = Scenario::new();
    scenario.asks("alpha", 0, 0).await;
    let before = scenario.calls("alpha");
    let forged =
        scenario.send_status("alpha", "/status", "CallStatus=ringing", "another token", 1).await;
    assert_eq!(forged.expect_err("refused").status(), 403);
    let forged = scenario.send_status("alpha", "", "Digits=1", "another token", 1).await;
    assert_eq!(forged.expect_err("refused").status(), 403);
    let other = scenario.send_status("alpha", "0", "Digits=1", TOKEN, 1).await.expect("answered");
    assert!(String::from_utf8_lossy(&other.body).contains(replies::TEST_OVER));
    let other = scenario.send_status("alpha", "0/status", "CallStatus=completed", TOKEN, 1).await;
    assert_eq!(other.expect("thanks").status, 204);
    assert_eq!(scenario.calls("alpha"), before);
    assert!(scenario.has("alpha", 1));
}

#[tokio::test]
async fn answering_machine_is_told_as_one() {
    let scenario = Scenario::new();
    scenario.asks("alpha", 0, 0).await;
    scenario.send_status("alpha", "/status", "AnsweredBy=human", TOKEN, 2).await.expect("thanks");
    assert!(!scenario.calls("alpha").last.expect("one").machine);
    scenario
        .send_status("alpha", "/status", "AnsweredBy=machine_start", TOKEN, 3)
        .await
        .expect("thanks");
    assert!(scenario.calls("alpha").last.expect("one").machine);
}
