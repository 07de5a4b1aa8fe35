//! The failures that Twilio's error 81018 lists, each with its place and its reason.

use serde_json::json;

use super::render;
use crate::liquid::Template;

#[test]
fn template_that_is_no_liquid_says_where_and_why() {
    for (template, error) in [
        ("a {{b", "line 1, column 3: the braces `{{` are not closed by `}}`"),
        (
            "a\nb {{flow.variables.reservation_id",
            "line 2, column 3: the braces `{{` are not closed by `}}`",
        ),
        ("{{a}} {%", "line 1, column 7: the braces `{%` are not closed by `%}`"),
        ("{{ {{a}} }}", "line 1, column 4: a brace inside of braces"),
        ("{{ 'a }}", "line 1, column 4: a quotation mark that opens here is not closed"),
        ("{{}}", "line 1, column 3: a value is missing"),
        ("{{ a. }}", "a name is missing after `.`"),
        ("{{a..b}}", "`..` is not expected here"),
        ("{{ a[1 }}", "the index has no `]`"),
        ("{{ a + b }}", "line 1, column 6: Liquid has no operator `+`: use `| plus:`"),
        ("{{ a * b }}", "`| times:`"),
        ("{% if a && b %}{% endif %}", "use `and`"),
        ("{% if !a %}{% endif %}", "use `unless`"),
        ("{% if a = b %}{% endif %}", "use `==`"),
        ("{% if a | size > 1 %}{% endif %}", "a filter cannot stand here"),
        ("{% if (a or b) and c %}{% endif %}", "parentheses are for ranges alone"),
        ("{{ a b }}", "`b` is not expected here"),
        ("é {{ größe }}", "line 1, column 8: a character that is not ASCII"),
        ("{{ “a” }}", "typographic quotation mark"),
        ("{{ a\u{a0}}}", "no-break space"),
        ("{{ 2fa }}", "a name must begin with a letter"),
        ("{{ a | shout }}", "line 1, column 8: unknown filter `shout`"),
        ("{{ a | }}", "the name of a filter is missing"),
        ("{{ a | append }}", "the filter `append` needs 1 argument, and has 0"),
        ("{% shout %}", "line 1, column 4: unknown tag `shout`"),
        ("{% %}", "a tag without a name"),
        ("{% include 'x' %}", "no files"),
        ("{% assign a %}", "`assign` needs `=`"),
        ("{% assign a.b = 1 %}", "`assign` needs `=` after a plain name"),
        ("{% assign = 1 %}", "`assign` needs a name"),
        ("{% assign a = %}", "a value is missing"),
        ("{% for a of b %}{% endfor %}", "the loop needs `in`"),
        ("{% for a in b cols: 1 %}{% endfor %}", "`cols` is for `tablerow` alone"),
        ("{% for a in (1..) %}{% endfor %}", "a value is missing before `)`"),
        ("{% if a %}", "line 1, column 4: `if` has no `endif`"),
        ("{% if a %}{% endfor %}", "`endfor` does not belong to the `if` before it"),
        ("{% if a %}{% else if b %}{% endif %}", "`if` is not expected here"),
        ("{% endif %}", "`endif` has no tag that opens it"),
        ("{% endraw %}", "`endraw` has no tag that opens it"),
        ("{% raw %}", "the tag has no `endraw`"),
        ("{% comment %} {% endcommen %}", "the tag has no `endcomment`"),
        ("{{ 1e999 }}", "a name must begin with a letter"),
    ] {
        let found = Template::parse(template).unwrap_err().to_string();
        assert!(found.contains(error), "{template}: {found}");
    }
}

#[test]
fn value_that_does_not_fit_is_an_error() {
    let context = json!({"list": ["secret"], "i": 77, "n": "12", "o": {"l": [[1]]}});
    for (template, error) in [
        ("x {{ list[1] }}", "line 1, column 6: `list[1]`: the list has no item of this index"),
        ("{{ list[-2] }}{{ x }}", "no item of this index"),
        ("{{ list[i] }}", "`list[…]`: the list has no item"),
        ("{{ list.7 }}", "`list.7`"),
        ("{{ o.l[0][4].x }}", "`o.l[0][4]`"),
        ("{{ i | divided_by: 0 }}", "column 8: the filter `divided_by`: a division by zero"),
        ("{{ i | modulo: none }}", "a division by zero"),
        ("{{ (1..99999) }}", "a range of more than 10000 numbers"),
    ] {
        let found = render(template, &context).unwrap_err();
        assert!(found.contains(error), "{template}: {found}");
        assert!(!found.contains("secret") && !found.contains("77"), "{found}");
    }
    // An index of nothing, of a text, or in a branch that is not taken is none.
    assert_eq!(
        render("{{ x[1] }}{{ n[1] }}{% if false and list[9] %}{% endif %}", &context).unwrap(),
        ""
    );
}

#[test]
fn error_shows_no_number_that_may_be_a_phones() {
    let error = Template::parse("{{ a | f15005550006 }}").unwrap_err();
    assert_eq!(error.message, "unknown filter `f…`");
    let error =
        render("{{ a['15005550006'] | append: b[1500555] }}", &json!({"b": []})).unwrap_err();
    assert!(error.contains("`b[…]`"), "{error}");
    let long = "x".repeat(500);
    let error = Template::parse(&format!("{{% {long} %}}")).unwrap_err();
    assert!(error.message.len() < 100, "{error}");
}

#[test]
fn place_of_an_error_counts_bytes_lines_and_characters() {
    let error = Template::parse("ä\nö{{ ü }}").unwrap_err();
    assert_eq!((error.byte, error.line, error.column), (8, 2, 5));
}
