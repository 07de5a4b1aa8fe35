//! `POST /alarms` and `POST /alarms/{name}` for any monitor.

use serde_json::{Value, json};

use crate::scenario::{CallWith, Scenario, policy, usual};

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
async fn monitor_needs_the_token() {
    let scenario = Scenario::begin(CallWith::Voice, &usual()).await;
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
    let scenario =
        Scenario::begin(CallWith::Voice, &policy("probes", "*-probe-*", &["delta"], 1)).await;
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

#[tokio::test]
async fn any_monitor_names_its_alarm_itself() {
    let scenario =
        Scenario::begin(CallWith::Voice, &policy("backups", "backup *", &["alpha"], 3)).await;
    let path = "/alarms/backup%20of%20orders";
    let token = [("authorization", "Bearer the-alarms-token")];
    let body = json!({"state": "alarm", "title": "no <backup> for 26 h", "link": "https://wiki.example.com/?a=b&c"});
    for (headers, expected) in [
        (
            &[("authorization", "Basic the-alarms-token")][..],
            "a bearer token is needed: send the header `Authorization: Bearer …`\n",
        ),
        (&[("authorization", "Bearer other")][..], "the bearer token is wrong\n"),
    ] {
        let told = post(&scenario, path, headers, &body).await;
        assert_eq!(told, (401, expected.to_owned()));
    }
    let long = json!({"state": "alarm", "title": "x".repeat(16 * 1024)});
    assert_eq!(post(&scenario, path, &token, &long).await.0, 413);
    assert_eq!(scenario.server.get(path).await.status(), 405);
    let (status, told) = post(&scenario, path, &token, &json!({"state": "down"})).await;
    let reason = "its `state` \"down\" is none of \"alarm\", \"ok\"";
    let refused = json!([{"outcome": "dead-letter", "reason": reason}]);
    assert_eq!((status, serde_json::from_str::<Value>(&told).unwrap()), (422, refused));
    scenario
        .slack_says(&format!(
            ":warning: *backup of orders* came in as an alarm, and nobody was called: {reason}. It is kept as a dead letter."
        ))
        .await;

    let (status, told) = post(&scenario, path, &token, &body).await;
    let alpha = scenario.phone("alpha");
    alpha.rings().await.answers().await.presses('1').await;
    alpha.is_sent("You took it: backup of orders\nno <backup> for 26 h https://wiki.example.com/?a=b&c\nPAGE").await;
    let found = scenario.is("taken").await.by("alpha");
    let became =
        json!([{"outcome": "incident", "alarm": "backup of orders", "incident": found.id()}]);
    assert_eq!((status, serde_json::from_str::<Value>(&told).unwrap()), (202, became));
    let page =
        scenario.server.get(&format!("/incidents/{}", found.id())).await.text().await.unwrap();
    let page = page.replace("&#x2f;", "/");
    let link = r#"<a href="https://wiki.example.com/?a=b&amp;c""#;
    assert!(page.contains(link), "{page}");
    assert!(page.contains("no &lt;backup&gt; for 26 h") && !page.contains("<backup>"), "{page}");
    assert_eq!(post(&scenario, path, &token, &body).await.0, 202);
    assert_eq!(post(&scenario, path, &token, &json!({"state": "ok"})).await.0, 202);
    alpha.is_sent("It is over: backup of orders recovered\nPAGE").await;
    scenario.is("resolved").await;
    scenario.end().await;
}
