//! The caller's keys and words, as typed: `--press`, `--say` and `--hang-up`.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches, value_parser};
use studio::play::CallerAction;

/// The caller's keys and words, in the order in which they were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallerOptions {
    /// One for each prompt.
    pub actions: Vec<CallerAction>,
}

impl Args for CallerOptions {
    fn augment_args(command: Command) -> Command {
        let press = Arg::new("press")
            .long("press")
            .value_name("KEYS")
            .value_parser(keys)
            .action(ArgAction::Append)
            .help("Press keys, those of one prompt after another: 1,12345#; between two commas is silence");
        let say = Arg::new("say")
            .long("say")
            .value_name("WORDS")
            .allow_hyphen_values(true)
            .action(ArgAction::Append)
            .help("Say this at the next prompt, or send it")
            .long_help(
                "Say this at the next prompt, or send it. A prompt of a call gets it as speech recognition writes it, with \
                 a capital and a full stop: yes is \"Yes.\"",
            );
        let hang_up = Arg::new("hang-up")
            .long("hang-up")
            .num_args(0)
            .value_parser(value_parser!(bool))
            .default_missing_value("true")
            .action(ArgAction::Append)
            .help("Hang up at the next thing that is heard");
        command.arg(press).arg(say).arg(hang_up)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for CallerOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let places = |id| matches.indices_of(id).into_iter().flatten();
        let pressed = matches.get_many::<Vec<CallerAction>>("press").into_iter().flatten();
        let said = matches.get_many::<String>("say").into_iter().flatten();
        let said = said.map(|words| vec![CallerAction::Say(words.clone())]);
        let hang_ups = places("hang-up").map(|place| (place, vec![CallerAction::HangUp]));
        let mut all: Vec<(usize, Vec<CallerAction>)> = places("press")
            .zip(pressed.cloned())
            .chain(places("say").zip(said))
            .chain(hang_ups)
            .collect();
        all.sort_by_key(|(place, _)| *place);
        Ok(CallerOptions { actions: all.into_iter().flat_map(|(_, actions)| actions).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
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
            _ => Err("expected keys such as 1,12345#".to_owned()),
        }
    };
    value.split(',').map(action).collect()
}
