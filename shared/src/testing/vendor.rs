//! A vendor with an HTTP API on this machine, whose answers a test gives.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::http::Request;

/// The way a vendor treats a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It answers.
    Reply {
        /// The status code.
        status: u16,
        /// More headers.
        headers: Vec<(&'static str, String)>,
        /// The body.
        body: String,
    },
    /// It cuts the connection off.
    Cut,
    /// It answers 200 with a body of JSON that never ends.
    Endless,
}

impl Answer {
    /// This status with this body.
    pub fn of(status: u16, body: impl Into<String>) -> Answer {
        Answer::Reply { status, headers: Vec::new(), body: body.into() }
    }

    /// The same with one more header.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Answer {
        if let Answer::Reply { headers, .. } = &mut self {
            headers.push((name, value.to_string()));
        }
        self
    }
}

type Rule = Arc<dyn Fn(Request) -> Answer + Send + Sync>;
type Body = UnsyncBoxBody<Bytes, Infallible>;

/// Why a connection ends without an answer.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("it is cut off")]
    Cut,
    #[error(transparent)]
    Broken(#[from] hyper::Error),
    #[error(transparent)]
    Invalid(#[from] hyper::http::Error),
}

/// Starts a vendor that answers so on a free port, and returns its address: `http://127.0.0.1:…`. It ends with the
/// runtime of the test.
///
/// # Errors
/// No port is free.
pub async fn vendor(
    answer: impl Fn(Request) -> Answer + Send + Sync + 'static,
) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let answer: Rule = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, answer.clone()));
        }
    });
    Ok(address)
}

/// Answers all requests of a connection.
async fn serve(stream: TcpStream, answer: Rule) {
    let service = service_fn(move |request| respond(request, answer.clone()));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let ended: hyper::Result<()> = (&mut connection).await;
    if ended.is_err() {
        // The other side gets a reset.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}

async fn respond(
    request: hyper::Request<Incoming>,
    answer: Rule,
) -> Result<hyper::Response<Body>, Failure> {
    let request = received(request).await?;
    let response = hyper::Response::builder();
    Ok(match answer(request) {
        Answer::Reply { status, headers, body } => headers
            .into_iter()
            .fold(response.status(status), |response, (name, value)| response.header(name, value))
            .body(Full::from(body).boxed_unsync())?,
        Answer::Cut => return Err(Failure::Cut),
        Answer::Endless => response.header("content-type", "application/json").body(endless())?,
    })
}

fn endless() -> Body {
    let piece = Bytes::from("o".repeat(0x10000));
    let pieces = stream::repeat_with(move || Ok(Frame::data(piece.clone())));
    StreamBody::new(pieces).boxed_unsync()
}

async fn received(request: hyper::Request<Incoming>) -> Result<Request, Failure> {
    let (head, body) = request.into_parts();
    let header = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
        (name.as_str().to_owned(), Bytes::copy_from_slice(value.as_bytes()))
    };
    Ok(Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: head.headers.iter().map(header).collect(),
        body: body.collect().await?.to_bytes(),
        ..Request::default()
    })
}
