//! An alarm, and the ways in which it is told.

use jiff::Timestamp;
use jiff::fmt::strtime;
use serde_json::{Value, json};

use super::{Scenario, post};

/// The words of each alarm's monitor and author.
pub(crate) const REASON: &str = "12 is more than 5";
pub(crate) const DESCRIPTION: &str = "Checkouts fail";

pub(crate) struct Alarm<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) name: &'a str,
}

impl Alarm<'_> {
    pub(crate) async fn goes_off(&self) {
        self.is_told(&self.event("ALARM", self.scenario.now().await)).await;
    }

    pub(crate) async fn recovers(&self) {
        self.is_told(&self.event("OK", self.scenario.now().await)).await;
    }

    pub(crate) async fn has_no_data(&self) {
        self.is_told(&self.event("INSUFFICIENT_DATA", self.scenario.now().await)).await;
    }

    /// Gives what the server says became of it.
    pub(crate) async fn is_told(&self, body: &Value) -> Value {
        let told = post(&self.scenario.server, "/sandbox/alarm", body.to_string()).await;
        assert_eq!(told.0, 202, "{}", told.1);
        serde_json::from_str(&told.1).unwrap()
    }

    fn arn(&self) -> String {
        format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{}", self.name)
    }

    /// As EventBridge brings it.
    pub(crate) fn event(&self, state: &str, at: Timestamp) -> Value {
        json!({
            "version": "0", "detail-type": "CloudWatch Alarm State Change", "source": "aws.cloudwatch",
            "account": "123456789012", "region": "eu-west-1", "resources": [self.arn()],
            "detail": {
                "alarmName": self.name,
                "state": {"value": state, "reason": REASON, "timestamp": time(at)},
                "configuration": {"description": DESCRIPTION},
            },
        })
    }

    /// It is deleted in CloudWatch, which says so with the state of its last change.
    pub(crate) async fn is_deleted(&self) -> Value {
        let now = self.scenario.now().await;
        let event = json!({
            "version": "0", "detail-type": "CloudWatch Alarm Configuration Change", "source": "aws.cloudwatch",
            "account": "123456789012", "region": "eu-west-1", "resources": [self.arn()],
            "time": strtime::format("%Y-%m-%dT%H:%M:%SZ", now).unwrap(),
            "detail": {
                "alarmName": self.name, "operation": "delete",
                "state": {"value": "ALARM", "timestamp": "2022-07-14T13:59:46.425+0000"},
                "configuration": {"alarmName": self.name, "actionsEnabled": true},
            },
        });
        self.is_told(&event).await
    }

    /// As SNS brings it.
    pub(crate) fn message(&self, state: &str, at: Timestamp) -> Value {
        let message = json!({
            "AlarmName": self.name, "AlarmDescription": DESCRIPTION, "AWSAccountId": "123456789012",
            "NewStateValue": state, "NewStateReason": REASON, "StateChangeTime": time(at), "AlarmArn": self.arn(),
        });
        json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Type": "Notification", "Message": message.to_string()}}]})
    }
}

/// CloudWatch writes its offsets without a colon.
fn time(at: Timestamp) -> String {
    strtime::format("%Y-%m-%dT%H:%M:%S.%3f+0000", at).unwrap()
}
