//! Requests to others: the client that makes them, and what is read of an answer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::Error;

/// A client for all that we call: certificate roots are compiled in, redirects are not followed, and no connection is
/// kept longer than Lambda may have frozen us.
pub fn client() -> Result<reqwest::Client, Error> {
    builder()?.build().map_err(|error| Error::NotSetUp(format!("HTTP: {error}")))
}

/// The same before it is built, for a client that says more of itself.
pub fn builder() -> Result<reqwest::ClientBuilder, Error> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::NotSetUp(format!("TLS: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(3))
        .pool_idle_timeout(Duration::from_secs(20))
        .no_proxy())
}

/// The most that is read of a vendor's answer: 1 MiB.
pub const MAX_ANSWER: usize = 1024 * 1024;

/// The body of a vendor's answer, up to [`MAX_ANSWER`]. What is longer is cut there, so that it cannot be understood; the
/// rest is not read.
///
/// # Errors
/// If the connection breaks, or the answer does not come in time.
pub async fn read_answer(mut answer: reqwest::Response) -> Result<Bytes, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        let space = MAX_ANSWER - body.len();
        body.extend_from_slice(chunk.get(..space).unwrap_or(&chunk));
        if body.len() == MAX_ANSWER {
            break;
        }
    }
    Ok(body.into())
}

/// The same as text; what is not UTF-8 is replaced.
///
/// # Errors
/// The same.
pub async fn read_text(answer: reqwest::Response) -> Result<String, reqwest::Error> {
    read_answer(answer).await.map(|body| String::from_utf8_lossy(&body).into_owned())
}
