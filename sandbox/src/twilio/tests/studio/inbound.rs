//! Flows that are called and texted: the demo's own, as people at phones walk through them.

mod calls;
mod texts;

use super::*;
use crate::demo::demo_flows;
use crate::settings::Setup;
use crate::twilio::Unreached;

/// The demo's Flows on a Twilio whose clock the test pushes.
struct Inbound {
    fixture: Fixture,
    setup: Setup,
}

impl Inbound {
    async fn new() -> Inbound {
        let fixture = Fixture::new().await;
        let to_events = vec![(204, String::new()); 200].into();
        let mut answers = fixture.receiver.answers.lock().expect("no panic");
        answers.insert("/twilio/events".to_owned(), to_events);
        drop(answers);
        Inbound { fixture, setup: Setup { flows: demo_flows(), ..Setup::default() } }
    }

    fn flow(&self, name: &str) -> String {
        let flow = self.setup.flows.iter().find(|flow| flow.friendly_name == name);
        flow.expect("a Flow").sid.clone()
    }

    /// Calls the hotline.
    fn calls(&self) -> String {
        let call = self.fixture.twilio.call_flow(&self.setup, ALPHA, &self.flow("Parcels hotline"));
        call.expect("a call").sid.clone()
    }

    /// Sends a text to the survey.
    fn texts(&self, body: &str) -> String {
        let flow = self.flow("Delivery survey");
        let text = self.fixture.twilio.text_flow(&self.setup, ALPHA, &flow, body);
        text.expect("a text").sid.clone()
    }

    async fn does(&self, action: PhoneAction) {
        self.fixture.twilio.at_the_phone(ALPHA, action).await.expect("it can be done");
    }

    async fn presses(&self, keys: &str) {
        for key in keys.chars() {
            self.does(PhoneAction::Press(key)).await;
        }
    }

    /// Lets time go by until something holds.
    async fn until(&self, what: &str, holds: impl Fn() -> bool) {
        for _ in 0..1_500 {
            if holds() {
                return;
            }
            self.fixture.clock.push(Duration::from_millis(250));
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        panic!("it never holds: {what}; {:?}", self.fixture.spoken());
    }

    /// Lets time go by until the Execution of this call or text is in a widget.
    async fn comes_to(&self, started_by: &str, widget: &str) {
        let place = || self.fixture.twilio.place_in_flow(started_by);
        self.until(widget, || place().is_some_and(|(name, _)| name == widget)).await;
    }

    /// Lets time go by until it is over, and gives its steps as its events have them: `widget event`.
    async fn ends(&self, started_by: &str) -> Vec<String> {
        let is_over = || self.fixture.twilio.place_in_flow(started_by).is_none();
        self.until("it ends", is_over).await;
        self.until("all is sent", || !self.fixture.twilio.has_events()).await;
        let events = self.events();
        let of_it = |event: &&Value| event["data"]["started_by"] == started_by;
        let mine = events.iter().find(of_it).expect("an Execution");
        let mine = mine["data"]["execution_sid"].clone();
        let is_step = |event: &&Value| {
            event["data"]["execution_sid"] == mine && event["data"]["step_sid"].is_string()
        };
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let steps = events.iter().filter(is_step).map(|event| {
            let data = &event["data"];
            format!("{} {}", text(&data["transitioned_from"]), text(&data["name"]))
        });
        steps.collect()
    }

    /// The events that came, in order; the receiver has judged their signatures.
    fn events(&self) -> Vec<Value> {
        let received = self.fixture.received("/twilio/events").into_iter();
        let bodies =
            received.map(|received| serde_json::from_slice::<Value>(&received.body).expect("JSON"));
        bodies.map(|list| list[0].clone()).collect()
    }

    /// The texts that the phone got, in order.
    fn got(&self) -> Vec<String> {
        let texts = self.fixture.twilio.texts().into_iter();
        texts.filter(|text| !text.is_inbound()).map(|text| text.body().to_owned()).collect()
    }
}

#[tokio::test]
async fn flow_that_is_not_there_is_not_reached() {
    let inbound = Inbound::new().await;
    let twilio = &inbound.fixture.twilio;
    assert_eq!(twilio.call_flow(&inbound.setup, ALPHA, "FW1").err(), Some(Unreached::NoFlow));
    let text = twilio.text_flow(&inbound.setup, ALPHA, "FW1", "Hi");
    assert_eq!(text.err(), Some(Unreached::NoFlow));
    assert!(twilio.calls().is_empty() && twilio.texts().is_empty());
    let flows = serde_json::to_value(twilio.inbound_flows(&inbound.setup)).expect("JSON");
    let takes = |at: usize| (flows[at]["takes_calls"] == true, flows[at]["takes_texts"] == true);
    assert_eq!((takes(0), takes(1)), ((true, false), (false, true)), "{flows}");
}
