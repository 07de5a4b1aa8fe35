//! A configuration fails its check, the server starts again with it, and an alarm still calls.

use crate::scenario::{Scenario, Way, usual};

scenarios! {
    broken_configuration_still_calls_after_a_restart
    unreadable_calendar_still_calls_who_is_on_call
}

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

async fn broken_configuration_still_calls_after_a_restart(way: Way) {
    let (scenario, plan) = Scenario::with_an_exchange(way, &usual()).await;
    let mut asleep = scenario.killed(&plan).await;
    asleep.plan.config = asleep.plan.config.replace("\"bravo\"", "\"nobody-we-know\"");
    let scenario = asleep.goes_on().await;
    scenario.server.says("*The configuration fails its check: the last good one (of ").await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await.declines().await;
    scenario.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("bravo").after(&["alpha: busy", "bravo: took it"]);
    scenario.alarm("checkout-5xx-rate").recovers().await;
    scenario.phone("bravo").is_sent("It is over: checkout-5xx-rate recovered\nPAGE").await;
    scenario.end().await;
}

async fn unreadable_calendar_still_calls_who_is_on_call(way: Way) {
    let on_call = usual().replace(
        "roster = [\"alpha\", \"bravo\", \"charlie\"]",
        "roster = { schedule = \"primary\", then = [\"bravo\"] }",
    );
    let schedule = "\n[[schedules]]\nname = \"primary\"\nics = \"oncall.ics\"\n";
    let (scenario, mut plan) = Scenario::with_an_exchange(way, &usual()).await;
    plan.config = crate::scenario::config(way, &format!("{schedule}{on_call}"));
    let calendar = scenario.server.folder.path().join("oncall.ics");
    std::fs::write(
        &calendar,
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:charlie\r\nDTSTART:20200101T000000Z\r\n\
         DTEND:20400101T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    )
    .unwrap();
    let mut scenario = scenario.killed(&plan).await.goes_on().await;
    for broken in ["<html>Sign in to see this calendar</html>", ""] {
        std::fs::write(&calendar, broken).unwrap();
        scenario = scenario.killed(&plan).await.goes_on().await;
        scenario
            .server
            .says("*The calendar of primary cannot be read: the last good reading")
            .await;
    }
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("charlie").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("charlie").after(&["charlie: took it"]);
    scenario.end().await;
}
