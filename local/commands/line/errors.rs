//! Errors about the command line, as they are printed.

use std::ffi::OsString;

use clap::CommandFactory;

use super::{CommandLine, read};
use crate::output::printable;

/// The same error, about the arguments as they can be printed: what was typed moves no cursor and makes no line.
pub(super) fn with_printable_values(arguments: &[OsString], error: clap::Error) -> clap::Error {
    let printable_argument = |argument: &OsString| -> OsString {
        let text = argument.to_string_lossy();
        let shown = printable(&text);
        if shown == text { argument.clone() } else { shown.into() }
    };
    let shown: Vec<OsString> = arguments.iter().map(printable_argument).collect();
    if shown == arguments {
        return error;
    }
    match read(&shown) {
        Err(error) => error,
        // Escaped it would do: then the escapes are what is wrong.
        Ok(_) => CommandLine::command().error(error.kind(), printable(error.to_string().trim())),
    }
}
