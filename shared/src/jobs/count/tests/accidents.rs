//! Accidents of the store and of the queue lose no callback, and count none twice.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::testing::Fault;

#[tokio::test]
async fn callback_is_5xx_while_the_queue_does_not_take_it() {
    let setup = setup();
    setup.queue.fail_sends(Fault::Once(0));
    assert_eq!(setup.post(HOW_TO[0].0, HOW_TO[0].1).await, 503);
    assert_eq!(setup.post(HOW_TO[0].0, HOW_TO[0].1).await, 204);
}

#[tokio::test]
async fn failing_store_gives_callbacks_back_and_counts_them_once() {
    let setup = setup();
    for (resource, form) in HOW_TO {
        setup.post(resource, form).await;
    }
    let batch = setup.queue.take_due(QueueName::Callbacks, at(1));
    setup.store.fail_writes(Fault::Once(0));
    let processed = setup.count.process(&batch, at(1)).await;
    assert_eq!(processed, vec![Processed::RetryAfter(Duration::from_secs(1)); 4]);
    let processed = setup.count.process(&batch, at(2)).await;
    assert_eq!(processed, vec![Processed::Done; 4]);
    assert_eq!(setup.counters().await["twilio_messages_delivered_total"], 1);
}

#[tokio::test]
async fn store_that_does_not_answer_is_asked_once_for_a_large_batch() {
    let setup = setup();
    for number in 0..250 {
        let form = format!("MessageSid=SM{number}&MessageStatus=delivered");
        setup.post(Resource::Message, &form).await;
    }
    let batch = setup.queue.take_due(QueueName::Callbacks, at(1));
    // Three transactions: the second and the third would land.
    setup.store.fail_loads(Fault::Once(0));
    let processed = setup.count.process(&batch, at(1)).await;
    assert_eq!(processed, vec![Processed::RetryAfter(Duration::from_secs(1)); 250]);
    assert!(setup.counters().await.is_empty());
    let processed = setup.count.process(&batch, at(2)).await;
    assert_eq!(processed, vec![Processed::Done; 250]);
    assert_eq!(setup.counters().await["twilio_messages_delivered_total"], 250);
}

#[tokio::test]
async fn conflict_is_decided_anew() {
    let setup = setup();
    setup.post(HOW_TO[0].0, HOW_TO[0].1).await;
    setup.store.conflict(3);
    setup.drain(at(1)).await;
    assert_eq!(setup.counters().await["twilio_messages_delivered_total"], 1);
}

/// A random number generator that a seed repeats.
struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % bound
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Reports in any order, doubled and mixed, with accidents of the store at any read or write, two consumers of one
    /// store: the counters are those of each report once.
    #[test]
    fn accidents_lose_nothing_and_count_nothing_twice(seed in any::<u64>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let mut rng = Rng(seed | 1);
            let (setup, reference) = (setup(), setup());
            let statuses = ["sent", "delivered", "read", "undelivered", "failed"];
            let mut forms = Vec::new();
            for _ in 0..40 {
                let (sid, status) = (rng.below(12), statuses[rng.below(statuses.len())]);
                forms.push(format!("MessageSid=SM{sid}&MessageStatus={status}"));
            }
            for form in &forms {
                reference.post(Resource::Message, form).await;
            }
            reference.drain(at(1)).await;
            for form in forms.iter().chain(&forms) {
                setup.post(Resource::Message, form).await;
            }
            let mut waiting = setup.queue.take_due(QueueName::Callbacks, at(1));
            while !waiting.is_empty() {
                let size = 1 + rng.below(waiting.len());
                let at_place = rng.below(waiting.len());
                waiting.rotate_left(at_place);
                let batch: Vec<Message> = waiting.drain(..size).collect();
                match rng.below(4) {
                    0 => setup.store.fail_loads(Fault::Once(rng.below(2))),
                    1 => setup.store.fail_writes(Fault::Once(rng.below(2))),
                    2 => setup.store.conflict(rng.below(7)),
                    _ => {}
                }
                let processed = setup.count.process(&batch, at(2)).await;
                // A consumer that dies after its writes: all of its batch comes again.
                let dies = rng.below(5) == 0;
                for (message, processed) in batch.into_iter().zip(processed) {
                    if dies || processed != Processed::Done {
                        waiting.push(Message { receive_count: message.receive_count + 1, ..message });
                    }
                }
            }
            setup.store.fail_loads(Fault::Never);
            setup.store.fail_writes(Fault::Never);
            assert_eq!(setup.counters().await, reference.counters().await, "seed {seed}");
        });
    }
}
