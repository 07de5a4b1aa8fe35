//! A request as it arrives: found in the tables of endpoints by its head, then read up to its endpoint's limit.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::http::request::Parts;
use shared::Error;
use shared::http::Request;
use shared::http::endpoints::Body;
use tokio::time::timeout_at;

use super::connections::{SMALL_BODY, Ticket};
use crate::Target;

/// A request that is not answered by its endpoint.
pub(super) struct Refused {
    pub(super) error: Error,
    /// The client is still sending: the connection cannot be used again.
    pub(super) unfinished: bool,
    /// The request without its body, if somebody sees the answer in a browser.
    pub(super) by_browser: Option<Request>,
}

/// Reads a whole request. What comes of one that is refused is thrown away.
pub(super) async fn read(
    request: hyper::Request<Incoming>,
    peer: &str,
    ticket: &Arc<Ticket>,
    throw_away: Duration,
) -> Result<(Target, Request), Refused> {
    let deadline = ticket.head_arrived();
    let (head, mut body) = request.into_parts();
    let is_ambiguous = ticket.head_states_two_lengths();
    let found = if is_ambiguous {
        let what = "Content-Length and Transfer-Encoding exclude each other";
        Err(Error::BadRequest(what.to_owned()))
    } else {
        Target::find(head.method.as_str(), head.uri.path()).and_then(|target| {
            target.body().check_length(body.size_hint().lower()).map(|()| target)
        })
    };
    let read = match found {
        Ok(target) => {
            let collected = tokio::select! {
                collected = timeout_at(deadline, collect(&mut body, target.body(), ticket)) => collected,
                () = ticket.body_given_up() => Ok(Err(Error::TooBusy)),
            };
            collected.unwrap_or(Err(Error::TooSlow)).map(|bytes| (target, bytes))
        }
        Err(error) => Err(error),
    };
    let (target, bytes) = match read {
        Ok(read) => read,
        Err(error) => {
            // Nobody knows where a request of two lengths ends, so none can follow it.
            let unfinished = is_ambiguous || !body.is_end_stream();
            // Whoever waits for our word before sending a body sends none.
            if unfinished && !head.headers.contains_key("expect") {
                drain(body, throw_away);
            }
            let by_browser = Some(received(&head, peer, Bytes::new())).filter(Request::wants_page);
            return Err(Refused { error, unfinished, by_browser });
        }
    };
    ticket.request_arrived();
    Ok((target, received(&head, peer, bytes)))
}

/// A request of our own type, as it was received.
fn received(head: &Parts, peer: &str, body: Bytes) -> Request {
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), Bytes::copy_from_slice(value.as_bytes())));
    Request {
        method: head.method.as_str().to_owned(),
        mount: String::new(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: headers.collect(),
        body,
        peer: Some(peer.to_owned()),
    }
}

/// The whole body. It is copied, piece by piece: a slow client's few bytes would keep whole buffers otherwise.
async fn collect(body: &mut Incoming, limit: Body, ticket: &Ticket) -> Result<Bytes, Error> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Error::BadRequest("the body broke off".to_owned()))?;
        let Ok(data) = frame.into_data() else { continue };
        let length = bytes.len() + data.len();
        limit.check_length(length as u64)?;
        if length > SMALL_BODY {
            ticket.hold_large_body().await;
        }
        bytes.extend_from_slice(&data);
    }
    limit.check(&bytes)?;
    Ok(Bytes::from(bytes))
}

/// Reads what still comes of a refused body, and keeps none of it: a client that is still sending would not see the
/// answer otherwise.
fn drain(mut body: Incoming, timeout: Duration) {
    tokio::spawn(tokio::time::timeout(timeout, async move {
        while let Some(Ok(_)) = body.frame().await {}
    }));
}
