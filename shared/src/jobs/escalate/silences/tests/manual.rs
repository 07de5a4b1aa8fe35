//! Silences of globs that somebody makes and ends.

use super::*;
use crate::domain::silence::Stored;
use crate::storage::Message;
use crate::storage::messages::WakeUp;

impl Scenario {
    async fn asks(&self, wake_up: &WakeUp) {
        let (id, group) = ("1".to_owned(), wake_up.group());
        let message = Message { id, group, body: wake_up.to_body(), receive_count: 1 };
        self.escalate.process(&message, self.now()).await;
    }

    /// Somebody silences these alarms. Gives the silence.
    async fn silences(&self, glob: &str, from: Option<&str>, until: &str) -> Stored {
        let because = Some("a <deploy>".to_owned());
        let span = (from.map(at), at(until));
        let silence = Stored::of_globs(&[glob], span, ("alpha", because), self.now()).unwrap();
        self.asks(&WakeUp::MakeSilence { silence: silence.clone() }).await;
        silence
    }

    /// The person who has silenced the incident, and until when; how many calls it had.
    fn stands(&self) -> ((Option<&'static str>, Option<Timestamp>), usize) {
        let incident = self.incident().expect("an incident");
        let names = ["the silence of alpha", "the silence of bravo", "charlie"];
        let by = names.into_iter().find(|name| incident.silenced_by() == Some(name));
        ((by, incident.silenced_until), incident.attempts.len())
    }

    async fn ends(&self, silence: &Stored) {
        let (id, made_at, by) = (silence.id(), silence.at, "bravo".to_owned());
        self.asks(&WakeUp::EndSilence { id, made_at, by }).await;
    }
}

const MADE: &str = ":mute: *alpha* silenced `disk-*` until \
    <!date^1772341200^{date_short_pretty} {time}|2026-03-01 05:00 UTC> (a &lt;deploy&gt;): nobody is called for what they name";
const ENDED: &str = ":bell: *bravo* ended the silence of `disk-*` by *alpha*, which would have lasted until \
    <!date^1772341200^{date_short_pretty} {time}|2026-03-01 05:00 UTC>";

#[tokio::test]
async fn alarm_of_a_glob_waits_and_goes_off_when_somebody_ends_the_silence() {
    let scenario = Scenario::begins("01:00");
    let silence = scenario.silences("disk-*", None, "05:00").await;
    // The queue brings it twice.
    scenario.asks(&WakeUp::MakeSilence { silence: silence.clone() }).await;
    assert_eq!(scenario.slack(), [MADE]);
    let said = scenario.says("disk-full", State::Alarm, "01:10").await.expect("kept");
    let (alarm, reason) = ("disk-full".to_owned(), Some("by alpha: a <deploy>".to_owned()));
    assert_eq!(said, AlarmResult::Silenced { alarm, until: at("05:00"), reason });
    assert_eq!(scenario.incident(), None);
    // Another one calls.
    scenario.it_is("01:20");
    for _ in 0..2 {
        scenario.ends(&silence).await;
    }
    let incident = scenario.incident().expect("an incident");
    assert_eq!((incident.alarms[0].name.as_str(), incident.attempts.len()), ("disk-full", 1));
    let ended: Vec<String> =
        scenario.slack().into_iter().filter(|line| line.starts_with(":bell:")).collect();
    assert_eq!(ended, [ENDED]);
    let store = &scenario.backend.store;
    assert_eq!(stored(store, scenario.now()).await.expect("silences"), []);
    let over = over(store, scenario.now()).await.expect("silences");
    let ended_by = Some("bravo".to_owned());
    assert_eq!(over, [Stored { until: at("01:20"), ended_by, ..silence.clone() }]);
    // A late copy of the request makes it no second time.
    scenario.asks(&WakeUp::MakeSilence { silence }).await;
    assert_eq!(stored(store, scenario.now()).await.expect("silences"), []);
}

#[tokio::test]
async fn silence_begins_at_its_time_and_one_that_was_ended_before_never_does() {
    let scenario = Scenario::begins("01:00");
    let silence = scenario.silences("disk-*", Some("01:30"), "05:00").await;
    let other = scenario.silences("net", Some("01:30"), "05:00").await;
    scenario.says("disk-a", State::Alarm, "01:10").await.expect("kept");
    assert_eq!(scenario.incident().map(|incident| incident.open_count()), Some(1));
    scenario.ends(&other).await;
    let waits = scenario.says("disk-b", State::Alarm, "01:31").await.expect("kept");
    assert!(matches!(waits, AlarmResult::Silenced { .. }), "{waits:?}");
    let calls = scenario.says("net", State::Alarm, "01:32").await.expect("kept");
    assert!(matches!(calls, AlarmResult::Incident { .. }), "{calls:?}");
    assert_eq!(silence.begins(), at("01:30"));
}

#[tokio::test]
async fn round_waits_for_a_silence_of_globs_and_goes_on_when_that_is_ended() {
    let scenario = Scenario::begins("01:00");
    scenario.says("disk-full", State::Alarm, "01:00").await.expect("kept");
    assert_eq!(scenario.incident().map(|incident| incident.attempts.len()), Some(1));
    let silence = scenario.silences("disk-*", None, "05:00").await;
    scenario.it_is("01:12");
    scenario.wakes().await;
    let incident = scenario.incident().expect("an incident");
    assert_eq!(
        (incident.silenced_by(), incident.attempts.len()),
        (Some("the silence of alpha"), 1)
    );
    scenario.ends(&silence).await;
    let incident = scenario.incident().expect("an incident");
    assert_eq!((incident.silenced_until, incident.attempts.len()), (None, 2));
}

/// The first round is over, and the next one waits: `disk-*` is silenced by alpha until 05:00, `disk-full` until 02:00.
async fn held_back_by_two() -> (Scenario, Stored, Stored) {
    let scenario = Scenario::begins("01:00");
    scenario.says("disk-full", State::Alarm, "01:00").await.expect("kept");
    let long = scenario.silences("disk-*", None, "05:00").await;
    let span = (None, at("02:00"));
    let short = Stored::of_globs(&["disk-full"], span, ("bravo", None), scenario.now()).unwrap();
    scenario.asks(&WakeUp::MakeSilence { silence: short.clone() }).await;
    scenario.it_is("01:12");
    scenario.wakes().await;
    let held = ((Some("the silence of alpha"), Some(at("05:00"))), 1);
    assert_eq!(scenario.stands(), held);
    (scenario, long, short)
}

#[tokio::test]
async fn incident_goes_on_once_the_last_silence_that_held_it_back_is_ended() {
    let (scenario, long, short) = held_back_by_two().await;
    let before = scenario.incident().expect("an incident").timeline.next;
    scenario.ends(&short).await;
    let incident = scenario.incident().expect("an incident");
    assert_eq!((incident.timeline.next, incident.silenced_until), (before, Some(at("05:00"))));
    scenario.ends(&long).await;
    assert_eq!(scenario.stands(), ((Some("the silence of alpha"), None), 2));
}

#[tokio::test]
async fn incident_waits_only_for_the_silence_that_is_left() {
    let (scenario, long, short) = held_back_by_two().await;
    scenario.ends(&long).await;
    let left = ((Some("the silence of bravo"), Some(at("02:00"))), 1);
    assert_eq!(scenario.stands(), left);
    // Brought once more, it says nothing anew.
    let before = scenario.incident().expect("an incident").timeline.next;
    scenario.ends(&long).await;
    assert_eq!(scenario.incident().expect("an incident").timeline.next, before);
    assert_eq!(short.until, at("02:00"));
    scenario.it_is("02:00");
    scenario.wakes().await;
    assert_eq!(scenario.stands(), ((Some("the silence of bravo"), None), 2));
}

#[tokio::test]
async fn silence_of_an_incident_alone_outlasts_the_end_of_a_silence_of_globs() {
    let (scenario, long, short) = held_back_by_two().await;
    let id = scenario.incident().expect("an incident").id;
    scenario.silence(&id, "charlie", SignedDuration::from_hours(8)).await.expect("kept");
    scenario.ends(&long).await;
    scenario.ends(&short).await;
    assert_eq!(scenario.stands(), ((Some("charlie"), Some(at("09:12"))), 1));
}

#[tokio::test]
async fn silences_made_by_hand_are_bounded() {
    let scenario = Scenario::begins("01:00");
    for number in 0..=MAX_MANUAL_SILENCES {
        scenario.silences(&format!("disk-{number}"), None, "05:00").await;
    }
    let kept = stored(&scenario.backend.store, scenario.now()).await.expect("silences");
    assert_eq!(kept.len(), MAX_MANUAL_SILENCES);
    // The one too many is told once, and one that is made is not told so when it is brought again.
    for silence in [kept[0].clone(), scenario.silences("disk-50", None, "05:00").await] {
        scenario.asks(&WakeUp::MakeSilence { silence }).await;
    }
    let told: Vec<String> =
        scenario.slack().into_iter().filter(|line| line.starts_with(":warning:")).collect();
    let expected = ":warning: The silence of `disk-50` by *alpha* is not made: there are 50 already, end one first";
    assert_eq!(told, [expected]);
}

#[tokio::test]
async fn silence_that_is_brought_when_it_is_over_is_told_as_not_made() {
    let scenario = Scenario::begins("01:00");
    let span = (None, at("01:10"));
    let silence = Stored::of_globs(&["disk"], span, ("alpha", None), scenario.now()).unwrap();
    scenario.it_is("01:10");
    scenario.asks(&WakeUp::MakeSilence { silence }).await;
    let expected =
        ":warning: The silence of `disk` by *alpha* is not made: it would be over by now";
    assert_eq!(scenario.slack(), [expected]);
}
