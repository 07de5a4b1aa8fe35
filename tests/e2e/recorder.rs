//! A server that writes down what is requested of it, for Flows that send requests.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// A server that writes down the first line of each request, and answers by its path.
pub(crate) struct Recorder {
    pub(crate) address: String,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    pub(crate) async fn start() -> Recorder {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = lines.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = kept.clone();
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    let (mut first, mut length) = (String::new(), 0);
                    stream.read_line(&mut first).await.unwrap();
                    loop {
                        let mut line = String::new();
                        stream.read_line(&mut line).await.unwrap();
                        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                            length = value.trim().parse().unwrap();
                        }
                        if line.trim().is_empty() {
                            break;
                        }
                    }
                    let mut body = vec![0; length];
                    stream.read_exact(&mut body).await.unwrap();
                    let first = first.trim().trim_end_matches(" HTTP/1.1").to_owned();
                    let answer = answer(&first, port);
                    let body = String::from_utf8(body).unwrap();
                    kept.lock().unwrap().push(format!("{first} {body}").trim().to_owned());
                    let _ = stream.write_all(answer.as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Recorder { address: format!("http://127.0.0.1:{port}"), lines }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.lock().unwrap())
    }
}

fn answer(first: &str, port: u16) -> String {
    let path = first.split([' ', '?']).nth(1).unwrap();
    let redirect = |to: &str| {
        format!(
            "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
    };
    let body = match path {
        "/here" => return redirect("/ok"),
        "/elsewhere" => return redirect(&format!("http://localhost:{port}/ok")),
        "/metadata" => return redirect("http://169.254.169.254/latest/meta-data/"),
        "/round" => return redirect("/round"),
        "/big" => format!("{{\"name\": \"{}\"}}", "x".repeat(70_000)),
        _ => "{\"name\": \"Ada\"}".to_owned(),
    };
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}
