//! `ringdown flow print`: writes a Flow as it was read, byte for byte.

use std::path::Path;

use super::check::say_findings;
use super::{flows_of, read, write};

/// Prints the file's Flow in the form that it has; a file without one is refused with the reasons.
///
/// # Errors
/// Says what cannot be read or written.
pub fn run(file: &Path, output: Option<&Path>) -> Result<bool, String> {
    match flows_of(file, &read(file)?) {
        Ok(flows) => write(&flows.print(), output).map(|()| true),
        Err(findings) => {
            say_findings(file, &findings);
            Ok(false)
        }
    }
}
