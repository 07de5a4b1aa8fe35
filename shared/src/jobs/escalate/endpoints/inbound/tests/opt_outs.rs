//! People who opt out of texts, and get them again.

use super::*;
use crate::domain::escalation::{Effect, TextAbout};
use crate::storage::opt_outs;
use crate::testing::sample::phone;

#[tokio::test]
async fn person_who_opts_out_is_reported_once_until_they_start_again() {
    let server = Server::new();
    for more in [&[][..], &[("OptOutType", "STOP")]] {
        assert_eq!(server.texts_as(ALPHA, "Stop", "SM1", more).await, "");
    }
    let said = server.opt_out_lines();
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
    assert_eq!(
        server.opt_out_lines()[1..],
        [":bell: *alpha* gets texts again (they texted START)"]
    );
    assert!(
        opt_outs::one(store, "alpha", &phone(ALPHA), server.now()).await.expect("one").is_none()
    );
}

#[tokio::test]
async fn refused_text_tells_that_its_person_has_opted_out_until_one_is_delivered() {
    let server = Server::new();
    server.opted_out.lock().expect("a list").push(ALPHA.to_owned());
    server.misses("shop-down").await;
    let said = server.opt_out_lines();
    assert!(said.len() == 1 && said[0].contains("error 21610"), "{said:?}");
    let store = &server.fixture.backend.store;
    assert!(
        opt_outs::one(store, "alpha", &phone(ALPHA), server.now()).await.expect("one").is_some()
    );
    server.misses("stock-empty").await;
    assert_eq!(server.opt_out_lines().len(), 1);
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
    assert_eq!(server.opt_out_lines().len(), 1);
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
    let said = server.opt_out_lines();
    assert_eq!(said[1..], [":bell: *alpha* gets texts again (one was delivered)"]);
}
