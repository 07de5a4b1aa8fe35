//! The pages of dead letters: what could not be delivered, why, and what became of it.
//!
//! `post`: send again, dismiss. `groups`: letters by their reason. `shown`: one letter. `sent`: what became of a replay.

mod groups;
mod post;
mod sent;
mod shown;

use std::collections::HashMap;

use minijinja::value::Serde;
use minijinja::{Value, context};
use shared::http::{Request, Response, form_fields};
use shared::storage::dead_letters::{self, Listed};
use shared::{Error, Timestamp};

use super::frame::frame;
use super::render;
use crate::{Dashboard, Viewer};
use groups::{Group, grouped, page_of};
pub(crate) use post::{dismiss, replay};
use sent::Sent;
use shown::Shown;

/// How many letters are listed at most, with those that are only counted.
const MAX_LISTED: usize = 10_000;
/// How many groups a page shows, …
const GROUPS: usize = 12;
/// … and how many letters of each: 2 KB of each letter at most, and 72 KB in all.
const LETTERS_OF_A_GROUP: usize = 3;
/// How many letters the page of one group shows.
const LETTERS: usize = GROUPS * LETTERS_OF_A_GROUP;

/// What the address of the page asks for. Only numbers of it are shown: nobody can put words on this page with a link.
#[derive(Default)]
struct Asked {
    /// Which group alone.
    group: Option<String>,
    /// Which page of it, or of the groups, from 1.
    page: usize,
    /// Since when letters were sent again.
    since: Option<Timestamp>,
    /// How many could not be.
    refused: usize,
    /// How many were dismissed, …
    dismissed: Option<usize>,
    /// … and how many of their group were too many for once.
    left: usize,
}

impl Asked {
    fn of(request: &Request) -> Asked {
        let mut asked = Asked { page: 1, ..Asked::default() };
        for (name, value) in form_fields(request.query.as_deref().unwrap_or_default().as_bytes()) {
            let number = value.parse::<usize>().ok();
            match name.as_str() {
                "group" => asked.group = Some(value),
                "page" => asked.page = number.unwrap_or(1).max(1),
                "since" => {
                    let since = value.parse().ok().map(Timestamp::from_millisecond);
                    asked.since = since.and_then(Result::ok);
                }
                "refused" => asked.refused = number.unwrap_or_default(),
                "dismissed" => asked.dismissed = number,
                "left" => asked.left = number.unwrap_or_default(),
                _ => {}
            }
        }
        asked
    }

    /// The address of another page of the same.
    fn to_page(&self, page: usize) -> String {
        let group = self.group.as_ref().map(|group| {
            let group: String = group.chars().filter(char::is_ascii_alphanumeric).collect();
            format!("group={group}&")
        });
        format!("/dead-letters?{}page={page}", group.unwrap_or_default())
    }
}

/// The dead letters by their reasons, those that wait first; or the letters of one reason, the newest first. To a script
/// how many wait, and what became of those that were sent again.
pub(crate) async fn list(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let asked = Asked::of(request);
    let store = dashboard.store.as_ref();
    let (listed, is_more) = dead_letters::listed(store, MAX_LISTED, now).await?;
    let sent = asked.since.map(|since| Sent::count(&listed, since));
    let notice = match (sent, asked.dismissed) {
        (Some(sent), _) => sent.sentence(asked.refused),
        (None, Some(count)) if asked.left > 0 => {
            format!("{count} dismissed, {} are left: press again to go on.", asked.left)
        }
        (None, Some(count)) => format!("{count} dismissed."),
        (None, None) => String::new(),
    };
    let open = listed.iter().filter(|letter| letter.summary.waits()).count();
    if request.wants_json() {
        let pending = sent.map_or(0, |sent| sent.pending);
        let facts = serde_json::json!({ "waiting": open, "pending": pending, "text": notice });
        return Ok(Response::json(200, &facts).with("cache-control", "no-store"));
    }
    let mut groups = grouped(listed, asked.group.as_deref());
    let is_one = asked.group.is_some();
    let (count, on_page) = match (is_one, groups.first()) {
        (true, Some(group)) => (group.letters.len(), LETTERS),
        _ => (groups.len(), GROUPS),
    };
    match is_one {
        true => {
            groups.iter_mut().for_each(|group| page_of(&mut group.letters, asked.page, LETTERS))
        }
        false => {
            page_of(&mut groups, asked.page, GROUPS);
            groups.iter_mut().for_each(|group| group.letters.truncate(LETTERS_OF_A_GROUP));
        }
    }
    let groups = with_bodies(dashboard, groups, now).await?;
    let settings = dashboard.settings.get(now).await?;
    let facts = context! {
        groups, open, is_more, notice, is_one,
        sent => sent.map(|sent| context! { pending => sent.pending }),
        since => asked.since.map(|since| since.as_millisecond()), refused => asked.refused,
        newer => (asked.page > 1).then(|| asked.to_page(asked.page - 1)),
        older => (count > asked.page.saturating_mul(on_page)).then(|| asked.to_page(asked.page + 1)),
        ..frame(dashboard, &settings, ("Dead letters", "dead-letters"), viewer, now).await?
    };
    render(dashboard, "dead-letters.html", facts)
}

/// The groups for the page: the letters that they have left, with the beginnings of their bodies.
async fn with_bodies(
    dashboard: &Dashboard,
    groups: Vec<Group>,
    now: Timestamp,
) -> Result<Vec<Value>, Error> {
    let ids: Vec<&str> =
        groups.iter().flat_map(|group| &group.letters).map(|letter| letter.id.as_str()).collect();
    let mut whole: HashMap<String, Shown> = HashMap::new();
    for ids in ids.chunks(LETTERS_OF_A_GROUP) {
        for kept in dead_letters::whole(dashboard.store.as_ref(), ids, now).await? {
            whole.insert(kept.id.clone(), Shown::beginning(kept));
        }
    }
    let group = |group: &Group| {
        let letters = group.letters.iter().map(|letter: &Listed| letter.id.as_str());
        let letters: Vec<&Shown> = letters.filter_map(|id| whole.get(id)).collect();
        context! { letters => Serde(&letters), ..Value::from(Serde(group)) }
    };
    Ok(groups.iter().map(group).collect())
}

/// One letter, with all of its body.
pub(crate) async fn one(
    dashboard: &Dashboard,
    id: &str,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let settings = dashboard.settings.get(now).await?;
    let kept = dead_letters::one(dashboard.store.as_ref(), id, now).await?;
    let is_found = kept.is_some();
    let facts = context! {
        letter => kept.map(|kept| Value::from(Serde(&Shown::whole(kept)))),
        ..frame(dashboard, &settings, ("Dead letter", "dead-letter"), viewer, now).await?
    };
    let page = render(dashboard, "dead-letter.html", facts)?;
    Ok(Response { status: if is_found { 200 } else { 404 }, ..page })
}
