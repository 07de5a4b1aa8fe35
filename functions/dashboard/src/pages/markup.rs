//! Times, links and numbers as HTML, safe whatever stands in them. Pure.

use minijinja::{HtmlEscape, Value};
use shared::Timestamp;
use shared::domain::text::links::next_link;

/// A moment as a `<time>`. `kind` says what the page's script makes of it, and keeps true as time passes: `for` (how
/// long it lasts already), `since` (the same of what may be of another day), `in` (how long until then), `ago`, `day` (date and time) or
/// `clock` (weekday and time, to the second).
/// Without the script it is the moment itself, in UTC.
pub(super) fn time(at: Value, kind: &str) -> Value {
    let at: Option<Timestamp> = at.as_str().and_then(|at| at.parse().ok());
    let Some(at) = at else { return Value::from("") };
    let date = at.strftime("%a %-d %b %Y, %H:%M UTC");
    let clock = at.strftime("%a %H:%M:%S UTC");
    let text = match kind {
        "for" => format!("since {clock}"),
        "since" => format!("since {date}"),
        "in" => format!("at {clock}"),
        "clock" => clock.to_string(),
        _ => date.to_string(),
    };
    let kind = HtmlEscape(kind);
    Value::from_safe_string(format!(r#"<time datetime="{at}" data-kind="{kind}">{text}</time>"#))
}

/// A whole number with its thousands apart: `12,345`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A text in which addresses of pages (a runbook, say) can be followed.
pub(super) fn links(text: &str) -> Value {
    let mut html = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = next_link(rest) {
        let (before, url, behind) =
            (&rest[..found.start], &rest[found.clone()], &rest[found.end..]);
        html += &format!(
            r#"{}<a href="{}" rel="noopener noreferrer">{}</a>"#,
            HtmlEscape(before),
            HtmlEscape(url),
            HtmlEscape(url)
        );
        rest = behind;
    }
    Value::from_safe_string(html + &HtmlEscape(rest).to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn runbook_can_be_followed_and_nothing_else_happens() {
        let link = |url: &str| format!(r#"<a href="{url}" rel="noopener noreferrer">{url}</a>"#);
        for (text, html) in [
            (
                "Runbook: https://wiki.example.com/a?b=1.",
                format!("Runbook: {}.", link("https:&#x2f;&#x2f;wiki.example.com&#x2f;a?b=1")),
            ),
            ("HTTPS://example.com/Foo_(bar)", link("HTTPS:&#x2f;&#x2f;example.com&#x2f;Foo_(bar)")),
            ("no address <b>", "no address &lt;b&gt;".to_owned()),
            ("javascript:alert(1)", "javascript:alert(1)".to_owned()),
        ] {
            assert_eq!(links(text).to_string(), html);
        }
        let hostile = links("https://x\"onmouseover=alert(1) https://<script>").to_string();
        assert!(!hostile.contains("<script>") && !hostile.contains("\"onmouseover"), "{hostile}");
    }

    #[test]
    fn large_number_has_its_thousands_apart() {
        let numbers = [0, 12, 123, 1_234, 123_456, 1_234_567].map(thousands);
        assert_eq!(numbers, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
    }

    #[test]
    fn moment_is_true_without_a_script() {
        let at = Value::from("2026-11-20T12:04:31Z");
        assert_eq!(
            time(at, "for").to_string(),
            r#"<time datetime="2026-11-20T12:04:31Z" data-kind="for">since Fri 12:04:31 UTC</time>"#
        );
        let days_ago = time(Value::from("2026-11-20T12:04:31Z"), "since").to_string();
        assert!(days_ago.contains(">since Fri 20 Nov 2026, 12:04 UTC<"), "{days_ago}");
        assert_eq!(time(Value::from("<b>"), "for").to_string(), "");
    }

    proptest! {
        #[test]
        fn no_text_makes_markup_of_its_own(text in r#"(https?://)?[a-z<>"'&/:. ]{0,20}(https?://)?.{0,20}"#) {
            let html = links(&text).to_string();
            let ours = html.matches("<a href=\"").count();
            prop_assert_eq!(html.matches('<').count(), 2 * ours, "{}", html);
        }
    }
}
