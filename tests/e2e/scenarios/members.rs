//! People of Slack whom the configuration does not know.

use std::time::Duration;

use serde_json::json;
use shared::slack::signature::sign;

use crate::scenario::{CallWith, Scenario, usual};

const OVER: &str = "It is over: checkout-5xx-rate recovered\nPAGE";

/// A member of a workspace: id, workspace, and the name that they gave themselves.
type Member = (&'static str, &'static str, &'static str);

/// Has a member click, as Slack tells it. Gives the answer's status.
async fn clicks(
    scenario: &Scenario,
    (id, team, name): Member,
    action: &str,
    incident: &str,
) -> u16 {
    let payload = json!({
        "type": "block_actions",
        "user": {"id": id, "username": name, "name": name, "team_id": team},
        "team": {"id": "T0000001", "domain": "ours"},
        "actions": [{
            "action_id": action, "block_id": format!("incident {incident}"), "type": "button", "value": incident,
        }],
    });
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", &payload.to_string())
        .finish();
    let at = scenario.now().await.as_second().to_string();
    let secret = scenario.server.simulated().signing_secret;
    let request = scenario.server.http.post(format!("{}/slack/actions", scenario.server.address));
    let request = request
        .header("x-slack-signature", sign(&secret, &at, form.as_bytes()))
        .header("x-slack-request-timestamp", at)
        .body(form);
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn namesake_of_another_workspace_cannot_act_for_the_owner() {
    let scenario = Scenario::begin(CallWith::Voice, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await;
    let id = scenario.is("calling").await.id().to_owned();
    let owner: Member = ("U0000501", "T0000501", "sam");
    assert_eq!(clicks(&scenario, owner, "take", &id).await, 200);
    scenario.is("taken").await.by("@sam");
    scenario.phone("alpha").ends("canceled").await;
    let namesakes: [Member; 4] = [
        ("U0000502", "T0000501", "sam"),
        ("U0000501", "T0000502", "sam"),
        ("U0000502", "T0000502", "sam"),
        ("U0000503", "", "sam"),
    ];
    for namesake in namesakes {
        for action in ["resolve", "give-back"] {
            assert_eq!(clicks(&scenario, namesake, action, &id).await, 200);
            scenario.is("taken").await.by("@sam");
        }
    }
    // A name may change; who it is does not.
    assert_eq!(
        clicks(&scenario, ("U0000501", "T0000501", "sam the second"), "resolve", &id).await,
        200
    );
    scenario.is("resolved").await;
    scenario.end().await;
}

#[tokio::test]
async fn people_who_are_not_configured_may_be_told_to_only_look() {
    let policy = format!("[escalation]\nonly_configured_people = true\n{}", usual());
    let scenario = Scenario::begin(CallWith::Voice, &policy).await;
    let alarm = scenario.alarm("checkout-5xx-rate");
    alarm.goes_off().await;
    scenario.phone("alpha").rings().await;
    scenario.clicks("U0STRANGER", "take").await;
    let why = "Only people of Ringdown's configuration can act on incidents, and your Slack member id U0STRANGER is not in \
               it: nothing was done. Whoever runs Ringdown can add you to `[people]`.";
    scenario.tells_alone("U0STRANGER", why).await;
    let id = scenario.is("calling").await.id().to_owned();
    for action in ["take", "silence", "resolve", "give-back"] {
        assert_eq!(clicks(&scenario, ("U0000777", "T0000001", "alpha"), action, &id).await, 200);
        scenario.is("calling").await;
    }
    scenario.clicks("U0000002", "take").await;
    scenario.is("taken").await.by("bravo");
    scenario.phone("alpha").ends("canceled").await;
    alarm.recovers().await;
    scenario.phone("bravo").is_sent(OVER).await;
    scenario.end().await;
}

#[tokio::test]
async fn member_named_like_a_configured_person_is_not_that_person() {
    let scenario = Scenario::begin(CallWith::Voice, &usual()).await;
    scenario.alarm("checkout-5xx-rate").goes_off().await;
    scenario.phone("alpha").rings().await;
    let found = scenario.is("calling").await;
    scenario.phone("alpha").lets_it_ring().await;
    scenario.phone("bravo").rings().await.answers().await.presses('1').await;
    scenario
        .phone("bravo")
        .is_sent("You took it: checkout-5xx-rate\n12 is more than 5\nPAGE")
        .await;
    for name in ["bravo", "@bravo"] {
        assert_eq!(
            clicks(&scenario, ("U0000888", "T0000001", name), "resolve", found.id()).await,
            200
        );
        scenario.is("taken").await.by("bravo");
    }
    scenario.passes(Duration::from_secs(7)).await;
    scenario.end().await;
}
