use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn message(status: &str) -> Callback {
    Callback {
        resource: Resource::Message,
        sid: "SM1".into(),
        status: status.to_owned(),
        code: None,
        sip_code: None,
        source: Source::Form,
    }
}

fn call(status: &str) -> Callback {
    Callback { resource: Resource::Call, ..message(status) }
}

fn counted(callbacks: &[Callback]) -> (Vec<Outcome>, BTreeMap<String, u64>) {
    let (mut statuses, mut outcomes, mut sums) =
        (CountedStatuses::default(), Vec::new(), BTreeMap::new());
    for callback in callbacks {
        let (outcome, counters) = statuses.add(callback);
        outcomes.push(outcome);
        for counter in counters {
            *sums.entry(counter).or_default() += 1;
        }
    }
    sums.retain(|name, _| !name.starts_with("ringdown_callbacks_total"));
    (outcomes, sums)
}

#[test]
fn repeated_status_counts_once() {
    use Outcome::{Counted, Duplicate};
    let (outcomes, sums) = counted(&[message("sent"), message("sent"), message("delivered")]);
    assert_eq!(outcomes, [Counted, Duplicate, Counted]);
    assert_eq!(sums["twilio_message_callback_total{status=\"sent\"}"], 1);
    assert_eq!(sums["twilio_messages_delivered_total"], 1);
}

#[test]
fn late_status_counts_as_out_of_order() {
    let (outcomes, sums) = counted(&[message("delivered"), message("sent"), message("queued")]);
    assert_eq!(outcomes, [Outcome::Counted, Outcome::OutOfOrder, Outcome::OutOfOrder]);
    assert_eq!(sums["twilio_message_callback_total{status=\"queued\"}"], 1);
    let (outcomes, _) = counted(&[call("completed"), call("ringing")]);
    assert_eq!(outcomes, [Outcome::Counted, Outcome::OutOfOrder]);
}

#[test]
fn first_of_delivered_and_read_delivers_the_message() {
    for order in [["delivered", "read"], ["read", "delivered"]] {
        let (_, sums) = counted(&order.map(message));
        assert_eq!(sums["twilio_messages_delivered_total"], 1);
        assert_eq!(sums["twilio_message_callback_total{status=\"read\"}"], 1);
        assert_eq!(sums["twilio_message_callback_total{status=\"delivered\"}"], 1);
    }
    let (_, sums) = counted(&[message("read")]);
    assert_eq!(sums["twilio_messages_delivered_total"], 1);
}

#[test]
fn failed_message_counts_under_a_code_of_the_list() {
    for (code, label) in [
        (Some(30_003), "30003"),
        (Some(99_999), "other"),
        (Some(UNREADABLE_CODE), "other"),
        (None, "none"),
    ] {
        let (_, sums) = counted(&[Callback { code, ..message("undelivered") }]);
        assert_eq!(sums[&format!("twilio_messages_failed_total{{error_code=\"{label}\"}}")], 1);
    }
    // A code beside another status is none of a failure.
    let (_, sums) = counted(&[Callback { code: Some(30_003), ..message("sent") }]);
    assert!(sums.keys().all(|name| !name.starts_with("twilio_messages_failed")), "{sums:?}");
}

#[test]
fn code_that_counts_as_other_is_unknown() {
    let with = |status, code| Callback { code, ..message(status) };
    for (callback, expected) in [
        (with("failed", Some(63_049)), Some(63_049)),
        (with("undelivered", Some(12_345)), Some(12_345)),
        (with("failed", Some(30_003)), None),
        (with("failed", None), None),
        (with("failed", Some(UNREADABLE_CODE)), None),
        (with("sent", Some(63_049)), None),
        (Callback { code: Some(63_049), ..call("failed") }, None),
    ] {
        assert_eq!(callback.unknown_code(), expected, "{callback:?}");
        let (_, sums) = counted(std::slice::from_ref(&callback));
        let is_other = sums.contains_key("twilio_messages_failed_total{error_code=\"other\"}");
        let is_number = callback.code != Some(UNREADABLE_CODE);
        assert_eq!(is_other && is_number, expected.is_some(), "{sums:?}");
    }
}

#[test]
fn unknown_statuses_count_as_other_each_once() {
    let words = ["simmering", "simmering", "boiling"];
    let (outcomes, sums) = counted(&words.map(message));
    assert_eq!(outcomes, [Outcome::Unknown, Outcome::Duplicate, Outcome::Unknown]);
    assert_eq!(sums["twilio_message_callback_total{status=\"other\"}"], 2);
    let (_, sums) = counted(&words.map(call));
    assert_eq!(sums["twilio_call_callback_total{status=\"other\"}"], 2);
}

#[test]
fn call_counts_as_completed_or_by_its_reason() {
    let (_, sums) = counted(&[call("completed")]);
    assert_eq!(sums["twilio_calls_completed_total{call_status=\"completed\"}"], 1);
    let (_, sums) = counted(&[Callback { sip_code: Some(404), ..call("failed") }]);
    assert_eq!(sums["twilio_calls_failed_total{disconnect_reason=\"unreachable\"}"], 1);
}

#[test]
fn counted_statuses_remember_a_bounded_number_of_statuses() {
    let mut many: Vec<Callback> = (0..100).map(|n| message(&format!("word-{n}"))).collect();
    many.push(message("delivered"));
    let (_, sums) = counted(&many);
    assert_eq!(sums["twilio_messages_delivered_total"], 1);
    assert_eq!(sums["twilio_message_callback_total{status=\"other\"}"], 32);
}

fn any_callback() -> impl Strategy<Value = Callback> {
    let statuses = prop_oneof![
        Just("queued"),
        Just("sent"),
        Just("delivered"),
        Just("read"),
        Just("undelivered"),
        Just("initiated"),
        Just("ringing"),
        Just("completed"),
        Just("busy"),
        Just("failed"),
        Just("odd"),
    ];
    (statuses, any::<bool>()).prop_map(|(status, is_call)| match is_call {
        true => call(status),
        false => message(status),
    })
}

proptest! {
    #[test]
    fn order_and_repetition_change_no_counter(
        callbacks in prop::collection::vec(any_callback(), 0..20),
        seed in any::<u64>(),
    ) {
        let messages: Vec<Callback> =
            callbacks.into_iter().filter(|callback| callback.resource == Resource::Message).collect();
        let mut shuffled = messages.clone();
        shuffled.extend(messages.iter().cloned());
        let mut state = seed | 1;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(at, (state >> 33) as usize % (at + 1));
        }
        prop_assert_eq!(counted(&messages).1, counted(&shuffled).1);
    }
}
