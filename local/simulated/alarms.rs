//! Alarms to raise and to clear with a button, as EventBridge brings them.

use bytes::Bytes;
use jiff::Timestamp;
use jiff::fmt::strtime;
use sandbox::uuid;
use serde::Serialize;
use serde_json::{Value, json};
use shared::Error;
use shared::http::Response;
use shared::jobs::escalate::Escalate;
use shared::jobs::escalate::intake::respond;

use crate::clock::now;

/// An alarm that can be raised.
#[derive(Clone, Copy, Serialize)]
pub struct Sample {
    /// The alarm's name.
    pub name: &'static str,
    /// What it watches, in a few words.
    pub title: &'static str,
    #[serde(skip)]
    namespace: &'static str,
    #[serde(skip)]
    metric: &'static str,
    #[serde(skip)]
    threshold: u32,
    /// What is measured while all is well, and while it is not.
    #[serde(skip)]
    measured: [u32; 2],
}

const SAMPLES: [Sample; 2] = [
    Sample {
        name: "checkout-5xx-rate",
        title: "More than 5 % of checkouts fail",
        namespace: "AWS/ApiGateway",
        metric: "5xx",
        threshold: 5,
        measured: [0, 12],
    },
    Sample {
        name: "orders-queue-age",
        title: "Orders wait for more than ten minutes",
        namespace: "AWS/SQS",
        metric: "ApproximateAgeOfOldestMessage",
        threshold: 600,
        measured: [40, 1_140],
    },
];

/// All of them.
pub(super) fn list() -> &'static [Sample] {
    &SAMPLES
}

/// Takes an alarm, in any of the shapes that monitors have.
pub(super) async fn take(escalate: &Escalate, body: &Bytes) -> Result<Response, Error> {
    outage_intake::take(escalate, body, now()).await.map(|result| respond(&result))
}

/// Raises or clears one: `raise`, `clear`.
pub(super) async fn play(escalate: &Escalate, name: &str, change: &str) -> Result<Response, Error> {
    let sample = SAMPLES.iter().find(|sample| sample.name == name).ok_or(Error::NotFound)?;
    let raised = match change {
        "raise" => true,
        "clear" => false,
        _ => return Err(Error::NotFound),
    };
    take(escalate, &event(sample, raised, now()).to_string().into()).await
}

/// EventBridge's "CloudWatch Alarm State Change". (AmazonCloudWatch user guide, "Alarm events and EventBridge".)
fn event(sample: &Sample, raised: bool, now: Timestamp) -> Value {
    let Sample { name, title, namespace, metric, threshold, measured } = *sample;
    // CloudWatch writes its offsets without a colon.
    let time = strtime::format("%Y-%m-%dT%H:%M:%S.%3f+0000", now).unwrap_or_default();
    let state = |raised: bool| {
        let value = measured[usize::from(raised)];
        let over = if raised { "greater" } else { "not greater" };
        let reason = format!(
            "Threshold Crossed: 1 datapoint [{value}.0] was {over} than the threshold ({threshold}.0)."
        );
        let data = json!({
            "version": "1.0",
            "queryDate": time,
            "statistic": "Maximum",
            "period": 60,
            "recentDatapoints": [f64::from(value)],
            "threshold": f64::from(threshold),
        });
        json!({
            "value": if raised { "ALARM" } else { "OK" },
            "reason": reason,
            "reasonData": data.to_string(),
            "timestamp": time,
        })
    };
    let stat = json!({
        "metric": {"namespace": namespace, "name": metric, "dimensions": {}},
        "period": 60,
        "stat": "Maximum",
    });
    json!({
        "version": "0",
        "id": uuid(),
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "123456789012",
        "time": strtime::format("%Y-%m-%dT%H:%M:%SZ", now).unwrap_or_default(),
        "region": "eu-west-1",
        "resources": [format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}")],
        "detail": {
            "alarmName": name,
            "state": state(raised),
            "previousState": state(!raised),
            "configuration": {
                "description": title,
                "metrics": [{"id": "m1", "metricStat": stat, "returnData": true}],
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarm_is_raised_and_cleared_at_the_present_time() {
        let now = Timestamp::from_second(1_900_000_000).expect("a time");
        let raised = event(&SAMPLES[0], true, now);
        assert_eq!(raised["time"], "2030-03-17T17:46:40Z");
        assert_eq!(raised["detail"]["state"]["value"], "ALARM");
        assert_eq!(raised["detail"]["state"]["timestamp"], "2030-03-17T17:46:40.000+0000");
        assert_eq!(raised["detail"]["previousState"]["value"], "OK");
        assert_eq!(event(&SAMPLES[0], false, now)["detail"]["state"]["value"], "OK");
    }
}
