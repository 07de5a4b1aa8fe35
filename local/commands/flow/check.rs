//! `ringdown flow check`.

use std::path::{Path, PathBuf};

use studio::{Finding, FlowFile};

use super::{name, read};

/// Checks the Flows of files.
///
/// # Errors
/// Says which file cannot be read.
pub fn run(files: &[PathBuf], _json: bool) -> Result<bool, String> {
    let mut is_fine = true;
    for file in files {
        if let Err(findings) = FlowFile::read(&read(file)?) {
            say_findings(file, &findings);
            is_fine = false;
        }
    }
    Ok(is_fine)
}

/// Says on standard error why a file holds no Flow.
pub(super) fn say_findings(file: &Path, findings: &[Finding]) {
    for Finding { path, position, message, advice, .. } in findings {
        let at = position.map(|at| format!(", {at}")).unwrap_or_default();
        eprintln!("{}{at} ({path}): {message}\n  {advice}", name(file));
    }
}
