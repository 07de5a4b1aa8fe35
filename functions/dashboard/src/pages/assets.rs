//! The pages' own files: styles, scripts, icons, and the manifest of a page that is kept on a home screen.

use shared::Error;
use shared::http::Response;
use studio::draw;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const PNG: &str = "image/png";

/// The path of each file, its type, and what is in it.
const FILES: [(&str, &str, &[u8]); 17] = [
    ("/assets/style.css", CSS, include_bytes!("../../assets/style.css")),
    ("/assets/numbers.css", CSS, include_bytes!("../../assets/numbers.css")),
    ("/assets/incidents.css", CSS, include_bytes!("../../assets/incidents.css")),
    ("/assets/on-call.css", CSS, include_bytes!("../../assets/on-call.css")),
    ("/assets/live.css", CSS, include_bytes!("../../assets/live.css")),
    ("/assets/studio.css", CSS, include_bytes!("../../assets/studio.css")),
    ("/assets/flow-graph.css", CSS, draw::STYLE.as_bytes()),
    ("/assets/dead-letters.js", JS, include_bytes!("../../assets/dead-letters.js")),
    ("/assets/live.js", JS, include_bytes!("../../assets/live.js")),
    ("/assets/times.js", JS, include_bytes!("../../assets/times.js")),
    ("/assets/silences.js", JS, include_bytes!("../../assets/silences.js")),
    ("/assets/replay.js", JS, include_bytes!("../../assets/replay.js")),
    ("/assets/favicon.svg", "image/svg+xml", include_bytes!("../../assets/favicon.svg")),
    ("/assets/touch-icon.png", PNG, include_bytes!("../../assets/touch-icon.png")),
    ("/assets/icon-192.png", PNG, include_bytes!("../../assets/icon-192.png")),
    ("/assets/icon-512.png", PNG, include_bytes!("../../assets/icon-512.png")),
    (
        "/assets/manifest.webmanifest",
        "application/manifest+json",
        include_bytes!("../../assets/manifest.webmanifest"),
    ),
];

/// The file at this path.
///
/// # Errors
/// There is none.
pub(crate) fn asset(path: &str) -> Result<Response, Error> {
    let (_, content_type, body) =
        FILES.iter().find(|(at, ..)| *at == path).ok_or(Error::NotFound)?;
    Ok(Response::of(200, content_type, *body).with("cache-control", "max-age=300"))
}
