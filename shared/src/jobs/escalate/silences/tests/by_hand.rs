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

    async fn ends(&self, silence: &Stored) {
        let (id, made_at, by) = (silence.id(), silence.at, "bravo".to_owned());
        self.asks(&WakeUp::EndSilence { id, made_at, by }).await;
    }
}

const MADE: &str = ":mute: *alpha* silenced *disk-** until \
    <!date^1772341200^{date_short_pretty} {time}|2026-03-01 05:00 UTC> (a &lt;deploy&gt;): nobody is called for what they name";
const ENDED: &str = ":bell: *bravo* ended the silence of *disk-** by *alpha*, which would have lasted until \
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

#[tokio::test]
async fn silences_made_by_hand_are_bounded() {
    let scenario = Scenario::begins("01:00");
    for number in 0..=MAX_BY_HAND {
        scenario.silences(&format!("disk-{number}"), None, "05:00").await;
    }
    let kept = stored(&scenario.backend.store, scenario.now()).await.expect("silences");
    assert_eq!(kept.len(), MAX_BY_HAND);
}
