//! Calls to a Flow: keys, speech, voicemail, a hand-over and a hang-up.

use super::*;

#[tokio::test]
async fn call_walks_through_the_menu_by_its_keys() {
    let inbound = Inbound::new().await;
    let call = inbound.calls();
    inbound.comes_to(&call, "menu").await;
    inbound.presses("2").await;
    inbound.comes_to(&call, "anything_else").await;
    inbound.presses("1").await;
    inbound.comes_to(&call, "parcel_number").await;
    inbound.presses("12#").await;
    inbound.comes_to(&call, "number_again").await;
    inbound.comes_to(&call, "parcel_number").await;
    inbound.presses("12345670#").await;
    inbound.comes_to(&call, "anything_else").await;
    let steps = inbound.ends(&call).await;
    let expected = [
        "Trigger incomingCall",
        "greeting audioComplete",
        "opening_hours success",
        "is_open noMatch",
        "menu keypress",
        "menu_key match",
        "text_link sent",
        "anything_else keypress",
        "what_else match",
        "parcel_number keypress",
        "is_number noMatch",
        "number_again audioComplete",
        "parcel_number keypress",
        "is_number match",
        "find_parcel success",
        "parcel_status match",
        "on_its_way audioComplete",
        "anything_else timeout",
        "good_bye audioComplete",
    ];
    assert_eq!(steps, expected);
    assert_eq!(inbound.got(), ["Change your delivery here: https://parcels.example/change"]);
    let said = inbound.fixture.spoken();
    assert!(said.iter().any(|said| said.contains("It arrives ")), "{said:?}");
    let events = inbound.events();
    let (first, last) = (events.first().expect("one"), events.last().expect("one"));
    for event in [first, last] {
        assert_eq!((&event["data"]["started_by"], &event["id"]), (&json!(call), &first["id"]));
        assert_eq!(event["data"]["contact_channel_address"], ALPHA);
    }
    let (_, resource) = inbound.fixture.ask("GET", &format!("Calls/{call}.json"), &[]).await;
    assert_eq!((&resource["direction"], &resource["from"]), (&json!("inbound"), &json!(ALPHA)));
    assert_eq!(resource["status"], "completed");
}

#[tokio::test]
async fn handed_over_call_waits_for_somebody() {
    let inbound = Inbound::new().await;
    let call = inbound.calls();
    inbound.comes_to(&call, "menu").await;
    assert!(inbound.fixture.twilio.at_the_phone(ALPHA, PhoneAction::PartyAnswer).await.is_err());
    inbound.presses("0").await;
    inbound.comes_to(&call, "queue").await;
    inbound.fixture.push(1_000);
    let early = inbound.fixture.twilio.at_the_phone(ALPHA, PhoneAction::PartyHangUp).await;
    assert_eq!(early, Err("nobody else has to do with this call now"));
    inbound.does(PhoneAction::PartyAnswer).await;
    inbound.does(PhoneAction::PartyHangUp).await;
    inbound.comes_to(&call, "rating").await;
    inbound.presses("5").await;
    let steps = inbound.ends(&call).await;
    assert_eq!(
        steps.get(6..),
        Some(
            &["to_a_person audioComplete", "queue callComplete", "rating keypress"]
                .map(str::to_owned)[..]
        )
    );
}

#[tokio::test]
async fn voicemail_records_what_is_said() {
    let inbound = Inbound::new().await;
    let menu = async |key: &str| {
        let call = inbound.calls();
        inbound.comes_to(&call, "menu").await;
        inbound.presses(key).await;
        call
    };
    // The one who is called does not answer in time; then every one is in a call.
    let call = menu("3").await;
    inbound.comes_to(&call, "voicemail").await;
    let is_recording =
        || inbound.fixture.twilio.call_at(ALPHA).is_some_and(|call| call.facts().recording);
    inbound.until("the tone", is_recording).await;
    // A key that does not finish it is heard in it, and does nothing.
    inbound.presses("5").await;
    inbound.does(PhoneAction::Say("Please call me back.".to_owned())).await;
    assert!(is_recording());
    inbound.presses("#").await;
    inbound.until("its end", || !is_recording()).await;
    let steps = inbound.ends(&call).await;
    let tail = |steps: &[String]| steps[6..].join(", ");
    assert_eq!(
        tail(&steps),
        "invoices callCompleted, invoices_answered noMatch, nobody_free audioComplete, \
         voicemail recordingComplete"
    );
    let call = menu("0").await;
    inbound.comes_to(&call, "queue").await;
    inbound.does(PhoneAction::PartyRefuse).await;
    inbound.comes_to(&call, "voicemail").await;
    let steps = inbound.ends(&call).await;
    assert_eq!(
        tail(&steps),
        "to_a_person audioComplete, queue failedToEnqueue, nobody_free audioComplete, \
         voicemail recordingComplete"
    );
}

#[tokio::test]
async fn hang_up_ends_the_execution_where_it_is() {
    let inbound = Inbound::new().await;
    let call = inbound.calls();
    let busy =
        inbound.fixture.twilio.call_flow(&inbound.setup, ALPHA, &inbound.flow("Parcels hotline"));
    assert_eq!(busy.err(), Some(Unreached::Phone("this phone is in a call")));
    inbound.comes_to(&call, "menu").await;
    inbound.does(PhoneAction::HangUp).await;
    let steps = inbound.ends(&call).await;
    assert_eq!(steps.last().map(String::as_str), Some("menu hangup"));
    assert_eq!(inbound.fixture.status(&call), "completed");
    // While a widget without voice works, the next one with a voice learns of it.
    let call = inbound.calls();
    inbound.comes_to(&call, "opening_hours").await;
    inbound.does(PhoneAction::HangUp).await;
    let steps = inbound.ends(&call).await;
    assert_eq!(steps.last().map(String::as_str), Some("menu hangup"), "{steps:?}");
    assert!(steps.contains(&"opening_hours success".to_owned()));
}

#[tokio::test]
async fn unreported_hang_up_leaves_the_execution_active_until_it_is_ended() {
    let inbound = Inbound::new().await;
    let call = inbound.calls();
    inbound.comes_to(&call, "menu").await;
    inbound.does(PhoneAction::HangUpUnreported).await;
    assert_eq!(inbound.fixture.status(&call), "completed");
    inbound.fixture.push(100_000);
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(inbound.fixture.twilio.place_in_flow(&call).is_some(), "nobody told it");
    let flow = inbound.flow("Parcels hotline");
    let studio = StudioFixture { fixture: inbound.fixture, flow };
    let events = studio.fixture.received("/twilio/events");
    let first: Value = serde_json::from_slice(&events[0].body).expect("JSON");
    let sid = first[0]["data"]["execution_sid"].as_str().expect("a SID").to_owned();
    let (status, _) = studio.ask("GET", &format!("{}/{sid}", studio.path()), &[]).await;
    assert_eq!(status, 200);
    let path = format!("{}/{sid}", studio.path());
    let (_, ended) = studio.ask("POST", &path, &[("Status", "ended")]).await;
    assert_eq!(ended["status"], "ended");
    assert!(studio.fixture.twilio.place_in_flow(&call).is_none());
}

#[tokio::test]
async fn words_at_a_gather_are_its_speech() {
    let fixture = Fixture::new().await;
    let to_events = vec![(204, String::new()); 200].into();
    fixture
        .receiver
        .answers
        .lock()
        .expect("no panic")
        .insert("/twilio/events".to_owned(), to_events);
    let trigger = json!({"name": "Trigger", "type": "trigger", "properties": {},
        "transitions": [{"event": "incomingCall", "next": "ask"}]});
    let ask = json!({"name": "ask", "type": "gather-input-on-call", "properties": {"say": "Well?"},
        "transitions": [{"event": "keypress"}, {"event": "speech", "next": "words"}, {"event": "timeout"}]});
    let words = json!({"name": "words", "type": "say-play",
        "properties": {"say": "You said {{widgets.ask.SpeechResult}}"}, "transitions": [{"event": "audioComplete"}]});
    let definition = json!({"initial_state": "Trigger", "states": [trigger, ask, words]});
    let flow = crate::settings::PublishedFlow {
        sid: "FW1".to_owned(),
        friendly_name: "words".to_owned(),
        number: None,
        definition,
    };
    let setup = Setup { flows: vec![flow], ..Setup::default() };
    let inbound = Inbound { fixture, setup };
    let call = inbound.fixture.twilio.call_flow(&inbound.setup, ALPHA, "FW1").expect("a call");
    inbound
        .until("it listens", || call.facts().gathering.as_ref().is_some_and(|one| one.takes_speech))
        .await;
    inbound.does(PhoneAction::Say("yes".to_owned())).await;
    inbound.until("it answers", || inbound.fixture.spoken().len() == 3).await;
    assert_eq!(inbound.fixture.spoken(), ["Well?", "“yes”", "You said Yes."]);
}
