//! The commands that the README and the pages of docs/ tell their reader to type.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The pages whose commands are checked, with their names: README.md first.
fn pages() -> Vec<(String, String)> {
    let docs = fs::read_dir(root("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    let docs = docs.map(|name| format!("docs/{}", name.into_string().unwrap()));
    let mut docs: Vec<String> = docs.filter(|name| name.ends_with(".md")).collect();
    docs.sort();
    let others = ["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(str::to_owned);
    let read = |name: String| (name.clone(), fs::read_to_string(root(&name)).unwrap());
    others.into_iter().chain(docs).map(read).collect()
}

/// The commands in the blocks of this language of all pages, those continued on the next line in one, each with its page.
fn commands(language: &str) -> Vec<(String, String)> {
    let start = format!("{language}\n");
    let of_page = |(name, page): (String, String)| -> Vec<(String, String)> {
        let blocks = page.split("\n```").skip(1).step_by(2);
        let wanted = blocks.filter_map(|block| block.strip_prefix(&start));
        let lines = wanted.map(|block| block.replace("\\\n", " "));
        let lines: Vec<String> =
            lines.flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
        lines.into_iter().map(|line| (name.clone(), line)).collect()
    };
    pages().into_iter().flat_map(of_page).collect()
}

/// A server that is ended with its test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ringdown(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringdown"));
    command.env_clear().current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// The parts of `tests/run`.
fn suites() -> Vec<String> {
    let listed = Command::new(root("tests/run")).arg("--list").output().unwrap().stdout;
    let listed = String::from_utf8(listed).unwrap();
    listed.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

/// Blocks of `sh` are run, in their order: on a free port, and in a folder that has nothing but `events/` and
/// `examples/`. What several pages say is run once.
#[test]
fn cargo_run_starts_ringdown() {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--locked", "--offline"])
        .current_dir(root(""))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let members = metadata["workspace_default_members"].as_array().unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let packages = packages.filter(|package| members.contains(&package["id"]));
    // Of several, cargo takes none.
    let programs: Vec<&str> =
        packages.filter_map(|package| package["default_run"].as_str()).collect();
    assert_eq!(programs, ["ringdown"]);
}

#[test]
fn commands_of_the_pages_run() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["events", "examples"] {
        symlink(root(name), folder.path().join(name)).unwrap();
    }
    let mut server =
        Server(ringdown(folder.path()).args(["--port", "0", "--no-callers"]).spawn().unwrap());
    let mut address = String::new();
    BufReader::new(server.0.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
    let address = address.trim().strip_prefix("listening on ").expect("the server does not serve");

    let lines = commands("sh");
    assert!(
        ["cargo run", "./tests/run"].iter().all(|line| lines.iter().any(|(_, have)| have == line)),
        "{lines:?}"
    );
    let (mut lines, mut ran) = (lines.into_iter(), HashSet::new());
    while let Some((page, line)) = lines.next() {
        let (typed, input) = match line.split_once(" <<'END'") {
            Some((typed, _)) => {
                let input = lines.by_ref().map(|(_, line)| line).take_while(|line| line != "END");
                (typed, input.collect::<Vec<_>>().join("\n"))
            }
            None => (line.as_str(), String::new()),
        };
        if typed == "cargo run" || !ran.insert((typed.to_owned(), input.clone())) {
            continue; // It runs above.
        }
        if let Some(wanted) = typed.strip_prefix("./tests/run") {
            let (known, option) = (suites(), "--list".to_owned());
            let is_known = |one: &str| known.iter().chain([&option]).any(|known| known == one);
            assert!(wanted.split_whitespace().all(is_known), "{page}: {typed}");
            continue;
        }
        if typed.starts_with("curl ") {
            let token = fs::read_to_string(folder.path().join(".ringdown/start-token")).unwrap();
            let mut shell = Command::new("sh");
            shell.args(["-c", &typed.replace("http://127.0.0.1:8080", address)]);
            let output = shell.env("ALARMS_TOKEN", token.trim()).output().unwrap();
            assert!(output.status.success(), "{page}: {line}: {output:?}");
            continue;
        }
        let arguments = typed.strip_prefix("cargo run -- ");
        let arguments = arguments.unwrap_or_else(|| panic!("{page}: no test runs {typed:?}"));
        let is_sent =
            ["send ", "alarm ", "raise "].iter().any(|command| arguments.starts_with(command));
        let to = is_sent.then_some(["--to", address]).into_iter().flatten();
        let mut child = ringdown(folder.path())
            .args(shlex::split(arguments).unwrap())
            .args(to)
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        assert!(child.wait_with_output().unwrap().status.success(), "{page}: {line}");
    }
}

/// What begins the commands for a reader's own account or files, the options that it takes, and why it is not run from
/// here: so that much is checked of them.
const ELSEWHERE: [(&str, &[&str], &str); 19] = [
    (
        "twilio api:events:v1:sinks:create ",
        &["--description", "--sink-type", "--sink-configuration"],
        "a Twilio account",
    ),
    (
        "twilio api:events:v1:subscriptions:create ",
        &["--description", "--sink-sid", "--types"],
        "a Twilio account",
    ),
    ("twilio api:events:v1:sinks:test:create ", &["--sid"], "a Twilio account"),
    ("twilio phone-numbers:update ", &["--sms-url"], "a Twilio account"),
    (
        "twilio api:messaging:v1:services:update ",
        &["--sid", "--status-callback"],
        "a Twilio account",
    ),
    (
        "prometheus ",
        &["--config.file=observability/prometheus.yml", "--storage.tsdb.retention.time=30d"],
        "it would go on running; the suite `observability` starts one with the same file",
    ),
    (
        "aws ssm put-parameter ",
        &["--type", "--name", "--value", "--tier", "--overwrite"],
        "an AWS account",
    ),
    (
        "aws sns subscribe ",
        &["--protocol", "--topic-arn", "--notification-endpoint"],
        "an AWS account",
    ),
    ("eval \"$(aws configure export-credentials --format env)\"", &["--format"], "an AWS account"),
    (
        "export AWS_REGION=… TABLE_NAME=… SLACK_QUEUE_URL=… WAKE_UPS_QUEUE_URL=… CALLBACKS_QUEUE_URL=… PARAMETER_PATH=",
        &[],
        "an AWS account",
    ),
    ("sam build", &[], "the suite `lambda` runs it"),
    ("sam deploy", &["--guided"], "an AWS account; the suite `aws` deploys to ministack"),
    (
        "sam local invoke ",
        &["--event", "--env-vars"],
        "Docker; the suite `aws` invokes with the same files",
    ),
    (
        "ringdown ",
        &[],
        "it writes into the reader's home; the tests of the command line generate them all",
    ),
    ("cargo run -- ", &[], "a file of the reader's; tests/e2e runs them all"),
    ("cargo run --features aws -- ", &["--features"], "an AWS account"),
    ("cargo test", &["-p"], "it would run itself"),
    ("cargo fmt ", &["--all"], "the suite `check` runs it"),
    ("cargo clippy ", &["--workspace", "--all-targets", "--"], "the suite `check` runs it"),
];

#[test]
fn commands_for_elsewhere_can_be_typed() {
    let template = fs::read_to_string(root("template.yaml")).unwrap();
    let lines = commands("console");
    let (mut used, mut count) = (HashSet::new(), 0);
    for (page, line) in &lines {
        let Some(line) = line.strip_prefix("$ ") else { continue };
        let known = ELSEWHERE.iter().position(|(start, ..)| line.starts_with(start));
        let known = known.unwrap_or_else(|| panic!("{page}: how is {line:?} tested?"));
        used.insert(known);
        count += 1;
        if let Some((_, typed)) = line.split_once("-- ").filter(|_| line.starts_with("cargo run")) {
            let typed = shlex::split(typed.split(" > ").next().unwrap()).unwrap();
            let parsed = ringdown::commands::parse(typed.into_iter().map(Into::into));
            parsed.unwrap_or_else(|error| panic!("{page}: {line}: {error}"));
            continue;
        }
        if let Some(typed) = line.strip_prefix("ringdown ") {
            let typed = typed.split(" > ").next().unwrap().split(' ').map(Into::into);
            ringdown::commands::parse(typed)
                .unwrap_or_else(|error| panic!("{page}: {line}: {error}"));
            continue;
        }
        let (_, options, _) = ELSEWHERE[known];
        let words: Vec<_> = line.split_whitespace().collect();
        for (at, word) in words.iter().enumerate().filter(|(_, word)| word.starts_with("--")) {
            assert!(options.contains(word), "{page}: {line}: {word}");
            let value = words.get(at + 1).copied().unwrap_or_default();
            match *word {
                "--event" | "--env-vars" => assert!(root(value).is_file(), "{page}: {line}"),
                "--name" => {
                    let name = value.strip_prefix("/ringdown/").expect(line);
                    let stands =
                        |name: &str| template.contains(&format!("${{ParameterPath}}/{name}\n"));
                    assert!(
                        stands(name) || stands(name.rsplit_once('/').expect(line).0),
                        "{page}: {line}"
                    );
                }
                _ => {}
            }
        }
        if let Some(function) =
            line.strip_prefix("sam local invoke ").and_then(|rest| rest.split(' ').next())
        {
            let resource = format!("\n  {function}:\n    Type: AWS::Serverless::Function\n");
            assert!(template.contains(&resource), "{page}: {line}");
        }
    }
    assert!(count > 30, "{lines:?}");
    assert_eq!(used.len(), ELSEWHERE.len(), "one of ELSEWHERE is on no page");
}

/// The page says how much a template may do, and which statements the check refuses.
#[test]
fn page_on_templates_names_their_bounds() {
    let page = fs::read_to_string(root("docs/configuration.md")).unwrap();
    let said = page.lines().find(|line| line.starts_with("- **A template stays small.**"));
    let said = said.expect("the page says nothing of it");
    assert!(
        said.contains(&format!("{} MiB", shared::domain::templates::MAX_WORK_BYTES >> 20)),
        "{said}"
    );
    for (name, template) in [
        ("`block`", "{% block a %}{% endblock %}"),
        ("`extends`", "{% extends 'a' %}"),
        ("`include`", "{% include 'a' %}"),
        ("`import`", "{% import 'a' as b %}"),
        ("`macro`", "{% macro a() %}{% endmacro %}"),
        ("`recursive`", "{% for a in [1] recursive %}{% endfor %}"),
        ("`set a.b = 1`", "{% set a.b = 1 %}"),
        ("multiplying a text or a list", "{{ 'a' * 3 }}"),
        ("multiplying a text or a list", "{{ [1] * 3 }}"),
    ] {
        assert!(said.contains(name), "{name}: {said}");
        assert!(shared::domain::templates::check(template).is_err(), "{template}");
    }
}
