//! The house is killed in the middle of a call, and the next one goes on. The phones are another process's: they live on.

use std::time::Duration;

use rusqlite::Connection;

use crate::night::{Night, Way, usual};

stories! {
    killed_while_it_rings_the_wake_up_asks_how_the_call_went
    killed_in_a_conversation_it_calls_the_next_when_that_is_over
    even_the_wake_up_is_lost_and_the_audit_mends_it
}

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

async fn killed_while_it_rings_the_wake_up_asks_how_the_call_went(way: Way) {
    let (night, plan) = Night::with_an_exchange(way, &usual()).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("alpha").rings().await;
    night.settles().await;
    let night = night.killed(&plan).await.goes_on().await;
    night.phone("alpha").lets_it_ring().await;
    night.passes(way.until_it_is_looked_up()).await;
    night.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    night.is("taken").await.by("bravo").after(&["alpha: no answer", "bravo: took it"]);
    night.end().await;
}

async fn killed_in_a_conversation_it_calls_the_next_when_that_is_over(way: Way) {
    let (night, plan) = Night::with_an_exchange(way, &usual()).await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("alpha").rings().await.answers().await;
    night.settles().await;
    let night = night.killed(&plan).await.goes_on().await;
    // Its callbacks go where the house was: the end of this call is never reported.
    night.phone("alpha").hangs_up().await.ends("completed").await;
    night.passes_until_called("bravo").await;
    night.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    night.is("taken").await.by("bravo").after(&["alpha: hung up without a key", "bravo: took it"]);
    night.end().await;
}

async fn even_the_wake_up_is_lost_and_the_audit_mends_it(way: Way) {
    let (night, plan) = Night::with_an_exchange(way, &usual()).await;
    night.needs_mending();
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("alpha").rings().await;
    night.settles().await;
    let asleep = night.killed(&plan).await;
    let file = Connection::open(asleep.plan.folder.path().join("data/ringdown.sqlite")).unwrap();
    let lost = file.execute("DELETE FROM messages WHERE queue = 'wake-ups'", []).unwrap();
    assert!(lost > 0, "there is a wake-up to be lost");
    drop(file);
    let night = asleep.goes_on().await;
    night.phone("alpha").lets_it_ring().await;
    night.passes(Duration::from_secs(35)).await;
    night.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    night.is("taken").await.by("bravo").after(&["alpha: no answer", "bravo: took it"]);
    night.slack_says(":warning: the audit mended a wake-up that did not come").await;
    night.end().await;
}
