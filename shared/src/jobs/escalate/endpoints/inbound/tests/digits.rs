//! Each digit does what it says: take it, pass it on, resolve it.

use super::*;
use crate::domain::escalation::{Actor, Event};

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
        // The text that names it does not leave: Twilio refuses it.
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
