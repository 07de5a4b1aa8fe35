//! Who is on call for what, now and later.

use super::backend::*;
use super::incidents::{says, words};

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
            "rota by the clock of UTC alpha Mon 16 Nov 2026, 09:00 UTC – Mon 23 Nov 2026, 09:00 UTC now",
            "bravo Mon 23 Nov 2026, 09:00 UTC – Mon 30 Nov 2026, 09:00 UTC",
        ],
    );
}

#[test]
fn without_a_policy_nobody_is_on_call() {
    let pages = Pages::of("[channels.default]\n", &[]);
    says(&words(&pages.page("/on-call")), &["Nobody is on call."]);
    assert!(!pages.page("/").contains("On call now"));
}
