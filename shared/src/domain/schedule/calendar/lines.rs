//! The lines of an `.ics` file: name, parameters, value (RFC 5545, 3.1).

use std::borrow::Cow;
use std::cmp::Ordering;

/// One property, unfolded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// The line on which it begins, from 1.
    pub(super) number: usize,
    /// Which of the file's VCALENDARs it is in, once that is known.
    pub(super) calendar: usize,
    text: Cow<'a, str>,
    /// The end of the name in the text.
    name: usize,
    /// The place of the colon before the value.
    colon: usize,
}

/// Properties whose value is a time, and so has no colon. Their parameters may have one: Exchange writes
/// `TZID=(UTC+01:00) Amsterdam, …` without the quotes that it needs.
const TIMES: [&str; 5] = ["DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID"];

/// The components of a calendar.
const COMPONENTS: [&str; 9] = [
    "VCALENDAR",
    "VEVENT",
    "VTIMEZONE",
    "STANDARD",
    "DAYLIGHT",
    "VALARM",
    "VTODO",
    "VJOURNAL",
    "VFREEBUSY",
];

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
        Some(Line { number, calendar: 0, text, name: name.min(colon), colon })
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
///
/// Somebody may have set them in by hand. BEGIN and END have nothing to go on with, nor has the first line of a file: a
/// property behind one of them is set in, and so are those that follow it with as many blanks. The BEGIN of a component
/// is always one, and so is its END unless more properties follow it: of the text of another property it can only be
/// the last words, just behind a fold.
pub(super) fn unfold(text: &str) -> impl Iterator<Item = Line<'_>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines().map(|line| line.trim_end_matches('\r')).enumerate().peekable();
    let (mut indent, mut is_border_before) = (0, true);
    std::iter::from_fn(move || {
        loop {
            let (index, line) = lines.next()?;
            if (is_border_before || indent > 0) && line.trim().is_empty() {
                continue;
            }
            indent = blanks(line);
            let mut whole = Cow::Borrowed(&line[indent..]);
            while let Some(&(_, next)) = lines.peek() {
                let mut behind = lines.clone().skip(1).map(|(_, line)| line);
                if !goes_on(&whole, next, indent) || is_set_in_border(next, &mut behind) {
                    break;
                }
                let cut = if blanks(next) > indent { indent + 1 } else { 1 };
                whole.to_mut().push_str(&next[cut..]);
                lines.next();
            }
            is_border_before = is_border(&whole);
            if let Some(line) = Line::parse(index + 1, whole) {
                return Some(line);
            }
        }
    })
}

/// Whether the next line goes on with this property, which is set in so far.
fn goes_on(property: &str, next: &str, indent: usize) -> bool {
    let blanks = blanks(next);
    let text = &next[blanks..];
    let is_its_own = match blanks.cmp(&indent) {
        Ordering::Less => is_border(text),
        Ordering::Equal => is_property(text),
        Ordering::Greater => false,
    };
    let is_first = is_border(property) && is_property(text);
    blanks > 0 && !is_its_own && !is_first
}

/// Whether a line that is set in is the BEGIN of a component, or its END with no property behind it.
fn is_set_in_border<'a>(line: &str, behind: &mut impl Iterator<Item = &'a str>) -> bool {
    let Some((border, name)) = line.trim().split_once(':') else { return false };
    if !COMPONENTS.iter().any(|component| component.eq_ignore_ascii_case(name)) {
        return false;
    }
    let mut is_last = || {
        let next = behind.map(str::trim).find(|line| !line.is_empty());
        next.is_none_or(is_border)
    };
    border.eq_ignore_ascii_case("BEGIN") || (border.eq_ignore_ascii_case("END") && is_last())
}

/// With how many blanks a line begins.
fn blanks(line: &str) -> usize {
    line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Whether a property is a BEGIN or an END.
fn is_border(text: &str) -> bool {
    let is =
        |name: &str| text.get(..name.len()).is_some_and(|text| text.eq_ignore_ascii_case(name));
    is("BEGIN:") || is("END:")
}

/// Whether a text looks like a property.
fn is_property(text: &str) -> bool {
    let name = text.find([';', ':']).map(|end| &text[..end]).unwrap_or_default();
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
