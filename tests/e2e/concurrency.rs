//! Many writers at once, and a server that is killed amid them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use crate::harness::{Plan, Server};

const WRITERS: usize = 8;

/// Sends all of it by many writers. Gives back what had no answer: Twilio would send it again. `send` gives the status, 0
/// without an answer, and what was sent.
pub(crate) async fn write_all<T, Sending>(
    server: &Arc<Server>,
    requests: Vec<T>,
    send: fn(Arc<Server>, T) -> Sending,
) -> Vec<T>
where
    T: Send + 'static,
    Sending: Future<Output = (u16, T)> + Send + 'static,
{
    let left = Arc::new(Mutex::new(requests));
    let unanswered = Arc::new(Mutex::new(Vec::new()));
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        let (server, left, unanswered) = (server.clone(), left.clone(), unanswered.clone());
        writers.push(tokio::spawn(async move {
            loop {
                let Some(next) = left.lock().await.pop() else { return };
                match send(server.clone(), next).await {
                    (204, _) => {}
                    (0, next) => unanswered.lock().await.push(next),
                    (status, _) => panic!("answered {status}: {}", server.log()),
                }
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    Arc::try_unwrap(unanswered).ok().unwrap().into_inner()
}

/// The same through servers with the same data, each killed after so many milliseconds; and a last one, which lives, takes
/// what is left.
pub(crate) async fn write_through_kills<T, Sending>(
    plan: &Plan,
    mut requests: Vec<T>,
    after_ms: &[u64],
    send: fn(Arc<Server>, T) -> Sending,
) -> Arc<Server>
where
    T: Send + 'static,
    Sending: Future<Output = (u16, T)> + Send + 'static,
{
    for after_ms in after_ms {
        let server = Arc::new(plan.start().await);
        let (id, after) = (server.id().to_string(), Duration::from_millis(*after_ms));
        let killing = tokio::spawn(async move {
            tokio::time::sleep(after).await;
            let killed = tokio::process::Command::new("kill").args(["-9", &id]).status().await;
            assert!(killed.unwrap().success());
        });
        requests = write_all(&server, requests, send).await;
        killing.await.unwrap();
    }
    let server = Arc::new(plan.start().await);
    assert_eq!(write_all(&server, requests, send).await.len(), 0);
    server
}
