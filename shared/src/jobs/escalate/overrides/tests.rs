use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::super::testing::{Fixture, incident};
use super::{Place, Removed};
use crate::config::Settings;
use crate::domain::schedule::{Asked, NotMade};
use crate::storage::overrides;
use crate::testing::Parameters;

const CONFIG: &str = r#"
[channels.default]
[channels.nights]
[people.alpha]
phone = "+15005550001"
[people.bravo]
phone = "+15005550002"
[people.charlie]
phone = "+15005550003"
[[schedules]]
name = "rota"
time_zone = "UTC"
rotation = "weekly"
people = ["alpha", "bravo"]
hand_over = "09:00"
starts = "2026-11-16"
[[policies]]
name = "default"
alarms = ["*"]
roster = { schedule = "rota" }
channel = "nights"
"#;
const ALARM: &str = include_str!("../../../../../events/outage-intake/eventbridge-metric.json");

fn now() -> Timestamp {
    "2026-11-17T12:00:00Z".parse().unwrap()
}

fn fixture(config: &str) -> Fixture {
    Fixture::new(Parameters::of(&[("config/main", config)]), now())
}

fn asked(person: &str, from: &str, until: &str) -> Asked {
    let [from, until] = [from, until].map(|at| at.parse().unwrap());
    Asked { schedule: "rota".to_owned(), person: person.to_owned(), from, until }
}

impl Fixture {
    async fn current(&self) -> Arc<Settings> {
        self.escalate.settings.get(now()).await.unwrap()
    }

    fn place<'a>(&'a self, settings: &'a Settings, by: &'a str) -> Place<'a> {
        let (store, queue) = (self.escalate.store.as_ref(), self.escalate.queue.as_ref());
        Place { store, queue, config: &settings.config, by }
    }

    /// The channel and the text of each line that Slack is told.
    fn slack_lines(&self) -> Vec<(String, String)> {
        let sent = self.backend.queue.sent();
        // Slack is told once of an event, however often it is queued.
        let mut events = std::collections::BTreeSet::new();
        let lines = sent.iter().filter_map(|sent| sent.lines()).flat_map(|lines| {
            let channel = lines.channel;
            lines.lines.into_iter().map(move |line| (channel.clone(), line))
        });
        lines
            .filter(|(_, line)| events.insert(line.event_id.clone()))
            .map(|(channel, line)| (channel, line.text))
            .collect()
    }

    /// Who is called first for an alarm.
    async fn first_called(&self, at: Timestamp) -> Vec<String> {
        self.escalate.take(ALARM.as_bytes(), at).await.unwrap();
        incident(&self.backend, "default").unwrap().round.order
    }
}

#[tokio::test]
async fn override_sends_the_next_call_to_the_other_person_until_it_is_taken_back() {
    for (is_removed, expected) in [(false, "charlie"), (true, "alpha")] {
        let fixture = fixture(CONFIG);
        let settings = fixture.current().await;
        let asked = asked("charlie", "2026-11-17T00:00:00Z", "2026-11-18T00:00:00Z");
        let made =
            fixture.place(&settings, "bravo").take_over(&asked, now()).await.unwrap().unwrap();
        if is_removed {
            let removed = fixture.place(&settings, "charlie").remove(&made.id, now()).await;
            assert_eq!(removed.unwrap().unwrap().id, made.id);
        }
        assert_eq!(fixture.first_called(now()).await, [expected]);
        let told = fixture.slack_lines();
        let (channel, text) = &told[0];
        assert_eq!(channel, "nights");
        assert!(
            text.contains("*charlie* is on call in rota instead of alpha from <!date^1794916800^"),
            "{text}"
        );
        assert!(text.ends_with(": *bravo* said so"), "{text}");
        let taken_back =
            told.iter().filter(|(_, text)| text.contains("*charlie* took back")).count();
        assert_eq!(taken_back, usize::from(is_removed));
    }
}

#[tokio::test]
async fn override_is_over_at_its_end_and_asked_for_twice_told_once() {
    let fixture = fixture(CONFIG);
    let settings = fixture.current().await;
    let asked = asked("charlie", "2026-11-17T00:00:00Z", "2026-11-17T12:30:00Z");
    let place = fixture.place(&settings, "bravo");
    let first = place.take_over(&asked, now()).await.unwrap();
    assert_eq!(place.take_over(&asked, now()).await.unwrap(), first);
    assert_eq!(fixture.slack_lines().len(), 1);
    let end = now() + SignedDuration::from_mins(30);
    assert_eq!(fixture.first_called(end).await, ["alpha"]);
}

#[tokio::test]
async fn overrides_that_cannot_be_read_leave_the_file_and_call_somebody() {
    let fixture = fixture(CONFIG);
    fixture.backend.store.keep(crate::key::Key::new("overrides", "all"), &"no record");
    assert_eq!(fixture.first_called(now()).await, ["alpha"]);
    let settings = fixture.current().await;
    let asked = asked("charlie", "2026-11-17T00:00:00Z", "2026-11-18T00:00:00Z");
    // Nothing is written over what nobody can read.
    let place = fixture.place(&settings, "bravo");
    assert_eq!(place.take_over(&asked, now()).await.unwrap(), Err(NotMade::Unread));
    place.remove("id", now()).await.unwrap_err();
    // Whoever empties it is given what is lost.
    let lost = place.remove_all(now()).await.unwrap();
    assert_eq!(lost, Removed { removed: Vec::new(), unread: Some("\"no record\"".to_owned()) });
    let made = place.take_over(&asked, now()).await.unwrap().unwrap();
    let lost = place.remove_all(now()).await.unwrap();
    assert_eq!((lost.removed[0].id.as_str(), lost.unread), (made.id.as_str(), None));
}

#[tokio::test]
async fn overrides_of_many_at_once_are_told_once_each_and_only_those_that_are_stored() {
    let fixture = fixture(CONFIG);
    let settings = fixture.current().await;
    let asks = (0..8).map(|index| {
        let person = ["alpha", "bravo", "charlie"][index % 3];
        asked(person, "2026-11-17T00:00:00Z", &format!("2026-11-{}T00:00:00Z", 20 + index))
    });
    let asks: Vec<Asked> = asks.collect();
    let place = fixture.place(&settings, "bravo");
    // The first one gives up, and the second one tries twice.
    fixture.backend.store.conflict(12);
    let made = asks.iter().map(|asked| place.take_over(asked, now()));
    let made = futures_util::future::join_all(made).await;
    let stored = overrides::read(fixture.escalate.store.as_ref(), now()).await.unwrap().overrides;
    let ids = |ids: Vec<String>| ids.into_iter().collect::<std::collections::BTreeSet<_>>();
    let answered = made.into_iter().filter_map(Result::ok).map(|made| made.unwrap().id).collect();
    let kept = stored.iter().map(|over| over.id.clone()).collect();
    assert_eq!(ids(answered), ids(kept));
    assert_eq!((fixture.slack_lines().len(), stored.len()), (7, 7));
}

#[tokio::test]
async fn override_that_was_not_told_is_told_when_it_is_asked_for_again() {
    let fixture = fixture(CONFIG);
    let settings = fixture.current().await;
    let asked = asked("charlie", "2026-11-17T00:00:00Z", "2026-11-18T00:00:00Z");
    let place = fixture.place(&settings, "bravo");
    let made = place.take_over(&asked, now()).await.unwrap().unwrap();
    let first = fixture.slack_lines();
    place.take_over(&asked, now()).await.unwrap().unwrap();
    place.remove(&made.id, now()).await.unwrap().unwrap();
    let later = now() + SignedDuration::from_secs(5);
    assert_eq!(place.remove(&made.id, later).await.unwrap(), None);
    let queued: Vec<_> =
        fixture.backend.queue.sent().iter().filter_map(|sent| sent.lines()).collect();
    assert_eq!((queued.len(), fixture.slack_lines().len()), (4, 2));
    assert_eq!(queued[0].lines[0].text, queued[1].lines[0].text);
    assert_eq!(queued[2].lines[0].text, queued[3].lines[0].text);
    assert_eq!(first[0].1, queued[0].lines[0].text);
}

#[tokio::test]
async fn person_who_left_is_not_called_by_an_override() {
    let before = fixture(CONFIG);
    let settings = before.current().await;
    let asked = asked("charlie", "2026-11-17T00:00:00Z", "2026-11-18T00:00:00Z");
    before.place(&settings, "bravo").take_over(&asked, now()).await.unwrap().unwrap();
    let kept = overrides::read(before.escalate.store.as_ref(), now()).await.unwrap();
    let after = fixture(&CONFIG.replace("[people.charlie]\nphone = \"+15005550003\"\n", ""));
    after.backend.store.keep(crate::key::Key::new("overrides", "all"), &kept);
    assert_eq!(after.first_called(now()).await, ["alpha"]);
}
