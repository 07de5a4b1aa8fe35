//! The files of `events/outage-intake/`, and exactly what each says.

use super::*;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../events/outage-intake");

/// Key, name, state and time (and whether its actions are enabled, where that is announced), reason, description, and why it
/// is quiet. `…:` stands for the front of an ARN.
type AlarmFields = [&'static str; 6];

/// Files on one line say the same, in different shapes.
const EVENTS: &[(&[&str], &[AlarmFields])] = &[
    (
        &["direct-metric", "sns-metric", "eventbridge-metric"],
        &[[
            "…:orders-queue-age",
            "orders-queue-age",
            "alarm 2026-11-20T12:04:31.842Z",
            "Threshold Crossed: 3 out of the last 3 datapoints [914.0 (20/11/26 12:03:00), 852.0 (20/11/26 12:02:00), \
             791.0 (20/11/26 12:01:00)] were greater than the threshold (600.0) (minimum 3 datapoints for OK -> ALARM \
             transition).",
            QUEUE_AGE,
            "",
        ]],
    ),
    (
        &["direct-recovers", "sns-recovers"],
        &[[
            "…:orders-queue-age",
            "orders-queue-age",
            "ok 2026-11-20T12:26:31.84Z",
            "Threshold Crossed: 1 out of the last 3 datapoints [12.0 (20/11/26 12:25:00)] was not greater than the \
             threshold (600.0) (minimum 1 datapoint for ALARM -> OK transition).",
            QUEUE_AGE,
            "",
        ]],
    ),
    (
        &["eventbridge-muted"],
        &[[
            "…:orders-queue-age",
            "orders-queue-age",
            "alarm 2026-11-21T01:12:31.842Z",
            "Threshold Crossed: 3 out of the last 3 datapoints [804.0 (21/11/26 01:11:00), 744.0 (21/11/26 01:10:00), \
             684.0 (21/11/26 01:09:00)] were greater than the threshold (600.0) (minimum 3 datapoints for OK -> ALARM \
             transition).",
            QUEUE_AGE,
            "Muted by the rule saturday-maintenance until 2026-11-21T03:00:00Z",
        ]],
    ),
    (
        &["direct-set-alarm-state"],
        &[[
            "…:orders-queue-age",
            "orders-queue-age",
            "alarm 2026-11-20T10:00:12.004Z",
            "test",
            QUEUE_AGE,
            "",
        ]],
    ),
    (
        &["eventbridge-configuration-change", "eventbridge-actions-enabled"],
        &[[
            "…:orders-queue-age",
            "orders-queue-age",
            "alarm 2026-11-20T12:04:31.842Z, enabled since 2026-11-20T12:15:40.267Z",
            "",
            QUEUE_AGE,
            "",
        ]],
    ),
    (
        &["eventbridge-actions-disabled"],
        &[[
            "…:orders-queue-age",
            "orders-queue-age",
            "ok 2026-11-19T07:26:31.84Z, disabled since 2026-11-20T09:00:12.104Z",
            "",
            QUEUE_AGE,
            "",
        ]],
    ),
    (
        &["eventbridge-deleted"],
        &[[
            "…:orders-queue-age",
            "orders-queue-age",
            "deleted 2026-11-20T12:40:07.999Z",
            "The alarm was deleted",
            QUEUE_AGE,
            "",
        ]],
    ),
    (
        &["direct-metric-math"],
        &[[
            "…:checkout-5xx-rate",
            "checkout-5xx-rate",
            "alarm 2026-11-20T12:12:10.377Z",
            "Threshold Crossed: 2 out of the last 3 datapoints [7.4 (20/11/26 12:11:00), 6.1 (20/11/26 12:10:00)] were \
             greater than the threshold (5.0) (minimum 2 datapoints for OK -> ALARM transition).",
            "More than 5 % of the checkouts fail. Look at the last deployment first, then at the payment provider.",
            "",
        ]],
    ),
    (
        &["direct-anomaly", "sns-anomaly"],
        &[[
            "…:checkout-latency",
            "checkout-latency",
            "alarm 2026-11-20T13:20:44.105Z",
            "Thresholds Crossed: 3 out of the last 3 datapoints [2.41 (20/11/26 13:15:00), 2.38 (20/11/26 13:10:00), \
             2.02 (20/11/26 13:05:00)] were greater than the upper thresholds [0.81, 0.79, 0.78] (minimum 3 datapoints \
             for OK -> ALARM transition).",
            "Checkout is slower than it usually is at this hour",
            "",
        ]],
    ),
    (
        &["direct-composite", "sns-composite"],
        &[[
            "…:checkout-down",
            "checkout-down",
            "alarm 2026-11-20T12:12:10.902Z",
            CHECKOUT_DOWN,
            "Customers cannot pay",
            "",
        ]],
    ),
    (
        &["direct-composite-suppressed"],
        &[[
            "…:checkout-down",
            "checkout-down",
            "alarm 2026-11-20T12:12:10.902Z",
            CHECKOUT_DOWN,
            "Customers cannot pay",
            "Actions suppressed by WaitPeriod",
        ]],
    ),
    (
        &["direct-contributor", "eventbridge-contributor"],
        &[[
            "…:table-throttles#6d442278dba546f6",
            "table-throttles",
            "alarm 2026-11-20T14:02:04.919Z",
            "TableName=carts: Threshold Crossed: 1 datapoint was greater than the threshold (100.0). The most recent \
             datapoint which crossed the threshold: [412.0 (20/11/26 13:54:00)].",
            "A table turns requests away",
            "",
        ]],
    ),
    (
        &["direct-missing-data"],
        &[[
            "…:nightly-export",
            "nightly-export",
            "no-data 2026-11-20T04:31:07.556Z",
            "Insufficient Data: 1 datapoint was unknown.",
            "The export to the data warehouse did not run tonight. It can wait until the morning.",
            "",
        ]],
    ),
    (
        &["sns-null-description"],
        &[[
            "…:payments-errors",
            "payments-errors",
            "alarm 2026-11-20T15:31:22.067Z",
            "Threshold Crossed: 1 datapoint [17.0 (20/11/26 15:30:00)] was greater than or equal to the threshold \
             (10.0).",
            "",
            "",
        ]],
    ),
    (
        &["alertmanager-firing"],
        &[
            [
                "1a30ba71cca2921f",
                "checkout-probe-fails",
                "alarm 2026-11-20T12:08:45.828Z",
                "https://checkout.example.com does not answer",
                PROBE,
                "",
            ],
            [
                "c6eadffa33fcdf37",
                "checkout-probe-fails",
                "ok 2026-11-20T12:10:15.828Z",
                "https://shop.example.com does not answer",
                PROBE,
                "",
            ],
        ],
    ),
    (
        &["alertmanager-resolved"],
        &[[
            "1a30ba71cca2921f",
            "checkout-probe-fails",
            "ok 2026-11-20T12:31:15.828Z",
            "https://checkout.example.com does not answer",
            PROBE,
            "",
        ]],
    ),
    (
        &["unknown-shape"],
        &[[
            "malformed",
            "it is none of CloudWatch's `alarmData`, an event with `detail-type`, a message of SNS with \
             `NewStateValue`, a notification of SNS with `Type`, `Records` of SNS or SQS, or Alertmanager's `alerts`",
            "",
            "",
            "",
            "",
        ]],
    ),
];

const QUEUE_AGE: &str = "Orders wait too long: nobody is charged and nothing is shipped. Runbook: \
                         https://wiki.example.com/runbooks/orders-queue-age";
const CHECKOUT_DOWN: &str = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:checkout-5xx-rate transitioned to \
                             ALARM at Friday 20 November, 2026 12:12:10 UTC";
const PROBE: &str =
    "Three probes in a row failed. Runbook: https://wiki.example.com/runbooks/probes";

pub(super) fn files() -> Vec<&'static str> {
    EVENTS.iter().flat_map(|(files, _)| *files).copied().collect()
}

pub(super) fn text(file: &str) -> String {
    std::fs::read_to_string(format!("{FOLDER}/{file}.json")).unwrap()
}

fn fields_read(read: &Result<Change, Malformed>) -> [String; 6] {
    match read {
        Ok(change) => [
            change.key.replace("arn:aws:cloudwatch:eu-central-1:123456789012:alarm:", "…:"),
            change.name.clone(),
            format!("{} {}{}", json!(change.state).as_str().unwrap(), change.at, actions(change)),
            change.reason.clone(),
            change.description.clone(),
            change.quiet.clone().unwrap_or_default(),
        ],
        Err(bad) => ["malformed", &bad.reason, "", "", "", ""].map(str::to_owned),
    }
}

fn actions(change: &Change) -> String {
    let Some(Actions { enabled, since }) = change.actions else { return String::new() };
    format!(", {} since {since}", if enabled { "enabled" } else { "disabled" })
}

#[test]
fn every_file_says_exactly_this() {
    for (files, expected) in EVENTS {
        for file in *files {
            let fields_read: Vec<_> =
                parse(text(file).as_bytes(), now()).iter().map(fields_read).collect();
            assert_eq!(fields_read, *expected, "{file}");
        }
    }
    let folder = std::fs::read_dir(FOLDER).unwrap();
    let folder = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    // `http-…` are requests around such a body.
    let mut folder: Vec<_> = folder.filter(|file| !file.starts_with("http-")).collect();
    let mut table: Vec<_> = files().iter().map(|file| format!("{file}.json")).collect();
    folder.sort();
    table.sort();
    assert_eq!(folder, table, "a file of the folder, and a line of the table");
}

#[test]
fn what_cannot_be_read_is_kept_whole() {
    let text = text("unknown-shape");
    let [Err(malformed)] = &parse(text.as_bytes(), now())[..] else { panic!() };
    assert_eq!(malformed.body, text);
}
