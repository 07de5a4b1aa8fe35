//! Twilio brings the same text twice.

use super::*;
use crate::domain::escalation::{Actor, Event};

const SID: &str = "SM00000000000000000000000000000abc";

#[tokio::test]
async fn same_text_twice_is_refused_twice() {
    let server = Server::new();
    let (_, shop) = server.misses("shop-down").await;
    server.texts(ALPHA, "1").await;
    server.opted_out.lock().expect("a list").push(ALPHA.to_owned());
    for name in ["shop-slow", "shop-late"] {
        server.passes(SignedDuration::from_secs(1));
        server.escalate().take(alarm(name).as_bytes(), server.now()).await.expect("an alarm");
    }
    let resolve = format!("3 {shop}");
    let first = server.texts_as(ALPHA, &resolve, SID, &[]).await;
    assert!(first.starts_with("Not resolved: more went off"), "{first}");
    server.passes(SignedDuration::from_secs(5));
    assert_eq!(server.texts_as(ALPHA, &resolve, SID, &[]).await, first);
    assert_eq!(server.incident("shop").ended_at, None);
    let told = server.texts(ALPHA, &resolve).await;
    assert_eq!(told, "You resolved it: shop-down, shop-slow, shop-late");
}

#[tokio::test]
async fn digit_that_was_refused_does_not_take_what_became_free_since() {
    let server = Server::new();
    server.misses("shop-down").await;
    let id = server.incident("shop").id;
    let bravo = Actor::from("bravo");
    let takes = [Signal::Acknowledged { person: bravo.clone(), outside: false }];
    server.escalate().transact(&id, &takes, Effects::Deferred, server.now()).await.expect("taken");
    let first = server.texts_as(ALPHA, "1", SID, &[]).await;
    assert_eq!(first, "bravo has it: shop-down");
    let gives = [Signal::Released { person: bravo }];
    server.escalate().transact(&id, &gives, Effects::Deferred, server.now()).await.expect("free");
    assert_eq!(server.texts_as(ALPHA, "1", SID, &[]).await, first);
    assert_eq!(server.owner("shop"), None);
}

#[tokio::test]
async fn digit_that_took_an_incident_takes_no_other_one() {
    let server = Server::new();
    let (id, shop) = server.misses("shop-down").await;
    server.texts_as(ALPHA, "1", SID, &[]).await;
    server.texts(ALPHA, &format!("3 {shop}")).await;
    server.misses("stock-empty").await;
    server.texts_as(ALPHA, "1", SID, &[]).await;
    assert_eq!(server.owner("stock"), None);
    assert_eq!(server.incident("shop").id, id);
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
