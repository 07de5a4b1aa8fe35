//! `GET /live`: a page follows what happens, by server-sent events.
//!
//! API Gateway does not stream, so an answer is short and ends at once: the browser asks again after a second, and says
//! with `Last-Event-ID` what it shows already. The event is the very HTML that the page itself is made of; of the pages
//! of Studio it is what has changed of it ([`crate::parts`]).

use sha2::{Digest, Sha256};
use shared::http::{Request, Response, form_fields};
use shared::{Error, Timestamp};

use crate::pages::{home, incidents, studio};
use crate::{Dashboard, Viewer};

/// After how many milliseconds the browser asks again.
const RETRY: u32 = 1_000;

/// The live part of the page that the query names: `incidents`, `incident=ID`, or `studio` and `studio=SID` with what
/// the page's own query says. `has` says the same as `Last-Event-ID`, for a page that follows anew.
pub(crate) async fn answer(
    dashboard: &Dashboard,
    request: &Request,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<Response, Error> {
    let query = request.query.as_deref().unwrap_or_default();
    let fields = form_fields(query.as_bytes());
    let Some((name, value)) = fields.first() else {
        return Err(Error::NotFound);
    };
    let asked = fields.iter().find(|(name, _)| name == "has").map(|(_, has)| has.as_str());
    let has = request.header("last-event-id").or(asked);
    let html = match name.as_str() {
        "incidents" => home::live(dashboard, now).await?,
        "incident" => {
            incidents::live_one(dashboard, value, viewer, now).await?.ok_or(Error::NotFound)?
        }
        "studio" if value.is_empty() => {
            let change =
                studio::live_list(dashboard, &fields, has.unwrap_or_default(), now).await?;
            return Ok(stream(&change.id, change.html.as_deref()));
        }
        "studio" => {
            let has = has.unwrap_or_default();
            let change = studio::live_flow(dashboard, value, &fields, has, now).await?;
            return Ok(stream(&change.id, change.html.as_deref()));
        }
        _ => return Err(Error::NotFound),
    };
    Ok(event(&html, has))
}

/// One event with this HTML, or nothing new if that is what the browser has.
pub(crate) fn event(html: &str, has: Option<&str>) -> Response {
    let id = shared::hex(&Sha256::digest(html)[..12]);
    stream(&id, (has != Some(id.as_str())).then_some(html))
}

/// One event of this id with this HTML, or word that there is nothing new.
fn stream(id: &str, html: Option<&str>) -> Response {
    let mut stream = format!("retry: {RETRY}\n");
    if let Some(html) = html {
        stream += &format!("id: {id}\n");
        // Each of these ends a line of the stream, wherever it comes from: an alarm's name must not speak for us.
        for line in html.replace("\r\n", "\n").split(['\r', '\n']) {
            stream += "data: ";
            stream += line;
            stream.push('\n');
        }
    } else {
        stream += ": nothing new\n";
    }
    stream.push('\n');
    Response::of(200, "text/event-stream", stream).with("cache-control", "no-store")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(response: &Response) -> &str {
        std::str::from_utf8(&response.body).unwrap()
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let first = event("<p>\n</p>", None);
        let id = text(&first).lines().find_map(|line| line.strip_prefix("id: ")).unwrap();
        assert_eq!(text(&first), format!("retry: 1000\nid: {id}\ndata: <p>\ndata: </p>\n\n"));
        let again = event("<p>\n</p>", Some(id));
        assert_eq!(text(&again), "retry: 1000\n: nothing new\n\n");
        assert!(text(&event("<b></b>", Some(id))).contains("data: <b></b>\n\n"));
    }

    #[test]
    fn no_text_ends_a_line_of_the_stream() {
        let sent = event("a\rid: 1\n\nevent: x\r\nretry: 1", None);
        let lines: Vec<&str> = text(&sent).split(['\r', '\n']).skip(2).collect();
        assert_eq!(
            lines,
            ["data: a", "data: id: 1", "data: ", "data: event: x", "data: retry: 1", "", ""]
        );
    }
}
