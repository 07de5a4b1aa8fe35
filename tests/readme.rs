//! What the README tells its reader to type.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The commands in the README's blocks of this language, those continued on the next line in one.
fn commands(language: &str) -> Vec<String> {
    let readme = fs::read_to_string(root("README.md")).unwrap();
    let blocks = readme.split("\n```").skip(1).step_by(2);
    let wanted = blocks.filter_map(|block| block.strip_prefix(&format!("{language}\n")));
    let lines = wanted.map(|block| block.replace("\\\n", " "));
    lines.flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
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

/// Blocks of `sh` are run, in their order: on a free port, and in a folder that has nothing but `events/`.
#[test]
fn what_the_readme_says_to_run_runs() {
    let folder = tempfile::tempdir().unwrap();
    symlink(root("events"), folder.path().join("events")).unwrap();
    let mut server = Server(ringdown(folder.path()).args(["--port", "0"]).spawn().unwrap());
    let mut address = String::new();
    BufReader::new(server.0.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
    let address = address.trim().strip_prefix("listening on ").expect("the server does not serve");

    let lines = commands("sh");
    assert!(
        ["cargo run", "./tests/run"].iter().all(|line| lines.iter().any(|have| have == line)),
        "{lines:?}"
    );
    let mut lines = lines.into_iter();
    while let Some(line) = lines.next() {
        let (typed, input) = match line.split_once(" <<'END'") {
            Some((typed, _)) => (
                typed,
                lines.by_ref().take_while(|line| line != "END").collect::<Vec<_>>().join("\n"),
            ),
            None => (line.as_str(), String::new()),
        };
        match typed.strip_prefix("cargo run -- ") {
            Some(arguments) => {
                let to = ["send ", "alarm "]
                    .iter()
                    .any(|command| arguments.starts_with(command))
                    .then_some(["--to", address])
                    .into_iter()
                    .flatten();
                let mut child =
                    ringdown(folder.path()).args(arguments.split(' ')).args(to).spawn().unwrap();
                child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
                assert!(child.wait_with_output().unwrap().status.success(), "README.md: {line}");
            }
            None if typed == "cargo run" => {} // It runs above.
            None => {
                let rings = typed
                    .strip_prefix("./tests/run")
                    .unwrap_or_else(|| panic!("no test runs {typed:?}"));
                let known = Command::new(root("tests/run")).arg("--list").output().unwrap().stdout;
                let known = String::from_utf8(known).unwrap();
                let known =
                    |ring: &str| known.lines().any(|line| line.split(' ').next() == Some(ring));
                assert!(rings.split_whitespace().all(known), "{typed}");
            }
        }
    }
}

/// What begins the README's commands for a reader's own account or files, and the options that it takes. These are not
/// run from here, so that much is checked of them.
const ELSEWHERE: [(&str, &[&str], &str); 12] = [
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
    (
        "aws ssm put-parameter ",
        &["--type", "--name", "--value", "--tier", "--overwrite"],
        "an AWS account",
    ),
    ("eval \"$(aws configure export-credentials --format env)\"", &["--format"], "an AWS account"),
    (
        "export AWS_REGION=… TABLE_NAME=… SLACK_QUEUE_URL=… WAKE_UPS_QUEUE_URL=… PARAMETER_PATH=",
        &[],
        "an AWS account",
    ),
    ("sam build", &[], "the ring `lambda` runs it"),
    ("sam deploy", &["--guided"], "an AWS account; the suite `aws` deploys to ministack"),
    (
        "sam local invoke ",
        &["--event", "--env-vars"],
        "Docker; the suite `aws` invokes with the same files",
    ),
    ("cargo run -- ", &[], "a file of the reader's; tests/e2e runs them all"),
    ("cargo run --features aws -- ", &["--features"], "an AWS account"),
    ("sed ", &[], "a file of the reader's"),
];

#[test]
fn what_the_readme_says_to_run_elsewhere_can_be_typed() {
    let template = fs::read_to_string(root("template.yaml")).unwrap();
    let lines = commands("console");
    assert!(lines.len() > 5, "{lines:?}");
    for line in lines.iter().filter_map(|line| line.strip_prefix("$ ")) {
        let known = ELSEWHERE.iter().find(|(start, ..)| line.starts_with(start));
        let (_, options, _) = known.unwrap_or_else(|| panic!("how is {line:?} tested?"));
        if let Some((_, typed)) = line.split_once("-- ").filter(|_| line.starts_with("cargo run")) {
            let typed = typed.split(" > ").next().unwrap().split(' ').map(Into::into);
            ringdown::commands::parse(typed).unwrap_or_else(|error| panic!("{line}: {error}"));
            continue;
        }
        let words: Vec<_> = line.split_whitespace().collect();
        for (at, word) in words.iter().enumerate().filter(|(_, word)| word.starts_with("--")) {
            assert!(options.contains(word), "{line}: {word}");
            let value = words.get(at + 1).copied().unwrap_or_default();
            match *word {
                "--event" | "--env-vars" => assert!(root(value).is_file(), "{line}"),
                "--name" => {
                    let name = value.strip_prefix("/ringdown/").expect(line);
                    let stands =
                        |name: &str| template.contains(&format!("${{ParameterPath}}/{name}\n"));
                    assert!(stands(name) || stands(name.rsplit_once('/').expect(line).0), "{line}");
                }
                _ => {}
            }
        }
        if let Some(function) =
            line.strip_prefix("sam local invoke ").and_then(|rest| rest.split(' ').next())
        {
            assert!(
                template
                    .contains(&format!("\n  {function}:\n    Type: AWS::Serverless::Function\n")),
                "{line}"
            );
        }
    }
}

/// The README says how much a template may do, and which statements the check refuses.
#[test]
fn what_the_readme_says_of_templates_is_true() {
    let readme = fs::read_to_string(root("README.md")).unwrap();
    let said = readme.lines().find(|line| line.starts_with("- **A template stays small.**"));
    let said = said.expect("the README says nothing of it");
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
