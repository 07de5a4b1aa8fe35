//! `[[policies]]`, and the people whom they call.

use super::*;

/// Two people and a policy of this text; `{}` alone is a good one.
fn policy(keys: &str) -> String {
    problems(&format!(
        "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[people.bravo]\nphone = \"+15005550002\"\n\
         [[policies]]\nname = \"p\"\n{keys}"
    ))
}

#[test]
fn policy_is_checked_when_it_is_loaded() {
    let rest = "alarms = [\"*\"]\nroster = [\"alpha\"]\n";
    assert_eq!(policy(rest), "fine");
    for (keys, expected) in [
        (
            "alarms = []\nroster = [\"alpha\"]",
            "ringdown.toml:8: policies.alarms: is empty, expected globs",
        ),
        (
            "alarms = [\"*\"]\nroster = []",
            "ringdown.toml:9: policies.roster: has 0 people, expected 1 to 20",
        ),
        (
            "alarms = [\"*\"]\nroster = [\"delta\"]",
            "ringdown.toml:9: policies.roster: unknown person \"delta\", expected one of alpha, bravo",
        ),
    ] {
        assert!(policy(keys).starts_with(expected), "\n{}\n{expected}", policy(keys));
    }
    for (key, expected) in [
        ("ring_seconds = 4", "ringdown.toml:10: policies.ring_seconds: is 4, expected 5 to 600"),
        ("attempts = 0", "ringdown.toml:10: policies.attempts: is 0, expected 1 to 20"),
        (
            "channel = \"x\"",
            "ringdown.toml:10: policies.channel: incidents of the policy \"p\" are posted to \"x\", which",
        ),
        (
            "flap_window = \"soon\"",
            "ringdown.toml:10: policies.flap_window: \"soon\" is not a duration",
        ),
        (
            "resolve_after = \"30s\"",
            "ringdown.toml:10: policies.resolve_after: is 30s, expected 1m to 720h",
        ),
        (
            "resolve_after = \"2000h\"",
            "ringdown.toml:10: policies.resolve_after: is 2000h, expected 1m to 720h",
        ),
        (
            "resolve_after = \"later\"",
            "ringdown.toml:10: policies.resolve_after: \"later\" is not a duration",
        ),
        (
            "repage_after = \"30h\"",
            "ringdown.toml:10: policies.repage_after: is 30h, expected 1s to 24h",
        ),
        (
            "call_with = \"pigeon\"",
            "ringdown.toml:10: policies.call_with: \"pigeon\" is no way to call",
        ),
        ("say = \"{{ who }}\"", "ringdown.toml:10: policies.say: undefined value"),
        ("ring = 4", "ringdown.toml:10: ring: unknown key `ring`"),
    ] {
        let told = policy(&format!("{rest}{key}"));
        assert!(told.starts_with(expected), "\n{told}\n{expected}");
    }
    assert_eq!(
        policy(&format!("{rest}say = \"{{{{ what }}}} {{{{ keys }}}}\"\nvoice = \"Polly.Amy\"")),
        "fine"
    );
}

#[test]
fn phone_is_e164_and_one_persons_alone() {
    let people = |phones: [&str; 2]| {
        problems(&format!(
            "[channels.default]\n[people.alpha]\nphone = \"{}\"\n[people.bravo]\nphone = \"{}\"\nslack = \"U1\"\n",
            phones[0], phones[1]
        ))
    };
    assert_eq!(people(["+15005550001", "+15005550002"]), "fine");
    let told = people(["+15005550001", "+15005550001"]);
    assert!(told.starts_with("ringdown.toml:5: people.phone: is the phone of alpha too"), "{told}");
    for phone in
        ["5005550001", "+1500555", "+1 500 555 0001", "+1234567890123456", "+", "+١٥٠٠٥٥٥٠٠٠١"]
    {
        let told = people([phone, "+15005550002"]);
        let fine = phone == "+1500555";
        assert_eq!(told == "fine", fine, "{phone}: {told}");
    }
}

#[test]
fn person_whose_phone_is_none_is_known_to_all_other_checks() {
    let told = problems(
        "[channels.default]\n[people.alpha]\nphone = \"500\"\n[people.bravo]\nphone = \"500\"\n\
         [[policies]]\nname = \"p\"\nalarms = [\"*\"]\nroster = [\"alpha\", \"bravo\"]\n",
    );
    let none = "is no phone number in E.164, expected + and 7 to 15 digits like \"+15005550001\"";
    let expected = [
        format!("ringdown.toml:3: people.phone: {none}"),
        format!("ringdown.toml:5: people.phone: {none}"),
        "ringdown.toml:5: people.phone: is the phone of alpha too, expected one for each person"
            .to_owned(),
    ];
    assert_eq!(told, expected.join("\n"));
}

#[test]
fn first_policy_that_matches_is_the_one() {
    let text = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[[policies]]\nname = \"prod\"\n\
                alarms = [\"prod-*\", \"Live*\"]\nroster = [\"alpha\"]\n[[policies]]\nname = \"rest\"\nalarms = [\"*\"]\n\
                roster = [\"alpha\"]\n";
    let config = Config::parse(vec![("ringdown.toml".to_owned(), text.to_owned())]).unwrap();
    let of = |alarm: &str| config.escalation.for_alarm(alarm, at(0)).map(|policy| policy.name);
    assert_eq!(
        [of("prod-api"), of("LiveTraffic"), of("staging")],
        ["prod", "prod", "rest"].map(|name| Some(name.to_owned()))
    );
    let policy = config.escalation.policy_at("prod", at(0)).unwrap();
    assert_eq!((policy.attempts, policy.ring_seconds, policy.answer_seconds), (3, 25, 10));
}

#[test]
fn resolve_after_is_none_unless_it_is_configured() {
    let of = |keys: &str| {
        let toml = format!(
            "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n[[policies]]\nname = \"p\"\n\
             alarms = [\"*\"]\nroster = [\"alpha\"]\n{keys}\n"
        );
        let config = Config::parse(vec![("ringdown.toml".to_owned(), toml)]).expect("fine");
        config.escalation.policy_at("p", at(0)).expect("a policy").resolve_after
    };
    assert_eq!(of(""), None);
    assert_eq!(of("resolve_after = \"4h 30m\""), Some(jiff::SignedDuration::from_mins(270)));
    assert_eq!(of("resolve_after = \"720h\""), Some(jiff::SignedDuration::from_hours(720)));
}
