//! Texts to a Flow: a conversation, and a reminder where nobody answers.

use super::*;
use crate::twilio::text::TextFacts;

#[tokio::test]
async fn texts_are_a_conversation() {
    let inbound = Inbound::new().await;
    let first = inbound.texts("Hi");
    inbound.comes_to(&first, "score").await;
    inbound.texts("so-so");
    inbound.until("it asks again", || inbound.got().len() >= 3).await;
    inbound.texts(" Five ");
    inbound.comes_to(&first, "courier").await;
    inbound.texts("YES");
    inbound.comes_to(&first, "comment").await;
    inbound.texts("Please ring the bell");
    let steps = inbound.ends(&first).await;
    let expected = [
        "Trigger incomingMessage",
        "score incomingMessage",
        "take_score next",
        "score_is noMatch",
        "not_a_score sent",
        "score incomingMessage",
        "take_score next",
        "score_is match",
        "courier incomingMessage",
        "courier_is match",
        "friendly next",
        "comment incomingMessage",
        "comment_is noMatch",
        "take_comment next",
    ];
    assert_eq!(steps.get(..expected.len()), Some(&expected.map(str::to_owned)[..]));
    assert!(
        steps
            .last()
            .is_some_and(|last| last.ends_with("thanks sent") || last.ends_with("not_saved sent"))
    );
    // What comes after the end begins anew.
    let again = inbound.texts("Hi");
    inbound.comes_to(&again, "score").await;
}

#[tokio::test]
async fn text_without_an_answer_is_followed_by_a_reminder() {
    let inbound = Inbound::new().await;
    let first = inbound.texts("Hi");
    inbound.comes_to(&first, "reminder").await;
    let steps = inbound.ends(&first).await;
    assert_eq!(steps, ["Trigger incomingMessage", "score timeout", "reminder timeout"]);
    // One that the phone never gets is no question.
    let unreachable = serde_json::from_value(json!({"texts": "undelivered"})).expect("a behaviour");
    inbound.fixture.twilio.set_behaviour(ALPHA, unreachable);
    let first = inbound.texts("Hi");
    let steps = inbound.ends(&first).await;
    assert_eq!(steps, ["Trigger incomingMessage", "score deliveryFailure"]);
    let texts = inbound.fixture.twilio.texts();
    let TextFacts { error_code, .. } = texts.last().expect("a text").facts();
    assert_eq!(error_code, Some(30003));
}
