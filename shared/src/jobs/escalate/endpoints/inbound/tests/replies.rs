//! Answers by text: whom one is taken from, what one tells, and what it offers.

use super::*;
use crate::domain::escalation::{Alarm, TextAbout};
use crate::testing::sample::{self, phone};

#[tokio::test]
async fn number_that_was_never_texted_changes_nothing() {
    let server = Server::new();
    let (id, shop) = server.misses("shop-down").await;
    // alpha's number was another one then.
    let (store, now) = (&server.fixture.backend.store, server.now());
    let former = |texted: &Texted| Some(texted.with((&id, &phone("+15005550077")), None, now));
    texted::change(store, "alpha", now, former).await.expect("a change");
    let told = server.texts(ALPHA, &format!("1 {shop}")).await;
    assert!(told.starts_with("Nothing is open that you were texted about"), "{told}");
    assert_eq!(server.owner("shop"), None);
}

#[tokio::test]
async fn answer_that_names_what_joined_has_told_it() {
    let server = Server::new();
    let (_, shop) = server.misses("shop-down").await;
    for name in ["shop-a", "shop-b", "shop-c"] {
        server.passes(SignedDuration::from_secs(1));
        server.escalate().take(alarm(name).as_bytes(), server.now()).await.expect("an alarm");
    }
    let told = server.texts(ALPHA, "1").await;
    assert!(told.starts_with("You took it: shop-down, shop-a, shop-b and 1 more"), "{told}");
    let told = server.texts(ALPHA, &format!("3 {shop}")).await;
    assert_eq!(told, "You resolved it: shop-down, shop-a, shop-b and 1 more");
}

#[tokio::test]
async fn digit_is_offered_only_where_it_would_not_be_refused() {
    let server = Server::new();
    let (_, shop) = server.misses("shop-down").await;
    let (_, stock) = server.misses("stock-empty").await;
    let take =
        format!("shop-down: Reply 1 {shop} to take it\nstock-empty: Reply 1 {stock} to take it");
    assert_eq!(server.texts(ALPHA, "2").await, format!("There is nothing to pass on\n{take}"));
    server.texts(ALPHA, &format!("1 {shop}")).await;
    let told = server.texts(ALPHA, "2").await;
    assert_eq!(told, format!("2 are open\nReply 2 {shop} for shop-down"));
    let told = server.texts(ALPHA, "1").await;
    assert_eq!(told, format!("2 are open\nReply 1 {stock} for stock-empty"));
    let told = server.texts(ALPHA, "3").await;
    assert_eq!(told, format!("To resolve, name what is over\nReply 3 {shop} for shop-down"));
}

#[tokio::test]
async fn whoever_resolves_by_a_text_is_told_nothing_more_and_hears_of_all_that_is_over() {
    let server = Server::new();
    let (id, shop) = server.misses("shop-down").await;
    server.texts(ALPHA, "1").await;
    let raised =
        Alarm { raised_by: Some("bravo".to_owned()), ..sample::alarm("nosess", server.now()) };
    let later = sample::alarm("def-2", server.now());
    for one in [raised, later] {
        let joins = [Signal::Alarm(one)];
        let (escalate, now) = (server.escalate(), server.now());
        escalate.transact(&id, &joins, Effects::Inline, now).await.expect("an alarm");
    }
    let told = server.texts(ALPHA, &format!("3 {shop}")).await;
    assert!(told.contains("Open now: shop-down, nosess, def-2"), "{told}");
    let before = server.texts.lock().expect("texts").len();
    let told = server.texts(ALPHA, &format!("3 {shop}")).await;
    assert_eq!(told, "You resolved it: shop-down, nosess, def-2");
    for _ in 0..3 {
        server.passes(SignedDuration::from_mins(5));
        let (escalate, now) = (server.escalate(), server.now());
        escalate.transact(&id, &[Signal::Wake], Effects::Inline, now).await.expect("a wake-up");
    }
    assert_eq!(server.texts.lock().expect("texts").len(), before);
}

#[test]
fn text_that_waited_says_that_its_incident_is_over() {
    let policy = sample::policy("p", &["alpha"]);
    let mut incident = sample::incident("p-1", &policy, sample::alarm("def-1", at(0)));
    incident.ended_at = Some(at(60));
    let to = crate::domain::text::Recipient { person: "alpha", page: None, letters: None };
    let says = |about: &TextAbout| crate::domain::text::sms(&incident, about, &to);
    let names = || vec!["def-2".to_owned()];
    assert_eq!(
        says(&TextAbout::Joined { alarms: names(), more: 0 }),
        "Went off too, and is over: def-2"
    );
    assert_eq!(
        says(&TextAbout::Reopened { alarms: names(), more: 0 }),
        "It was back, and is over: def-2"
    );
    assert!(says(&TextAbout::Taken).starts_with("You took it, and it is over: "));
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
    assert_eq!(server.opt_out_lines(), [""; 0]);
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
async fn forged_text_is_refused_before_it_is_read() {
    let server = Server::new();
    let (_, shop) = server.misses("shop-down").await;
    let body = format!("1 {shop}");
    let refused = server.posts(ALPHA, &body, "SM1", &[], "another token").await;
    assert!(matches!(refused, Err(Error::Forged(_))), "{refused:?}");
    assert_eq!(server.owner("shop"), None);
}
