//! An example of a value for each key.

/// How a key's value may look, for whoever wrote something else.
const EXAMPLES: [(&str, &str); 33] = [
    ("alarms", "[\"checkout-*\"]"),
    ("answer_seconds", "10"),
    ("at", "\"02:00\""),
    ("attempts", "3"),
    ("calendar", "[\"Alpha Lima\"]"),
    ("call_on_new_alarm", "true"),
    ("events", "[\"com.twilio.taskrouter.worker.*\"]"),
    ("every", "\"sunday\""),
    ("flap_window", "\"5m\""),
    ("from", "\"2026-12-24T18:00\""),
    ("give_up_after", "\"4h\""),
    ("hand_over", "\"09:00\""),
    ("hand_over_day", "\"monday\""),
    ("lasting", "\"2h\""),
    ("max_calls_per_hour", "7"),
    ("max_own_alarm_calls_per_hour", "2"),
    ("name", "\"primary\""),
    ("nobody", "true"),
    ("only_configured_people", "true"),
    ("people", "[\"alpha\", \"bravo\"]"),
    ("phone", "\"+15005550001\""),
    ("repage_after", "\"30m\""),
    ("resolve_after", "\"24h\""),
    ("retry_exhausted_after", "\"15m\""),
    ("ring_seconds", "25"),
    ("roster", "[\"alpha\"]"),
    ("show_contexts", "true"),
    ("sns_topics", "[\"arn:aws:sns:eu-central-1:123456789012:alarms\"]"),
    ("starts", "\"2026-01-05\""),
    ("text", "\"{{ type }}\""),
    ("text_on_missed_call", "true"),
    ("to", "\"default\""),
    ("until", "\"2026-12-26T09:00\""),
];

pub(super) fn example(key: &str) -> Option<&'static str> {
    EXAMPLES.iter().find(|(known, _)| *known == key).map(|(_, example)| *example)
}
