//! People who are in the rosters of two policies: nobody is called twice at once.

use std::time::Duration;

use crate::scenario::{CallWith, Scenario, policy};

scenarios! {
    somebody_in_a_call_for_another_policy_is_passed_over
    who_was_passed_over_comes_back
    everybody_is_in_a_call_and_it_waits
}

fn two(first: &[&str], second: &[&str]) -> String {
    policy("shop", "shop-*", first, 3) + &policy("stock", "stock-*", second, 3)
}

async fn somebody_in_a_call_for_another_policy_is_passed_over(call_with: CallWith) {
    let scenario =
        Scenario::begin(call_with, &two(&["alpha", "bravo"], &["alpha", "charlie"])).await;
    scenario.alarm("shop-down").goes_off().await;
    scenario.phone("alpha").rings().await;
    scenario.alarm("stock-down").goes_off().await;
    scenario.phone("charlie").rings().await.answers().await.presses('1').await;
    scenario.phone("charlie").is_sent("You took it: stock-down\n12 is more than 5\nPAGE").await;
    scenario.has("taken", "stock").await.by("charlie").after(&["charlie: took it"]);
    scenario.slack_says("*alpha* is in another call: passed over for now").await;
    scenario.phone("alpha").answers().await.presses('1').await;
    scenario.has("taken", "shop").await.by("alpha").after(&["alpha: took it"]);
    scenario
        .phone("alpha")
        .is_sent_of("shop", "You took it: shop-down\n12 is more than 5\nPAGE")
        .await;
    scenario.end().await;
}

async fn who_was_passed_over_comes_back(call_with: CallWith) {
    let scenario =
        Scenario::begin(call_with, &two(&["alpha", "bravo"], &["alpha", "charlie"])).await;
    scenario.alarm("shop-down").goes_off().await;
    scenario.phone("alpha").rings().await;
    scenario.alarm("stock-down").goes_off().await;
    scenario.phone("charlie").rings().await;
    scenario.phone("alpha").answers().await.presses('1').await;
    scenario
        .phone("alpha")
        .is_sent_of("shop", "You took it: shop-down\n12 is more than 5\nPAGE")
        .await;
    scenario.has("taken", "shop").await.by("alpha");
    scenario.passes(Duration::from_secs(7)).await;
    scenario.phone("alpha").ends("completed").await;
    scenario.phone("charlie").declines().await;
    scenario.phone("alpha").rings().await.answers().await.presses('1').await;
    scenario
        .phone("alpha")
        .is_sent_of("stock", "You took it: stock-down\n12 is more than 5\nPAGE")
        .await;
    scenario.has("taken", "stock").await.by("alpha").after(&["charlie: busy", "alpha: took it"]);
    scenario.end().await;
}

async fn everybody_is_in_a_call_and_it_waits(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &two(&["alpha"], &["alpha"])).await;
    scenario.alarm("shop-down").goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await.answers().await;
    scenario.alarm("stock-down").goes_off().await;
    scenario.slack_says(":hourglass: everybody is in another call: waiting").await;
    scenario.has("calling", "stock").await.after(&[]);
    alpha
        .presses('1')
        .await
        .is_sent_of("shop", "You took it: shop-down\n12 is more than 5\nPAGE")
        .await;
    // The last word, and the next look.
    scenario.passes(Duration::from_secs(7)).await;
    alpha.ends("completed").await;
    scenario.passes(Duration::from_secs(6)).await;
    alpha.rings().await.answers().await.presses('1').await;
    alpha.is_sent_of("stock", "You took it: stock-down\n12 is more than 5\nPAGE").await;
    scenario.has("taken", "stock").await.by("alpha").after(&["alpha: took it"]);
    scenario.end().await;
}
