//! The lines of an `.ics` file: name, parameters, value (RFC 5545, 3.1).

use std::borrow::Cow;

/// One property, unfolded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// The line on which it begins, from 1.
    pub(super) number: usize,
    text: Cow<'a, str>,
    /// The end of the name in the text.
    name: usize,
    /// The place of the colon before the value.
    colon: usize,
}

/// Properties whose value is a time, and so has no colon. Their parameters may have one: Exchange writes
/// `TZID=(UTC+01:00) Amsterdam, …` without the quotes that it needs.
const TIMES: [&str; 5] = ["DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID"];

/// The most parameters of a property that are read.
const MAX_PARAMETERS: usize = 100;

impl<'a> Line<'a> {
    fn parse(number: usize, text: Cow<'a, str>) -> Option<Line<'a>> {
        let name = text.find([';', ':'])?;
        let is_time = TIMES.iter().any(|time| text[..name].trim().eq_ignore_ascii_case(time));
        let mut is_quoted = false;
        let outside = |(at, byte): (usize, u8)| {
            is_quoted ^= byte == b'"';
            (byte == b':' && !is_quoted).then_some(at)
        };
        let mut colons = text.bytes().enumerate().filter_map(outside);
        let colon = match is_time && !text[name..].starts_with(':') {
            true => before_time(&text, colons),
            false => colons.next(),
        };
        // A quote that is never closed hides no value.
        let colon = colon.or_else(|| text.find(':'))?;
        Some(Line { number, text, name: name.min(colon), colon })
    }

    /// The name as it is written.
    pub(super) fn name(&self) -> &str {
        self.text[..self.name].trim()
    }

    /// The value as it is written.
    pub(super) fn value(&self) -> &str {
        self.text[self.colon + 1..].trim()
    }

    /// Whether it has this name, in small letters or capitals.
    pub(super) fn has_name(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// Whether it is this one, as `BEGIN:VEVENT`.
    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.has_name(name) && self.value().eq_ignore_ascii_case(value)
    }

    /// The first parameters, by name and value; the value without its quotes.
    pub(super) fn parameters(&self) -> Vec<(&str, String)> {
        let mut is_quoted = false;
        let parts = self.text[self.name..self.colon].split(move |c| {
            is_quoted ^= c == '"';
            c == ';' && !is_quoted
        });
        let pairs = parts.take(MAX_PARAMETERS).filter_map(|part| part.split_once('='));
        pairs.map(|(name, value)| (name.trim(), value.replace('"', "").trim().to_owned())).collect()
    }

    /// The value of a parameter, if it has one.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let mut parameters = self.parameters().into_iter();
        parameters.find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Of these colons the one before a time: the last one with a year behind it, else the last one.
fn before_time(text: &str, colons: impl Iterator<Item = usize>) -> Option<usize> {
    let has_year = |colon: usize| {
        let value = text[colon + 1..].trim_start().bytes().take(4);
        value.filter(u8::is_ascii_digit).count() == 4
    };
    let (mut last, mut of_year) = (None, None);
    for colon in colons {
        last = Some(colon);
        of_year = if has_year(colon) { last } else { of_year };
    }
    of_year.or(last)
}

/// The properties of a file. A line that begins with a blank goes on with the one before; one without a colon is none.
pub(super) fn unfold(text: &str) -> impl Iterator<Item = Line<'_>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines().map(|line| line.trim_end_matches('\r')).enumerate().peekable();
    std::iter::from_fn(move || {
        loop {
            let (index, line) = lines.next()?;
            let mut whole = Cow::Borrowed(line);
            while let Some((_, next)) = lines.next_if(|(_, next)| next.starts_with([' ', '\t'])) {
                whole.to_mut().push_str(&next[1..]);
            }
            if let Some(line) = Line::parse(index + 1, whole) {
                return Some(line);
            }
        }
    })
}
