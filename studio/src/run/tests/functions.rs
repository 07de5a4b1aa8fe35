//! `run-function`, as twilio.com/docs/studio/widget-library/run-function documents it.

use super::*;

fn function(url: &str) -> Value {
    let parameters = json!([{"key": "who", "value": "{{contact.channel.address}}"}]);
    let properties = json!({"url": url, "parameters": parameters, "service_sid": "ZS1"});
    widget("f", "run-function", properties, &[("success", ""), ("fail", "")])
}

#[test]
fn function_is_sent_its_parameters_as_a_form() {
    let (_, actions) = begun(request(), &[function("https://a-1.twil.io/look-up")]);
    let [url, content_type, body] =
        ["https://a-1.twil.io/look-up", "application/x-www-form-urlencoded", "who=%2B15005550001"]
            .map(str::to_owned);
    let (method, timeout) = (HttpMethod::Post, HTTP_TIMEOUT);
    assert_eq!(
        actions,
        [Action::Request { method, url, content_type, body, timeout, has_twilio_auth: false }]
    );
    let (run, actions) = begun(request(), &[function("")]);
    assert_eq!(
        (actions, passed(&run), codes(&run)),
        (vec![], vec!["f fail".to_owned()], vec![Some(81010)])
    );
}

#[test]
fn function_succeeds_with_2xx_and_3xx() {
    let large = "x".repeat(MAX_RESPONSE_BYTES + 1);
    for (event, fired, log) in [
        (response(200, r#"{"a": 1}"#), "success", vec![]),
        (response(302, "{}"), "success", vec![]),
        (response(403, "{}"), "fail", vec![Some(81010)]),
        (response(500, "{}"), "fail", vec![Some(81010)]),
        (response(200, &large), "fail", vec![Some(81017)]),
        (RunEvent::TimedOut, "fail", vec![Some(81010)]),
    ] {
        let (mut run, _) = begun(request(), &[function("https://a-1.twil.io/look-up")]);
        run.step(event, at(1));
        assert_eq!((passed(&run), codes(&run)), (vec![format!("f {fired}")], log));
    }
    let (mut run, _) = begun(request(), &[function("https://a-1.twil.io/look-up")]);
    run.step(response(200, r#"{"a": 1}"#), at(1));
    assert_eq!(run.context()["widgets"]["f"]["parsed"], json!({"a": 1}));
}
