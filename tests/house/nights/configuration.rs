//! A configuration fails its check, the server starts again with it, and an alarm still calls.

use crate::night::{Night, Way, usual};

stories! {
    broken_configuration_still_calls_after_a_restart
    unreadable_calendar_still_calls_who_is_on_call
}

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

async fn broken_configuration_still_calls_after_a_restart(way: Way) {
    let (night, plan) = Night::with_an_exchange(way, &usual()).await;
    let mut asleep = night.killed(&plan).await;
    asleep.plan.config = asleep.plan.config.replace("\"bravo\"", "\"nobody-we-know\"");
    let night = asleep.goes_on().await;
    night.house.says("*The configuration fails its check: the last good one (of ").await;
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("alpha").rings().await.declines().await;
    night.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    night.is("taken").await.by("bravo").after(&["alpha: busy", "bravo: took it"]);
    night.alarm("checkout-5xx-rate").recovers().await;
    night.phone("bravo").is_sent("It is over: checkout-5xx-rate recovered\nPAGE").await;
    night.end().await;
}

async fn unreadable_calendar_still_calls_who_is_on_call(way: Way) {
    let on_call = usual().replace(
        "roster = [\"alpha\", \"bravo\", \"charlie\"]",
        "roster = { schedule = \"primary\", then = [\"bravo\"] }",
    );
    let schedule = "\n[[schedules]]\nname = \"primary\"\nics = \"oncall.ics\"\n";
    let (night, mut plan) = Night::with_an_exchange(way, &usual()).await;
    plan.config = crate::night::config(way, &format!("{schedule}{on_call}"));
    let calendar = night.house.folder.path().join("oncall.ics");
    std::fs::write(
        &calendar,
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:charlie\r\nDTSTART:20200101T000000Z\r\n\
         DTEND:20400101T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    )
    .unwrap();
    let mut night = night.killed(&plan).await.goes_on().await;
    for broken in ["<html>Sign in to see this calendar</html>", ""] {
        std::fs::write(&calendar, broken).unwrap();
        night = night.killed(&plan).await.goes_on().await;
        night.house.says("*The calendar of primary cannot be read: the last good reading").await;
    }
    night.alarm("checkout-5xx-rate").goes_off().await;
    night.phone("charlie").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    night.is("taken").await.by("charlie").after(&["charlie: took it"]);
    night.end().await;
}
