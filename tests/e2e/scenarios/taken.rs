//! Somebody has it, and others press 1 too, or it goes on.

use std::time::Duration;

use crate::scenario::{CallWith, Scenario, policy, usual};

scenarios! {
    two_press_1_at_once_and_one_has_it
    somebody_presses_1_when_another_has_it
    whoever_declined_may_still_take_it
    after_half_an_hour_the_owner_is_asked_first
    a_owner_who_does_not_answer_is_not_the_last
}

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

async fn two_press_1_at_once_and_one_has_it(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await.lets_it_ring().await;
    scenario.phone("bravo").rings().await.answers().await;
    let id = scenario.is("calling").await.id().to_owned();
    // Twilio brings a key of alpha's late, in the moment in which bravo presses 1.
    let (alpha, bravo) = tokio::join!(
        scenario.is_told_of_a_key(&id, 1, "1"),
        scenario.is_told_of_a_key(&id, 2, "1")
    );
    let has_it: Vec<bool> = [&alpha, &bravo].map(|told| told.contains("It is yours.")).to_vec();
    let owner = match has_it[..] {
        [true, false] => "alpha",
        [false, true] => "bravo",
        _ => panic!("one has it, and not two or none: {alpha}\n{bravo}"),
    };
    let loser = if owner == "alpha" { &bravo } else { &alpha };
    assert!(loser.contains(&format!("{owner} has it. Thank you, good bye.")), "{loser}");
    scenario.is("taken").await.by(owner);
    scenario.phone(owner).is_sent(TEXT).await;
    scenario.end().await;
}

async fn somebody_presses_1_when_another_has_it(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await.declines().await;
    scenario.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    let found = scenario.is("taken").await.by("bravo");
    let told = scenario.is_told_of_a_key(found.id(), 1, "1").await;
    assert!(told.contains("bravo has it. Thank you, good bye."), "{told}");
    let calls = ["alpha: pressed 1 when it was no longer open", "bravo: took it"];
    scenario.is("taken").await.by("bravo").after(&calls);
    scenario.slack_says("*alpha*: pressed 1 when it was no longer open").await;
    scenario.end().await;
}

async fn whoever_declined_may_still_take_it(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await.answers().await.presses('2').await;
    let bravo = scenario.phone("bravo");
    bravo.rings().await;
    let id = scenario.is("calling").await.id().to_owned();
    assert!(scenario.is_told_of_a_key(&id, 1, "1").await.contains("It is yours."));
    scenario.phone("alpha").is_sent(TEXT).await;
    bravo.ends("canceled").await;
    scenario.is("taken").await.by("alpha").after(&["alpha: took it", "bravo: no longer needed"]);
    scenario.end().await;
}

async fn after_half_an_hour_the_owner_is_asked_first(call_with: CallWith) {
    let scenario =
        Scenario::begin(call_with, &policy("default", "*", &["bravo", "alpha", "charlie"], 3))
            .await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("bravo").rings().await.declines().await;
    scenario.phone("alpha").takes_it(TEXT).await;
    scenario.passes(Duration::from_secs(29 * 60)).await;
    scenario.is("taken").await;
    scenario.passes(Duration::from_secs(60)).await;
    let words = "Hello alpha, this is Ringdown. The alarm checkout 5xx rate went off. Checkouts fail. It began 30 minutes \
                 ago. Press 1 to take it. Press 2 to pass it on. Press 3 if it is over.";
    scenario
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
    scenario.is("taken").await.by("alpha").after(&[
        "bravo: busy",
        "alpha: took it",
        "alpha: took it",
    ]);
    scenario.slack_says(":repeat: still in ALARM: asking *alpha* again").await;
    scenario.end().await;
}

async fn a_owner_who_does_not_answer_is_not_the_last(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").takes_it(TEXT).await;
    scenario.passes(Duration::from_secs(30 * 60)).await;
    scenario.phone("alpha").rings().await.lets_it_ring().await;
    scenario.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("bravo").after(&[
        "alpha: took it",
        "alpha: no answer",
        "bravo: took it",
    ]);
    scenario.end().await;
}
