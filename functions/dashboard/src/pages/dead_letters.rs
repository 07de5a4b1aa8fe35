//! The page of dead letters: what could not be delivered, why, and the way to send it again.

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;
use shared::http::{Request, Response};
use shared::storage::dead_letters::{self, Progress, StoredLetter};
use shared::{Error, Timestamp, domain::text::mask_numbers};

use super::frame::frame;
use super::{SHOWN, render};
use crate::Dashboard;

#[derive(Serialize)]
struct Shown {
    id: String,
    job: String,
    channel: Option<String>,
    reason: String,
    at: String,
    replayed_at: Option<String>,
    lines: Vec<String>,
    body: String,
}

/// The dead letters, the newest first.
pub(crate) async fn list(
    dashboard: &Dashboard,
    request: &Request,
    signed_in: bool,
    now: Timestamp,
) -> Result<Response, Error> {
    let all = dead_letters::all(dashboard.store.as_ref(), now).await?;
    let open = all.iter().filter(|kept| kept.waits()).count();
    let more = all.len() > SHOWN;
    let letters: Vec<Shown> = all.into_iter().rev().take(SHOWN).map(shown).collect();
    let query = request.query.as_deref().unwrap_or_default();
    let notice = shared::http::form_fields(query.as_bytes())
        .into_iter()
        .find_map(|(name, value)| (name == "replayed").then(|| notice_of(&value)))
        .unwrap_or_default();
    let settings = dashboard.settings.get(now).await?;
    let facts = context! {
        letters => Serde(&letters), open, more, notice,
        ..frame(dashboard, &settings, ("Dead letters", "dead-letters"), signed_in, now).await?
    };
    render(dashboard, "dead-letters.html", facts)
}

fn shown(kept: StoredLetter) -> Shown {
    let lines = kept.letter.lines();
    let body = if lines.is_some() { String::new() } else { mask_numbers(&kept.letter.body) };
    Shown {
        id: kept.id,
        job: kept.letter.job,
        reason: kept.letter.reason,
        at: kept.letter.at.to_string(),
        replayed_at: kept.letter.replayed_at.map(|at| at.to_string()),
        channel: lines.as_ref().map(|lines| lines.channel.clone()),
        lines: lines
            .into_iter()
            .flat_map(|lines| lines.lines)
            .map(|line| mask_numbers(&plain(&line.text)))
            .collect(),
        body,
    }
}

/// Slack's escapes taken back: the page escapes for itself.
fn plain(mrkdwn: &str) -> String {
    mrkdwn.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Only numbers come back from the address: nobody can put words on this page with a link.
fn notice_of(counts: &str) -> String {
    let mut counts = counts.split('-').map(|count| count.parse::<usize>().unwrap_or_default());
    let (replayed, refused) =
        (counts.next().unwrap_or_default(), counts.next().unwrap_or_default());
    match refused {
        0 => format!("{replayed} sent again."),
        _ => format!(
            "{replayed} sent again, {refused} cannot be: what was wrong with them is still wrong."
        ),
    }
}

/// What became of a replay: JSON for a script, else the page again.
pub(crate) fn replayed(request: &Request, progress: &Progress, refused: Option<&str>) -> Response {
    if request.wants_json() {
        let mut told = serde_json::json!(progress);
        if let Some(reason) = refused {
            told["reason"] = reason.into();
        }
        return Response::json(200, &told);
    }
    let Progress { replayed, refused, .. } = progress;
    Response::see_other(&format!("{}/dead-letters?replayed={replayed}-{refused}", request.mount))
}
