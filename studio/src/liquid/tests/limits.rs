//! The work that a rendering may cost; counted, not timed.

use serde_json::{Value, json};

use super::{NOW, render};
use crate::liquid::render::Renderer;
use crate::liquid::{MAX_DEPTH, MAX_LOOP_ROUNDS, MAX_RENDERED_BYTES, MAX_WORK, Template, block};

/// Most work that one part of a template does before it is counted: a value is made, then weighed.
const MAX_UNCOUNTED_WORK: u64 = 8 * 1024 * 1024;

/// The result of a rendering, and the work that it did.
pub(super) fn measure(template: &str, context: &Value) -> (Result<String, String>, u64) {
    let nodes = block::parse(template).unwrap();
    let mut renderer = Renderer::new(template, context, NOW.parse().unwrap());
    let rendered = renderer.render(&nodes).map_err(|error| error.to_string());
    (rendered, renderer.spent())
}

#[test]
fn loop_ends_after_fifteen_rounds() {
    assert_eq!(MAX_LOOP_ROUNDS, 15);
    let context = json!({"list": vec![1; 40]});
    for loop_of in [
        "(1..16)",
        "(1..9000000000000000000)",
        "(-9000000000000000000..9000000000000000000)",
        "list",
    ] {
        let template = format!("{{% for i in {loop_of} %}}x{{% endfor %}}.");
        assert_eq!(render(&template, &context).unwrap(), "x".repeat(15) + ".", "{loop_of}");
    }
    let reversed = "{% for i in (1..40) reversed %}{{i}},{% endfor %}";
    assert!(render(reversed, &context).unwrap().starts_with("40,39,"));
    // Each loop has its own rounds.
    let nested = "{% for i in (1..99) %}{% for j in (1..99) %}x{% endfor %}{% endfor %}";
    assert_eq!(render(nested, &context).unwrap().len(), 225);
}

#[test]
fn rendered_text_of_more_than_16_kb_is_an_error() {
    let text = "x".repeat(MAX_RENDERED_BYTES);
    assert_eq!(render(&text, &json!({})).unwrap(), text);
    for template in [
        format!("{text}y"),
        format!("{text}{{{{ 1 }}}}"),
        format!("{{% capture a %}}{text}y{{% endcapture %}}"),
    ] {
        assert!(render(&template, &json!({})).unwrap_err().contains("longer than 16384 bytes"));
    }
    let context = json!({"body": "ä".repeat(MAX_RENDERED_BYTES / 2 + 1)});
    assert!(render("{{body}}", &context).is_err());
    assert_eq!(render("{{body | size}}", &context).unwrap(), "8193");
}

#[test]
fn loops_in_loops_end_with_the_work_that_is_allowed() {
    for inside in
        ["", "{% assign a = a | append: 'x' %}", "{% if flow == flow %}{% endif %}", "{{none}}"]
    {
        let depth = 12;
        let template =
            "{% for i in (1..15) %}".repeat(depth) + inside + &"{% endfor %}".repeat(depth);
        let (rendered, spent) = measure(&template, &json!({"flow": {"a": "x".repeat(1000)}}));
        assert!(rendered.unwrap_err().contains("more work than one text may"), "{inside}");
        assert!(spent < MAX_WORK + MAX_UNCOUNTED_WORK, "{spent}");
    }
}

#[test]
fn value_that_doubles_is_an_error_before_it_is_large() {
    let context = json!({"body": "a".repeat(64 * 1024), "list": vec!["x"; 2000]});
    for made in [
        "{% assign a = 'xxxxxxxx' %}{% for i in (1..15) %}{% for j in (1..15) %}{% assign a = a | append: a %}{% endfor %}{% endfor %}",
        "{% assign a = 'x,x' | split: ',' %}{% for i in (1..15) %}{% for j in (1..15) %}{% assign a = a | concat: a %}{% endfor %}{% endfor %}",
        "{% assign a = body | replace: 'a', body %}",
        "{% assign a = list | join: body %}",
        "{% assign a = body | split: '' | join: body %}",
    ] {
        let (rendered, spent) = measure(made, &context);
        let error = rendered.unwrap_err();
        assert!(error.contains("too large a value"), "{error}");
        assert!(spent < MAX_WORK, "{spent}");
    }
}

#[test]
fn nesting_is_bounded_on_a_small_stack() {
    let nested = |depth: usize| {
        let open =
            ["{% if true %}", "{% for i in (1..1) %}", "{% unless false %}", "{% capture a %}"];
        let close = ["{% endif %}", "{% endfor %}", "{% endunless %}", "{% endcapture %}"];
        let opened: String = (0..depth).map(|level| open[level % 4]).collect();
        let closed: String = (0..depth).rev().map(|level| close[level % 4]).collect();
        opened + "x" + &closed
    };
    let brackets =
        |depth: usize| "{{ ".to_owned() + &"a[".repeat(depth) + "1" + &"]".repeat(depth) + " }}";
    let ranges =
        |depth: usize| "{{ ".to_owned() + &"(".repeat(depth) + "1" + &"..2)".repeat(depth) + " }}";
    let run = move || {
        let (fits, deep) = (nested(MAX_DEPTH), nested(MAX_DEPTH + 1));
        assert_eq!(render(&fits, &json!({})), Ok(String::new()));
        assert!(render(&deep, &json!({})).unwrap_err().contains("blocks in blocks"));
        assert!(render(&nested(20_000), &json!({})).is_err());
        assert_eq!(render(&brackets(MAX_DEPTH - 1), &json!({})), Ok(String::new()));
        for template in [brackets(MAX_DEPTH + 1), brackets(20_000), ranges(20_000)] {
            assert!(render(&template, &json!({})).unwrap_err().contains("brackets in brackets"));
        }
        Template::parse(&fits).unwrap().paths();
    };
    std::thread::Builder::new().stack_size(512 * 1024).spawn(run).unwrap().join().unwrap();
}

#[test]
fn template_of_a_megabyte_is_parsed_and_refused() {
    let pieces = [
        "{{a}}",
        "{",
        "{{",
        "{%",
        "}}",
        "{{'",
        "{% raw %}",
        "{% comment %}",
        "{% if a %}",
        "{{ a | append: 'b' }}",
        "x ",
        "{%-  ",
        "{{ a.b[0] }}{% assign c = 'd' %}",
        "{{ a and ",
        "\n",
        "ä",
        "{% endif %}",
        "{{ a | a",
        "{% cycle 'a' %}",
    ];
    for piece in pieces {
        let template = piece.repeat(1024 * 1024 / piece.len());
        if let Ok(parsed) = Template::parse(&template) {
            let rendered = parsed.render(&json!({"a": {"b": ["c"]}}), NOW.parse().unwrap());
            assert!(rendered.map_or(true, |text| text.len() <= MAX_RENDERED_BYTES), "{piece}");
        }
    }
    let one = "{{ ".to_owned() + &"a.".repeat(500_000) + "b }}";
    assert_eq!(render(&one, &json!({})).unwrap(), "");
    let filters = "{{ 'a'".to_owned() + &" | append: 'b'".repeat(70_000) + " }}";
    assert!(render(&filters, &json!({})).is_err());
}
