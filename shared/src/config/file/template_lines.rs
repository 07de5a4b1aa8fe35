//! The lines of a template, as they stand in the file: TOML joins those that end in `\\`, leaves out the first line end
//! behind three quotes, and `\\n` is a line end where the file has none.

use toml::Spanned;

use super::Check;
use super::escalation::{MAX_TEMPLATE_BYTES, is_too_deep};

impl Check<'_> {
    pub(super) fn checked(
        &mut self,
        key: &str,
        source: &Spanned<String>,
        check: impl Fn(&str) -> Result<(), (usize, String)>,
    ) {
        let length = source.get_ref().len();
        if length > MAX_TEMPLATE_BYTES {
            let what = format!("has {length} bytes, expected {MAX_TEMPLATE_BYTES} at most");
            self.problem(source.span().start, key, what);
            return;
        }
        // Outside of braces a template is text, which nests nothing.
        let is_code = key == "routes.when" || source.get_ref().contains('{');
        if is_code && is_too_deep(source.get_ref()) {
            let what = "has an expression with too many operators, expected 200 at most";
            self.problem(source.span().start, key, what);
            return;
        }
        let Err((line, what)) = check(source.get_ref()) else { return };
        let written = self.source.text.get(source.span()).and_then(as_written);
        let in_file = written.and_then(|written| check(&written).err());
        let line = in_file.filter(|(_, same)| *same == what).map_or(line, |(line, _)| line);
        let mut problem = self.source.problem(source.span().start, key, what);
        problem.line += line.saturating_sub(1);
        self.problems.push(problem);
    }
}

/// A text of TOML, from its opening quotes to its closing ones, with the line ends that it has in the file and no others;
/// `None` if it is not in quotes. Escapes are read but for these, so that it is wrong where what it stands for is wrong.
pub(super) fn as_written(quoted: &str) -> Option<String> {
    let inside = |quotes: &str| quoted.strip_prefix(quotes)?.strip_suffix(quotes);
    if let Some(text) = inside("'''").or_else(|| inside("'")) {
        return Some(text.to_owned());
    }
    let text = inside("\"\"\"").or_else(|| inside("\""))?;
    let mut written = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            written.push(c);
            continue;
        }
        let digits = match chars.next()? {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            c if c.is_whitespace() => {
                written.push(c);
                0
            }
            c @ ('"' | '\\') => {
                written.push(c);
                0
            }
            _ => {
                written.push(' ');
                0
            }
        };
        if digits > 0 {
            let number: String = chars.by_ref().take(digits).collect();
            let read = u32::from_str_radix(&number, 16).ok().and_then(char::from_u32);
            written.push(read.filter(|c| *c != '\n').unwrap_or(' '));
        }
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_has_the_line_ends_of_its_file() {
        for (quoted, written) in [
            (r#""a\nb\\n\"\u0041\x42\U0001F44D\u000a""#, Some("a b\\n\"AB\u{1f44d} ")),
            (r"'a\nb'", Some(r"a\nb")),
            ("\"\"\"\na \\\n  b\\\r\n\n c\"\"\"", Some("\na \n  b\r\n\n c")),
            ("'''\na\\\nb'''", Some("\na\\\nb")),
            ("a", None),
            ("\"", None),
            ("\"a\\\"", None),
        ] {
            assert_eq!(as_written(quoted).as_deref(), written, "{quoted}");
        }
    }

    proptest! {
        #[test]
        fn text_has_as_many_line_ends_as_stand_in_the_file(
            lines in proptest::collection::vec("([a-z {}|]|\\\\n|\\\\\\\\|\\\\u000a){0,6}(\\\\ ?)?", 1..5),
        ) {
            let quoted = format!("\"\"\"{}x\"\"\"", lines.join("\n"));
            let toml = format!("t = {quoted}\n");
            prop_assume!(toml::from_str::<toml::Table>(&toml).is_ok());
            let written = as_written(&quoted).expect("it is in quotes");
            prop_assert_eq!(written.matches('\n').count(), lines.len() - 1);
        }

        #[test]
        fn no_text_can_make_it_panic(quoted in "[\"']{0,4}\\PC{0,20}(\\\\\\PC{0,9}){0,3}[\"']{0,4}") {
            as_written(&quoted);
        }
    }
}
