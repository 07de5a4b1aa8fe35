//! The REST API: who may send requests, for what, and their entries in the journal.

use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};
use shared::Error;
use shared::http::{Request, Response};

use super::api_error::ApiError;
use super::api_request::ApiRequest;
use super::journal::ReceivedRequest;
use super::webhook::query_fields;
use super::{SANDBOX_ACCOUNT, Twilio, calls, messages, studio};

/// Answers a request; `path` is behind the base URL, with the slash.
pub(crate) async fn handle(
    twilio: &Arc<Twilio>,
    request: &Request,
    path: &str,
) -> Result<Response, Error> {
    let form = match request.method.as_str() {
        "GET" => query_fields(request.query.as_deref()),
        _ => request.form(),
    };
    let setup = twilio.settings.setup().await?;
    let account = twilio.account(request);
    let fields = form.clone();
    let response = match &account {
        Some(account) => {
            let api = ApiRequest { twilio, setup: &setup, account, fields };
            answer(&api, request, path).await
        }
        None => Err(ApiError::not_allowed()),
    };
    let response = response.unwrap_or_else(Response::from);
    twilio.records().journal.add_received(ReceivedRequest {
        at: twilio.now(),
        method: request.method.clone(),
        path: path.to_owned(),
        form: form.into_iter().filter(|(name, _)| !name.contains("Password")).collect(),
        status: response.status,
    });
    Ok(response)
}

async fn answer(api: &ApiRequest<'_>, request: &Request, path: &str) -> Result<Response, ApiError> {
    let not_found = || ApiError::not_found(path);
    let method = request.method.as_str();
    if let Some(resource) = path.strip_prefix("/v2/Flows") {
        api.looks_up(method == "GET" && resource.contains("/Executions"))?;
        return studio::answer(api, method, resource);
    }
    let rest = path.strip_prefix("/2010-04-01/Accounts/").ok_or_else(not_found)?;
    let (account, resource) = rest.split_once('/').ok_or_else(not_found)?;
    if account != api.account {
        return Err(ApiError::not_allowed());
    }
    api.looks_up(method == "GET")?;
    let file = resource.strip_suffix(".json").ok_or_else(not_found)?;
    let parts: Vec<&str> = file.split('/').collect();
    match (method, parts.as_slice()) {
        ("POST", ["Calls"]) => calls::create(api),
        ("GET", ["Calls"]) => calls::list(api),
        ("GET", ["Calls", sid]) => calls::fetch(api, sid).ok_or_else(not_found),
        ("POST", ["Calls", sid]) => calls::update(api, sid).await,
        ("POST", ["Messages"]) => messages::create(api),
        ("GET", ["Messages"]) => messages::list(api),
        ("GET", ["Messages", sid]) => messages::fetch(api, sid).ok_or_else(not_found),
        _ => Err(not_found()),
    }
}

impl Twilio {
    /// Answers a request of one of its own Flows.
    pub(super) async fn answer_own(self: &Arc<Self>, request: &Request) -> Result<Response, Error> {
        handle(self, request, &request.path).await
    }

    /// The account of a request, if it is the one that there is here, and its auth token is right.
    fn account(&self, request: &Request) -> Option<String> {
        let (user, password) = credentials(request)?;
        (user == SANDBOX_ACCOUNT && self.settings.secrets.auth_token.is(&password)).then_some(user)
    }
}

/// User and password of HTTP Basic authentication.
fn credentials(request: &Request) -> Option<(String, String)> {
    let (scheme, encoded) = request.header("authorization")?.split_once(' ')?;
    let decoded = BASE64_STANDARD.decode(encoded.trim()).ok()?;
    let text = String::from_utf8(decoded).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}
