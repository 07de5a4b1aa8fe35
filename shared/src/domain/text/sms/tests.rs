//! Texts of any length.

use proptest::prelude::*;

use super::*;
use crate::domain::escalation::Phase;
use crate::testing::sample;

#[test]
fn names_are_listed_as_far_as_they_fit() {
    assert_eq!(listed(&["cpu", "disk"], 0), "cpu, disk");
    assert_eq!(listed(&["cpu"], 2), "cpu and 2 more");
    assert_eq!(listed(&["", "disk"], 1), "an alarm without a name, disk and 1 more");
    assert_eq!(listed(&[""; 0], 1), "one alarm");
    assert_eq!(listed(&[""; 0], 7), "7 alarms");
    let long: Vec<String> = (0..60).map(|n| format!("{n:02}{}", "x".repeat(40))).collect();
    let list = listed(&long, 3);
    assert!(list.ends_with(" and 41 more") && list.chars().count() < 1_100, "{list}");
}

#[test]
fn long_reason_is_cut_and_its_link_is_kept() {
    let link = "https://wiki.example.com/Foo_(bar)";
    let long = format!("{}{link}", "wort ".repeat(90));
    let cut = cut_reason(&long, 200);
    assert!(cut.starts_with("wort wort") && cut.ends_with(&format!("wort {link}")), "{cut}");
    assert_eq!(cut.chars().count(), 159 + 1 + link.len());
    assert_eq!(cut_reason(link, 200), link);
    assert_eq!(cut_reason("disk full", 200), "disk full");
}

/// An incident with these alarms, the first of which has this reason.
fn incident(names: &[String], reason: &str) -> Incident {
    let policy = sample::policy("default", &["alpha", "bravo"]);
    let first = Alarm { reason: reason.to_owned(), ..sample::alarm("cpu", sample::at(0)) };
    let mut incident = sample::incident("default-1", &policy, first);
    let others = names.iter().map(|name| sample::alarm(name, sample::at(0)));
    incident.alarms.extend(others);
    incident
}

#[test]
fn reason_that_does_not_fit_beside_the_names_loses_its_link_and_then_goes() {
    let names: Vec<String> = (0..17).map(|n| format!("{n:02}{}", "x".repeat(58))).collect();
    let page = Some("https://ringdown.example.com/i/AAAAAAAAAAAAAAAAAAAAAA".to_owned());
    let back = TextAbout::Reopened { alarms: names, more: 0 };
    let link = |length| format!("https://a.example.com/{}", "y".repeat(length));
    for (length, base, says) in [(300, 0, true), (500, 0, false), (500, 400, false)] {
        let reason = format!("{} {}", "wort ".repeat(31).trim(), link(length));
        let incident = incident(&[], &reason);
        let page = page.as_ref().map(|page| format!("{page}{}", "z".repeat(base)));
        let to = Recipient { person: "alpha", page: page.clone(), letters: Letters::of(*b"KM") };
        let text = sms(&incident, &back, &to);
        let ends = format!("\n{}\nReply 1 KM to take it", page.unwrap_or_default());
        assert!(units(&text) <= MAX_TEXT_UNITS && text.ends_with(&ends), "{text}");
        assert!(text.starts_with("It is back: 00xx") && text.contains(" more"), "{text}");
        assert_eq!(text.contains(&link(length)), says, "{text}");
        assert_eq!(text.contains("wort"), base == 0, "{text}");
        assert_eq!(text.matches("https://").count(), 1 + usize::from(says), "{text}");
    }
}

fn about() -> impl Strategy<Value = TextAbout> {
    let names = || proptest::collection::vec("\\PC{0,60}", 0..24);
    prop_oneof![
        Just(TextAbout::Missed),
        Just(TextAbout::Taken),
        Just(TextAbout::Resolved),
        (names(), any::<u32>()).prop_map(|(alarms, more)| TextAbout::Reopened { alarms, more }),
        (names(), any::<u32>()).prop_map(|(alarms, more)| TextAbout::Joined { alarms, more }),
    ]
}

proptest! {
    #[test]
    fn no_text_is_longer_than_twilio_takes_or_loses_what_is_answered(
        names in proptest::collection::vec("\\PC{0,80}", 0..24),
        reason in "\\PC{0,300}( https://a.example.com/[a-z]{0,1400})?",
        page in proptest::option::of("https://a.example.com/[a-z]{0,900}"),
        about in about(),
        (more, is_over, is_taken) in any::<(u32, bool, bool)>(),
    ) {
        let mut incident = incident(&names, &reason);
        incident.more_alarms = more;
        if is_taken {
            incident.phase = Phase::Taken;
        }
        if is_over {
            incident.ended_at = Some(sample::at(9));
        }
        let to = Recipient { person: "alpha", page: page.clone(), letters: Letters::of(*b"KM") };
        let text = sms(&incident, &about, &to);
        prop_assert!(units(&text) <= MAX_TEXT_UNITS, "{} of {text}", units(&text));
        let answers = answers(&incident, "alpha", Letters::of(*b"KM").expect("letters"));
        let ends = [page, answers].into_iter().flatten().map(|line| format!("\n{line}"));
        prop_assert!(text.ends_with(&ends.collect::<String>()), "{text}");
    }

    #[test]
    fn list_fits_into_a_message_and_leaves_nothing_uncounted(
        names in proptest::collection::vec("\\PC{0,90}", 0..60),
        more in any::<u32>(),
    ) {
        let list = listed(&names, more);
        prop_assert!(units(&list) <= MAX_LIST_UNITS + MAX_MORE_UNITS);
    }
}
