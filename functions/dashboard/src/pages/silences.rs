//! Silences: those in force, and those to come.

use serde::Serialize;
use shared::config::Settings;
use shared::domain::silence::{Span, Stored, Window};
use shared::jobs::escalate::silences::stored;
use shared::storage::Store;
use shared::{Error, Timestamp};

/// How many alarms, or globs, are named before the rest is counted.
const NAMED: usize = 4;

/// All that is silenced.
#[derive(Debug, Serialize)]
pub(super) struct Silences {
    in_force: Vec<Shown>,
    /// The windows that will begin, the next one first.
    coming: Vec<Shown>,
}

impl Silences {
    /// The same without those that will begin.
    pub(super) fn in_force(self) -> Silences {
        Silences { coming: Vec::new(), ..self }
    }
}

/// A silence as it is shown.
#[derive(Debug, Serialize)]
struct Shown {
    /// Globs of a window, names of what somebody asked for.
    alarms: Vec<String>,
    more: usize,
    from: Timestamp,
    until: Timestamp,
    /// Why, or who asked for it.
    because: String,
    /// The incident of which somebody asked for it.
    incident: Option<String>,
}

/// The silences in force, those that end first before all others, and the windows that will begin.
pub(super) async fn silences(
    store: &dyn Store,
    settings: &Settings,
    now: Timestamp,
) -> Result<Silences, Error> {
    let windows = &settings.config.silences;
    let asked_for = stored(store, now).await?;
    let in_force = windows.in_force(now).into_iter().map(of_window);
    let mut in_force: Vec<Shown> = in_force.chain(asked_for.into_iter().map(of_stored)).collect();
    in_force.sort_by_key(|silence| silence.until);
    let coming = windows.iter().filter_map(|window| Some((window, window.next(now)?)));
    let mut coming: Vec<Shown> = coming.map(of_window).collect();
    coming.sort_by_key(|silence| silence.from);
    Ok(Silences { in_force, coming })
}

fn of_window((window, (from, until)): (&Window, Span)) -> Shown {
    let because = window.reason.clone().unwrap_or_else(|| "a maintenance window".to_owned());
    shown(window.alarms.clone(), (from, until), because, None)
}

fn of_stored(stored: Stored) -> Shown {
    let because = match &stored.because {
        Some(because) => format!("{} asked for it: {because}", stored.by),
        None => format!("{} asked for it", stored.by),
    };
    shown(stored.alarms, (stored.at, stored.until), because, Some(stored.incident))
}

fn shown(
    mut alarms: Vec<String>,
    (from, until): Span,
    because: String,
    incident: Option<String>,
) -> Shown {
    let more = alarms.len().saturating_sub(NAMED);
    alarms.truncate(NAMED);
    Shown { alarms, more, from, until, because, incident }
}
