//! Somebody has it, and others press 1 too, or it goes on.

use std::time::Duration;

use crate::night::{Night, Way, policy, usual};

stories! {
    two_press_1_at_once_and_one_has_it
    somebody_presses_1_when_another_has_it
    whoever_declined_may_still_take_it
    after_half_an_hour_the_holder_is_asked_first
    a_holder_who_does_not_answer_is_not_the_last
}

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

async fn two_press_1_at_once_and_one_has_it(way: Way) {
    let night = Night::begin(way, &usual()).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("alpha").rings().await.lets_it_ring().await;
    night.phone("bravo").rings().await.answers().await;
    let id = night.is("calling").await.id().to_owned();
    // Twilio brings a key of alpha's late, in the moment in which bravo presses 1.
    let (alpha, bravo) =
        tokio::join!(night.is_told_of_a_key(&id, 1, "1"), night.is_told_of_a_key(&id, 2, "1"));
    let has_it: Vec<bool> = [&alpha, &bravo].map(|told| told.contains("It is yours.")).to_vec();
    let holder = match has_it[..] {
        [true, false] => "alpha",
        [false, true] => "bravo",
        _ => panic!("one has it, and not two or none: {alpha}\n{bravo}"),
    };
    let loser = if holder == "alpha" { &bravo } else { &alpha };
    assert!(loser.contains(&format!("{holder} has it. Thank you, good bye.")), "{loser}");
    night.is("taken").await.by(holder);
    night.phone(holder).is_sent(TEXT).await;
    night.end().await;
}

async fn somebody_presses_1_when_another_has_it(way: Way) {
    let night = Night::begin(way, &usual()).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("alpha").rings().await.declines().await;
    night.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    let found = night.is("taken").await.by("bravo");
    let told = night.is_told_of_a_key(found.id(), 1, "1").await;
    assert!(told.contains("bravo has it. Thank you, good bye."), "{told}");
    let calls = ["alpha: pressed 1 when it was no longer open", "bravo: took it"];
    night.is("taken").await.by("bravo").after(&calls);
    night.slack_says("*alpha*: pressed 1 when it was no longer open").await;
    night.end().await;
}

async fn whoever_declined_may_still_take_it(way: Way) {
    let night = Night::begin(way, &usual()).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("alpha").rings().await.answers().await.presses('2').await;
    let bravo = night.phone("bravo");
    bravo.rings().await;
    let id = night.is("calling").await.id().to_owned();
    assert!(night.is_told_of_a_key(&id, 1, "1").await.contains("It is yours."));
    night.phone("alpha").is_sent(TEXT).await;
    bravo.ends("canceled").await;
    night.is("taken").await.by("alpha").after(&["alpha: took it", "bravo: no longer needed"]);
    night.end().await;
}

async fn after_half_an_hour_the_holder_is_asked_first(way: Way) {
    let night = Night::begin(way, &policy("default", "*", &["bravo", "alpha", "charlie"], 3)).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("bravo").rings().await.declines().await;
    night.phone("alpha").takes_it(TEXT).await;
    night.passes(Duration::from_secs(29 * 60)).await;
    night.is("taken").await;
    night.passes(Duration::from_secs(60)).await;
    let words = "Hello alpha, this is Ringdown. The alarm checkout 5xx rate went off. Checkouts fail. It began 30 minutes \
                 ago. Press 1 to take it. Press 2 to pass it on. Press 3 if it is over.";
    night
        .phone("alpha")
        .rings()
        .await
        .answers()
        .await
        .hears(words)
        .await
        .presses('1')
        .await
        .is_sent(TEXT)
        .await;
    night.is("taken").await.by("alpha").after(&["bravo: busy", "alpha: took it", "alpha: took it"]);
    night.slack_says(":repeat: still in ALARM: asking *alpha* again").await;
    night.end().await;
}

async fn a_holder_who_does_not_answer_is_not_the_last(way: Way) {
    let night = Night::begin(way, &usual()).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("alpha").takes_it(TEXT).await;
    night.passes(Duration::from_secs(30 * 60)).await;
    night.phone("alpha").rings().await.lets_it_ring().await;
    night.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    night.is("taken").await.by("bravo").after(&[
        "alpha: took it",
        "alpha: no answer",
        "bravo: took it",
    ]);
    night.end().await;
}
