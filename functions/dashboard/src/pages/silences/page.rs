//! `/silences`: those in force, to come and over; a new one, with what it takes; and the end of one.

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;
use shared::domain::schedule::Moment;
use shared::domain::silence::{Lasting, MAX_GLOBS, Stored, Unfit, read_globs};
use shared::http::{Request, Response};
use shared::jobs::escalate::acts::reason;
use shared::jobs::escalate::silences::{
    MAX_MANUAL_SILENCES, over, request_end, request_silence, stored,
};
use shared::{Error, TimeZone, Timestamp};

use super::super::frame::frame;
use super::super::zone::time_zone;
use super::super::{render, text};
use super::preview::{Preview, preview};
use super::{Shown, silences};
use crate::{Dashboard, Viewer};

/// How long one lasts, if nothing else is said.
const USUAL_LENGTH: &str = "1h";

/// How many silences that are over are shown.
const MAX_OVER: usize = 50;

/// What somebody typed, as the form shows it again.
#[derive(Debug, Default, Serialize)]
struct Typed {
    alarms: String,
    from: String,
    lasting: String,
    until: String,
    reason: String,
}

/// The page. What was asked for a moment ago is said.
pub(crate) async fn page(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let asked = match request.query.as_deref() {
        Some("asked=silence") => {
            "Requested. The silence will show up here and in Slack in a moment."
        }
        Some("asked=end") => "Requested. The silence will end in a moment, and Slack will be told.",
        Some("asked=gone") => "Nothing was done: that silence is over already.",
        _ => "",
    };
    shown(dashboard, viewer, (&Typed::default(), None, asked, None), now).await
}

/// Takes the form of a new one: `do=preview` shows what it takes, `do=make` asks for it.
pub(crate) async fn post(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let field = |name: &str| request.field(name).unwrap_or_default();
    let typed = Typed {
        alarms: field("alarms"),
        from: field("from"),
        lasting: field("for"),
        until: field("until"),
        reason: field("reason"),
    };
    let store = dashboard.store.as_ref();
    if field("do") != "make" {
        let globs: Vec<&str> = typed.alarms.lines().collect();
        let (found, error) = match read_globs(&globs) {
            Ok(globs) => (Some(preview(store, &globs, now).await?), None),
            Err(unfit) => (None, Some(in_words(&unfit))),
        };
        // A script shows it beside the form.
        if field("part") == "preview" {
            let facts = context! { preview => found.map(Serde), error };
            let part = text("silences-preview.html", facts)?;
            return Ok(Response::of(200, "text/html; charset=utf-8", part)
                .with("cache-control", "no-store"));
        }
        return shown(dashboard, viewer, (&typed, error, "", found), now).await;
    }
    let made = match read(&typed, &field("zone"), viewer, now) {
        Ok(_) if count(dashboard, now).await? >= MAX_MANUAL_SILENCES => Err(format!(
            "There are {MAX_MANUAL_SILENCES} silences made by hand already: end one first, or write it into the configuration."
        )),
        read => read,
    };
    match made {
        Ok(silence) => {
            request_silence(dashboard.queue.as_ref(), silence).await?;
            Ok(Response::see_other(&format!("{}/silences?asked=silence#asked", request.mount)))
        }
        Err(wrong) => shown(dashboard, viewer, (&typed, Some(wrong), "", None), now).await,
    }
}

/// Ends one that was made by hand.
pub(crate) async fn end(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let id = request.field("id").unwrap_or_default();
    let kept = stored(dashboard.store.as_ref(), now).await?;
    let found = kept.iter().find(|silence| !silence.globs.is_empty() && silence.id() == id);
    let asked = match found {
        Some(silence) => {
            request_end(dashboard.queue.as_ref(), silence, viewer.asker().name()).await?;
            "end"
        }
        None => "gone",
    };
    Ok(Response::see_other(&format!("{}/silences?asked={asked}#asked", request.mount)))
}

async fn count(dashboard: &Dashboard, now: Timestamp) -> Result<usize, Error> {
    let kept = stored(dashboard.store.as_ref(), now).await?;
    Ok(kept.iter().filter(|silence| !silence.globs.is_empty()).count())
}

/// The silence that the form asks for; times without an offset are by the clock of `zone`.
fn read(typed: &Typed, zone: &str, viewer: &Viewer, now: Timestamp) -> Result<Stored, String> {
    let zone = if zone.is_empty() { TimeZone::UTC } else { time_zone(zone)? };
    let moment = |name: &str, text: &str| match text.trim() {
        "" => Ok(None),
        text => match Moment::parse(text) {
            Some(moment) => Ok(Some(moment.in_zone(&zone))),
            None => Err(format!("{name}: that is no moment such as 2026-01-31T09:00.")),
        },
    };
    let (from, ends) = (moment("From", &typed.from)?, moment("Until", &typed.until)?);
    let begins = from.filter(|from| *from > now).unwrap_or(now);
    let lasting = if typed.lasting.is_empty() { USUAL_LENGTH } else { &typed.lasting };
    let ends = ends.or_else(|| Lasting::parse(lasting)?.until(&zone, begins));
    let ends = ends.ok_or("For: expected 30m, 1h, 4h or morning, or a time in Until.")?;
    let because = reason(&typed.reason);
    let globs: Vec<&str> = typed.alarms.lines().collect();
    let by = viewer.asker();
    let silence = Stored::of_globs(&globs, (from, ends), (by.name(), because), now);
    silence.map_err(|unfit| in_words(&unfit))
}

fn in_words(unfit: &Unfit) -> String {
    match unfit {
        Unfit::NoGlobs => "Name an alarm, or a glob such as prod-*.".to_owned(),
        Unfit::TooManyGlobs => format!("A silence has {MAX_GLOBS} globs at most."),
        Unfit::LongGlob => "A glob has 256 characters at most: no name is longer.".to_owned(),
        Unfit::Over => "Until must be after From, and in the future.".to_owned(),
        Unfit::TooLong => {
            "A silence lasts 31 days at most, and begins within 31 days: a longer one belongs in the configuration."
                .to_owned()
        }
    }
}

async fn shown(
    dashboard: &Dashboard,
    viewer: &Viewer,
    (typed, error, asked, found): (&Typed, Option<String>, &str, Option<Preview>),
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let store = dashboard.store.as_ref();
    let mut all = silences(store, &settings, now).await?;
    let windows = settings.config.silences.over(now).map(Shown::of_past_window);
    let mut past: Vec<Shown> = over(store, now).await?.into_iter().map(Shown::of_stored).collect();
    past.extend(windows);
    past.sort_by_key(|silence| std::cmp::Reverse(silence.until));
    past.truncate(MAX_OVER);
    if dashboard.settings.is_of_file() {
        let silences = all.in_force.iter_mut().chain(&mut all.coming).chain(&mut past);
        silences.for_each(Shown::name_the_file);
    }
    let status = if error.is_some() { 422 } else { 200 };
    let facts = context! {
        silences => Serde(&all), over => Serde(&past), typed => Serde(typed), error, asked,
        preview => found.map(Serde),
        ..frame(dashboard, &settings, ("Silences", "silences"), viewer, now).await?
    };
    Ok(Response { status, ..render(dashboard, "silences-page.html", facts)? })
}
