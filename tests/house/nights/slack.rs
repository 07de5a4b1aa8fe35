//! The whole story of a night, as Slack is told it.

use std::time::Duration;

use crate::night::{Night, Way, usual};

stories! {
    one_declines_the_next_does_not_answer_the_third_takes_it
    nobody_takes_it_and_it_recovers
}

async fn one_declines_the_next_does_not_answer_the_third_takes_it(way: Way) {
    let night = Night::begin(way, &usual()).await;
    let (checkout, orders) =
        (night.alarm("checkout-5xx-rate"), night.alarm("orders <queue> & age"));
    checkout.goes_off().await;
    night.phone("alpha").rings().await.answers().await.presses('2').await;
    night.phone("bravo").rings().await;
    orders.goes_off().await;
    night.phone("bravo").lets_it_ring().await;
    let text = "You took it: checkout-5xx-rate, orders <queue> & age\n12 is more than 5\nPAGE";
    night.phone("charlie").takes_it(text).await;
    checkout.recovers().await;
    night.passes(Duration::from_secs(400)).await;
    orders.recovers().await;
    night
        .phone("charlie")
        .is_sent("It is over: checkout-5xx-rate, orders <queue> & age recovered\nPAGE")
        .await;
    let found = night.is("resolved").await;
    let story = format!(
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
    night.slack_was_told(&story).await;
    let message = format!(
        ":large_green_circle: *over* after {}; *charlie* took it after {}: \
         checkout-5xx-rate, orders &lt;queue&gt; &amp; age",
        found.span("raised_at", "resolved_at"),
        found.span("raised_at", "taken_at"),
    );
    night.its_message_says(&message).await;
    night.end().await;
}

async fn nobody_takes_it_and_it_recovers(way: Way) {
    let night = Night::begin(way, &usual()).await;
    let alarm = night.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    night.phone("alpha").rings().await.declines().await;
    night.phone("bravo").rings().await.answers().await.hangs_up().await;
    night.phone("charlie").rings().await.lets_it_ring().await;
    night.is("exhausted").await;
    night.passes(Duration::from_secs(15 * 60)).await;
    night.phone("alpha").rings().await;
    alarm.recovers().await;
    night.phone("alpha").ends("canceled").await;
    let found = night.is("resolved").await;
    let story = format!(
        ":rotating_light: *checkout-5xx-rate* went off: 12 is more than 5. \
         <https://ringdown.example.com/incidents/{}|Its page>\n\
         :telephone_receiver: calling <@U0000001> (call 1 of 3)\n\
         *alpha*: busy\n\
         :telephone_receiver: calling <@U0000002> (call 2 of 3)\n\
         *bravo*: hung up without a key\n\
         :telephone_receiver: calling *charlie* (call 3 of 3)\n\
         *charlie*: no answer\n\
         <!channel> :rotating_light: *nobody took it* after 3 calls; the next try is in 15 min\n\
         :repeat: still in ALARM, and nobody has it: calling again\n\
         :telephone_receiver: calling <@U0000001> (call 1 of 3)\n\
         :white_check_mark: *over* after {}: all alarms are OK",
        found.id(),
        found.span("raised_at", "resolved_at"),
    );
    night.slack_was_told(&story).await;
    let over = found.span("raised_at", "resolved_at");
    let message =
        format!(":large_green_circle: *over* after {over}; nobody had taken it: checkout-5xx-rate");
    night.its_message_says(&message).await;
    night.end().await;
}
