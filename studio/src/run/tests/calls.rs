//! The widgets of a call: prompts, keys, connections, queues and recordings.

use std::time::Duration;

use super::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A call to us, in a widget; the events of the widget lead nowhere.
fn in_widget(kind: &str, properties: Value) -> (Run, Vec<Action>) {
    begun(call(), &[widget("w", kind, properties, &[])])
}

#[test]
fn prompt_is_a_text_a_recording_or_keys() {
    let of = |properties: Value| match in_widget("say-play", properties).1.pop() {
        Some(Action::SayPlay(prompt)) => prompt,
        other => panic!("{other:?}"),
    };
    let voice = json!({"say": "Hi {{trigger.call.CallSid}}", "voice": "Polly.Joanna", "language": "en-US", "loop": 2});
    let [text, voice_name, language] = ["Hi CA1", "Polly.Joanna", "en-US"].map(str::to_owned);
    assert_eq!(of(voice), Prompt::Say(Speech { text, times: 2, voice: voice_name, language }));
    let url = "https://h.example/a.mp3".to_owned();
    assert_eq!(of(json!({"play": url, "say": ""})), Prompt::Play { url, times: 1 });
    let digits = "1ww2".to_owned();
    assert_eq!(of(json!({"digits": digits, "loop": "3"})), Prompt::Digits { digits, times: 3 });
    assert_eq!(of(json!({})), Prompt::Say(speech("", 1)));
}

#[test]
fn input_ends_with_the_stop_key_or_the_number_of_digits() {
    for (properties, timeout, finish_on_key, max_digits) in [
        (json!({}), 5, "#", None),
        (json!({"stop_gather": true, "finish_on_key": "*", "timeout": 30}), 30, "*", None),
        (json!({"stop_gather": "true", "finish_on_key": ""}), 5, "", None),
        (json!({"stop_gather": false, "finish_on_key": "#"}), 5, "", None),
        (json!({"number_of_digits": 1, "timeout": "0"}), 0, "#", Some(1)),
        (json!({"num_digits": "4"}), 5, "#", Some(4)),
        (json!({"number_of_digits": 0}), 5, "#", None),
    ] {
        let (_, actions) = in_widget("gather-input-on-call", properties.clone());
        let prompt = Prompt::Say(speech("", 1));
        let (timeout, finish_on_key) = (seconds(timeout), finish_on_key.to_owned());
        let expected = Action::Gather { prompt, timeout, finish_on_key, max_digits };
        assert_eq!(actions, [expected], "{properties}");
    }
    let (_, actions) =
        in_widget("gather-input-on-call", json!({"play": "https://h.example/a.mp3"}));
    assert!(matches!(actions.as_slice(), [Action::Gather { prompt: Prompt::Play { .. }, .. }]));
}

#[test]
fn keys_and_words_come_with_the_parameters_of_the_call() {
    let call = json!({"CallSid": "CA1", "From": "+15005550001", "To": "+15005550006",
                      "CallStatus": "in-progress", "Direction": "inbound"});
    let with = |more: Value| {
        let mut all = object(call.clone());
        all.extend(object(more));
        Value::Object(all)
    };
    let [text, confidence] = ["Yes.", "0.94"].map(str::to_owned);
    let spoken = RunEvent::SpeechResult { text, confidence };
    let silence = RunEvent::SpeechResult { text: String::new(), confidence: String::new() };
    for (event, fired, variables) in [
        (RunEvent::Digits("12".to_owned()), "w keypress", with(json!({"Digits": "12"}))),
        (spoken, "w speech", with(json!({"SpeechResult": "Yes.", "Confidence": "0.94"}))),
        (RunEvent::Digits(String::new()), "w timeout", Value::Null),
        (silence, "w timeout", Value::Null),
        (RunEvent::TimedOut, "w timeout", Value::Null),
    ] {
        let (mut run, _) = in_widget("gather-input-on-call", json!({"say": "?"}));
        run.step(event, at(1));
        assert_eq!(passed(&run), [fired]);
        assert_eq!(run.context()["widgets"]["w"], variables);
    }
}

#[test]
fn connection_is_over_however_it_went() {
    let properties = json!({"noun": "number", "to": "+15005550040", "caller_id": "{{flow.channel.address}}",
                            "timeout": 20, "time_limit": "600", "record": true});
    let [noun, to, caller_id] = ["number", "+15005550040", "+15005550006"].map(str::to_owned);
    let (timeout, time_limit, record) = (seconds(20), Some(seconds(600)), true);
    let expected = Connect { noun, to, caller_id, timeout, time_limit, record };
    use DialCallStatus::{Busy, Canceled, Completed, Failed, NoAnswer};
    for (status, text, log) in [
        (Completed, "completed", vec![]),
        (Busy, "busy", vec![]),
        (NoAnswer, "no-answer", vec![Some(81007)]),
        (Failed, "failed", vec![]),
        (Canceled, "canceled", vec![]),
    ] {
        let (mut run, actions) = in_widget("connect-call-to", properties.clone());
        assert_eq!(actions, [Action::Connect(expected.clone())]);
        let (call_sid, duration) = ("CA2".to_owned(), seconds(61));
        run.step(RunEvent::DialEnded { status, call_sid, duration }, at(70));
        assert_eq!((passed(&run), codes(&run)), (vec!["w callCompleted".to_owned()], log));
        let variables =
            json!({"DialCallStatus": text, "DialCallSid": "CA2", "DialCallDuration": "61"});
        assert_eq!(run.context()["widgets"]["w"], variables);
    }
    let sip = json!({"noun": "sip", "sip_endpoint": "sip:a@h.example"});
    let (_, actions) = in_widget("connect-call-to", sip);
    assert!(
        matches!(actions.as_slice(), [Action::Connect(Connect { to, .. })] if to == "sip:a@h.example")
    );
}

#[test]
fn queue_is_left_by_its_result() {
    let dequeued =
        |result| RunEvent::Dequeued { result, queue_sid: "QU1".to_owned(), queue_time: seconds(9) };
    use QueueResult::{Bridged, Error, Leave, QueueFull, Redirected, SystemError};
    for (result, text, event) in [
        (Bridged, "bridged", "callComplete"),
        (Leave, "leave", "callComplete"),
        (Redirected, "redirected", "callComplete"),
        (QueueFull, "queue-full", "failedToEnqueue"),
        (Error, "error", "callFailure"),
        (SystemError, "system-error", "callFailure"),
    ] {
        for kind in ["enqueue-call", "send-to-flex"] {
            let (mut run, _) = in_widget(kind, json!({}));
            run.step(dequeued(result), at(10));
            assert_eq!(passed(&run), [format!("w {event}")]);
            let variables = json!({"QueueResult": text, "QueueSid": "QU1", "QueueTime": "9"});
            assert_eq!(run.context()["widgets"]["w"], variables);
            let is_logged = kind == "send-to-flex" && event != "callComplete";
            assert_eq!(codes(&run), if is_logged { vec![Some(81015)] } else { vec![] });
        }
    }
}

#[test]
fn queue_is_one_of_voice_or_a_workflow() {
    let of = |kind, properties| match in_widget(kind, properties).1.pop() {
        Some(Action::Enqueue(enqueue)) => enqueue,
        other => panic!("{other:?}"),
    };
    let none = Enqueue {
        queue: QueueTarget::Queue("sales".to_owned()),
        attributes: String::new(),
        priority: String::new(),
        timeout: None,
    };
    assert_eq!(of("enqueue-call", json!({"queue_name": "sales"})), none);
    let properties = json!({"workflow_sid": "WW1", "task_attributes": "{\"from\": \"{{flow.sid}}\"}", "priority": 5, "timeout": 60});
    let queue = QueueTarget::Workflow("WW1".to_owned());
    let (attributes, priority) = ("{\"from\": \"FN1\"}".to_owned(), "5".to_owned());
    let expected = Enqueue { queue, attributes, priority, timeout: Some(seconds(60)) };
    assert_eq!(of("enqueue-call", properties), expected);
    let properties = json!({"workflow": "WW1", "channel": "TC1", "timeout": "1209600", "priority": "{{flow.data.none | plus: 1}}"});
    let [workflow, channel] = ["WW1", "TC1"].map(str::to_owned);
    let queue = QueueTarget::Flex { workflow, channel };
    let (attributes, priority) = (String::new(), "1".to_owned());
    let expected = Enqueue { queue, attributes, priority, timeout: Some(seconds(1_209_600)) };
    assert_eq!(of("send-to-flex", properties), expected);
}

#[test]
fn conversation_may_be_sent_to_flex_without_a_call() {
    let flex = widget("w", "send-to-flex", json!({"workflow": "WW1", "channel": "TC2"}), &[]);
    let (_, actions) = begun(message(), &[flex]);
    assert!(matches!(actions.as_slice(), [Action::Enqueue(_)]), "{actions:?}");
}

#[test]
fn recording_ends_by_itself_or_by_a_key() {
    let recorded = |digits: &str| RunEvent::Recorded {
        recording_sid: "RE1".to_owned(),
        recording_url: "https://h.example/RE1".to_owned(),
        duration: seconds(4),
        digits: digits.to_owned(),
    };
    let (_, actions) = in_widget("record-voicemail", json!({}));
    let finish_on_key = "1234567890*#".to_owned();
    let (timeout, max_length, play_beep, transcribe) = (seconds(5), seconds(3600), true, false);
    let expected = Record { timeout, max_length, finish_on_key, play_beep, transcribe };
    assert_eq!(actions, [Action::Record(expected)]);
    let properties = json!({"timeout": 2, "max_length": 120, "finish_on_key": "#", "play_beep": "false", "transcribe": true});
    let (mut run, actions) = in_widget("record-voicemail", properties);
    let (finish_on_key, play_beep, transcribe) = ("#".to_owned(), false, true);
    let (timeout, max_length) = (seconds(2), seconds(120));
    let expected = Record { timeout, max_length, finish_on_key, play_beep, transcribe };
    assert_eq!(actions, [Action::Record(expected)]);
    assert_eq!(run.step(recorded("#"), at(5)).1, [Action::HangUp]);
    assert_eq!(passed(&run), ["w recordingComplete"]);
    let variables = json!({"RecordingSid": "RE1", "RecordingUrl": "https://h.example/RE1", "RecordingDuration": "4", "Digits": "#"});
    assert_eq!(run.context()["widgets"]["w"], variables);
    // The caller's hang-up ends a recording, too, and the line.
    let (mut run, _) = in_widget("record-voicemail", json!({}));
    let (state, actions) = run.step(recorded("hangup"), at(5));
    assert_eq!((state, actions), (RunState::Ended(EndReason::HungUp), vec![]));
    assert_eq!(passed(&run), ["w hangup"]);
}

#[test]
fn call_is_placed_again_after_one_that_nobody_answered() {
    let place = |name, next| {
        widget(
            name,
            "make-outgoing-call-v2",
            json!({"to": "+15005550001"}),
            &[("noAnswer", next), ("answered", next), ("failed", "")],
        )
    };
    let (mut run, _) =
        begun(request(), &[place("first", "second"), place("second", "third"), place("third", "")]);
    let placed = |sid: &str| RunEvent::Placed { call_sid: sid.to_owned() };
    run.step(placed("CA1"), at(1));
    let (_, actions) = run.step(RunEvent::Dialed(DialOutcome::NoAnswer), at(60));
    assert!(matches!(actions.as_slice(), [Action::PlaceCall { .. }]), "{actions:?}");
    run.step(placed("CA2"), at(61));
    // But not beside a call.
    let (_, actions) = run.step(RunEvent::Dialed(DialOutcome::Answered), at(62));
    assert_eq!(actions, [Action::HangUp]);
    assert_eq!(passed(&run), ["first noAnswer", "second answered", "third failed"]);
    assert_eq!(codes(&run), [Some(81008)]);
    let (run, _) = begun(call(), &[place("w", "")]);
    assert_eq!((passed(&run), codes(&run)), (vec!["w failed".to_owned()], vec![Some(81020)]));
}

#[test]
fn recording_of_a_call_needs_one() {
    let record = widget("w", "record-call", json!({"record_call": true}), &[("success", "")]);
    let (run, _) = begun(call(), std::slice::from_ref(&record));
    assert_eq!((passed(&run), codes(&run)), (vec!["w success".to_owned()], vec![]));
    let (run, _) = begun(request(), &[record]);
    assert_eq!((passed(&run), codes(&run)), (vec!["w failed".to_owned()], vec![Some(81020)]));
}

#[test]
fn stream_runs_beside_the_flow() {
    let stream = widget("w", "fork-stream", json!({"stream_action": "start"}), &[("next", "hi")]);
    let hi = widget("hi", "say-play", json!({"say": "Hi"}), &[]);
    let (run, actions) = begun(call(), &[stream, hi]);
    assert_eq!((passed(&run), actions), (vec!["w next".to_owned()], say("Hi")));
}

#[test]
fn machine_that_answers_is_in_the_variables_or_has_an_event() {
    let of = |kind: &str, who: &str| {
        let properties = json!({"to": "+15005550001", "detect_answering_machine": true});
        let events = [("answered", ""), ("answeredByMachine", "")];
        let (mut run, actions) = begun(request(), &[widget("w", kind, properties, &events)]);
        let [to, from] = ["+15005550001", ""].map(str::to_owned);
        let (timeout, detect_machine) = (seconds(60), true);
        assert_eq!(actions, [Action::PlaceCall { to, from, timeout, detect_machine }]);
        run.step(RunEvent::Placed { call_sid: "CA1".to_owned() }, at(1));
        run.step(RunEvent::AnsweredBy(who.to_owned()), at(2));
        run.step(RunEvent::Dialed(DialOutcome::Answered), at(2));
        assert_eq!(run.context()["widgets"]["w"]["AnsweredBy"], json!(who));
        passed(&run).pop().unwrap_or_default()
    };
    assert_eq!(of("make-outgoing-call-v2", "machine_start"), "w answered");
    assert_eq!(of("make-outgoing-call-v1", "machine_start"), "w answeredByMachine");
    assert_eq!(of("make-outgoing-call-v1", "human"), "w answered");
}
