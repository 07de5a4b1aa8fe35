//! The buttons of the pages of dead letters: send again, dismiss.

use shared::http::{Request, Response};
use shared::jobs::forward::replay;
use shared::storage::dead_letters::{self, DeadLetter, Progress};
use shared::{Error, Timestamp};

use crate::Dashboard;

/// How many pages of dead letters one form replays or dismisses at most; whoever presses again goes on.
const MAX_PAGES: usize = 10;
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
    let mut sum = Progress::default();
    for piece in 1.. {
        let is_last = request.wants_json() || piece == MAX_PAGES;
        let (group, from) = (group.as_deref(), after.as_deref());
        let piece = dead_letters::replay_page(store, queue, &tasks, group, from, now).await?;
        sum = Progress {
            replayed: sum.replayed + piece.replayed,
            refused: sum.refused + piece.refused,
            ..piece
        };
        if is_last || sum.after.is_none() {
            break;
        }
        after = sum.after.clone();
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
    let count = if let Some(id) = request.field("id") {
        match dead_letters::dismiss(store, &id, ON_THE_PAGE, now).await? {
            true => 1,
            false => return Err(Error::NotFound),
        }
    } else if let Some(group) = field(request, "group") {
        let (mut count, mut after) = (0, None);
        for _ in 0..MAX_PAGES {
            let (group, from) = (Some(&*group), after.as_deref());
            let page = dead_letters::dismiss_page(store, group, ON_THE_PAGE, from, now).await?;
            count += page.0;
            after = page.1;
            if after.is_none() {
                break;
            }
        }
        count
    } else {
        return Err(Error::BadRequest("neither `id` nor `group` says which letters".to_owned()));
    };
    if request.wants_json() {
        return Ok(Response::json(200, &serde_json::json!({ "dismissed": count })));
    }
    Ok(Response::see_other(&format!("{}/dead-letters?dismissed={count}", request.mount)))
}

/// A field of the form that is not empty.
fn field(request: &Request, name: &str) -> Option<String> {
    request.field(name).filter(|value| !value.is_empty())
}
