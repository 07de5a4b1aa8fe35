//! The link in a text: whoever was sent it sees the incident, and acts on it under their name.

use std::time::Duration;

use crate::harness::Plan;
use crate::scenario::{CallWith, Scenario, config, usual};

scenarios! {
    link_of_a_text_shows_the_incident_and_acts_for_its_reader
    two_people_who_take_it_by_their_links_are_told_who_has_it
    link_ends_when_its_person_leaves_the_configuration
    person_who_wants_no_links_is_sent_none
}

const NAME: &str = "checkout-5xx-rate";
const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

const ALPHA: &str = "[people.alpha]\nphone = \"+15005550001\"\n";

async fn link_of_a_text_shows_the_incident_and_acts_for_its_reader(call_with: CallWith) {
    let scenario = Scenario::begin_with(call_with, &usual(), &[("LOG_LEVEL", "trace")]).await;
    scenario.alarm(NAME).goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.takes_it(TEXT).await;
    let link = alpha.opens_its_link().await;
    // A preview that fetches it uses nothing up.
    for _ in 0..3 {
        assert_eq!(alpha.opens_its_link().await.page, link.page);
    }
    let (found, page) = link.shows().await;
    assert!(found == 200 && page.contains("You are <strong>alpha</strong>"), "{found} {page}");
    assert!(page.contains(NAME) && !page.contains("<nav"), "{page}");
    let own = scenario.server.address.as_str();
    let other = "/i/incident/default-20260101-000000-000";
    for (path, found) in [("/", 401), ("/incidents.json", 401), (other, 404)] {
        assert_eq!(link.opens(path).await.0, found, "{path}");
    }
    assert_eq!(link.status(&link.page, "resolve", "https://evil.example.com").await, 403);
    assert_eq!(link.status(other, "resolve", own).await, 404);
    assert_eq!(link.acts("note", "text=It+is+the+disk.").await, "note");
    scenario.slack_says(":memo: *alpha* notes: It is the disk").await;
    assert_eq!(link.acts("pass-on", "person=charlie").await, "pass-on");
    let charlie = scenario.phone("charlie");
    charlie.rings().await;
    assert_eq!(link.acts("take", "").await, "take");
    charlie.ends("canceled").await;
    scenario.is("taken").await.by("alpha");
    assert_eq!(link.acts("resolve", "").await, "resolve");
    scenario.is("resolved").await;
    scenario.passes(Duration::from_secs(50 * 60)).await;
    assert_eq!(link.shows().await.0, 200);
    scenario.passes(Duration::from_secs(11 * 60)).await;
    let (found, page) = link.shows().await;
    assert!(found == 404 && page.contains("This link opens nothing"), "{page}");
    assert!(!page.contains(NAME) && !page.contains("alpha"), "{page}");
    let (log, token) = (scenario.server.log(), link.token());
    assert!(log.contains("/i/…") && !log.contains(token), "the log has the token");
    scenario.end().await;
}

/// alpha had it and gave it to bravo, who gives it back: nobody has it, and both have a link.
async fn two_people_who_take_it_by_their_links_are_told_who_has_it(call_with: CallWith) {
    let scenario = Scenario::begin(call_with, &usual()).await;
    scenario.alarm(NAME).goes_off().await;
    let (alpha, bravo) = (scenario.phone("alpha"), scenario.phone("bravo"));
    alpha.takes_it(TEXT).await;
    let link = alpha.opens_its_link().await;
    assert_eq!(link.acts("pass-on", "person=bravo").await, "pass-on");
    bravo.takes_it(TEXT).await;
    let other = bravo.opens_its_link().await;
    assert_eq!(other.page, link.page);
    assert_eq!(link.acts("take", "").await, "owned");
    assert_eq!(other.acts("release", "").await, "release");
    let charlie = scenario.phone("charlie");
    charlie.rings().await;
    let (one, two) = tokio::join!(link.acts("take", ""), other.acts("take", ""));
    assert!([&one, &two].iter().all(|said| ["take", "owned"].contains(&said.as_str())));
    charlie.ends("canceled").await;
    let owner = scenario.is("taken").await.0["taken_by"].as_str().unwrap().to_owned();
    assert!(["alpha", "bravo"].contains(&owner.as_str()), "{owner}");
    let late = if owner == "alpha" { &other } else { &link };
    let (_, page) = late.opens(&format!("{}?asked=take", late.page)).await;
    assert!(page.contains(&format!("Nothing was done: {owner} has it.")), "{page}");
    scenario.end().await;
}

async fn link_ends_when_its_person_leaves_the_configuration(call_with: CallWith) {
    let (scenario, plan) = Scenario::with_separate_twilio(call_with, &usual()).await;
    scenario.alarm(NAME).goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.takes_it(TEXT).await;
    let link = alpha.opens_its_link().await;
    let path = format!("/i/{}", link.token());
    let mut killed = scenario.killed(&plan).await;
    let data = killed.plan.folder.path().join("data");
    for file in std::fs::read_dir(data).unwrap() {
        let kept = std::fs::read(file.unwrap().path()).unwrap();
        let has = |part: &[u8]| kept.windows(part.len()).any(|have| have == part);
        assert!(!has(link.token().as_bytes()), "a hash is kept");
    }
    let config = killed.plan.config.clone();
    killed.plan.config = config.replace("alpha", "another");
    let scenario = killed.goes_on().await;
    let opened = |address: String| {
        let (http, url) = (shared::http::client().unwrap(), format!("{address}{path}"));
        async move { http.get(url).send().await.unwrap().status().as_u16() }
    };
    assert_eq!(opened(scenario.server.address.clone()).await, 404);
    let mut killed = scenario.killed(&plan).await;
    killed.plan.config = config;
    let scenario = killed.goes_on().await;
    assert_eq!(opened(scenario.server.address.clone()).await, 303);
    scenario.end().await;
}

async fn person_who_wants_no_links_is_sent_none(call_with: CallWith) {
    let plan = Plan { config: config(call_with, &usual()), ..Plan::new() };
    let plan = Plan {
        config: plan.config.replace(ALPHA, &format!("{ALPHA}text_links = false\n")),
        ..plan
    };
    let scenario =
        Scenario::begin_on(call_with, &plan.set("ALARMS_TOKEN", "the-alarms-token")).await;
    scenario.alarm(NAME).goes_off().await;
    scenario.phone("alpha").takes_it("You took it: checkout-5xx-rate\n12 is more than 5").await;
    scenario.end().await;
}
