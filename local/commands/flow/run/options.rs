//! The options of `ringdown flow run`.

use std::path::PathBuf;

use studio::play::CallerAction;

/// What was typed behind `flow run`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunOptions {
    /// The file with the Flow; `-` is standard input.
    pub file: PathBuf,
    /// The start; the first that leads anywhere if there is none.
    pub start: Option<RunStart>,
    /// The caller's keys and words, in their order.
    pub actions: Vec<CallerAction>,
    /// The answers to HTTP requests.
    pub http: Option<AnswerSource>,
    /// Hosts that are allowed although their addresses are private.
    pub allowed: Vec<String>,
    /// The answers of Functions.
    pub function: Option<FunctionSource>,
    /// Stop after each widget, and ask for keys and words.
    pub step: bool,
    /// Print times, bodies, variables and the last context too.
    pub trace: bool,
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

/// The source of the answers of Functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionSource {
    /// A server that has them, at this URL instead of their own.
    Url(String),
    /// A file with `[[answers]]`.
    File(PathBuf),
}

/// The options that have a value.
const WITH_VALUE: [&str; 8] =
    ["call", "message", "param", "press", "say", "http", "http-allow", "function"];

impl RunOptions {
    /// The option is one of these, and has a value.
    pub fn has_value(option: &str) -> bool {
        WITH_VALUE.contains(&option)
    }

    /// Takes an option with its value; the error is for the person who typed it.
    ///
    /// # Errors
    /// Says what is wrong with the value.
    pub fn take(&mut self, option: &str, value: String) -> Result<(), String> {
        match option {
            "call" if value.trim().is_empty() => return Err("--call expects a number".to_owned()),
            "call" => self.begin(RunStart::Call(value))?,
            "message" => self.begin(RunStart::Message(value))?,
            "param" => {
                let (key, value) = value
                    .split_once('=')
                    .filter(|(key, _)| !key.is_empty())
                    .ok_or_else(|| format!("--param expects KEY=VALUE, and got {value:?}"))?;
                let pair = (key.to_owned(), value.to_owned());
                match &mut self.start {
                    Some(RunStart::Request(parameters)) => parameters.push(pair),
                    _ => self.begin(RunStart::Request(vec![pair]))?,
                }
            }
            "press" => self.actions.extend(keys(&value)?),
            "say" => self.actions.push(CallerAction::Say(value)),
            "http" if value == "live" => self.http = Some(AnswerSource::Live),
            "http" => self.http = Some(AnswerSource::File(value.into())),
            "http-allow" => self.allowed.push(value),
            "function" if value.starts_with("http://") || value.starts_with("https://") => {
                self.function = Some(FunctionSource::Url(value));
            }
            "function" => self.function = Some(FunctionSource::File(value.into())),
            other => return Err(format!("flow run takes no --{other}")),
        }
        Ok(())
    }

    fn begin(&mut self, start: RunStart) -> Result<(), String> {
        match self.start.replace(start) {
            None => Ok(()),
            Some(_) => Err("a run has one start: --call, --message or --param".to_owned()),
        }
    }

    /// Checks what only all options together show.
    ///
    /// # Errors
    /// Says what does not fit.
    pub fn check(&self) -> Result<(), String> {
        if !self.allowed.is_empty() && self.http != Some(AnswerSource::Live) {
            return Err("--http-allow goes with --http live".to_owned());
        }
        Ok(())
    }
}

/// The keys of one prompt after another: `1,12345#`. Between two commas is silence.
fn keys(value: &str) -> Result<Vec<CallerAction>, String> {
    let action = |keys: &str| {
        let keys = keys.trim();
        let is_key = |key: char| key.is_ascii_digit() || matches!(key, '*' | '#');
        match keys {
            "" => Ok(CallerAction::Silence),
            _ if keys.chars().all(is_key) => Ok(CallerAction::Press(keys.to_owned())),
            _ => Err(format!("--press expects keys such as 1,12345#, and got {value:?}")),
        }
    };
    value.split(',').map(action).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(options: &[(&str, &str)]) -> Result<RunOptions, String> {
        let mut all = RunOptions::default();
        for (option, value) in options {
            all.take(option, (*value).to_owned())?;
        }
        all.check().map(|()| all)
    }

    #[test]
    fn keys_and_words_stand_in_the_order_in_which_they_were_typed() {
        let options = taken(&[("press", "1,,2#"), ("say", "yes"), ("press", "3")]).unwrap();
        let press = |keys: &str| CallerAction::Press(keys.to_owned());
        let said = CallerAction::Say("yes".to_owned());
        let expected = [press("1"), CallerAction::Silence, press("2#"), said, press("3")];
        assert_eq!(options.actions, expected);
    }

    #[test]
    fn parameters_are_one_start_and_two_starts_are_refused() {
        let options = taken(&[("param", "a=1"), ("param", "b=x=y")]).unwrap();
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let expected = RunStart::Request(vec![pair("a", "1"), pair("b", "x=y")]);
        assert_eq!(options.start, Some(expected));
        for wrong in [
            &[("call", "+1"), ("message", "x")][..],
            &[("param", "a=1"), ("call", "+1")],
            &[("message", "x"), ("param", "a=1")],
            &[("param", "a")],
            &[("param", "=a")],
            &[("call", " ")],
            &[("press", "one")],
            &[("http-allow", "localhost")],
            &[("http", "x.toml"), ("http-allow", "localhost")],
        ] {
            assert!(taken(wrong).is_err(), "{wrong:?}");
        }
    }
}
