//! The log-in of a request: the account's SID and one of its auth tokens.

use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};

use super::wire::REQUEST_TIMEOUT;
use super::{Account, ApiRequest, ApiResponse, Wire};
use crate::secret::Secret;

/// The same wire, which logs each request in to this account. A request that is answered 401 was not processed, and goes
/// out once more with the next token: one of them may be promoted, or not yet created, while the token changes. All of it
/// takes no longer than one request may. (twilio.com/docs/iam/api/authtoken: once the secondary token is promoted, the old
/// primary one is an error.)
pub(super) fn logged_in(account: &Account, wire: Wire) -> Wire {
    let log_ins = account.tokens.iter().map(|token| log_in(&account.sid, token));
    let log_ins: Arc<[Secret]> = log_ins.collect();
    Arc::new(move |request: ApiRequest| {
        let (log_ins, wire) = (log_ins.clone(), wire.clone());
        Box::pin(async move {
            let sent = send(&wire, &request, &log_ins);
            let response = tokio::time::timeout(REQUEST_TIMEOUT, sent).await;
            response.unwrap_or_else(|_| ApiResponse::NoAnswer("no answer came in time".to_owned()))
        })
    })
}

async fn send(wire: &Wire, request: &ApiRequest, log_ins: &[Secret]) -> ApiResponse {
    let mut response = ApiResponse::NotSent("there is no auth token".to_owned());
    for (place, log_in) in (1..).zip(log_ins) {
        let authorization = Some(log_in.clone());
        response = wire(ApiRequest { authorization, ..request.clone() }).await;
        if !matches!(response, ApiResponse::Answer { status: 401, .. }) {
            break;
        }
        tracing::warn!(place, of = log_ins.len(), "Twilio refuses an auth token (401)");
    }
    response
}

fn log_in(sid: &str, token: &Secret) -> Secret {
    let login = BASE64_STANDARD.encode(format!("{sid}:{}", token.expose()));
    Secret::new(&format!("Basic {login}"))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::json;

    use super::super::{Api, ApiError, FromNumber, NewCall, TWILIO};
    use super::*;
    use crate::domain::sid::Sid;
    use crate::testing::sample::phone;
    use crate::twilio::studio::api::Executions;

    type Asked = Arc<Mutex<Vec<ApiRequest>>>;

    /// The API of an account with these tokens, of which Twilio knows `valid` alone, and what Twilio was asked.
    fn api(tokens: &[&str], valid: &str) -> (Api, Asked) {
        let tokens = tokens.iter().map(|token| Secret::new(token)).collect();
        let account = Account { sid: "AC1".to_owned(), tokens, base_url: TWILIO.to_owned() };
        let (asked, valid) = (Asked::default(), log_in("AC1", &Secret::new(valid)));
        let seen = asked.clone();
        let wire: Wire = Arc::new(move |request: ApiRequest| {
            let is_valid = request.authorization.as_ref() == Some(&valid);
            seen.lock().expect("a list").push(request);
            let (status, body) = match is_valid {
                true => (201, json!({"sid": "CA1", "calls": [], "messages": []})),
                false => (401, json!({"code": 20003, "message": "Authenticate"})),
            };
            let body = body.to_string().into();
            Box::pin(async move { ApiResponse::Answer { status, retry_after: None, body } })
        });
        (Api::new(account, wire), asked)
    }

    /// Asks for one thing of each kind, and returns the errors.
    async fn ask_all(api: &Api) -> Vec<ApiError> {
        let (to, from) = (phone("+15005550001"), FromNumber::new("+15005550006"));
        let url = || "https://ringdown.example.com".to_owned();
        let call = NewCall {
            to: to.clone(),
            from: from.clone(),
            url: url(),
            status_url: url(),
            machine_url: url(),
            ring_seconds: 20,
            most_seconds: 120,
        };
        let (sid, flow) = (Sid::from("CA1"), Sid::from("FW1"));
        let outcomes = [
            api.call(&call).await.map(drop),
            api.look_up(&sid).await.map(drop),
            api.hang_up(&sid).await,
            api.text(&to, &from, "text", None).await,
            api.messages(jiff::civil::date(2026, 11, 29), None).await.map(drop),
            api.calls_in_progress().await.map(drop),
            Executions::of(api, &flow).look_up(&sid).await.map(drop),
        ];
        outcomes.into_iter().filter_map(Result::err).collect()
    }

    #[tokio::test]
    async fn request_that_is_answered_401_is_repeated_with_the_next_token() {
        let (api, asked) = api(&["old", "new"], "new");
        assert_eq!(ask_all(&api).await, []);
        let asked = asked.lock().expect("a list");
        assert_eq!(asked.len(), 14);
        for pair in asked.chunks(2) {
            let [first, second] = pair else { panic!("two requests") };
            assert_eq!((first.method, &first.url), (second.method, &second.url));
            assert_eq!(first.form, second.form);
        }
    }

    #[tokio::test]
    async fn token_that_is_taken_is_the_last_that_is_tried() {
        let (api, asked) = api(&["new", "old"], "new");
        assert_eq!(ask_all(&api).await, []);
        assert_eq!(asked.lock().expect("a list").len(), 7);
    }

    #[tokio::test]
    async fn request_whose_tokens_are_all_refused_is_refused() {
        let (api, asked) = api(&["old", "older"], "new");
        let to = phone("+15005550001");
        let error = api.text(&to, &FromNumber::new("+15005550006"), "text", None).await;
        let Err(ApiError::Refused(why)) = error else { panic!("{error:?}") };
        assert_eq!((why.code, why.text.as_str()), (Some(20003), "Twilio 20003 Authenticate"));
        assert_eq!(asked.lock().expect("a list").len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn request_takes_no_longer_with_a_second_token() {
        let tokens = ["old", "new"].map(Secret::new).to_vec();
        let account = Account { sid: "AC1".to_owned(), tokens, base_url: TWILIO.to_owned() };
        let wire: Wire = Arc::new(|_| {
            Box::pin(async {
                tokio::time::sleep(REQUEST_TIMEOUT * 3 / 4).await;
                ApiResponse::Answer { status: 401, retry_after: None, body: "{}".into() }
            })
        });
        let began = tokio::time::Instant::now();
        let found = Api::new(account, wire).look_up(&Sid::from("CA1")).await;
        assert!(matches!(found, Err(ApiError::Unknown(_))), "{found:?}");
        assert_eq!(began.elapsed(), REQUEST_TIMEOUT);
    }
}
