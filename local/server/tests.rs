//! A server that answers with the length of what it was sent, and clients that do not behave.

use std::time::Instant;

use shared::http::endpoints::{ENDPOINTS, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;

use super::*;
use crate::simulated::endpoints::SANDBOX;

const SECOND: Duration = Duration::from_secs(1);
/// How long a request may take here.
const SHORT: Duration = Duration::from_millis(400);

fn limits() -> Limits {
    Limits { request: 10 * SECOND, ..Limits::of(1024) }
}

/// `/login` takes a while, `/assets/large` is large.
async fn server(limits: Limits) -> SocketAddr {
    let listener = open(0).await.unwrap();
    let address = listener.local_addr().unwrap();
    let handler: Handler = Arc::new(|_, request| {
        Box::pin(async move {
            if request.path == "/login" {
                tokio::time::sleep(SHORT).await;
            }
            let length = request.body.len().to_string();
            let body = if request.path == "/assets/large" {
                vec![b'x'; 32 << 20]
            } else {
                length.into_bytes()
            };
            Response::of(200, "text/plain", body)
        })
    });
    tokio::spawn(serve(listener, handler, limits, std::future::pending(), SECOND));
    address
}

async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.unwrap()
}

async fn send(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = connect(address).await;
    stream.write_all(bytes).await.unwrap();
    stream
}

/// All that comes until the connection is closed.
async fn read_to_end(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let _ =
        tokio::time::timeout(10 * SECOND, stream.read_to_end(&mut answer)).await.expect("an end");
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of an answer; 0 if there is none.
fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
}

fn head(method: &str, path: &str, length: usize) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    )
}

/// A whole small request, and how long its answer took.
async fn genuine(address: SocketAddr) -> (u16, Duration) {
    let before = Instant::now();
    let stream = send(address, (head("POST", "/alarms", 2) + "{}").as_bytes()).await;
    (status(&read_to_end(stream).await), before.elapsed())
}

/// Clients that send this and then nothing; each gives what it was answered.
fn slow_clients(address: SocketAddr, count: usize, bytes: &[u8]) -> Vec<JoinHandle<String>> {
    let clients = (0..count).map(|_| {
        let bytes = bytes.to_vec();
        tokio::spawn(async move { read_to_end(send(address, &bytes).await).await })
    });
    clients.collect()
}

#[tokio::test]
async fn every_endpoint_refuses_a_longer_body_before_any_of_it_comes() {
    let address = server(limits()).await;
    let product = ENDPOINTS.iter().map(|route| (route.method, route.path, route.body));
    let sandbox = SANDBOX.iter().map(|route| (route.method, route.path, route.body));
    for (method, path, body) in product.chain(sandbox) {
        let method = match method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        };
        let path = path.replace("{proxy+}", "x").replace(['{', '}'], "");
        let mut stream = send(address, head(method, &path, body.max_bytes() + 1).as_bytes()).await;
        let mut answer = vec![0; 12];
        let read = tokio::time::timeout(SECOND, stream.read_exact(&mut answer)).await;
        assert!(read.is_ok_and(|read| read.is_ok()), "{method} {path}: not at once");
        assert_eq!(status(&String::from_utf8_lossy(&answer)), 413, "{method} {path}");
    }
}

#[tokio::test]
async fn client_that_sends_it_all_sees_the_refusal() {
    let address = server(limits()).await;
    let body = vec![b'x'; 9 << 20];
    for path in ["/alarms", "/twilio/voice/x/1", "/nothing", "/sandbox/slack/services/a"] {
        let mut stream = send(address, head("POST", path, body.len()).as_bytes()).await;
        stream.write_all(&body).await.unwrap();
        let expected = if path == "/nothing" { 404 } else { 413 };
        assert_eq!(status(&read_to_end(stream).await), expected, "{path}");
    }
    let chunked = "POST /slack/actions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut stream = send(address, chunked.as_bytes()).await;
    for _ in 0..200 {
        stream.write_all(format!("1000\r\n{}\r\n", "x".repeat(4096)).as_bytes()).await.unwrap();
    }
    assert_eq!(status(&read_to_end(stream).await), 413);
}

#[tokio::test]
async fn body_is_taken_up_to_the_limit_whole_or_in_chunks() {
    let address = server(limits()).await;
    for (path, limit) in [("/alarms", 4 << 20), ("/slack/actions", 64 << 10), ("/logout", 16 << 10)]
    {
        let mut stream = send(address, head("POST", path, limit).as_bytes()).await;
        stream.write_all(&vec![b'x'; limit]).await.unwrap();
        let answer = read_to_end(stream).await;
        assert!(status(&answer) == 200 && answer.ends_with(&limit.to_string()), "{path}: {answer}");
        let chunked = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n{limit:x}\r\n"
        );
        let mut stream = send(address, chunked.as_bytes()).await;
        stream.write_all(&vec![b'x'; limit]).await.unwrap();
        stream.write_all(b"\r\n0\r\n\r\n").await.unwrap();
        assert_eq!(status(&read_to_end(stream).await), 200, "{path}");
    }
}

#[tokio::test]
async fn request_that_states_two_lengths_is_refused_and_the_last_of_its_connection() {
    let address = server(limits()).await;
    let (length, chunked) = ("Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n");
    let next = "GET /live HTTP/1.1\r\nhost: x\r\n\r\n";
    for lengths in [[length, chunked], [chunked, length]] {
        let both = lengths.concat();
        let request = format!("POST /alarms HTTP/1.1\r\nhost: x\r\n{both}\r\n0\r\n\r\n");
        let answer = read_to_end(send(address, (request.clone() + next).as_bytes()).await).await;
        assert_eq!((status(&answer), answer.matches("HTTP/1.1 ").count()), (400, 1), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
        // The same as the second request of a connection.
        let mut stream = send(address, next.as_bytes()).await;
        let mut first = [0; 1000];
        assert!(stream.read(&mut first).await.unwrap() > 0);
        stream.write_all(request.as_bytes()).await.unwrap();
        assert_eq!(status(&read_to_end(stream).await), 400, "{both}");
    }
}

#[tokio::test]
async fn form_with_too_many_fields_is_refused() {
    let address = server(limits()).await;
    for (fields, expected) in [(200, 200), (201, 413)] {
        let form = vec!["a=b"; fields].join("&");
        let request = head("POST", "/twilio/studio/x/1", form.len()) + &form;
        assert_eq!(
            status(&read_to_end(send(address, request.as_bytes()).await).await),
            expected,
            "{fields}"
        );
    }
}

#[tokio::test]
async fn request_has_a_deadline_for_head_and_body() {
    let address = server(Limits { request: SHORT, throw_away: SHORT, ..limits() }).await;
    let unfinished = head("POST", "/alarms", 100) + "{";
    for (bytes, expected) in
        [("", 0), ("POST /alarms HTTP/1.1\r\nhost:", 0), (unfinished.as_str(), 408)]
    {
        let before = Instant::now();
        assert_eq!(
            status(&read_to_end(send(address, bytes.as_bytes()).await).await),
            expected,
            "{bytes}"
        );
        assert!((SHORT..3 * SECOND).contains(&before.elapsed()), "{:?}", before.elapsed());
    }
    // A little now and then is no way around it.
    let mut stream = send(address, b"POST /alarms HTTP/1.1\r\n").await;
    let mut sent = 0;
    while sent < 100 && stream.write_all(b"x: y\r\n").await.is_ok() {
        sent += 1;
        tokio::time::sleep(SHORT / 8).await;
    }
    assert!(sent < 30, "{sent}");
}

#[tokio::test]
async fn refused_client_that_goes_on_sending_is_cut_off() {
    let address = server(Limits { throw_away: SHORT, ..limits() }).await;
    let mut stream = send(address, head("POST", "/logout", 1 << 30).as_bytes()).await;
    let before = Instant::now();
    while stream.write_all(&[b'x'; 1000]).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert!(before.elapsed() < 5 * SECOND, "it reads for ever");
    }
    assert!(before.elapsed() >= SHORT, "{:?}", before.elapsed());
}

#[tokio::test]
async fn connection_waits_for_its_next_request_longer_than_for_one_that_began() {
    let address = server(Limits { request: SHORT, ..limits() }).await;
    let request = "GET /live HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut stream = send(address, request.as_bytes()).await;
    let mut answer = [0; 1000];
    assert!(stream.read(&mut answer).await.unwrap() > 0);
    tokio::time::sleep(SHORT * 3).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let read = stream.read(&mut answer).await.unwrap();
    assert_eq!(status(&String::from_utf8_lossy(&answer[..read])), 200);
    stream.write_all(&request.as_bytes()[..10]).await.unwrap();
    assert_eq!(read_to_end(stream).await, "", "an unfinished one");
}

#[tokio::test]
async fn client_that_takes_no_answer_is_cut_off() {
    let address = server(Limits { request: SHORT, ..limits() }).await;
    let stream = send(address, head("GET", "/assets/large", 0).as_bytes()).await;
    tokio::time::sleep(SHORT * 4).await;
    assert!(read_to_end(stream).await.len() < 32 << 20);
}

#[tokio::test]
async fn unfinished_requests_do_not_keep_a_genuine_one_out() {
    let address = server(Limits { connections: 8, ..limits() }).await;
    let unfinished = head("POST", "/alarms", 1000) + "{";
    for bytes in ["", "POST /alarms HTTP/1.1\r\nx", unfinished.as_str()] {
        let clients = slow_clients(address, 100, bytes.as_bytes());
        tokio::time::sleep(Duration::from_millis(200)).await;
        let (status, took) = genuine(address).await;
        // Before the time of the others is up.
        assert!(status == 200 && took < limits().request, "{status} after {took:?}");
        let open = clients.iter().filter(|client| !client.is_finished()).count();
        assert!(open <= 8, "{open} connections are open");
    }
}

#[tokio::test]
async fn request_that_is_being_answered_is_not_closed_for_another() {
    let address = server(Limits { connections: 2, ..limits() }).await;
    let slow = send(address, head("GET", "/login", 0).as_bytes()).await;
    tokio::time::sleep(SHORT / 4).await;
    let _clients = slow_clients(address, 20, b"GET");
    assert_eq!(status(&read_to_end(slow).await), 200);
    // All are being answered: the next one waits its turn.
    let both = [(); 2].map(|()| tokio::spawn(send_head(address, "/login")));
    tokio::time::sleep(SHORT / 4).await;
    assert_eq!(genuine(address).await.0, 200);
    for one in both {
        assert_eq!(status(&one.await.unwrap()), 200);
    }
}

async fn send_head(address: SocketAddr, path: &str) -> String {
    read_to_end(send(address, head("GET", path, 0).as_bytes()).await).await
}

#[tokio::test]
async fn unfinished_large_bodies_make_place_for_a_genuine_one() {
    let limits = Limits { large_bodies: 2, request: 4 * SECOND, throw_away: SHORT, ..limits() };
    let address = server(limits).await;
    let part = [head("POST", "/alarms", 1 << 20).into_bytes(), vec![b'x'; 200_000]].concat();
    let clients = slow_clients(address, 10, &part);
    tokio::time::sleep(SHORT).await;
    let before = Instant::now();
    let whole = [head("POST", "/alarms", 1 << 20).into_bytes(), vec![b'x'; 1 << 20]].concat();
    assert_eq!(status(&read_to_end(send(address, &whole).await).await), 200);
    assert!(before.elapsed() < 4 * SECOND, "{:?}", before.elapsed());
    // A small one needs no place.
    assert!(genuine(address).await.1 < 4 * SECOND);
    let mut gave_up = 0;
    for client in clients {
        gave_up += usize::from(status(&client.await.unwrap()) == 503);
    }
    assert!(gave_up >= 8, "{gave_up} were told to try again");
}
