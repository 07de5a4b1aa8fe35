use proptest::prelude::*;
use serde_json::json;

use crate::config::file::Config;
use crate::domain::event::TEST_EVENT;
use crate::domain::routes::Line;
use crate::twilio::event_stream;

fn lines(toml: &str, event: &serde_json::Value) -> Vec<(String, Line)> {
    let config = Config::parse(vec![("ringdown.toml".to_owned(), toml.to_owned())])
        .unwrap_or_else(|p| panic!("{p}"));
    config.routes.lines(&event_stream::event(&event.to_string()).unwrap())
}

fn route(keys: &str) -> String {
    format!("[channels.a]\n[channels.b]\n[[routes]]\nname = \"r\"\nevents = [\"x.*\"]\n{keys}")
}

fn lines_of(keys: &str, payload: serde_json::Value) -> Vec<(String, String)> {
    let event = json!({"type": "x.y", "id": "EV1", "data": {"payload": payload}});
    lines(&route(keys), &event).into_iter().map(|(channel, line)| (channel, line.text)).collect()
}

fn text(template: &str, payload: serde_json::Value) -> String {
    lines_of(&format!("text = '{template}'\nto = \"a\""), payload).remove(0).1
}

#[test]
fn glob_matches_event_types() {
    let toml = route("text = \"t\"\nto = \"a\"");
    let count = |kind: &str| lines(&toml, &json!({"type": kind, "id": "1"})).len();
    assert_eq!((count("x.y"), count("x.y.z"), count("x"), count("z.x.y")), (1, 1, 0, 0));
}

#[test]
fn condition_decides() {
    let keys = "when = \"data.payload.task_age > 1800\"\ntext = \"{{ data.payload.task_age // 60 }}\"\nto = \"a\"";
    assert_eq!(lines_of(keys, json!({"task_age": 1801})), [("a".to_owned(), "30".to_owned())]);
    for other in [json!({"task_age": 1800}), json!({"task_age": "12"}), json!({}), json!(null)] {
        assert_eq!(lines_of(keys, other.clone()), [], "{other}");
    }
}

#[test]
fn values_are_escaped_and_literals_are_not() {
    let payload = json!({"name": "<!channel> & *co*"});
    assert_eq!(
        text("*{{ data.payload.name }}* <!here>", payload),
        "*&lt;!channel&gt; &amp; *co** <!here>"
    );
}

#[test]
fn no_filter_lets_a_value_through() {
    let payload = json!({"a": "<!channel>", "list": ["<!here>", "b"], "json": "{\"k\":\"<@U1>\"}"});
    for template in [
        "{{ data.payload.a | upper }}",
        "{{ data.payload.a | replace(\"c\", \"<x>\") }}",
        "{{ data.payload.list | join(\"<\") }}",
        "{{ data.payload.json }}",
        "{{ data.payload.json.k }}",
        "{{ data.payload }}",
        "{% set x %}{{ data.payload.a }}{% endset %}{{ x }}",
        "{% autoescape false %}{{ data.payload.a }}{% endautoescape %}",
        "{{ \"<@\" ~ data.payload.a ~ \">\" }}",
        "{{ data.payload.a | mention }}.",
    ] {
        let said = text(template, payload.clone());
        assert!(!said.contains('<') && !said.contains('>'), "{template}: {said}");
    }
}

#[test]
fn only_a_member_id_becomes_a_mention() {
    let mention = |id: &str| text("{{ data.payload.id | mention }}.", json!({"id": id}));
    assert_eq!(mention("U0123ABCD"), "<@U0123ABCD>.");
    assert_eq!(mention("W0123ABCD"), "<@W0123ABCD>.");
    for other in ["", "alice", "!channel", "U0>1", "u0123abcd", "C0123ABCD", "U1|x"] {
        assert_eq!(mention(other), ".", "{other}");
    }
}

#[test]
fn json_text_is_an_object_and_prints_as_it_came() {
    let payload = json!({"task_attributes": "{\"customer\": \"Bob\",\"n\":[1,2]}"});
    assert_eq!(text("{{ data.payload.task_attributes.customer }}", payload.clone()), "Bob");
    assert_eq!(text("{{ data.payload.task_attributes.n[1] }}", payload.clone()), "2");
    assert_eq!(
        text("{{ data.payload.task_attributes }}", payload),
        "{\"customer\": \"Bob\",\"n\":[1,2]}"
    );
}

#[test]
fn object_and_list_print_as_json() {
    let payload = json!({"b": null, "a": [1, true, "q\"\u{7f}ü"], "n": {"x": 1.5}});
    for (template, expected) in [
        ("{{ data.payload }}", payload.clone()),
        ("{{ data }}", json!({"payload": payload})),
        ("{{ data.payload.a }}", payload["a"].clone()),
        ("{{ [data.payload.n, none] }}", json!([payload["n"], null])),
    ] {
        let printed = text(template, payload.clone());
        let printed: serde_json::Value = serde_json::from_str(&printed).expect(template);
        assert_eq!(printed, expected, "{template}");
    }
    let within = json!({"text": "{\"k\": [1, 2]}"});
    assert_eq!(text("{{ data.payload }}", within), "{\"text\": {\"k\": [1, 2]}}");
}

#[test]
fn account_manager_of_the_customer_reads_it() {
    let keys = "when = \"data.payload.task_attributes.manager\"\n\
                text = \"{{ data.payload.task_attributes.manager | mention }} {{ data.payload.task_attributes.name }} \
                is calling\"\nto = \"{{ data.payload.task_attributes.channel }}\"\nfallback = \"b\"";
    let call = |attributes: serde_json::Value| {
        lines_of(keys, json!({"task_attributes": attributes.to_string()}))
    };
    let manager = json!({"manager": "U0123ABCD", "name": "Bob", "channel": "a"});
    assert_eq!(call(manager), [("a".to_owned(), "<@U0123ABCD> Bob is calling".to_owned())]);
    let undeclared = json!({"manager": "U0123ABCD", "name": "Bob", "channel": "everybody"});
    assert_eq!(call(undeclared)[0].0, "b");
    assert_eq!(call(json!({"name": "Bob"})), []);
}

#[test]
fn route_that_fails_says_so_in_a_plain_line() {
    for keys in [
        "text = \"{{ data.payload.n // 0 }}\"\nto = \"a\"",
        "text = \"{{ data.payload.misspelt }}\"\nto = \"a\"",
        "text = \"{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}\"\nto = \"a\"",
        "when = \"data.payload.n // 0 > 1\"\ntext = \"t\"\nto = \"a\"",
    ] {
        let event = json!({"type": "x.y", "id": "EV<1>", "data": {"payload": {"n": 1}}});
        let lines = lines(&route(keys), &event);
        assert_eq!(lines.len(), 1, "{keys}");
        assert!(lines[0].1.failed, "{keys}");
        assert_eq!(
            lines[0].1.text,
            ":warning: `x.y` `EV&lt;1&gt;` (the route \"r\" failed on this event)"
        );
    }
}

#[test]
fn test_event_is_shown_without_a_route() {
    let event = json!({"type": TEST_EVENT, "id": "AC1", "data": {"test_id": "t"}});
    let lines = lines(&route("text = \"t\"\nto = \"a\""), &event);
    assert_eq!((lines[0].0.as_str(), lines[0].1.route.as_str()), ("a", "test event"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_template_and_no_event_can_make_it_panic(template in r#"[{}%|a-z.'"<& ()\[\]0-9~+*/-]{0,60}"#, value in ".{0,40}") {
        let toml = route(&format!("text = {}\nto = \"a\"", toml_text(&template)));
        let Ok(config) = Config::parse(vec![("f".to_owned(), toml)]) else { return Ok(()) };
        let event = json!({"type": "x.y", "id": "1", "data": {"payload": {"a": value}}}).to_string();
        config.routes.lines(&event_stream::event(&event).unwrap());
    }

    #[test]
    fn no_value_can_mention_or_link(value in "[<>&@!|a-zU0-9]{0,30}") {
        let said = text("x{{ data.payload.v }}", json!({"v": value}));
        prop_assert!(!said.contains('<') && !said.contains('>'));
    }
}

fn toml_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
