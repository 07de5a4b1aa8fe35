//! Compares what the pages say with what the code does: keys, defaults, limits, names; links and examples.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod commands;
mod configuration;
mod examples;
mod links;
mod metrics;
mod names;
mod statuses;
mod studio;

use std::fs;
use std::path::{Path, PathBuf};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(root(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The Markdown files of the root and of docs/, as paths from the root.
fn pages() -> Vec<String> {
    let pages_of = |folder: &str| {
        let entries = fs::read_dir(root(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        let names = entries.map(|name| format!("{folder}{}", name.into_string().unwrap()));
        names.filter(|name| name.ends_with(".md")).collect::<Vec<_>>()
    };
    let mut pages = [pages_of(""), pages_of("docs/")].concat();
    pages.sort();
    pages
}

/// A row of a table, as its cells.
fn cells(line: &str) -> Option<Vec<&str>> {
    let row = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(row.split('|').map(str::trim).collect())
}

/// The rows of the tables below each heading of a page, without the two rows that name a table's columns.
fn tables(page: &str) -> Vec<(String, Vec<Vec<&str>>)> {
    let mut sections: Vec<(String, Vec<Vec<&str>>)> = Vec::new();
    let mut row = 0;
    for line in page.lines() {
        if line.starts_with('#') {
            sections.push((line.trim_start_matches('#').trim().to_owned(), Vec::new()));
        }
        match (cells(line), sections.last_mut()) {
            (Some(cells), Some((_, rows))) => {
                row += 1;
                rows.extend((row > 2).then_some(cells));
            }
            _ => row = 0,
        }
    }
    sections
}

/// The rows below this heading.
fn table<'a>(page: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let found = tables(page).into_iter().find(|(have, _)| have == heading);
    found.unwrap_or_else(|| panic!("no heading {heading:?}")).1
}

/// What a cell has in its first backticks.
fn code(cell: &str) -> Option<&str> {
    cell.split('`').nth(1)
}
