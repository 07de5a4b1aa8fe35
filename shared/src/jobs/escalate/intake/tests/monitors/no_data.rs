//! A monitor that cannot tell how an alarm is.

use super::*;
use crate::domain::escalation::Event;

/// Grafana's word for a rule whose query brings nothing.
fn of_grafana(rule: &str, status: &str, starts_at: &str) -> Value {
    let labels = json!({"alertname": "DatasourceNoData", "rulename": rule});
    let alert = json!({"status": status, "labels": labels, "fingerprint": "c6ea", "startsAt": starts_at, "endsAt": starts_at});
    group(&[alert])
}

const AT: &str = "2026-11-28T11:00:00Z";

#[tokio::test]
async fn no_data_of_an_alarm_that_does_not_ring_is_reported_once() {
    let intake = Intake::new();
    for _ in 0..3 {
        assert_eq!(
            intake.posts(&of_grafana("shop-up", "firing", AT)).await,
            (202, vec!["nothing".to_owned()])
        );
        intake.passes(3_600);
    }
    let mut no_data =
        message("shop-age", "eu-west-1", "INSUFFICIENT_DATA", "2026-11-28T11:00:00.000+0000");
    no_data["NewStateReason"] = json!("Insufficient Data: 10 datapoints were <unknown>.");
    for _ in 0..3 {
        intake.posts(&no_data).await;
    }
    let lines = [
        ":information_source: *shop-up* has no data, and nobody is called: alertname=DatasourceNoData, rulename=shop-up",
        ":information_source: *shop-age* has no data, and nobody is called: Insufficient Data: 10 datapoints were &lt;unknown&gt;",
    ];
    assert_eq!(intake.slack(), lines);
    assert_eq!((intake.incident(), intake.letters().len()), (None, 0));
    // It comes and goes: the forwarder, which says a line once a day, has the same line.
    intake.posts(&message("shop-age", "eu-west-1", "OK", "2026-11-28T15:00:00.000+0000")).await;
    intake
        .posts(&message(
            "shop-age",
            "eu-west-1",
            "INSUFFICIENT_DATA",
            "2026-11-28T15:01:00.000+0000",
        ))
        .await;
    assert_eq!(intake.slack().len(), 2);
}

#[tokio::test]
async fn no_data_of_an_alarm_that_rings_is_in_its_incident_alone() {
    let intake = Intake::new();
    intake.posts(&message("shop-age", "eu-west-1", "ALARM", "2026-11-28T11:00:00.000+0000")).await;
    intake
        .posts(&message(
            "shop-age",
            "eu-west-1",
            "INSUFFICIENT_DATA",
            "2026-11-28T11:01:00.000+0000",
        ))
        .await;
    assert_eq!(intake.slack(), [""; 0]);
    // It is in no incident any more once that is over.
    intake.posts(&message("shop-age", "eu-west-1", "OK", "2026-11-28T11:02:00.000+0000")).await;
    intake
        .posts(&message(
            "shop-age",
            "eu-west-1",
            "INSUFFICIENT_DATA",
            "2026-11-28T11:03:00.000+0000",
        ))
        .await;
    assert_eq!(
        intake.slack(),
        [":information_source: *shop-age* has no data, and nobody is called"]
    );
}

#[tokio::test]
async fn no_data_of_a_rule_that_rings_is_in_its_incident_alone() {
    let intake = Intake::new();
    let no_data = of_grafana("shop-up", "firing", AT);
    intake.posts(&group(&[alert("shop-up", "firing", AT)])).await;
    for _ in 0..3 {
        assert_eq!(intake.posts(&no_data).await, (202, vec!["incident".to_owned()]));
        intake.passes(3_600);
    }
    let entries = incident(&intake.backend, "p").expect("an incident").timeline.entries;
    let has_no_data = Event::NoData { alarm: "shop-up".to_owned() };
    assert_eq!(entries.iter().filter(|entry| entry.event == has_no_data).count(), 1);
    assert_eq!(intake.slack(), [""; 0]);
    // That it has data again is no recovery.
    intake.posts(&of_grafana("shop-up", "resolved", AT)).await;
    assert_eq!(intake.incident(), Some((true, vec!["shop-up".to_owned()])));
    // Another rule's alarm is not meant, and none once it is over.
    let mut other = of_grafana("shop-age", "firing", AT);
    other["alerts"][0]["fingerprint"] = json!("d7fb");
    assert_eq!(intake.posts(&other).await, (202, vec!["nothing".to_owned()]));
    intake.posts(&group(&[alert("shop-up", "resolved", AT)])).await;
    assert_eq!(intake.incident(), Some((false, Vec::new())));
    assert_eq!(intake.posts(&no_data).await, (202, vec!["nothing".to_owned()]));
    let reported = intake.slack().iter().filter(|line| line.contains("nobody is called")).count();
    assert_eq!(reported, 2);
}

#[tokio::test]
async fn no_data_that_is_ignored_for_no_policy_or_brought_unasked_is_not_reported() {
    let intake = Intake::new();
    intake.posts(&of_grafana("Watchdog", "firing", AT)).await;
    intake.posts(&of_grafana("others", "firing", AT)).await;
    let unasked = json!({
        "detail-type": "CloudWatch Alarm State Change", "resources": ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cpu"],
        "detail": {"alarmName": "cpu", "state": {"value": "INSUFFICIENT_DATA", "timestamp": AT}},
    });
    assert_eq!(intake.posts(&unasked).await.0, 202);
    assert_eq!(intake.slack(), [""; 0]);
}
