//! Puts into words the errors that TOML, or the shape of our tables, finds in a file: what to write instead.
//! No value is repeated, as it may be a secret or somebody's number.

mod examples;

use super::header::{Header, header};
use super::problems::{Problems, Source};
use super::unclosed;
use examples::example;

/// The tables of which there may be several, …
const LISTS: [&str; 6] =
    ["routes", "schedules", "schedules.overrides", "policies", "silences", "ignore"];
/// … of these, those that have no name at all, …
const WITHOUT_NAME: [&str; 2] = ["silences", "ignore"];
/// … those that have a name in their line, each with an example, …
const NAMED: [(&str, &str); 2] = [("channels", "default"), ("people", "alpha")];
/// … and those of which there is one.
const SINGLE: [&str; 4] = ["forward", "escalation", "alarms", "studio"];

/// How alike two keys are at least, if one may be the other misspelt.
const ALIKE: f64 = 0.6;

/// Where an error is.
struct Place<'a> {
    line: &'a str,
    /// The header, if the line is one, …
    header: Option<Header<'a>>,
    /// … or the one that it stands under, if there is any.
    under: Option<Header<'a>>,
    /// The key, if it has one.
    key: &'a str,
}

impl Source {
    /// An error of TOML, or of the shape of a table.
    pub(super) fn syntax(&self, error: &toml::de::Error) -> Problems {
        let at = error.span().map_or(0, |span| span.start);
        let at = self.text.floor_char_boundary(at);
        if let Some((start, key, what)) = unclosed::list(&self.text, at, error.message()) {
            return Problems(vec![self.problem(start, key, what.to_owned())]);
        }
        let place = Place::of(&self.text, at);
        if let Some((start, header)) = place.single_before(&self.text, at, error.message()) {
            let problem = self.problem(start, &format!("[{}]", header.name), several(header.name));
            return Problems(vec![problem]);
        }
        let key = match place.header {
            Some(Header { name, is_list: true }) => format!("[[{name}]]"),
            Some(Header { name, is_list: false }) => format!("[{name}]"),
            None => place.key.to_owned(),
        };
        Problems(vec![self.problem(at, &key, place.what(error.message().trim()))])
    }
}

impl<'a> Place<'a> {
    fn of(text: &'a str, at: usize) -> Place<'a> {
        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let line = text[start..].lines().next().unwrap_or_default().trim();
        let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || "_-.".contains(c)));
        Place {
            line,
            header: header(line),
            under: text[..start].lines().rev().find_map(header),
            key: &line[..end.unwrap_or(line.len()).min(80)],
        }
    }

    /// The line `[policies]` that an error about a later `[[policies]]` comes from, and where it begins.
    fn single_before(
        &self,
        text: &'a str,
        at: usize,
        message: &str,
    ) -> Option<(usize, Header<'a>)> {
        let twice = self.header.filter(|header| header.is_list && message == "duplicate key")?;
        let single = Header { is_list: false, ..twice };
        let mut start = text[..at].rfind('\n')?;
        loop {
            let before = text[..start].rfind('\n').map_or(0, |end| end + 1);
            if header(text[before..start].trim()) == Some(single) {
                return Some((before, single));
            }
            start = before.checked_sub(1)?;
        }
    }

    fn what(&self, message: &str) -> String {
        let by_header = self.header.and_then(Header::misused);
        by_header
            .or_else(|| self.of_channel(message))
            .or_else(|| self.unknown(message))
            .or_else(|| self.missing(message))
            .or_else(|| self.wrong_type(message))
            .or_else(|| self.no_toml(message))
            .unwrap_or_else(|| message.replace('\n', ", "))
    }

    /// A channel has a secret, and people look for its key here.
    fn of_channel(&self, message: &str) -> Option<String> {
        let channel = match self.under?.name {
            "channels" if message.ends_with("expected struct ChannelTable") => self.key,
            name if message.ends_with("there are no fields") => name.strip_prefix("channels.")?,
            _ => return None,
        };
        let variable = match channel {
            "default" => "SLACK_WEBHOOK".to_owned(),
            _ => format!("SLACK_WEBHOOK_{}", channel.to_uppercase().replace('-', "_")),
        };
        Some(format!(
            "a channel is only declared here, expected the line [channels.{channel}] and nothing under it: its secret \
             (a webhook's URL, or a channel's id) is {variable} in .env, on AWS the parameter slack/channels/{channel}"
        ))
    }

    fn unknown(&self, message: &str) -> Option<String> {
        let (key, expected) = message.strip_prefix("unknown field `")?.split_once("`, ")?;
        let known = || expected.split('`').skip(1).step_by(2);
        let alike = |known: &&str| strsim::normalized_damerau_levenshtein(known, key);
        let meant = known().max_by(|a, b| alike(a).total_cmp(&alike(b)));
        let meant = meant.filter(|meant| alike(meant) >= ALIKE);
        let is_loose = self.header.is_none() && self.under.is_none();
        let hint = match meant {
            _ if ["webhook", "token", "password", "secret"].iter().any(|it| key.contains(it)) => {
                " (secrets are in .env, on AWS in the Parameter Store)".to_owned()
            }
            Some(meant) => format!(" (did you mean `{meant}`?)"),
            None if is_loose => {
                " (a key stands under the line of its table, like [[routes]])".to_owned()
            }
            None => String::new(),
        };
        let kind = if self.header.is_some() { "table" } else { "key" };
        Some(format!("unknown {kind} `{key}`{hint}, {expected}"))
    }

    fn missing(&self, message: &str) -> Option<String> {
        let key = message.strip_prefix("missing field `")?.strip_suffix('`')?;
        Some(match example(key) {
            Some(example) => format!("`{key}` is missing, expected a line like {key} = {example}"),
            None => format!("`{key}` is missing"),
        })
    }

    fn wrong_type(&self, message: &str) -> Option<String> {
        let found = ["invalid type: ", "invalid value: "];
        let found = found.iter().find_map(|start| message.strip_prefix(start))?;
        let (found, expected) = found.rsplit_once(", expected ")?;
        let is_loose = self.under.is_none() && self.header.is_none();
        if LISTS.contains(&self.key) && is_loose {
            return Some(format!("expected tables, each under a line [[{}]]", self.key));
        }
        if let Some((kind, name)) = NAMED.iter().find(|(kind, _)| *kind == self.key && is_loose) {
            return Some(format!("expected tables, each under a line like [{kind}.{name}]"));
        }
        if expected == "struct PersonTable" {
            let name = self.key;
            return Some(format!(
                "expected the line [people.{name}], and under it a line like phone = \"+15005550001\""
            ));
        }
        let value = self.line.split_once('=').map_or("", |(_, value)| value.trim_start());
        let is_date = value.starts_with(|c: char| c.is_ascii_digit());
        let found = match found.split([' ', '`']).next().unwrap_or_default() {
            "string" => "is text in quotes",
            "integer" if message.starts_with("invalid value") => "is negative or too large",
            "integer" => "is a number",
            "floating" => "is no whole number",
            "boolean" => "is true or false",
            "sequence" => "is a list",
            "map" if is_date => "is a date or a time",
            "map" => "is a table",
            _ => return None,
        };
        let expected = match expected {
            "a string" => "text in quotes",
            "a sequence" => "a list in brackets",
            "a boolean" => "true or false, without quotes",
            "u32" => "a whole number without quotes",
            other => return Some(format!("{found}, expected {other}")),
        };
        Some(
            format!("{found}, expected {expected},{}", self.like())
                .trim_end_matches(',')
                .to_owned(),
        )
    }

    fn no_toml(&self, message: &str) -> Option<String> {
        let starts = |marks: &[&str]| marks.iter().any(|mark| self.line.starts_with(mark));
        let has = |text: &str| message.contains(text);
        let what = if starts(&["<<<<<<<", "=======", ">>>>>>>"]) {
            "is the mark of a merge conflict, expected the lines of one side alone".to_owned()
        } else if starts(&["{"]) {
            "looks like JSON, expected TOML: lines like key = \"value\"".to_owned()
        } else if self.line.contains(['“', '”', '„', '‘', '’'])
            && has("string values must be quoted")
        {
            "has typographic quotes, expected straight ones (\")".to_owned()
        } else if has("duplicate key") {
            match self.header {
                Some(_) => "is there twice, expected once with all its keys".to_owned(),
                None => "is there twice in one table, expected once".to_owned(),
            }
        } else if has("string values must be quoted") || has("invalid boolean") {
            match example(self.key) {
                Some(_) => format!("cannot be read, expected a value{}", self.like()),
                None => "cannot be read, expected text in quotes, a whole number, true or false"
                    .to_owned(),
            }
        } else if has("invalid basic string, expected `\"`") {
            "its text has no end, expected a closing \"".to_owned()
        } else if has("unicode hexadecimal value") || has("missing escaped value") {
            "has a \\ that begins no character, expected \\\\ for one, or the text in single quotes"
                .to_owned()
        } else if has("visible characters") {
            "has a control character in its text, expected none".to_owned()
        } else if has("invalid multi-line basic string, expected `\"`") {
            "its text has no end, expected a closing \"\"\"".to_owned()
        } else if has("invalid multi-line literal string, expected `'`") {
            "its text has no end, expected a closing '''".to_owned()
        } else if has("invalid literal string, expected `'`") {
            "its text has no end, expected a closing '".to_owned()
        } else if has("key with no value") && self.line.contains(':') {
            "has a colon, expected an equals sign: key = \"value\"".to_owned()
        } else if has("key with no value") {
            "has no value, expected key = \"value\"".to_owned()
        } else if has("unexpected key or value") {
            "goes on after its value, expected the end of the line (a \" inside of text is written \\\")"
                .to_owned()
        } else if has("unclosed array table") {
            "has no end, expected ]] behind its name".to_owned()
        } else if has("unclosed table") {
            "has no end, expected ] behind its name".to_owned()
        } else {
            return None;
        };
        Some(what)
    }

    /// An example for this key, if there is one.
    fn like(&self) -> String {
        let key = self.key;
        example(key).map_or(String::new(), |example| format!(" like {key} = {example}"))
    }
}

impl Header<'_> {
    /// Brackets that are too few, or too many, or without a name.
    fn misused(self) -> Option<String> {
        let Header { name, is_list } = self;
        if let Some((list, own)) = name.split_once('.').filter(|_| !LISTS.contains(&name))
            && LISTS.contains(&list)
        {
            let own = own.trim_matches(['"', '\'']);
            return Some(match WITHOUT_NAME.contains(&list) {
                true => format!("expected [[{list}]], in double brackets and without a name"),
                false => format!("expected [[{list}]], and under it a line name = {own:?}"),
            });
        }
        if !is_list {
            return LISTS.contains(&name).then(|| several(name));
        }
        if let Some((kind, example)) = NAMED.iter().find(|(kind, _)| *kind == name) {
            return Some(format!("expected [{kind}.{example}]: single brackets, and its name"));
        }
        let is_named = NAMED.iter().any(|(kind, _)| name.split('.').next() == Some(kind));
        let is_single = is_named || SINGLE.contains(&name);
        is_single.then(|| format!("expected [{name}], in single brackets"))
    }
}

fn several(name: &str) -> String {
    format!("expected [[{name}]], in double brackets: there may be several")
}
