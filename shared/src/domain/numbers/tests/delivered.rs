//! Messages and calls, from counters that only grow.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn counters(of: &[(&str, u64)]) -> Delivered {
    let counters: BTreeMap<String, u64> =
        of.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
    Delivered::of(&counters)
}

#[test]
fn what_was_delivered_is_the_difference_of_two_readings() {
    const FAILED: &str = r#"twilio_messages_failed_total{error_code="30003"}"#;
    const NO_CODE: &str = r#"twilio_messages_failed_total{error_code="none"}"#;
    let at = |delivered, failed, no_code, completed, busy| {
        counters(&[
            ("twilio_messages_delivered_total", delivered),
            (FAILED, failed),
            (NO_CODE, no_code),
            (r#"twilio_calls_completed_total{call_status="completed"}"#, completed),
            (r#"twilio_calls_failed_total{disconnect_reason="busy"}"#, busy),
            (r#"twilio_message_callback_total{status="delivered"}"#, 1_000),
            ("nobody_knows_this_total", 1_000),
        ])
    };
    let readings = Readings {
        at_beginnings: vec![at(100, 5, 0, 7, 0), at(1_000, 6, 0, 9, 0)],
        now: at(1_099, 6, 3, 9, 1),
        since: None,
    };
    let delivery = readings.all();
    assert_eq!(
        delivery.counts,
        Counts { messages_delivered: 999, messages_failed: 4, calls_completed: 2, calls_failed: 1 }
    );
    // 999 of 1,003 are 99.60 percent, two of three are 66.66.
    assert_eq!(
        (delivery.messages_delivered_percent, delivery.calls_completed_percent),
        (Some(99.6), Some(66.6))
    );
    let causes: Vec<_> =
        delivery.messages_failed_by_code.iter().map(|c| (c.name.as_str(), c.count)).collect();
    assert_eq!(causes, [("none", 3), ("30003", 1)]);
    let bars: Vec<_> =
        readings.by_bar().map(|c| (c.messages_delivered, c.messages_failed)).collect();
    assert_eq!(bars, [(900, 1), (99, 3)]);
}

#[test]
fn nothing_is_of_no_percent_and_new_data_are_no_fall() {
    let none = Readings::default().all();
    assert_eq!((none.messages_delivered_percent, none.counts), (None, Counts::default()));
    let before = counters(&[("twilio_messages_delivered_total", 50)]);
    let after = counters(&[("twilio_messages_delivered_total", 3)]);
    assert_eq!(after.since(&before), Delivered::default());
}

proptest! {
    #[test]
    fn bars_add_up_to_what_was_delivered(grown in proptest::collection::vec((0_u64..900, 0_u64..90), 1..40)) {
        let mut sums = (0, 0);
        let mut readings: Vec<Delivered> = grown.iter().map(|(delivered, failed)| {
            sums = (sums.0 + delivered, sums.1 + failed);
            let failed = (r#"twilio_messages_failed_total{error_code="30003"}"#, sums.1);
            counters(&[("twilio_messages_delivered_total", sums.0), failed])
        }).collect();
        let now = readings.pop().unwrap_or_default();
        let readings = Readings { at_beginnings: readings, now, since: None };
        let (all, bars) = (readings.all(), readings.by_bar().collect::<Vec<_>>());
        prop_assert_eq!(bars.iter().map(|bar| bar.messages_delivered).sum::<u64>(), all.counts.messages_delivered);
        prop_assert_eq!(bars.iter().map(|bar| bar.messages_failed).sum::<u64>(), all.counts.messages_failed);
        prop_assert!(all.messages_delivered_percent.is_none_or(|percent| (0.0..=100.0).contains(&percent)));
        prop_assert!(all.counts.messages_failed == 0 || all.messages_delivered_percent < Some(100.0));
    }
}
