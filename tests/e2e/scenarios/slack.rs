//! All that Slack is told of an incident.

use std::time::Duration;

use crate::scenario::{CallWith, Scenario, usual};

scenarios! {
    one_declines_the_next_does_not_answer_the_third_takes_it
    nobody_takes_it_and_it_recovers
}

async fn one_declines_the_next_does_not_answer_the_third_takes_it(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let (checkout, orders) =
        (scenario.alarm("checkout-5xx-rate"), scenario.alarm("orders <queue> & age"));
    checkout.goes_off().await;
    scenario.phone("alpha").rings().await.answers().await.presses('2').await;
    scenario.phone("bravo").rings().await;
    orders.goes_off().await;
    scenario.phone("bravo").lets_it_ring().await;
    let text = "You took it: checkout-5xx-rate, orders <queue> & age\n12 is more than 5\nPAGE";
    scenario.phone("charlie").takes_it(text).await;
    checkout.recovers().await;
    scenario.passes(Duration::from_secs(400)).await;
    orders.recovers().await;
    scenario
        .phone("charlie")
        .is_sent("It is over: checkout-5xx-rate, orders <queue> & age recovered\nPAGE")
        .await;
    let found = scenario.is("resolved").await;
    let lines = format!(
        ":rotating_light: *checkout-5xx-rate* went off: 12 is more than 5. \
         <https://ringdown.example.com/incidents/{}|Its page>\n\
         :telephone_receiver: calling <@U0000001> (call 1 of 3)\n\
         *alpha*: declined\n\
         :telephone_receiver: calling <@U0000002> (call 2 of 3)\n\
         :rotating_light: *orders &lt;queue&gt; &amp; age* went off too: 12 is more than 5\n\
         *bravo*: no answer\n\
         :telephone_receiver: calling *charlie* (call 3 of 3)\n\
         :white_check_mark: *charlie* took it after {}\n\
         :white_check_mark: *checkout-5xx-rate* recovered; 1 still in ALARM\n\
         :white_check_mark: *over* after {}: all alarms are OK",
        found.id(),
        found.span("raised_at", "taken_at"),
        found.span("raised_at", "resolved_at"),
    );
    scenario.slack_was_told(&lines).await;
    let message = format!(
        ":large_green_circle: *over* after {}; *charlie* took it after {}: \
         checkout-5xx-rate, orders &lt;queue&gt; &amp; age",
        found.span("raised_at", "resolved_at"),
        found.span("raised_at", "taken_at"),
    );
    scenario.its_message_says(&message).await;
    scenario.end().await;
}

async fn nobody_takes_it_and_it_recovers(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    scenario.phone("alpha").rings().await.declines().await;
    scenario.phone("bravo").rings().await.answers().await.hangs_up().await;
    scenario.phone("charlie").rings().await.lets_it_ring().await;
    scenario.is("exhausted").await;
    scenario.passes(Duration::from_secs(15 * 60)).await;
    scenario.phone("alpha").rings().await;
    alarm.recovers().await;
    scenario.phone("alpha").ends("canceled").await;
    let found = scenario.is("resolved").await;
    let lines = format!(
        ":rotating_light: *checkout-5xx-rate* went off: 12 is more than 5. \
         <https://ringdown.example.com/incidents/{}|Its page>\n\
         :telephone_receiver: calling <@U0000001> (call 1 of 3)\n\
         *alpha*: busy\n\
         :telephone_receiver: calling <@U0000002> (call 2 of 3)\n\
         *bravo*: answered, did not choose\n\
         :telephone_receiver: calling *charlie* (call 3 of 3)\n\
         *charlie*: no answer\n\
         <!channel> :rotating_light: *nobody took it* after 3 calls; the next try is in 15 min\n\
         :repeat: still in ALARM, and nobody has it: calling again\n\
         :telephone_receiver: calling <@U0000001> (call 1 of 3)\n\
         :white_check_mark: *over* after {}: all alarms are OK",
        found.id(),
        found.span("raised_at", "resolved_at"),
    );
    scenario.slack_was_told(&lines).await;
    let over = found.span("raised_at", "resolved_at");
    let message =
        format!(":large_green_circle: *over* after {over}; nobody had taken it: checkout-5xx-rate");
    scenario.its_message_says(&message).await;
    scenario.end().await;
}
