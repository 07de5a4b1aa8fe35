//! Rosters that name a schedule.

use super::*;
use crate::config::file::Roster;

#[test]
fn roster_is_people_or_who_is_on_call() {
    let with = |roster: &str| {
        of(&format!("{PRIMARY}[[policies]]\nname = \"p\"\nalarms = [\"*\"]\nroster = {roster}\n"))
    };
    for fine in [
        "[\"alpha\"]",
        "{ schedule = \"primary\" }",
        "{ schedule = \"primary\", then = [\"charlie\"] }",
    ] {
        assert_eq!(with(fine), "fine");
    }
    for (roster, expected) in [
        (
            "{ schedule = \"secondary\" }",
            "19: policies.roster.schedule: \"secondary\" is no schedule, expected one of primary",
        ),
        (
            "{ schedule = \"primary\", then = [\"delta\"] }",
            "19: policies.roster: unknown person \"delta\", expected",
        ),
        (
            "{ schedule = \"primary\", than = [] }",
            "19: roster: unknown key `than` (did you mean `then`?), expected `schedule` or `then`",
        ),
        ("{ then = [\"alpha\"] }", "19: roster: `schedule` is missing"),
        ("[]", "19: policies.roster: has 0 people, expected 1 to 20"),
        (
            "\"primary\"",
            "19: roster: is text in quotes, expected people like [\"alpha\"], or { schedule",
        ),
    ] {
        let told = with(roster);
        let expected = format!("ringdown.toml:{expected}");
        assert!(told.starts_with(&expected), "\n{told}\n{expected}");
    }
    let none =
        "[[policies]]\nname = \"p\"\nalarms = [\"*\"]\nroster = { schedule = \"primary\" }\n";
    assert_eq!(
        of(none),
        "ringdown.toml:11: policies.roster.schedule: \"primary\" is no schedule, expected a table like [[schedules]]"
    );
}

#[test]
fn policy_calls_who_is_on_call_at_that_time() {
    let policies = "[[policies]]\nname = \"p\"\nalarms = [\"*\"]\nroster = { schedule = \"primary\", then = [\"charlie\", \"bravo\"] }\n\
                    [[policies]]\nname = \"q\"\nalarms = [\"*\"]\nroster = [\"bravo\"]\n";
    let empty = "[[schedules.overrides]]\nfrom = \"2026-12-24T18:00\"\nuntil = \"2026-12-26T09:00\"\nnobody = true\n";
    let config = parse(&[("ringdown.toml", &format!("{HEAD}{PRIMARY}{empty}{policies}"))]).unwrap();
    let escalation = &config.escalation;
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    for (time, roster, empty_shift) in [
        ("2026-01-05T07:59:59Z", &["charlie", "bravo"][..], Some("primary")),
        ("2026-01-05T08:00:00Z", &["alpha", "charlie", "bravo"], None),
        ("2026-01-12T08:00:00Z", &["bravo", "charlie"], None),
        // The clocks have changed: 09:00 is an hour earlier.
        ("2026-03-30T06:59:59Z", &["bravo", "charlie"], None),
        ("2026-03-30T07:00:00Z", &["alpha", "charlie", "bravo"], None),
        ("2026-12-24T17:00:00Z", &["charlie", "bravo"], Some("primary")),
    ] {
        let policy = escalation.policy_at("p", at(time)).unwrap();
        assert_eq!(
            (&policy.roster[..], policy.empty_shift.as_deref()),
            (&roster.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>()[..], empty_shift),
            "{time}"
        );
        assert_eq!(escalation.for_alarm("cpu", at(time)), Some(policy));
    }
    assert_eq!(escalation.policy_at("q", at("2026-01-12T08:00:00Z")).unwrap().roster, ["bravo"]);
    assert_eq!(escalation.policy_at("r", at("2026-01-12T08:00:00Z")), None);
    assert_eq!(escalation.may_call("p"), ["alpha", "bravo", "charlie"]);
    assert!(
        matches!(escalation.roster("p"), Some(Roster::OnCall { schedule, .. }) if schedule == "primary")
    );
}
