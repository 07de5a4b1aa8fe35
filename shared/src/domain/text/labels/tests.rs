use proptest::prelude::*;
use proptest::sample::select;

use super::super::speakable::speakable;
use super::*;

/// Checks what is said of each text, with `@` for an address.
fn assert_said(cases: &[(&str, &str)]) {
    for (text, said) in cases {
        let text = text.replace('@', "https://wiki.example.com/x?y=1");
        assert_eq!(speakable(&text), *said, "{text}");
    }
}

#[test]
fn content_before_an_address_stays() {
    assert_said(&[
        ("Payments down: @", "Payments down."),
        ("Queue full: @", "Queue full."),
        ("Disk is full @", "Disk is full"),
        ("Disk is full @. Queue too", "Disk is full. Queue too"),
        ("Nothing in logs @", "Nothing in logs"),
        ("No more space for logs: @", "No more space for logs."),
        ("Orders pile up in the shop @", "Orders pile up in the shop"),
        ("The long queue of orders grows at @", "The long queue of orders grows"),
        ("Orders pile up: @\nQueue full", "Orders pile up. Queue full"),
        ("Queue full:@", "Queue full."),
        ("<@|Payments down>", "Payments down"),
        ("[Payments down](@)", "Payments down"),
        ("Payments down|@|Queue full", "Payments down Queue full"),
    ]);
}

#[test]
fn label_word_that_is_content_stays() {
    assert_said(&[
        ("Wiki @ is down", "Wiki is down"),
        ("Wiki (@) is down", "Wiki is down"),
        ("Wiki: @ is down", "Wiki: is down"),
        ("Wiki @ and dashboard @ are down", "Wiki and dashboard are down"),
        ("Dashboard @: 502", "Dashboard 502"),
        ("Broken: dashboard @", "Broken: dashboard"),
        ("Missing logs: @", "Missing logs."),
        ("Source unknown: @", "Source unknown."),
        ("Runbook is wrong @", "Runbook is wrong"),
    ]);
}

#[test]
fn label_goes_with_its_address() {
    for text in [
        "Disk is full. Runbook: @",
        "Disk is full. Runbook: @.",
        "Disk is full. Graph - @",
        "Disk is full. Runbook – @",
        "Disk is full. Runbook — @",
        "Disk is full. Runbook → @",
        "Disk is full. Runbook = @",
        "Disk is full. Runbook @",
        "Disk is full. Runbook | @",
        "Disk is full. See @ for more.",
        "Disk is full. See @ now",
        "Disk is full. See the runbook at @ for details!",
        "Disk is full. Grafana panel: @",
        "Disk is full (runbook: @).",
        "Disk is full. (Runbook: @)",
        "Disk is full. [Runbook](@)",
        "Disk is full. Runbook: @, dashboard: @",
        "Disk is full. More details here: @ and @",
        "Disk is full. Runbook: @ | Dashboard: @",
        "See @. Disk is full.",
        "See @ for more. Disk is full.",
        "Runbook: @\nDisk is full.",
    ] {
        assert_said(&[(text, "Disk is full.")]);
    }
    assert_said(&[
        ("Runbook: @", ""),
        ("See @ for more.", ""),
        ("More details here: @ and @", ""),
        ("Disk full | Runbook | @", "Disk full"),
        ("Disk full (runbook: @)", "Disk full"),
        ("Disk full; see @", "Disk full"),
        ("Disk full\nDashboard: @ Runbook: @", "Disk full"),
        ("Disk full, see the runbook at @", "Disk full,"),
        ("Disk full: see @", "Disk full."),
        ("Disk full - runbook: @", "Disk full"),
    ]);
}

#[test]
fn word_that_only_looks_like_an_address_stays() {
    for (text, said) in [
        ("Warn: disk full", "Warn: disk full"),
        ("warn:disk full", "warn:disk full"),
        ("load@host is high", "load host is high"),
        ("Queue downhttps://a.example.com", "Queue down"),
        ("see www.example.com", ""),
        ("(arn:aws:sns:eu-central-1:123456789012:x) failed", "failed"),
        ("from alpha@example.com.", "from."),
        ("db at postgres://db.example.com:5432 failed", "db at failed"),
    ] {
        assert_eq!(speakable(text), said, "{text}");
    }
}

const CONTENT: [&str; 8] =
    ["Payments", "down", "is", "full", "Nothing", "queue", "stuck", "broken"];
const LINKS: [&str; 5] = [
    "https://a.example.com/b",
    "(https://a.example.com)",
    "<https://a.example.com>",
    "https://a.example.com.",
    "www.example.com",
];
const MARKS: [&str; 8] = ["", ":", ".", ",", "|", " -", " →", ";"];

proptest! {
    #[test]
    fn no_content_word_is_ever_dropped(
        words in proptest::collection::vec(
            prop_oneof![select(&CONTENT[..]), select(&LABELS[..]), select(&FILLERS[..]), select(&TAILS[..]), select(&LINKS[..])]
                .prop_flat_map(|word| select(&MARKS[..]).prop_map(move |mark| format!("{word}{mark}"))),
            0..12,
        ),
        glue in select(&[" ", " ", " (", "\n"][..]),
    ) {
        let text = words.join(glue);
        let content = |text: &str| -> Vec<String> {
            let words = text.split(|c: char| !c.is_alphanumeric());
            words.filter(|word| CONTENT.contains(word)).map(str::to_owned).collect()
        };
        prop_assert_eq!(content(&speakable(&text)), content(&text), "{}", text);
    }

    #[test]
    fn label_word_is_dropped_only_before_an_address(
        words in proptest::collection::vec(
            prop_oneof![select(&CONTENT[..]), select(&LABELS[..])].prop_flat_map(|word| select(&MARKS[..]).prop_map(move |mark| format!("{word}{mark}"))),
            1..8,
        ),
    ) {
        let said = speakable(&words.join(" "));
        let bare = |text: &str| text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).filter(|word| !word.is_empty()).collect::<Vec<_>>();
        prop_assert_eq!(bare(&said), bare(&words.join(" ")));
        // A sentence that has content keeps all of it, whatever follows.
        let said = speakable(&format!("Payments {} https://a.example.com", words.join(" ")));
        prop_assert!(said.starts_with("Payments"), "{}", said);
    }
}
