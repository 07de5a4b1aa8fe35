//! The timeline of an incident's page: calls, alarms that come together, and what was left out.

use shared::domain::escalation::{Alarm, Busy, CallEvent, End, Incident, Key as Pressed, Signal};

use super::{says, shown};
use crate::tests::backend::*;

#[test]
fn only_what_slack_was_told_is_marked() {
    let (pages, incident) = (Pages::new(), calling());
    pages.keep(&incident, 1);
    let page = pages.page(&format!("/incidents/{}", incident.id));
    assert_eq!(page.matches("in Slack").count(), 1);
}

#[test]
fn calls_of_a_later_round_are_not_taken_for_all() {
    let no = |attempt: u32| call(attempt, CallEvent::Ended(End::NoAnswer));
    let joined = Signal::Alarm(Alarm { since: at(60), ..alarm("prod-db") });
    let (home, page) = shown(&after_signals(exhausted(), &[(60, joined.clone())]));
    for text in [&home, &page] {
        says(text, &["Calling alpha", "call 1 of 2 in this round, then bravo"]);
    }
    says(&home, &["3 calls"]);
    let (home, _) = shown(&after_signals(exhausted(), &[(60, joined.clone()), (70, no(3))]));
    says(&home, &["call 2 of 2 in this round, the last one", "4 calls"]);
    let (home, _) = shown(&after_signals(exhausted(), &[(60, joined), (70, no(3)), (80, no(4))]));
    says(&home, &["Nobody took it", "after 2 calls in this round", "4 calls"]);
}

#[test]
fn call_without_a_choice_is_not_said_to_be_hung_up() {
    let pressed = [
        (36, call(2, CallEvent::Answered)),
        (40, call(2, CallEvent::Pressed(Pressed::Other))),
        (60, call(2, CallEvent::Ended(End::Completed))),
    ];
    let page = shown(&after_signals(calling(), &pressed)).1;
    says(&page, &["2 bravo answered, did not choose", "pressed a key that is not on the menu"]);
    assert!(!page.contains("hung up"), "{page}");
}

#[test]
fn long_timeline_says_what_it_leaves_out() {
    let keys: Vec<(i64, Signal)> =
        (0..300).map(|n| (40 + n, call(2, CallEvent::Pressed(Pressed::Other)))).collect();
    says(&shown(&after_signals(calling(), &keys)).1, &["entries are left out here."]);
}

#[test]
fn many_alarms_are_one_row_and_one_moment() {
    let worker = |at: usize| {
        let reason = "no heartbeat".to_owned();
        Alarm { reason, ..alarm(&format!("prod-worker-{at:02}")) }
    };
    let joins = (2..30).map(|at| (3, Signal::Alarm(worker(at))));
    let other = (200, Signal::Alarm(alarm("prod-db")));
    let joins: Vec<(i64, Signal)> = joins.chain([other]).collect();
    let id = raised("prod-worker-01").id;
    let incident = Incident::raise(&id, &policy(), worker(1), &Busy::default(), at(0)).incident;
    let (home, page) = shown(&after_signals(incident, &joins));
    let what = "30 alarms, 29 named prod-worker-… with the same reason";
    says(&home, &[what]);
    says(
        &page,
        &[
            what,
            "28 alarms named prod-worker-… with the same reason went off too in Slack no heartbeat",
            "prod-db went off too",
            "29 named prod-worker-… 29 in ALARM no heartbeat",
        ],
    );
    assert_eq!(page.matches("went off too").count(), 2, "{page}");
}

#[test]
fn alarms_that_join_around_another_entry_are_one_moment() {
    let worker = |at: usize| {
        let reason = "no heartbeat".to_owned();
        Signal::Alarm(Alarm { reason, ..alarm(&format!("prod-worker-{at:02}")) })
    };
    let mut signals = vec![(1, call(1, CallEvent::Placed { reading_seconds: 8 }))];
    signals.extend((2..9).map(|at| (2, worker(at))));
    signals.push((2, call(1, CallEvent::Ringing)));
    signals.extend((9..30).map(|at| (2, worker(at))));
    signals.push((2, Signal::Alarm(alarm("prod-db"))));
    signals.push((61, worker(31)));
    signals.push((62, worker(32)));
    let page = shown(&after_signals(raised("prod-worker-01"), &signals)).1;
    says(
        &page,
        &[
            "prod-worker-32 went off too",
            "30 alarms, 29 named prod-worker-… with the same reason went off too in Slack no heartbeat",
            "alpha ’s phone rings",
        ],
    );
    assert_eq!(page.matches("went off too").count(), 2, "{page}");
}
