//! The port: HTTP/1.1 in, answers out.
//!
//! [`connections`]: how many there are, and how long each may take; `stream` tells of each when its bytes move; `head`:
//! what is looked at before hyper reads it;
//! `request`: what is read, and how much of it.

pub mod connections;
mod head;
mod request;
mod stream;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use shared::Error;
use shared::http::access_log::logged_path;
use shared::http::headers::hardened;
use shared::http::refusals::REFUSALS;
use shared::http::{Request, Response};
use tokio::net::{TcpListener, TcpStream};

use crate::{RouteError, Target};
use connections::{Connections, Limits, Ticket};
use request::{Refused, read};
use stream::Watched;

/// Answers a request at its endpoint.
pub type Handler =
    Arc<dyn Fn(Target, Request) -> Pin<Box<dyn Future<Output = Response> + Send>> + Send + Sync>;

/// The most bytes of a request's head.
const MAX_HEAD: usize = 32 * 1024;

/// Opens a port on this machine; 0 picks a free one.
pub async fn open(port: u16) -> Result<TcpListener, String> {
    let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!("port {port} is taken: stop what uses it, or choose another with --port N (0 picks a free one)")
        }
        _ => format!("port {port} cannot be opened: {error}"),
    })
}

/// Answers requests until `stop`, then finishes what is in flight, for `grace` at most.
pub async fn serve(
    listener: TcpListener,
    handler: Handler,
    limits: Limits,
    stop: impl Future<Output = ()>,
    grace: Duration,
) {
    let graceful = GracefulShutdown::new();
    let connections = Connections::new(limits);
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            accepted = accept(&listener, &connections) => match accepted {
                Ok((stream, peer, ticket)) => {
                    connection(stream, peer, ticket, &handler, limits.throw_away, &graceful);
                }
                Err(error) => {
                    // Out of file descriptors, for example: some come free.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            () = &mut stop => break,
        }
    }
    drop(listener);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
}

async fn accept(
    listener: &TcpListener,
    connections: &Arc<Connections>,
) -> std::io::Result<(TcpStream, SocketAddr, Arc<Ticket>)> {
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, connections.admit().await))
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    ticket: Arc<Ticket>,
    handler: &Handler,
    throw_away: Duration,
    graceful: &GracefulShutdown,
) {
    let _ = stream.set_nodelay(true);
    let service = {
        let (ticket, handler, peer) = (ticket.clone(), handler.clone(), peer.ip().to_string());
        service_fn(move |request: hyper::Request<Incoming>| {
            let (ticket, handler, peer) = (ticket.clone(), handler.clone(), peer.clone());
            async move {
                let path = request.uri().path().to_owned();
                let response = match read(request, &peer, &ticket, throw_away).await {
                    Ok((target, request)) => {
                        let response = write(handler(target, request).await);
                        ticket.answered();
                        response
                    }
                    Err(refused) => refuse(&path, refused, &handler, &ticket).await,
                };
                Ok::<_, Infallible>(response)
            }
        })
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // The ticket's deadlines hold for the whole request.
        .header_read_timeout(None)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(Watched { stream, ticket: ticket.clone() }), service);
    let watched = graceful.watch(connection);
    tokio::spawn(async move {
        tokio::select! {
            ended = watched => if let Err(error) = ended {
                tracing::debug!(%error, "a connection broke");
            },
            () = ticket.expired() => tracing::debug!("a connection was closed for its client was too slow"),
        }
    });
}

async fn refuse(
    path: &str,
    refused: Refused,
    handler: &Handler,
    ticket: &Ticket,
) -> hyper::Response<Full<Bytes>> {
    let Refused { error, unfinished, by_browser } = refused;
    REFUSALS.count(path, &error);
    let (path, status) = (logged_path(path), error.status());
    // What a slow client can cause at will does not fill the log.
    if matches!(error, Error::TooBusy | Error::TooSlow | Error::BadRequest(_)) {
        tracing::debug!(path, status, %error, "a request was refused");
    } else {
        tracing::warn!(path, status, %error, "a request was refused");
    }
    let mut response = write(match by_browser.zip(RouteError::of(&error)) {
        Some((request, refusal)) => handler(Target::Refused(refusal), request).await,
        None => hardened(error.into(), false),
    });
    if unfinished {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        ticket.refused();
    } else {
        ticket.answered();
    }
    response
}

fn write(response: Response) -> hyper::Response<Full<Bytes>> {
    let mut builder = hyper::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        builder = builder.header(*name, value);
    }
    builder.body(Full::new(response.body)).unwrap_or_else(|error| {
        tracing::error!(%error, "an answer could not be written");
        let mut failed = hyper::Response::new(Full::default());
        *failed.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        failed
    })
}
