//! The checks before a data file is used: a file that cannot be ours is refused, and stays as it is.

use std::fs::{self, FileType};
use std::io::ErrorKind;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use rusqlite::{Connection, ErrorCode};

use super::VERSION;
use crate::access;

/// The tables that every version has had, with columns that each has had.
const TABLES: [(&str, [&str; 4]); 2] = [
    ("records", ["pk", "sk", "revision", "body"]),
    ("messages", ["queue", "batch", "body", "not_before"]),
];

/// The most tables of another program that a message names, and the longest name, in characters.
const MAX_NAMED: usize = 3;
const MAX_NAME: usize = 40;

/// Checks what has the file's name in a folder, before anything opens it. Gives whether it may hold no tables: it is
/// still to be made, or no data were kept in this folder before.
///
/// # Errors
/// Why it cannot be the data file, and what to do.
pub(super) fn check_place(folder: &Path, path: &Path) -> Result<bool, String> {
    let name = path.display();
    let is_there = match fs::metadata(path) {
        Ok(file) if !file.is_file() => {
            return Err(format!(
                "{name} is {}, expected a file: move it away, or choose another folder with --data DIR",
                kind(file.file_type())
            ));
        }
        Ok(file) if file.len() > 0 => return Ok(!held_data(folder)),
        Ok(_) => true,
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(format!("{name}: {error}")),
    };
    if !is_there && let Ok(target) = fs::read_link(path) {
        return Err(format!(
            "{name} is a link to {}, which is missing: put the file back (is its disk mounted?), or remove the link",
            target.display()
        ));
    }
    // SQLite would delete it.
    let log = path.with_extension("sqlite-wal");
    if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        let what = if is_there { "empty" } else { "missing" };
        return Err(format!(
            "{name} is {what}, but {} still holds data that belong in it: put the data file back or put a backup in \
             its place, or move both away and start without what was in them",
            log.display()
        ));
    }
    match is_there && held_data(folder) {
        true => Err(emptied(path, "is empty (0 bytes)")),
        false => Ok(true),
    }
}

/// Checks that a database is Ringdown's, and of a version that this program can use; gives the version. `may_be_blank`:
/// whether it may hold no tables. `is_alone`: whether nobody else uses it.
///
/// # Errors
/// Why it cannot be used, and what to do.
pub(super) fn check_owner(
    path: &Path,
    connection: &Connection,
    may_be_blank: bool,
    is_alone: bool,
) -> Result<i64, String> {
    let failed = |error: rusqlite::Error| problem(path, &error);
    let number = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let application = number("PRAGMA application_id").map_err(failed)?;
    let version = number("PRAGMA user_version").map_err(failed)?;
    let tables = tables(connection).map_err(failed)?;
    if application != 0 {
        return Err(foreign(path, &format!("its application_id is {application}")));
    }
    if tables.is_empty() && version == 0 {
        // As a first start leaves it that was cut short.
        return match may_be_blank {
            true => check_version(path, version, is_alone),
            false => Err(emptied(path, "holds no tables")),
        };
    }
    if !has_our_tables(connection, &tables).map_err(failed)? {
        let named: Vec<String> = tables
            .iter()
            .take(MAX_NAMED)
            .map(|name| name.chars().take(MAX_NAME).collect())
            .collect();
        let why = match (named.join(", "), tables.len()) {
            (_, 0) => "it has no tables".to_owned(),
            (named, 1) => format!("its only table is {named:?}"),
            (named, count) if count > MAX_NAMED => format!("its tables are {named}, …"),
            (named, _) => format!("its tables are {named}"),
        };
        return Err(foreign(path, &why));
    }
    check_version(path, version, is_alone)
}

fn check_version(path: &Path, version: i64, is_alone: bool) -> Result<i64, String> {
    let path = path.display();
    if version < 0 {
        return Err(format!(
            "{path} has the schema version {version}, which no Ringdown writes: another program has changed it. Put a \
             backup in its place, or choose another folder with --data DIR"
        ));
    }
    if version > VERSION {
        return Err(format!(
            "{path} was written by a newer Ringdown (its schema version is {version}, this program knows {VERSION}): \
             start that one again, or choose another folder with --data DIR"
        ));
    }
    if version < VERSION && !is_alone {
        return Err(format!(
            "{path} is in use by an older Ringdown (its schema version is {version}, this program needs {VERSION}): \
             end that one first"
        ));
    }
    Ok(version)
}

/// Checks every page of a file.
///
/// # Errors
/// Checks that the file is whole. An error names the damage, and says what to do.
pub(super) fn check_whole(path: &Path, connection: &Connection) -> Result<(), String> {
    let result: Result<String, _> =
        connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0));
    match result {
        Ok(text) if text == "ok" => Ok(()),
        Ok(text) => Err(damaged(path, &text)),
        Err(error) => Err(problem(path, &error)),
    }
}

/// Says what is wrong, with what to do if the file is damaged.
pub(super) fn problem(path: &Path, error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            damaged(path, &error.to_string())
        }
        _ => format!("{}: {error}", path.display()),
    }
}

fn damaged(path: &Path, why: &str) -> String {
    let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
    format!(
        "{0} is damaged ({why}): put a backup in its place, or move it away and start without what was in it. \
         `sqlite3 {0} .recover` prints what can still be read",
        path.display()
    )
}

fn foreign(path: &Path, why: &str) -> String {
    format!(
        "{} is the database of another program ({why}): move it away, or choose another folder with --data DIR",
        path.display()
    )
}

fn emptied(path: &Path, what: &str) -> String {
    format!(
        "{} {what}, but data were kept in this folder before: put a backup in its place, or move it away and start \
         without what was in it",
        path.display()
    )
}

/// Whether a server has run in this folder. The start token is made once the data file is there, and the mark of a clean
/// end is written when that file is closed; the lock alone says nothing, since it comes first.
fn held_data(folder: &Path) -> bool {
    [access::FILE, super::CLEAN_MARK].iter().any(|name| folder.join(name).exists())
}

/// The names of its tables and views, without SQLite's own.
fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let names = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' \
                 ESCAPE '\\' ORDER BY name";
    connection.prepare(names)?.query_map([], |row| row.get(0))?.collect()
}

/// Whether it has a table of ours, and none by the name of ours that is another. A first start of a former version may
/// have been cut short after the first table.
fn has_our_tables(connection: &Connection, tables: &[String]) -> rusqlite::Result<bool> {
    let mut has_any = false;
    for (table, columns) in TABLES {
        if !tables.iter().any(|name| name == table) {
            continue;
        }
        let mut names = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
        let names: Vec<String> =
            names.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?;
        if !columns.iter().all(|column| names.iter().any(|name| name == column)) {
            return Ok(false);
        }
        has_any = true;
    }
    Ok(has_any)
}

fn kind(kind: FileType) -> &'static str {
    match kind {
        kind if kind.is_dir() => "a folder",
        kind if kind.is_fifo() => "a pipe",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(test)]
mod tests;
