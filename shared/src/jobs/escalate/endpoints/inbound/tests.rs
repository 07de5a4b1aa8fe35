use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use serde_json::json;

use crate::domain::answers::Texted;
use crate::domain::escalation::{Actor, Incident, IncidentId, Signal};
use crate::domain::escalation::{Effect, Event, TextAbout};
use crate::http::{Request, form_fields};
use crate::jobs::escalate::testing::{Answers, Fixture};
use crate::jobs::escalate::{Effects, Escalate};
use crate::secret::Secret;
use crate::storage::messages::WakeUp;
use crate::storage::records::{self, StoredIncident};
use crate::storage::{Message, Processed, opt_outs, texted};
use crate::testing::Parameters;
use crate::testing::sample::{at, phone};
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
    /// Who has opted out.
    opted_out: Arc<Mutex<Vec<String>>>,
    sent: Mutex<u32>,
}

impl Server {
    fn new() -> Server {
        let (texts, opted_out) = (Texts::default(), Arc::<Mutex<Vec<String>>>::default());
        let (kept, out) = (texts.clone(), opted_out.clone());
        let answers: Answers = Arc::new(move |ask| {
            let field = |name: &str| {
                let found = ask.form.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| value.clone()).unwrap_or_default()
            };
            let to = field("To");
            if ask.url.ends_with("/Messages.json") {
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
        Server { fixture, texts, opted_out, sent: Mutex::new(0) }
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
    fn told(&self) -> Vec<String> {
        let lines = crate::testing::each_line_once(&self.fixture.backend.queue.sent());
        lines
            .into_iter()
            .filter(|line| line.event_type == "opt-out")
            .map(|line| line.text)
            .collect()
    }
}

mod again;
mod told;

/// The same with a token that is always the same: nobody can guess those of links.
fn any_link(text: &str) -> String {
    match text.split_once("/i/") {
        Some((before, rest)) => format!("{before}/i/…{}", &rest[22..]),
        None => text.to_owned(),
    }
}

#[tokio::test]
async fn missed_call_is_texted_once_and_its_answer_takes_the_incident() {
    let server = Server::new();
    let (_, letters) = server.misses("shop-down").await;
    let (to, sent) = server.texts.lock().expect("texts")[0].clone();
    let page = format!("{BASE}/i/…");
    let text = format!("We called you: shop-down\nit is so\n{page}\nReply 1 {letters} to take it");
    assert_eq!((to.as_str(), any_link(&sent)), (ALPHA, text));
    assert_eq!(server.texts.lock().expect("texts").len(), 1);
    let told = server.texts(ALPHA, &format!("1{}", letters.to_lowercase())).await;
    let offers = format!("Reply 2 {letters} to pass it on, 3 {letters} to resolve it");
    assert_eq!(any_link(&told), format!("You took it: shop-down\nit is so\n{page}\n{offers}"));
    assert_eq!(server.owner("shop").as_deref(), Some("alpha"));
    let last = server.incident("shop").timeline.entries.iter().rev().find_map(|entry| {
        let sentence = crate::domain::text::sentence(&server.incident("shop"), &entry.event);
        matches!(entry.event, Event::Taken { .. }).then(|| sentence.plain())
    });
    assert_eq!(last.as_deref(), Some("alpha took it by text after 0 s"));
    // Alone, the digit is enough.
    assert_eq!(server.texts(ALPHA, "1").await, format!("You have it already: shop-down\n{offers}"));
    let passed = server.texts(ALPHA, "2").await;
    assert_eq!(passed, "You passed it on: shop-down\nThe next person is called soon");
}

#[tokio::test]
async fn two_open_incidents_need_letters_and_each_has_its_own() {
    let server = Server::new();
    let (_, shop) = server.misses("shop-down").await;
    let (_, stock) = server.misses("stock-empty").await;
    assert_ne!(shop, stock);
    let told = server.texts(ALPHA, "1").await;
    assert_eq!(
        told,
        format!("2 are open\nReply 1 {shop} for shop-down, 1 {stock} for stock-empty")
    );
    assert_eq!((server.owner("shop"), server.owner("stock")), (None, None));
    let other = if shop == "CC" || stock == "CC" { "DD" } else { "CC" };
    let told = server.texts(ALPHA, &format!("1 {other}")).await;
    assert!(
        told.starts_with(&format!("Nothing open is called {other}\nReply 1 {shop} for")),
        "{told}"
    );
    server.texts(ALPHA, &format!("{stock} - 1")).await;
    assert_eq!((server.owner("shop"), server.owner("stock").as_deref()), (None, Some("alpha")));
}

#[tokio::test]
async fn incident_is_resolved_by_its_owner_alone_and_by_its_letters() {
    let server = Server::new();
    let (_, shop) = server.misses("shop-down").await;
    let told = server.texts(ALPHA, "3").await;
    let only = "Not resolved: only whoever has it can do that";
    assert_eq!(told, format!("{only}\nshop-down: Reply 1 {shop} to take it"));
    let told = server.texts(ALPHA, &format!("3 {shop}")).await;
    assert_eq!(told, format!("{only}, and nobody has shop-down\nReply 1 {shop} to take it"));
    let id = server.incident("shop").id;
    let bravo = [Signal::Acknowledged { person: Actor::from("bravo"), outside: false }];
    server.escalate().transact(&id, &bravo, Effects::Deferred, server.now()).await.expect("taken");
    let told = server.texts(ALPHA, &format!("3 {shop}")).await;
    assert_eq!(told, format!("{only}. bravo has shop-down"));
    assert_eq!(server.texts(ALPHA, "1").await, "bravo has it: shop-down");
    let told = server.texts(ALPHA, "2").await;
    assert_eq!(told, "There is nothing to pass on: bravo has shop-down");
    assert_eq!(server.texts(ALPHA, "3").await, format!("{only}\nbravo has shop-down"));
    assert_eq!(server.texts(ALPHA, "so?").await, "Not understood.\nbravo has shop-down");
    assert_eq!(server.incident("shop").ended_at, None);
}

#[tokio::test]
async fn owner_resolves_what_they_were_told_of_and_nothing_that_went_off_since() {
    let server = Server::new();
    let (_, shop) = server.misses("shop-down").await;
    server.texts(ALPHA, "1").await;
    let body = alarm("shop-slow");
    server.passes(SignedDuration::from_secs(5));
    let told = {
        // The text that names it has not left: Twilio does not answer.
        server.opted_out.lock().expect("a list").push(ALPHA.to_owned());
        server.escalate().take(body.as_bytes(), server.now()).await.expect("an alarm");
        server.texts(ALPHA, &format!("3 {shop}")).await
    };
    assert!(
        told.starts_with("Not resolved: more went off that you were not told of. Open now: shop-"),
        "{told}"
    );
    assert_eq!(server.incident("shop").ended_at, None);
    let told = server.texts(ALPHA, &format!("3 {shop}")).await;
    assert_eq!(told, "You resolved it: shop-down, shop-slow");
    assert!(server.incident("shop").ended_at.is_some());
    let over = "It is over: shop-down, shop-slow. Nothing is left to do";
    for late in ["1", "2", &format!("1 {shop}"), &format!("3 {shop}")] {
        assert_eq!(server.texts(ALPHA, late).await, over, "{late}");
    }
}

#[tokio::test]
async fn same_text_twice_acts_once() {
    let server = Server::new();
    let (id, shop) = server.misses("shop-down").await;
    let sid = "SM00000000000000000000000000000abc";
    let first = server.texts_as(ALPHA, "1", sid, &[]).await;
    let again = server.texts_as(ALPHA, "1", sid, &[]).await;
    assert_eq!(any_link(&again), any_link(&first));
    let released = server.texts(ALPHA, &format!("2 {shop}")).await;
    assert!(released.starts_with("You passed it on"), "{released}");
    // It comes a third time, when it is nobody's again: it was done once.
    let late = server.texts_as(ALPHA, "1", sid, &[]).await;
    assert_eq!(late, "Nobody has it: shop-down");
    assert_eq!(server.owner("shop"), None);
    let taken = server
        .incident("shop")
        .timeline
        .entries
        .iter()
        .filter(|entry| matches!(entry.event, Event::Taken { .. }))
        .count();
    assert_eq!((taken, id), (1, server.incident("shop").id));
}

#[tokio::test]
async fn stranger_is_never_answered_and_changes_nothing() {
    let server = Server::new();
    let (_, shop) = server.misses("shop-down").await;
    let before = server.incident("shop");
    for body in ["1", &format!("1 {shop}"), "hello", "STOP"] {
        assert_eq!(server.texts("+15005550099", body).await, "", "{body}");
    }
    // Nor is somebody of the configuration who was not texted about it, but for a word on how to answer.
    let hint = "Nothing is open that you were texted about within 12 hours, and nothing was done";
    assert_eq!(server.texts(BRAVO, &format!("1 {shop}")).await, hint);
    assert_eq!(server.texts(BRAVO, "1").await, "");
    assert_eq!(server.incident("shop"), before);
    assert_eq!(server.told(), [""; 0]);
}

#[tokio::test]
async fn text_of_half_a_day_ago_is_not_answered_any_more() {
    let server = Server::new();
    let (_, shop) = server.misses("shop-down").await;
    server.passes(SignedDuration::from_hours(13));
    let told = server.texts(ALPHA, &format!("1 {shop}")).await;
    assert!(told.starts_with("Nothing is open that you were texted about"), "{told}");
    assert_eq!(server.owner("shop"), None);
}

#[tokio::test]
async fn what_is_no_answer_is_answered_once_in_ten_minutes() {
    let server = Server::new();
    let (_, shop) = server.misses("shop-down").await;
    let hint = format!("Not understood.\nshop-down: Reply 1 {shop} to take it");
    assert_eq!(server.texts(ALPHA, "I am on my way").await, hint);
    assert_eq!(server.texts(ALPHA, "and you?").await, "");
    server.passes(SignedDuration::from_mins(10));
    assert_eq!(server.texts(ALPHA, "hello?").await, hint);
    assert_eq!(server.owner("shop"), None);
}

#[tokio::test]
async fn person_who_opts_out_is_reported_once_until_they_start_again() {
    let server = Server::new();
    for more in [&[][..], &[("OptOutType", "STOP")]] {
        assert_eq!(server.texts_as(ALPHA, "Stop", "SM1", more).await, "");
    }
    let said = server.told();
    assert!(
        said.iter().all(|text| text.contains("*alpha* has opted out of texts (they texted STOP)"))
    );
    // Both of alpha's policies have a channel of their own; one line in each, and an event of one name is there once.
    assert_eq!(said.len(), 1, "{said:?}");
    let store = &server.fixture.backend.store;
    assert!(
        opt_outs::one(store, "alpha", &phone(ALPHA), server.now()).await.expect("one").is_some()
    );
    assert_eq!(server.texts(ALPHA, "HELP").await, "");
    assert_eq!(server.texts(ALPHA, "unstop").await, "");
    assert_eq!(server.texts(ALPHA, "start").await, "");
    assert_eq!(server.told()[1..], [":bell: *alpha* gets texts again (they texted START)"]);
    assert!(
        opt_outs::one(store, "alpha", &phone(ALPHA), server.now()).await.expect("one").is_none()
    );
}

#[tokio::test]
async fn refused_text_tells_that_its_person_has_opted_out_until_one_is_delivered() {
    let server = Server::new();
    server.opted_out.lock().expect("a list").push(ALPHA.to_owned());
    server.misses("shop-down").await;
    let said = server.told();
    assert!(said.len() == 1 && said[0].contains("error 21610"), "{said:?}");
    let store = &server.fixture.backend.store;
    assert!(
        opt_outs::one(store, "alpha", &phone(ALPHA), server.now()).await.expect("one").is_some()
    );
    server.misses("stock-empty").await;
    assert_eq!(server.told().len(), 1);
    server.opted_out.lock().expect("a list").clear();
    let id = server.incident("stock").id;
    let about = TextAbout::Taken;
    let text = Effect::Text { person: "alpha".to_owned(), about, at: server.now() };
    assert!(server.incident("stock").wants(&text));
    server.texts(ALPHA, "1").await;
    let body = alarm("stock-late");
    server.texts(ALPHA, &format!("1 {}", server.letters("alpha", &id).await)).await;
    let texts = server.texts.lock().expect("texts").len();
    server.passes(SignedDuration::from_secs(1));
    server.escalate().take(body.as_bytes(), server.now()).await.expect("an alarm");
    assert_eq!(server.texts.lock().expect("texts").len(), texts + 1);
    // Twilio took it, and may refuse it later: that is told already.
    assert!(
        opt_outs::one(store, "alpha", &phone(ALPHA), server.now()).await.expect("one").is_some()
    );
    let (person, incident, sid) = ("alpha".to_owned(), id.clone(), "SM1".into());
    let refused = WakeUp::TextNotDelivered { incident, person, code: Some(21_610), sid };
    server.wakes(&refused).await;
    assert_eq!(server.told().len(), 1);
    // One that was sent before is no proof.
    let person = || "alpha".to_owned();
    server.wakes(&WakeUp::TextDelivered { person: person(), sent: at(0) }).await;
    assert!(
        opt_outs::one(store, "alpha", &phone(ALPHA), server.now()).await.expect("one").is_some()
    );
    server.wakes(&WakeUp::TextDelivered { person: person(), sent: server.now() }).await;
    assert!(
        opt_outs::one(store, "alpha", &phone(ALPHA), server.now()).await.expect("one").is_none()
    );
    server.wakes(&WakeUp::TextDelivered { person: person(), sent: server.now() }).await;
    let said = server.told();
    assert_eq!(said[1..], [":bell: *alpha* gets texts again (one was delivered)"]);
}

#[tokio::test]
async fn forged_text_is_refused_before_it_is_read() {
    let server = Server::new();
    let (_, shop) = server.misses("shop-down").await;
    let body = format!("1 {shop}");
    let refused = server.posts(ALPHA, &body, "SM1", &[], "another token").await;
    assert!(matches!(refused, Err(Error::Forged(_))), "{refused:?}");
    assert_eq!(server.owner("shop"), None);
}
