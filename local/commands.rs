//! What can be typed: `ringdown` alone starts the server, the rest helps whoever sets it up.

/// Prints a line. Whoever reads may have gone (`ringdown check | head`): that is no reason to fail.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

pub mod alarm;
pub mod callbacks;
pub mod check;
pub mod dead_letters;
pub mod flow;
pub mod incidents;
pub mod on_call;
pub mod run;
pub mod send;
pub mod verify;

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;
use shared::config::file::{Config, UnreadCalendar};

use self::flow::FlowCommand;
use self::flow::run::RunOptions;
use self::flow::test::TestOptions;
use crate::settings::Source;

/// Reads a configuration to answer a question about it. A calendar that cannot be read costs its own schedule only, as on
/// a server: it is said on standard error, and [`Config::unread`] names it.
///
/// # Errors
/// All that is wrong with the configuration itself.
fn read_leniently(source: &Source) -> Result<Config, String> {
    let parts = source.parts().map_err(|error| error.to_string())?;
    let config = Config::parse_beside(parts, &[]).map_err(|problems| problems.to_string())?;
    for unread in &config.unread {
        let UnreadCalendar { schedule, problem, .. } = unread;
        eprintln!("PROBLEM: the calendar of {schedule} cannot be read: {problem}");
    }
    Ok(config)
}

/// A command with its options.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Start the server.
    Run(Options),
    /// Print the configuration in use.
    Config {
        /// Which.
        options: Options,
        /// As an SSM parameter can hold it.
        for_ssm: bool,
    },
    /// Check a configuration, and print what it would forward where.
    Check {
        /// Which.
        options: Options,
        /// The alarms whose policy is asked for.
        alarms: Vec<String>,
    },
    /// Send files of `events/`, signed as Twilio signs.
    Send {
        /// Which server's secrets to sign with.
        options: Options,
        /// The files.
        files: Vec<PathBuf>,
        /// Where to.
        to: String,
        /// Give every event a new id and the present time.
        fresh: bool,
    },
    /// Play a monitor: post alarms.
    Alarm {
        /// Which server's token to show.
        options: Options,
        /// The files.
        files: Vec<PathBuf>,
        /// Where to.
        to: String,
    },
    /// Judge captured requests.
    Verify {
        /// The file; `-` is standard input.
        file: PathBuf,
    },
    /// Print who is on call.
    OnCall {
        /// Which configuration.
        options: Options,
        /// At this time, as typed; now if there is none.
        at: Option<String>,
        /// And for so long, as typed.
        lasting: Option<String>,
    },
    /// Print a policy's own Studio Flow, or do something with files that hold Flows.
    Flow(FlowCommand),
    /// Look at Twilio's list for the ends of messages that no callback has reported.
    Reconcile {
        /// Where the counters are.
        options: Options,
        /// Of which day, as typed.
        day: String,
        /// The running server, whose simulated Twilio is asked if there is no account.
        to: String,
    },
    /// List the dead letters, or send them again.
    DeadLetters {
        /// Where they are.
        options: Options,
        /// Send them again.
        replay: bool,
    },
    /// List the open incidents, or end one.
    Incidents {
        /// Where they are.
        options: Options,
        /// The id of the one that is over.
        resolve: Option<String>,
    },
    /// Print the help.
    Help,
}

impl Command {
    /// The command looks into the environment, or a file `.env`.
    pub fn uses_settings(&self) -> bool {
        match self {
            Command::Help => false,
            Command::Flow(command) => matches!(command, FlowCommand::Outage { .. }),
            _ => true,
        }
    }
}

/// What most commands take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The port; 0 picks a free one.
    pub port: u16,
    /// The folder of the SQLite file.
    pub data: PathBuf,
    /// The configuration file, if not the usual one.
    pub config: Option<PathBuf>,
    /// All vendors are simulated, even those that are real.
    pub sandbox: bool,
    /// No simulated callers come.
    pub no_callers: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            port: 8080,
            data: PathBuf::from(".ringdown"),
            config: None,
            sandbox: false,
            no_callers: false,
        }
    }
}

/// The help.
pub const HELP: &str = "\
ringdown: Twilio's events in Slack, an outage on somebody's phone. Without a command it starts the server on this
machine.

  ringdown [--port N] [--data DIR] [--config FILE] [--sandbox] [--no-callers]
      start; --port 0 picks a free port (default 8080), --data is made if missing (default .ringdown),
      --config defaults to ringdown.toml if it is there, else to the last good configuration
      of the data folder, else to a built-in demo; --sandbox simulates Twilio and
      Slack even where credentials of a real one are set. While the demo is in use and Twilio simulated,
      simulated callers walk through the demo's Studio Flows; --no-callers keeps them away
  ringdown send FILE... [--to http://127.0.0.1:8080] [--data DIR] [--fresh]
      sign files of events/ as Twilio does, and post them: with TWILIO_AUTH_TOKEN if that is set, else as the
      simulated Twilio of the server whose data folder is DIR (default .ringdown); --fresh gives each event a new
      id, for a line that was delivered once is left out for a day
  ringdown alarm FILE... [--to http://127.0.0.1:8080] [--data DIR]
      post what a monitor says, CloudWatch's shapes or Alertmanager's, to /alarms: with ALARMS_TOKEN if that is set,
      else with the start token of the server whose data folder is DIR (default .ringdown)
  ringdown check [FILE] [--data DIR] [--alarm NAME...]
      check a configuration, and print what it would forward where, and whether the server with this data folder uses
      a former one; with --alarm only which policy has each of these alarms now
  ringdown config [FILE] [--for-ssm]
      print the configuration in use: a start for your own ringdown.toml; --for-ssm prints it as an SSM parameter
      can hold it (Parameter Store refuses the braces of a template)
  ringdown oncall [--at TIME] [--for 4w] [--config FILE]
      print who is on call in each schedule, and who is next. TIME is like 2026-12-24T20:00, which is each schedule's
      local time, or has an offset or a Z
  ringdown flow outage [--policy NAME] [--config FILE]
      print the Studio Flow that places a policy's calls, with its numbers and its voice, ready to be imported in
      Studio's console; --policy may be left out where there is one only
  ringdown flow check FILE... [--json]
      check Studio Flows as they are exported or fetched (- is standard input): errors that Studio would refuse, and
      warnings of what goes wrong in a call; fails if there is an error
  ringdown flow draw FILE [-o FILE.svg]
      draw a Flow as SVG, its widgets where they stand in Studio; to standard output without -o
  ringdown flow convert FILE [-o FILE.json]
      print an export of the Studio editor before 2020 in today's form
  ringdown flow print FILE [-o FILE.json]
      print a Flow as it was read, byte for byte
  ringdown flow run FILE [--call +1...|--message TEXT|--param KEY=VALUE...] [--press 1,2] [--say yes]
      [--http live|FILE] [--http-allow HOST] [--function URL|FILE] [--step] [--trace]
      play a Flow as Studio would, and print each widget, its event, what is said, and each branch of a split; fails
      if it ends by an error. The caller presses and says what stands there, in that order, and then is silent; times
      are not waited for. Nothing is sent unless --http or --function says so; --http live goes to public addresses
      and to HOST. --step stops after each widget, and asks for keys and words; --trace prints times, bodies and
      variables too
  ringdown flow test FILE... [--junit FILE.xml] [--explore N [--seed N]]
      play the scenarios of Flows, which stand beside them: those of hotline.json in hotline.tests.toml; fails if one
      fails. Prints which widgets and transitions none of them has passed. --explore plays so many random callers
      besides, and prints the errors, dead ends and loops that they find, and the widgets that they never reach
  ringdown flow diff FILE FILE [-o FILE.svg]
      print the widgets and transitions that were added, changed (~) and removed from one Flow to the other; -o draws
      them
  ringdown verify FILE
      judge a captured request, and say why its signature does not match. FILE is JSON (- is standard input):
      url, params (of a form) or body (with content_type, if it is a form), signature, token; or an array of such
  ringdown dead-letters [--replay] [--data DIR] [--config FILE]
      list what could not be delivered, or send it again
  ringdown callbacks reconcile --day DAY [--data DIR] [--config FILE] [--to ADDRESS]
      look at Twilio's list of messages for ends that no callback has reported, and count them; DAY is yesterday or the
      day before, like 2026-11-20 (UTC). Without TWILIO_ACCOUNT_SID the simulated Twilio of the server at ADDRESS is asked
  ringdown incidents [--data DIR]
      list the incidents that are open: id, policy, state, since when, who has it, its alarms
  ringdown incidents resolve ID [--data DIR]
      end an incident whose recovery never comes: it counts as over, whatever its alarms say, until one goes off anew

Environment, or a file .env: TWILIO_AUTH_TOKEN (several, comma-separated, while rotating), TWILIO_ACCOUNT_SID and
TWILIO_FROM_NUMBER (without an account the simulated phones ring), PUBLIC_BASE_URL, ALARMS_TOKEN, HEARTBEAT_URL,
CALLBACK_KEY, SLACK_WEBHOOK, SLACK_WEBHOOK_<CHANNEL>, SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET, SLACK_API_BASE_URL,
TWILIO_API_BASE_URL, DASHBOARD_PASSWORD, METRICS_TOKEN, LOG_LEVEL (error, warn, info, debug, trace).
";

/// Reads the command line, without the program's name. The error is for the person who typed it.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    read(lexopt::Parser::from_args(arguments))
        .map_err(|error| format!("{error} (see ringdown --help)"))
}

fn read(mut parser: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut options = Options::default();
    let (mut name, mut files, mut to) = (None, Vec::new(), None);
    let (mut fresh, mut replay, mut for_ssm) = (false, false, false);
    let (mut at, mut lasting, mut day) = (None, None, None);
    let (mut flow, mut policy, mut json, mut output) = (None, None, false, None);
    let (mut run_options, mut run_option) = (RunOptions::default(), None);
    let mut test = TestOptions::default();
    let mut alarms = Vec::new();
    let mut words: Vec<String> = Vec::new();
    while let Some(argument) = parser.next()? {
        match (argument, name.as_deref()) {
            (Short('h') | Long("help"), _) => return Ok(Command::Help),
            (Long("port"), None) => options.port = parser.value()?.parse()?,
            (Long("sandbox"), None) => options.sandbox = true,
            (Long("no-callers"), None) => options.no_callers = true,
            (
                Long("data"),
                None
                | Some("callbacks" | "check" | "dead-letters" | "incidents" | "send" | "alarm"),
            ) => options.data = parser.value()?.into(),
            (
                Long("config"),
                None
                | Some(
                    "callbacks" | "dead-letters" | "incidents" | "check" | "config" | "oncall"
                    | "flow",
                ),
            ) => {
                options.config = Some(parser.value()?.into());
            }
            (Long("to"), Some("send" | "alarm" | "callbacks")) => {
                to = Some(parser.value()?.string()?)
            }
            (Long("day"), Some("callbacks")) => day = Some(parser.value()?.string()?),
            (Long("at"), Some("oncall")) => at = Some(parser.value()?.string()?),
            (Long("for"), Some("oncall")) => lasting = Some(parser.value()?.string()?),
            (Long("alarm"), Some("check")) => {
                for name in parser.values()? {
                    let name = name.string()?;
                    if name.trim().is_empty() {
                        return Err(
                            "--alarm expects the name of an alarm, and got an empty one".into()
                        );
                    }
                    alarms.push(name);
                }
            }
            (Long("policy"), Some("flow")) => policy = Some(parser.value()?.string()?),
            (Long("json"), Some("flow")) => json = true,
            (Short('o') | Long("output"), Some("flow")) => {
                output = Some(PathBuf::from(parser.value()?))
            }
            (Long(option), Some("flow")) if RunOptions::has_value(option) => {
                let option = option.to_owned();
                run_options.take(&option, parser.value()?.string()?)?;
                run_option.get_or_insert(option);
            }
            (Long("junit"), Some("flow")) => test.junit = Some(PathBuf::from(parser.value()?)),
            (Long("explore"), Some("flow")) => test.explore = Some(parser.value()?.parse()?),
            (Long("seed"), Some("flow")) => test.seed = Some(parser.value()?.parse()?),
            (Long("step"), Some("flow")) => {
                run_options.step = true;
                run_option.get_or_insert("step".to_owned());
            }
            (Long("trace"), Some("flow")) => {
                run_options.trace = true;
                run_option.get_or_insert("trace".to_owned());
            }
            (Long("fresh"), Some("send")) => fresh = true,
            (Long("replay"), Some("dead-letters")) => replay = true,
            (Long("for-ssm"), Some("config")) => for_ssm = true,
            (Value(value), None) => name = Some(value.string()?),
            (Value(word), Some("incidents" | "callbacks")) if words.len() < 2 => {
                words.push(word.string()?)
            }
            (Value(which), Some("flow")) if flow.is_none() => flow = Some(which.string()?),
            (Value(file), Some("send" | "alarm" | "flow")) => files.push(PathBuf::from(file)),
            (Value(file), Some("check" | "config" | "verify")) if files.is_empty() => {
                files.push(PathBuf::from(file))
            }
            (argument, _) => return Err(argument.unexpected()),
        }
    }
    let one_file = |files: Vec<PathBuf>| files.into_iter().next();
    let of_file =
        |files, options: Options| Options { config: one_file(files).or(options.config), ..options };
    match name.as_deref() {
        None => Ok(Command::Run(options)),
        Some("config") => Ok(Command::Config { options: of_file(files, options), for_ssm }),
        Some("check") => Ok(Command::Check { options: of_file(files, options), alarms }),
        Some("oncall") => Ok(Command::OnCall { options, at, lasting }),
        Some("flow") => {
            let run = run_options;
            let typed = flow::Typed { options, policy, files, json, output, run, run_option, test };
            typed.command(flow.as_deref()).map(Command::Flow).map_err(Into::into)
        }
        Some("send") if files.is_empty() => {
            Err("send what? Name files of events/event-stream-webhook/".into())
        }
        Some("send") => Ok(Command::Send { options, files, to: to.unwrap_or_else(usual), fresh }),
        Some("alarm") if files.is_empty() => {
            Err("alarm what? Name files of events/outage-intake/".into())
        }
        Some("alarm") => Ok(Command::Alarm { options, files, to: to.unwrap_or_else(usual) }),
        Some("verify") => {
            let file =
                one_file(files).ok_or("verify what? Name a JSON file, or - for standard input")?;
            Ok(Command::Verify { file })
        }
        Some("callbacks") => {
            match (words.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), day) {
                (["reconcile"], Some(day)) => {
                    Ok(Command::Reconcile { options, day, to: to.unwrap_or_else(usual) })
                }
                (["reconcile"], None) => {
                    Err("reconcile which day? Name yesterday or the day before with --day".into())
                }
                ([], _) => Err("callbacks what? Name one: reconcile".into()),
                ([other, ..], _) => {
                    Err(format!("callbacks cannot {other:?}, expected reconcile").into())
                }
            }
        }
        Some("dead-letters") => Ok(Command::DeadLetters { options, replay }),
        Some("incidents") => match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [] => Ok(Command::Incidents { options, resolve: None }),
            ["resolve", id] => Ok(Command::Incidents { options, resolve: Some(id.to_owned()) }),
            ["resolve"] => {
                Err("resolve what? Name an incident that `ringdown incidents` lists".into())
            }
            [other, ..] => Err(format!("incidents cannot {other:?}, expected resolve").into()),
        },
        Some("help") => Ok(Command::Help),
        Some(other) => Err(format!("there is no command {other:?}").into()),
    }
}

/// Where a server usually listens.
fn usual() -> String {
    "http://127.0.0.1:8080".to_owned()
}

#[cfg(test)]
mod tests {
    use studio::play::CallerAction;

    use super::flow::run::{AnswerSource, RunStart};
    use super::*;

    fn typed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn what_can_be_typed() {
        assert_eq!(typed(""), Ok(Command::Run(Options::default())));
        let config = Some("c.toml".into());
        let options =
            Options { port: 0, data: "d".into(), config, sandbox: false, no_callers: false };
        assert_eq!(typed("--port 0 --data d --config=c.toml"), Ok(Command::Run(options)));
        let options = Options { sandbox: true, ..Options::default() };
        assert_eq!(typed("--sandbox"), Ok(Command::Run(options)));
        let options = Options { no_callers: true, ..Options::default() };
        assert_eq!(typed("--no-callers"), Ok(Command::Run(options)));
        assert!(typed("check --no-callers").is_err());
        let options = Options { data: "d".into(), ..Options::default() };
        let alarm = Command::Alarm { options, files: vec!["x".into()], to: usual() };
        assert_eq!(typed("alarm x --data d"), Ok(alarm));
        let file = Options { config: Some("x.toml".into()), ..Options::default() };
        let check = |alarms: &[&str]| {
            let alarms = alarms.iter().map(|name| (*name).to_owned()).collect();
            Ok(Command::Check { options: file.clone(), alarms })
        };
        assert_eq!(typed("check x.toml"), check(&[]));
        assert_eq!(typed("check x.toml --alarm a b --alarm=c"), check(&["a", "b", "c"]));
        assert_eq!(typed("check --alarm a --config x.toml"), check(&["a"]));
        let (at, lasting) = (Some("2026-12-24T20:00".to_owned()), Some("4w".to_owned()));
        let on_call = Command::OnCall { options: Options::default(), at, lasting };
        assert_eq!(typed("oncall --at 2026-12-24T20:00 --for 4w"), Ok(on_call));
        let flow = |config: Option<&str>, policy: Option<&str>| {
            let options = Options { config: config.map(Into::into), ..Options::default() };
            let policy = policy.map(str::to_owned);
            Ok(Command::Flow(FlowCommand::Outage { options, policy }))
        };
        assert_eq!(typed("flow outage"), flow(None, None));
        assert_eq!(
            typed("flow outage --policy night --config c.toml"),
            flow(Some("c.toml"), Some("night"))
        );
        let files = vec!["a.json".into(), "-".into()];
        let check = FlowCommand::Check { files, json: true };
        assert_eq!(typed("flow check a.json --json -"), Ok(Command::Flow(check)));
        let draw = FlowCommand::Draw { file: "a.json".into(), output: Some("x.svg".into()) };
        assert_eq!(typed("flow draw a.json -o x.svg"), Ok(Command::Flow(draw)));
        let print = FlowCommand::Print { file: "-".into(), output: None };
        assert_eq!(typed("flow print -"), Ok(Command::Flow(print)));
        let convert = FlowCommand::Convert { file: "a".into(), output: None };
        assert_eq!(typed("flow convert a"), Ok(Command::Flow(convert)));
        let options = RunOptions {
            file: "a".into(),
            start: Some(RunStart::Call("+1".to_owned())),
            actions: vec![CallerAction::Press("1".to_owned())],
            http: Some(AnswerSource::Live),
            trace: true,
            ..RunOptions::default()
        };
        let run = "flow run a --call +1 --press 1 --http live --trace";
        assert_eq!(typed(run), Ok(Command::Flow(FlowCommand::Run(options))));
        let (files, junit) = (vec!["a".into(), "b".into()], Some("j".into()));
        let options = TestOptions { files, junit, explore: Some(9), seed: Some(7) };
        let test = "flow test a b --junit j --explore 9 --seed 7";
        assert_eq!(typed(test), Ok(Command::Flow(FlowCommand::Test(options))));
        let (before, after) = ("a".into(), "b".into());
        let diff = FlowCommand::Diff { before, after, output: Some("x".into()) };
        assert_eq!(typed("flow diff a b -o x"), Ok(Command::Flow(diff)));
        let replay = Command::DeadLetters { options: Options::default(), replay: true };
        assert_eq!(typed("dead-letters --replay"), Ok(replay));
        let options = Options { data: "d".into(), ..Options::default() };
        let incidents = |resolve: Option<&str>| {
            let resolve = resolve.map(str::to_owned);
            Ok(Command::Incidents { options: options.clone(), resolve })
        };
        assert_eq!(typed("incidents --data d"), incidents(None));
        assert_eq!(typed("incidents resolve a-1 --data d"), incidents(Some("a-1")));
    }

    #[test]
    fn empty_name_of_an_alarm_is_refused() {
        for arguments in [&["--alarm", ""][..], &["--alarm="], &["--alarm", "a", " "]] {
            let arguments = ["check"].iter().chain(arguments).map(OsString::from);
            let expected =
                "--alarm expects the name of an alarm, and got an empty one (see ringdown --help)";
            assert_eq!(parse(arguments), Err(expected.to_owned()));
        }
    }

    #[test]
    fn what_cannot_is_told_with_a_hint() {
        for line in [
            "--prot 1",
            "--port x",
            "send",
            "alarm",
            "verify",
            "forward",
            "check a b",
            "send --replay x",
            "flow",
            "flow inbound",
            "flow outage outage",
            "flow outage --json",
            "flow run",
            "flow run a b",
            "flow run a -o b",
            "flow run a --json",
            "flow run a --call +1 --message x",
            "flow run a --press x",
            "flow test",
            "flow test a -o b",
            "flow test a --seed 1",
            "flow test a --explore x",
            "flow run a --explore 1",
            "flow diff a",
            "flow diff a b c",
            "flow check a --trace",
            "flow draw a --call +1",
            "flow check",
            "flow check a -o b",
            "flow check a --policy x",
            "flow check a --config b",
            "flow draw a b",
            "flow draw a --json",
            "flow print",
            "flow convert a -o",
            "check --policy x",
            "send x --sandbox",
            "check --alarm",
            "oncall --alarm x",
            "incidents resolve",
            "incidents end a",
            "incidents resolve a b",
            "incidents --replay",
        ] {
            let error = typed(line).unwrap_err();
            assert!(error.ends_with("(see ringdown --help)"), "{line}: {error}");
        }
    }
}
