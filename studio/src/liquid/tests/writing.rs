//! Look-ups, literals, tags.

use serde_json::{Value, json};

use super::check;
use crate::liquid::Template;

fn context() -> Value {
    json!({
        "flow": {
            "sid": "FN1",
            "data": {"say": "A & B {{x}}", "n": 5, "idx": 1, "key": "with space"},
            "variables": {"n": "7", "size": "own"},
        },
        "widgets": {
            "get-day": {"parsed": {
                "again": true, "none": null, "float": 1.5, "empty": [], "with space": "found",
                "list": ["a", "b", "c"],
                "people": [{"name": "Ann", "on": true}, {"name": "Bob", "on": false}],
            }},
            "menu_1": {"Digits": "2", "SpeechResult": "Yes."},
        },
        "contact": {"channel": {"address": "+15005550006"}},
        "trigger": {"message": {"Body": "Hoo"}},
    })
}

#[test]
fn look_up_renders_what_is_there_and_else_nothing() {
    check(
        &context(),
        &[
            ("", ""),
            ("no braces { } %} }}", "no braces { } %} }}"),
            ("{{flow.sid}}", "FN1"),
            ("{{ flow.sid }}-{{flow.data.n}}", "FN1-5"),
            ("{{flow.data.say}}!", "A & B {{x}}!"),
            ("1 {{widgets.get-day.parsed.again}}", "1 true"),
            ("{{widgets.get-day.parsed.float}}", "1.5"),
            (
                "{{widgets.get-day.parsed.none}}{{widgets.other.parsed.say}}{{flow.sid.x}}{{x[0]}}",
                "",
            ),
            ("{{widgets.menu_1.Digits}}{{ widgets['menu_1'][\"SpeechResult\"] }}", "2Yes."),
            ("Hi {{trigger.message.From}},", "Hi ,"),
        ],
    );
}

#[test]
fn path_has_indexes_names_and_white_space() {
    check(
        &context(),
        &[
            ("{{widgets.get-day.parsed.list[0]}}{{widgets.get-day.parsed.list[-1]}}", "ac"),
            ("{{widgets.get-day.parsed.list.1}}", "b"),
            ("{{widgets.get-day.parsed.list[flow.data.idx]}}", "b"),
            ("{{widgets.get-day.parsed.list[flow.data.none]}}", ""),
            ("{{widgets.get-day.parsed[flow.data.key]}}", "found"),
            ("{{widgets.get-day.parsed.list.size}} {{flow.sid.size}} {{contact.size}}", "3 3 1"),
            ("{{flow.variables.size}}", "own"),
            ("{{widgets.get-day.parsed.list.first}}{{widgets.get-day.parsed.list.last}}", "ac"),
            ("{{widgets.get-day.parsed.empty.first}}{{widgets.get-day.parsed.list.x}}", ""),
            ("{{widgets.get-day.parsed.people[1].name}}", "Bob"),
            ("{{ flow . data\n  .\n n }}", "5"),
            ("{{widgets.\nmenu_1.Digits}}", "2"),
        ],
    );
}

#[test]
fn namespace_is_a_value() {
    check(
        &context(),
        &[
            ("{{contact}}", r#"{"channel":{"address":"+15005550006"}}"#),
            ("{{trigger | to_json}}", r#"{"message":{"Body":"Hoo"}}"#),
            ("{{widgets.get-day.parsed.list}}", "abc"),
            ("{{flow.data.say | to_json}} {{x | to_json}}", r#""A & B {{x}}" null"#),
            (r#"{"a": {"b": {{flow.data.n}}}}"#, r#"{"a": {"b": 5}}"#),
        ],
    );
}

#[test]
fn literal_is_written_as_it_is() {
    check(
        &json!({}),
        &[
            (r#"{{ "tobi's" }} {{ 'a "b"' }}"#, r#"tobi's a "b""#),
            (
                "{{ 5 }} {{ -3 }} {{ 1.50 }} {{ true }} {{ false }} {{ nil }}{{ null }}{{ empty }}",
                "5 -3 1.5 true false ",
            ),
            ("{{ '}}' }}{{ \"%}\" }}", "}}%}"),
            ("{{ (1..3) }}", "123"),
        ],
    );
}

#[test]
fn hyphen_takes_the_white_space_beside_it() {
    check(
        &context(),
        &[
            ("a {{- 1 }} b", "a1 b"),
            ("a {{ 1 -}} \n b", "a 1b"),
            ("a {%- if true -%} b {%- endif -%} c", "abc"),
            ("a {% raw -%} {{x}} {%- endraw %} b", "a {{x}} b"),
            ("a {%- comment -%} x {%- endcomment -%} b", "ab"),
            ("{{widgets.menu_1.Digits-}} .", "2."),
        ],
    );
}

#[test]
fn comment_is_left_out_and_raw_text_stays() {
    check(
        &context(),
        &[
            ("a{% comment %} {{ x | no }} {% no %} {{ {% endcomment %}b", "ab"),
            ("{% raw %}{{ x }} {% if %}{% endraw %}", "{{ x }} {% if %}"),
            ("{%raw%}{% endrow %}{%  endraw  %}", "{% endrow %}"),
        ],
    );
}

#[test]
fn condition_compares() {
    let cases: Vec<(&str, bool)> = vec![
        ("flow.data.n == 5", true),
        ("flow.data.n == 5.0", true),
        ("flow.data.n != 5", false),
        ("flow.data.n <> 6", true),
        ("flow.data.n == '5'", false),
        ("widgets.menu_1.Digits == '2'", true),
        ("flow.data.n > 4 and flow.data.n < 6", true),
        ("flow.data.n >= 5 and flow.data.n <= 5", true),
        ("flow.data.n < none", false),
        ("'b' > 'a'", true),
        ("flow.sid contains 'N'", true),
        ("widgets.get-day.parsed.list contains 'b'", true),
        ("widgets.get-day.parsed.list contains 'x'", false),
        ("widgets contains 'menu_1'", true),
        ("none contains 'x'", false),
        ("none", false),
        ("none == nil", true),
        ("false", false),
        ("''", true),
        ("0", true),
        ("none == blank", true),
        ("none == empty", false),
        ("'' == empty", true),
        ("'  ' == blank", true),
        ("flow.sid != empty", true),
        ("widgets.get-day.parsed.empty == empty", true),
        ("true or false and false", true),
        ("false and false or true", false),
        ("false or true", true),
    ];
    for (condition, holds) in cases {
        let template = format!("{{% if {condition} %}}true{{% else %}}false{{% endif %}}");
        check(&context(), &[(&template, &holds.to_string())]);
        let template = format!("{{% unless {condition} %}}false{{% else %}}true{{% endunless %}}");
        check(&context(), &[(&template, &holds.to_string())]);
    }
}

#[test]
fn branch_is_chosen_by_the_first_test_that_holds() {
    check(
        &context(),
        &[
            (
                "{% if false %}a{% elsif flow.data.n == 5 %}b{% elsif true %}c{% else %}d{% endif %}",
                "b",
            ),
            ("{% if false %}a{% endif %}", ""),
            ("{% unless true %}a{% elsif true %}b{% endunless %}", "b"),
            (
                "{% case flow.sid %} x {% when 'FN1' %}a{% when 'FN1' %}b{% else %}c{% endcase %}",
                "a",
            ),
            ("{% case flow.data.n %}{% when 1, 2 %}a{% when 4 or 5 %}b{% endcase %}", "b"),
            ("{% case none %}{% when 1 %}a{% else %}c{% endcase %}", "c"),
            ("{% case '' %}{% when empty %}a{% endcase %}", "a"),
        ],
    );
}

#[test]
fn loop_runs_over_lists_ranges_and_objects() {
    check(
        &context(),
        &[
            ("{% for i in (1..3) %}{{i}},{% endfor %}", "1,2,3,"),
            ("{% for i in (1..flow.variables.n) %}{{i}}{% endfor %}", "1234567"),
            ("{% for p in widgets.get-day.parsed.people %}{{p.name}} {% endfor %}", "Ann Bob "),
            ("{% for x in widgets.get-day.parsed.list reversed %}{{x}}{% endfor %}", "cba"),
            ("{% for x in widgets.get-day.parsed.list limit:1 offset:1 %}{{x}}{% endfor %}", "b"),
            (
                "{% for x in widgets.get-day.parsed.list offset:9 %}{{x}}{% else %}none{% endfor %}",
                "none",
            ),
            ("{% for x in none %}{{x}}{% else %}none{% endfor %}", "none"),
            ("{% for x in (3..1) %}{{x}}{% else %}none{% endfor %}", "none"),
            ("{% for x in contact.channel %}{{x[0]}}={{x[1]}}{% endfor %}", "address=+15005550006"),
            ("{% for x in flow.sid %}[{{x}}]{% endfor %}", "[FN1]"),
            (
                "{% for x in (1..9) %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 4 %}{% break %}{% endif %}{{x}}{% endfor %}.",
                "13.",
            ),
            (
                "{% for x in (7..9) %}{{forloop.index}}{{forloop.index0}}{{forloop.rindex}}{{forloop.rindex0}}{{forloop.length}} {% endfor %}",
                "10323 21213 32103 ",
            ),
            (
                "{% for x in (1..3) %}{% if forloop.first %}<{% endif %}{{x}}{% unless forloop.last %},{% else %}>{% endunless %}{% endfor %}",
                "<1,2,3>",
            ),
            (
                "{% for x in (0..2) %}{{widgets.get-day.parsed.list[forloop.index0]}}{% endfor %}",
                "abc",
            ),
            (
                "{% for x in (1..2) %}{% for y in (1..2) %}{{x}}{{y}}{{forloop.index}} {% endfor %}{% endfor %}{{x}}",
                "111 122 211 222 ",
            ),
            (
                "{% tablerow x in (1..3) cols:2 %}{{x}}{% endtablerow %}",
                "<tr class=\"row1\">\n<td class=\"col1\">1</td><td class=\"col2\">2</td></tr>\n<tr class=\"row2\"><td class=\"col1\">3</td></tr>\n",
            ),
        ],
    );
}

#[test]
fn name_is_assigned_captured_and_counted() {
    check(
        &context(),
        &[
            ("{% assign a = 5 %}{{a}}{% assign a = a | plus: 1 %}{{a}}", "56"),
            ("{% assign p = widgets.get-day.parsed %}{{p.list[2]}}{{p.people[0].name}}", "cAnn"),
            ("{% assign l = 'a,b' | split: ',' %}{{l[1]}}{{l.size}}", "b2"),
            ("{% assign flow = 1 %}{{flow}}", "1"),
            ("{% for i in (1..3) %}{% assign last = i %}{% endfor %}{{last}}", "3"),
            ("{% capture a %}x{{flow.data.n}}{% endcapture %}{{a}}{{a}}", "x5x5"),
            (
                "{% increment i %}{% increment i %}{{i}}{% decrement j %}{% decrement j %}",
                "012-1-2",
            ),
            (
                "{% cycle 'a', 'b' %}{% cycle 'a', 'b' %}{% cycle 'a', 'b' %}{% cycle 'x': 'a', 'b' %}",
                "abaa",
            ),
            (
                "{% for i in (1..4) %}{% ifchanged %}{{i | divided_by: 3}}{% endifchanged %}{% endfor %}",
                "01",
            ),
        ],
    );
}

/// The counter of Twilio's page on set-variables, whose white space goes when the widget reads the number.
#[test]
fn counter_of_the_docs_counts() {
    let template = "{% if flow.variables.count %}\n{{flow.variables.count | plus: 1}} {% else %} 1 {% endif %}";
    check(&json!({"flow": {"variables": {}}}), &[(template, " 1 ")]);
    check(&json!({"flow": {"variables": {"count": 1}}}), &[(template, "\n2 ")]);
    check(&json!({"flow": {"variables": {"count": "9"}}}), &[(template, "\n10 ")]);
}

#[test]
fn paths_are_the_constant_parts_of_every_look_up() {
    let template = "{{widgets.get-day.list[0][flow.data.key].x}}{% if a['b'] == c %}{{d|append:e}}{%endif%}\
                    {% for i in (1..f) limit: g %}{{i}}{{forloop.last}}{% endfor %}{% comment %}{{h}}{% endcomment %}\
                    {% assign j = k %}{{j.x}}{% case l %}{% when m %}{{ true }}{% endcase %}{% cycle n: o %}";
    let paths = Template::parse(template).unwrap().paths();
    let paths: Vec<String> = paths.iter().map(|parts| parts.join(" ")).collect();
    let expected = [
        "widgets get-day list 0",
        "flow data key",
        "a b",
        "c",
        "d",
        "e",
        "f",
        "g",
        "k",
        "l",
        "m",
        "n",
        "o",
    ];
    assert_eq!(paths, expected);
}
