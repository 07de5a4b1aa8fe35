//! Alarms that go off while they are silenced, over a backend in memory that may fail at any time.

mod incidents;
mod manual;
mod scenario;

use scenario::{Scenario, at};

use super::*;
use crate::domain::escalation::{Event, IncidentId, State as Stands, Timeline};
use crate::testing::Fault;

/// The window is from two to four; the policy calls once, and again after ten minutes.
const CONFIG: &str = "[channels.default]\n[people.alpha]\nphone = \"+15005550001\"\n\
    [[policies]]\nname = \"p\"\nalarms = [\"*\"]\nroster = [\"alpha\"]\nattempts = 1\nretry_exhausted_after = \"10m\"\n\
    [[silences]]\nalarms = [\"cpu\"]\nreason = \"the <big> move\"\nfrom = \"2026-03-01T02:00Z\"\nuntil = \"2026-03-01T04:00Z\"\n";

const LINE: &str = ":mute: *cpu* went off while silenced until \
    <!date^1772337600^{date_short_pretty} {time}|2026-03-01 04:00 UTC> (the &lt;big&gt; move): nobody is called";

fn silenced() -> AlarmResult {
    let (alarm, reason) = ("cpu".to_owned(), Some("the <big> move".to_owned()));
    AlarmResult::Silenced { alarm, until: at("04:00"), reason }
}

/// How often an alarm went off, as the timeline tells it.
fn went_off(timeline: &Timeline) -> usize {
    let event = |event: &Event| matches!(event, Event::Raised { .. } | Event::Joined { .. });
    timeline.entries.iter().filter(|entry| event(&entry.event)).count()
}

#[tokio::test]
async fn silenced_alarm_waits_for_the_end_of_the_window_and_is_reported_once() {
    let scenario = Scenario::begins("02:30");
    for _ in 0..3 {
        assert_eq!(scenario.says("cpu", State::Alarm, "02:30").await.ok(), Some(silenced()));
    }
    // Without data it has not recovered, and with data again it is no other outage.
    scenario.says("cpu", State::NoData, "02:40").await.expect("kept");
    assert_eq!(scenario.says("cpu", State::Alarm, "02:50").await.ok(), Some(silenced()));
    assert_eq!((scenario.incident(), scenario.waiting()), (None, vec![at("04:00")]));
    assert_eq!(scenario.slack(), [LINE]);
    // A queue waits a quarter of an hour at most.
    scenario.it_is("02:45");
    let early = scenario.backend.queue.sent().remove(1).message();
    scenario.escalate.process(&early, scenario.now()).await;
    assert_eq!((scenario.incident(), scenario.waiting()), (None, vec![at("04:00"); 2]));

    scenario.it_is("04:00");
    scenario.wakes().await;
    let incident = scenario.incident().expect("an incident");
    assert_eq!((incident.raised_at, incident.alarms[0].since), (at("04:00"), at("02:30")));
    assert_eq!(incident.attempts.len(), 1);
    assert_eq!((scenario.counted("silenced"), scenario.counted("incident")), (4, 1));
    // What it says again is known.
    scenario.says("cpu", State::Alarm, "02:50").await.expect("kept");
    assert_eq!(scenario.incident().expect("an incident").timeline, incident.timeline);
    scenario.says("cpu", State::Ok, "04:01").await.expect("kept");
    assert_eq!(scenario.incident().map(|incident| incident.state()), Some(Stands::Resolved));
}

#[tokio::test]
async fn alarm_that_recovers_in_the_window_calls_nobody() {
    let scenario = Scenario::begins("02:30");
    scenario.says("cpu", State::Alarm, "02:30").await.expect("kept");
    scenario.says("cpu", State::Ok, "02:35").await.expect("kept");
    scenario.it_is("04:00");
    scenario.wakes().await;
    assert_eq!((scenario.incident(), scenario.counted("incident")), (None, 0));
}

#[tokio::test]
async fn reconciler_brings_what_waits_for_a_wake_up_that_was_lost() {
    for recovers in [false, true] {
        let scenario = Scenario::begins("02:30");
        scenario.says("cpu", State::Alarm, "02:30").await.expect("kept");
        if recovers {
            scenario.says("cpu", State::Ok, "02:35").await.expect("kept");
        }
        scenario.backend.queue.take();
        scenario.it_is("04:00:20");
        assert_eq!(
            (scenario.escalate.reconcile(scenario.now()).await.ok(), scenario.incident()),
            (Some(0), None)
        );
        scenario.it_is("04:00:21");
        let repaired = usize::from(!recovers);
        assert_eq!(scenario.escalate.reconcile(scenario.now()).await.ok(), Some(repaired));
        let since = scenario.incident().map(|incident| incident.alarms[0].since);
        assert_eq!(since, (!recovers).then(|| at("02:30")));
        assert_eq!(scenario.escalate.reconcile(scenario.now()).await.ok(), Some(0));
    }
}

#[tokio::test]
async fn alarm_waits_for_the_end_of_a_window_that_is_longer_than_the_retention() {
    for wake_up_is_lost in [false, true] {
        let scenario = Scenario::begins("02:00");
        scenario.is_configured(&CONFIG.replace("2026-03-01T04:00Z", "2026-06-29T02:00Z"));
        scenario.passes(SignedDuration::from_hours(1));
        scenario.says("cpu", State::Alarm, "03:00").await.expect("kept");
        scenario.passes(SignedDuration::from_hours(120 * 24));
        if wake_up_is_lost {
            scenario.backend.queue.take();
            scenario.escalate.reconcile(scenario.now()).await.expect("repaired");
        } else {
            scenario.wakes().await;
        }
        let since = scenario.incident().map(|incident| incident.alarms[0].since);
        assert_eq!(since, Some(at("03:00")), "{wake_up_is_lost}");
    }
}

#[tokio::test]
async fn window_that_is_taken_back_lets_go_what_waits_for_its_end() {
    let scenario = Scenario::begins("02:30");
    scenario.says("cpu", State::Alarm, "02:30").await.expect("kept");
    scenario.is_configured(&CONFIG.replace("until = ", "until = \"2026-03-01T02:35:00Z\" # "));
    scenario.it_is("02:34");
    assert_eq!(
        (scenario.escalate.reconcile(scenario.now()).await.ok(), scenario.incident()),
        (Some(0), None)
    );
    scenario.it_is("02:36");
    assert_eq!(scenario.escalate.reconcile(scenario.now()).await.ok(), Some(0));
    assert_eq!(scenario.incident().map(|incident| incident.attempts.len()), Some(1));
    scenario.it_is("04:00");
    scenario.wakes().await;
    assert_eq!(scenario.counted("incident"), 1);
}

#[tokio::test]
async fn however_often_it_goes_off_it_is_said_once_and_the_last_one_counts() {
    let scenario = Scenario::begins("02:30");
    scenario.says("cpu", State::Alarm, "02:30").await.expect("kept");
    scenario.says("cpu", State::Ok, "02:35").await.expect("kept");
    scenario.says("cpu", State::Alarm, "02:40").await.expect("kept");
    assert_eq!(scenario.slack(), [LINE]);
    scenario.it_is("04:00");
    scenario.wakes().await;
    let incident = scenario.incident().expect("an incident");
    assert_eq!((incident.alarms.len(), incident.alarms[0].since), (1, at("02:40")));
}

#[tokio::test]
async fn alarm_known_late_does_not_wait_for_a_window_that_is_over() {
    let scenario = Scenario::begins("03:59:59");
    scenario.says("cpu", State::Alarm, "03:59").await.expect("kept");
    // Not before the record that it belongs to has surely landed.
    assert_eq!(scenario.waiting(), [at("04:00:04")]);
    scenario.it_is("04:00:01");
    scenario.says("cpu", State::Alarm, "04:00").await.expect("kept");
    let timeline = scenario.incident().expect("an incident").timeline;
    scenario.it_is("04:00:04");
    scenario.wakes().await;
    let told = scenario.incident().expect("an incident").timeline;
    assert_eq!((went_off(&timeline), went_off(&told)), (1, 1));
}

#[tokio::test]
async fn another_silence_makes_it_wait_again_without_a_word() {
    let scenario = Scenario::begins("02:30");
    scenario.says("cpu", State::Alarm, "02:30").await.expect("kept");
    let incident = IncidentId::from("p-20260301-010000-000");
    let stored = Stored {
        incident: Some(incident.clone()),
        alarms: vec!["cpu".to_owned()],
        keys: Vec::new(),
        until: at("05:00"),
        by: "bravo".to_owned(),
        because: None,
        at: at("03:30"),
        globs: Vec::new(),
        from: None,
        ended_by: None,
    };
    scenario.backend.store.keep(records::silence(&incident, stored.until), &stored);
    scenario.it_is("04:00");
    scenario.wakes().await;
    assert_eq!((scenario.incident(), scenario.waiting()), (None, vec![at("05:00")]));
    assert_eq!(scenario.slack(), [LINE]);
    scenario.it_is("05:00");
    scenario.wakes().await;
    assert_eq!(scenario.incident().map(|incident| incident.alarms[0].since), Some(at("02:30")));
}

#[tokio::test]
async fn alarm_that_goes_on_is_not_silenced_by_a_window_that_begins_later() {
    let scenario = Scenario::begins("01:59");
    scenario.says("cpu", State::Alarm, "01:59").await.expect("kept");
    let id = scenario.incident().expect("an incident").id;
    scenario.it_is("02:30");
    let again = scenario.says("cpu", State::Alarm, "02:30").await.expect("kept");
    assert_eq!(again, AlarmResult::Incident { alarm: "cpu".to_owned(), incident: id });
    assert_eq!(scenario.waiting(), []);
}

#[tokio::test]
async fn death_at_any_moment_loses_no_alarm_and_calls_nobody_early() {
    let mut unharmed = 0;
    for lives_for in 0..12 {
        let scenario = Scenario::begins("02:30");
        scenario.backend.dies_after(lives_for);
        let first = scenario.says("cpu", State::Alarm, "02:30").await;
        unharmed += usize::from(first.is_ok());
        scenario.backend.revive();
        if first.is_err() {
            // Whoever brought it brings it again.
            assert_eq!(scenario.says("cpu", State::Alarm, "02:30").await.ok(), Some(silenced()));
        }
        assert_eq!(scenario.slack(), [LINE], "{lives_for}");
        scenario.it_is("03:59:59");
        scenario.wakes().await;
        assert_eq!(scenario.incident(), None);
        // And again at the end of the silence: the message comes back if its handler dies.
        scenario.it_is("04:00");
        scenario.backend.dies_after(lives_for);
        let waiting = scenario.backend.queue.sent();
        scenario.wakes().await;
        scenario.backend.revive();
        scenario.backend.queue.put_back(waiting);
        scenario.wakes().await;
        let incident = scenario.incident().expect("an incident");
        assert_eq!(went_off(&incident.timeline), 1, "{lives_for}: {:#?}", incident.timeline);
    }
    assert!((1..12).contains(&unharmed), "{unharmed} of 12 died of nothing");
}

#[tokio::test]
async fn silence_that_is_asked_for_again_after_a_crash_keeps_what_has_recovered_meanwhile() {
    let scenario = Scenario::begins("05:00");
    for name in ["web", "disk"] {
        scenario.says(name, State::Alarm, "05:00").await.expect("kept");
    }
    let id = scenario.incident().expect("an incident").id;
    scenario.backend.store.fail_writes(Fault::Once(1));
    scenario.silence(&id, "bravo", SignedDuration::from_mins(60)).await.expect_err("a crash");
    scenario.says("web", State::Ok, "05:05").await.expect("kept");
    scenario.it_is("05:10");
    scenario.silence(&id, "bravo", SignedDuration::from_mins(50)).await.expect("kept");
    scenario.says("disk", State::Ok, "05:15").await.expect("kept");
    for name in ["web", "disk"] {
        let result = scenario.says(name, State::Alarm, "05:20").await;
        assert!(matches!(result, Ok(AlarmResult::Silenced { .. })), "{name}: {result:?}");
    }
}
