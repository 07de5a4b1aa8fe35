//! An alarm whose incident was resolved by hand, and that goes off anew without an end between.

use super::*;
use crate::domain::escalation::{IncidentId, Signal};
use crate::jobs::escalate::Effects;

/// Resolves the policy's incident by hand.
async fn resolve(intake: &Intake) {
    let kept = intake.records("open").pop().expect("an incident");
    let id = IncidentId::from(kept["incident"]["id"].as_str().expect("an id"));
    let signal = Signal::ResolvedByPerson { person: "alpha".into() };
    let incident = intake
        .escalate
        .transact(&id, &[signal], Effects::Deferred, intake.now())
        .await
        .expect("it is written");
    assert!(incident.is_some_and(|incident| incident.ended_at.is_some()), "it is over");
}

#[tokio::test]
async fn alert_that_began_after_the_one_that_was_resolved_by_hand_rings_again() {
    let intake = Intake::new();
    let firing = |starts_at: &str| group(&[alert("shop-a", "firing", starts_at)]);
    let first = firing("2026-11-28T11:59:00Z");
    assert_eq!(intake.posts(&first).await.1, ["incident"]);
    resolve(&intake).await;
    intake.passes(26 * 3600);
    assert_eq!(intake.posts(&first).await.1, ["nothing"], "the same alert, once more");
    assert_eq!(intake.incident().map(|(open, _)| open), Some(false));
    let anew = firing("2026-11-29T13:58:00Z");
    assert_eq!(intake.posts(&anew).await.1, ["incident"]);
    assert_eq!(intake.incident(), Some((true, vec!["shop-a".to_owned()])));
    // While it is open, another beginning of the same alert is no news.
    let entries =
        |intake: &Intake| intake.records("open")[0]["incident"]["timeline"]["next"].clone();
    let before = entries(&intake);
    assert_eq!(intake.posts(&firing("2026-11-29T13:59:00Z")).await.1, ["incident"]);
    assert_eq!(entries(&intake), before);
}
