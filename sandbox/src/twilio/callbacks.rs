//! How a call's callbacks leave: beside the call, one after the other, so that a slow receiver holds up no call. What is
//! to go wrong with them on purpose goes wrong here.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::Twilio;
use super::faults::Delivery;
use super::webhook::Webhook;
use crate::host::Work;
use crate::host::later;

/// How long a callback that comes after the next one waits for it.
const HOLD_TIME: Duration = Duration::from_secs(30);

/// A callback, when it is due, and that there is one.
type Item = (Timestamp, Webhook, Work);

/// Where a call puts its callbacks. What is in it is still sent when the call is over.
#[derive(Clone)]
pub(super) struct Outbox {
    twilio: Arc<Twilio>,
    items: mpsc::UnboundedSender<Item>,
}

impl Outbox {
    pub(super) fn open(twilio: Arc<Twilio>) -> Outbox {
        let (outbox, callbacks) = mpsc::unbounded_channel();
        tokio::spawn(deliver(twilio.clone(), callbacks));
        Outbox { twilio, items: outbox }
    }

    /// Sends it when its time has come.
    pub(super) fn put(&self, at: Timestamp, webhook: Webhook) {
        // The delivery ends only after the last outbox is gone.
        let work = self.twilio.settings.host.begin_work();
        let _ = self.items.send((at, webhook, work));
    }
}

/// A callback that waits for its time, or for the one after it.
struct Waiting {
    at: Timestamp,
    webhook: Webhook,
    delivery: Delivery,
    is_held: bool,
}

impl Waiting {
    /// When it is sent.
    fn due(&self) -> Timestamp {
        match self.is_held {
            true => later(self.at, HOLD_TIME),
            false => later(self.at, Duration::from_millis(self.delivery.late_by_ms)),
        }
    }
}

async fn deliver(twilio: Arc<Twilio>, mut callbacks: mpsc::UnboundedReceiver<Item>) {
    let mut waiting = VecDeque::new();
    let mut is_open = true;
    while is_open || !waiting.is_empty() {
        let due = waiting.front().map_or(Timestamp::MAX, Waiting::due);
        tokio::select! {
            biased;
            next = callbacks.recv(), if is_open => match next {
                Some((at, webhook, _)) => {
                    let delivery = twilio.records().fault_injector.delivery();
                    line_up(&mut waiting, Waiting { at, webhook, delivery, is_held: delivery.after_the_next });
                }
                None => {
                    is_open = false;
                    waiting.iter_mut().for_each(|last| last.is_held = false);
                }
            },
            () = twilio.sleep_until(due), if !waiting.is_empty() => {
                if let Some(first) = waiting.pop_front() {
                    dispatch(&twilio, &first.webhook, first.delivery).await;
                }
            }
        }
    }
}

/// Puts it behind the others, but for one that is held until after the next.
fn line_up(waiting: &mut VecDeque<Waiting>, mut next: Waiting) {
    match waiting.pop_back() {
        Some(mut last) if last.is_held => {
            next.is_held = false;
            last.is_held = false;
            waiting.extend([next, last]);
        }
        last => waiting.extend(last.into_iter().chain([next])),
    }
}

async fn dispatch(twilio: &Twilio, webhook: &Webhook, delivery: Delivery) {
    if delivery.lost {
        return twilio.lose(webhook.label());
    }
    for _ in 0..=usize::from(delivery.doubled) {
        let event = webhook.event;
        match twilio.send(webhook).await {
            Ok(answer) if answer.status < 300 => {}
            Ok(answer) => tracing::warn!(event, status = answer.status, "a callback was not taken"),
            Err(error) => tracing::warn!(event, error, "a callback was not answered"),
        }
    }
}
