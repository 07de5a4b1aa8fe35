//! The answer to a scrape, in the format and the encoding that it asks for.

use std::sync::Arc;

use shared::domain::metrics::Samples;
use shared::domain::metrics::exposition::{Format, write};
use shared::http::packed::packed;
use shared::http::{Request, Response};

/// Writes all metrics with these values.
pub(crate) fn respond(request: &Request, samples: Arc<Samples>) -> Response {
    let format = Format::wanted(request.header("accept"));
    let text = write(samples, format);
    let response = packed(request, Response::of(200, format.content_type(), text));
    response.with("vary", "accept, accept-encoding")
}
