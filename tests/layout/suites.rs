//! `tests/run` itself, with suites that do nothing.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::read;

#[test]
fn simulation_beside_aws_runs_in_a_fresh_clone() {
    let clone = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = clone.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    };
    put("tests/run", &read("tests/run"));
    put("tests/tools.sh", "commands() { :; }\npython_tools() { :; }\n");
    // The simulation is there still when its priority is lowered.
    put("bin/cargo", "#!/bin/sh\nsleep 1\n");
    put("bin/python", "#!/bin/sh\n");
    let line = "PATH=$PWD/bin:$PATH exec tests/run simulation aws";
    let output = Command::new("bash").args(["-c", line]).current_dir(&clone).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && printed.contains("2 passed, 0 failed"), "{output:?}");
}
