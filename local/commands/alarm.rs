//! `ringdown alarm`: plays a monitor. The times in a file are moved to now, unless it is asked for as it is.

mod fresh;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};
use serde::Serialize;
use shared::jobs::escalate::intake::AlarmResult;
use shared::secret::Secret;

use super::arguments::{DataFolder, ServerAddress};
use crate::access;
use crate::alarm_text::describe;
use crate::envelope::Envelope;
use crate::output::json;
use crate::settings::environment;

/// What was typed behind `alarm`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct AlarmOptions {
    /// Files such as those of events/outage-intake/
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required = true)]
    pub files: Vec<PathBuf>,
    /// Move the times in the files, so that the latest is now (the default)
    #[arg(long, conflicts_with = "as_is")]
    pub fresh: bool,
    /// Post the files as they are: for an alarm that really was
    #[arg(long)]
    pub as_is: bool,
    /// Print the answers as JSON
    #[arg(long)]
    pub json: bool,
    /// The address.
    #[command(flatten)]
    pub address: ServerAddress,
    /// The data folder, which has the start token.
    #[command(flatten)]
    pub folder: DataFolder,
}

const EXAMPLES: &str = "\
Examples:
  ringdown alarm events/outage-intake/eventbridge-metric.json
  ringdown alarm events/outage-intake/alertmanager-firing.json --to http://127.0.0.1:9000
  ringdown alarm --as-is event-of-last-night.json";

/// Posts files to `/alarms`, with `ALARMS_TOKEN` or else the start token of the server whose data folder this is.
/// `Ok(false)` if something was not understood.
pub async fn run(options: &AlarmOptions) -> Result<bool, String> {
    let alarms = Alarms::of(&options.address, &options.folder)?;
    let (mut all_understood, mut answers) = (true, Vec::new());
    // All of them are read before the first is posted.
    let read = |file: &PathBuf| -> Result<(String, Vec<u8>), String> {
        let name = file.display().to_string();
        let body = std::fs::read(file).map_err(|error| format!("{name}: {error}"))?;
        Ok((name, body))
    };
    let files: Vec<_> = options.files.iter().map(read).collect::<Result<_, _>>()?;
    for (name, mut body) in files {
        if std::str::from_utf8(&body).is_ok_and(|text| Envelope::read(text).is_ok()) {
            let why = "left out, it is a request as API Gateway hands it over, and not what a monitor posts";
            match options.json {
                true => answers.push(Answer::left_out(&name, why)),
                false => say!("{name}: {why}"),
            }
            continue;
        }
        if !options.as_is {
            body = fresh::moved(body, crate::clock::now());
        }
        let (status, text) = alarms.post(body).await?;
        all_understood &= (200..=299).contains(&status);
        let results = serde_json::from_str::<Vec<AlarmResult>>(&text);
        if options.json {
            let results = results.map_err(|_| text.trim().to_owned());
            answers.push(Answer::of(&name, status, results));
            continue;
        }
        match results {
            Ok(results) if results.is_empty() => say!("{name}: {status} it reports no state"),
            Ok(results) => {
                results.iter().for_each(|result| say!("{name}: {status} {}", describe(result)));
            }
            Err(_) if status == 401 => say!("{name}: {WRONG_TOKEN}"),
            Err(_) => say!("{name}: {status} {}", text.trim()),
        }
    }
    if options.json {
        say!("{}", json(&answers));
    }
    Ok(all_understood)
}

/// The address that alarms are posted to, with what opens it.
pub(super) struct Alarms<'a> {
    to: &'a str,
    token: Secret,
    http: reqwest::Client,
}

impl Alarms<'_> {
    /// `/alarms` at this address. It is opened by `ALARMS_TOKEN`, or else by the start token of the server whose data
    /// folder this is.
    ///
    /// # Errors
    /// There is no token.
    pub(super) fn of<'a>(
        address: &'a ServerAddress,
        folder: &DataFolder,
    ) -> Result<Alarms<'a>, String> {
        let token = match environment().value("alarms-token") {
            Some(token) => Secret::new(token),
            None => access::read(folder.path())?,
        };
        let http = shared::http::client().map_err(|error| error.to_string())?;
        Ok(Alarms { to: address.to.trim_end_matches('/'), token, http })
    }

    /// Posts this, and gives the status and the text of the answer.
    ///
    /// # Errors
    /// Nobody answers.
    pub(super) async fn post(
        &self,
        body: impl Into<reqwest::Body>,
    ) -> Result<(u16, String), String> {
        let request = self.http.post(format!("{}/alarms", self.to));
        let request = request.bearer_auth(self.token.expose()).timeout(Duration::from_secs(60));
        let answer = request.body(body).send().await;
        let answer = answer.map_err(|error| crate::envelope::no_answer(self.to, &error))?;
        let status = answer.status().as_u16();
        Ok((status, shared::http::read_text(answer).await.unwrap_or_default()))
    }
}

/// Says what somebody can do about a token that is refused.
pub(super) const WRONG_TOKEN: &str = "401 the token is not this server's: name its data folder with --data DIR, or set the \
                                      ALARMS_TOKEN that it was started with";

/// What a server answers to a file, as `--json` prints it.
#[derive(Serialize)]
struct Answer {
    file: String,
    /// None for a file that was left out.
    status: Option<u16>,
    results: Vec<AlarmResult>,
    /// What it says instead of results.
    text: Option<String>,
}

impl Answer {
    fn of(file: &str, status: u16, results: Result<Vec<AlarmResult>, String>) -> Answer {
        let text = results.as_ref().err().cloned();
        let results = results.unwrap_or_default();
        Answer { file: file.to_owned(), status: Some(status), results, text }
    }

    fn left_out(file: &str, why: &str) -> Answer {
        let text = Some(why.to_owned());
        Answer { file: file.to_owned(), status: None, results: Vec::new(), text }
    }
}
