//! Calls and texts to our numbers: each number has a Flow behind it, which runs with whoever calls or texts there.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};
use studio::{Flow, IncomingCall, IncomingMessage, Trigger};

use super::super::call::{Call, Document, Order, Status};
use super::super::calls::FOUR_HOURS;
use super::super::direction::Direction;
use super::super::journal::push_bounded;
use super::super::text::{Text, TextOrder};
use super::super::twiml::Method;
use super::super::{MAX_RECORDS, SANDBOX_ACCOUNT, Twilio};
use super::execution::{self, Execution, Replies};
use super::flows;
use super::run::Driver;
use super::stored_flow::{StoredFlow, webhook_url};
use crate::host;
use crate::settings::Setup;

/// A Flow that can be called or texted.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct InboundFlow {
    /// `FW…`
    sid: String,
    /// The name.
    name: String,
    /// Whether a call leads anywhere in it.
    takes_calls: bool,
    /// Whether a text does.
    takes_texts: bool,
}

/// Why a Flow was not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreached {
    /// No published Flow has this SID.
    NoFlow,
    /// The phone cannot do that now: a plain reason.
    Phone(&'static str),
}

impl Twilio {
    /// The published Flows that take calls or texts.
    pub(crate) fn inbound_flows(&self, setup: &Setup) -> Vec<InboundFlow> {
        let all = flows::all(self, setup, SANDBOX_ACCOUNT).into_iter().map(|stored| {
            let flow = stored.published.as_ref().map(|published| &published.flow);
            let leads = |event: &str| {
                let first = flow.and_then(|flow| flow.first());
                first.and_then(|trigger| trigger.on(event)).is_some_and(|on| on.next.is_some())
            };
            InboundFlow {
                sid: stored.sid.clone(),
                name: stored.friendly_name().to_owned(),
                takes_calls: leads("incomingCall"),
                takes_texts: leads("incomingMessage"),
            }
        });
        all.filter(|flow| flow.takes_calls || flow.takes_texts).collect()
    }

    /// The numbers at which a Flow takes texts.
    pub(crate) fn numbers_of_flows(&self, setup: &Setup) -> Vec<String> {
        let flows = self.inbound_flows(setup).into_iter().filter(|flow| flow.takes_texts);
        flows
            .filter_map(|flow| Some(self.published(setup, &flow.sid).ok()?.number().to_owned()))
            .collect()
    }

    /// The Flows as they run, by their SIDs.
    pub(crate) fn published_flows(&self, setup: &Setup) -> BTreeMap<String, Arc<Flow>> {
        let all = flows::all(self, setup, SANDBOX_ACCOUNT).into_iter();
        all.filter_map(|flow| Some((flow.sid.clone(), flow.published?.flow))).collect()
    }

    /// Has a phone call the number of a Flow, which runs in that call.
    pub(crate) fn call_flow(
        self: &Arc<Self>,
        setup: &Setup,
        phone: &str,
        flow_sid: &str,
    ) -> Result<Arc<Call>, Unreached> {
        let stored = self.published(setup, flow_sid)?;
        if self.call_at(phone).is_some() {
            return Err(Unreached::Phone("this phone is in a call"));
        }
        let webhook = webhook_url(SANDBOX_ACCOUNT, flow_sid);
        let mut player = self.player(Order {
            account: SANDBOX_ACCOUNT.to_owned(),
            direction: Direction::Inbound,
            to: stored.number().to_owned(),
            from: phone.to_owned(),
            document: Document::At { url: webhook, method: Method::Post },
            fallback: None,
            status_callback: None,
            events: Vec::new(),
            timeout: Duration::ZERO,
            time_limit: Duration::from_secs(FOUR_HOURS),
            detection: None,
        });
        let call = player.call.clone();
        let trigger = Trigger::Call(IncomingCall {
            call_sid: call.sid.clone(),
            from: phone.to_owned(),
            to: stored.number().to_owned(),
            parameters: parameters(call.fields(Status::Ringing)),
        });
        call.facts().flow = Some(stored.friendly_name().to_owned());
        player.pick_up().map_err(Unreached::Phone)?;
        let (execution, replies) = self.begin(flow_sid, stored, trigger)?;
        let driver = Driver::new(self.clone(), execution, replies, Some(player));
        host::spawn(&self.settings.host, driver.run());
        Ok(call)
    }

    /// Has a phone send a text to the number of a Flow: an answer in the Execution that the phone is in there, else the
    /// beginning of one.
    pub(crate) fn text_flow(
        self: &Arc<Self>,
        setup: &Setup,
        phone: &str,
        flow_sid: &str,
        body: &str,
    ) -> Result<Arc<Text>, Unreached> {
        let stored = self.published(setup, flow_sid)?;
        let number = stored.number().to_owned();
        let text = self.receive_text(TextOrder::inbound(phone, &number, body));
        let fields = text.inbound_fields();
        if let Some(active) = self.conversation(flow_sid, phone) {
            active.reply(parameters(fields));
            return Ok(text);
        }
        let trigger = Trigger::Message(IncomingMessage {
            message_sid: text.sid.clone(),
            from: phone.to_owned(),
            to: number,
            body: body.to_owned(),
            parameters: parameters(fields),
        });
        let (execution, replies) = self.begin(flow_sid, stored, trigger)?;
        let driver = Driver::new(self.clone(), execution, replies, None);
        host::spawn(&self.settings.host, driver.run());
        Ok(text)
    }

    fn published(&self, setup: &Setup, flow_sid: &str) -> Result<StoredFlow, Unreached> {
        let stored = flows::stored(self, setup, SANDBOX_ACCOUNT, flow_sid);
        stored.filter(|stored| stored.published.is_some()).ok_or(Unreached::NoFlow)
    }

    /// The active Execution that takes the texts of a phone to the number of a Flow.
    fn conversation(&self, flow_sid: &str, phone: &str) -> Option<Arc<Execution>> {
        let records = self.records();
        let mut newest_first = records.studio.executions.iter().rev();
        let is_its = |one: &Execution| {
            one.order.flow_sid == flow_sid && one.order.contact() == phone && !one.is_of_call()
        };
        newest_first.find(|one| is_its(one) && one.is_active()).cloned()
    }

    fn begin(
        self: &Arc<Self>,
        flow_sid: &str,
        stored: StoredFlow,
        trigger: Trigger,
    ) -> Result<(Arc<Execution>, Replies), Unreached> {
        let published = stored.published.ok_or(Unreached::NoFlow)?;
        let order = execution::Order {
            account: SANDBOX_ACCOUNT.to_owned(),
            flow_sid: flow_sid.to_owned(),
            revision: published.revision,
            flow: published.flow,
            trigger,
        };
        let (execution, replies) = Execution::create(self, order);
        push_bounded(&mut self.records().studio.executions, execution.clone(), MAX_RECORDS);
        Ok((execution, replies))
    }
}

/// The parameters of a webhook, as a Flow has them.
fn parameters(fields: Vec<(String, String)>) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name, Value::from(value))).collect()
}
