//! Promises of this repository about itself: who may know whom, what is deployed and may do what, and in which words.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "layout/dependencies.rs"]
mod dependencies;
#[path = "layout/deployment.rs"]
mod deployment;
#[path = "layout/glossary.rs"]
mod glossary;
#[path = "layout/imports.rs"]
mod imports;
#[path = "layout/permissions.rs"]
mod permissions;
#[path = "layout/suites.rs"]
mod suites;

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn root(path: &str) -> PathBuf {
    Path::new(ROOT).join(path)
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root(path.as_ref().to_str().unwrap());
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names in a folder, sorted.
fn names(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root(folder)).unwrap().map(|entry| entry.unwrap());
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The Rust files below a folder, tests left out, as paths from the root.
fn sources(folder: &str) -> Vec<String> {
    let below = |name: String| match format!("{folder}/{name}") {
        path if root(&path).is_dir() && !matches!(name.as_str(), "tests" | "testing") => {
            sources(&path)
        }
        path if path.ends_with(".rs") && !matches!(name.as_str(), "tests.rs" | "testing.rs") => {
            vec![path]
        }
        _ => Vec::new(),
    };
    names(folder).into_iter().flat_map(below).collect()
}

/// The folders with the sources of our crates.
fn crates() -> Vec<String> {
    let functions = names("functions").into_iter().map(|name| format!("functions/{name}/src"));
    let others = ["shared/src", "studio/src", "sandbox/src", "local"].map(str::to_owned);
    let crates = others.into_iter().filter(|folder| root(folder).is_dir());
    crates.chain(functions).collect()
}
