//! What each type of widget does. A type that our Flow has no use for is not played.

use std::time::Duration;

use serde_json::json;
use shared::twilio::studio::flow::{Condition, State, Transition};

use super::super::call::{Document, Order, Status};
use super::super::calls::FOUR_HOURS;
use super::super::rest::is_e164;
use super::super::twiml::{Gather, Method, Verb};
use super::flows::webhook_url;
use super::liquid::render;
use super::run::{Fired, Run, Stop};

/// How long a phone rings, and how long a key is waited for, unless the widget says so.
const RINGS: u64 = 60;
const WAITS: u64 = 5;

impl Run {
    /// Does what a widget does, and tells what it fired.
    pub(super) async fn does(&mut self, state: &State) -> Result<Fired, Stop> {
        let event = match state.kind.as_str() {
            "trigger" => "incomingRequest",
            "make-outgoing-call-v2" => self.call(state).await?,
            "make-http-request" => self.report(state).await?,
            "gather-input-on-call" => self.gather(state).await?,
            "say-play" => self.say(state).await?,
            "set-variables" => self.set_variables(state)?,
            "split-based-on" => return self.split(state),
            other => return Err(Stop::Cannot(format!("the widget {other} is not played here"))),
        };
        Ok(fired(event, state.on(event)))
    }

    /// A setting with its look-ups done.
    pub(super) fn text(&self, template: &str) -> Result<String, Stop> {
        render(template, &self.execution.context()).map_err(Stop::Cannot)
    }

    /// The call is Studio's own: nobody else is told its status.
    async fn call(&mut self, state: &State) -> Result<&'static str, Stop> {
        if self.player.is_some() {
            return Err(Stop::Cannot("a second call is not placed here".to_owned()));
        }
        let (account, flow_sid) = (&self.execution.order.account, &self.execution.order.flow_sid);
        let order = Order {
            account: account.clone(),
            to: self.text(state.text("to"))?,
            from: self.text(state.text("from"))?,
            document: Document::At { url: webhook_url(account, flow_sid), method: Method::Post },
            fallback: None,
            status_callback: None,
            events: Vec::new(),
            timeout: Duration::from_secs(state.number("timeout").unwrap_or(RINGS)),
            time_limit: Duration::from_secs(FOUR_HOURS),
            detection: None,
        };
        if !is_e164(&order.to) {
            return Ok("failed");
        }
        let (to, from) = (order.to.clone(), order.from.clone());
        let mut player = self.twilio.player(order);
        let sid = player.call.sid.clone();
        let found = |status: Status| json!({"CallSid": sid, "CallStatus": status.name(), "To": to, "From": from});
        // From when on the context names the call is not documented. (K)
        self.execution.found(&state.name, found(Status::Queued));
        let (status, event) = match player.dial().await {
            Ok(()) => (Status::InProgress, "answered"),
            Err(Status::Busy) => (Status::Busy, "busy"),
            Err(Status::NoAnswer) => (Status::NoAnswer, "noAnswer"),
            // A call that somebody cancelled, too. (K)
            Err(status) => (status, "failed"),
        };
        self.execution.found(&state.name, found(status));
        if status != Status::InProgress {
            player.finish(status);
        }
        self.player = Some(player);
        Ok(event)
    }

    async fn gather(&mut self, state: &State) -> Result<&'static str, Stop> {
        let finishes = state.properties.get("stop_gather").is_some_and(|stops| stops == true);
        let enough = state.number("number_of_digits").and_then(|count| usize::try_from(count).ok());
        let gather = Gather {
            action: None,
            method: Method::Post,
            timeout: Duration::from_secs(state.number("timeout").unwrap_or(WAITS)),
            finish_on_key: if finishes {
                state.text("finish_on_key").to_owned()
            } else {
                String::new()
            },
            num_digits: enough.filter(|count| *count > 0),
            keys: true,
            action_on_empty_result: false,
            inside: vec![self.words(state)?],
        };
        let pressed = self.line()?.keys(&gather).await?.pressed;
        if pressed.is_empty() {
            return Ok("timeout");
        }
        self.execution.found(&state.name, json!({"Digits": pressed}));
        Ok("keypress")
    }

    async fn say(&mut self, state: &State) -> Result<&'static str, Stop> {
        let words = self.words(state)?;
        self.line()?.utter(&words).await?;
        Ok("audioComplete")
    }

    fn words(&self, state: &State) -> Result<Verb, Stop> {
        let times = state.number("loop").and_then(|times| u32::try_from(times).ok()).unwrap_or(1);
        Ok(Verb::Say { text: self.text(state.text("say"))?, times })
    }

    fn set_variables(&mut self, state: &State) -> Result<&'static str, Stop> {
        for (name, template) in state.pairs("variables") {
            let value = self.text(&template)?;
            self.execution.set(&name, value);
        }
        Ok("next")
    }

    /// The first transition whose conditions all hold, else `noMatch`.
    fn split(&self, state: &State) -> Result<Fired, Stop> {
        let input = self.text(state.text("input"))?;
        for transition in state.transitions.iter().filter(|one| one.event == "match") {
            let mut holds = !transition.conditions.is_empty();
            for condition in &transition.conditions {
                holds &= self.holds(condition, &input)?;
            }
            if holds {
                return Ok(fired("match", Some(transition)));
            }
        }
        Ok(fired("noMatch", state.on("noMatch")))
    }

    fn holds(&self, condition: &Condition, input: &str) -> Result<bool, Stop> {
        match condition.kind.as_str() {
            "equal_to" => Ok(self.text(&condition.value)? == input),
            other => Err(Stop::Cannot(format!("{other} is not compared here"))),
        }
    }
}

fn fired(event: &str, transition: Option<&Transition>) -> Fired {
    let next = transition.and_then(|transition| transition.next.clone());
    Fired { event: event.to_owned(), next }
}
