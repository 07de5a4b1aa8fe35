//! Requests of monitors, over a backend in memory that may fail at any time.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::*;
use crate::jobs::escalate::testing::{Fixture, incident};
use crate::storage::Key;
use crate::testing::{MemoryBackend, Parameters, TestClock, each_line_once};

mod anew;
mod named;
mod no_data;
mod repeats;
mod replays;

const CONFIG: &str = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n\
    [[policies]]\nname = \"p\"\nalarms = [\"shop-*\", \"cpu\"]\nroster = [\"alpha\"]\n\
    [[ignore]]\nalarms = [\"Watchdog\", \"Info*\"]\nreason = \"always on\"\n";

/// The intake with a clock of its own.
struct Intake {
    escalate: Escalate,
    backend: MemoryBackend,
    clock: TestClock,
}

impl Intake {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn new() -> Intake {
        let now = "2026-11-28T12:00:00Z".parse().expect("a time");
        let fixture = Fixture::new(Parameters::of_config(CONFIG, &[]), now);
        let Fixture { escalate, backend, clock, .. } = fixture;
        Intake { escalate, backend, clock }
    }

    fn passes(&self, seconds: i64) {
        self.clock.push(SignedDuration::from_secs(seconds));
    }

    /// The status, and what became of each thing in the body.
    async fn posts(&self, body: &Value) -> (u16, Vec<String>) {
        let heard =
            self.escalate.take(body.to_string().as_bytes(), self.now()).await.expect("all is kept");
        let answer = respond(&heard);
        let said: Vec<Value> = serde_json::from_slice(&answer.body).expect("JSON");
        (
            answer.status,
            said.iter()
                .map(|said| said["outcome"].as_str().unwrap_or_default().to_owned())
                .collect(),
        )
    }

    fn records(&self, pk: &str) -> Vec<Value> {
        let here = self.backend.store.records(pk).into_iter();
        here.map(|record| serde_json::from_str(&record.body).expect("JSON")).collect()
    }

    /// Why letters are dead, sorted.
    fn letters(&self) -> Vec<String> {
        let mut reasons: Vec<String> = self
            .records("dead-letters")
            .iter()
            .map(|letter| letter["reason"].as_str().unwrap_or_default().to_owned())
            .collect();
        reasons.sort();
        reasons
    }

    /// What Slack is told beside incidents, each line once, as the forwarder does.
    fn slack(&self) -> Vec<String> {
        let lines = each_line_once(&self.backend.queue.sent()).into_iter();
        let beside =
            |event_type: &str| ["dead-letter", "disabled", "no-data"].contains(&event_type);
        lines.filter(|line| beside(&line.event_type)).map(|line| line.text).collect()
    }

    /// The state of the policy's incident, with the keys of its alarms that go on.
    fn incident(&self) -> Option<(bool, Vec<String>)> {
        let incident = incident(&self.backend, "p")?;
        let open = incident.open_alarms().map(|alarm| alarm.key.clone()).collect();
        Some((incident.ended_at.is_none(), open))
    }
}

/// One alert of Alertmanager's.
fn alert(name: &str, status: &str, starts_at: &str) -> Value {
    let labels = json!({"alertname": name});
    json!({"status": status, "labels": labels, "fingerprint": name, "startsAt": starts_at, "endsAt": starts_at})
}

fn group(alerts: &[Value]) -> Value {
    json!({"version": "4", "receiver": "ringdown", "groupKey": "{}:{}", "status": "firing", "alerts": alerts})
}

/// A message of SNS without an ARN.
fn message(name: &str, region: &str, state: &str, at: &str) -> Value {
    json!({"AlarmName": name, "AWSAccountId": "123456789012", "Region": region, "NewStateValue": state,
        "StateChangeTime": at})
}

#[tokio::test]
async fn alarms_of_two_regions_are_two() {
    let intake = Intake::new();
    intake.posts(&message("cpu", "EU (Ireland)", "ALARM", "2026-11-28T01:13:43.700+0000")).await;
    intake
        .posts(&message("cpu", "US East (N. Virginia)", "ALARM", "2026-11-28T01:14:43.700+0000"))
        .await;
    let both = ["123456789012/eu-west-1/cpu", "123456789012/us-east-1/cpu"].map(str::to_owned);
    assert_eq!(intake.incident(), Some((true, both.to_vec())));
    intake.posts(&message("cpu", "eu-west-1", "OK", "2026-11-28T01:20:43.700+0000")).await;
    assert_eq!(intake.incident(), Some((true, vec![both[1].clone()])));
    intake.posts(&message("cpu", "us-east-1", "OK", "2026-11-28T01:21:43.700+0000")).await;
    assert_eq!(intake.incident(), Some((false, Vec::new())));
}

#[tokio::test]
async fn alarm_that_a_former_version_opened_is_ended() {
    let intake = Intake::new();
    // As the former version kept it: the key has no region.
    let mut opened = message("cpu", "x", "ALARM", "2026-11-28T01:13:43.700+0000");
    opened.as_object_mut().expect("an object").remove("Region");
    intake.posts(&opened).await;
    assert_eq!(intake.incident(), Some((true, vec!["123456789012/cpu".to_owned()])));
    // The same said again, and another region's.
    intake.posts(&message("cpu", "EU (Paris)", "ALARM", "2026-11-28T01:13:43.700+0000")).await;
    assert_eq!(intake.incident(), Some((true, vec!["123456789012/cpu".to_owned()])));
    intake.posts(&message("cpu", "EU (Milan)", "ALARM", "2026-11-28T01:14:43.700+0000")).await;
    intake.posts(&message("cpu", "EU (Milan)", "OK", "2026-11-28T01:15:43.700+0000")).await;
    assert_eq!(intake.incident(), Some((true, vec!["123456789012/cpu".to_owned()])));
    intake.posts(&message("cpu", "EU (Paris)", "OK", "2026-11-28T01:16:43.700+0000")).await;
    assert_eq!(intake.incident(), Some((false, Vec::new())));
    // From now on it has its new key.
    intake.posts(&message("cpu", "EU (Paris)", "ALARM", "2026-11-28T02:14:43.700+0000")).await;
    assert_eq!(intake.incident(), Some((true, vec!["123456789012/eu-west-3/cpu".to_owned()])));
}

#[tokio::test]
async fn alarm_whose_actions_are_disabled_calls_nobody_until_they_are_enabled() {
    let intake = Intake::new();
    let arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cpu";
    let announced = |enabled: bool, since: &str, state: &str, at: &str| {
        json!({"detail-type": "CloudWatch Alarm Configuration Change", "resources": [arn], "detail": {
            "alarmName": "cpu", "operation": "update", "state": {"value": state, "timestamp": at},
            "configuration": {"actionsEnabled": enabled, "timestamp": since}}})
    };
    let said = |state: &str, at: &str| {
        json!({"detail-type": "CloudWatch Alarm State Change", "resources": [arn], "detail": {
            "alarmName": "cpu", "state": {"value": state, "timestamp": at, "reason": "too much"}}})
    };
    let at = |minute: u32| format!("2026-11-28T11:{minute:02}:00Z");
    assert_eq!(
        intake.posts(&announced(false, &at(0), "OK", &at(0))).await,
        (202, vec!["nothing".to_owned()])
    );
    for _ in 0..3 {
        assert_eq!(intake.posts(&said("ALARM", &at(1))).await, (202, vec!["disabled".to_owned()]));
    }
    intake.posts(&said("OK", &at(2))).await;
    assert_eq!(intake.posts(&said("ALARM", &at(3))).await.1, ["disabled"]);
    let line =
        ":mute: *cpu* went off, and nobody is called: its actions are disabled in CloudWatch";
    assert_eq!(
        (intake.slack(), intake.incident(), intake.letters()),
        (vec![line.to_owned()], None, vec![])
    );

    assert_eq!(intake.posts(&announced(true, &at(4), "ALARM", &at(3))).await.1, ["incident"]);
    assert_eq!(intake.incident(), Some((true, vec![arn.to_owned()])));
    let kept: StoredIncident =
        serde_json::from_value(intake.records("open").remove(0)).expect("an incident");
    assert_eq!(kept.incident.alarms[0].reason, "too much");
    // Said again it is known.
    assert_eq!(intake.posts(&announced(true, &at(4), "ALARM", &at(3))).await.1, ["nothing"]);
    intake.posts(&said("OK", &at(5))).await;
    assert_eq!(intake.incident(), Some((false, Vec::new())));
}

#[tokio::test]
async fn series_of_an_alarm_whose_actions_are_disabled_calls_nobody() {
    let intake = Intake::new();
    let arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cpu";
    let announced = |enabled: bool, minute: u32| {
        json!({"detail-type": "CloudWatch Alarm Configuration Change", "resources": [arn], "detail": {
            "alarmName": "cpu", "operation": "update", "state": {"value": "OK", "timestamp": "2026-11-28T11:00:00Z"},
            "configuration": {"actionsEnabled": enabled, "timestamp": format!("2026-11-28T11:{minute:02}:00Z")}}})
    };
    let series = |id: &str, minute: u32| {
        json!({"detail-type": "CloudWatch Alarm Contributor State Change", "resources": [arn], "detail": {
            "alarmName": "cpu", "alarmContributor": {"id": id, "attributes": {"host": id}},
            "state": {"value": "ALARM", "timestamp": format!("2026-11-28T11:{minute:02}:00Z")}}})
    };
    intake.posts(&announced(false, 0)).await;
    for (id, minute) in [("a1", 1), ("b2", 2), ("a1", 3)] {
        assert_eq!(intake.posts(&series(id, minute)).await.1, ["disabled"]);
    }
    assert_eq!((intake.slack().len(), intake.incident()), (2, None));
    intake.posts(&announced(true, 4)).await;
    assert_eq!(intake.posts(&series("a1", 5)).await.1, ["incident"]);
    intake.posts(&announced(false, 6)).await;
    assert_eq!(intake.posts(&series("a1", 7)).await.1, ["disabled"]);
    assert_eq!(intake.slack().len(), 3, "until it changed");
}

#[tokio::test]
async fn enabling_survives_a_crash_at_any_step() {
    let arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cpu";
    let announced = |enabled: bool, minute: u32, state: &str| {
        json!({"detail-type": "CloudWatch Alarm Configuration Change", "resources": [arn], "detail": {
            "alarmName": "cpu", "operation": "update", "state": {"value": state, "timestamp": "2026-11-28T11:01:00Z"},
            "configuration": {"actionsEnabled": enabled, "timestamp": format!("2026-11-28T11:{minute:02}:00Z")}}})
    };
    for lives_for in 0..20 {
        let intake = Intake::new();
        intake.posts(&announced(false, 0, "OK")).await;
        intake.backend.dies_after(lives_for);
        let enabled = announced(true, 2, "ALARM").to_string();
        let _ = intake.escalate.take(enabled.as_bytes(), intake.now()).await;
        intake.backend.revive();
        intake.escalate.take(enabled.as_bytes(), intake.now()).await.expect("all is kept");
        assert_eq!(intake.incident(), Some((true, vec![arn.to_owned()])), "{lives_for}");
    }
}

#[tokio::test]
async fn names_heard_last_are_kept_for_the_first_page() {
    let intake = Intake::new();
    let start = "2026-11-28T11:00:00Z";
    let alerts = ["shop-a", "nobodys", "Watchdog"].map(|name| alert(name, "firing", start));
    intake.posts(&group(&alerts)).await;
    let recent = recent::recent(intake.escalate.store.as_ref(), intake.now()).await.expect("names");
    let heard: Vec<(&str, Option<&str>, bool)> = recent
        .heard
        .iter()
        .map(|alarm| (alarm.name.as_str(), alarm.policy.as_deref(), alarm.ignored))
        .collect();
    assert_eq!(
        heard,
        [("Watchdog", None, true), ("nobodys", None, false), ("shop-a", Some("p"), false)]
    );
    let without: Vec<&str> =
        recent.without_policy.iter().map(|alarm| alarm.name.as_str()).collect();
    assert_eq!(without, ["nobodys"]);
    // Said again at once it is not written again; a minute later it is.
    let revision = |intake: &Intake| {
        intake.backend.store.record(&Key::new("recent-alarms", "names")).expect("names").revision
    };
    intake.posts(&group(&alerts)).await;
    assert_eq!(revision(&intake), 1);
    intake.passes(60);
    intake.posts(&group(&alerts)).await;
    assert_eq!(revision(&intake), 2);
}
