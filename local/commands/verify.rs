//! `ringdown verify`: judges captured requests, for whoever cannot get a signature to match.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde::{Deserialize, Serialize};
use shared::config::tokens;
use shared::http::form_fields;
use shared::twilio::signature::{Payload, Tokens, check};

use crate::output::json;
use crate::settings::environment;

/// What was typed behind `verify`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(after_help = EXAMPLES)]
pub struct VerifyOptions {
    /// The file; - is standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Print the verdicts as JSON
    #[arg(long)]
    pub json: bool,
}

/// The verdict on a request, as `--json` prints it.
#[derive(Serialize)]
struct Judged {
    valid: bool,
    reason: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  ringdown verify request.json
  ringdown verify -";

/// A request as somebody wrote it down.
#[derive(Deserialize)]
struct Captured {
    /// The URL as Twilio called it, query included.
    url: Option<String>,
    /// The decoded fields of a form; a list is a repeated field.
    params: Option<BTreeMap<String, Values>>,
    /// The raw body.
    body: Option<String>,
    /// Says of a body that it is a form.
    content_type: Option<String>,
    /// X-Twilio-Signature.
    signature: Option<String>,
    /// The auth token, or several, comma-separated.
    token: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Many(Vec<String>),
    Number(serde_json::Number),
    None(()),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Input {
    Many(Vec<Captured>),
    One(Box<Captured>),
}

/// Judges the requests of a file; `Ok(false)` if one is not valid.
pub fn run(options: &VerifyOptions) -> Result<bool, String> {
    let file = &options.file;
    let name = file.display();
    let text = match file.to_str() {
        Some("-") => std::io::read_to_string(std::io::stdin()),
        _ => std::fs::read_to_string(file),
    };
    let text = text.map_err(|error| format!("{name}: {error}"))?;
    let input: Input = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|_| {
        format!(
            "{name} is not what is expected: JSON with url, params (an object) or body (a text), signature and token, \
             or an array of such"
        )
    })?;
    let requests = match input {
        Input::One(request) => vec![*request],
        Input::Many(requests) => requests,
    };
    if requests.is_empty() {
        return Err(format!("{name} holds no request"));
    }
    let mut all_valid = true;
    let mut judged = Vec::new();
    for request in requests {
        match verdict(request) {
            verdict if options.json => {
                all_valid &= verdict.is_ok();
                judged.push(Judged { valid: verdict.is_ok(), reason: verdict.err() });
            }
            Ok(()) => say!("valid: it is Twilio's"),
            Err(reason) => {
                say!("invalid: {reason}");
                all_valid = false;
            }
        }
    }
    if options.json {
        say!("{}", json(&judged));
    }
    Ok(all_valid)
}

/// Judges one request.
fn verdict(request: Captured) -> Result<(), String> {
    let url = request.url.ok_or("there is no url")?;
    let environment = environment();
    let token = request.token.as_deref().or_else(|| environment.value("twilio/auth-token"));
    let known = tokens(token.unwrap_or_default());
    if known.is_empty() {
        return Err("there is no token, and no TWILIO_AUTH_TOKEN".to_owned());
    }
    let is_form = request.content_type.is_some_and(|kind| {
        kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded")
    });
    // Some tools write an empty `params` beside the body of a JSON request.
    let params = request.params.filter(|params| !params.is_empty() || request.body.is_none());
    let fields: Option<Vec<(String, String)>> = match (&params, &request.body) {
        (Some(params), _) => Some(params.iter().flat_map(|(key, values)| values.of(key)).collect()),
        (None, Some(body)) if is_form => Some(form_fields(body.as_bytes())),
        (None, _) => None,
    };
    let payload = match (&fields, &request.body) {
        (Some(fields), _) => Payload::Form(fields),
        (None, Some(body)) => Payload::Body(body.as_bytes()),
        (None, None) => Payload::Nothing,
    };
    let known = Tokens { current: &known, retired: &[] };
    check(&[url], payload, request.signature.as_deref(), known)
        .map_err(|mismatch| mismatch.to_string())
}

impl Values {
    fn of(&self, key: &str) -> Vec<(String, String)> {
        let field = |value: &str| (key.to_owned(), value.to_owned());
        match self {
            Values::One(value) => vec![field(value)],
            Values::Many(values) => values.iter().map(|value| field(value)).collect(),
            Values::Number(number) => vec![field(&number.to_string())],
            Values::None(()) => vec![field("")],
        }
    }
}
