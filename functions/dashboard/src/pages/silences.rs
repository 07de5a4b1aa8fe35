//! Silences: those in force, and those to come. `page`: all of them, a new one, and the end of one; `preview`: what a new
//! one takes.

mod page;
mod preview;

pub(crate) use page::{end, page, post};

use serde::Serialize;
use shared::config::{PART_PREFIX, Settings};
use shared::domain::escalation::IncidentId;
use shared::domain::silence::{Span, Stored, When, Window};
use shared::domain::text::mask_numbers;
use shared::jobs::escalate::silences::stored;
use shared::storage::Store;
use shared::{Error, Timestamp};

/// How many alarms, or globs, are named before the rest is counted.
const NAMED: usize = 4;

/// All that is silenced.
#[derive(Debug, Serialize)]
pub(super) struct Silences {
    in_force: Vec<Shown>,
    /// Those that will begin, the next one first.
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
    /// Globs, or names of what somebody asked for.
    alarms: Vec<String>,
    more: usize,
    from: Timestamp,
    until: Timestamp,
    /// Why, or who asked for it.
    because: String,
    /// The incident of which somebody asked for it.
    incident: Option<IncidentId>,
    /// Where it is written in the configuration: file and line.
    place: Option<String>,
    /// What names one of globs that somebody made.
    id: Option<String>,
    /// Who ended it before its time.
    ended_by: Option<String>,
}

/// The silences in force, those that end first before all others, and those that will begin.
pub(super) async fn silences(
    store: &dyn Store,
    settings: &Settings,
    now: Timestamp,
) -> Result<Silences, Error> {
    let windows = &settings.config.silences;
    let (begun, later): (Vec<Stored>, Vec<Stored>) =
        stored(store, now).await?.into_iter().partition(|silence| silence.covers(now));
    let in_force = windows.in_force(now).into_iter().map(Shown::of_window);
    let mut in_force: Vec<Shown> =
        in_force.chain(begun.into_iter().map(Shown::of_stored)).collect();
    in_force.sort_by_key(|silence| silence.until);
    let coming = windows.iter().filter_map(|window| Some((window, window.next(now)?)));
    let coming = coming.map(Shown::of_window);
    let mut coming: Vec<Shown> = coming.chain(later.into_iter().map(Shown::of_stored)).collect();
    coming.sort_by_key(|silence| silence.from);
    Ok(Silences { in_force, coming })
}

impl Shown {
    /// On one machine the configuration is a file, and the place has its name alone.
    fn name_the_file(&mut self) {
        if let Some(place) = &mut self.place
            && let Some(name) = place.strip_prefix(PART_PREFIX)
        {
            *place = name.to_owned();
        }
    }

    fn of_window((window, (from, until)): (&Window, Span)) -> Shown {
        let because = window.reason.clone();
        let because = because.unwrap_or_else(|| "a maintenance window".to_owned());
        let place = Some(window.place.clone());
        Shown { place, ..Shown::new(window.alarms.clone(), (from, until), because) }
    }

    /// One that was once, and is over.
    fn of_past_window(window: &Window) -> Shown {
        let span = match window.when {
            When::Once { from, until } => (from, until),
            When::Every { .. } => (Timestamp::MIN, Timestamp::MIN),
        };
        Shown::of_window((window, span))
    }

    fn of_stored(stored: Stored) -> Shown {
        let because = match &stored.because {
            Some(because) => format!("{} asked for it: {}", stored.by, mask_numbers(because)),
            None => format!("{} asked for it", stored.by),
        };
        let is_by_hand = !stored.globs.is_empty();
        let id = is_by_hand.then(|| stored.id());
        let span = (stored.begins(), stored.until);
        let Stored { globs, alarms, incident, ended_by, .. } = stored;
        let names = if is_by_hand { globs } else { alarms };
        Shown { incident, id, ended_by, ..Shown::new(names, span, because) }
    }

    fn new(mut alarms: Vec<String>, (from, until): Span, because: String) -> Shown {
        let more = alarms.len().saturating_sub(NAMED);
        alarms.truncate(NAMED);
        let (incident, place, id, ended_by) = (None, None, None, None);
        Shown { alarms, more, from, until, because, incident, place, id, ended_by }
    }
}
