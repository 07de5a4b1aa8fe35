//! Templates that cannot be evaluated: error 81018.

use super::*;

#[test]
fn broken_template_takes_the_failure_event_of_a_widget_that_has_one() {
    for (kind, property, event) in [
        ("make-http-request", "url", "failed"),
        ("run-function", "url", "fail"),
        ("send-message", "body", "failed"),
        ("send-and-wait-for-reply", "body", "deliveryFailure"),
        ("make-outgoing-call-v2", "to", "failed"),
        ("send-to-flex", "attributes", "failedToEnqueue"),
    ] {
        let properties = json!({property: "{{a | no_such_filter}}"});
        let (run, actions) = begun(request(), &[widget("w", kind, properties, &[(event, "")])]);
        assert_eq!((passed(&run), actions), (vec![format!("w {event}")], vec![]), "{kind}");
        let last = run.log().last().expect("an entry");
        let takes = format!("the widget takes {event}");
        assert!(codes(&run).contains(&Some(81018)), "{kind}: {last:?}");
        assert!(run.log().iter().any(|entry| entry.message.contains(&takes)), "{kind}: {last:?}");
    }
}

#[test]
fn broken_template_stays_as_it_is_in_a_widget_without_a_failure_event() {
    let broken = "Hello {{contact.channel.address";
    let (run, actions) =
        begun(call(), &[widget("w", "say-play", json!({"say": broken}), &[("audioComplete", "")])]);
    assert_eq!(actions, say(broken));
    assert_eq!(codes(&run), [Some(81018)]);
    assert!(run.log()[0].message.contains("the text stays as it is"), "{:?}", run.log());
    let pairs = json!({"variables": [{"key": "k", "value": broken}]});
    let (run, _) = begun(call(), &[widget("w", "set-variables", pairs, &[("next", "")])]);
    assert_eq!(run.context()["flow"]["variables"]["k"], json!(broken));
    assert_eq!((codes(&run), run.log()[0].widget.as_str()), (vec![Some(81018)], "w"));
}

#[test]
fn numbers_may_be_text_or_liquid() {
    for timeout in [json!(9), json!("9"), json!(" {{flow.data.none | plus: 9}} ")] {
        let gather =
            widget("w", "gather-input-on-call", json!({"say": "?", "timeout": timeout}), &[]);
        let (_, actions) = begun(call(), &[gather]);
        let [Action::Gather { timeout, .. }] = actions.as_slice() else { panic!("{actions:?}") };
        assert_eq!(timeout.as_secs(), 9);
    }
}
