//! The lines of an `.ics` file: name, parameters, value (RFC 5545, 3.1).

/// One property, unfolded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it begins, from 1.
    pub(super) number: usize,
    /// Its name in capitals.
    pub(super) name: String,
    parameters: Vec<(String, String)>,
    /// What stands behind the colon, as it stands there.
    pub(super) value: String,
}

impl Line {
    /// Whether it is this one, as `BEGIN:VEVENT`.
    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.name == name && self.value.trim().eq_ignore_ascii_case(value)
    }

    /// A parameter, by its name in capitals.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    fn read(number: usize, text: &str) -> Option<Line> {
        let mut parts: Vec<String> = vec![String::new()];
        let mut quoted = false;
        for (at, c) in text.char_indices() {
            match c {
                '"' => quoted = !quoted,
                ';' if !quoted => parts.push(String::new()),
                ':' if !quoted => {
                    let mut parts = parts.into_iter();
                    let name = parts.next()?.trim().to_ascii_uppercase();
                    let parameter = |part: String| {
                        let (name, value) = part.split_once('=')?;
                        Some((name.trim().to_ascii_uppercase(), value.trim().to_owned()))
                    };
                    let parameters = parts.filter_map(parameter).collect();
                    return Some(Line {
                        number,
                        name,
                        parameters,
                        value: text[at + 1..].to_owned(),
                    });
                }
                c => parts.last_mut()?.push(c),
            }
        }
        None
    }
}

/// The properties of a file. A line that begins with a blank goes on with the one before; one without a colon is none.
pub(super) fn unfold(text: &str) -> Vec<Line> {
    let mut whole: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim_end_matches('\r');
        match (line.strip_prefix([' ', '\t']), whole.last_mut()) {
            (Some(rest), Some((_, line))) => line.push_str(rest),
            _ => whole.push((index + 1, line.to_owned())),
        }
    }
    whole.iter().filter_map(|(number, line)| Line::read(*number, line)).collect()
}
