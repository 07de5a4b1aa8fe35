//! The SDK over our own HTTP client: one TLS stack, one connection pool, roots compiled in.

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

/// An SDK client over `http`.
pub(super) fn over(http: reqwest::Client) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Connector(http));
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Debug)]
struct Connector(reqwest::Client);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let http = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request =
                request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            // Our requests are all held in memory.
            let request = request.map(|body| body.bytes().unwrap_or_default().to_vec());
            let request = reqwest::Request::try_from(request)
                .map_err(|error| ConnectorError::user(error.into()))?;
            let answer = http.execute(request).await.map_err(refused)?;
            let mut response = HttpResponse::new(
                answer.status().as_u16().try_into().map_err(other)?,
                SdkBody::empty(),
            );
            for (name, value) in answer.headers() {
                if let Ok(value) = value.to_str() {
                    response.headers_mut().append(name.as_str().to_owned(), value.to_owned());
                }
            }
            *response.body_mut() = SdkBody::from(answer.bytes().await.map_err(refused)?);
            Ok(response)
        })
    }
}

fn refused(error: reqwest::Error) -> ConnectorError {
    if error.is_timeout() {
        ConnectorError::timeout(error.into())
    } else {
        ConnectorError::io(error.into())
    }
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> ConnectorError {
    ConnectorError::other(error.into(), None)
}
