//! Dependencies: the modules and crates that the code of each may name.

use std::process::Command;

use super::imports::Imports;
use super::{ROOT, crates, names, read, sources};

fn ours() -> Vec<String> {
    crates().iter().flat_map(|folder| sources(folder)).collect()
}

/// The imports of a crate's sources.
fn imports(folder: &str) -> Imports {
    let files: Vec<(String, String)> = sources(folder)
        .into_iter()
        .map(|path| (path[folder.len() + 1..].to_owned(), read(&path)))
        .collect();
    Imports::read(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
}

#[test]
fn modules_import_each_other_in_no_circle() {
    for folder in crates() {
        assert_eq!(imports(&folder).circles(), [""; 0], "{folder}");
    }
}

#[test]
fn modules_of_the_shared_crate_know_only_what_they_may() {
    let base: &[&[&str]] = &[&["error"], &["Error"], &["hex"], &["key"], &["secret"]];
    let domain: &[&[&str]] = &[&["domain"]];
    let vendors: &[&[&str]] = &[&["http"], &["twilio"], &["slack"]];
    let shared = imports("shared/src");
    let may = [
        (&["domain"][..], [&[][..], &[], &[]]),
        (&["http"], [base, &[], &[]]),
        (&["storage"], [base, domain, &[]]),
        (&["twilio"], [base, domain, &[&["http"]]]),
        (&["slack"], [base, domain, &[&["http"]]]),
        (&["config"], [base, &[&["domain"], &["storage"]], vendors]),
    ];
    for (module, allowed) in may {
        let allowed: Vec<&[&str]> = match module {
            ["domain"] => vec![&["hex"]],
            _ => allowed.concat(),
        };
        assert_eq!(shared.beyond(module, &allowed), [""; 0], "{}", module.join("::"));
    }
    // Beside the jobs lies what they share.
    let is_job = |name: &&str| !matches!(*name, "verify" | "twilio_api");
    let files = names("shared/src/jobs");
    let jobs: Vec<&str> =
        files.iter().filter_map(|name| name.strip_suffix(".rs")).filter(is_job).collect();
    let others = names("shared/src");
    let others = others.iter().map(|name| [name.trim_end_matches(".rs")]);
    let others: Vec<[&str; 1]> = others.filter(|name| *name != ["jobs"]).collect();
    for job in &jobs {
        let shared_by_jobs: [&[&str]; 2] = [&["jobs", "verify"], &["jobs", "twilio_api"]];
        let allowed = others
            .iter()
            .map(<[&str; 1]>::as_slice)
            .chain(shared_by_jobs)
            .chain(base.iter().copied());
        let allowed: Vec<&[&str]> = allowed.collect();
        assert_eq!(shared.beyond(&["jobs", job], &allowed), [""; 0], "{job} names another job");
    }
}

#[test]
fn domain_knows_nothing_of_the_world() {
    let rules = sources("shared/src/domain");
    assert!(rules.len() > 50, "{rules:?}");
    for file in rules {
        let text = read(&file);
        for banned in ["async ", "std::env", "::now()", "std::time", "tokio"] {
            assert!(!text.contains(banned), "{file} mentions {banned}");
        }
    }
}

/// The crates that a manifest names as dependencies.
fn dependencies(manifest: &str) -> Vec<String> {
    let manifest: toml::Table = toml::from_str(&read(manifest)).unwrap();
    manifest["dependencies"].as_table().unwrap().keys().cloned().collect()
}

#[test]
fn studio_is_pure_and_imports_nothing_of_ours() {
    let dependencies = dependencies("studio/Cargo.toml");
    let known = ["fancy-regex", "form_urlencoded", "jiff", "regex-syntax", "serde_json", "toml"];
    assert_eq!(dependencies, known);
    for file in sources("studio/src") {
        let text = read(&file);
        for banned in [
            "async ",
            "std::env",
            "::now()",
            "std::time::Instant",
            "SystemTime",
            "std::fs",
            "std::net",
        ] {
            assert!(!text.contains(banned), "{file} mentions {banned}");
        }
    }
}

/// What `sandbox/` may use of `shared`: HTTP types, signatures, secrets.
const SHARED_BY_SANDBOX: [&str; 7] = [
    "shared::Error",
    "shared::hex",
    "shared::http::",
    "shared::secret::",
    "shared::slack::signature::",
    "shared::twilio::signature::",
    "shared::{Error, hex}",
];

#[test]
fn sandbox_knows_studio_and_of_shared_http_and_signatures_alone() {
    let ours = ["shared", "studio", "ringdown", "dashboard"];
    let ours = ours.map(str::to_owned).into_iter().chain(names("functions"));
    let known: Vec<String> = dependencies("sandbox/Cargo.toml")
        .into_iter()
        .filter(|name| ours.clone().any(|our| our == *name))
        .collect();
    assert_eq!(known, ["shared", "studio"]);
    for file in sources("sandbox/src") {
        let text = read(&file);
        for (at, _) in text.match_indices("shared::") {
            let rest = &text[at..];
            let is_allowed = SHARED_BY_SANDBOX.iter().any(|allowed| rest.starts_with(allowed));
            assert!(is_allowed, "{file} uses {}", rest.lines().next().unwrap());
        }
    }
    for file in ["shared/src", "studio/src", "functions"].into_iter().flat_map(sources) {
        let text = read(&file);
        assert!(!text.contains("sandbox::"), "{file} knows the sandbox");
    }
}

#[test]
fn one_file_reads_the_environment_and_only_main_files_know_aws() {
    for file in ours() {
        let text = read(&file);
        let reads =
            ["env::var", "env::set_var", "env::remove_var"].iter().any(|call| text.contains(call));
        assert!(!reads || file == "shared/src/config.rs", "{file} reads the environment");
        assert!(
            !text.contains("shared::aws") || file.ends_with("main.rs"),
            "{file} names shared::aws"
        );
    }
}

#[test]
fn server_on_one_machine_is_built_without_aws() {
    let manifest: toml::Table = toml::from_str(&read("Cargo.toml")).unwrap();
    for name in names("functions").iter().map(String::as_str).chain(["shared"]) {
        let defaults = manifest["workspace"]["dependencies"][name].get("default-features");
        assert_eq!(defaults.and_then(toml::Value::as_bool), Some(false), "{name} in Cargo.toml");
    }
    let mut tree = Command::new(env!("CARGO"));
    tree.current_dir(ROOT).args([
        "tree",
        "--offline",
        "--locked",
        "-p",
        "ringdown",
        "-e",
        "normal",
        "--prefix",
        "none",
    ]);
    let tree = tree.output().unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let crates = String::from_utf8(tree.stdout).unwrap();
    assert!(crates.contains("rusqlite"), "{crates}");
    let cloud: Vec<_> = crates
        .lines()
        .filter(|name| name.starts_with("aws") || name.starts_with("lambda"))
        .collect();
    assert!(cloud.is_empty(), "{cloud:?}");
}
