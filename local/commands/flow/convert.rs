//! `ringdown flow convert`: today's form of an export of the Studio editor before 2020.

use std::path::Path;

use super::check::say_findings;
use super::{flow_name, flows_of, name, read, write};

/// Prints the file's Flow in today's form; one that has it already is printed as it was read. A file without a Flow, or
/// with several, is refused.
///
/// # Errors
/// Says what cannot be read or written.
pub fn run(file: &Path, output: Option<&Path>) -> Result<bool, String> {
    let flows = match flows_of(file, &read(file)?) {
        Ok(flows) => flows,
        Err(findings) => {
            say_findings(file, &findings);
            return Ok(false);
        }
    };
    match flows.flows() {
        all if !all.iter().any(|flow| flow.is_old_export()) => {
            say_error!("{} has today's form: printed as it is", name(file));
            write(&flows.print(), output)?;
            Ok(true)
        }
        [flow] => {
            let converted = flow.convert();
            converted
                .notes
                .iter()
                .for_each(|note| say_error!("{}: {}", name(file), flow_name(note)));
            write(&converted.text, output)?;
            Ok(true)
        }
        several => {
            let count = several.len();
            say_error!(
                "{} has {count} Flows: put the one to convert into a file of its own",
                name(file)
            );
            Ok(false)
        }
    }
}
