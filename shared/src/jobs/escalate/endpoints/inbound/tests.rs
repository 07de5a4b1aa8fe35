mod again;
mod digits;
mod late;
mod opt_outs;
mod replies;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use serde_json::json;

use crate::domain::answers::Texted;
use crate::domain::escalation::{Incident, IncidentId, Signal};
use crate::http::{Request, form_fields};
use crate::jobs::escalate::testing::{Answers, Fixture};
use crate::jobs::escalate::{Effects, Escalate};
use crate::secret::Secret;
use crate::storage::messages::WakeUp;
use crate::storage::records::{self, StoredIncident};
use crate::storage::{Message, Processed, texted};
use crate::testing::Parameters;
use crate::testing::sample::at;
use crate::twilio::signature::{Payload, signature};
use crate::{Error, Timestamp};

const BASE: &str = "https://ringdown.example.com";
const PATH: &str = "/twilio/inbound/message";
const ALPHA: &str = "+15005550001";
const BRAVO: &str = "+15005550002";
const TOKEN: &str = "12345678901234567890123456789012";

const CONFIG: &str = "[channels.default]\n[channels.shop]\n\
    [people.alpha]\nphone = \"+15005550001\"\n[people.bravo]\nphone = \"+15005550002\"\n\
    [[policies]]\nname = \"shop\"\nalarms = [\"shop-*\"]\nroster = [\"alpha\", \"bravo\"]\nchannel = \"shop\"\n\
    text_on_missed_call = true\n\
    [[policies]]\nname = \"stock\"\nalarms = [\"stock-*\"]\nroster = [\"alpha\", \"bravo\"]\n\
    text_on_missed_call = true\n";

/// A request of Alertmanager: this alarm goes off.
fn alarm(name: &str) -> String {
    let alert = json!({
        "status": "firing", "fingerprint": name, "labels": {"alertname": name},
        "startsAt": "2026-01-01T00:00:00Z",
        "annotations": {"summary": "it is so"},
    });
    json!({"version": "4", "alerts": [alert]}).to_string()
}

/// The texts that Twilio was asked to send: to whom, and the words.
type Texts = Arc<Mutex<Vec<(String, String)>>>;

/// A server whose Twilio takes all calls and texts, unless it is told otherwise.
struct Server {
    fixture: Fixture,
    texts: Texts,
    /// The numbers that have opted out.
    opted_out: Arc<Mutex<Vec<String>>>,
    /// Whether Twilio puts off all texts.
    is_busy: Arc<AtomicBool>,
    sent: Mutex<u32>,
}

impl Server {
    fn new() -> Server {
        let (texts, opted_out) = (Texts::default(), Arc::<Mutex<Vec<String>>>::default());
        let is_busy = Arc::<AtomicBool>::default();
        let (kept, out, busy) = (texts.clone(), opted_out.clone(), is_busy.clone());
        let answers: Answers = Arc::new(move |ask| {
            let field = |name: &str| {
                let found = ask.form.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| value.clone()).unwrap_or_default()
            };
            let to = field("To");
            if ask.url.ends_with("/Messages.json") {
                if busy.load(Ordering::SeqCst) {
                    return (429, json!({"code": 20429, "message": "Too Many Requests"}));
                }
                if out.lock().expect("a list").contains(&to) {
                    return (
                        400,
                        json!({"code": 21610, "message": "Attempt to send to unsubscribed recipient"}),
                    );
                }
                kept.lock().expect("a list").push((to, field("Body")));
                return (201, json!({"sid": "SM1"}));
            }
            (201, json!({"sid": format!("CA{:032x}", to.len()), "status": "queued"}))
        });
        let secrets = [
            ("twilio/account-sid", "AC1"),
            ("twilio/auth-token", TOKEN),
            ("twilio/from-number", "+15005550006"),
            ("public-base-url", BASE),
        ];
        let parameters = Parameters::of_config(CONFIG, &secrets);
        let fixture = Fixture::answering(parameters, at(0), answers);
        Server { fixture, texts, opted_out, is_busy, sent: Mutex::new(0) }
    }

    fn escalate(&self) -> &Escalate {
        &self.fixture.escalate
    }

    fn now(&self) -> Timestamp {
        self.fixture.clock.now()
    }

    fn passes(&self, span: SignedDuration) {
        self.fixture.clock.push(span);
    }

    /// An alarm of this name goes off, and the first call finds nobody. Gives the incident and its letters in alpha's
    /// texts.
    async fn misses(&self, name: &str) -> (IncidentId, String) {
        let body = alarm(name);
        self.escalate().take(body.as_bytes(), self.now()).await.expect("an alarm");
        let policy = name.split('-').next().unwrap_or_default();
        let incident = self.incident(policy);
        let event =
            crate::domain::escalation::CallEvent::Ended(crate::domain::escalation::End::NoAnswer);
        let signals = [Signal::Call { attempt: 1, call: None, event }];
        self.escalate()
            .transact(&incident.id, &signals, Effects::Inline, self.now())
            .await
            .expect("a missed call");
        let letters = self.letters("alpha", &incident.id).await;
        (incident.id, letters)
    }

    async fn letters(&self, person: &str, incident: &IncidentId) -> String {
        let texted: Texted =
            texted::of(&self.fixture.backend.store, person, self.now()).await.expect("a record");
        let about = texted.about.iter().find(|about| about.incident == *incident);
        about.map(|about| about.letters.to_string()).unwrap_or_default()
    }

    fn incident(&self, policy: &str) -> Incident {
        let stored = self.fixture.backend.store.read::<StoredIncident>(&records::open(policy));
        stored.expect("an incident").incident
    }

    fn owner(&self, policy: &str) -> Option<String> {
        self.incident(policy).taken_by().map(|owner| owner.person.clone())
    }

    /// What a text from this number is answered with.
    async fn texts(&self, from: &str, body: &str) -> String {
        let number = {
            let mut sent = self.sent.lock().expect("a number");
            *sent += 1;
            *sent
        };
        self.texts_as(from, body, &format!("SM{number:032x}"), &[]).await
    }

    async fn texts_as(&self, from: &str, body: &str, sid: &str, more: &[(&str, &str)]) -> String {
        let answer = self.posts(from, body, sid, more, TOKEN).await.expect("an answer");
        let answer = answer.split_once("<Response>").map_or("", |(_, rest)| rest);
        let answer = answer.trim_end_matches("</Response>");
        answer.trim_start_matches("<Message>").trim_end_matches("</Message>").to_owned()
    }

    async fn posts(
        &self,
        from: &str,
        body: &str,
        sid: &str,
        more: &[(&str, &str)],
        token: &str,
    ) -> Result<String, Error> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("MessageSid", sid).append_pair("From", from).append_pair("Body", body);
        form.append_pair("To", "+15005550006").extend_pairs(more);
        let form = form.finish();
        let fields = form_fields(form.as_bytes());
        let url = format!("{BASE}{PATH}");
        let signed = signature(&url, Payload::Form(&fields), &Secret::new(token));
        let request = Request {
            method: "POST".to_owned(),
            path: PATH.to_owned(),
            headers: vec![("x-twilio-signature".to_owned(), signed.into())],
            body: form.into(),
            ..Request::default()
        };
        let response = self.escalate().handle_text(&request, self.now()).await?;
        assert_eq!(response.status, 200);
        Ok(String::from_utf8_lossy(&response.body).into_owned())
    }

    async fn wakes(&self, wake_up: &WakeUp) {
        let message = Message {
            id: "1".to_owned(),
            group: wake_up.group(),
            body: wake_up.to_body(),
            receive_count: 1,
        };
        assert_eq!(self.escalate().process(&message, self.now()).await, Processed::Done);
    }

    /// The lines about people who opted out that Slack was told.
    fn opt_out_lines(&self) -> Vec<String> {
        let lines = crate::testing::each_line_once(&self.fixture.backend.queue.sent());
        lines
            .into_iter()
            .filter(|line| line.event_type == "opt-out")
            .map(|line| line.text)
            .collect()
    }
}

/// The same with a token that is always the same: nobody can guess those of links.
fn any_link(text: &str) -> String {
    match text.split_once("/i/") {
        Some((before, rest)) => format!("{before}/i/…{}", &rest[22..]),
        None => text.to_owned(),
    }
}
