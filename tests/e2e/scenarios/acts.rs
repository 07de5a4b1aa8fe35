//! Acts of people on an incident's page, beside resolving it.

use std::time::Duration;

use crate::scenario::{CallWith, Scenario, usual};

scenarios! {
    person_who_is_asked_for_on_the_page_is_called_before_all_others
    silence_with_a_reason_is_ended_on_the_page
    alarm_that_waits_for_the_end_of_a_silence_goes_off_when_it_is_ended
    note_is_told_in_slack_and_struck_out_on_the_page
}

const NAME: &str = "checkout-5xx-rate";
const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";
const BY: &str = "somebody on the page";

/// Sends a form of the incident's page. Gives what the page is asked to say.
async fn acts(scenario: &Scenario, incident: &str, act: &str, form: &str) -> String {
    let url = format!("{}/incidents/{incident}/{act}", scenario.server.address);
    let request = scenario.server.http.post(url).header("origin", &scenario.server.address);
    let answer = request.body(form.to_owned()).send().await.unwrap();
    assert_eq!(answer.status(), 303, "{act}");
    let there = answer.headers()["location"].to_str().unwrap();
    there.split_once("?asked=").unwrap().1.to_owned()
}

async fn page(scenario: &Scenario, incident: &str) -> String {
    scenario.server.get(&format!("/incidents/{incident}")).await.text().await.unwrap()
}

async fn person_who_is_asked_for_on_the_page_is_called_before_all_others(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm(NAME).goes_off().await;
    scenario.phone("alpha").rings().await;
    let id = scenario.is("calling").await.id().to_owned();
    assert_eq!(acts(&scenario, &id, "call", "person=charlie").await, "call");
    scenario.phone("alpha").ends("canceled").await;
    scenario.phone("charlie").takes_it(TEXT).await;
    scenario.is("taken").await.by("charlie");
    let asked = format!(":telephone_receiver: *{BY}* asks for *charlie*: calling");
    scenario.slack_says(&asked).await;
    assert_eq!(acts(&scenario, &id, "call", "person=bravo").await, "owned");
    scenario.end().await;
}

async fn silence_with_a_reason_is_ended_on_the_page(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm(NAME).goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await;
    let id = scenario.is("calling").await.id().to_owned();
    let form = "for=4h&reason=a+%3Cdeploy%3E";
    assert_eq!(acts(&scenario, &id, "silence", form).await, "silence");
    alpha.ends("canceled").await;
    scenario.is("silenced").await;
    let home = scenario.server.get("/").await.text().await.unwrap();
    assert!(home.contains(&format!("{BY} asked for it: a &lt;deploy&gt;")), "{home}");
    assert_eq!(acts(&scenario, &id, "end-silence", "").await, "end-silence");
    scenario.slack_says(&format!(":loud_sound: *{BY}* ended the silence")).await;
    scenario.phone("alpha").takes_it(TEXT).await;
    let home = scenario.server.get("/").await.text().await.unwrap();
    assert!(!home.contains("asked for it"), "{home}");
    assert_eq!(acts(&scenario, &id, "end-silence", "").await, "not-silenced");
    scenario.end().await;
}

async fn alarm_that_waits_for_the_end_of_a_silence_goes_off_when_it_is_ended(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    let alarm = scenario.alarm(NAME);
    alarm.goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await;
    let id = scenario.is("calling").await.id().to_owned();
    assert_eq!(acts(&scenario, &id, "silence", "for=4h").await, "silence");
    alpha.ends("canceled").await;
    alarm.recovers().await;
    scenario.is("resolved").await;
    scenario.passes(Duration::from_secs(30 * 60)).await;
    let heard = alarm.is_told(&alarm.event("ALARM", scenario.now().await)).await[0].take();
    assert_eq!(heard["outcome"], "silenced");
    assert!(page(&scenario, &id).await.contains("End the silence"));
    assert_eq!(acts(&scenario, &id, "end-silence", "").await, "end-silence");
    alpha.takes_it(TEXT).await;
    assert_eq!(scenario.incidents().await.len(), 2);
    assert_eq!(acts(&scenario, &id, "end-silence", "").await, "not-silenced");
    scenario.end().await;
}

async fn note_is_told_in_slack_and_struck_out_on_the_page(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm(NAME).goes_off().await;
    scenario.phone("alpha").takes_it(TEXT).await;
    let id = scenario.is("taken").await.id().to_owned();
    assert_eq!(acts(&scenario, &id, "note", "text=It+is+the+%3Cdisk%3E.").await, "note");
    scenario.slack_says(&format!(":memo: *{BY}* notes: It is the &lt;disk&gt;")).await;
    let shown = page(&scenario, &id).await;
    assert!(shown.contains("It is the &lt;disk&gt;."), "{shown}");
    let (_, rest) = shown.split_once(r#"name="note" value=""#).unwrap();
    let note = rest.split_once('"').unwrap().0;
    assert_eq!(acts(&scenario, &id, "strike", &format!("note={note}")).await, "strike");
    let end = tokio::time::Instant::now() + Duration::from_secs(20);
    while !page(&scenario, &id).await.contains("<s>It is the &lt;disk&gt;.</s>") {
        assert!(tokio::time::Instant::now() < end, "the note is not struck out");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(acts(&scenario, &id, "strike", &format!("note={note}")).await, "no-note");
    scenario.end().await;
}
