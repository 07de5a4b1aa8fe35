//! The server is killed in the middle of a call, and the next one goes on. The phones are another process's: they live on.

use std::time::Duration;

use rusqlite::Connection;

use crate::scenario::{CallWith, Scenario, usual};

scenarios! {
    killed_while_it_rings_the_wake_up_asks_how_the_call_went
    killed_in_a_conversation_it_calls_the_next_when_that_is_over
    even_the_wake_up_is_lost_and_the_reconciler_repairs_it
}

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

async fn killed_while_it_rings_the_wake_up_asks_how_the_call_went(call_with: CallWith) {
    let (scenario, plan) = Scenario::with_separate_twilio(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await;
    scenario.settles().await;
    let scenario = scenario.killed(&plan).await.goes_on().await;
    scenario.phone("alpha").lets_it_ring().await;
    scenario.passes(call_with.until_it_is_looked_up()).await;
    scenario.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("bravo").after(&["alpha: no answer", "bravo: took it"]);
    scenario.end().await;
}

async fn killed_in_a_conversation_it_calls_the_next_when_that_is_over(call_with: CallWith) {
    let (scenario, plan) = Scenario::with_separate_twilio(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await.answers().await;
    scenario.settles().await;
    let scenario = scenario.killed(&plan).await.goes_on().await;
    // Its callbacks go where the server was: the end of this call is never reported.
    scenario.phone("alpha").hangs_up().await.ends("completed").await;
    scenario.passes_until_called("bravo").await;
    scenario.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario
        .is("taken")
        .await
        .by("bravo")
        .after(&["alpha: answered, did not choose", "bravo: took it"]);
    scenario.end().await;
}

async fn even_the_wake_up_is_lost_and_the_reconciler_repairs_it(call_with: CallWith) {
    let (scenario, plan) = Scenario::with_separate_twilio(call_with, &usual()).await;
    scenario.needs_repair();
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await;
    scenario.settles().await;
    let killed = scenario.killed(&plan).await;
    let file = Connection::open(killed.plan.folder.path().join("data/ringdown.sqlite")).unwrap();
    let lost = file.execute("DELETE FROM messages WHERE queue = 'wake-ups'", []).unwrap();
    assert!(lost > 0, "there is a wake-up to be lost");
    drop(file);
    let scenario = killed.goes_on().await;
    scenario.phone("alpha").lets_it_ring().await;
    scenario.passes(Duration::from_secs(35)).await;
    scenario.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("bravo").after(&["alpha: no answer", "bravo: took it"]);
    scenario.slack_says(":warning: a timer was late; repaired").await;
    scenario.end().await;
}
