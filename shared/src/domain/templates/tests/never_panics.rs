//! Any expression gives a value or an error, whatever numbers, texts and lists it is made of.

use super::*;

const LEAVES: [&str; 26] = [
    "0",
    "1",
    "-1",
    "2",
    "7",
    "64",
    "1000",
    "0.5",
    "-2.5",
    "1e308",
    "9223372036854775807",
    "-9223372036854775807",
    "18446744073709551615",
    "170141183460469231731687303715884105727",
    "true",
    "none",
    "gone",
    "''",
    "'a'",
    "'é b\n%s'",
    "'%05d'",
    "[]",
    "['a', 'b', '']",
    "{'k': [1], 'a': ''}",
    "data.list",
    "data.text",
];
const OPERATIONS: [&str; 18] = [
    "+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in",
    "and", "or",
];
const FILTERS: [&str; 46] = [
    "safe",
    "escape",
    "lower",
    "upper",
    "title",
    "capitalize",
    "replace",
    "length",
    "dictsort",
    "items",
    "reverse",
    "trim",
    "join",
    "split",
    "lines",
    "default",
    "round",
    "abs",
    "int",
    "float",
    "attr",
    "first",
    "last",
    "min",
    "max",
    "sort",
    "list",
    "string",
    "bool",
    "batch",
    "slice",
    "sum",
    "indent",
    "select",
    "reject",
    "selectattr",
    "rejectattr",
    "map",
    "groupby",
    "unique",
    "chain",
    "zip",
    "format",
    "tojson",
    "urlencode",
    "count",
];
const TESTS: [&str; 21] = [
    "undefined",
    "defined",
    "none",
    "safe",
    "boolean",
    "odd",
    "even",
    "divisibleby",
    "number",
    "integer",
    "float",
    "string",
    "sequence",
    "iterable",
    "mapping",
    "startingwith",
    "endingwith",
    "lower",
    "sameas",
    "eq",
    "in",
];

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(&LEAVES[..]).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        let given = prop::collection::vec(inner.clone(), 0..3).prop_map(|all| all.join(", "));
        let end = || prop::option::of(inner.clone()).prop_map(Option::unwrap_or_default);
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            (two.clone(), prop::sample::select(&OPERATIONS[..]))
                .prop_map(|((left, right), operation)| format!("({left} {operation} {right})")),
            (inner.clone(), prop::sample::select(&FILTERS[..]), given.clone())
                .prop_map(|(of, filter, given)| format!("({of})|{filter}({given})")),
            (inner.clone(), prop::sample::select(&TESTS[..]), given.clone())
                .prop_map(|(of, test, given)| format!("(({of}) is {test}({given}))")),
            (inner.clone(), end(), end(), end())
                .prop_map(|(of, from, to, step)| format!("({of})[{from}:{to}:{step}]")),
            two.clone().prop_map(|(of, at)| format!("({of})[{at}]")),
            given.clone().prop_map(|given| format!("range({given})")),
            given.prop_map(|given| format!("[{given}]")),
            (two, inner.clone()).prop_map(|((yes, no), is)| format!("({yes} if {is} else {no})")),
            inner.prop_map(|of| format!("(-{of})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn no_expression_panics(source in expression()) {
        let _ = check_expression(&source);
        let language = language();
        if let Ok(value) = evaluate(&language, &source, given()) {
            prop_assert!(value.to_string().len() <= MAX_WORK_BYTES);
        }
        let _ = rendered(&format!("{{{{ {source} }}}}"), given());
    }
}
