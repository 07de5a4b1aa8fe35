//! `POST /alarms` for any monitor.

use serde_json::{Value, json};

use crate::scenario::{Scenario, Way, policy, usual};

async fn post(
    scenario: &Scenario,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> (u16, String) {
    let mut request = scenario
        .server
        .http
        .post(format!("{}{path}", scenario.server.address))
        .body(body.to_string());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_monitor_needs_the_token() {
    let scenario = Scenario::begin(Way::Voice, &usual()).await;
    let event = scenario.alarm("checkout-5xx-rate").event("ALARM", scenario.now().await);
    for headers in [
        &[][..],
        &[("authorization", "Bearer another-token")],
        &[("authorization", "Bearer ")],
        &[("authorization", "Basic the-alarms-token")],
        &[("authorization", "the-alarms-token")],
    ] {
        assert_eq!(post(&scenario, "/alarms", headers, &event).await.0, 401, "{headers:?}");
    }
    assert_eq!(scenario.server.get("/alarms").await.status(), 405);
    assert_eq!(scenario.incidents().await, Vec::<Value>::new());
    let told =
        post(&scenario, "/alarms", &[("authorization", "bearer the-alarms-token")], &event).await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await.answers().await.presses('1').await;
    alpha.is_sent("You took it: checkout-5xx-rate\n12 is more than 5\nPAGE").await;
    let id = scenario.is("taken").await.by("alpha").id().to_owned();
    let became = json!([{"outcome": "incident", "alarm": "checkout-5xx-rate", "incident": id}]);
    assert_eq!((told.0, serde_json::from_str::<Value>(&told.1).unwrap()), (202, became));
    scenario.end().await;
}

#[tokio::test]
async fn alertmanager_tells_of_several_at_once() {
    let scenario = Scenario::begin(Way::Voice, &policy("probes", "*-probe-*", &["delta"], 1)).await;
    let alert = |status: &str, instance: &str, fingerprint: &str| {
        json!({
            "status": status, "labels": {"alertname": "checkout-probe-fails", "instance": instance},
            "annotations": {"summary": format!("{instance} does not answer")},
            "startsAt": "2026-11-20T12:08:45.828Z", "endsAt": "0001-01-01T00:00:00Z", "fingerprint": fingerprint,
        })
    };
    let group = |alerts: Vec<Value>| json!({"version": "4", "status": "firing", "alerts": alerts});
    let token = [("authorization", "Bearer the-alarms-token")];
    let both = group(vec![alert("firing", "shop", "01"), alert("firing", "till", "02")]);
    assert_eq!(post(&scenario, "/alarms", &token, &both).await.0, 202);
    let delta = scenario.phone("delta");
    delta.rings().await.answers().await.presses('1').await;
    let found = scenario.is("taken").await.by("delta");
    assert_eq!(found.0["alarms"].as_array().unwrap().len(), 2, "{:#}", found.0);
    let mut over = group(vec![alert("resolved", "shop", "01"), alert("resolved", "till", "02")]);
    for alert in over["alerts"].as_array_mut().unwrap() {
        alert["endsAt"] = json!("2026-11-20T12:18:45.828Z");
    }
    delta
        .is_sent(&format!(
            "You took it: checkout-probe-fails, checkout-probe-fails\n{}\nPAGE",
            found.0["alarms"][0]["reason"].as_str().unwrap()
        ))
        .await;
    assert_eq!(post(&scenario, "/alarms", &token, &over).await.0, 202);
    delta.is_sent("It is over: checkout-probe-fails, checkout-probe-fails recovered\nPAGE").await;
    scenario.is("resolved").await;
    scenario.end().await;
}
