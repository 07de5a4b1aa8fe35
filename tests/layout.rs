//! What this repository promises about itself: what belongs together, and who may know whom.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "layout/imports.rs"]
mod imports;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use imports::Imports;
use shared::http::endpoints::ENDPOINTS;

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

fn ours() -> Vec<String> {
    crates().iter().flat_map(|folder| sources(folder)).collect()
}

#[test]
fn every_function_is_deployed_served_here_and_has_events() {
    let template = read("template.yaml");
    let deployed =
        template.lines().filter_map(|line| line.trim().strip_prefix("CodeUri: functions/"));
    let mut deployed: Vec<_> =
        deployed.map(|folder| folder.trim_end_matches('/').to_owned()).collect();
    deployed.sort();
    assert_eq!(
        names("functions"),
        deployed,
        "folders of functions/, and what template.yaml deploys"
    );
    let local: String = sources("local").iter().map(read).collect();
    for function in names("functions") {
        assert!(
            local.contains(&format!("{}::", function.replace('-', "_"))),
            "local/ does not serve {function}"
        );
        let events = names(&format!("events/{function}"));
        assert!(events.iter().any(|name| name.ends_with(".json")), "events/{function} is empty");
        let manifest = format!("functions/{function}/Cargo.toml");
        assert!(read(&manifest).lines().count() <= 40, "{manifest}: a function needs little");
    }
}

#[test]
fn endpoints_are_those_of_the_template_each_at_its_function() {
    let template = read("template.yaml");
    let (mut function, mut deployed) = (String::new(), Vec::new());
    for line in template.lines() {
        if let Some(folder) = line.trim().strip_prefix("CodeUri: functions/") {
            function = folder.replace('-', "").trim_end_matches('/').to_owned();
        }
        let Some((_, path)) = line.split_once("Path: ") else { continue };
        let (Some((_, method)), Some((path, _))) =
            (line.split_once("Method: "), path.split_once(", PayloadFormatVersion"))
        else {
            continue;
        };
        let method = method.split(',').next().unwrap();
        deployed.push(format!("{method} {} {function}", path.trim_matches('"')).to_lowercase());
    }
    let mut served: Vec<String> = ENDPOINTS
        .iter()
        .map(|route| {
            let function = route.name.function();
            format!("{:?} {} {function:?}", route.method, route.path).to_lowercase()
        })
        .collect();
    deployed.sort();
    served.sort();
    assert_eq!(served, deployed, "the table of endpoints, and template.yaml");
}

#[test]
fn names_of_a_functions_events_occur_once() {
    let template = read("template.yaml");
    let lines: Vec<&str> = template.lines().collect();
    let mut names = BTreeSet::new();
    let mut function = "";
    for pair in lines.windows(2) {
        if let Some(folder) = pair[0].trim().strip_prefix("CodeUri: ") {
            function = folder;
        }
        if pair[1].trim() == "Type: HttpApi" {
            let name = pair[0].trim();
            assert!(names.insert((function, name)), "{function} has the event {name} twice");
        }
    }
    assert!(names.len() > 50, "{names:?}");
}

/// The imports of a crate's sources.
fn imports(folder: &str) -> Imports {
    let files: Vec<(String, String)> = sources(folder)
        .into_iter()
        .map(|path| (path[folder.len() + 1..].to_owned(), read(&path)))
        .collect();
    Imports::read(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
}

/// The folders with the sources of our crates.
fn crates() -> Vec<String> {
    let functions = names("functions").into_iter().map(|name| format!("functions/{name}/src"));
    let others = ["shared/src", "studio/src", "sandbox/src", "local"].map(str::to_owned);
    let crates = others.into_iter().filter(|folder| root(folder).is_dir());
    crates.chain(functions).collect()
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
    for job in &jobs {
        for other in jobs.iter().filter(|other| *other != job) {
            let name = format!("crate::jobs::{other}");
            for file in sources(&format!("shared/src/jobs/{job}")) {
                assert!(!read(&file).contains(&name), "{file} names another job");
            }
        }
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
fn the_server_on_one_machine_is_built_without_aws() {
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

/// The resources of `template.yaml`: the name, and its lines without their comments.
fn resources() -> Vec<(String, Vec<String>)> {
    let mut resources: Vec<(String, Vec<String>)> = Vec::new();
    for line in read("template.yaml").lines() {
        let name = line.strip_prefix("  ").filter(|name| !name.starts_with([' ', '#']));
        match (name.and_then(|name| name.strip_suffix(':')), resources.last_mut()) {
            (Some(name), _) => resources.push((name.to_owned(), Vec::new())),
            (None, Some((_, lines))) if !line.trim().starts_with('#') => {
                lines.push(line.to_owned())
            }
            _ => {}
        }
    }
    resources
}

/// The statements of a role: its lines from one `Sid` to the next.
fn statements(role: &[String]) -> Vec<String> {
    let mut statements: Vec<String> = Vec::new();
    for line in role {
        match (line.trim().starts_with("- Sid: "), statements.last_mut()) {
            (true, _) => statements.push(line.trim().to_owned()),
            (false, Some(statement)) if line.starts_with("                ") => {
                *statement = format!("{statement}\n{}", line.trim());
            }
            _ => {}
        }
    }
    statements
}

#[test]
fn every_reader_of_the_configuration_keeps_the_last_good_one_and_gains_nothing_else() {
    const KEEPS: &str = "- Sid: KeepTheLastGoodConfiguration\nEffect: Allow\n\
                         Action: [dynamodb:GetItem, dynamodb:BatchGetItem, dynamodb:UpdateItem]\n\
                         Resource: !GetAtt Table.Arn\nCondition:\nForAllValues:StringLike:\n\
                         dynamodb:LeadingKeys: [config]";
    let resources = resources();
    let mut readers = 0;
    for (name, lines) in resources.iter().filter(|(name, _)| name.ends_with("Role")) {
        let statements = statements(lines);
        let reads = lines.iter().any(|line| line.contains("parameter${ParameterPath}/config"));
        let keeps: Vec<&String> =
            statements.iter().filter(|statement| statement.contains("[config]")).collect();
        assert_eq!(keeps, if reads { vec![KEEPS] } else { vec![] }, "{name}");
        for statement in statements.iter().filter(|statement| *statement != KEEPS) {
            let keys = statement.split("LeadingKeys:").nth(1).unwrap_or_default();
            let keys = keys.split(|c: char| !(c.is_alphanumeric() || c == '-'));
            assert!(!keys.clone().any(|key| key == "config"), "{name}: {statement}");
            // Whoever may use the table at all may use some partitions of it.
            assert_eq!(
                statement.contains("dynamodb:"),
                statement.contains("LeadingKeys"),
                "{name}"
            );
        }
        // Of the rest of the table the webhook sees Flows and their Executions, and no incident.
        if name == "EventStreamWebhookRole" {
            let allowed = [
                "execution#*",
                "active#*",
                "studio#*",
                "flow-counts#*",
                "flow#*",
                "flows",
                "pauses#*",
            ];
            let keys = statements.iter().filter_map(|one| one.split_once("LeadingKeys: ["));
            let keys = keys.flat_map(|(_, keys)| keys.trim_end().trim_end_matches(']').split(", "));
            for key in keys.map(|key| key.trim_matches('"')).filter(|key| *key != "config") {
                assert!(allowed.contains(&key), "{name}: {key}");
            }
        }
        let function = name.trim_end_matches("Role");
        let (_, function) = resources.iter().find(|(name, _)| name == function).unwrap();
        let has_table = function.iter().any(|line| line.trim() == "TABLE_NAME: !Ref Table");
        assert!(has_table || !reads, "{name}: its function does not know the table");
        readers += usize::from(reads);
    }
    assert_eq!(readers, names("functions").len());
}

#[test]
fn what_the_log_says_of_a_configuration_that_fails_its_check_raises_an_alarm() {
    let template = read("template.yaml");
    let filter = format!("{{ $.message = \"{}\" }}", shared::config::FAILED_CHECK);
    assert_eq!(template.matches(&filter).count(), 1, "{filter}");
}

/// The part of `template.yaml` that describes this resource.
fn resource(name: &str) -> String {
    let template = read("template.yaml");
    let lines = template.lines().skip_while(|line| *line != format!("  {name}:")).skip(1);
    let its: Vec<&str> =
        lines.take_while(|line| line.is_empty() || line.starts_with("   ")).collect();
    assert!(!its.is_empty(), "template.yaml has no {name}");
    its.join("\n")
}

#[test]
fn dashboard_may_queue_an_end_and_not_write_an_incident() {
    let role = resource("DashboardRole");
    let queues = "[!GetAtt SlackQueue.Arn, !GetAtt WakeUpsQueue.Arn, !GetAtt CallbacksQueue.Arn]";
    assert!(role.contains(queues), "{role}");
    for action in ["PutItem", "DeleteItem", "BatchWriteItem", "dynamodb:*", "PartiQL", "sqs:*"] {
        assert!(!role.contains(action), "{action}");
    }
    let writes: Vec<&str> =
        role.split("- Sid: ").filter(|one| one.contains("UpdateItem")).collect();
    // The last good configuration, and this.
    let writes: Vec<&str> = writes.into_iter().filter(|one| !one.contains("[config]")).collect();
    assert_eq!(writes.len(), 1, "{role}");
    let keys = writes[0].lines().find(|line| line.contains("LeadingKeys")).unwrap();
    let expected = "dynamodb:LeadingKeys: [dead-letters, dead-letter-bodies, overrides, \"log-in#*\", \"sign-in#*\", \
                    sessions, \"flow#*\", counters]";
    assert_eq!(keys.trim(), expected);
}

#[test]
fn rule_for_alarms_brings_deletions_and_no_creations() {
    let intake = resource("OutageIntake");
    let pattern = intake.split_once("source: [aws.cloudwatch]").unwrap().1;
    let line = |key: &str| {
        let found = pattern.lines().find(|line| line.trim_start().starts_with(key));
        found.unwrap_or_else(|| panic!("{key} in {pattern}")).to_owned()
    };
    for kind in ["CloudWatch Alarm State Change", "CloudWatch Alarm Configuration Change"] {
        assert!(line("detail-type:").contains(kind), "{pattern}");
    }
    let operation = line("operation:");
    assert!(operation.contains("exists: false"), "a state change has none: {operation}");
    assert!(operation.contains("delete") && !operation.contains("create"), "{operation}");
}

/// Words that the glossary replaces, and where a term of somebody else is the same word.
const WORDS: &[(&str, &[&str])] = &[
    ("house", &[]),
    ("houses", &[]),
    ("room", &["events/", "shared/src/domain/schedule/"]),
    ("rooms", &["events/"]),
    ("pretend", &[]),
    ("dusk", &[]),
    ("mischief", &[]),
    ("crew", &[]),
    ("town", &["shared/src/domain/alarm/region.rs"]),
    ("dice", &[]),
    ("kit", &["sandbox/src/slack", "shared/src/slack/post.rs"]),
    ("hunt", &[]),
    ("hunts", &[]),
    ("holder", &[]),
    ("holders", &["LICENSE"]),
    ("mended", &[]),
    ("auditor", &[]),
    ("fares", &[]),
    ("story", &[]),
    ("stories", &[]),
];

/// The uses of a word in a text, as lines: the word alone, in whatever case. What reads records of a former version says
/// so as an alias.
fn uses<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let is_use = |line: &&str| {
        let lower = line.to_lowercase();
        let mut words = lower.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.any(|one| one == word) && !line.contains("alias = \"")
    };
    text.lines().filter(is_use).collect()
}

#[test]
fn word_is_found_alone_and_in_any_case() {
    assert_eq!(uses("a Story.\nstory_of\nhistory\nits-story", "story"), ["a Story.", "its-story"]);
    assert!(uses("#[serde(alias = \"hunt\")]", "hunt").is_empty());
}

#[test]
fn replaced_words_of_the_glossary_occur_nowhere() {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(ROOT).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let own = [
        "CHANGELOG.md",
        "docs/glossary.md",
        "tests/layout.rs",
        "shared/src/domain/escalation/tests/former.rs",
        // What the former version left behind, in its own words.
        "tests/former/data.sql",
        "tests/former/template.yaml",
    ];
    let mut found = Vec::new();
    let files = listed.split('\0').filter(|path| !own.contains(path) && root(path).is_file());
    for path in files {
        // A picture has no words.
        let Ok(text) = fs::read_to_string(root(path)) else { continue };
        for (word, elsewhere) in WORDS {
            if !elsewhere.iter().any(|start| path.starts_with(start)) {
                found.extend(
                    uses(&text, word).iter().map(|line| format!("{path}: {word}: {line:.120}")),
                );
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
