//! How a call's callbacks leave: beside the call, one after the other, so that a slow receiver holds up no call. What is
//! to go wrong with them on purpose goes wrong here.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::Twilio;
use super::faults::Fate;
use super::webhook::Webhook;
use crate::clock::later;

/// How long a callback that comes after the next one waits for it.
const HELD: Duration = Duration::from_secs(30);

/// Where a call puts its callbacks. What is in it is still sent when the call is over.
#[derive(Clone)]
pub(super) struct Outbox(mpsc::UnboundedSender<(Timestamp, Webhook)>);

impl Outbox {
    pub(super) fn open(twilio: Arc<Twilio>) -> Outbox {
        let (outbox, callbacks) = mpsc::unbounded_channel();
        tokio::spawn(deliver(twilio, callbacks));
        Outbox(outbox)
    }

    /// Sends it when its time has come.
    pub(super) fn put(&self, at: Timestamp, webhook: Webhook) {
        // Whoever delivers ends only after the last outbox is gone.
        let _ = self.0.send((at, webhook));
    }
}

async fn deliver(
    twilio: Arc<Twilio>,
    mut callbacks: mpsc::UnboundedReceiver<(Timestamp, Webhook)>,
) {
    let mut held: Option<(Timestamp, Webhook, Fate)> = None;
    loop {
        let expires = held.as_ref().map_or(Timestamp::MAX, |(at, ..)| later(*at, HELD));
        let next = tokio::select! {
            next = callbacks.recv() => next,
            () = twilio.clock.sleep_until(expires), if held.is_some() => None,
        };
        let ended = next.is_none() && callbacks.is_closed() && callbacks.is_empty();
        if let Some((at, webhook)) = next {
            let fate = twilio.state().mischief.fate();
            if fate.after_the_next && held.is_none() {
                held = Some((at, webhook, fate));
                continue;
            }
            dispatch(&twilio, at, &webhook, fate).await;
        }
        if let Some((at, webhook, fate)) = held.take() {
            dispatch(&twilio, at, &webhook, fate).await;
        }
        if ended {
            return;
        }
    }
}

async fn dispatch(twilio: &Twilio, at: Timestamp, webhook: &Webhook, fate: Fate) {
    twilio.clock.sleep_until(later(at, Duration::from_millis(fate.late_by_ms))).await;
    if fate.lost {
        return twilio.lose(webhook.note());
    }
    for _ in 0..=usize::from(fate.doubled) {
        let event = webhook.event;
        match twilio.send(webhook).await {
            Ok(answer) if answer.status < 300 => {}
            Ok(answer) => tracing::warn!(event, status = answer.status, "a callback was not taken"),
            Err(error) => tracing::warn!(event, error, "a callback was not answered"),
        }
    }
}
