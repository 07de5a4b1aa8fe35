//! `make-http-request`, as twilio.com/docs/studio/widget-library/http-request documents it.

use super::*;

const FORM: &str = "application/x-www-form-urlencoded;charset=utf-8";

fn http(properties: Value) -> Value {
    widget("http", "make-http-request", properties, &[("success", ""), ("failed", "")])
}

/// Method, URL and body of the request.
fn sent(properties: Value) -> (HttpMethod, String, String) {
    let (_, actions) = begun(request(), &[http(properties)]);
    match actions.as_slice() {
        [Action::Request { method, url, body, timeout, .. }] => {
            assert_eq!(*timeout, HTTP_TIMEOUT);
            (*method, url.clone(), body.clone())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn parameters_are_in_the_query_of_a_get_and_in_the_form_of_a_post() {
    let parameters =
        json!([{"key": "a", "value": "{{flow.data.say}} & more"}, {"key": "b", "value": ""}]);
    let form = "a=Press+1.+%26+more&b=";
    let of = |method: &str, url: &str, content_type: &str| {
        sent(json!({"method": method, "url": url, "content_type": content_type,
                    "parameters": parameters, "body": "the {{flow.sid}}"}))
    };
    let get = |url: &str| of("GET", url, FORM);
    for (url, expected) in [
        ("https://h.example/x", "https://h.example/x?"),
        ("https://h.example/x?c=1", "https://h.example/x?c=1&"),
        ("https://h.example/x?", "https://h.example/x?"),
        ("https://h.example/x?c&", "https://h.example/x?c&"),
    ] {
        assert_eq!(get(url), (HttpMethod::Get, format!("{expected}{form}"), String::new()));
    }
    assert_eq!(get("https://h.example/#end").1, format!("https://h.example/?{form}#end"));
    let url = "https://h.example/{{flow.sid}}";
    let there = "https://h.example/FN1".to_owned();
    assert_eq!(of("POST", url, FORM), (HttpMethod::Post, there.clone(), form.to_owned()));
    assert_eq!(
        of("post", url, "application/json"),
        (HttpMethod::Post, there, "the FN1".to_owned())
    );
    let plain = json!({"method": "GET", "url": "https://u:p@h.example:8080/"});
    assert_eq!(sent(plain).1, "https://u:p@h.example:8080/");
}

#[test]
fn request_that_cannot_be_sent_fails_with_its_code() {
    for properties in [
        json!({"method": "POST", "url": ""}),
        json!({"method": "POST", "url": "{{flow.variables.none}}/path"}),
        json!({"method": "POST", "url": "ftp://h.example/"}),
        json!({"method": "POST", "url": "https://"}),
        json!({"method": "POST", "url": "https://h.example/a b"}),
        json!({"method": "PUT", "url": "https://h.example/"}),
        // A reserved name.
        json!({"method": "POST", "url": "https://h.example/", "parameters": [{"key": "method", "value": "x"}]}),
        // The account's credentials are sent to Twilio alone.
        json!({"method": "POST", "url": "https://h.example/", "add_twilio_auth": true}),
        json!({"method": "POST", "url": "https://twilio.com.h.example/", "add_twilio_auth": true}),
        json!({"method": "POST", "url": "https://h.example/?@twilio.com", "add_twilio_auth": true}),
    ] {
        let (run, actions) = begun(request(), &[http(properties.clone())]);
        assert_eq!(
            (actions, passed(&run)),
            (vec![], vec!["http failed".to_owned()]),
            "{properties}"
        );
        assert_eq!(codes(&run), [Some(81014)], "{properties}");
    }
}

#[test]
fn only_a_2xx_of_64_kb_is_a_success() {
    let large = format!("\"{}\"", "x".repeat(MAX_RESPONSE_BYTES - 1));
    let at_most = &large[1..];
    let received =
        |size| RunEvent::Responded(HttpResponse::received(200, String::new(), &vec![0xe9; size]));
    for (event, is_good) in [
        (response(200, "{}"), true),
        (response(204, ""), true),
        (response(200, at_most), true),
        (response(200, &large), false),
        // As many bytes as came, whatever they are as text.
        (received(MAX_RESPONSE_BYTES), true),
        (received(MAX_RESPONSE_BYTES + 1), false),
        (response(302, "{}"), false),
        (response(404, "{}"), false),
        (response(500, "{}"), false),
        (RunEvent::TimedOut, false),
    ] {
        let (mut run, _) =
            begun(request(), &[http(json!({"method": "GET", "url": "https://h.example/"}))]);
        run.step(event, at(1));
        let fired = if is_good { "http success" } else { "http failed" };
        assert_eq!(passed(&run), [fired]);
        // A failure leaves no variables.
        assert_eq!(run.context()["widgets"].get("http").is_some(), is_good);
        assert_eq!(codes(&run), if is_good { vec![] } else { vec![Some(81016)] });
    }
}

/// The variables of a widget that leads to itself by a pause, after these answers.
fn after(answers: &[(&str, &str)]) -> Value {
    let http = widget(
        "http",
        "make-http-request",
        json!({"method": "GET", "url": "https://h.example/"}),
        &[("success", "set"), ("failed", "set")],
    );
    let set = widget("set", "set-variables", json!({}), &[("next", "http")]);
    let (mut run, _) = begun(request(), &[http, set]);
    for (content_type, body) in answers {
        let [content_type, body] = [content_type, body].map(|text| (*text).to_owned());
        let status = if body == "down" { 503 } else { 200 };
        run.step(RunEvent::Responded(HttpResponse::of_text(status, content_type, body)), at(1));
    }
    run.context()["widgets"]["http"].clone()
}

#[test]
fn object_of_json_is_parsed_and_nothing_else() {
    let parsed = |content_type, body| after(&[(content_type, body)]).get("parsed").cloned();
    assert_eq!(parsed("application/json", r#"{"a": {"b": 1}}"#), Some(json!({"a": {"b": 1}})));
    assert_eq!(parsed("Application/JSON; charset=utf-8", r#"{"a": 1}"#), Some(json!({"a": 1})));
    assert_eq!(parsed("application/json", "[1]"), None);
    assert_eq!(parsed("application/json", "{"), None);
    assert_eq!(parsed("text/plain", "{}"), None);
    assert_eq!(
        after(&[("text/plain", "hi")]),
        json!({"body": "hi", "content_type": "text/plain", "status_code": 200})
    );
}

#[test]
fn second_answer_is_merged_into_the_first() {
    let json = "application/json";
    let first = (json, r#"{"a": 1, "b": {"c": 1}}"#);
    let two = after(&[first, (json, r#"{"b": {"d": 2}}"#)]);
    // A key that the second does not have stays; the body is its own.
    assert_eq!(two["parsed"], json!({"a": 1, "b": {"d": 2}}));
    assert_eq!(two["body"], json!(r#"{"b": {"d": 2}}"#));
    let text = after(&[first, ("text/plain", "hi")]);
    assert_eq!((&text["parsed"]["a"], &text["body"]), (&json!(1), &json!("hi")));
    assert_eq!(after(&[first, (json, "down")])["body"], json!(first.1));
}
