use std::collections::BTreeMap;

use crate::draw::{STYLE, WidgetFamily, type_words};

/// The colours of a custom property for each selector, light and dark.
fn colours(of: &str) -> BTreeMap<&str, &str> {
    let declared = of.split(['{', '}', ';', '\n']).filter_map(|part| part.trim().split_once(": "));
    declared.filter(|(name, value)| name.starts_with("--") && value.starts_with('#')).collect()
}

/// The relative luminance of `#rgb` or `#rrggbb`.
fn luminance(colour: &str) -> f64 {
    let digits: Vec<u32> = colour[1..].chars().map(|c| c.to_digit(16).unwrap()).collect();
    let channel = |at: usize| match digits.len() {
        3 => f64::from(digits[at] * 17) / 255.0,
        _ => f64::from(digits[2 * at] * 16 + digits[2 * at + 1]) / 255.0,
    };
    let linear = |at| match channel(at) {
        share if share <= 0.04045 => share / 12.92,
        share => ((share + 0.055) / 1.055).powf(2.4),
    };
    0.2126 * linear(0) + 0.7152 * linear(1) + 0.0722 * linear(2)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The rules for light, and those for dark.
fn schemes() -> [&'static str; 2] {
    let (light, rest) = STYLE.split_once("@media (prefers-color-scheme: dark)").unwrap();
    [light, rest.split_once("\n}").unwrap().0]
}

#[test]
fn text_has_enough_contrast_in_light_and_dark() {
    for scheme in schemes() {
        let colours = colours(scheme);
        let of = |name: &str| colours[format!("--flow-{name}").as_str()];
        for (text, ground) in [
            ("ink", "paper"),
            ("ink", "surface"),
            ("ink", "bad-tint"),
            ("soft", "paper"),
            ("soft", "surface"),
            ("soft", "bad-tint"),
            ("accent", "paper"),
            ("accent", "surface"),
            ("on-accent", "accent"),
            ("on-bad", "bad"),
            ("bad", "bad-tint"),
            ("bad", "surface"),
        ] {
            let contrast = contrast(of(text), of(ground));
            assert!(contrast >= 4.5, "{text} on {ground}: {contrast:.2}");
        }
        let contrast = contrast(of("edge"), of("paper"));
        assert!(contrast >= 3.0, "edge on paper: {contrast:.2}");
        let families: Vec<&str> = scheme
            .split("--family: ")
            .skip(1)
            .map(|rest| rest.split(';').next().unwrap())
            .collect();
        assert_eq!(families.len(), WidgetFamily::ALL.len());
        for family in families {
            for ground in ["surface", "bad-tint"] {
                let contrast = self::contrast(family, of(ground));
                assert!(contrast >= 4.5, "{family} on {ground}: {contrast:.2}");
            }
        }
    }
}

#[test]
fn every_rule_is_for_drawings_alone() {
    for line in STYLE.lines().filter(|line| line.contains('{') && !line.starts_with("@keyframes")) {
        let selectors = line.trim().trim_start_matches("@media (prefers-reduced-motion: reduce) {");
        let selectors = selectors.split('{').next().unwrap();
        if selectors.trim_start().starts_with('@') || matches!(selectors.trim(), "" | "from" | "to")
        {
            continue;
        }
        for selector in selectors.split(',') {
            assert!(selector.trim().trim_start_matches("svg").starts_with(".flow-graph"), "{line}");
        }
    }
}

#[test]
fn every_type_of_studio_has_a_family_and_words() {
    let types = [
        "trigger",
        "send-message",
        "split-based-on",
        "say-play",
        "send-and-wait-for-reply",
        "make-http-request",
        "set-variables",
        "run-function",
        "gather-input-on-call",
        "send-to-flex",
        "make-outgoing-call-v2",
        "connect-call-to",
        "run-subflow",
        "record-voicemail",
        "enqueue-call",
        "connect-virtual-agent-v2",
        "fork-stream",
        "start-conversation",
        "make-outgoing-call-v1",
        "record-call",
        "add-twiml-redirect",
        "capture-payments",
        "connect-virtual-agent",
        "send-to-auto-pilot",
        "resume-conversation",
        "run-conversation-relay",
    ];
    for kind in types {
        assert_ne!(WidgetFamily::of(kind), WidgetFamily::Unknown, "{kind}");
        assert_ne!(type_words(kind).as_deref(), Some(kind));
    }
    assert_eq!(WidgetFamily::of("text-to-speech"), WidgetFamily::Unknown);
    assert_eq!(type_words("text-to-speech").as_deref(), Some("text-to-speech"));
}
