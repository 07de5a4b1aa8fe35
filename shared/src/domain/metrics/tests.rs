use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use proptest::prelude::*;

use super::catalogue::*;
use super::exposition::{Format, write};
use super::*;
use crate::domain::escalation::Repaired;

fn counters(counted: &[(String, u64)]) -> Samples {
    Samples::of_counters(counted.iter().cloned().collect())
}

#[test]
fn every_family_has_a_name_of_its_own_and_plain_help() {
    let mut names = BTreeSet::new();
    for family in FAMILIES {
        assert!(names.insert(family.name), "{} twice", family.name);
        assert!(!family.name.ends_with("_total"), "{}", family.name);
        assert!(!family.help.contains(['"', '\\', '\n']) && family.help.ends_with('.'));
        if matches!(family.kind, Kind::Histogram(_)) {
            assert!(family.name.ends_with("_seconds"), "{}", family.name);
        }
    }
}

#[test]
fn series_is_read_back_as_it_was_written() {
    let awkward = "a\"b\\c\nd,e}";
    let histogram = ANSWER_SECONDS.observed(&[awkward], SignedDuration::from_millis(5_001));
    assert_eq!(
        histogram[0].0,
        "ringdown_answer_seconds_bucket{policy=\"a\\\"b\\\\c\\nd,e}\",le=\"10\"}"
    );
    let samples = counters(&[
        (CALLBACKS.series(&["form", "counted"]), 3),
        (MESSAGES_DELIVERED.series(&[]), 4),
        histogram[0].clone(),
        histogram[1].clone(),
    ]);
    let callbacks = samples.series(CALLBACKS);
    assert_eq!(callbacks[&["form", "counted"].map(str::to_owned).to_vec()], Value::Count(3));
    assert_eq!(callbacks.len(), 12);
    assert_eq!(samples.series(MESSAGES_DELIVERED)[&Vec::new()], Value::Count(4));
    let Value::Histogram(seen) = &samples.series(ANSWER_SECONDS)[&vec![awkward.to_owned()]] else {
        panic!("no histogram");
    };
    assert_eq!((seen.buckets[1], seen.milliseconds), (1, 5_001));
}

#[test]
fn both_formats_show_zeros_histograms_and_escaped_labels() {
    let mut samples = counters(&[(MESSAGES_FAILED.series(&["21614"]), 2)]);
    samples.gauge(ON_CALL, &["prod", "a\"b"], 1);
    let mut all = BTreeMap::new();
    for seconds in [3, 4, 40, 9_999] {
        for (name, count) in TAKE_SECONDS.observed(&["prod"], SignedDuration::from_secs(seconds)) {
            *all.entry(name).or_insert(0) += count;
        }
    }
    let histogram = Samples::of_counters(all);
    let text = write(samples.clone(), Format::Text);
    for line in [
        "# TYPE twilio_messages_failed_total counter",
        "twilio_messages_failed_total{error_code=\"21614\"} 2",
        "twilio_messages_failed_total{error_code=\"none\"} 0",
        "twilio_calls_failed_total{disconnect_reason=\"\"} 0",
        "ringdown_on_call{schedule=\"prod\",person=\"a\\\"b\"} 1",
    ] {
        assert!(text.lines().any(|have| have == line), "{line}\n{text}");
    }
    let open = write(samples, Format::OpenMetrics);
    assert!(open.ends_with("# EOF\n"), "{open}");
    assert!(open.contains("# TYPE twilio_messages_failed counter\n"), "{open}");
    assert!(!text.contains("EOF") && text.ends_with('\n'));
    let text = write(histogram.clone(), Format::Text);
    for line in [
        "ringdown_take_seconds_bucket{policy=\"prod\",le=\"5\"} 2",
        "ringdown_take_seconds_bucket{policy=\"prod\",le=\"3600\"} 3",
        "ringdown_take_seconds_bucket{policy=\"prod\",le=\"+Inf\"} 4",
        "ringdown_take_seconds_count{policy=\"prod\"} 4",
        "ringdown_take_seconds_sum{policy=\"prod\"} 10046",
    ] {
        assert!(
            text.lines().any(|have| have.replace("} 10046.0", "} 10046") == line),
            "{line}\n{text}"
        );
    }
    let open = write(histogram, Format::OpenMetrics);
    assert!(open.contains("# UNIT ringdown_take_seconds seconds"));
    for (text, bounds) in [
        (
            &text,
            ["5", "10", "15", "30", "45", "60", "120", "180", "300", "600", "1800", "3600", "+Inf"],
        ),
        (
            &open,
            [
                "5.0", "10.0", "15.0", "30.0", "45.0", "60.0", "120.0", "180.0", "300.0", "600.0",
                "1800.0", "3600.0", "+Inf",
            ],
        ),
    ] {
        let written = text.lines().filter_map(|line| {
            let labels = line.strip_prefix("ringdown_take_seconds_bucket{")?;
            labels.split_once("le=\"")?.1.split('"').next()
        });
        assert_eq!(written.collect::<Vec<_>>(), bounds);
    }
}

#[test]
fn openmetrics_is_chosen_only_where_it_is_accepted() {
    let of_prometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    for (accept, format) in [
        (None, Format::Text),
        (Some("*/*"), Format::Text),
        (Some("text/html, text/plain"), Format::Text),
        (Some(of_prometheus), Format::OpenMetrics),
        (Some("application/openmetrics-text"), Format::OpenMetrics),
        (Some("Application/OpenMetrics-Text; Version=1.0.0; q=0.5"), Format::OpenMetrics),
        (
            Some("application/openmetrics-text; version=\"1.0.0\"; escaping=allow-utf-8"),
            Format::OpenMetrics,
        ),
        (Some("application/openmetrics-text; q=0"), Format::Text),
        (Some("application/openmetrics-text; version=0.0.1"), Format::Text),
        (Some("application/openmetrics-text; version=2.0.0"), Format::Text),
        (Some("application/openmetrics-text; q=nonsense"), Format::Text),
        (Some(";;==,,"), Format::Text),
    ] {
        assert_eq!(Format::wanted(accept), format, "{accept:?}");
    }
}

#[test]
fn whatever_the_reconciler_repairs_is_a_label() {
    for repaired in [
        Repaired::LateWakeUp,
        Repaired::UndoneEffect,
        Repaired::UnreportedCall,
        Repaired::StandingRound,
    ] {
        let name = serde_json::to_value(repaired).expect("a word");
        let name = name.as_str().expect("a word");
        assert!(REPAIRED.labels[0].always.contains(&name), "{name}");
    }
}

#[test]
fn call_that_failed_has_one_reason_of_the_list() {
    for (status, sip, reason) in [
        ("busy", Some(487), Some("busy")),
        ("no-answer", None, Some("no-answer")),
        ("canceled", None, Some("canceled")),
        ("failed", Some(404), Some("unreachable")),
        ("failed", Some(603), Some("rejected")),
        ("failed", Some(487), Some("timeout")),
        ("failed", Some(403), Some("sip-4xx")),
        ("failed", Some(503), Some("sip-5xx")),
        ("failed", Some(606), Some("sip-6xx")),
        ("failed", Some(99), Some("other")),
        ("failed", None, Some("other")),
        ("completed", Some(200), None),
    ] {
        assert_eq!(vocabulary::disconnect_reason(status, sip), reason, "{status} {sip:?}");
    }
}

proptest! {
    #[test]
    fn any_label_is_read_back(value in ".{0,20}", other in ".{0,20}") {
        let name = CALLBACKS.series(&[&value, &other]);
        let (family, values, _) = parse(&name).expect("a series");
        prop_assert_eq!(family, CALLBACKS);
        prop_assert_eq!(values, vec![value, other]);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,60}", accept in "[a-z/;=,.*0-9 \"]{0,60}") {
        let _ = parse(&text);
        let _ = parse(&format!("twilio_messages_failed_total{{{text}"));
        let _ = Format::wanted(Some(&accept));
    }
}
