//! Liquid, sentence by sentence of the contract.

use serde_json::{Value, json};

use super::Template;

const NOW: &str = "2026-11-28T20:00:00Z";

fn render(template: &str, context: &Value) -> Result<String, String> {
    let rendered = super::render(template, context, NOW.parse().unwrap());
    rendered.map_err(|error| error.to_string())
}

#[test]
fn look_up_renders_what_is_there_and_else_nothing() {
    let context = json!({
        "flow": {"sid": "FN1", "data": {"say": "A & B {{x}}", "n": 5}},
        "widgets": {"report_key": {"parsed": {"again": true, "list": ["a", "b"], "none": null}}},
    });
    for (template, rendered) in [
        ("", ""),
        ("no braces { } }}", "no braces { } }}"),
        ("{{flow.sid}}", "FN1"),
        ("{{ flow.sid }}-{{flow.data.n}}", "FN1-5"),
        ("{{flow.data.say}}!", "A & B {{x}}!"),
        ("1 {{widgets.report_key.parsed.again}}", "1 true"),
        ("{{widgets.report_key.parsed.list.1}}", "b"),
        ("{{widgets.report_key.parsed.none}}{{widgets.other.parsed.say}}{{flow.sid.x}}", ""),
    ] {
        assert_eq!(render(template, &context).as_deref(), Ok(rendered), "{template}");
    }
}

#[test]
fn paths_are_the_constant_parts_of_every_look_up() {
    let template =
        "{{widgets.get-day.list[0][flow.data.key].x}}{% if a['b'] == c %}{{d|append:e}}{%endif%}";
    let paths = Template::parse(template).unwrap().paths();
    let paths: Vec<String> = paths.iter().map(|parts| parts.join(" ")).collect();
    assert_eq!(paths, ["widgets get-day list 0", "flow data key", "a b", "c", "d", "e"]);
}
