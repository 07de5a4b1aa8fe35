//! Twilio's REST API as the settings have it. Requests of ours that fail are counted.

use std::sync::Arc;

use jiff::Timestamp;

use crate::config::Settings;
use crate::domain::metrics::catalogue::API_ERRORS;
use crate::domain::metrics::vocabulary::{NO_ANSWER, api_code};
use crate::storage::{Increment, Store};
use crate::twilio::rest::{Account, Api, ApiRequest, ApiResponse, TWILIO, Wire, error_code};

/// The row of the counters of failed requests.
const ROW: &str = "api-errors";

/// The API of the account that is set up.
///
/// # Errors
/// The setting that is missing, and where it goes.
pub fn twilio_api(
    settings: &Settings,
    wire: &Wire,
    store: &Arc<dyn Store>,
    now: Timestamp,
) -> Result<Api, String> {
    let sid = settings
        .value("twilio/account-sid")
        .ok_or("store the parameter twilio/account-sid, or set TWILIO_ACCOUNT_SID".to_owned())?;
    let tokens = settings.tokens.clone();
    if tokens.is_empty() {
        return Err("there is no twilio/auth-token".to_owned());
    }
    let base_url = settings.value("twilio/api-base-url").unwrap_or(TWILIO).to_owned();
    let account = Account { sid: sid.to_owned(), tokens, base_url };
    Ok(Api::new(account, wire.clone()).layered(|wire| counted(wire, store.clone(), now)))
}

/// The same wire, which counts each request that fails.
fn counted(wire: Wire, store: Arc<dyn Store>, now: Timestamp) -> Wire {
    Arc::new(move |request: ApiRequest| {
        let (wire, store) = (wire.clone(), store.clone());
        Box::pin(async move {
            let is_look_up = request.method == "GET";
            let response = wire(request).await;
            if let Some(code) = failure(&response, is_look_up) {
                let counted = Increment::of(ROW, [(API_ERRORS.series(&[code]), 1)]);
                if let Err(error) = store.write(&[counted.into()], now).await {
                    tracing::warn!(%error, "a failed request to Twilio was not counted");
                }
            }
            response
        })
    })
}

/// The code under which a response counts as failed. A look-up that finds nothing has its answer.
fn failure(response: &ApiResponse, is_look_up: bool) -> Option<&'static str> {
    match response {
        ApiResponse::Answer { status: 200..=399, .. } => None,
        ApiResponse::Answer { status: 404, .. } if is_look_up => None,
        ApiResponse::Answer { status, body, .. } => Some(api_code(error_code(body), *status)),
        ApiResponse::NotSent(_) | ApiResponse::NoAnswer(_) => Some(NO_ANSWER),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sid::Sid;
    use crate::secret::Secret;
    use crate::storage::counters::totals;
    use crate::testing::{MemoryStore, Parameters};

    fn answer(status: u16, body: &str) -> ApiResponse {
        ApiResponse::Answer { status, retry_after: None, body: body.to_owned().into() }
    }

    #[test]
    fn failed_request_counts_under_a_code_of_the_list() {
        for (response, is_look_up, code) in [
            (answer(201, "{}"), false, None),
            (answer(404, r#"{"code":20404}"#), true, None),
            (answer(404, r#"{"code":20404}"#), false, Some("20404")),
            (answer(400, r#"{"code":21211,"message":"m"}"#), false, Some("21211")),
            (answer(400, r#"{"code":99999}"#), false, Some("other")),
            (answer(400, "no JSON"), false, Some("other")),
            (answer(401, ""), false, Some("20003")),
            (answer(429, ""), true, Some("20429")),
            (answer(503, "<html>"), true, Some("http_5xx")),
            (ApiResponse::NotSent("no".to_owned()), false, Some("no_answer")),
            (ApiResponse::NoAnswer("no".to_owned()), true, Some("no_answer")),
        ] {
            assert_eq!(failure(&response, is_look_up), code, "{response:?}");
        }
    }

    #[tokio::test]
    async fn failure_is_counted_in_the_store() {
        let (store, now) = (MemoryStore::default(), Timestamp::UNIX_EPOCH);
        let wire: Wire = Arc::new(|_| Box::pin(async { answer(500, "") }));
        let wire = counted(wire, Arc::new(store.clone()), now);
        let request = || ApiRequest {
            method: "GET",
            url: "https://api.example.com".to_owned(),
            authorization: None,
            form: Vec::new(),
        };
        let (_, _) = (wire(request()).await, wire(request()).await);
        let totals = totals(&store, now).await.expect("counters");
        assert_eq!(totals["twilio_api_errors_total{code=\"http_5xx\"}"], 2);
    }

    #[tokio::test]
    async fn request_counts_as_failed_once_no_token_is_taken() {
        let (store, now) = (MemoryStore::default(), Timestamp::UNIX_EPOCH);
        let shared: Arc<dyn Store> = Arc::new(store.clone());
        for (tokens, expected) in [("old,new", None), ("old,older", Some(&1))] {
            let secrets = [("twilio/account-sid", "AC1"), ("twilio/auth-token", tokens)];
            let parameters = Parameters::of_config("[channels.a]\n", &secrets);
            let settings = parameters.settings().get(now).await.expect("settings");
            // The log-in of AC1:new.
            let is_valid = |login: Secret| login.expose() == "Basic QUMxOm5ldw==";
            let wire: Wire = Arc::new(move |request: ApiRequest| {
                let status = if request.authorization.is_some_and(is_valid) { 404 } else { 401 };
                Box::pin(async move { answer(status, "{}") })
            });
            let api = twilio_api(&settings, &wire, &shared, now).expect("an account");
            api.look_up(&Sid::from("CA1")).await.expect("an answer");
            let totals = totals(&store, now).await.expect("counters");
            assert_eq!(totals.get("twilio_api_errors_total{code=\"20003\"}"), expected);
        }
    }
}
