//! Texts about incidents are answered by texts.

use std::time::Duration;

use crate::scenario::{CallWith, Scenario, policy, post, usual};

scenarios! {
    missed_call_is_texted_and_its_answer_takes_the_incident
    two_open_incidents_are_told_apart_by_their_letters
    whoever_opts_out_is_told_once_and_gets_texts_again_after_start
    text_of_a_stranger_and_a_forged_one_change_nothing
}

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";
const MISSED: &str = "We called you: checkout-5xx-rate\n12 is more than 5\nPAGE";

/// A policy that texts whoever does not answer.
fn texting(policy: &str) -> String {
    policy.replace("channel =", "text_on_missed_call = true\nchannel =")
}

/// The letters of an incident in what can be answered: `1 KM to take it`.
fn letters(offers: &str) -> String {
    offers.get(2..4).unwrap_or_default().to_owned()
}

async fn missed_call_is_texted_and_its_answer_takes_the_incident(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &texting(&usual())).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    let (alpha, bravo) = (scenario.phone("alpha"), scenario.phone("bravo"));
    alpha.rings().await.lets_it_ring().await.is_sent(MISSED).await;
    bravo.rings().await.declines().await.is_sent(MISSED).await;
    scenario.phone("charlie").rings().await;
    let offers = alpha.offers().await;
    let km = letters(&offers);
    assert_eq!(offers, format!("1 {km} to take it"));
    assert_eq!(bravo.offers().await, offers);
    alpha.texts_back(&format!("1{}", km.to_lowercase())).await.is_sent(TEXT).await;
    assert_eq!(alpha.offers().await, format!("2 {km} to pass it on, 3 {km} to resolve it"));
    scenario.phone("charlie").ends("canceled").await;
    let taken = scenario.is("taken").await.by("alpha");
    let after = taken.span("raised_at", "taken_at");
    scenario.slack_says(&format!(":white_check_mark: *alpha* took it by text after {after}")).await;
    bravo.texts_back("1").await.is_sent("alpha has it: checkout-5xx-rate").await;
    alpha.texts_back("2").await;
    alpha.is_sent("You passed it on: checkout-5xx-rate\nbravo is called").await;
    bravo.rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("bravo");
    bravo.texts_back("3").await;
    bravo.is_sent("To resolve, name what is over").await;
    bravo.texts_back(&format!("3 {km}")).await.is_sent("You resolved it: checkout-5xx-rate").await;
    scenario.is("resolved").await;
    scenario.passes(Duration::from_secs(10)).await;
    scenario.end().await;
}

async fn two_open_incidents_are_told_apart_by_their_letters(call_with: CallWith) {
    let both = policy("shop", "shop-*", &["alpha"], 1) + &policy("stock", "stock-*", &["alpha"], 1);
    let scenario = Scenario::begin(call_with, &texting(&both)).await;
    let alpha = scenario.phone("alpha");
    scenario.alarm("shop-down").goes_off().await;
    alpha.rings().await.declines().await;
    alpha.is_sent_of("shop", "We called you: shop-down\n12 is more than 5\nPAGE").await;
    let shop = letters(&alpha.offers().await);
    scenario.alarm("stock-down").goes_off().await;
    alpha.rings().await.declines().await;
    alpha.is_sent_of("stock", "We called you: stock-down\n12 is more than 5\nPAGE").await;
    let stock = letters(&alpha.offers().await);
    assert_ne!(shop, stock);
    alpha.texts_back("1").await.is_sent("2 are open").await;
    alpha.texts_back(&format!("1 - {stock}")).await;
    alpha.is_sent_of("stock", "You took it: stock-down\n12 is more than 5\nPAGE").await;
    scenario.has("taken", "stock").await.by("alpha");
    scenario.has("exhausted", "shop").await;
    scenario.end().await;
}

async fn whoever_opts_out_is_told_once_and_gets_texts_again_after_start(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &texting(&usual())).await;
    let alpha = scenario.phone("alpha");
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    alpha.rings().await.declines().await.is_sent(MISSED).await;
    scenario.phone("bravo").rings().await;
    // Twilio answers by itself, and we do not.
    alpha.texts_back("STOP").await;
    let gone = "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply \
                START to resubscribe.";
    alpha.is_sent(gone).await;
    let told = ":no_bell: *alpha* has opted out of texts (they texted STOP). They are still called, and get no text until \
                they send START to our number";
    scenario.slack_says(told).await;
    let page = scenario.server.get("/system").await.text().await.unwrap();
    assert!(page.contains("Opted out of texts") && page.contains("texted STOP"), "{page}");
    // A text to it meanwhile is refused, and told on the incident alone.
    scenario.phone("bravo").declines().await.is_sent(MISSED).await;
    scenario.phone("charlie").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    alpha.texts_back("start").await;
    let back = "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to \
                unsubscribe. Msg&Data Rates May Apply.";
    alpha.is_sent(back).await;
    scenario.settles().await;
    scenario.slack_says(":bell: *alpha* gets texts again (they texted START)").await;
    let page = scenario.server.get("/system").await.text().await.unwrap();
    assert!(!page.contains("Opted out of texts"), "{page}");
    scenario.slack_says_again(told, 1).await;
    scenario.passes(Duration::from_secs(7)).await;
    scenario.end().await;
}

async fn text_of_a_stranger_and_a_forged_one_change_nothing(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &texting(&usual())).await;
    let alpha = scenario.phone("alpha");
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    alpha.rings().await.declines().await.is_sent(MISSED).await;
    scenario.phone("bravo").rings().await;
    let km = letters(&alpha.offers().await);
    // Nobody has texted this phone, so that it has nobody to answer to.
    let (status, _) =
        post(&scenario.server, "/sandbox/phones/+15005550099/text", "1".to_owned()).await;
    assert_eq!(status, 409);
    let form = format!("MessageSid=SM1&From=%2B15005550001&To=%2B15005550006&Body=1+{km}");
    for signature in ["", "Zm9yZ2Vk"] {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("x-twilio-signature", signature),
        ];
        let path = "/twilio/inbound/message";
        assert_eq!(scenario.server.post(path, &headers, form.as_bytes()).await, 403);
    }
    scenario.is("calling").await;
    scenario.phone("bravo").answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.passes(Duration::from_secs(7)).await;
    scenario.end().await;
}
