//! The texts of an Execution, and the replies to them.

use std::time::Duration;

use studio::{OutboundMessage, RunEvent};

use super::super::super::api_request::is_e164;
use super::super::super::direction::Direction;
use super::super::super::player::Turn;
use super::super::super::text::TextOrder;
use super::Driver;
use crate::host::later;

/// Twilio's code for a number that no text can be sent to, …
const INVALID_TO: u32 = 21211;
/// … and for a text without words.
const NO_BODY: u32 = 21602;

impl Driver {
    /// Sends a text, which is on its way from now on.
    pub(super) fn send(&mut self, message: OutboundMessage) -> RunEvent {
        let OutboundMessage { to, from, body, .. } = message;
        if !is_e164(&to) {
            return RunEvent::MessageFailed { error_code: Some(INVALID_TO) };
        }
        if body.trim().is_empty() {
            return RunEvent::MessageFailed { error_code: Some(NO_BODY) };
        }
        let is_service = from.starts_with("MG");
        let status_callback = self.twilio.records().fault_injector.status_callback();
        let text = self.twilio.take_text(TextOrder {
            account: self.execution.order.account.clone(),
            direction: Direction::Outbound,
            to,
            service: is_service.then(|| from.clone()),
            from: (!is_service).then_some(from),
            body,
            status_callback,
        });
        let message_sid = text.sid.clone();
        self.text = Some(text);
        RunEvent::MessageSent { message_sid }
    }

    /// Waits for a message of the contact; none comes any more if the Execution was ended meanwhile.
    pub(super) async fn await_reply(
        &mut self,
        timeout: Duration,
    ) -> Result<Option<RunEvent>, Turn> {
        // What came before was no answer to this.
        while self.replies.try_recv().is_ok() {}
        let until = later(self.now(), timeout);
        let text = self.text.clone();
        let lost = async {
            match text {
                Some(text) => text.lost().await,
                None => std::future::pending().await,
            }
        };
        let (twilio, replies) = (self.twilio.clone(), &mut self.replies);
        let mut waiting = Box::pin(async {
            tokio::select! {
                biased;
                reply = replies.recv() => reply.map(RunEvent::Replied),
                error_code = lost => Some(RunEvent::MessageFailed { error_code }),
                () = twilio.sleep_until(until) => Some(RunEvent::TimedOut),
            }
        });
        let event = match self.player.as_mut().filter(|player| player.is_on_the_line()) {
            Some(player) => match player.meanwhile(&mut waiting).await {
                Ok(event) => event,
                // The caller has gone, and may reply all the same.
                Err(Turn::End(status)) => {
                    self.execution.step(RunEvent::HungUp, self.at.max(player.at));
                    player.finish(status);
                    waiting.as_mut().await
                }
                Err(turn) => return Err(turn),
            },
            None => waiting.as_mut().await,
        };
        drop(waiting);
        self.at = match event {
            Some(RunEvent::TimedOut) => self.now().max(until),
            _ => self.now().max(self.twilio.now()),
        };
        Ok(event)
    }
}
