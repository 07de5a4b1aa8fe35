mod help;
mod refused;

use std::ffi::OsString;

use clap::error::ErrorKind;
use proptest::prelude::*;
use studio::play::CallerAction;

use super::super::arguments::{ConfigFile, DataFolder, NamedConfig, ServerAddress};
use super::super::flow::run::{AnswerSource, RunStart};
use super::super::flow::test::TestOptions;
use super::super::incidents::{IncidentsCommand, Which};
use super::super::sessions::SessionsCommand;
use super::*;

fn typed(line: &str) -> Result<CommandLine, clap::Error> {
    parse(shlex::split(line).unwrap().into_iter().map(OsString::from))
}

/// The command of a line that has one.
fn command(line: &str) -> Command {
    typed(line).unwrap_or_else(|error| panic!("{line}: {error}")).command.expect(line)
}

fn folder(name: &str) -> DataFolder {
    DataFolder { data: Some(name.into()) }
}

#[test]
fn options_without_a_command_start_the_server() {
    let server = |line: &str| {
        let line = typed(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(line.command, None);
        line.server
    };
    let usual = ServerOptions::default();
    assert_eq!(server(""), usual);
    let (data, config) = (Some("d".into()), Some("c.toml".into()));
    let expected = ServerOptions { port: 0, data, config, ..usual.clone() };
    assert_eq!(server("--port 0 --data d --config=c.toml"), expected);
    assert_eq!(server("--port 1 --port 0").port, 0);
    assert_eq!(server("--sandbox"), ServerOptions { sandbox: true, ..usual.clone() });
    assert_eq!(server("--no-callers"), ServerOptions { no_callers: true, ..usual.clone() });
    let live = server("--http live --http-allow a --http-allow=b").live;
    assert_eq!(
        (live.http.is_some(), live.http_allow),
        (true, vec!["a".to_owned(), "b".to_owned()])
    );
    for wrong in ["--http answers.toml", "--http-allow a", "--http live verify x"] {
        assert!(typed(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn commands_take_their_options() {
    let files = vec!["x".into()];
    let alarm =
        AlarmOptions { files: files.clone(), folder: folder("d"), ..AlarmOptions::default() };
    assert_eq!(command("alarm x --data d"), Command::Alarm(alarm));
    let address = ServerAddress { to: "http://h".to_owned() };
    let send = SendOptions { files, address, fresh: true, ..SendOptions::default() };
    assert_eq!(command("send x --fresh --to http://h"), Command::Send(send));
    let file = |name: &str| NamedConfig { file: Some(name.into()), config: None };
    let check = |alarms: &[&str]| {
        let alarms = alarms.iter().map(|name| (*name).to_owned()).collect();
        Command::Check(CheckOptions { config: file("x.toml"), alarms, ..CheckOptions::default() })
    };
    assert_eq!(command("check x.toml"), check(&[]));
    assert_eq!(command("check x.toml --alarm a b --alarm=c"), check(&["a", "b", "c"]));
    match command("check --alarm a --config x.toml") {
        Command::Check(options) => {
            assert_eq!(options.config.path(), Some("x.toml".as_ref()));
            assert_eq!(options.alarms, ["a"]);
        }
        other => panic!("{other:?}"),
    }
    let (at, lasting) = (Some("2026-12-24T20:00".to_owned()), Some("4w".to_owned()));
    let on_call = OnCallOptions { at, lasting, ..OnCallOptions::default() };
    assert_eq!(command("oncall --at 2026-12-24T20:00 --for 4w"), Command::OnCall(on_call));
    let replay = DeadLettersOptions { replay: true, ..DeadLettersOptions::default() };
    assert_eq!(command("dead-letters --replay"), Command::DeadLetters(replay));
    let incidents = |command: Option<IncidentsCommand>| {
        let options = IncidentsOptions { folder: folder("d"), command, ..Default::default() };
        Command::Incidents(options)
    };
    let resolve = || Some(IncidentsCommand::Resolve(Which { id: "a-1".to_owned() }));
    assert_eq!(command("incidents --data d"), incidents(None));
    assert_eq!(command("incidents resolve a-1 --data d"), incidents(resolve()));
    assert_eq!(command("incidents --data d resolve a-1"), incidents(resolve()));
    let sessions = |command: Option<SessionsCommand>| {
        let options = SessionsOptions { folder: folder("d"), command, ..Default::default() };
        Command::Sessions(options)
    };
    assert_eq!(command("sessions --data d"), sessions(None));
    let revoke = SessionsCommand::Revoke { which: "alpha".to_owned() };
    assert_eq!(command("sessions revoke alpha --data d"), sessions(Some(revoke)));
    let address = ServerAddress { to: "http://h".to_owned() };
    let new = SessionsCommand::New { person: "alpha".to_owned(), address };
    assert_eq!(command("sessions new alpha --to http://h --data d"), sessions(Some(new)));
    match command("callbacks reconcile --day D --to http://h") {
        Command::Callbacks(CallbacksCommand::Reconcile(options)) => {
            assert_eq!((options.day.as_str(), options.address.to.as_str()), ("D", "http://h"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn flow_commands_take_their_options() {
    let flow = |line: &str| match command(line) {
        Command::Flow(command) => command,
        other => panic!("{other:?}"),
    };
    let outage = |config: Option<&str>, policy: Option<&str>| {
        let config = ConfigFile { config: config.map(Into::into) };
        FlowCommand::Outage { config, policy: policy.map(str::to_owned) }
    };
    assert_eq!(flow("flow outage"), outage(None, None));
    let expected = outage(Some("c.toml"), Some("night"));
    assert_eq!(flow("flow outage --policy night --config c.toml"), expected);
    let check = FlowCommand::Check { files: vec!["a.json".into(), "-".into()], json: true };
    assert_eq!(flow("flow check a.json --json -"), check);
    let draw = FlowCommand::Draw { file: "a.json".into(), output: Some("x.svg".into()) };
    assert_eq!(flow("flow draw a.json -o x.svg"), draw);
    assert_eq!(flow("flow print -"), FlowCommand::Print { file: "-".into(), output: None });
    assert_eq!(flow("flow convert a"), FlowCommand::Convert { file: "a".into(), output: None });
    match flow("flow run a --call +1 --press 1 --http live --http-allow h --trace") {
        FlowCommand::Run(options) => {
            assert_eq!(options.start.chosen(), Some(RunStart::Call("+1".to_owned())));
            assert_eq!(options.caller.actions, [CallerAction::Press("1".to_owned())]);
            assert_eq!(options.http, Some(AnswerSource::Live));
            assert_eq!(options.allowed, ["h"]);
            assert_eq!((options.step, options.trace), (false, true));
        }
        other => panic!("{other:?}"),
    }
    let (files, junit) = (vec!["a".into(), "b".into()], Some("j".into()));
    let test = TestOptions { files, junit, explore: Some(9), seed: Some(7) };
    assert_eq!(flow("flow test a b --junit j --explore 9 --seed 7"), FlowCommand::Test(test));
    let (flow_sid, execution) = (format!("FW{:032x}", 1), format!("FN{:032x}", 2));
    match flow(&format!("flow end {flow_sid} {} --data d --sandbox", execution.to_lowercase())) {
        FlowCommand::End(options) => {
            assert_eq!(
                (options.flow, options.execution),
                (flow_sid.as_str().into(), execution.as_str().into())
            );
            assert_eq!((options.folder, options.sandbox), (folder("d"), true));
        }
        other => panic!("{other:?}"),
    }
    let (before, after) = ("a".into(), "b".into());
    let diff = FlowCommand::Diff { before, after, output: Some("x".into()), json: true };
    assert_eq!(flow("flow diff a b -o x --json"), diff);
}

#[test]
fn data_and_configuration_may_stand_before_the_command() {
    for (before, behind) in [
        ("--data d incidents", "incidents --data d"),
        ("--data d sessions", "sessions --data d"),
        ("--config c dead-letters --data d", "dead-letters --data d --config c"),
        ("--config c check --alarm a", "check --config c --alarm a"),
        ("--config b oncall --config c", "oncall --config c"),
        ("--config c flow outage", "flow outage --config c"),
        ("--config c send x", "send x --config c"),
        (
            "--config c --data d callbacks reconcile --day D",
            "callbacks reconcile --day D --config c --data d",
        ),
    ] {
        assert_eq!(command(before), command(behind), "{before}");
    }
    for line in
        ["--data d verify x", "--config c alarm x", "--data d flow check x", "--port 1 check"]
    {
        let error = typed(line).expect_err(line);
        assert_eq!(error.kind(), ErrorKind::ArgumentConflict, "{line}: {error}");
    }
}

proptest! {
    #[test]
    fn error_has_no_hidden_character_whatever_was_typed(
        typed in proptest::collection::vec("(check|send|flow|end|--port|--data|--json)|[a-z-]{0,2}\\PC{0,3}\\p{C}{0,2}", 0..4),
    ) {
        if let Err(error) = parse(typed.iter().map(OsString::from)) {
            let text = error.to_string();
            prop_assert!(!text.chars().any(|c| c != '\n' && studio::play::is_hidden(c)), "{:?}", text);
        }
    }
}
