//! Alarms about Ringdown itself, as `template.yaml` makes them: CloudWatch names them by stack, resource and a random end.

/// Those that a stranger can set off, without any credential: by refused requests, 5xx, requests that make a function
/// run out of time or memory. They never call anybody. (`tests/template.rs` compares this with the template.)
pub const CAUSED_BY_STRANGERS: [&str; 8] = [
    "ApiAlarm",
    "DashboardAlarm",
    "EscalationCallbackAlarm",
    "EventStreamWebhookAlarm",
    "MetricsAlarm",
    "OutageIntakeAlarm",
    "RefusedAlarm",
    "StatusCallbackAlarm",
];

/// What every resource's name of such an alarm ends with.
const ALARM: &str = "Alarm";

/// The resource of an alarm about Ringdown itself, if this is the name of one. `prefix` is what such names begin with:
/// the stack's name and a dash.
pub fn resource<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    let (resource, end) = name.strip_prefix(prefix)?.split_once('-')?;
    let plain = |text: &str| text.bytes().all(|c| c.is_ascii_alphanumeric());
    let is_ours = prefix.len() > 1
        && prefix.ends_with('-')
        && resource.ends_with(ALARM)
        && resource.starts_with(|c: char| c.is_ascii_uppercase())
        && plain(resource)
        && (8..=32).contains(&end.len())
        && plain(end);
    is_ours.then_some(resource)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn name_of_an_own_alarm_holds_stack_resource_and_a_random_end() {
        for (name, found) in [
            ("prod-DeadLettersAlarm-1ABCDEF2GHIJK", Some("DeadLettersAlarm")),
            ("prod-ApiAlarm-AbCdEf012345", Some("ApiAlarm")),
            // Others of the same account may begin with the stack's name too.
            ("prod-api-5xx", None),
            ("prod-CheckoutAlarm", None),
            ("prod-CheckoutAlarm-high", None),
            ("prod-checkoutAlarm-1ABCDEF2GHIJK", None),
            ("prod-Checkout-1ABCDEF2GHIJK", None),
            ("prod-ApiAlarm-1ABCDEF2GHIJK-x", None),
            ("product-ApiAlarm-1ABCDEF2GHIJK", None),
            ("prod-", None),
        ] {
            assert_eq!(resource(name, "prod-"), found, "{name}");
        }
        assert_eq!(resource("ApiAlarm-1ABCDEF2GHIJK", ""), None);
        assert_eq!(resource("-ApiAlarm-1ABCDEF2GHIJK", "-"), None);
    }

    proptest! {
        #[test]
        fn no_name_can_make_it_panic(name in "\\PC{0,40}", prefix in "\\PC{0,8}", tail in "[A-Za-z-]{0,20}") {
            resource(&name, &prefix);
            resource(&format!("{prefix}{tail}"), &prefix);
        }
    }
}
