//! Output that cannot be written fails each command that plays, tests or compares a Flow.

use std::process::{Command, Stdio};

const HOTLINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/flows/parcels-hotline.json");

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_fails_the_command() {
    for arguments in [
        &["flow", "run", HOTLINE][..],
        &["flow", "test", HOTLINE],
        &["flow", "diff", HOTLINE, HOTLINE],
        &["flow", "check", HOTLINE],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_ringdown"))
            .env_clear()
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(full)
            .output()
            .unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.contains("standard output cannot be written"), "{arguments:?}: {error}");
    }
}
