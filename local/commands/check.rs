//! `ringdown check`: is the configuration right, and what would it forward where?

mod findings;
mod reached;
mod report;

use std::fmt;

use clap::Args;
use jiff::tz::TimeZone;
use serde::Serialize;
use shared::Timestamp;
use shared::config::ConfigStatus;
use shared::config::file::{Config, Problems};
use shared::domain::schedule::time;
use shared::http::base_url;

use self::findings::{Finding, Severity};
use self::reached::Reached;
use super::arguments::{DataFolder, NamedConfig};
use super::read_leniently;
use crate::clock::now;
use crate::output::json;
use crate::settings::{Source, environment};

/// What was typed behind `check`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct CheckOptions {
    /// Which.
    #[command(flatten)]
    pub config: NamedConfig,
    /// The data folder of a server that uses it.
    #[command(flatten)]
    pub folder: DataFolder,
    /// Print only which policy has each of these alarms now
    #[arg(long = "alarm", value_name = "NAME", num_args = 1.., value_parser = alarm_name)]
    pub alarms: Vec<String>,
    /// Fail if there is a warning
    ///
    /// A warning is all that is printed with "warning" or "PROBLEM" in front of it: lost shifts, events of a calendar that
    /// put nobody on call (unless a word says that somebody is away), globs that are none, gaps in a schedule, silences that are over, an empty file, and a server
    /// that does not use this configuration. The exit code is 1 then.
    #[arg(long)]
    pub strict: bool,
    /// Print the findings as JSON
    #[arg(long)]
    pub json: bool,
}

const EXAMPLES: &str = "\
Examples:
  ringdown check ringdown.toml
  ringdown check ringdown.toml --strict --json
  ringdown check --alarm checkout-5xx-rate orders-queue-age";

/// Reads the name of an alarm.
fn alarm_name(name: &str) -> Result<String, String> {
    match name.trim().is_empty() {
        true => Err("expected the name of an alarm, and got an empty one".to_owned()),
        false => Ok(name.to_owned()),
    }
}

/// A deployment that uses a configuration: its name, and how that stands there.
pub struct Deployment {
    /// The name to call it by, as `the data folder .ringdown`.
    pub name: String,
    /// How its configuration stands.
    pub standing: ConfigStatus,
    /// Whether it is a data folder that keeps a configuration other than the demo.
    pub keeps_own: bool,
}

/// Checks a configuration and prints what it does; of `alarms`, if any are named, only which policy has each. Says too
/// what the deployment that is known here uses instead, if anything. `false` if it is to be without a warning, and there is one.
///
/// # Errors
/// Says all that is wrong with it.
pub fn run(options: &CheckOptions, deployment: Option<&Deployment>) -> Result<bool, String> {
    let keeps_own = deployment.is_some_and(|deployment| deployment.keeps_own);
    let source = &Source::of_server(options.config.path(), keeps_own);
    let alarms = &options.alarms;
    let config = read(source, alarms.is_empty()).map_err(|wrong| {
        if options.json {
            say!("{}", json(&Report::of_wrong(source, &wrong)));
        }
        let blank = source.is_blank().then(|| format!("{} is empty\n", source.name()));
        let stays = deployment.and_then(stays).map(|stays| format!("\n{stays}"));
        format!("{}{wrong}{}", blank.unwrap_or_default(), stays.unwrap_or_default())
    })?;
    if let Some(warning) = source.warning() {
        say_error!("{warning}");
    }
    if let Some(url) = environment().value("public-base-url") {
        base_url::check(url).map_err(|error| error.to_string())?;
    }
    let now = now();
    let mut findings = findings::all(source, &config, now);
    let verdict = findings::verdict(&config, &findings);
    // That says nothing of the configuration itself.
    let still = deployment.and_then(still);
    findings.extend(still.as_deref().map(|text| Finding::of(Severity::Warning, text)));
    let is_good = !(options.strict && findings.iter().any(Finding::counts));
    if options.json {
        say!("{}", json(&Report::of(source, &config, &findings, alarms, now)));
        return Ok(is_good);
    }
    findings::print(&config, now);
    say!("{}: {}", source.name(), verdict);
    if let Some(warning) = still {
        say!("warning: {warning}");
    }
    if alarms.is_empty() {
        report::print(&config, now)?;
    }
    for name in alarms {
        say!("  {name:20} {}", reached::policy(&config, name, now));
    }
    Ok(is_good)
}

/// Why a configuration cannot be used.
enum Wrong {
    /// It cannot be read at all.
    Unread(String),
    /// These things are wrong with it.
    Problems(Problems),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wrong::Unread(why) => f.write_str(why),
            Wrong::Problems(problems) => problems.fmt(f),
        }
    }
}

/// Reads the configuration; where not all of it is in question, a calendar that cannot be read costs its schedule only.
fn read(source: &Source, is_whole: bool) -> Result<Config, Wrong> {
    if !is_whole {
        return read_leniently(source).map_err(Wrong::Unread);
    }
    let parts = source.parts().map_err(|error| Wrong::Unread(error.to_string()))?;
    Config::parse(parts).map_err(Wrong::Problems)
}

/// The answer as JSON.
#[derive(Serialize)]
struct Report {
    configuration: String,
    verdict: &'static str,
    findings: Vec<Finding>,
    /// Those that were asked for.
    alarms: Vec<Reached>,
}

impl Report {
    fn of_wrong(source: &Source, wrong: &Wrong) -> Report {
        let findings = match wrong {
            Wrong::Unread(why) => vec![Finding::of(Severity::Problem, why)],
            Wrong::Problems(Problems(all)) => {
                all.iter().map(|one| Finding::at(Severity::Problem, one, &one.what)).collect()
            }
        };
        Report { configuration: source.name(), verdict: "wrong", findings, alarms: Vec::new() }
    }

    fn of(
        source: &Source,
        config: &Config,
        findings: &[Finding],
        alarms: &[String],
        now: Timestamp,
    ) -> Report {
        let verdict = match findings.iter().any(Finding::counts) {
            _ if !config.unread.is_empty() => "wrong",
            true => "valid",
            false => "fine",
        };
        let alarms = alarms.iter().map(|name| reached::reached(config, name, now)).collect();
        Report { configuration: source.name(), verdict, findings: findings.to_vec(), alarms }
    }
}

/// Says what is used while this configuration is wrong.
fn stays(deployment: &Deployment) -> Option<String> {
    let Deployment { name, standing, .. } = deployment;
    let since = time(standing.good_since?, &TimeZone::UTC);
    Some(format!(
        "Until this is right, the server with {name} goes on with the last good configuration, of {since}, and with \
         the last good reading of a calendar."
    ))
}

/// That a configuration which is right by now is not in use yet.
fn still(deployment: &Deployment) -> Option<String> {
    let Deployment { name, standing, .. } = deployment;
    let rejected = standing.rejected.as_ref()?;
    Some(format!(
        "for the server with {name}, since {}: {}. {}\n\
         A server that runs reads its configuration again within five minutes.",
        rejected.since_in_words(),
        rejected.headline(),
        rejected.reason()
    ))
}
