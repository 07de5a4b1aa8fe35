//! The line that begins a table: `[people.alpha]`, `[[policies]]`.

/// The line `[name]`, or `[[name]]`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Header<'a> {
    pub(super) name: &'a str,
    pub(super) is_list: bool,
}

/// The table that a line begins, if it begins one.
pub(super) fn header(line: &str) -> Option<Header<'_>> {
    let line = line.trim();
    let (name, is_list) = match line.strip_prefix("[[") {
        Some(rest) => (rest.split_once("]]")?.0, true),
        None => (line.strip_prefix('[')?.split_once(']')?.0, false),
    };
    let is_value = name.trim_start().starts_with(['"', '\'', '[', '{']) || name.contains(',');
    (!is_value && !name.trim().is_empty()).then_some(Header { name: name.trim(), is_list })
}
