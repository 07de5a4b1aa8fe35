//! `GET /live`: a page follows what happens, by server-sent events.
//!
//! API Gateway does not stream, so an answer is short and ends at once: the browser asks again after a second, and says
//! with `Last-Event-ID` what it shows already. The event is the very HTML that the page itself is made of.

use sha2::{Digest, Sha256};
use shared::http::{Request, Response, form_fields};
use shared::{Error, Timestamp};

use crate::Dashboard;
use crate::pages::incidents;

/// After how many milliseconds the browser asks again.
const RETRY: u32 = 1_000;

/// The live part of the page that the query names: `incidents`, or `incident=ID`.
pub(crate) async fn answer(
    dashboard: &Dashboard,
    request: &Request,
    now: Timestamp,
) -> Result<Response, Error> {
    let query = request.query.as_deref().unwrap_or_default();
    let Some((name, value)) = form_fields(query.as_bytes()).into_iter().next() else {
        return Err(Error::NotFound);
    };
    let html = match name.as_str() {
        "incidents" => incidents::live_list(dashboard, now).await?,
        "incident" => incidents::live_one(dashboard, &value, now).await?.ok_or(Error::NotFound)?,
        _ => return Err(Error::NotFound),
    };
    Ok(event(&html, request.header("last-event-id")))
}

/// One event with this HTML, or nothing new if that is what the browser has.
fn event(html: &str, has: Option<&str>) -> Response {
    let id = shared::hex(&Sha256::digest(html)[..12]);
    let mut stream = format!("retry: {RETRY}\n");
    if has == Some(id.as_str()) {
        stream += ": nothing new\n";
    } else {
        stream += &format!("id: {id}\n");
        // Each of these ends a line of the stream, wherever it comes from: an alarm's name must not speak for us.
        for line in html.replace("\r\n", "\n").split(['\r', '\n']) {
            stream += "data: ";
            stream += line;
            stream.push('\n');
        }
    }
    stream.push('\n');
    Response::of(200, "text/event-stream", stream)
        .with("cache-control", "no-store")
        .with("x-content-type-options", "nosniff")
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
