//! Texts as Slack's mrkdwn: escaped, and within the length of a section.

use super::direction::isolated;

/// The most characters of a section's text (docs: 3,000), with space for the mark of a cut.
pub const MAX_SECTION_CHARS: usize = 2_900;

/// Escapes a text for Slack mrkdwn: these three characters (docs.slack.dev, "Formatting text"). A fence of code has no
/// escape and would swallow the lines behind it: a space without width takes its meaning away. It turns no letters around
/// but its own.
pub fn escape(text: &str) -> String {
    isolated(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace("```", "`\u{200b}`\u{200b}`")
}

/// A text as code, in which Slack formats nothing: a glob has asterisks. A backtick would end it, and becomes its like.
pub(crate) fn code(text: &str) -> String {
    format!("`{}`", escape(&text.replace('`', "\u{2cb}")))
}

/// Cuts a text that is too long for a section, visibly, and never inside of an escape, a mention or a link.
pub fn cut_section(text: &str) -> String {
    let all = slack_length(text);
    if all <= MAX_SECTION_CHARS {
        return text.to_owned();
    }
    let mark = format!(" … _(cut: {all} characters in all)_");
    let space = MAX_SECTION_CHARS - slack_length(&mark);
    let mut length = 0;
    let mut end = text
        .char_indices()
        .find(|(_, c)| {
            length += c.len_utf16();
            length > space
        })
        .map_or(text.len(), |(at, _)| at);
    let kept = &text[..end];
    if let Some(open) = kept.rfind('<').filter(|open| !kept[*open..].contains('>')) {
        end = open;
    } else if let Some(open) =
        kept.rfind('&').filter(|open| end - open < 5 && !kept[*open..].contains(';'))
    {
        end = open;
    }
    text[..end].to_owned() + &mark
}

/// How long a text is for Slack. It does not say how it counts; UTF-16 is the longer of the likely ways.
pub fn slack_length(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_formats_nothing_and_ends_at_its_end() {
        assert_eq!(code("*bulk-**"), "`*bulk-**`");
        assert_eq!(code("a`*b*```<c>"), "`a\u{2cb}*b*\u{2cb}\u{2cb}\u{2cb}&lt;c&gt;`");
    }

    #[test]
    fn cut_is_seen_and_breaks_no_escape() {
        assert_eq!(cut_section("short"), "short");
        for open in ["&amp;", "<@U0123ABCD>"] {
            for fill in 2_840..2_900 {
                let text = cut_section(&("x".repeat(fill) + open + &"y".repeat(200)));
                let (kept, mark) = text.split_once(" … ").unwrap();
                assert!(mark.starts_with("_(cut: "), "{mark}");
                assert!(
                    kept.trim_start_matches('x').trim_end_matches('y').is_empty()
                        || kept.contains(open)
                );
            }
        }
    }
}
