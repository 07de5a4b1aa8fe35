//! The buttons of the pages of dead letters: send again, dismiss.

use shared::http::{Request, Response};
use shared::jobs::forward::replay;
use shared::storage::dead_letters::{self, DeadLetter, Listed, Progress};
use shared::storage::{MAX_TRANSACTION_ITEMS, Store};
use shared::{Error, Timestamp};

use super::MAX_LISTED;
use crate::Dashboard;

/// How many letters one form replays or dismisses, about; whoever presses again goes on.
const MAX_AT_ONCE: usize = 1_000;
/// How many letters one form replays of looks at most: as many as the page counts.
const MAX_PAGES: usize = MAX_LISTED / MAX_TRANSACTION_ITEMS;
/// Where letters are dismissed from: who has the password has no other name.
const ON_THE_PAGE: &str = "on the page";

/// Replays one dead letter (field `id`), or those that wait behind the cursor `after` (of the group `group`, if it is
/// there): to a page's script piece by piece with JSON, to a form as many as one answer may wait for, with the page again.
pub(crate) async fn replay(
    dashboard: &Dashboard,
    request: &Request,
    now: Timestamp,
) -> Result<Response, Error> {
    let Dashboard { settings, store, queue, .. } = dashboard;
    let config = settings.get(now).await?.config.clone();
    let (store, queue) = (store.as_ref(), queue.as_ref());
    let tasks = |letter: &DeadLetter| replay::replay(&config.routes, letter, now);
    dashboard.waiting.clear();
    if let Some(id) = request.field("id") {
        let kept = dead_letters::one(store, &id, now).await?.ok_or(Error::NotFound)?;
        let refused = dead_letters::replay(store, queue, &tasks, &kept, now).await?.err();
        let progress = Progress {
            replayed: usize::from(refused.is_none()),
            refused: usize::from(refused.is_some()),
            ..Progress::default()
        };
        return Ok(replayed(request, &progress, refused.as_deref(), now));
    }
    let (group, mut after) = (field(request, "group"), field(request, "after"));
    let group = group.as_deref();
    if request.wants_json() {
        let from = after.as_deref();
        let progress = dead_letters::replay_page(store, queue, &tasks, group, from, now).await?;
        return Ok(replayed(request, &progress, None, now));
    }
    let mut sum = Progress::default();
    for _ in 0..MAX_PAGES {
        let from = after.as_deref();
        let piece = dead_letters::replay_some(store, queue, &tasks, group, from, now).await?;
        sum.replayed += piece.replayed;
        sum.refused += piece.refused;
        after = piece.after;
        if after.is_none() || sum.replayed + sum.refused >= MAX_AT_ONCE {
            break;
        }
    }
    Ok(replayed(request, &sum, None, now))
}

/// The outcome of a replay so far: JSON for a script, else the page, which says what becomes of it.
fn replayed(
    request: &Request,
    progress: &Progress,
    reason: Option<&str>,
    now: Timestamp,
) -> Response {
    let since = now.as_millisecond();
    if request.wants_json() {
        let mut answer = serde_json::json!(progress);
        answer["since"] = since.into();
        if let Some(reason) = reason {
            answer["reason"] = reason.into();
        }
        return Response::json(200, &answer);
    }
    let refused = progress.refused;
    let page = format!("{}/dead-letters?since={since}&refused={refused}", request.mount);
    Response::see_other(&page)
}

/// Dismisses one dead letter (field `id`), or those of a group that wait (field `group`).
pub(crate) async fn dismiss(
    dashboard: &Dashboard,
    request: &Request,
    now: Timestamp,
) -> Result<Response, Error> {
    let store = dashboard.store.as_ref();
    dashboard.waiting.clear();
    let (count, left) = if let Some(id) = request.field("id") {
        match dead_letters::dismiss(store, &id, ON_THE_PAGE, now).await? {
            true => (1, 0),
            false => return Err(Error::NotFound),
        }
    } else if let Some(group) = field(request, "group") {
        dismiss_group(store, &group, now).await?
    } else {
        return Err(Error::BadRequest("neither `id` nor `group` says which letters".to_owned()));
    };
    if request.wants_json() {
        return Ok(Response::json(200, &serde_json::json!({ "dismissed": count, "left": left })));
    }
    let left = if left > 0 { format!("&left={left}") } else { String::new() };
    Ok(Response::see_other(&format!("{}/dead-letters?dismissed={count}{left}", request.mount)))
}

/// Dismisses those of a group that wait, the oldest first. Gives how many it were, and how many are left.
async fn dismiss_group(
    store: &dyn Store,
    group: &str,
    now: Timestamp,
) -> Result<(usize, usize), Error> {
    let (listed, _) = dead_letters::listed(store, MAX_LISTED, now).await?;
    let waiting: Vec<Listed> =
        listed.into_iter().filter(|letter| letter.is_of(Some(group))).collect();
    let (these, left) = waiting.split_at(waiting.len().min(MAX_AT_ONCE));
    dead_letters::dismiss_each(store, these, ON_THE_PAGE, now).await?;
    Ok((these.len(), left.len()))
}

/// A field of the form that is not empty.
fn field(request: &Request, name: &str) -> Option<String> {
    request.field(name).filter(|value| !value.is_empty())
}
