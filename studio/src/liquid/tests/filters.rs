//! The filters.

use serde_json::json;

use super::{check, render};

#[test]
fn filter_of_numbers_calculates() {
    check(
        &json!({"n": "7", "f": 2.5, "t": "seven"}),
        &[
            ("{{ '5' | plus: 1 }}", "6"),
            ("{{ 4 | plus: '2' }}", "6"),
            ("{{ n | plus: 0 }}{{ none | plus: 0 }}{{ t | plus: 1 }}", "701"),
            ("{{ '1' | plus: '1.0' }} {{ f | plus: 0.5 }} {{ '3.' | plus: 1 }}", "2.0 3.0 4.0"),
            ("{{ 4 | minus: 2 }} {{ 16.5 | minus: 4 }} {{ 1 | minus: n }}", "2 12.5 -6"),
            ("{{ 5 | times: 4 }} {{ 2 | times: 1.5 }}", "20 3.0"),
            (
                "{{ 10 | divided_by: 2 }} {{ 8 | divided_by: 3 }} {{ 8 | divided_by: 2.0 }}",
                "5 2 4.0",
            ),
            ("{{ 3 | modulo: 2 }} {{ 7.5 | modulo: 2 }}", "1 1.5"),
            ("{{ -5 | abs }} {{ '-1.5' | abs }}", "5 1.5"),
            (
                "{{ 1.2 | ceil }} {{ 1.9 | floor }} {{ 1.5 | round }} {{ 2.456 | round: 2 }}",
                "2 1 2 2.46",
            ),
            ("{{ 4 | at_least: 5 }} {{ 4 | at_most: 3 }} {{ 4 | at_least: 3 }}", "5 3 4"),
            ("{{ 9223372036854775807 | plus: 1 }}", "9.223372036854776e+18"),
        ],
    );
}

#[test]
fn filter_of_texts_changes_them() {
    check(
        &json!({"s": " Hello, World ", "n": 12}),
        &[
            ("{{ 'a' | append: 'b' | prepend: 'c' }}{{ n | append: 1 }}", "cab121"),
            (
                "{{ 'hello WORLD' | capitalize }} {{ '' | capitalize }}{{ 'éa' | capitalize }}",
                "Hello WORLD Éa",
            ),
            ("{{ 'YES' | downcase }}{{ 'Straße' | upcase }}", "yesSTRASSE"),
            (
                "[{{ s | strip }}][{{ s | lstrip }}][{{ s | rstrip }}]",
                "[Hello, World][Hello, World ][ Hello, World]",
            ),
            ("{{ 'a\nb\r\nc' | strip_newlines }}", "abc"),
            (
                "{{ 'foofoo' | replace: 'foo', 'bar' }} {{ 'foofoo' | replace_first: 'foo', 'bar' }}",
                "barbar barfoo",
            ),
            ("{{ 'foofoo' | remove: 'o' }} {{ '+1555' | remove_first: '+' }}", "ff 1555"),
            ("{{ 'abc' | replace: '', 'x' }}{{ 'abc' | replace: 'b' }}", "abcac"),
            ("{{ 'a, b,c' | split: ',' | last }}{{ 'a,b,,' | split: ',' | size }}", "c2"),
            (
                "{{ 'a b  c' | split: ' ' | join: '-' }} {{ 'äbc' | split: '' | join: '-' }}",
                "a-b-c ä-b-c",
            ),
            (
                "{{ 'hello' | slice: 1, 3 }} {{ 'hello' | slice: -3, 2 }} {{ 'hello' | slice: 1 }}{{ 'a' | slice: 5 }}",
                "ell ll e",
            ),
            (
                "{{ 'Ground control' | truncate: 9 }} {{ 'Ground' | truncate: 9 }} {{ 'Ground' | truncate: 3, '' }}",
                "Ground... Ground Gro",
            ),
            (
                "{{ 'one two three' | truncatewords: 2 }} {{ 'one two' | truncatewords: 2 }}",
                "one two... one two",
            ),
            ("{{ 'äöü' | size }} {{ n | size }} {{ none | size }}", "3 0 0"),
            ("{{ 'abc' | first }}{{ 'abc' | last }}", "ac"),
        ],
    );
}

#[test]
fn filter_of_html_and_addresses_escapes() {
    check(
        &json!({}),
        &[
            (
                "{{ \"<a href='x'>&\" | escape }}{{ '\"' | h }}",
                "&lt;a href=&#39;x&#39;&gt;&amp;&quot;",
            ),
            ("{{ '1 < 2 &amp; 3 & 4 &#39;' | escape_once }}", "1 &lt; 2 &amp; 3 &amp; 4 &#39;"),
            ("{{ 'a\nb' | newline_to_br }}", "a<br />\nb"),
            (
                "{{ 'a <b>bold</b> <!-- x > --><SCRIPT>var a;</script>c < d' | strip_html }}",
                "a bold c < d",
            ),
            ("{{ 'a b&c=+1/é' | url_encode }}", "a+b%26c%3D%2B1%2F%C3%A9"),
            ("{{ 'a+b%26c=%2B1&d' | url_decode }}", "a b&c=+1&d"),
        ],
    );
}

#[test]
fn filter_of_lists_arranges_them() {
    let context = json!({
        "list": ["b", "A", "a", null, "b"], "numbers": [10, 9, 1.5],
        "people": [{"name": "Bob", "age": 2}, {"name": "Ann", "age": 10}, {"x": 1}],
        "empty": [],
    });
    check(
        &context,
        &[
            ("{{ list | join }}|{{ list | join: ', ' }}", "b A a  b|b, A, a, , b"),
            ("{{ list | first }}{{ list | last }}{{ empty | first }}{{ none | last }}", "bb"),
            ("{{ list | compact | sort | join: '' }} {{ numbers | sort | join }}", "Aabb 1.5 9 10"),
            ("{{ list | compact | sort_natural | join: '' }}", "Aabb"),
            ("{{ people | sort: 'age' | map: 'name' | join }}", "Bob Ann "),
            (
                "{{ people | where: 'age' | size }}{{ people | where: 'name', 'Ann' | map: 'age' | first }}",
                "210",
            ),
            (
                "{{ list | reverse | join: '' }} {{ list | uniq | size }} {{ list | size }}",
                "baAb 4 5",
            ),
            ("{{ people | concat: people | uniq: 'age' | size }}", "3"),
            ("{{ numbers | concat: list | size }} {{ numbers | slice: 1, 2 | join }}", "8 9 1.5"),
        ],
    );
    assert!(render("{{ list | concat: 1 }}", &context).is_err());
}

#[test]
fn default_stands_for_what_is_missing() {
    check(
        &json!({"empty": "", "list": [], "no": false, "zero": 0, "space": " "}),
        &[
            (
                "{{ none | default: 'x' }}{{ empty | default: 'x' }}{{ list | default: 'x' }}{{ no | default: 'x' }}",
                "xxxx",
            ),
            (
                "{{ zero | default: 'x' }}{{ space | default: 'x' }}{{ none | default: none | default: 1 }}",
                "0 1",
            ),
        ],
    );
}

#[test]
fn date_is_pacific_time() {
    check(
        &json!({"sent": "Sat, 28 Nov 2026 20:00:00 +0000", "bad": "soon", "t": 1_795_000_000}),
        &[
            ("{{ 'now' | date: '%Y-%m-%d %H:%M:%S' }}", "2026-11-28 12:00:00"),
            (
                "{{ \"now\" | date: \"%b %d, %Y\" }} {{ 'today' | date: '%A' }}",
                "Nov 28, 2026 Saturday",
            ),
            (
                "{{ 'now' | date: '%Z %z %I:%M %p %j %s %%' }}",
                "PST -0800 12:00 PM 332 1795896000 %",
            ),
            ("{{ 'now' | date: '%s' | plus: 3600 | date: '%H' }}", "13"),
            ("{{ 'now' | date: '%-m/%-d/%y %l|%e|%P|%k' }}", "11/28/26 12|28|pm|12"),
            ("{{ '2026-07-01T20:00:00Z' | date: '%H %Z' }}", "13 PDT"),
            ("{{ '2026-07-01T20:00:00+02:00' | date: '%H' }}", "11"),
            (
                "{{ '2026-07-01' | date: '%a %H' }} {{ '2026-07-01 09:30:00' | date: '%R' }}",
                "Wed 00 09:30",
            ),
            (
                "{{ 'July 4, 2026' | date: '%F' }} {{ '07/04/2026' | date: '%F' }} {{ '2026-07-04 08:15' | date: '%R' }}",
                "2026-07-04 2026-07-04 08:15",
            ),
            (
                "{{ sent | date: '%H:%M' }} {{ t | date: '%Y' }} {{ '1795896000' | date: '%H' }}",
                "12:00 2026 12",
            ),
            ("{{ bad | date: '%Y' }}{{ none | date: '%Y' }}{{ 'now' | date: '' }}", "soonnow"),
            ("{{ 'now' | date: '%E %' }}", "%E %"),
        ],
    );
}
