//! Requests that are sent for real: to public addresses, and hosts that somebody allowed. `addresses` decides where to;
//! [`LiveOptions`] are what somebody types for it.

mod addresses;
mod options;

use std::net::{IpAddr, SocketAddr};

use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Method, Response, Url};
use studio::play::{HttpOutcome, HttpRequest};
use studio::run::{HTTP_TIMEOUT, MAX_RESPONSE_BYTES};
use studio::{HttpMethod, HttpResponse};

use addresses::is_public;
pub use options::{HttpMode, LiveOptions};

/// The most redirects of one request.
const MAX_REDIRECTS: usize = 10;

/// Sends requests.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// The hosts that are allowed although their addresses are private.
    pub allowed: Vec<String>,
}

/// A request on its way.
struct Sent {
    method: Method,
    url: Url,
    body: String,
}

impl Live {
    /// The URL of a request at another server; none if one of the two is no URL.
    pub fn url_at(url: &str, server: &str) -> Option<String> {
        at_server(&Url::parse(url).ok()?, server).map(|url| url.to_string()).ok()
    }

    /// Sends a request to its URL, or to another server's, with the path and the query that it has.
    pub async fn send(&self, request: &HttpRequest<'_>, server: Option<&str>) -> HttpOutcome {
        if request.has_twilio_auth {
            let why = "requests with the account's own credentials are not sent from here";
            return HttpOutcome::Unsent(why.to_owned());
        }
        let url = Url::parse(request.url).map_err(|error| error.to_string());
        let url = match (url, server) {
            (Ok(url), Some(server)) => at_server(&url, server),
            (url, _) => url,
        };
        let url = match url {
            Ok(url) => url,
            Err(error) => return HttpOutcome::Unsent(format!("the URL is none: {error}")),
        };
        let method = match request.method {
            HttpMethod::Get => Method::GET,
            HttpMethod::Post => Method::POST,
        };
        // The server that was named is one that somebody chose.
        let mut allowed = self.allowed.clone();
        allowed.extend(server.and_then(|_| url.host_str()).map(str::to_owned));
        let sent = Sent { method, url, body: request.body.to_owned() };
        let answer = follow(sent, request.content_type, &allowed);
        match tokio::time::timeout(HTTP_TIMEOUT, answer).await {
            Ok(outcome) => outcome,
            Err(_) => HttpOutcome::Unanswered("it took longer than ten seconds".to_owned()),
        }
    }
}

/// The path and query of a URL at another server.
fn at_server(url: &Url, server: &str) -> Result<Url, String> {
    let mut there = Url::parse(server).map_err(|error| format!("--function: {error}"))?;
    let path = format!("{}{}", there.path().trim_end_matches('/'), url.path());
    there.set_path(&path);
    there.set_query(url.query());
    Ok(there)
}

/// Sends a request, and follows its redirects.
async fn follow(mut sent: Sent, content_type: &str, allowed: &[String]) -> HttpOutcome {
    for _ in 0..=MAX_REDIRECTS {
        let response = match once(&sent, content_type, allowed).await {
            Ok(response) => response,
            Err(outcome) => return outcome,
        };
        let status = response.status().as_u16();
        let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
        let to = to.and_then(|to| sent.url.join(to).ok());
        match (status, to) {
            (301..=303 | 307 | 308, Some(to)) => {
                if matches!(status, 301..=303) {
                    (sent.method, sent.body) = (Method::GET, String::new());
                }
                sent.url = to;
            }
            _ => return read(response).await,
        }
    }
    HttpOutcome::Unanswered(format!("it was redirected more than {MAX_REDIRECTS} times"))
}

/// Sends a request to the addresses of its host, if it may go there.
async fn once(
    sent: &Sent,
    content_type: &str,
    allowed: &[String],
) -> Result<Response, HttpOutcome> {
    let addresses = addresses(&sent.url, allowed).await?;
    let host = sent.url.host_str().unwrap_or_default();
    let built = shared::http::builder().and_then(|builder| {
        // The names are looked up once: the connection goes to the addresses that were judged.
        let builder = builder.resolve_to_addrs(host, &addresses);
        builder.build().map_err(|error| shared::Error::NotSetUp(error.to_string()))
    });
    let client = built.map_err(|error| HttpOutcome::Unsent(error.to_string()))?;
    let mut request = client.request(sent.method.clone(), sent.url.clone());
    if sent.method == Method::POST {
        request = request.header(CONTENT_TYPE, content_type).body(sent.body.clone());
    }
    request.send().await.map_err(|error| unanswered(&error))
}

/// The addresses of a URL's host; all of them must be public unless it is allowed.
async fn addresses(url: &Url, allowed: &[String]) -> Result<Vec<SocketAddr>, HttpOutcome> {
    let refuse = |why: String| Err(HttpOutcome::Unsent(why));
    if !matches!(url.scheme(), "http" | "https") {
        return refuse(format!("{} is no scheme of the web", url.scheme()));
    }
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return refuse("the URL has no host".to_owned());
    };
    let bare = |host: &str| {
        host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_lowercase()
    };
    let name = bare(host);
    let found: Vec<SocketAddr> = match name.parse::<IpAddr>() {
        Ok(address) => vec![SocketAddr::new(address, port)],
        Err(_) => match tokio::net::lookup_host((name.as_str(), port)).await {
            Ok(found) => found.collect(),
            Err(_) => Vec::new(),
        },
    };
    if found.is_empty() {
        let why = format!("the host {name} was not found");
        return Err(HttpOutcome::Unanswered(why));
    }
    let is_allowed = allowed.iter().any(|one| bare(one) == name);
    if !is_allowed && !found.iter().all(|address| is_public(address.ip())) {
        return refuse(format!(
            "{name} has an address that is not public; --http-allow {name} allows it"
        ));
    }
    Ok(found)
}

/// The answer, as far as a widget takes it and one byte more.
async fn read(mut response: Response) -> HttpOutcome {
    let status = response.status().as_u16();
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let mut bytes = Vec::new();
    while bytes.len() <= MAX_RESPONSE_BYTES {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let left = MAX_RESPONSE_BYTES + 1 - bytes.len();
                bytes.extend_from_slice(chunk.get(..left).unwrap_or(&chunk));
            }
            Ok(None) => break,
            Err(error) => return unanswered(&error),
        }
    }
    HttpOutcome::Responded(HttpResponse::received(status, content_type, &bytes))
}

/// The reason without the URL, which may hold a password.
fn unanswered(error: &reqwest::Error) -> HttpOutcome {
    let why = if error.is_connect() {
        "no connection"
    } else if error.is_timeout() {
        "it took too long"
    } else {
        "the connection broke"
    };
    HttpOutcome::Unanswered(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn judged(url: &str, allowed: &[&str]) -> Result<usize, HttpOutcome> {
        let allowed: Vec<String> = allowed.iter().map(|host| (*host).to_owned()).collect();
        addresses(&Url::parse(url).unwrap(), &allowed).await.map(|found| found.len())
    }

    #[tokio::test]
    async fn private_hosts_are_refused_however_they_are_written() {
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1:8080/",
            "http://0/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]:80/",
            "http://localhost/",
            "http://LOCALHOST./",
            "http://169.254.169.254/latest/meta-data/",
            "http://user:password@10.0.0.1/",
            "ftp://1.1.1.1/",
        ] {
            let judged = judged(url, &[]).await;
            assert!(matches!(judged, Err(HttpOutcome::Unsent(_))), "{url}: {judged:?}");
        }
        assert_eq!(judged("http://1.1.1.1/", &[]).await, Ok(1));
    }

    #[tokio::test]
    async fn allowed_host_is_that_host_alone() {
        assert_eq!(judged("http://127.0.0.1:9/", &["127.0.0.1"]).await, Ok(1));
        assert_eq!(judged("http://[::1]:9/", &["::1"]).await, Ok(1));
        assert!(judged("http://127.0.0.2:9/", &["127.0.0.1"]).await.is_err());
        assert!(judged("http://127.0.0.1:9/", &["localhost"]).await.is_err());
    }

    #[test]
    fn function_keeps_its_path_at_another_server() {
        let url = Url::parse("https://x-1234.twil.io/find/one?a=1").unwrap();
        let there = |server: &str| at_server(&url, server).unwrap().to_string();
        assert_eq!(there("http://localhost:3000"), "http://localhost:3000/find/one?a=1");
        assert_eq!(there("http://localhost:3000/api/"), "http://localhost:3000/api/find/one?a=1");
    }
}
