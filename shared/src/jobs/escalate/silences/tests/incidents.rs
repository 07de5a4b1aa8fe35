//! Incidents that are silenced: by a window that covers all that goes on in them, and by somebody.

use super::scenario::change;
use super::*;

#[tokio::test]
async fn round_never_begins_in_a_window_for_all_that_goes_on() {
    for (others, waits) in [(&[][..], true), (&["disk"], false)] {
        let scenario = Scenario::begins("01:55");
        for name in others.iter().chain(&["cpu"]) {
            scenario.says(name, State::Alarm, "01:55").await.expect("kept");
        }
        // The call cannot be placed, and is given up; ten minutes later, or one, all would be called again.
        for minute in ["01:56", "01:57", "01:58", "01:59", "02:00", "02:05", "02:10"] {
            scenario.it_is(minute);
            scenario.wakes().await;
        }
        let incident = scenario.incident().expect("an incident");
        let silenced = incident.silenced_until;
        assert_eq!(silenced, waits.then(|| at("04:00")), "{:#?}", incident.timeline);
        if waits {
            assert_eq!(incident.state(), Stands::Silenced);
            let rounds = incident.round.number;
            scenario.it_is("04:00");
            scenario.wakes().await;
            let incident = scenario.incident().expect("an incident");
            assert_eq!((incident.round.number, incident.silenced_until), (rounds + 1, None));
        }
    }
}

#[tokio::test]
async fn incident_with_an_unnamed_alarm_is_never_covered_by_a_window() {
    for (unnamed, waits) in [(None, true), (Some("disk"), false), (Some("shard 60"), false)] {
        let scenario = Scenario::begins("01:55");
        scenario.is_configured(&CONFIG.replace("[\"cpu\"]", "[\"shard *\"]"));
        let shards: Vec<String> = (0..60).map(|number| format!("shard {number}")).collect();
        for name in shards.iter().map(String::as_str).chain(unnamed) {
            scenario.says(name, State::Alarm, "01:55").await.expect("kept");
        }
        let incident = scenario.incident().expect("an incident");
        assert_eq!(incident.open_alarms().count(), 60);
        assert_eq!(incident.more_alarms, u32::from(unnamed.is_some()));
        for minute in ["01:56", "01:57", "01:58", "01:59", "02:00", "02:05", "02:10"] {
            scenario.it_is(minute);
            scenario.wakes().await;
        }
        let incident = scenario.incident().expect("an incident");
        assert_eq!(incident.silenced_until, waits.then(|| at("04:00")), "{unnamed:?}");
        assert_eq!(incident.round.began_at >= at("02:00"), !waits, "{unnamed:?}");
    }
}

#[tokio::test]
async fn incident_is_silenced_with_all_that_goes_on_in_it() {
    let scenario = Scenario::begins("05:00");
    for name in ["disk", "cpu", "net"] {
        scenario.says(name, State::Alarm, "05:00").await.expect("kept");
    }
    scenario.says("net", State::Ok, "05:00").await.expect("kept");
    let id = scenario.incident().expect("an incident").id;
    let hour = SignedDuration::from_hours(1);
    let incident = scenario.silence(&id, "bravo", hour).await.expect("kept").expect("an incident");
    assert_eq!((incident.state(), incident.silenced_until), (Stands::Silenced, Some(at("06:00"))));
    let all = stored(&scenario.backend.store, at("05:00")).await.expect("silences");
    let [silence] = &all[..] else { panic!("{all:?}") };
    assert_eq!(
        (&silence.alarms[..], silence.by.as_str()),
        (&["disk", "cpu"].map(str::to_owned)[..], "bravo")
    );
    // Pressed twice, it is asked for once; after a while it is asked for anew.
    scenario.it_is("05:00:59");
    scenario.silence(&id, "bravo", hour).await.expect("kept");
    assert_eq!(
        stored(&scenario.backend.store, at("05:01")).await.map(|all| all.len()).ok(),
        Some(1)
    );
    // It comes and goes: nobody is called, even if the incident is over by then.
    scenario.says("disk", State::Ok, "05:02").await.expect("kept");
    scenario.says("cpu", State::Ok, "05:03").await.expect("kept");
    assert_eq!(scenario.incident().map(|incident| incident.state()), Some(Stands::Resolved));
    let heard = scenario.says("disk", State::Alarm, "05:04").await.ok();
    let reason = Some("by bravo".to_owned());
    assert_eq!(
        heard,
        Some(AlarmResult::Silenced { alarm: "disk".to_owned(), until: at("06:00"), reason })
    );
    let other = scenario.says("net", State::Alarm, "05:04").await.ok();
    assert!(matches!(other, Some(AlarmResult::Incident { .. })), "{other:?}");
    assert_eq!(stored(&scenario.backend.store, at("06:00")).await.ok(), Some(Vec::new()));
    scenario.it_is("06:00");
    scenario.wakes().await;
    let incident = scenario.incident().expect("an incident");
    assert_eq!(
        incident.open_alarms().map(|alarm| &alarm.name).collect::<Vec<_>>(),
        ["disk", "net"]
    );

    let nothing =
        scenario.silence(&"p-20200101-000000-000".into(), "bravo", hour).await.expect("kept");
    assert_eq!(nothing, None);
}

#[tokio::test]
async fn alarm_of_what_somebody_has_waits_for_the_end_of_a_window_once_their_own_silence_is_over() {
    let scenario = Scenario::begins("01:50");
    for name in ["disk", "cpu"] {
        scenario.says(name, State::Alarm, "01:50").await.expect("kept");
    }
    let id = scenario.incident().expect("an incident").id;
    let takes = [Signal::Acknowledged { person: "alpha".into(), outside: false }];
    scenario.escalate.transact(&id, &takes, Effects::Deferred, at("01:51")).await.expect("taken");
    scenario.it_is("01:52");
    scenario.silence(&id, "alpha", SignedDuration::from_mins(5)).await.expect("kept");
    scenario.says("cpu", State::Ok, "01:55").await.expect("kept");
    let heard = scenario.says("cpu", State::Alarm, "02:01").await.expect("kept");
    assert!(
        matches!(heard, AlarmResult::Silenced { until, .. } if until == at("04:00")),
        "{heard:?}"
    );
    let incident = scenario.incident().expect("an incident");
    assert_eq!((incident.state(), incident.open_count()), (Stands::Taken, 1));
}

/// An alarm of the name `name` on another host than the one of [`change`].
fn elsewhere(name: &str, since: &str) -> Change {
    Change { key: format!("arn:{name} elsewhere"), ..change(name, State::Alarm, since) }
}

#[tokio::test]
async fn silenced_incident_leaves_another_alarm_of_the_same_name_to_call() {
    let scenario = Scenario::begins("05:00");
    scenario.says("disk", State::Alarm, "05:00").await.expect("kept");
    let Incident { id, round, .. } = scenario.incident().expect("an incident");
    let rounds = round.number;
    scenario.silence(&id, "bravo", SignedDuration::from_hours(1)).await.expect("kept");
    let result = scenario.brings(&elsewhere("disk", "05:01")).await.expect("kept");
    assert!(matches!(result, AlarmResult::Incident { .. }), "{result:?}");
    let incident = scenario.incident().expect("an incident");
    assert_eq!((incident.open_count(), incident.round.number), (2, rounds + 1));
    // The silenced one comes and goes, and waits.
    scenario.says("disk", State::Ok, "05:02").await.expect("kept");
    let other = elsewhere("disk", "05:02");
    scenario.brings(&Change { state: State::Ok, ..other }).await.expect("kept");
    let result = scenario.says("disk", State::Alarm, "05:03").await.expect("kept");
    assert!(matches!(result, AlarmResult::Silenced { .. }), "{result:?}");
}

#[tokio::test]
async fn silence_of_an_incident_keeps_no_other_alarm_of_the_same_name_waiting() {
    for wake_up_is_lost in [false, true] {
        let scenario = Scenario::begins("01:50");
        scenario.says("cpu", State::Alarm, "01:50").await.expect("kept");
        let result = scenario.brings(&elsewhere("cpu", "02:30")).await.expect("kept");
        assert_eq!(result, silenced());
        scenario.it_is("03:00");
        let id = scenario.incident().expect("an incident").id;
        scenario.silence(&id, "bravo", SignedDuration::from_hours(3)).await.expect("kept");
        if wake_up_is_lost {
            scenario.backend.queue.take();
            scenario.it_is("04:01");
            scenario.escalate.reconcile(scenario.now()).await.expect("repaired");
        } else {
            scenario.it_is("04:00");
            scenario.wakes().await;
        }
        let open = scenario.incident().map(|incident| incident.open_count());
        assert_eq!(open, Some(2), "{wake_up_is_lost}");
    }
}

#[tokio::test]
async fn silence_of_an_incident_that_names_not_all_its_alarms_is_for_their_names() {
    let scenario = Scenario::begins("05:00");
    let host = |number: u32, state, since| Change {
        key: format!("host {number}"),
        ..change("InstanceDown", state, since)
    };
    for number in 0..61 {
        scenario.brings(&host(number, State::Alarm, "05:00")).await.expect("kept");
    }
    let incident = scenario.incident().expect("an incident");
    assert_eq!((incident.open_alarms().count(), incident.more_alarms), (60, 1));
    let hour = SignedDuration::from_hours(1);
    scenario.silence(&incident.id, "bravo", hour).await.expect("kept").expect("an incident");
    // That is the one without a name in the incident.
    scenario.brings(&host(60, State::Ok, "05:02")).await.expect("kept");
    let result = scenario.brings(&host(60, State::Alarm, "05:03")).await.expect("kept");
    assert!(matches!(result, AlarmResult::Silenced { .. }), "{result:?}");
    let incident = scenario.incident().expect("an incident");
    assert_eq!((incident.state(), incident.silenced_until), (Stands::Silenced, Some(at("06:00"))));
}
