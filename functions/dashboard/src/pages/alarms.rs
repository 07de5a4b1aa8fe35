//! The alarms heard last, each with its policy; and those that no policy took.

use serde::Serialize;
use shared::config::Settings;
use shared::domain::alarm::State;
use shared::jobs::escalate::intake::recent::{RecentAlarm, recent};
use shared::storage::Store;
use shared::{Error, Timestamp};

/// The alarms that the page shows.
#[derive(Debug, Serialize)]
pub(super) struct Alarms {
    heard: Vec<Shown>,
    /// For these there is no policy now either.
    pub(super) without_policy: Vec<Shown>,
}

/// An alarm, as it is shown.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    name: String,
    state: &'static str,
    at: Timestamp,
    policy: Option<String>,
    ignored: bool,
}

/// The alarms heard last, the newest first.
pub(super) async fn alarms(
    store: &dyn Store,
    settings: &Settings,
    now: Timestamp,
) -> Result<Alarms, Error> {
    let recent = recent(store, now).await?;
    let config = &settings.config;
    let is_for_nobody = |alarm: &RecentAlarm| {
        config.escalation.policy_for(&alarm.name).is_none()
            && config.ignored.reason(&alarm.name).is_none()
    };
    let without_policy = recent.without_policy.into_iter().filter(is_for_nobody);
    Ok(Alarms {
        heard: recent.heard.into_iter().map(shown).collect(),
        without_policy: without_policy.map(shown).collect(),
    })
}

fn shown(alarm: RecentAlarm) -> Shown {
    let RecentAlarm { name, state, at, policy, ignored } = alarm;
    let state = match state {
        State::Alarm => "in ALARM",
        State::Ok => "OK",
        State::Deleted => "deleted",
        State::NoData => "no data",
    };
    Shown { name, state, at, policy, ignored }
}
