use minijinja::{AutoEscape, Environment, Value, context};
use proptest::prelude::*;

use super::weight::MAX_WORK_BYTES;
use super::*;

mod never_panics;
mod numbers;

fn language() -> Environment<'static> {
    environment(100_000, |_, text| text)
}

fn rendered(source: &str, context: Value) -> Result<String, Error> {
    render(&language(), source, context, AutoEscape::None)
}

fn given() -> Value {
    context! { data => context! { big => "x".repeat(1 << 20), text => "a <b> c", list => [1, 2, 3], n => 7 } }
}

fn plain(source: &str) -> String {
    rendered(source, given()).unwrap_or_else(|error| panic!("{source}: {error}"))
}

/// The twentieth doubling of what this makes of `a`, and what of `a` is said.
fn doubled(step: &str, end: &str) -> String {
    let begin = "{% set a = 'aaaaaaaaaa' %}{% set l = [1, 2] %}";
    format!("{begin}{}{end}", step.repeat(60))
}

#[test]
fn usual_templates_say_what_they_always_said() {
    for (source, expected) in [
        ("*{{ data.text }}*", "*a <b> c*"),
        ("{{ data.n * 2 + 1 }} {{ 2 * 3 }} {{ data.n * 0.5 }} {{ data.n // 2 }}", "15 6 3.5 3"),
        ("{{ data.text ~ '!' ~ data.n }}", "a <b> c!7"),
        ("{% set x %}[{{ data.n }}]{% endset %}{{ x }}{{ x }}", "[7][7]"),
        (
            "{% for i in data.list if i > 1 %}{{ loop.index }}:{{ i }} {% else %}none{% endfor %}",
            "1:2 2:3 ",
        ),
        ("{% for a, b in {'k': 1, 'm': 2}|items %}{{ a }}={{ b }};{% endfor %}", "k=1;m=2;"),
        ("{{ data.list|map('string')|join(', ') }} {{ data.list|length }}", "1, 2, 3 3"),
        ("{{ data.text|upper|replace('B', 'bb')|trim }}", "A <bb> C"),
        ("{{ '%05d %s'|format(42, data.n) }} {{ 'a\nb'|indent(2) }}", "00042 7 a\n  b"),
        ("{{ 'yes' if data.n in data.list else 'no' }} {{ data.list[1:]|list }}", "no [2, 3]"),
        (
            "{{ data.text[2:5] }}{{ data.list[0] }}{{ data['n'] }}{{ data.gone|default('-') }}",
            "<b>17-",
        ),
        ("{% with a = [data.n, 2] %}{{ a|sum }} {{ a|sort }}{% endwith %}", "9 [2, 7]"),
        ("{% filter upper %}a{{ data.n }}{% endfilter %}{{ [1] + [2] }}", "A7[1, 2]"),
        ("{% if data.n is defined and data.n is odd and not data.gone %}y{% endif %}", "y"),
        ("{{ range(3)|list }}{{ dict(a=1).a }}{{ data.big|length }}", "[0, 1, 2]11048576"),
        ("{{ data.text[::2] }}{{ data.list[1:9:2]|list }}{{ ''|reverse }}", "a<>c[2]"),
        ("{{ (data.big ~ 'y')[-2:] }}{{ data.text * 2 }}", "xya <b> ca <b> c"),
    ] {
        assert_eq!(plain(source), expected, "{source}");
    }
}

#[test]
fn condition_gives_what_it_always_gave() {
    let yes = |source: &str| {
        evaluate(&language(), source, given()).unwrap_or_else(|error| panic!("{error}")).is_true()
    };
    assert!(yes("data.n > 3 and 'b' in data.text and 1 < data.n <= 7"));
    assert!(!yes("data.n == 8 or data.gone") && yes("data.list == [1, 2, 3]"));
}

#[test]
fn text_that_doubles_fails_instead_of_growing() {
    for step in [
        "{% set a = a ~ a %}",
        "{% set a = a + a %}",
        "{% set a = a * 10 %}",
        "{% set a = 10 * a %}",
        "{% set a = [a, a] %}",
        "{% set a = (a, a) %}",
        "{% set a = {1: a, 2: a} %}",
        "{% set a = dict(x=a, y=a) %}",
        "{% set a = a|replace('a', 'aaaaaaaaaa') %}",
        "{% set a = a|replace('', 'aa') %}",
        "{% set a = [a, a]|join(a) %}",
        "{% set a = '%s%s'|format(a, a) %}",
        "{% set a %}{{ a }}{{ a }}{% endset %}",
        "{% set a %}{% filter upper %}{{ a }}{{ a }}{% endfilter %}{% endset %}",
        "{% set l = l + l %}{% set a = l|string %}",
        "{% set l = l|chain(l) %}{% set a = l %}",
        "{% set l = l|zip(l, l) %}{% set a = l %}",
        "{% set l = l|batch(1000, l)|list %}{% set a = l %}",
        "{% set l = l|slice(1000, l)|list %}{% set a = l %}",
        "{% set a = a|indent(1000, true) %}{% set a = a|replace(' ', 'a\n') %}",
    ] {
        for end in ["", "{{ a }}", "{{ a == a }}", "{{ a ~ '' }}", "{{ a|length }}"] {
            let source = doubled(step, end);
            let error = rendered(&source, given()).expect_err(step);
            assert!(is_too_much(&error), "{step}: {error}");
        }
    }
}

#[test]
fn single_step_that_is_enormous_fails() {
    for source in [
        "{{ 'a'|indent(1000000000) }}",
        "{{ 'a\nb'|indent(width=1000000000) }}",
        "{{ '%1000000000d'|format(1) }}",
        "{{ '%.1000000000f'|format(1) }}",
        "{{ '%*d'|format(1000000000, 1) }}",
        "{{ '{:>1000000000}'|format(1) }}",
        "{{ [1]|batch(1000000000, 'a')|list }}",
        "{{ [1]|slice(1000000000, 'a')|list }}",
        "{{ data.text * 1000000000 }}",
        "{{ data.big|replace('x', data.big) }}",
        "{{ data.big|list|join(data.big) }}",
        "{{ data.big|trim(data.big) }}",
        "{{ ['a']|sum(start='') }}",
        "{{ data.big|list|select('in', data.big|list)|list }}",
        "{% for i in range(99999) %}{{ data.big|upper|length }}{% endfor %}",
        "{% for i in range(99999) %}{{ data.big == data.big ~ 'a' }}{% endfor %}",
        "{% for i in range(99999) %}{% for c in data.big %}{{ c }}{% endfor %}{% endfor %}",
        "{% for i in range(99999) %}{{ data.big[-1] }}{{ data.big[i:] }}{% endfor %}",
        "{% for i in range(99999) %}{% set x %}{{ data.big }}{% endset %}{% endfor %}",
    ] {
        let error = rendered(source, given()).expect_err(source);
        assert!(is_too_much(&error), "{source}: {error}");
    }
    let raw = "x".repeat(9_000);
    for source in [
        format!("{{% for i in range(30000) %}}{raw}{{% endfor %}}"),
        format!("{{% set a %}}{{% for i in range(30000) %}}{raw}{{% endfor %}}{{% endset %}}"),
    ] {
        assert!(is_too_much(&rendered(&source, given()).expect_err("a flood")));
    }
}

#[test]
fn what_no_template_may_have_fails_its_check_with_its_line() {
    for (source, expected) in [
        ("a\n{% for x in ['a'] recursive %}{{ loop([x ~ x]) }}{% endfor %}", "`recursive`"),
        ("a\n{{ 'a' * 1000000000 }}", "only numbers can be multiplied"),
        ("a\n{{ [1, 2] * 1000000000 }}", "only numbers can be multiplied"),
        ("a\n{{ ('a' ~ 'b') * 3 }}", "only numbers can be multiplied"),
        ("a\n{{ data.gone[::-1] }}", "the step of a slice must be a number above 0"),
        ("a\n{{ data.text[0:2:-1] }}", "the step of a slice must be a number above 0"),
        ("a\n{{ data.text[::data.n] }}", "the step of a slice must be a number above 0"),
        ("a\n{{ data.text[::0] }}", "the step of a slice must be a number above 0"),
        ("a\n{% set ns.a = 1 %}", "cannot be set"),
        ("a\n{% include 'a' %}", "`include`"),
        ("a\n{% extends 'a' %}", "`extends`"),
        ("a\n{% import 'a' as b %}", "`import`"),
        ("a\n{% from 'a' import b %}", "`import`"),
        ("a\n{% block b %}{% endblock %}", "`block`"),
    ] {
        let (line, what) = check(source).expect_err(source);
        assert!(line == 2 && what.contains(expected), "{source}: {line}: {what}");
    }
    assert!(check_expression("'a' * 1000000000 == data.a").is_err());
    assert!(rendered("{% set ns = namespace(a=1) %}", given()).is_err());
    assert!(rendered("{{ debug() }}", given()).is_err());
}

/// A statement of those that could grow something.
fn statement() -> impl Strategy<Value = String> {
    let name = || prop::sample::select(vec!["a", "b", "l", "data.text", "data.big", "data.list"]);
    let set = || prop::sample::select(vec!["a", "b", "l"]);
    let filter = prop::sample::select(vec![
        "upper",
        "list",
        "string",
        "replace('a', 'aaaaaaaaa')",
        "replace(a, b)",
        "join(b)",
        "join",
        "split('')",
        "indent(900)",
        "indent(a)",
        "batch(3, l)|list",
        "slice(900, a)|list",
        "zip(l, b)",
        "chain(l, l)",
        "unique",
        "map('default', l)",
        "map('replace', 'a', b)",
        "map('upper')|list",
        "sort",
        "reverse",
        "items",
        "sum",
        "title",
        "select('in', l)|list",
        "groupby('x')",
        "format(a, b)",
        "trim(a)",
        "lines",
        "first",
        "last",
        "dictsort",
    ]);
    let operation = prop::sample::select(vec!["~", "+", "*", "==", "in", "<", "and", "or"]);
    prop_oneof![
        (set(), name(), operation, name())
            .prop_map(|(to, a, op, b)| format!("{{% set {to} = {a} {op} {b} %}}")),
        (set(), name(), filter)
            .prop_map(|(to, a, filter)| format!("{{% set {to} = {a}|{filter} %}}")),
        (set(), name(), name())
            .prop_map(|(to, a, b)| format!("{{% set {to} = [{a}, {b}, {a}] %}}")),
        (set(), name(), name())
            .prop_map(|(to, a, b)| format!("{{% set {to} = {{'x': {a}, 'y': {b}}} %}}")),
        (set(), name()).prop_map(|(to, a)| format!(
            "{{% set {to} %}}{{{{ {a} }}}}-{{{{ {a} }}}}{{% endset %}}"
        )),
        (set(), name(), slice())
            .prop_map(|(to, a, slice)| format!("{{% set {to} = {a}{slice} %}}")),
        name().prop_map(|a| format!("{{{{ {a} }}}}")),
    ]
}

/// A slice with any ends, now and then with the largest numbers there are.
fn slice() -> impl Strategy<Value = String> {
    let end = || {
        let number = prop_oneof![8 => -5_i64..5, 1 => Just(i64::MAX), 1 => Just(-i64::MAX)];
        prop::option::of(number).prop_map(|end| end.map(|end| end.to_string()).unwrap_or_default())
    };
    let step = prop_oneof![4 => 1_i64..4, 1 => Just(i64::MAX)];
    (end(), end(), step).prop_map(|(start, stop, step)| format!("[{start}:{stop}:{step}]"))
}

fn small_template() -> impl Strategy<Value = String> {
    let flat = prop::collection::vec(statement(), 1..25).prop_map(|all| all.concat()).boxed();
    let looped = (0_usize..40_000, flat.clone())
        .prop_map(|(count, inner)| format!("{{% for i in range({count}) %}}{inner}{{% endfor %}}"));
    let pieces = prop::collection::vec(prop_oneof![3 => flat, 1 => looped], 1..4);
    pieces.prop_map(|pieces| {
        format!(
            "{{% set a = 'aa' %}}{{% set b = 'b' %}}{{% set l = ['a', 'b'] %}}{}",
            pieces.concat()
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_small_template_makes_much(source in small_template()) {
        if let Ok(text) = rendered(&source, given()) {
            prop_assert!(text.len() <= MAX_WORK_BYTES);
        }
    }
}
