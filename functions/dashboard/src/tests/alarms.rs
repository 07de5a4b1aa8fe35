//! The alarms heard last, and those for which there is no policy.

use shared::domain::alarm::State;
use shared::jobs::escalate::intake::recent::{RecentAlarm, RecentAlarms};

use super::backend::*;
use super::incidents::{plain_text, says};

fn recent_alarm(name: &str, policy: Option<&str>) -> RecentAlarm {
    let policy = policy.map(str::to_owned);
    RecentAlarm { name: name.to_owned(), state: State::Alarm, at: at(60), policy, ignored: false }
}

#[test]
fn pages_list_alarms_with_their_policies_and_those_without() {
    let config = CONFIG.replace("[\"*\"]", "[\"shop-*\", \"adopted\"]")
        + "[[ignore]]\nalarms = [\"Watchdog\"]\n";
    let pages = Pages::of(&config, &[]);
    let watchdog = RecentAlarm { ignored: true, ..recent_alarm("Watchdog", None) };
    let over = RecentAlarm { state: State::Ok, ..recent_alarm("shop-5xx", Some("checkout")) };
    let (strange, adopted) = (recent_alarm("<b>strange</b>", None), recent_alarm("adopted", None));
    pages.keep_alarms(&RecentAlarms {
        heard: vec![over, strange.clone(), watchdog.clone(), adopted.clone()],
        // A policy was made for one since, and the other is ignored by now.
        without_policy: vec![strange, RecentAlarm { ignored: false, ..watchdog }, adopted],
    });
    let without = "No policy is for &lt;b&gt;strange&lt;/b&gt; : nobody is called for it.";
    says(&plain_text(&pages.page("/")), &[without]);
    says(
        &plain_text(&pages.page("/system")),
        &[
            "shop-5xx OK, Wed 18 Nov 2026, 11:07 UTC checkout",
            "&lt;b&gt;strange&lt;/b&gt; in ALARM, Wed 18 Nov 2026, 11:07 UTC none",
            "Watchdog in ALARM, Wed 18 Nov 2026, 11:07 UTC ignored",
        ],
    );
    assert!(!Pages::new().page("/system").contains("Recent alarms"));
}
