//! Requests and answers between the router and our own types, which keep path and query as they were received.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::{self, Body};
use axum::extract::{FromRequest, Request as Incoming};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::IntoResponse;
use bytes::Bytes;
use shared::Error;
use shared::http::{Request, Response};
use tower_service::Service;

use crate::pages::Vendors;
use crate::pages::message::{in_words, is_for_a_person};

/// The most bytes of a request's body: 1 MiB.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// The headers that answers have.
const HEADERS: [HeaderName; 6] = [
    header::ALLOW,
    header::CACHE_CONTROL,
    header::CONTENT_SECURITY_POLICY,
    header::CONTENT_TYPE,
    header::LOCATION,
    header::RETRY_AFTER,
];

/// A request that has arrived whole, and the vendors whose pages a person who has sent it can go to.
pub struct Received(pub Request, pub Vendors);

/// Says which vendors are simulated: the state of a router.
pub trait KnowsVendors: Send + Sync {
    /// Those that are at present.
    fn vendors(&self) -> impl Future<Output = Result<Vendors, Error>> + Send;
}

impl<T: KnowsVendors> KnowsVendors for Arc<T> {
    fn vendors(&self) -> impl Future<Output = Result<Vendors, Error>> + Send {
        T::vendors(self)
    }
}

impl Received {
    /// The answer, in words if a person waits for it. What went wrong is logged here, once.
    pub fn answer(&self, result: Result<Response, Error>) -> Reply {
        Reply(in_words(&self.0, self.1, shared::http::answer(&self.0, result)))
    }
}

impl<S: KnowsVendors> FromRequest<S> for Received {
    type Rejection = Reply;

    async fn from_request(request: Incoming, state: &S) -> Result<Received, Reply> {
        let (head, body) = request.into_parts();
        let mut received = Request {
            method: head.method.as_str().to_owned(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(str::to_owned),
            headers: headers(&head.headers),
            ..Request::default()
        };
        // Whoever asks for no page is shown no navigation, and asks often.
        let vendors = match is_for_a_person(&received) {
            true => state.vendors().await.unwrap_or_default(),
            false => Vendors::default(),
        };
        let body = Bytes::from_request(Incoming::from_parts(head, body), state).await;
        match body {
            Ok(body) => received.body = body,
            Err(_) => {
                return Err(Received(received, vendors).answer(Err(Error::TooLarge(BODY_LIMIT))));
            }
        }
        Ok(Received(received, vendors))
    }
}

/// The headers of a request as our own type has them.
pub(crate) fn headers(map: &HeaderMap) -> Vec<(String, Bytes)> {
    let copy = |value: &HeaderValue| Bytes::copy_from_slice(value.as_bytes());
    map.iter().map(|(name, value)| (name.as_str().to_owned(), copy(value))).collect()
}

/// An answer.
pub struct Reply(pub Response);

impl From<Error> for Reply {
    fn from(error: Error) -> Reply {
        Reply(error.into())
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> axum::response::Response {
        let Response { status, headers, body } = self.0;
        let mut response = axum::response::Response::new(Body::from(body));
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().append(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// Has a router answer a request that was read by somebody else.
pub async fn answer(mut router: Router, request: Request) -> Response {
    let Some(request) = incoming(request) else {
        return Error::BadRequest("the request's head cannot be read".to_owned()).into();
    };
    let answered: Result<_, Infallible> = router.call(request).await;
    let Ok(answered) = answered;
    let (head, body) = answered.into_parts();
    let mut response = Response::empty(head.status.as_u16());
    for name in &HEADERS {
        let values = head.headers.get_all(name).into_iter();
        for value in values.filter_map(|value| value.to_str().ok()) {
            response = response.with(static_name(name), value);
        }
    }
    match body::to_bytes(body, usize::MAX).await {
        Ok(body) => Response { body, ..response },
        Err(error) => Error::Store(format!("an answer broke off: {error}")).into(),
    }
}

fn static_name(name: &HeaderName) -> &'static str {
    match name.as_str() {
        "allow" => "allow",
        "cache-control" => "cache-control",
        "content-security-policy" => "content-security-policy",
        "location" => "location",
        "retry-after" => "retry-after",
        _ => "content-type",
    }
}

fn incoming(request: Request) -> Option<Incoming> {
    let target = request.target();
    let mut incoming = Incoming::new(Body::from(request.body));
    *incoming.method_mut() = Method::from_bytes(request.method.as_bytes()).ok()?;
    *incoming.uri_mut() = Uri::try_from(target).ok()?;
    for (name, value) in request.headers {
        let name = HeaderName::try_from(name).ok()?;
        incoming.headers_mut().append(name, HeaderValue::from_maybe_shared(value).ok()?);
    }
    Some(incoming)
}
