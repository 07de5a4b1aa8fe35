//! The last good configuration: who uses it, who writes it, how long it is kept.

use crate::config::last_good::{State, hash, load, state};
use crate::testing::readings;

use super::deployment::*;
use super::*;

const BROKEN: [(&str, &str); 6] = [
    ("config/main", "channels = "),
    ("config/main", ""),
    ("config/main", "[channels.default]\n[people.alpha]\nphone = \"5005550001\"\n"),
    ("config/main", "base64:nonsense"),
    ("config/oncall.ics", "BEGIN:VCALENDAR\nEND:VCALENDAR\n"),
    ("twilio/auth-token", "no configuration at all"),
];

#[tokio::test]
async fn cold_start_with_a_broken_configuration_uses_the_last_good_one() {
    for broken in BROKEN {
        for ways in WAYS {
            let all = Deployment::new(&[("config/main", &calls("alpha"))]);
            all.process().get(at(0)).await.unwrap();
            all.store(&[("twilio/auth-token", "new"), broken]);
            let settings = all.process_that(ways).get(at(1000)).await.unwrap();
            assert_eq!(called(&settings), ["alpha"], "{broken:?}");
            let rejected = settings.rejected.as_deref().unwrap();
            assert_eq!((rejected.since, rejected.former_of), (at(1000), Some(at(0))));
            assert!(settings.tokens[0].expose().starts_with("n"), "secrets are the new ones");
        }
    }
}

#[tokio::test]
async fn every_function_keeps_what_it_reads_first() {
    for ways in WAYS {
        let all = Deployment::new(&[("config/main", &calls("alpha"))]);
        all.process_that(ways).get(at(0)).await.unwrap();
        all.store(&[("config/main", "broken =")]);
        assert_eq!(called(&all.process().get(at(1)).await.unwrap()), ["alpha"]);
    }
}

#[tokio::test]
async fn first_start_with_a_broken_configuration_is_an_error() {
    let all = Deployment::new(&[("config/main", "[channels.default]\nx = 1\n")]);
    let error = all.process().get(at(0)).await.unwrap_err().to_string();
    assert!(
        error.starts_with("not set up: config/main:2: x: a channel is only declared"),
        "{error}"
    );
    assert_eq!((all.slack_lines(), all.counted(), all.records()), (vec![], 0, vec![]));
}

#[tokio::test]
async fn all_processes_use_the_newest_good_configuration() {
    let all = Deployment::new(&[("config/main", &calls("alpha"))]);
    let old = all.process();
    old.get(at(0)).await.unwrap();
    all.store(&[("config/main", &calls("bravo"))]);
    all.process().get(at(10)).await.unwrap();
    all.store(&[("config/main", "broken =")]);
    // This one never read of bravo.
    assert_eq!(called(&old.get(at(1000)).await.unwrap()), ["bravo"]);
    assert_eq!(called(&old.get(at(2000)).await.unwrap()), ["bravo"]);
    all.store(&[("config/main", &calls("alpha"))]);
    let settings = old.get(at(3000)).await.unwrap();
    assert_eq!((called(&settings), &settings.rejected), (vec!["alpha".to_owned()], &None));
}

#[tokio::test]
async fn large_configuration_is_kept_in_small_pieces() {
    // Hashes in hexadecimal halve, and no more: pieces of any size.
    let mut noise = String::new();
    while noise.len() < 2_000_000 {
        noise += &hash(&[("noise".to_owned(), noise.len().to_string())]);
    }
    for size in [0, 1, 262_144, 393_000, 393_400, 786_500, 2_000_000] {
        let parts = vec![
            ("config/main".to_owned(), calls("alpha")),
            ("config/oncall.ics".to_owned(), noise[..size].to_owned()),
        ];
        let all = Deployment::new(&[]);
        assert!(State::default().save(&all.backend.store, &parts, at(0)).await.unwrap());
        let current = state(&all.backend.store, at(1)).await.unwrap().current.unwrap().value;
        assert_eq!(load(&all.backend.store, &current, at(1)).await.unwrap(), parts, "{size}");
        let parts = all.records().len() - 1;
        assert!(parts > size / 600_000, "{parts} pieces of {size} bytes");
    }
}

#[tokio::test]
async fn second_of_two_writers_leaves_the_first() {
    let all = Deployment::new(&[]);
    let parts = |person: &str| vec![("config/main".to_owned(), calls(person))];
    let (one, other) = (
        state(&all.backend.store, at(0)).await.unwrap(),
        state(&all.backend.store, at(0)).await.unwrap(),
    );
    assert!(one.save(&all.backend.store, &parts("alpha"), at(0)).await.unwrap());
    assert!(!other.save(&all.backend.store, &parts("bravo"), at(0)).await.unwrap());
    let current = state(&all.backend.store, at(1)).await.unwrap().current.unwrap().value;
    assert_eq!(load(&all.backend.store, &current, at(1)).await.unwrap(), parts("alpha"));
}

#[tokio::test]
async fn reader_of_an_older_configuration_does_not_write_it() {
    let all = Deployment::new(&[("config/main", &calls("bravo"))]);
    all.process().get(at(0)).await.unwrap();
    let values = |person: &str| Values::from([("config/main".to_owned(), calls(person))]);
    let fetch = readings(["alpha", "bravo"].map(|person| Ok(values(person))));
    all.reading(fetch, (true, true)).get(at(1)).await.unwrap();
    all.store(&[("config/main", "broken =")]);
    assert_eq!(called(&all.process().get(at(2)).await.unwrap()), ["bravo"]);
}

#[tokio::test]
async fn configuration_in_use_does_not_expire() {
    let all = Deployment::new(&[("config/main", &calls("alpha"))]);
    all.process().get(days(0)).await.unwrap();
    all.store(&[("config/main", "broken =")]);
    for day in [80, 160, 240] {
        assert_eq!(called(&all.process().get(days(day)).await.unwrap()), ["alpha"], "{day}");
    }
    // Nobody has used it for 90 days.
    assert!(all.process().get(days(331)).await.is_err());
}

#[tokio::test]
async fn damaged_copy_is_not_used_and_is_written_again() {
    let all = Deployment::new(&[("config/main", &calls("alpha"))]);
    let running = all.process();
    running.get(at(0)).await.unwrap();
    all.lose(|sk| sk.contains('#'));
    all.store(&[("config/main", "broken =")]);
    assert!(all.process().get(at(1)).await.is_err());
    assert_eq!(called(&running.get(at(1000)).await.unwrap()), ["alpha"]);
}

#[tokio::test]
async fn store_that_is_down_stops_nobody_with_a_good_configuration() {
    let all = Deployment::new(&[("config/main", &calls("alpha"))]);
    all.is_down(true);
    let running = all.process();
    assert_eq!(called(&running.get(at(0)).await.unwrap()), ["alpha"]);
    all.store(&[("config/main", "broken =")]);
    assert_eq!(called(&running.get(at(1000)).await.unwrap()), ["alpha"]);
    assert!(all.process().get(at(1000)).await.is_err());
    all.is_down(false);
    // What was in use is kept now, although what is read is broken.
    running.get(at(2000)).await.unwrap();
    assert_eq!(called(&all.process().get(at(2001)).await.unwrap()), ["alpha"]);
}

#[tokio::test]
async fn file_that_cannot_be_read_is_a_broken_configuration() {
    let all = Deployment::new(&[("config/ringdown.toml", &calls("alpha"))]);
    all.process().get(at(0)).await.unwrap();
    let why = "ringdown.toml cannot be read: permission denied";
    all.store(&[(UNREADABLE, why)]);
    let settings = all.process().get(at(1)).await.unwrap();
    assert_eq!(called(&settings), ["alpha"]);
    assert_eq!(settings.rejected.as_deref().unwrap().reason(), why);
    let nobody = Deployment::new(&[(UNREADABLE, why)]);
    let error = nobody.process().get(at(0)).await.unwrap_err().to_string();
    assert_eq!(error, format!("not set up: {why}"));
}

#[tokio::test]
async fn configuration_of_the_environment_is_not_kept() {
    let all = Deployment::new(&[]);
    let environment = Environment::of([("RINGDOWN_CONFIG".to_owned(), calls("alpha"))]);
    let fetch: Fetch = Arc::new(|| Box::pin(async { Ok(Values::new()) }));
    let fallback =
        Fallback { store: Arc::new(all.backend.store.clone()), queue: None, counts: true };
    let live = SettingsCache::new(environment, fetch).with_fallback(fallback);
    assert_eq!(called(&live.get(at(0)).await.unwrap()), ["alpha"]);
    assert_eq!(all.records(), []);
}

#[test]
fn stored_configuration_names_its_parts_as_the_former_version_did() {
    let stored = r#"{"hash":"h","pieces":2,"since":"2026-11-28T00:00:00Z","written_at":"2026-11-28T00:00:01Z"}"#;
    let current: crate::config::last_good::Current = serde_json::from_str(stored).unwrap();
    assert_eq!(serde_json::to_string(&current).unwrap(), stored);
}
