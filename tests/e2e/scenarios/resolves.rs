//! An incident whose recovery never comes is ended by hand, in every way.

use std::time::Duration;

use crate::scenario::{CallWith, Scenario, usual};

scenarios! {
    resolved_on_the_page_while_it_rings
    resolved_on_the_page_for_its_owner
    resolved_in_slack_while_nobody_has_it
    resolved_by_pressing_three_twice
    three_and_then_another_key_resolves_nothing
    three_and_then_no_key_calls_the_next_person
    resolved_at_the_command_line
    resolved_by_two_at_once_is_told_once
    stale_page_resolves_nothing
    repeated_alarm_after_every_way_calls_nobody
}

const ALPHA: &str = "U0000001";
const BRAVO: &str = "U0000002";
const NAME: &str = "checkout-5xx-rate";
const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";
const BY_PAGE: &str = "It is over: checkout-5xx-rate\nsomebody on the page resolved it\nPAGE";
const MENU: &str = "Hello alpha, this is Ringdown. The alarm checkout 5xx rate went off. Checkouts fail. It began 30 \
                    minutes ago. Press 1 to take it. Press 2 to pass it on. Press 3 if it is over.";
const QUESTION: &str = "Is it over? Press 3 again to confirm: nobody else is called, even if alarms stay on. Press 1 \
                        to keep it. Press 2 to pass it on.";

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// Presses *Resolve* on the page, as it stood when it showed so much of the timeline. Gives where that leads.
async fn resolve(scenario: &Scenario, incident: &str, seen: Option<u64>) -> String {
    let url = format!("{}/incidents/{incident}/resolve", scenario.server.address);
    let form = seen.map(|seen| format!("seen={seen}")).unwrap_or_default();
    let request = scenario.server.http.post(url).header("origin", &scenario.server.address);
    let answer = request.body(form).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// How much of the timeline the page shows now.
async fn seen(scenario: &Scenario, incident: &str) -> u64 {
    let page = scenario.server.get(&format!("/incidents/{incident}")).await.text().await.unwrap();
    let (_, rest) = page.split_once(r#"name="seen" value=""#).unwrap();
    rest.split_once('"').unwrap().0.parse().unwrap()
}

async fn over_says(scenario: &Scenario, who: &str) {
    let found = scenario.is("resolved").await;
    let lasted = found.span("raised_at", "resolved_at");
    scenario
        .slack_says(&format!(":white_check_mark: *over* after {lasted}: *{who}* resolved it"))
        .await;
    assert_eq!(scenario.is("resolved").await.0["resolved_by"], who);
}

async fn resolved_on_the_page_while_it_rings(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm(NAME);
    alarm.goes_off().await;
    scenario.phone("alpha").rings().await;
    let id = scenario.is("calling").await.id().to_owned();
    let there = resolve(&scenario, &id, Some(seen(&scenario, &id).await)).await;
    assert_eq!(there, format!("/incidents/{id}?asked=resolve"));
    scenario.phone("alpha").ends("canceled").await;
    over_says(&scenario, "somebody on the page").await;
    assert_eq!(resolve(&scenario, &id, None).await, format!("/incidents/{id}?asked=over"));
    scenario.passes(minutes(120)).await;
    alarm.recovers().await;
    scenario.end().await;
}

async fn resolved_on_the_page_for_its_owner(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm(NAME).goes_off().await;
    scenario.phone("alpha").takes_it(TEXT).await;
    let id = scenario.is("taken").await.by("alpha").id().to_owned();
    resolve(&scenario, &id, None).await;
    scenario.phone("alpha").is_sent(BY_PAGE).await;
    over_says(&scenario, "somebody on the page").await;
    scenario.passes(minutes(40)).await;
    scenario.end().await;
}

async fn resolved_in_slack_while_nobody_has_it(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm(NAME).goes_off().await;
    scenario.phone("alpha").rings().await.declines().await;
    scenario.phone("bravo").rings().await.declines().await;
    scenario.phone("charlie").rings().await.declines().await;
    scenario.is("exhausted").await;
    scenario.clicks(BRAVO, "resolve").await;
    over_says(&scenario, "bravo").await;
    scenario.passes(minutes(30)).await;
    scenario.end().await;
}

#[tokio::test]
async fn resolved_in_slack_through_a_webhook() {
    let scenario =
        Scenario::begin_with(CallWith::Voice, &usual(), &[("SLACK_BOT_TOKEN", "xoxb-of-another")])
            .await;
    scenario.alarm(NAME).goes_off().await;
    scenario.phone("alpha").takes_it(TEXT).await;
    let id = scenario.is("taken").await.by("alpha").id().to_owned();
    // The line that says who took it has the button, and a link for webhooks of an app that takes no clicks.
    let page = format!("{}/incidents/{id}", crate::harness::BASE);
    let messages = scenario.server.messages().await;
    let linked = messages.iter().any(|message| message["blocks"].to_string().contains(&page));
    assert!(linked, "{messages:#?}");
    scenario.clicks(BRAVO, "resolve").await;
    scenario.tells_alone(BRAVO, "That is for <@U0000001>, who has it.").await;
    scenario.clicks(ALPHA, "resolve").await;
    over_says(&scenario, "alpha").await;
    scenario.end().await;
}

/// alpha took it half an hour ago, and is asked again.
async fn asked_again(call_with: CallWith) -> Scenario {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm(NAME).goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.passes(Duration::from_secs(7)).await;
    alpha.ends("completed").await;
    scenario.passes(minutes(30)).await;
    alpha.rings().await.answers().await.hears(MENU).await;
    scenario
}

async fn resolved_by_pressing_three_twice(call_with: CallWith) {
    let scenario = asked_again(call_with).await;
    let alpha = scenario.phone("alpha");
    alpha.presses('3').await.hears(QUESTION).await;
    scenario.is("calling").await;
    alpha.presses('3').await.hears("Thank you. It is over. Good bye.").await;
    scenario.passes(Duration::from_secs(7)).await;
    alpha.ends("completed").await;
    over_says(&scenario, "alpha").await;
    scenario.is("resolved").await.after(&["alpha: took it", "alpha: resolved it"]);
    scenario.passes(minutes(60)).await;
    scenario.end().await;
}

async fn three_and_then_another_key_resolves_nothing(call_with: CallWith) {
    let scenario = asked_again(call_with).await;
    let alpha = scenario.phone("alpha");
    alpha.presses('3').await.hears(QUESTION).await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("alpha").after(&["alpha: took it", "alpha: took it"]);
    scenario.passes(Duration::from_secs(7)).await;
    alpha.ends("completed").await;
    scenario.end().await;
}

async fn three_and_then_no_key_calls_the_next_person(call_with: CallWith) {
    let scenario = asked_again(call_with).await;
    let alpha = scenario.phone("alpha");
    // First nothing, so that the question comes in the third reading.
    scenario.passes(Duration::from_secs(30)).await;
    alpha.presses('3').await.hears(QUESTION).await;
    scenario.is("calling").await;
    scenario.passes(Duration::from_secs(30)).await;
    let last = "No key was pressed. The next person is called. Good bye.";
    alpha.hears(last).await;
    scenario.passes(Duration::from_secs(7)).await;
    alpha.ends("completed").await;
    let bravo = scenario.phone("bravo");
    bravo.rings().await.answers().await;
    // Who never had it is not offered the key: it means nothing.
    bravo.presses('3').await.presses('3').await;
    bravo.hears("That key means nothing here. The next person is called. Good bye.").await;
    scenario.passes(Duration::from_secs(7)).await;
    bravo.ends("completed").await;
    scenario.phone("charlie").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.is("taken").await.by("charlie");
    scenario.end().await;
}

async fn resolved_at_the_command_line(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm(NAME).goes_off().await;
    scenario.phone("alpha").takes_it(TEXT).await;
    let id = scenario.is("taken").await.by("alpha").id().to_owned();
    let run = async |arguments: &[&str]| {
        let told = scenario.server.run(&[arguments, &["--data", "data"]].concat()).await;
        (told.status.code(), String::from_utf8(told.stdout).unwrap())
    };
    let (_, listed) = run(&["incidents"]).await;
    let line = format!("{id}  default  taken by alpha  since ");
    assert!(listed.starts_with(&line) && listed.contains(&format!(": {NAME}\n")), "{listed}");
    assert!(listed.ends_with("1 open incident\n"), "{listed}");
    let (code, told) = run(&["incidents", "resolve", "default-20200101-000000-000"]).await;
    assert_eq!(code, Some(1), "{told}");
    assert!(told.starts_with("there is no incident "), "{told}");
    assert_eq!(run(&["incidents", "resolve", &id]).await, (Some(0), format!("{id} is over\n")));
    let text = "It is over: checkout-5xx-rate\nsomebody at the command line resolved it\nPAGE";
    scenario.phone("alpha").is_sent(text).await;
    over_says(&scenario, "somebody at the command line").await;
    let again = run(&["incidents", "resolve", &id]).await;
    assert_eq!(again, (Some(0), format!("{id} is over already\n")));
    assert_eq!(run(&["incidents"]).await, (Some(0), "0 open incidents\n".to_owned()));
    scenario.end().await;
}

async fn resolved_by_two_at_once_is_told_once(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm(NAME).goes_off().await;
    scenario.phone("alpha").takes_it(TEXT).await;
    let id = scenario.is("taken").await.id().to_owned();
    tokio::join!(resolve(&scenario, &id, None), resolve(&scenario, &id, None));
    scenario.phone("alpha").is_sent(BY_PAGE).await;
    over_says(&scenario, "somebody on the page").await;
    scenario.settles().await;
    let over = scenario.slack().await.into_iter().filter(|line| line.contains("*over*"));
    assert_eq!(over.count(), 1);
    scenario.end().await;
}

async fn stale_page_resolves_nothing(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm(NAME);
    alarm.goes_off().await;
    scenario.phone("alpha").rings().await;
    let id = scenario.is("calling").await.id().to_owned();
    let stale = seen(&scenario, &id).await;
    scenario.alarm("orders-queue-age").goes_off().await;
    assert_eq!(
        resolve(&scenario, &id, Some(stale)).await,
        format!("/incidents/{id}?asked=changed")
    );
    scenario.settles().await;
    scenario.is("calling").await;
    // What was asked for before it was over and open again ends nothing either.
    let earlier = seen(&scenario, &id).await;
    alarm.recovers().await;
    scenario.alarm("orders-queue-age").recovers().await;
    scenario.is("resolved").await;
    scenario.phone("alpha").ends("canceled").await;
    scenario.passes(Duration::from_secs(20)).await;
    alarm.goes_off().await;
    scenario.phone("alpha").rings().await;
    assert_eq!(
        resolve(&scenario, &id, Some(earlier)).await,
        format!("/incidents/{id}?asked=changed")
    );
    resolve(&scenario, &id, Some(seen(&scenario, &id).await)).await;
    scenario.phone("alpha").ends("canceled").await;
    scenario.is("resolved").await;
    scenario.end().await;
}

async fn repeated_alarm_after_every_way_calls_nobody(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm(NAME);
    alarm.goes_off().await;
    scenario.phone("alpha").rings().await;
    let id = scenario.is("calling").await.id().to_owned();
    let at = scenario.now().await;
    resolve(&scenario, &id, None).await;
    scenario.phone("alpha").ends("canceled").await;
    over_says(&scenario, "somebody on the page").await;
    // The same once more, and without data in between: it never recovered.
    alarm.is_told(&alarm.message("ALARM", at)).await;
    scenario.passes(Duration::from_secs(60)).await;
    alarm.has_no_data().await;
    alarm.goes_off().await;
    scenario.is("silenced").await;
    scenario.clicks(ALPHA, "resolve").await;
    over_says(&scenario, "alpha").await;
    scenario.passes(Duration::from_secs(60)).await;
    alarm.goes_off().await;
    scenario.is("silenced").await;
    let told = scenario.server.run(&["incidents", "resolve", &id, "--data", "data"]).await;
    assert!(told.status.success(), "{told:?}");
    over_says(&scenario, "somebody at the command line").await;
    scenario.passes(Duration::from_secs(60)).await;
    alarm.goes_off().await;
    scenario.is("silenced").await;
    // It is not forgotten: after the time that an owner has for it people are called.
    scenario.passes(minutes(30)).await;
    scenario.phone("alpha").takes_it(TEXT).await;
    scenario.end().await;
}
