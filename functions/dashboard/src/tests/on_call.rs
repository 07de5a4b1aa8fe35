//! Who is on call for what, now and later.

use super::backend::*;
use super::incidents::{says, words};
use shared::http::Request;

const ROTA: &str = r#"
[[schedules]]
name = "rota"
time_zone = "UTC"
rotation = "weekly"
people = ["alpha", "bravo"]
hand_over = "09:00"
starts = "2026-11-16"
[[policies]]
name = "nights"
alarms = ["night-*"]
roster = { schedule = "rota", then = ["bravo"] }
channel = "default"
"#;

#[test]
fn both_pages_say_who_is_on_call_until_when_and_who_then() {
    let pages = Pages::of(&format!("{CONFIG}{ROTA}"), &[]);
    let now = "On call now checkout alpha if alpha does not take it: bravo nights alpha until Mon 23 Nov 2026, 09:00 UTC , \
               then bravo; if alpha does not take it: bravo";
    for path in ["/", "/on-call"] {
        says(&words(&pages.page(path)), &[now]);
    }
    says(
        &words(&pages.page("/on-call")),
        &[
            "rota hands over by the clock of UTC; the times below are in UTC alpha Mon 16 Nov 2026, 09:00 UTC – Mon 23 Nov 2026, 09:00 UTC now",
            "bravo Mon 23 Nov 2026, 09:00 UTC – Mon 30 Nov 2026, 09:00 UTC",
        ],
    );
}

#[test]
fn page_that_follows_says_who_takes_over_at_the_very_second() {
    let pages = Pages::of(&format!("{CONFIG}{ROTA}"), &[]);
    let live = |at: &str| {
        let headers = [("host", "localhost"), ("authorization", BEARER)];
        let request = Request {
            method: "GET".to_owned(),
            path: "/live".to_owned(),
            query: Some("incidents".to_owned()),
            headers: headers.map(|(name, value)| (name.to_owned(), value.into())).into(),
            ..Request::default()
        };
        words(&body(&pages.send(request, at.parse().unwrap())).replace("data: ", ""))
    };
    let (first, second) = ("nights alpha until Mon 23 Nov", "nights bravo until Mon 30 Nov");
    for (at, expected) in [
        ("2026-11-23T08:58:00Z", first),
        ("2026-11-23T08:59:59.999Z", first),
        ("2026-11-23T09:00:00Z", second),
        ("2026-11-23T09:01:00Z", second),
        ("2026-11-23T08:59:00Z", first),
    ] {
        says(&live(at), &[expected]);
    }
}

#[test]
fn without_a_policy_nobody_is_on_call() {
    let pages = Pages::of("[channels.default]\n", &[]);
    says(&words(&pages.page("/on-call")), &["Nobody is on call."]);
    assert!(!pages.page("/").contains("On call now"));
}
