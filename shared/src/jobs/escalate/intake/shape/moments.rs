//! A moment (a date with a time of day) at the beginning of a text. Pure.

/// How many bytes of the text the moment takes that it begins with: RFC 3339, a space for the `T`, no offset, `+0000`,
/// ` +00:00`, ` UTC`. `None` if it begins with none, or with none of the years 2015 to 2100: the year 1 says "not yet".
pub(super) fn length(text: &str) -> Option<usize> {
    let mut rest = Remainder(text);
    rest.number(4, 2015..=2100)?;
    rest.one_of("-")?;
    rest.number(2, 1..=12)?;
    rest.one_of("-")?;
    rest.number(2, 1..=31)?;
    rest.one_of("Tt ")?;
    rest.number(2, 0..=24)?;
    rest.one_of(":")?;
    rest.number(2, 0..=59)?;
    rest.optional(|rest| {
        rest.one_of(":")?;
        rest.number(2, 0..=60)?;
        rest.optional(|rest| {
            rest.one_of(".,")?;
            let digits = rest.0.bytes().take_while(u8::is_ascii_digit).count();
            rest.skip((1..=12).contains(&digits).then_some(digits)?)
        });
        Some(())
    });
    rest.optional(|rest| {
        rest.one_of("Zz")?;
        ends_word(rest.0).then_some(())
    })
    .or_else(|| rest.optional(|rest| rest.offset()))
    .or_else(|| {
        rest.optional(|rest| {
            rest.0 = rest.0.strip_prefix(" UTC").or_else(|| rest.0.strip_prefix(" GMT"))?;
            ends_word(rest.0).then_some(())
        })
    });
    ends_word(rest.0).then_some(text.len() - rest.0.len())
}

/// Whether a word that ends before this text is whole.
pub(super) fn ends_word(behind: &str) -> bool {
    !behind.starts_with(char::is_alphanumeric)
}

/// The rest, which is not read yet.
#[derive(Clone, Copy)]
struct Remainder<'a>(&'a str);

impl Remainder<'_> {
    fn skip(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.get(bytes..)?;
        Some(())
    }

    /// Reads one of these (ASCII) characters.
    fn one_of(&mut self, expected: &str) -> Option<()> {
        self.0.starts_with(|c| expected.contains(c)).then(|| self.skip(1))?
    }

    /// Reads a number of so many digits.
    fn number(&mut self, digits: usize, range: std::ops::RangeInclusive<u16>) -> Option<()> {
        let text = self.0.get(..digits).filter(|text| text.bytes().all(|c| c.is_ascii_digit()))?;
        range.contains(&text.parse().ok()?).then(|| self.skip(digits))?
    }

    /// Reads ` +01:00`, `+0100` or `-01`.
    fn offset(&mut self) -> Option<()> {
        let _ = self.one_of(" ");
        self.one_of("+-")?;
        self.number(2, 0..=23)?;
        self.optional(|rest| {
            let _ = rest.one_of(":");
            rest.number(2, 0..=59)
        });
        ends_word(self.0).then_some(())
    }

    /// Reads this, or nothing.
    fn optional(&mut self, read: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        let before = *self;
        let done = read(self);
        if done.is_none() {
            *self = before;
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn moment_is_read_to_its_end() {
        for whole in [
            "2026-11-28T01:00:00Z",
            "2026-11-28t01:00:00z",
            "2026-11-28T01:00:00.123456789Z",
            "2026-11-28T01:00:00,5",
            "2026-11-28 01:00:00",
            "2026-11-28 01:00",
            "2026-11-28T01:00:00+00:00",
            "2026-11-28T01:00:00.000+0000",
            "2026-11-28 01:00:00 -0530",
            "2026-11-28 01:00:00 UTC",
            "2026-11-28 01:00:00+01",
            "2100-12-31T24:00:00Z",
        ] {
            for behind in ["", " and on", "]", ". Then"] {
                assert_eq!(
                    length(&format!("{whole}{behind}")),
                    Some(whole.len()),
                    "{whole}{behind}"
                );
            }
        }
        assert_eq!(length("2026-11-28 01:00:00 -5 degrees"), Some(19));
        assert_eq!(length("2026-11-28 01:00:00 UTCx"), Some(19));
    }

    #[test]
    fn anything_else_is_no_moment() {
        for text in [
            "2026-11-28",
            "01:00:00",
            "0001-01-01T00:00:00Z",
            "2014-12-31T23:59:59Z",
            "2026-13-28T01:00:00Z",
            "2026-11-28T25:00:00Z",
            "2026-11-28T01:00:00Zulu",
            "2026-11-28T01:00:00db",
            "2026-11-28T01:00:001",
            "2026-11-28_01:00:00",
            "２026-11-28T01:00:00Z",
            "",
        ] {
            assert_eq!(length(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_of_any_kind_causes_no_panic(text in "2026-11-28[T ]01:00.{0,30}", other in ".{0,40}") {
            prop_assert!(length(&text).is_none_or(|length| text.is_char_boundary(length)));
            length(&other);
        }
    }
}
