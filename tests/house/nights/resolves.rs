//! An incident whose recovery never comes is ended: by hand in every way, by a deletion, or since nothing changes.

use std::time::Duration;

use crate::night::{Night, Way, usual};

stories! {
    resolved_on_the_page_while_it_rings
    resolved_on_the_page_for_its_owner
    resolved_in_slack_while_nobody_has_it
    resolved_by_pressing_three_twice
    three_and_then_another_key_resolves_nothing
    three_and_then_no_key_calls_the_next_person
    resolved_at_the_command_line
    resolved_by_two_at_once_is_told_once
    stale_page_resolves_nothing
    deleted_alarm_ends_the_incident
    deleted_alarm_leaves_the_others
    unchanged_for_long_it_ends_by_itself
    unchanged_for_long_it_ends_for_its_owner
    repeated_alarm_after_every_way_calls_nobody
}

const ALPHA: &str = "U0000001";
const BRAVO: &str = "U0000002";
const NAME: &str = "checkout-5xx-rate";
const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";
const BY_PAGE: &str = "It is over: checkout-5xx-rate\nsomebody on the page says so\nPAGE";
const MENU: &str = "Hello alpha, this is Ringdown. The alarm checkout 5xx rate went off. Checkouts fail. It began 30 \
                    minutes ago. Press 1 to take it. Press 2 to pass it on. Press 3 if it is over.";
const QUESTION: &str = "Is it over? Press 3 once more to say so: nobody is called then, whatever its alarms say. Press 1 \
                        to keep it. Press 2 to pass it on.";

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// Presses *Resolve* on the page, as it stood when it showed so much of the timeline. Gives where that leads.
async fn resolve(night: &Night, incident: &str, seen: Option<u64>) -> String {
    let url = format!("{}/incidents/{incident}/resolve", night.house.address);
    let form = seen.map(|seen| format!("seen={seen}")).unwrap_or_default();
    let request = night.house.http.post(url).header("origin", &night.house.address);
    let answer = request.body(form).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// How much of the timeline the page shows now.
async fn seen(night: &Night, incident: &str) -> u64 {
    let page = night.house.get(&format!("/incidents/{incident}")).await.text().await.unwrap();
    let (_, rest) = page.split_once(r#"name="seen" value=""#).unwrap();
    rest.split_once('"').unwrap().0.parse().unwrap()
}

async fn over_says(night: &Night, who: &str) {
    let found = night.is("resolved").await;
    let lasted = found.span("raised_at", "resolved_at");
    night.slack_says(&format!(":white_check_mark: *over* after {lasted}: *{who}* says so")).await;
    assert_eq!(night.is("resolved").await.0["resolved_by"], who);
}

async fn resolved_on_the_page_while_it_rings(way: Way) {
    let night = Night::begin(way, &usual()).await;
    let alarm = night.alarm(NAME);
    alarm.goes_off().await;
    night.phone("alpha").rings().await;
    let id = night.is("calling").await.id().to_owned();
    let there = resolve(&night, &id, Some(seen(&night, &id).await)).await;
    assert_eq!(there, format!("/incidents/{id}?asked=resolve"));
    night.phone("alpha").ends("canceled").await;
    over_says(&night, "somebody on the page").await;
    assert_eq!(resolve(&night, &id, None).await, format!("/incidents/{id}?asked=over"));
    night.passes(minutes(120)).await;
    alarm.recovers().await;
    night.end().await;
}

async fn resolved_on_the_page_for_its_owner(way: Way) {
    let night = Night::begin(way, &usual()).await;
    night.alarm(NAME).goes_off().await;
    night.phone("alpha").takes_it(TEXT).await;
    let id = night.is("taken").await.by("alpha").id().to_owned();
    resolve(&night, &id, None).await;
    night.phone("alpha").is_sent(BY_PAGE).await;
    over_says(&night, "somebody on the page").await;
    night.passes(minutes(40)).await;
    night.end().await;
}

async fn resolved_in_slack_while_nobody_has_it(way: Way) {
    let night = Night::begin(way, &usual()).await;
    night.alarm(NAME).goes_off().await;
    night.phone("alpha").rings().await.declines().await;
    night.phone("bravo").rings().await.declines().await;
    night.phone("charlie").rings().await.declines().await;
    night.is("exhausted").await;
    night.clicks(BRAVO, "resolve").await;
    over_says(&night, "bravo").await;
    night.passes(minutes(30)).await;
    night.end().await;
}

#[tokio::test]
async fn resolved_in_slack_through_a_webhook() {
    let night =
        Night::begin_with(Way::Voice, &usual(), &[("SLACK_BOT_TOKEN", "xoxb-of-another")]).await;
    night.alarm(NAME).goes_off().await;
    night.phone("alpha").takes_it(TEXT).await;
    let id = night.is("taken").await.by("alpha").id().to_owned();
    // The line that says who took it has the button, and a link for webhooks of an app that takes no clicks.
    let page = format!("{}/incidents/{id}", crate::harness::BASE);
    let messages = night.house.messages().await;
    let linked = messages.iter().any(|message| message["blocks"].to_string().contains(&page));
    assert!(linked, "{messages:#?}");
    night.clicks(BRAVO, "resolve").await;
    night.tells_alone(BRAVO, "That is for <@U0000001>, who has it.").await;
    night.clicks(ALPHA, "resolve").await;
    over_says(&night, "alpha").await;
    night.end().await;
}

/// alpha took it half an hour ago, and is asked again.
async fn asked_again(way: Way) -> Night {
    let night = Night::begin(way, &usual()).await;
    night.alarm(NAME).goes_off().await;
    let alpha = night.phone("alpha");
    alpha.rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    night.passes(Duration::from_secs(7)).await;
    alpha.ends("completed").await;
    night.passes(minutes(30)).await;
    alpha.rings().await.answers().await.hears(MENU).await;
    night
}

async fn resolved_by_pressing_three_twice(way: Way) {
    let night = asked_again(way).await;
    let alpha = night.phone("alpha");
    alpha.presses('3').await.hears(QUESTION).await;
    night.is("calling").await;
    alpha.presses('3').await.hears("Thank you. It is over. Good bye.").await;
    night.passes(Duration::from_secs(7)).await;
    alpha.ends("completed").await;
    over_says(&night, "alpha").await;
    night.is("resolved").await.after(&["alpha: took it", "alpha: said that it is over"]);
    night.passes(minutes(60)).await;
    night.end().await;
}

async fn three_and_then_another_key_resolves_nothing(way: Way) {
    let night = asked_again(way).await;
    let alpha = night.phone("alpha");
    alpha.presses('3').await.hears(QUESTION).await.presses('1').await.is_sent(TEXT).await;
    night.is("taken").await.by("alpha").after(&["alpha: took it", "alpha: took it"]);
    night.passes(Duration::from_secs(7)).await;
    alpha.ends("completed").await;
    night.end().await;
}

async fn three_and_then_no_key_calls_the_next_person(way: Way) {
    let night = asked_again(way).await;
    let alpha = night.phone("alpha");
    // First nothing, so that the question comes in the third reading.
    night.passes(Duration::from_secs(30)).await;
    alpha.presses('3').await.hears(QUESTION).await;
    night.is("calling").await;
    night.passes(Duration::from_secs(30)).await;
    let last = "No key was pressed. The next person is called. Good bye.";
    alpha.hears(last).await;
    night.passes(Duration::from_secs(7)).await;
    alpha.ends("completed").await;
    let bravo = night.phone("bravo");
    bravo.rings().await.answers().await;
    // Who never had it is not offered the key: it means nothing.
    bravo.presses('3').await.presses('3').await;
    bravo.hears("That key means nothing here. The next person is called. Good bye.").await;
    night.passes(Duration::from_secs(7)).await;
    bravo.ends("completed").await;
    night.phone("charlie").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    night.is("taken").await.by("charlie");
    night.end().await;
}

async fn resolved_at_the_command_line(way: Way) {
    let night = Night::begin(way, &usual()).await;
    night.alarm(NAME).goes_off().await;
    night.phone("alpha").takes_it(TEXT).await;
    let id = night.is("taken").await.by("alpha").id().to_owned();
    let run = async |arguments: &[&str]| {
        let told = night.house.run(&[arguments, &["--data", "data"]].concat()).await;
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
    let text = "It is over: checkout-5xx-rate\nsomebody at the command line says so\nPAGE";
    night.phone("alpha").is_sent(text).await;
    over_says(&night, "somebody at the command line").await;
    let again = run(&["incidents", "resolve", &id]).await;
    assert_eq!(again, (Some(0), format!("{id} is over already\n")));
    assert_eq!(run(&["incidents"]).await, (Some(0), "0 open incidents\n".to_owned()));
    night.end().await;
}

async fn resolved_by_two_at_once_is_told_once(way: Way) {
    let night = Night::begin(way, &usual()).await;
    night.alarm(NAME).goes_off().await;
    night.phone("alpha").takes_it(TEXT).await;
    let id = night.is("taken").await.id().to_owned();
    tokio::join!(resolve(&night, &id, None), resolve(&night, &id, None));
    night.phone("alpha").is_sent(BY_PAGE).await;
    over_says(&night, "somebody on the page").await;
    night.settles().await;
    let over = night.slack().await.into_iter().filter(|line| line.contains("*over*"));
    assert_eq!(over.count(), 1);
    night.end().await;
}

async fn stale_page_resolves_nothing(way: Way) {
    let night = Night::begin(way, &usual()).await;
    let alarm = night.alarm(NAME);
    alarm.goes_off().await;
    night.phone("alpha").rings().await;
    let id = night.is("calling").await.id().to_owned();
    let stale = seen(&night, &id).await;
    night.alarm("orders-queue-age").goes_off().await;
    assert_eq!(resolve(&night, &id, Some(stale)).await, format!("/incidents/{id}?asked=changed"));
    night.settles().await;
    night.is("calling").await;
    // What was asked for before it was over and open again ends nothing either.
    let earlier = seen(&night, &id).await;
    alarm.recovers().await;
    night.alarm("orders-queue-age").recovers().await;
    night.is("resolved").await;
    night.phone("alpha").ends("canceled").await;
    night.passes(Duration::from_secs(20)).await;
    alarm.goes_off().await;
    night.phone("alpha").rings().await;
    assert_eq!(resolve(&night, &id, Some(earlier)).await, format!("/incidents/{id}?asked=changed"));
    resolve(&night, &id, Some(seen(&night, &id).await)).await;
    night.phone("alpha").ends("canceled").await;
    night.is("resolved").await;
    night.end().await;
}

async fn deleted_alarm_ends_the_incident(way: Way) {
    let night = Night::begin(way, &usual()).await;
    let alarm = night.alarm(NAME);
    alarm.goes_off().await;
    night.phone("alpha").takes_it(TEXT).await;
    alarm.is_deleted().await;
    night.phone("alpha").is_sent("It is over: checkout-5xx-rate was deleted\nPAGE").await;
    night
        .slack_says(":wastebasket: *checkout-5xx-rate* was deleted, which counts as its recovery")
        .await;
    assert!(night.is("resolved").await.0["resolved_by"].is_null());
    alarm.is_deleted().await;
    night.passes(minutes(40)).await;
    night.end().await;
}

async fn deleted_alarm_leaves_the_others(way: Way) {
    let night = Night::begin(way, &usual()).await;
    let (gone, other) = (night.alarm(NAME), night.alarm("orders-queue-age"));
    gone.goes_off().await;
    night.phone("alpha").rings().await;
    other.goes_off().await;
    gone.is_deleted().await;
    let left = ":wastebasket: *checkout-5xx-rate* was deleted, which counts as its recovery; 1 still in ALARM";
    night.slack_says(left).await;
    night.is("calling").await;
    other.recovers().await;
    night.phone("alpha").ends("canceled").await;
    night.is("resolved").await;
    night.end().await;
}

async fn unchanged_says(night: &Night) {
    let found = night.is("resolved").await;
    let lasted = found.span("raised_at", "resolved_at");
    let line =
        format!(":white_check_mark: *Resolved*: nothing changed for 10 min; it lasted {lasted}");
    night.slack_says(&line).await;
}

async fn unchanged_for_long_it_ends_by_itself(way: Way) {
    let night = Night::begin(way, &format!("{}resolve_after = \"10m\"\n", usual())).await;
    let alarm = night.alarm(NAME);
    alarm.goes_off().await;
    night.phone("alpha").rings().await.declines().await;
    night.phone("bravo").rings().await.declines().await;
    night.phone("charlie").rings().await.declines().await;
    night.is("exhausted").await;
    night.slack_says("*charlie*: busy").await;
    night.passes(minutes(5)).await;
    // A change of any of its alarms counts.
    alarm.has_no_data().await;
    night
        .slack_says(":information_source: *checkout-5xx-rate* has no data: that is no recovery")
        .await;
    night.passes(minutes(9)).await;
    night.is("exhausted").await;
    night.passes(Duration::from_secs(61)).await;
    unchanged_says(&night).await;
    night.end().await;
}

async fn unchanged_for_long_it_ends_for_its_owner(way: Way) {
    let night = Night::begin(way, &format!("{}resolve_after = \"10m\"\n", usual())).await;
    night.alarm(NAME).goes_off().await;
    night.phone("alpha").takes_it(TEXT).await;
    night.passes(minutes(10)).await;
    let text = "It is over: checkout-5xx-rate\nnothing changed for 10 min\nPAGE";
    night.phone("alpha").is_sent(text).await;
    unchanged_says(&night).await;
    night.end().await;
}

async fn repeated_alarm_after_every_way_calls_nobody(way: Way) {
    let night = Night::begin(way, &usual()).await;
    let alarm = night.alarm(NAME);
    alarm.goes_off().await;
    night.phone("alpha").rings().await;
    let id = night.is("calling").await.id().to_owned();
    let at = night.now().await;
    resolve(&night, &id, None).await;
    night.phone("alpha").ends("canceled").await;
    over_says(&night, "somebody on the page").await;
    // The same once more, and without data in between: it never recovered.
    alarm.is_told(&alarm.message("ALARM", at)).await;
    night.passes(Duration::from_secs(60)).await;
    alarm.has_no_data().await;
    alarm.goes_off().await;
    night.is("silenced").await;
    night.clicks(ALPHA, "resolve").await;
    over_says(&night, "alpha").await;
    night.passes(Duration::from_secs(60)).await;
    alarm.goes_off().await;
    night.is("silenced").await;
    let told = night.house.run(&["incidents", "resolve", &id, "--data", "data"]).await;
    assert!(told.status.success(), "{told:?}");
    over_says(&night, "somebody at the command line").await;
    night.passes(Duration::from_secs(60)).await;
    alarm.goes_off().await;
    night.is("silenced").await;
    // It is not forgotten: after the time that an owner has for it people are called.
    night.passes(minutes(30)).await;
    night.phone("alpha").takes_it(TEXT).await;
    night.end().await;
}
