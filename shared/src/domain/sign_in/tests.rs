use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::sample;

const BROWSER: &str = "a browser's own key";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("a time")
}

fn digits(number: u64) -> Digits {
    Digits::of(number)
}

fn ask(second: i64) -> AskForCode {
    AskForCode { person: "alpha".to_owned(), browser: BROWSER.to_owned(), at: at(second) }
}

/// Alpha's codes after one was sent at this second.
fn sent(number: u64, second: i64) -> Codes {
    let (codes, _) = Codes::default()
        .send(&Recent::default(), &ask(second), &digits(number), at(second))
        .expect("the first one");
    codes
}

fn attempt(codes: &Codes, number: u64, second: i64) -> Attempt {
    codes.attempt("alpha", BROWSER, &digits(number), at(second))
}

#[test]
fn code_is_good_once_for_five_minutes() {
    let codes = sent(42, 0);
    let Attempt::Right(used) = attempt(&codes, 42, 299) else { panic!("it is the code") };
    assert_eq!(attempt(&used, 42, 299), Attempt::Nothing);
    assert_eq!(attempt(&codes, 42, 300), Attempt::Nothing);
    assert_eq!(attempt(&Codes::default(), 42, 0), Attempt::Nothing);
}

#[test]
fn code_is_dead_after_five_tries() {
    let mut codes = sent(42, 0);
    for number in 0..5 {
        codes = match attempt(&codes, number, 1) {
            Attempt::Wrong(codes) => codes,
            other => panic!("{number}: {other:?}"),
        };
    }
    assert_eq!(attempt(&codes, 42, 1), Attempt::Nothing);
}

#[test]
fn another_browser_has_no_try_and_uses_none_up() {
    let codes = sent(42, 0);
    for _ in 0..10 {
        let other = codes.attempt("alpha", "another browser", &digits(42), at(1));
        assert_eq!(other, Attempt::Nothing);
    }
    assert!(matches!(codes.attempt("bravo", BROWSER, &digits(42), at(1)), Attempt::Wrong(_)));
    assert!(matches!(attempt(&codes, 42, 1), Attempt::Right(_)));
}

#[test]
fn new_code_ends_the_old() {
    let (codes, _) =
        sent(1, 0).send(&Recent::default(), &ask(10), &digits(2), at(10)).expect("a second one");
    assert!(matches!(attempt(&codes, 1, 11), Attempt::Wrong(_)));
    assert!(matches!(attempt(&codes, 2, 11), Attempt::Right(_)));
}

#[test]
fn request_that_comes_twice_or_late_sends_nothing() {
    let send = |asked: i64, now: i64| {
        sent(1, 100).send(&Recent::default(), &ask(asked), &digits(2), at(now)).err()
    };
    assert_eq!(send(100, 101), Some(NotSent::Repeated));
    assert_eq!(send(99, 101), Some(NotSent::Repeated));
    assert_eq!(send(101, 401), Some(NotSent::Late));
    assert_eq!(send(101, 400), None);
}

#[test]
fn person_is_sent_three_codes_an_hour() {
    let mut codes = Codes::default();
    let send = |codes: &Codes, second: i64| {
        codes.send(&Recent::default(), &ask(second), &digits(1), at(second))
    };
    for second in 0..3 {
        codes = send(&codes, second).expect("one of three").0;
    }
    assert_eq!(send(&codes, 3).err(), Some(NotSent::PersonLimit));
    assert_eq!(send(&codes, 3_599).err(), Some(NotSent::PersonLimit));
    assert!(matches!(attempt(&codes, 1, 4), Attempt::Right(_)), "the last one stays good");
    assert!(send(&codes, 3_600).is_ok());
    assert_eq!(codes.over_at(), Some(at(3_602)));
}

#[test]
fn all_people_are_sent_twenty_codes_an_hour() {
    let mut all = Recent::default();
    for second in 0..20 {
        let sent = Codes::default().send(&all, &ask(second), &digits(1), at(second));
        all = sent.expect("one of twenty").1;
    }
    let send = |second: i64| Codes::default().send(&all, &ask(second), &digits(1), at(second));
    assert_eq!(send(20).err(), Some(NotSent::Limit));
    assert!(send(3_600).is_ok());
}

#[test]
fn text_of_a_code_is_one_message() {
    let text = digits(7).text();
    assert_eq!(text, "000007 is your code for Ringdown. It is good for 5 minutes.");
    assert!(text.is_ascii() && text.len() <= 160);
    assert_eq!(format!("{:?}", digits(7)), "…");
}

#[test]
fn code_is_read_as_people_type_it() {
    for typed in ["482913", " 482913\n", "482 913", "482-913", "4 8 2 9 1 3"] {
        assert_eq!(Digits::read(typed), Some(digits(482_913)), "{typed}");
    }
    for typed in ["", "48291", "4829133", "48291a", "４８２９１３", "+48291"] {
        assert_eq!(Digits::read(typed), None, "{typed}");
    }
}

#[test]
fn session_ends_in_thirty_days_or_when_the_person_goes() {
    let (own, other) = (sample::phone("+15005550001"), sample::phone("+15005550002"));
    let session = Session::begin("alpha", &own, "a browser".to_owned(), at(0));
    let is_good = |phone, second| session.is_good(phone, at(second));
    let days = SignedDuration::from_hours(24).as_secs() * 30;
    assert!(is_good(Some(&own), 0) && is_good(Some(&own), days - 1));
    assert!(!is_good(Some(&own), days));
    assert!(!is_good(None, 1), "who left is nobody");
    assert!(!is_good(Some(&other), 1), "somebody else of this name");
    assert!(!serde_json::to_string(&session).expect("JSON").contains("5550001"));
}

#[test]
fn session_and_link_that_were_stored_before_are_still_their_persons() {
    // The hash of a number must stay what it is: else everybody is signed out.
    let hash = "058b2313108ab6453bb5a0780ea510c51002ba8a4fdf58c07b3f99312a1481a7";
    let session = json!({"person": "alpha", "phone": hash, "browser": "a browser",
        "begun": at(0), "until": at(60)});
    let link = json!({"person": "alpha", "phone": hash, "incident": "prod-1", "until": at(60)});
    let session: Session = serde_json::from_value(session).expect("a session");
    let link: TextLink = serde_json::from_value(link).expect("a link");
    let own = sample::phone("+15005550001");
    assert!(session.is_good(Some(&own), at(1)) && link.is_good(Some(&own), None, at(1)));
}

#[test]
fn browser_is_named_and_never_quoted() {
    for (agent, name) in [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1",
            "Safari on an iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0.0.0 Safari/537.36 Edg/130.0",
            "Edge on Windows",
        ),
        ("<script>", "a browser"),
        ("", "a browser"),
    ] {
        assert_eq!(browser_name(agent), name);
    }
}

#[test]
fn parts_of_a_hash_do_not_flow_together() {
    assert_ne!(hash("a", &["bc", "d"]), hash("a", &["b", "cd"]));
    assert_ne!(hash("a", &["b"]), hash("ab", &[]));
    assert_eq!(hash("a", &["b"]).len(), 64);
}

proptest! {
    #[test]
    fn nothing_that_is_typed_makes_it_panic(typed in "\\PC{0,40}") {
        if let Some(digits) = Digits::read(&typed) {
            prop_assert_eq!(digits.text().find(" is your code"), Some(6));
        }
    }

    #[test]
    fn every_random_number_is_six_digits_that_can_be_read(random in any::<u64>()) {
        let digits = Digits::of(random);
        prop_assert_eq!(Digits::read(&digits.text()[..6]), Some(digits));
    }

    /// Whatever is asked for and tried, in whatever order: no code takes more than five tries, no hour has more than three
    /// codes, and only the last one opens.
    #[test]
    fn limits_hold_whatever_is_done(steps in prop::collection::vec((0..4_u64, 0..400_i64), 1..120)) {
        let (mut codes, mut all, mut now) = (Codes::default(), Recent::default(), 0);
        let (mut sent, mut last, mut tries) = (Vec::new(), None, 0);
        for (number, pause) in steps {
            now += pause;
            if number == 0 {
                if let Ok((next, next_all)) = codes.send(&all, &ask(now), &digits(now as u64 % 3 + 1), at(now)) {
                    (codes, all, last, tries) = (next, next_all, Some((now as u64 % 3 + 1, now)), 0);
                    sent.push(now);
                }
                prop_assert!(sent.iter().filter(|at| now - **at < 3_600).count() <= 3);
                continue;
            }
            match attempt(&codes, number, now) {
                Attempt::Nothing => {}
                Attempt::Wrong(next) => {
                    (codes, tries) = (next, tries + 1);
                    prop_assert!(tries <= MAX_TRIES);
                    prop_assert_ne!(last.map(|(code, _)| code), Some(number));
                }
                Attempt::Right(next) => {
                    let (code, at) = last.take().expect("one was sent");
                    prop_assert!(code == number && now - at < 300 && tries < MAX_TRIES);
                    codes = next;
                }
            }
        }
    }
}
