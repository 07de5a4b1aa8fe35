//! A text that leaves later than it was decided.

use super::*;
use crate::storage::QueueName;

#[tokio::test]
async fn text_that_leaves_late_has_told_of_nothing_that_went_off_since() {
    let server = Server::new();
    let (_, shop) = server.misses("shop-down").await;
    server.texts(ALPHA, "1").await;
    server.is_busy.store(true, Ordering::SeqCst);
    for name in ["shop-slow", "shop-late"] {
        server.passes(SignedDuration::from_secs(5));
        server.escalate().take(alarm(name).as_bytes(), server.now()).await.expect("an alarm");
    }
    let texts = || server.texts.lock().expect("texts").clone();
    let before = texts().len();
    server.is_busy.store(false, Ordering::SeqCst);
    server.passes(SignedDuration::from_secs(60));
    for message in server.fixture.backend.queue.take_due(QueueName::WakeUps, server.now()) {
        assert_eq!(server.escalate().process(&message, server.now()).await, Processed::Done);
    }
    let left = texts().split_off(before);
    assert!(left.len() == 1 && left[0].1.contains("shop-slow"), "{left:?}");
    assert!(!left[0].1.contains("shop-late"), "{left:?}");
    let told = server.texts(ALPHA, &format!("3 {shop}")).await;
    assert!(told.starts_with("Not resolved: more went off"), "{told}");
    assert_eq!(server.incident("shop").ended_at, None);
}
