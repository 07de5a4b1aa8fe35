//! "Who takes over?": the form, what it sends, and what becomes of it.

use serde::Serialize;
use shared::config::Settings;
use shared::domain::schedule::{
    Asked as TakeOver, MAX_AHEAD, MAX_LENGTH, Moment, Schedule, StoredOverrides,
};
use shared::http::{Request, Response};
use shared::jobs::escalate::overrides::Place;
use shared::{Error, SignedDuration, TimeZone, Timestamp};

use super::asked::{Asked, zone};
use crate::{Dashboard, Viewer};

/// The longest time that is filled in for a shift that has no end.
const USUAL: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The form as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Form {
    pub(super) schedule: String,
    pub(super) person: String,
    /// By the clock of `zone`: `2026-11-23T09:00`.
    pub(super) from: String,
    pub(super) until: String,
    /// The moments that were filled in: they count while the words are as they were. By the clock alone an hour may come
    /// twice.
    pub(super) from_at: String,
    pub(super) until_at: String,
    pub(super) zone: String,
    /// The people on call then, as it is.
    pub(super) instead: String,
    /// The overrides of this time that people made before: they will lie below.
    pub(super) covers: Vec<String>,
    pub(super) error: Option<String>,
}

fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// Whether somebody may take over some of a shift of these bounds: it is not over, and near enough.
pub(super) fn may_take_over((from, until): (Timestamp, Timestamp), now: Timestamp) -> bool {
    now < until && from < now.checked_add(MAX_AHEAD).unwrap_or(Timestamp::MAX)
}

impl Form {
    /// The form for a shift: filled in with what is left of it, as much as may be taken over. `None` if nothing may.
    pub(super) fn of_shift(
        schedule: &Schedule,
        at: Timestamp,
        clock: &TimeZone,
        now: Timestamp,
    ) -> Option<Form> {
        let shift = schedule.on_call(at);
        let from = shift.from.max(at).max(now);
        if !may_take_over((from, shift.until), now) {
            return None;
        }
        let behind = |at: Timestamp, long| at.checked_add(long).unwrap_or(Timestamp::MAX);
        let is_for_good = shift.until == Timestamp::MAX;
        let until = if is_for_good { behind(from, USUAL) } else { shift.until };
        let until = until.min(behind(from, MAX_LENGTH)).min(behind(now, MAX_AHEAD));
        Some(Form {
            schedule: schedule.name.clone(),
            from: local(from, clock),
            until: local(until, clock),
            from_at: from.to_string(),
            until_at: until.to_string(),
            zone: clock.iana_name().unwrap_or("UTC").to_owned(),
            instead: shift.people.join(", "),
            ..Form::default()
        })
    }

    /// What a request has sent.
    fn sent(request: &Request) -> Form {
        let field = |name: &str| request.field(name).unwrap_or_default();
        Form {
            schedule: field("schedule"),
            person: field("person"),
            from: field("from"),
            until: field("until"),
            from_at: field("from_at"),
            until_at: field("until_at"),
            zone: field("clock"),
            ..Form::default()
        }
    }

    /// What it asks for.
    fn asked(&self) -> Result<TakeOver, String> {
        let clock = zone(&self.zone).ok_or("There is no such clock.")?;
        let moment = |name: &str, text: &str, filled_in: &str| {
            let filled_in = filled_in.parse().ok().filter(|at| local(*at, &clock) == text);
            if let Some(at) = filled_in {
                return Ok(at);
            }
            let read = Moment::parse(text).map(|moment| moment.in_zone(&clock));
            read.ok_or_else(|| format!("{name}: expected a time like 2026-12-24T18:00."))
        };
        let (from, until) = (
            moment("From", &self.from, &self.from_at)?,
            moment("Until", &self.until, &self.until_at)?,
        );
        if self.person.is_empty() {
            return Err("Choose who takes over.".to_owned());
        }
        Ok(TakeOver { schedule: self.schedule.clone(), person: self.person.clone(), from, until })
    }

    /// The same, with what people have said of this time before.
    pub(super) fn with_covered(self, stored: &StoredOverrides, now: Timestamp) -> Form {
        let Ok(asked) = (Form { person: "anybody".to_owned(), ..self.clone() }).asked() else {
            return self;
        };
        let covered = stored.overrides.iter().filter(|over| {
            let overlaps = over.from < asked.until && asked.from < over.until;
            over.removed.is_none()
                && over.schedule == asked.schedule
                && overlaps
                && now < over.until
        });
        Form { covers: covered.map(|over| over.person.clone()).collect(), ..self }
    }
}

/// The outcome of a form that was sent.
pub(super) enum Sent {
    /// It is done.
    Done(Response),
    /// It is not, and the form says why.
    Again(Form),
}

fn place<'a>(dashboard: &'a Dashboard, settings: &'a Settings, by: &'a str) -> Place<'a> {
    let (store, queue) = (dashboard.store.as_ref(), dashboard.queue.as_ref());
    Place { store, queue, config: &settings.config, by }
}

/// Where a form leads back to: the days and the clock that were shown.
pub(super) fn back(request: &Request) -> Asked {
    let fields = ["week", "zone"].map(|name| (name, request.field(name).unwrap_or_default()));
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    Asked::of(&query.finish())
}

/// Has somebody take over.
pub(super) async fn take_over(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Sent, Error> {
    let settings = dashboard.settings.get(now).await?;
    let form = Form::sent(request);
    let asked = match form.asked() {
        Ok(asked) => asked,
        Err(error) => return Ok(Sent::Again(Form { error: Some(error), ..form })),
    };
    let asker = viewer.asker();
    let taken = place(dashboard, &settings, asker.name()).take_over(&asked, now).await?;
    dashboard.on_call.clear();
    match taken {
        Err(why) => Ok(Sent::Again(Form { error: Some(why.text().to_owned()), ..form })),
        Ok(made) if request.wants_json() => Ok(Sent::Done(Response::json(200, &made))),
        Ok(made) => {
            let there = back(request).path(&[("made", &made.id)]);
            Ok(Sent::Done(Response::see_other(&format!("{}{there}", request.mount))))
        }
    }
}

/// Takes back that somebody takes over. What is not there any more is removed already.
pub(super) async fn remove(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let id = request.field("id").unwrap_or_default();
    let asker = viewer.asker();
    let removed = place(dashboard, &settings, asker.name()).remove(&id, now).await?;
    dashboard.on_call.clear();
    if request.wants_json() {
        let removed = removed.ok_or(Error::NotFound)?;
        return Ok(Response::json(200, &removed));
    }
    let there = back(request).path(&[("removed", &id)]);
    Ok(Response::see_other(&format!("{}{there}", request.mount)))
}
