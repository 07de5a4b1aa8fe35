//! Tables of TOML: each key is asked for by its name, and those that nobody asked for are errors with their lines.

use std::fmt;
use std::ops::Range;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Something that is wrong in a file of scenarios.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScenarioProblem {
    /// The line, from 1.
    pub line: usize,
    /// The key, with those that it lies in; empty if there is none.
    pub key: String,
    /// The reason.
    pub message: String,
}

impl fmt::Display for ScenarioProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ScenarioProblem { line, key, message } = self;
        match key.is_empty() {
            true => write!(f, "line {line}: {message}"),
            false => write!(f, "line {line}: {key}: {message}"),
        }
    }
}

/// The problems of a file so far.
pub(super) struct Problems<'a> {
    text: &'a str,
    pub(super) list: Vec<ScenarioProblem>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(text: &'a str) -> Problems<'a> {
        Problems { text, list: Vec::new() }
    }

    /// The table of the whole file; none if it is no TOML.
    pub(super) fn parse(&mut self) -> Option<Fields<'a>> {
        match DeTable::parse(self.text) {
            Ok(table) => Some(Fields::new(table.into_inner(), String::new(), 0)),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                self.add(at, "", format!("it is not TOML: {}", error.message()));
                None
            }
        }
    }

    /// The line of a byte of the file, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// Adds a problem at a byte of the file.
    pub(super) fn add(&mut self, at: usize, key: &str, message: impl Into<String>) {
        let (line, key, message) = (self.line(at), key.to_owned(), message.into());
        self.list.push(ScenarioProblem { line, key, message });
    }
}

/// A value with its place and the key that it has.
pub(super) struct Field<'i> {
    pub(super) key: String,
    pub(super) at: usize,
    value: DeValue<'i>,
}

/// A table whose keys are taken one after another.
pub(super) struct Fields<'i> {
    table: Vec<(String, Range<usize>, Spanned<DeValue<'i>>)>,
    /// The key of the table itself.
    pub(super) key: String,
    /// Its place.
    pub(super) at: usize,
    known: Vec<&'static str>,
}

impl<'i> Fields<'i> {
    fn new(table: DeTable<'i>, key: String, at: usize) -> Fields<'i> {
        let entry = |(key, value): (Spanned<_>, _)| {
            let span = key.span();
            let key: std::borrow::Cow<'i, str> = key.into_inner();
            (key.into_owned(), span, value)
        };
        Fields { table: table.into_iter().map(entry).collect(), key, at, known: Vec::new() }
    }

    fn inner_key(&self, key: &str) -> String {
        if self.key.is_empty() { key.to_owned() } else { format!("{}.{key}", self.key) }
    }

    /// Takes a key.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Field<'i>> {
        self.known.push(key);
        let index = self.table.iter().position(|(have, ..)| have == key)?;
        let (_, span, value) = self.table.swap_remove(index);
        Some(Field { key: self.inner_key(key), at: span.start, value: value.into_inner() })
    }

    /// Takes a key that holds text.
    pub(super) fn text(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
    ) -> Option<String> {
        self.take(key)?.text(problems)
    }

    /// Takes a key that holds a list of texts, or one text.
    pub(super) fn texts(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
    ) -> Vec<(usize, String)> {
        let Some(field) = self.take(key) else { return Vec::new() };
        let (at, inner) = (field.at, field.items());
        let text = |item: Field<'_>| Some((item.at.max(at), item.text(problems)?));
        inner.into_iter().filter_map(text).collect()
    }

    /// Takes a key that holds a list of tables, or one table.
    pub(super) fn tables(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
    ) -> Vec<Fields<'i>> {
        let Some(field) = self.take(key) else { return Vec::new() };
        field.items().into_iter().filter_map(|item| item.table(problems)).collect()
    }

    /// Every key that is left, with its value.
    pub(super) fn remaining(&mut self) -> Vec<(String, Field<'i>)> {
        let rest = std::mem::take(&mut self.table).into_iter();
        let field = |(key, span, value): (String, Range<usize>, Spanned<DeValue<'i>>)| {
            let inner = self.inner_key(&key);
            (key, Field { key: inner, at: span.start, value: value.into_inner() })
        };
        let mut all: Vec<(String, Field<'i>)> = rest.map(field).collect();
        all.sort_by_key(|(_, field)| field.at);
        all
    }

    /// Every key that nobody has asked for is a problem.
    pub(super) fn finish(self, problems: &mut Problems<'_>) {
        for (key, span, _) in &self.table {
            let expected = self.known.join(", ");
            let message = format!("unknown key, expected one of {expected}");
            problems.add(span.start, &self.inner_key(key), message);
        }
    }
}

impl<'i> Field<'i> {
    /// A problem with it.
    pub(super) fn problem(&self, problems: &mut Problems<'_>, message: impl Into<String>) {
        problems.add(self.at, &self.key, message);
    }

    /// The entries of a list; itself if it is none.
    pub(super) fn items(self) -> Vec<Field<'i>> {
        let Field { key, at, value } = self;
        match value {
            DeValue::Array(array) => {
                let items = array.into_iter().enumerate();
                let item = |(index, value): (usize, Spanned<DeValue<'i>>)| Field {
                    key: format!("{key}[{index}]"),
                    at: value.span().start,
                    value: value.into_inner(),
                };
                items.map(item).collect()
            }
            value => vec![Field { key, at, value }],
        }
    }

    /// Its text; a number or a truth value is one too.
    pub(super) fn text(self, problems: &mut Problems<'_>) -> Option<String> {
        match &self.value {
            DeValue::String(text) => Some(text.clone().into_owned()),
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) => {
                Some(plain(&self.json()?))
            }
            DeValue::Datetime(time) => Some(time.to_string()),
            DeValue::Array(_) | DeValue::Table(_) => {
                self.problem(problems, "expected a text");
                None
            }
        }
    }

    /// Its truth value.
    pub(super) fn flag(self, problems: &mut Problems<'_>) -> Option<bool> {
        match self.value {
            DeValue::Boolean(flag) => Some(flag),
            _ => {
                self.problem(problems, "expected true or false");
                None
            }
        }
    }

    /// Its whole number.
    pub(super) fn number(self, problems: &mut Problems<'_>) -> Option<u64> {
        let number = self.json().and_then(|value| value.as_u64());
        if number.is_none() {
            self.problem(problems, "expected a whole number");
        }
        number
    }

    /// Its table.
    pub(super) fn table(self, problems: &mut Problems<'_>) -> Option<Fields<'i>> {
        match self.value {
            DeValue::Table(table) => Some(Fields::new(table, self.key, self.at)),
            _ => {
                self.problem(problems, "expected a table");
                None
            }
        }
    }

    /// It is a text.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.value, DeValue::String(_))
    }

    /// Its value as JSON.
    pub(super) fn json(&self) -> Option<Value> {
        json(&self.value)
    }
}

/// The entries of a table of texts, lists and tables: a list or table is one, and anything else a text.
pub(super) fn values(
    field: Option<Field<'_>>,
    problems: &mut Problems<'_>,
) -> Vec<(String, Value)> {
    let table = field.and_then(|field| field.table(problems));
    let rest = table.map(|mut table| table.remaining()).unwrap_or_default().into_iter();
    let value = |field: Field<'_>, problems: &mut Problems<'_>| match &field.value {
        DeValue::Array(_) | DeValue::Table(_) => field.json(),
        _ => field.text(problems).map(Value::String),
    };
    rest.filter_map(|(key, field)| Some((key, value(field, problems)?))).collect()
}

/// The entries of a table of texts.
pub(super) fn pairs(
    field: Option<Field<'_>>,
    problems: &mut Problems<'_>,
) -> Vec<(String, String)> {
    let table = field.and_then(|field| field.table(problems));
    let rest = table.map(|mut table| table.remaining()).unwrap_or_default().into_iter();
    rest.filter_map(|(key, field)| Some((key, field.text(problems)?))).collect()
}

fn json(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::String(text.clone().into_owned()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok()?.into()
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().ok()?.into(),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(time) => Value::String(time.to_string()),
        DeValue::Array(array) => {
            array.iter().map(|item| json(item.get_ref())).collect::<Option<Value>>()?
        }
        DeValue::Table(table) => {
            let entry = |(key, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<_>)| {
                Some((key.get_ref().clone().into_owned(), json(value.get_ref())?))
            };
            Value::Object(table.iter().map(entry).collect::<Option<Map<String, Value>>>()?)
        }
    })
}

/// A value as text, without quotation marks.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
