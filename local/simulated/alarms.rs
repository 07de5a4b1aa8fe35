//! Alarms to raise and to clear with a button, as EventBridge brings them.

use jiff::Timestamp;
use jiff::fmt::strtime;
use sandbox::uuid;
use serde::Serialize;
use serde_json::{Value, json};

/// An alarm that can be raised.
#[derive(Clone, Copy, Serialize)]
pub struct Sample {
    /// The alarm's name.
    pub name: &'static str,
    /// The thing it watches, in a few words.
    pub title: &'static str,
    #[serde(skip)]
    namespace: &'static str,
    #[serde(skip)]
    metric: &'static str,
    #[serde(skip)]
    threshold: u32,
    /// The value measured while all is well, and while it is not.
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

/// The one of this name.
pub(super) fn find(name: &str) -> Option<&'static Sample> {
    SAMPLES.iter().find(|sample| sample.name == name)
}

/// The one that is raised under this name: its own, or that with a number (`checkout-5xx-rate-2`).
pub(super) fn sample_of(name: &str) -> Option<&'static Sample> {
    let is_number = |rest: &str| !rest.is_empty() && rest.bytes().all(|c| c.is_ascii_digit());
    SAMPLES.iter().find(|sample| match name.strip_prefix(sample.name) {
        Some("") => true,
        Some(rest) => rest.strip_prefix('-').is_some_and(is_number),
        None => false,
    })
}

/// EventBridge's "CloudWatch Alarm State Change". (AmazonCloudWatch user guide, "Alarm events and EventBridge".)
pub(super) fn event(sample: &Sample, name: &str, raised: bool, now: Timestamp) -> Value {
    let Sample { title, namespace, metric, threshold, measured, .. } = *sample;
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
        let raised = event(&SAMPLES[0], "checkout-5xx-rate-2", true, now);
        assert_eq!(raised["detail"]["alarmName"], "checkout-5xx-rate-2");
        assert_eq!(raised["time"], "2030-03-17T17:46:40Z");
        assert_eq!(raised["detail"]["state"]["value"], "ALARM");
        assert_eq!(raised["detail"]["state"]["timestamp"], "2030-03-17T17:46:40.000+0000");
        assert_eq!(raised["detail"]["previousState"]["value"], "OK");
        assert_eq!(
            event(&SAMPLES[0], SAMPLES[0].name, false, now)["detail"]["state"]["value"],
            "OK"
        );
    }

    #[test]
    fn sample_is_known_by_its_name_with_and_without_a_number() {
        let found = |name: &str| sample_of(name).map(|sample| sample.name);
        for name in ["checkout-5xx-rate", "checkout-5xx-rate-2", "checkout-5xx-rate-31"] {
            assert_eq!(found(name), Some("checkout-5xx-rate"), "{name}");
        }
        for name in
            ["", "checkout", "checkout-5xx-rate-", "checkout-5xx-rate-x", "checkout-5xx-rate2"]
        {
            assert_eq!(found(name), None, "{name}");
        }
    }
}
