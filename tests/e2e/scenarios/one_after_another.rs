//! Somebody is called, and if it is not for them the next one, until somebody takes it or nobody is left.

use std::time::Duration;

use crate::scenario::{CallWith, Scenario, policy, usual};

scenarios! {
    taken_at_the_first_call
    declined_and_taken_by_the_next
    three_calls_without_an_answer_exhaust_it
    what_is_exhausted_is_asked_again
    voicemail_cannot_take_it
    hung_up_without_a_key
    a_key_that_means_nothing_reads_the_menu_again
    nobody_presses_a_key
    a_line_that_does_not_exist
    a_roster_of_one_is_called_three_times
    the_roster_is_gone_through_again
}

const MENU: &str = "Hello alpha, this is Ringdown. The alarm checkout 5xx rate went off. Checkouts fail. It began just now. \
                    Press 1 to take it. Press 2 to pass it on.";
const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

async fn taken_at_the_first_call(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await.answers().await.hears(MENU).await.presses('1').await;
    alpha.hears("Thank you. It is yours. A text message tells you where to look. Good bye.").await;
    alpha.is_sent(TEXT).await;
    scenario.is("taken").await.by("alpha").after(&["alpha: took it"]);
    scenario.end().await;
}

async fn declined_and_taken_by_the_next(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    let (alpha, bravo) = (scenario.phone("alpha"), scenario.phone("bravo"));
    alpha.rings().await.answers().await.presses('2').await;
    alpha.hears("All right. The next person is called. Good bye.").await;
    bravo.rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("bravo").after(&["alpha: declined", "bravo: took it"]);
    scenario.end().await;
}

async fn three_calls_without_an_answer_exhaust_it(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    for name in ["alpha", "bravo", "charlie"] {
        scenario.phone(name).rings().await.lets_it_ring().await;
    }
    let calls = ["alpha: no answer", "bravo: no answer", "charlie: no answer"];
    scenario.is("exhausted").await.after(&calls);
    scenario
        .slack_says(
            "<!channel> :rotating_light: *nobody took it* after 3 calls; the next try is in 15 min",
        )
        .await;
    scenario.end().await;
}

async fn what_is_exhausted_is_asked_again(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &policy("default", "*", &["alpha"], 1)).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await.declines().await;
    scenario.is("exhausted").await.after(&["alpha: busy"]);
    scenario.passes(Duration::from_secs(14 * 60)).await;
    scenario.is("exhausted").await;
    scenario.passes(Duration::from_secs(61)).await;
    alpha.rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("alpha").after(&["alpha: busy", "alpha: took it"]);
    scenario.slack_says(":repeat: still in ALARM, and nobody has it: calling again").await;
    scenario.end().await;
}

async fn voicemail_cannot_take_it(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await.goes_to_voicemail().await.hears(MENU).await;
    // Twilio listens for two seconds; the menu and the wait after it take twenty.
    scenario.passes(Duration::from_secs(3)).await;
    for _ in 0..call_with.readings_to_voicemail() {
        scenario.passes(Duration::from_secs(25)).await;
    }
    alpha.hears(call_with.last_word_to_voicemail()).await.ends("completed").await;
    scenario.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    let voicemail = format!("alpha: {}", call_with.voicemail());
    scenario.is("taken").await.by("bravo").after(&[&voicemail, "bravo: took it"]);
    scenario.end().await;
}

async fn hung_up_without_a_key(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await.answers().await.hears(MENU).await.hangs_up().await;
    scenario.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario
        .is("taken")
        .await
        .by("bravo")
        .after(&["alpha: answered, did not choose", "bravo: took it"]);
    scenario.end().await;
}

async fn a_key_that_means_nothing_reads_the_menu_again(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    let (alpha, bravo) = (scenario.phone("alpha"), scenario.phone("bravo"));
    alpha.rings().await.answers().await.presses('7').await;
    alpha.hears_all(&["That key means nothing here.", MENU]).await.presses('9').await;
    alpha.hears("That key means nothing here. The next person is called. Good bye.").await;
    scenario.passes(Duration::from_secs(6)).await;
    alpha.ends("completed").await;
    bravo.rings().await.answers().await.presses('7').await;
    let menu = MENU.replace("alpha", "bravo");
    bravo.hears_all(&["That key means nothing here.", &menu]).await;
    bravo.presses('1').await.is_sent(TEXT).await;
    scenario
        .is("taken")
        .await
        .by("bravo")
        .after(&["alpha: answered, did not choose", "bravo: took it"]);
    scenario.end().await;
}

async fn nobody_presses_a_key(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await.answers().await.hears(MENU).await;
    // Two readings of ten seconds with a wait of ten after each, and the last word.
    scenario.passes(Duration::from_secs(45)).await;
    alpha
        .hears("No key was pressed. The next person is called. Good bye.")
        .await
        .ends("completed")
        .await;
    scenario.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario
        .is("taken")
        .await
        .by("bravo")
        .after(&["alpha: answered, did not choose", "bravo: took it"]);
    scenario.end().await;
}

async fn a_line_that_does_not_exist(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario
        .phone("alpha")
        .has_the_habit(serde_json::json!({"does": "unreachable"}))
        .await
        .is_called();
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("bravo").after(&["alpha: the call failed", "bravo: took it"]);
    scenario.end().await;
}

async fn a_roster_of_one_is_called_three_times(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &policy("default", "*", &["alpha"], 3)).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    for _ in 0..3 {
        scenario.phone("alpha").rings().await.declines().await;
    }
    scenario.is("exhausted").await.after(&["alpha: busy", "alpha: busy", "alpha: busy"]);
    scenario.end().await;
}

async fn the_roster_is_gone_through_again(call_with: CallWith) {
    let scenario =
        Scenario::begin(call_with, &policy("default", "*", &["alpha", "bravo"], 4)).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    for name in ["alpha", "bravo", "alpha"] {
        scenario.phone(name).rings().await.declines().await;
    }
    scenario.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("bravo").after(&[
        "alpha: busy",
        "bravo: busy",
        "alpha: busy",
        "bravo: took it",
    ]);
    scenario.end().await;
}
