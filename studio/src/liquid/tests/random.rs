//! Random templates, of characters and of the grammar: nothing panics, nothing works longer than it may.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::limits::measure;
use super::render;
use crate::liquid::filters::FILTERS;
use crate::liquid::{MAX_RENDERED_BYTES, MAX_WORK, Template, block};

fn context() -> Value {
    json!({
        "a": {"b": [1, "2", null, {"c": "x y"}], "n": 3, "f": 2.5},
        "s": "Hello, ä World",
        "long": "<a b='c'>& ".repeat(3000),
        "list": ["b", "a", 10, 9.5, false, ["x"]],
        "t": "2026-11-28T10:00:00Z",
    })
}

fn operand() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a.b"),
        Just("a.n"),
        Just("a . f"),
        Just("s"),
        Just("long"),
        Just("list"),
        Just("t"),
        Just("none"),
        Just("x"),
        Just("i"),
        Just("forloop.index0"),
        Just("'now'"),
        Just("'%Y %j %s %-d %%'"),
        Just("','"),
        Just("''"),
        Just("\"b\""),
        Just("-1"),
        Just("0"),
        Just("3"),
        Just("9223372036854775807"),
        Just("-9223372036854775808"),
        Just("1.5"),
        Just("true"),
        Just("nil"),
        Just("empty"),
        Just("blank"),
        Just("list.size"),
        Just("list.first"),
    ]
    .prop_map(str::to_owned);
    leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(from, to)| format!("({from}..{to})")),
            inner.prop_map(|index| format!("list[{index}]")),
        ]
    })
}

fn pipeline() -> impl Strategy<Value = String> {
    let call = (
        prop::sample::select(FILTERS.iter().map(|filter| filter.name).collect::<Vec<_>>()),
        prop::collection::vec(operand(), 1..3),
    )
        .prop_map(|(name, arguments)| format!(" | {name}: {}", arguments.join(", ")));
    (operand(), prop::collection::vec(call, 0..4))
        .prop_map(|(value, calls)| value + &calls.concat())
}

fn test() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(&["==", "!=", "<", "<=", ">", ">=", "contains", "<>"][..]);
    let one = prop_oneof![
        operand(),
        (operand(), operator, operand())
            .prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
    ];
    (prop::collection::vec(one, 1..4), prop::sample::select(&[" and ", " or "][..]))
        .prop_map(|(all, joint)| all.join(joint))
}

fn template() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-z ä\\n}]{0,8}",
        pipeline().prop_map(|value| format!("{{{{ {value} }}}}")),
        pipeline().prop_map(|value| format!("{{%- assign x = {value} -%}}")),
        Just("{% break %}".to_owned()),
        Just("{% continue %}".to_owned()),
        Just("{% increment i %}".to_owned()),
        operand().prop_map(|value| format!("{{% cycle {value}, 'b' %}}")),
        Just("{% raw %}{{ {% endraw %}{% comment %}{{{% endcomment %}".to_owned()),
    ];
    let many = |inner: BoxedStrategy<String>| {
        prop::collection::vec(inner, 0..4).prop_map(|all| all.concat())
    };
    leaf.boxed().prop_recursive(6, 40, 4, move |inner| {
        let body = || many(inner.clone().boxed());
        prop_oneof![
            body(),
            (test(), body(), body()).prop_map(|(test, yes, no)| format!("{{% if {test} %}}{yes}{{% else %}}{no}{{% endif %}}")),
            (test(), body()).prop_map(|(test, body)| format!("{{% unless {test} %}}{body}{{% endunless %}}")),
            (operand(), body()).prop_map(|(list, body)| format!("{{% for i in {list} %}}{body}{{% endfor %}}")),
            (operand(), operand(), body()).prop_map(|(list, limit, body)| format!(
                "{{% tablerow i in {list} limit: {limit} cols: {limit} %}}{body}{{% endtablerow %}}"
            )),
            body().prop_map(|body| format!("{{% capture x %}}{body}{{% endcapture %}}")),
            body().prop_map(|body| format!("{{% ifchanged %}}{body}{{% endifchanged %}}")),
            (operand(), operand(), body()).prop_map(|(subject, value, body)| format!(
                "{{% case {subject} %}}{{% when {value}, 1 %}}{body}{{% else %}}{body}{{% endcase %}}"
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn template_of_the_grammar_is_parsed_and_keeps_its_limits(template in template()) {
        prop_assert!(block::parse(&template).is_ok(), "{template}: {:?}", block::parse(&template));
        let (rendered, spent) = measure(&template, &context());
        prop_assert!(spent < MAX_WORK * 2, "{spent}");
        match rendered {
            Ok(text) => prop_assert!(text.len() <= MAX_RENDERED_BYTES),
            Err(error) => prop_assert!(!error.contains("Hello"), "{error}"),
        }
    }

    #[test]
    fn template_of_the_grammar_with_a_piece_cut_out_never_panics(
        template in template(), from in 0_usize..200, length in 0_usize..9,
    ) {
        let cut: String = template.chars().enumerate()
            .filter(|(index, _)| !(from..from + length).contains(index)).map(|(_, c)| c).collect();
        let _ = render(&cut, &context());
    }

    #[test]
    fn template_of_characters_never_panics(
        template in "([a-z.{}|% ä'\"\\[\\]()0-9:,=<>+-]|\\{\\{|\\}\\}|\\{%|%\\}| if | endif | for x in |\\n){0,40}",
    ) {
        if let Ok(parsed) = Template::parse(&template) {
            parsed.paths();
        }
        let _ = render(&template, &context());
    }

    #[test]
    fn text_without_braces_is_written_as_it_is(text in "[^{]{0,60}", value in ".{0,60}") {
        prop_assert_eq!(render(&text, &json!({})).unwrap(), text.clone());
        let context = json!({"a": {"b": value.clone()}});
        prop_assert_eq!(render("{{a.b}}", &context).unwrap(), value.clone());
        let json = render("{{a.b | to_json}}", &context).unwrap();
        prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), value);
    }

    #[test]
    fn date_of_any_format_never_panics(format in "(%[-_0^#]?[0-9]{0,3}[a-zA-Z%]|[a-z ]){0,8}", seconds in any::<i64>()) {
        let context = json!({"format": format, "seconds": seconds});
        let _ = render("{{ seconds | date: format }}{{ 'now' | date: format }}{{ format | date: format }}", &context);
    }
}
