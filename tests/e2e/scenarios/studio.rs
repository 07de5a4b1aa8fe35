//! Scenarios that only a Studio Flow has, and requests to its endpoint that are no Flow's.

use std::time::Duration;

use ringdown::database::Database;
use ringdown::store::Records;
use serde_json::json;
use shared::storage::{Condition, Put, Store, records, writes};

use crate::harness::TOKEN;
use crate::scenario::{CallWith, Scenario, policy, usual};
use shared::domain::escalation::IncidentId;

const TEXT: &str = "You took it: checkout-5xx-rate\n12 is more than 5\nPAGE";

#[tokio::test]
async fn without_events_a_hang_up_is_learnt_by_looking() {
    let scenario = Scenario::begin(CallWith::Studio, &usual()).await;
    scenario.twilio_does(CallWith::Studio.says_nothing()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await.answers().await.hangs_up().await;
    scenario.passes(Duration::from_secs(16)).await;
    scenario.phone("bravo").rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    scenario
        .is("taken")
        .await
        .by("bravo")
        .after(&["alpha: answered, did not choose", "bravo: took it"]);
    scenario.end().await;
}

#[tokio::test]
async fn somebody_in_another_flow_is_in_a_call_and_comes_back() {
    let scenario =
        Scenario::begin(CallWith::Studio, &policy("default", "*", &["alpha", "bravo"], 2)).await;
    let alpha = scenario.phone("alpha");
    // Somebody tries the Flow by hand.
    scenario.twilio_runs(1, alpha.number()).await;
    alpha.rings().await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.slack_says("*alpha* is in another call: passed over for now").await;
    scenario.phone("bravo").rings().await;
    alpha.declines().await;
    scenario.passes(Duration::from_secs(5)).await;
    scenario.phone("bravo").declines().await;
    alpha.rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    let calls = ["alpha: in another call", "bravo: busy", "alpha: took it"];
    scenario.is("taken").await.by("alpha").after(&calls);
    scenario.slack_says(":telephone_receiver: calling <@U0000001> (call 2 of 2)").await;
    scenario.end().await;
}

#[tokio::test]
async fn flow_that_is_not_there_is_refused_with_what_to_do() {
    let scenario = Scenario::begin(CallWith::Studio, &policy("default", "*", &["alpha"], 1)).await;
    scenario.twilio_does(json!({"refuse_calls": {"status": 404, "code": 20404}})).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.is("exhausted").await.after(&["alpha: the call was refused"]);
    scenario
        .slack_says(
            "*alpha*: the call was refused: Twilio 20404 Refused on purpose: there is no Flow \
             FW00000000000000000000000000000001; give the policy the flow_sid that Studio shows",
        )
        .await;
    scenario.end().await;
}

#[tokio::test]
async fn forged_reports_change_nothing() {
    let scenario = Scenario::begin(CallWith::Studio, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await.declines().await;
    scenario.phone("bravo").rings().await;
    scenario.settles().await;
    let before = scenario.incidents().await;
    let id = before[0]["id"].as_str().unwrap();
    let of_alpha = scenario.token(id, 1).await;
    let taken = |token| [("token", token), ("outcome", "key"), ("digits", "1"), ("reading", "1")];
    let reversed: String = of_alpha.chars().rev().collect();
    for token in ["", "1", TOKEN, &reversed, &of_alpha] {
        assert_eq!(scenario.flow_reports(id, 2, &taken(token)).await.0, 403, "{token}");
    }
    assert_eq!(scenario.flow_reports("nonsense", 1, &taken(&of_alpha)).await.0, 403);
    // Twilio's own signature proves nothing here.
    let path = format!("/twilio/studio/{id}/2");
    assert_eq!(scenario.twilio_asks(&path, &taken("")).await.0, 403);
    assert_eq!(
        scenario.flow_reports(id, 1, &[("token", &of_alpha), ("outcome", "?")]).await.0,
        400
    );
    assert_eq!(scenario.incidents().await, before);
    scenario.phone("bravo").answers().await.presses('1').await.is_sent(TEXT).await;
    scenario.end().await;
}

/// An incident that alpha takes in the call of a Flow, from its beginning to its end. Gives its id.
async fn incident_is_over(scenario: &Scenario) -> String {
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await.answers().await.presses('1').await.is_sent(TEXT).await;
    let id = scenario.is("taken").await.id().to_owned();
    alarm.recovers().await;
    alpha.is_sent("It is over: checkout-5xx-rate recovered\nPAGE").await;
    scenario.is("resolved").await;
    scenario.passes(Duration::from_secs(20 * 60)).await;
    id
}

/// Puts so many copies of an incident into the archive, each of which is newer.
async fn many_newer_ones(scenario: &Scenario, id: &str, count: i64) {
    let store = Records(Database::open(&scenario.server.folder.path().join("data")).unwrap());
    let now = scenario.now().await;
    let archived =
        store.load(&[records::archived(&id.into())], now).await.unwrap().remove(0).unwrap();
    let put = |number| {
        let newer = IncidentId::of("default", now + shared::SignedDuration::from_secs(number));
        Put {
            key: records::archived(&newer),
            body: archived.body.replace(id, newer.as_str()),
            condition: Condition::Absent,
            expires_at: None,
        }
    };
    store.write(&writes((1..=count).map(put)), now).await.unwrap();
}

#[tokio::test]
async fn execution_leads_to_its_incident_though_many_are_newer() {
    let scenario = Scenario::begin(CallWith::Studio, &usual()).await;
    let id = incident_is_over(&scenario).await;
    let later = incident_is_over(&scenario).await;
    assert_ne!(id, later);
    many_newer_ones(&scenario, &later, 60).await;
    let listed = scenario.incidents().await;
    assert!(listed.len() >= 50 && listed.iter().all(|one| one["id"] != id.as_str()), "{id}");
    let page = async |path: &str| {
        let answer = scenario.server.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    };
    let incident = page(&format!("/incidents/{id}")).await;
    let (before, _) = incident.split_once("\">in its Flow</a>").unwrap();
    let path = before.rsplit_once("href=\"").unwrap().1.replace("&#x2f;", "/");
    let execution = page(path.split('#').next().unwrap()).await;
    assert!(execution.contains(&format!("<a href=\"/incidents/{id}\">")), "{execution}");
    scenario.end().await;
}
