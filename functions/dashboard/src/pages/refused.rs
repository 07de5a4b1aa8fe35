//! The page for a request that is refused, or cannot be answered: what is wrong in words, what to do, and the way
//! back.

use minijinja::{Value, context};
use shared::http::{Request, Response};
use shared::start_token::is_own_path;
use shared::{Error, Timestamp};

use super::frame::frame;
use super::render;
use crate::{Dashboard, Viewer};

/// The page for an answer that a script gets as it is: with the same status. Whoever may not see the pages (`viewer` is
/// `None`) sees nothing of them around it; nor does anybody while the store does not answer.
pub(crate) async fn page(
    dashboard: &Dashboard,
    request: &Request,
    response: Response,
    viewer: Option<&Viewer>,
    now: Timestamp,
) -> Response {
    let status = response.status;
    let Some((title, advice)) = explanation(status, &request.method) else { return response };
    let framed = match viewer {
        Some(viewer) => framed(dashboard, title, viewer, now).await.ok(),
        None => None,
    };
    let bare = || context! { title, page => "login", signed_in => false };
    let frame = framed.unwrap_or_else(bare);
    let facts = context! { advice, detail => detail(&response), back => back(request), ..frame };
    match render(dashboard, "refused.html", facts) {
        Ok(page) => {
            let allow = response.headers.into_iter().find(|(name, _)| *name == "allow");
            let page = Response { status, ..page };
            allow.into_iter().fold(page, |page, (name, value)| page.with(name, value))
        }
        Err(_) => response,
    }
}

async fn framed(
    dashboard: &Dashboard,
    title: &str,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Value, Error> {
    let settings = dashboard.settings.get(now).await?;
    frame(dashboard, &settings, (title, "refused"), viewer, now).await
}

/// What a status means for a request of this method, and what to do.
fn explanation(status: u16, method: &str) -> Option<(&'static str, &'static str)> {
    Some(match status {
        400 => ("That cannot be understood", "Something in the address or the form is wrong."),
        403 => (
            "Nothing was done",
            "The request came from a page of another site. If you meant it, open the page here and press its button.",
        ),
        404 => (
            "There is no such page",
            "Part of the address may be missing, or what was here is no longer kept.",
        ),
        405 if !matches!(method, "GET" | "HEAD") => (
            "Nothing was done",
            "This address does not take what was sent. If a button led here, the page with it may be older than Ringdown is now.",
        ),
        405 => (
            "There is nothing to see here",
            "This address takes what a button or another program sends. It cannot be opened by itself.",
        ),
        413 => ("That is too much", "The form is larger than this page takes."),
        503 => ("Ringdown cannot answer right now", "Try again in a moment."),
        _ => return None,
    })
}

/// The reason that a script is told, where it says more.
fn detail(response: &Response) -> Option<String> {
    let says_more = matches!(response.status, 400 | 413 | 503);
    let text = std::str::from_utf8(&response.body).ok().filter(|_| says_more)?.trim();
    let text = text.strip_prefix("bad request: ").unwrap_or(text);
    (text != "try again later").then(|| text.to_owned())
}

/// The page of ours that the person came from, if it is another one, or had the form that was refused.
fn back(request: &Request) -> Option<String> {
    let (_, referer) = request.header("referer")?.split_once("://")?;
    let path = referer.strip_prefix(request.header("host")?)?;
    let is_form = request.method == "POST";
    let is_other = (is_form || path.split('?').next() != Some(&request.path)) && path != "/";
    (is_other && is_own_path(path)).then(|| path.to_owned())
}
