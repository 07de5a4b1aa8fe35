//! Liquid, as far as it is played here: `{{a.b.c}}` is looked up. Pure.
//!
//! A name that is not there is empty, as in Liquid. An expression that is more than a look-up is an error: a Flow that
//! works here and not at Twilio would be worse.

use serde_json::Value;

/// Renders a text with all its look-ups done.
///
/// # Errors
/// Says to a person what is not played here.
pub fn render(template: &str, context: &Value) -> Result<String, String> {
    let mut rendered = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("{{") {
        let (expression, after) =
            behind.split_once("}}").ok_or_else(|| format!("{rest:?} has no end of its braces"))?;
        rendered.push_str(plain(before)?);
        rendered.push_str(&text(look_up(expression, context)?));
        rest = after;
    }
    rendered.push_str(plain(rest)?);
    Ok(rendered)
}

fn plain(text: &str) -> Result<&str, String> {
    if text.contains("{%") {
        Err(format!("{text:?} has a tag, which is not played here"))
    } else {
        Ok(text)
    }
}

fn look_up<'a>(expression: &str, context: &'a Value) -> Result<&'a Value, String> {
    let path = expression.trim();
    let is_name = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
    };
    if !path.split('.').all(is_name) {
        return Err(format!("{path:?} is more than a look-up, which is not played here"));
    }
    Ok(path.split('.').fold(context, |value, name| {
        let found = match value {
            Value::Array(list) => name.parse::<usize>().ok().and_then(|index| list.get(index)),
            value => value.get(name),
        };
        found.unwrap_or(&Value::Null)
    }))
}

/// A value as Liquid writes it.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
            ("{{widgets.report_key.parsed.list.1}}{{widgets.report_key.parsed.list.7}}", "b"),
            ("{{widgets.report_key.parsed.none}}{{widgets.other.parsed.say}}{{flow.sid.x}}", ""),
        ] {
            assert_eq!(render(template, &context).as_deref(), Ok(rendered), "{template}");
        }
    }

    #[test]
    fn expression_beyond_a_look_up_is_refused() {
        for template in [
            "{{",
            "a {{b",
            "{{}}",
            "{{a..b}}",
            "{{a | upcase}}",
            "{{ \"a\" }}",
            "{% if a %}{{b}}{% endif %}",
            "{{a}} {%",
        ] {
            assert!(render(template, &Value::Null).is_err(), "{template}");
        }
    }

    proptest::proptest! {
        #[test]
        fn template_never_panics(template in "([a-z.{}|% ä]|\\{\\{|\\}\\}){0,30}", value in ".{0,9}") {
            let context = json!({"a": {"b": value}});
            let _ = render(&template, &context);
            proptest::prop_assert_eq!(render("{{a.b}}", &context), Ok(value));
        }
    }
}
