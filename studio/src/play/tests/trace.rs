//! Traces: what they say of a run, and where.

use super::*;

fn set(name: &str, key: &str, value: &str, next: &str) -> Value {
    let variables = json!({"variables": [{"key": key, "value": value}]});
    widget(name, "set-variables", variables, &[("next", next)])
}

fn lines(run: &Played) -> String {
    let mut writer = TraceWriter::new(run.entries[0].at, true);
    run.entries.iter().map(|entry| writer.lines(entry)).collect()
}

#[test]
fn log_entry_stands_in_the_round_in_which_it_happened() {
    let broken = "{% if flow.variables.n == 3 %}{{ 1 | divided_by: 0 }}{% endif %}";
    let mut split = widget("more", "split-based-on", json!({"input": "{{flow.variables.n}}"}), &[]);
    split["transitions"] = json!([{"event": "noMatch"},
        {"event": "match", "next": "n", "conditions": [{"type": "less_than", "value": "4"}]}]);
    let widgets = [
        set("n", "n", "{{flow.variables.n | plus: 1}}", "v"),
        set("v", "v", broken, "more"),
        split,
    ];
    let run = played(&widgets, &call(), PlayScript::default());
    let logged =
        run.entries.iter().position(|entry| matches!(entry.detail, TraceDetail::Logged(_)));
    let before = &run.entries[..logged.unwrap()];
    let rounds = before.iter().filter(
        |entry| matches!(&entry.detail, TraceDetail::Left { step, .. } if step.from == "v"),
    );
    assert_eq!(rounds.count(), 2);
    assert_eq!(steps(&run).len(), 12);
}

#[test]
fn each_round_that_fails_has_its_own_log_entry() {
    let widgets = [set("a", "v", "{{ 1 | divided_by: 0 }}", "b"), set("b", "w", "1", "a")];
    let run = played(&widgets, &call(), PlayScript::default());
    let of_a: Vec<bool> = run
        .entries
        .iter()
        .filter_map(|entry| match &entry.detail {
            TraceDetail::Logged(log) if log.code == Some(81018) => Some(true),
            TraceDetail::Left { step, .. } if step.from == "a" => Some(false),
            _ => None,
        })
        .collect();
    assert!(of_a.len() > 900 && of_a.chunks(2).all(|two| two == [true, false]), "{of_a:?}");
}

#[test]
fn trace_hides_the_password_of_a_url() {
    let url = "https://user:s3cretpw@x.example/a";
    let ask = widget("ask", "make-http-request", json!({"method": "GET", "url": url}), &[]);
    let text = lines(&played(&[ask], &call(), PlayScript::default()));
    assert!(text.contains("@x.example/a") && !text.contains("s3cretpw"), "{text}");
}

#[test]
fn trace_says_that_the_stop_key_was_the_only_one() {
    let run = played(&[menu(json!({})), bye()], &call(), actions(&[press("#")]));
    assert!(lines(&run).contains("the caller presses no key but the stop key"), "{}", lines(&run));
}

#[test]
fn missing_widget_is_told_at_the_one_that_leads_there() {
    let run = played(&[set("a", "v", "1", "nowhere")], &call(), PlayScript::default());
    let logged = run.entries.last().unwrap();
    assert!(matches!(logged.detail, TraceDetail::Logged(_)) && logged.widget == "a", "{logged:?}");
}

#[test]
fn request_without_an_answer_is_logged_as_one_whatever_the_reason() {
    let why = HttpOutcome::Unanswered("there is no such host".to_owned());
    let script = PlayScript {
        answers: vec![AnswerRule { outcome: why, ..answer(None, None, 200) }],
        ..PlayScript::default()
    };
    let text = lines(&played(&[http("a", "bye"), bye()], &call(), script));
    let words = "no answer: there is no such host";
    assert!(text.contains(words) && text.contains("81016: there was no answer\n"), "{text}");
}

#[test]
fn trace_says_to_whom_by_the_last_digits() {
    let message = json!({"from": "+15005550006", "to": "whatsapp:+15005551234", "body": "Hi"});
    let dial = json!({"noun": "number-multi", "to": "+15005552222, +15005553333"});
    let run = played(
        &[
            widget("text", "send-message", message, &[("sent", "dial")]),
            widget("dial", "connect-call-to", dial, &[]),
        ],
        &call(),
        PlayScript::default(),
    );
    let text = lines(&run);
    for expected in ["sends \"Hi\" to …1234\n", "number-multi …2222, …3333: completed, as usual\n"]
    {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let place = json!({"from": "+15005550006", "to": "{{contact.channel.address}}"});
    let run = played(
        &[widget("ring", "make-outgoing-call-v2", place, &[])],
        &request(),
        PlayScript::default(),
    );
    let text = lines(&run);
    assert!(text.contains("calls …0001: answered"), "{text}");
}

#[test]
fn trace_says_what_speech_recognition_makes_of_words() {
    let said = |words: &str| {
        let say = actions(&[CallerAction::Say(words.to_owned())]);
        lines(&played(&[menu(json!({})), bye()], &call(), say))
    };
    let text = said("yes");
    let expected = "the caller says \"yes\", which speech recognition writes \"Yes.\"\n";
    assert!(text.contains(expected), "{text}");
    assert!(said("Yes.").contains("the caller says \"Yes.\"\n"), "{}", said("Yes."));
}
