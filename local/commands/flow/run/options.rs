//! The options of `ringdown flow run`.

mod caller;

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use studio::scenario::{CALLERS, is_caller};

use caller::CallerOptions;

/// What was typed behind `flow run`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct RunOptions {
    /// The file with the Flow; - is standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// The start; the first that leads anywhere if there is none.
    #[command(flatten)]
    pub start: StartOptions,
    /// The caller's keys and words.
    #[command(flatten)]
    pub caller: CallerOptions,
    /// Let the caller hang up in this widget, of whatever type; may be given several times
    #[arg(long = "hang-up-in", value_name = "WIDGET")]
    pub hang_ups: Vec<String>,
    /// How a widget's call, connection, queue, message or hand-over goes (queue=queue-full); may be given several times
    #[arg(long = "outcome", value_name = "WIDGET=OUTCOME", value_parser = outcome)]
    pub outcomes: Vec<(String, String)>,
    /// The file of a subflow, by its SID; may be given several times
    #[arg(long = "subflow", value_name = "FW…=FILE", value_parser = subflow, value_hint = ValueHint::Other)]
    pub subflows: Vec<(String, PathBuf)>,
    /// Send HTTP requests for real (live, to public addresses), or answer them from a file with [[answers]]
    #[arg(long, value_name = "live|FILE", value_parser = AnswerSource::read)]
    pub http: Option<AnswerSource>,
    /// Send requests to this host too, although its address is not public
    #[arg(long = "http-allow", value_name = "HOST", requires = "http")]
    pub allowed: Vec<String>,
    /// Ask a server at this URL for what Functions answer, or answer from a file with [[answers]]
    #[arg(long, value_name = "URL|FILE", value_parser = FunctionSource::read)]
    pub function: Option<FunctionSource>,
    /// Stop after each widget, and ask for keys and words
    #[arg(long, conflicts_with = "json")]
    pub step: bool,
    /// Print times, bodies, variables and the last context too
    #[arg(long)]
    pub trace: bool,
    /// Print the run as one JSON object
    #[arg(long)]
    pub json: bool,
}

const EXAMPLES: &str = "\
Examples:
  ringdown flow run examples/opening-hours.json --call +15005550001 --press 7,1 --say hello
  ringdown flow run survey.json --message yes --http answers.toml --trace";

/// The start of a run, as typed.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[group(multiple = false)]
pub struct StartOptions {
    /// Start with a call from this number
    #[arg(long, value_name = "NUMBER", value_parser = number)]
    call: Option<String>,
    /// Start with a message with this text
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    message: Option<String>,
    /// Start with a request of the REST API that has this parameter; may be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair, allow_hyphen_values = true)]
    param: Vec<(String, String)>,
}

impl StartOptions {
    /// The start that was chosen.
    pub fn chosen(&self) -> Option<RunStart> {
        let StartOptions { call, message, param } = self.clone();
        let request = (!param.is_empty()).then_some(RunStart::Request(param));
        call.map(RunStart::Call).or(message.map(RunStart::Message)).or(request)
    }
}

/// The start of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunStart {
    /// A call from this number.
    Call(String),
    /// A message with this text.
    Message(String),
    /// A request of the REST API with these parameters.
    Request(Vec<(String, String)>),
}

/// The source of the answers to HTTP requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerSource {
    /// The servers themselves.
    Live,
    /// A file with `[[answers]]`.
    File(PathBuf),
}

impl AnswerSource {
    fn read(value: &str) -> Result<AnswerSource, Infallible> {
        Ok(match value {
            "live" => AnswerSource::Live,
            file => AnswerSource::File(file.into()),
        })
    }
}

/// The source of the answers of Functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionSource {
    /// A server that has them, at this URL instead of their own.
    Url(String),
    /// A file with `[[answers]]`.
    File(PathBuf),
}

impl FunctionSource {
    fn read(value: &str) -> Result<FunctionSource, String> {
        let is_url = ["http://", "https://"].iter().any(|start| value.starts_with(start));
        if !is_url {
            return Ok(FunctionSource::File(value.into()));
        }
        reqwest::Url::parse(value).map_err(|error| error.to_string())?;
        Ok(FunctionSource::Url(value.to_owned()))
    }
}

impl RunOptions {
    /// The file with answers to HTTP requests, or of Functions.
    pub(super) fn answer_file(&self, is_function: Option<bool>) -> Option<&Path> {
        let http = match &self.http {
            Some(AnswerSource::File(file)) => Some(file.as_path()),
            _ => None,
        };
        let function = match &self.function {
            Some(FunctionSource::File(file)) => Some(file.as_path()),
            _ => None,
        };
        if is_function == Some(true) { function } else { http }
    }

    /// Checks what only all options together show.
    ///
    /// # Errors
    /// Says what does not fit.
    pub fn check(&self) -> Result<(), String> {
        if !self.allowed.is_empty() && self.http != Some(AnswerSource::Live) {
            return Err("--http-allow goes with --http live".to_owned());
        }
        let mut sids: Vec<&str> = self.subflows.iter().map(|(sid, _)| sid.as_str()).collect();
        sids.sort_unstable();
        match sids.windows(2).find(|two| two.first() == two.last()) {
            Some([sid, ..]) => Err(format!("--subflow names {sid} twice")),
            _ => Ok(()),
        }
    }
}

fn number(value: &str) -> Result<String, String> {
    match is_caller(value) {
        true => Ok(value.to_owned()),
        false => Err(CALLERS.to_owned()),
    }
}

fn pair(value: &str) -> Result<(String, String), String> {
    let pair = value.split_once('=').filter(|(key, _)| !key.is_empty());
    let (key, value) = pair.ok_or("expected KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

fn outcome(value: &str) -> Result<(String, String), String> {
    pair(value).map_err(|_| "expected WIDGET=OUTCOME".to_owned())
}

fn subflow(value: &str) -> Result<(String, PathBuf), String> {
    let (sid, file) = pair(value).map_err(|_| "expected FW…=FILE".to_owned())?;
    Ok((sid, file.into()))
}

#[cfg(test)]
mod tests {
    use studio::play::CallerAction;

    use super::*;
    use crate::commands::flow::FlowCommand;
    use crate::commands::{Command, parse};

    fn taken(options: &[&str]) -> Result<RunOptions, String> {
        let arguments = ["flow", "run", "x"].iter().chain(options).map(Into::into);
        match parse(arguments).map_err(|error| error.to_string())?.command {
            Some(Command::Flow(FlowCommand::Run(options))) => Ok(options),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn keys_and_words_stand_in_the_order_in_which_they_were_typed() {
        let options = taken(&["--press", "1,,2#", "--say", "yes", "--hang-up", "--press=3"]);
        let options = options.unwrap();
        let press = |keys: &str| CallerAction::Press(keys.to_owned());
        let said = CallerAction::Say("yes".to_owned());
        let expected = [
            press("1"),
            CallerAction::Silence,
            press("2#"),
            said,
            CallerAction::HangUp,
            press("3"),
        ];
        assert_eq!(options.caller.actions, expected);
    }

    #[test]
    fn parameters_are_one_start_and_two_starts_are_refused() {
        let options = taken(&["--param", "a=1", "--param", "b=x=y"]).unwrap();
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let expected = RunStart::Request(vec![pair("a", "1"), pair("b", "x=y")]);
        assert_eq!(options.start.chosen(), Some(expected));
        let options = taken(&["--message", "--", "--say", "-x"]).unwrap();
        assert_eq!(options.start.chosen(), Some(RunStart::Message("--".to_owned())));
        assert_eq!(options.caller.actions, [CallerAction::Say("-x".to_owned())]);
        for wrong in [
            &["--call", "+1", "--message", "x"][..],
            &["--param", "a=1", "--call", "+1"],
            &["--message", "x", "--param", "a=1"],
            &["--param", "a"],
            &["--param", "=a"],
            &["--function", "http://"],
            &["--outcome", "queue"],
            &["--outcome", "=busy"],
            &["--subflow", "FW1"],
            &["--subflow", "FW1=a.json", "--subflow", "FW1=b.json"],
            &["--call", " "],
            &["--call", "banana"],
            &["--call", "5001"],
            &["--press", "one"],
            &["--http-allow", "localhost"],
            &["--http", "x.toml", "--http-allow", "localhost"],
        ] {
            assert!(taken(wrong).is_err(), "{wrong:?}");
        }
    }
}
