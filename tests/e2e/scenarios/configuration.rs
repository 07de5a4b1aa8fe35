//! A configuration fails its check, the server starts again with it, and an alarm still calls.

use std::path::PathBuf;

use crate::harness::Plan;
use crate::scenario::{CallWith, Scenario, usual};

scenarios! {
    broken_configuration_still_calls_after_a_restart
    unreadable_calendar_still_calls_who_is_on_call
    calendar_that_is_cut_off_still_calls_who_is_on_call
}

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

async fn broken_configuration_still_calls_after_a_restart(call_with: CallWith) {
    let (scenario, plan) = Scenario::with_separate_twilio(call_with, &usual()).await;
    let mut killed = scenario.killed(&plan).await;
    killed.plan.config = killed.plan.config.replace("\"bravo\"", "\"nobody-we-know\"");
    let scenario = killed.goes_on().await;
    scenario.server.says("*The configuration fails its check: the last good one (of ").await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await.declines().await;
    scenario.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("bravo").after(&["alpha: busy", "bravo: took it"]);
    scenario.alarm("checkout-5xx-rate").recovers().await;
    scenario.phone("bravo").is_sent("It is over: checkout-5xx-rate recovered\nPAGE").await;
    scenario.end().await;
}

/// A shift that has begun in this year, and lasts.
fn shift(year: u16, person: &str) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:{year}\r\nSUMMARY:{person}\r\nDTSTART:{year}0101T000000Z\r\n\
         DTEND:20400101T000000Z\r\nEND:VEVENT\r\n"
    )
}

/// A server that calls who is on call in a calendar of these shifts, `then` others; and where the calendar is.
async fn with_a_calendar(
    call_with: CallWith,
    shifts: &str,
    then: &str,
) -> (Scenario, Plan, PathBuf) {
    let on_call = usual().replace(
        "roster = [\"alpha\", \"bravo\", \"charlie\"]",
        &format!("roster = {{ schedule = \"primary\", then = [{then}] }}"),
    );
    let schedule = "\n[[schedules]]\nname = \"primary\"\nics = \"oncall.ics\"\n";
    let (scenario, mut plan) = Scenario::with_separate_twilio(call_with, &usual()).await;
    plan.config = crate::scenario::config(call_with, &format!("{schedule}{on_call}"));
    let calendar = scenario.server.folder.path().join("oncall.ics");
    let whole = format!("BEGIN:VCALENDAR\r\n{shifts}END:VCALENDAR\r\n");
    std::fs::write(&calendar, whole).unwrap();
    (scenario.killed(&plan).await.goes_on().await, plan, calendar)
}

async fn unreadable_calendar_still_calls_who_is_on_call(call_with: CallWith) {
    let (mut scenario, plan, calendar) =
        with_a_calendar(call_with, &shift(2020, "charlie"), "\"bravo\"").await;
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

async fn calendar_that_is_cut_off_still_calls_who_is_on_call(call_with: CallWith) {
    // Of shifts that overlap the one that began last counts: without it bravo would be called.
    let shifts = format!("{}{}", shift(2020, "bravo"), shift(2021, "charlie"));
    let (mut scenario, plan, calendar) = with_a_calendar(call_with, &shifts, "").await;
    let whole = std::fs::read_to_string(&calendar).unwrap();
    for end in [60, whole.rfind("BEGIN:VEVENT").unwrap()] {
        std::fs::write(&calendar, &whole[..end]).unwrap();
        scenario = scenario.killed(&plan).await.goes_on().await;
        let warning = "The calendar of primary cannot be read: the last good reading stays in use";
        scenario.server.says(&format!("*{warning}")).await;
        let page = scenario.server.get("/").await.text().await.unwrap();
        assert!(page.contains(warning) && page.contains("has no END:VCALENDAR"), "{page}");
    }
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("charlie").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("charlie").after(&["charlie: took it"]);
    scenario.end().await;
}
