//! Settings are kept for a while, read afresh, and stay as they were while they cannot be read.

use super::*;
use crate::testing::readings;

/// Settings that are read from this list, one entry a reading.
fn live(values: Vec<Result<Values, Error>>) -> SettingsCache {
    SettingsCache::new(Environment::default(), readings(values))
}

fn first_token(settings: &Settings) -> &str {
    settings.tokens[0].expose()
}

#[tokio::test]
async fn settings_are_kept_five_minutes_and_read_afresh_after_thirty_seconds() {
    let live = live(vec![
        Ok(values("one", GOOD)),
        Ok(values("two", GOOD)),
        Ok(values("three,four", GOOD)),
    ]);
    assert_eq!(first_token(&live.get(at(0)).await.unwrap()), "one");
    assert_eq!(first_token(&live.refresh(at(30)).await.unwrap()), "one");
    assert_eq!(first_token(&live.refresh(at(31)).await.unwrap()), "two");
    assert_eq!(first_token(&live.get(at(331)).await.unwrap()), "two");
    let last = live.get(at(332)).await.unwrap();
    assert_eq!(last.tokens.len(), 2);
    assert_eq!(last.retired.iter().map(Secret::expose).collect::<Vec<_>>(), ["two", "one"]);
}

#[tokio::test]
async fn stale_settings_serve_while_they_cannot_be_read() {
    let down = || Err(Error::NotSetUp("down".to_owned()));
    let live = live(vec![down(), Ok(values("one", GOOD)), down()]);
    assert!(live.get(at(0)).await.is_err());
    assert_eq!(first_token(&live.get(at(1)).await.unwrap()), "one");
    assert_eq!(first_token(&live.get(at(1000)).await.unwrap()), "one");
}

#[tokio::test]
async fn environment_that_has_all_needs_nothing_else() {
    let environment = [("RINGDOWN_CONFIG", GOOD), ("TWILIO_AUTH_TOKEN", "one")];
    let environment =
        Environment::of(environment.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let down: Fetch = Arc::new(|| Box::pin(async { Err(Error::NotSetUp("down".to_owned())) }));
    let settings = SettingsCache::new(environment, down).get(at(0)).await.unwrap();
    assert_eq!(first_token(&settings), "one");
}

#[tokio::test]
async fn wrong_configuration_never_replaces_a_right_one() {
    let live = live(vec![Ok(values("one", GOOD)), Ok(values("two", "routes = 1"))]);
    live.get(at(0)).await.unwrap();
    let settings = live.get(at(1000)).await.unwrap();
    assert_eq!(first_token(&settings), "two");
    assert_eq!(settings.config.routes.channels(), ["a"]);
}
