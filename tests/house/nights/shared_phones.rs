//! People who are in the rosters of two policies: nobody is called twice at once.

use std::time::Duration;

use crate::night::{Night, Way, policy};

stories! {
    somebody_in_a_call_for_another_policy_is_passed_over
    who_was_passed_over_comes_back
    everybody_is_in_a_call_and_it_waits
}

fn two(first: &[&str], second: &[&str]) -> String {
    policy("shop", "shop-*", first, 3) + &policy("stock", "stock-*", second, 3)
}

async fn somebody_in_a_call_for_another_policy_is_passed_over(way: Way) {
    let night = Night::begin(way, &two(&["alpha", "bravo"], &["alpha", "charlie"])).await;
    night.alarm("shop-down").goes_off().await;
    night.phone("alpha").rings().await;
    night.alarm("stock-down").goes_off().await;
    night.phone("charlie").rings().await.answers().await.presses('1').await;
    night.phone("charlie").is_sent("You took it: stock-down\n12 is more than 5\nPAGE").await;
    night.has("taken", "stock").await.by("charlie").after(&["charlie: took it"]);
    night.slack_says("*alpha* is in another call: passed over for now").await;
    night.phone("alpha").answers().await.presses('1').await;
    night.has("taken", "shop").await.by("alpha").after(&["alpha: took it"]);
    night
        .phone("alpha")
        .is_sent_of("shop", "You took it: shop-down\n12 is more than 5\nPAGE")
        .await;
    night.end().await;
}

async fn who_was_passed_over_comes_back(way: Way) {
    let night = Night::begin(way, &two(&["alpha", "bravo"], &["alpha", "charlie"])).await;
    night.alarm("shop-down").goes_off().await;
    night.phone("alpha").rings().await;
    night.alarm("stock-down").goes_off().await;
    night.phone("charlie").rings().await;
    night.phone("alpha").answers().await.presses('1').await;
    night
        .phone("alpha")
        .is_sent_of("shop", "You took it: shop-down\n12 is more than 5\nPAGE")
        .await;
    night.has("taken", "shop").await.by("alpha");
    night.passes(Duration::from_secs(7)).await;
    night.phone("alpha").ends("completed").await;
    night.phone("charlie").declines().await;
    night.phone("alpha").rings().await.answers().await.presses('1').await;
    night
        .phone("alpha")
        .is_sent_of("stock", "You took it: stock-down\n12 is more than 5\nPAGE")
        .await;
    night.has("taken", "stock").await.by("alpha").after(&["charlie: busy", "alpha: took it"]);
    night.end().await;
}

async fn everybody_is_in_a_call_and_it_waits(way: Way) {
    let night = Night::begin(way, &two(&["alpha"], &["alpha"])).await;
    night.alarm("shop-down").goes_off().await;
    let alpha = night.phone("alpha");
    alpha.rings().await.answers().await;
    night.alarm("stock-down").goes_off().await;
    night.slack_says(":hourglass: everybody is in a call: waiting").await;
    night.has("calling", "stock").await.after(&[]);
    alpha
        .presses('1')
        .await
        .is_sent_of("shop", "You took it: shop-down\n12 is more than 5\nPAGE")
        .await;
    // The last word, and the next look.
    night.passes(Duration::from_secs(7)).await;
    alpha.ends("completed").await;
    night.passes(Duration::from_secs(6)).await;
    alpha.rings().await.answers().await.presses('1').await;
    alpha.is_sent_of("stock", "You took it: stock-down\n12 is more than 5\nPAGE").await;
    night.has("taken", "stock").await.by("alpha").after(&["alpha: took it"]);
    night.end().await;
}
