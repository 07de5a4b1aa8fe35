//! The commands that can be typed: `ringdown` alone starts the server, the rest helps whoever sets it up.

/// Prints a line or several, foreign text in them escaped (see [`output`](crate::output)). Whoever reads may have gone (`ringdown check | head`): that is no reason to fail.
#[macro_export]
macro_rules! say {
    () => { $crate::say!("") };
    ($($text:tt)*) => {{
        use std::io::Write;
        let text = $crate::output::for_stdout(&format!($($text)*));
        $crate::commands::printed(writeln!(std::io::stdout(), "{text}"));
    }};
}

/// The same on standard error.
#[macro_export]
macro_rules! say_error {
    ($($text:tt)*) => {{
        use std::io::Write;
        let text = $crate::output::for_stderr(&format!($($text)*));
        let _ = writeln!(std::io::stderr(), "{text}");
    }};
}

/// Set when a line could not be printed although somebody reads.
static IS_UNPRINTED: AtomicBool = AtomicBool::new(false);

/// Takes the result of printing a line.
pub fn printed(line: std::io::Result<()>) {
    if line.is_err_and(|error| error.kind() != std::io::ErrorKind::BrokenPipe) {
        IS_UNPRINTED.store(true, Ordering::Relaxed);
    }
}

mod acting;
pub mod alarm;
pub mod arguments;
pub mod callbacks;
pub mod check;
pub mod completions;
pub mod config;
pub mod dead_letters;
pub mod flow;
pub mod incidents;
pub mod line;
pub mod on_call;
pub mod raise;
pub mod send;
pub mod serve;
pub mod sessions;
pub mod silences;
pub mod verify;

use std::sync::atomic::{AtomicBool, Ordering};

use shared::config::file::{Config, UnreadCalendar};

pub use self::line::{Command, CommandLine, parse};
use crate::settings::Source;

/// Reads a configuration to answer a question about it. A calendar that cannot be read costs its own schedule only, as on
/// a server: it is said on standard error, and [`Config::unread`] names it.
///
/// # Errors
/// All that is wrong with the configuration itself.
fn read_leniently(source: &Source) -> Result<Config, String> {
    let parts = source.parts().map_err(|error| error.to_string())?;
    let config = Config::parse_beside(parts, &[]).map_err(|problems| problems.to_string())?;
    for unread in &config.unread {
        let UnreadCalendar { schedule, problem, .. } = unread;
        say_error!("PROBLEM: the calendar of {schedule} cannot be read: {problem}");
    }
    Ok(config)
}
