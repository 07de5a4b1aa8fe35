//! The port: HTTP/1.1 in, the front door's answers out.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use shared::Error;
use shared::http::endpoints::Body;
use shared::http::{Request, Response};
use tokio::net::{TcpListener, TcpStream};

use crate::{House, Target, front_door};

/// How long what still comes of a refused body is read.
const THROW_AWAY_TIMEOUT: Duration = Duration::from_secs(2);

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
    house: Arc<House>,
    stop: impl Future<Output = ()>,
    grace: Duration,
) {
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => connection(stream, peer, house.clone(), &graceful),
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

fn connection(stream: TcpStream, peer: SocketAddr, house: Arc<House>, graceful: &GracefulShutdown) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let house = house.clone();
        async move {
            let response = match read(request, peer).await {
                Ok((target, request)) => front_door(&house, target, request).await,
                Err(error) => error.into(),
            };
            Ok::<_, Infallible>(write(response))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(30))
        .serve_connection(TokioIo::new(stream), service);
    let watched = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = watched.await {
            tracing::debug!(%error, "a connection broke");
        }
    });
}

async fn read(
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
) -> Result<(Target, Request), Error> {
    let (head, mut body) = request.into_parts();
    let found = Target::find(head.method.as_str(), head.uri.path())
        .and_then(|target| target.body().check_length(body.size_hint().lower()).map(|()| target));
    let read = match found {
        Ok(target) => collect(&mut body, target.body()).await.map(|body| (target, body)),
        Err(refused) => Err(refused),
    };
    let (target, bytes) = match read {
        Ok(read) => read,
        Err(error) => {
            throw_away(body);
            return Err(error);
        }
    };
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), Bytes::copy_from_slice(value.as_bytes())));
    let request = Request {
        method: head.method.as_str().to_owned(),
        mount: String::new(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: headers.collect(),
        body: bytes,
        peer: Some(peer.ip().to_string()),
    };
    Ok((target, request))
}

/// The whole body, which is not kept beyond its limit.
async fn collect(body: &mut Incoming, limit: Body) -> Result<Bytes, Error> {
    let bytes = Limited::new(body, limit.max_bytes()).collect().await.map_err(|error| {
        match error.downcast_ref::<http_body_util::LengthLimitError>() {
            Some(_) => Error::TooLarge(limit.max_bytes()),
            None => Error::BadRequest("the body broke off".to_owned()),
        }
    })?;
    let bytes = bytes.to_bytes();
    limit.check(&bytes)?;
    Ok(bytes)
}

/// Reads what still comes of a refused body, and keeps none of it: a client that is still sending would not see the
/// answer otherwise.
fn throw_away(mut body: Incoming) {
    tokio::spawn(tokio::time::timeout(THROW_AWAY_TIMEOUT, async move {
        while let Some(Ok(_)) = body.frame().await {}
    }));
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
