//! Twilio's REST API: calls and text messages, and what its answers mean. (Studio's is [`super::studio::api`].)
//!
//! There is no idempotency key: after a time-out or a 5xx nobody knows whether a call was placed, so it is looked up
//! before it is placed again. A 429 or 401 was not processed and is always safe to repeat. (twilio.com/docs/voice/api/call-resource; the
//! API's best practices.)

mod call;
mod from_number;
mod lists;
mod log_in;
mod verdict;
mod wire;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use crate::domain::e164::E164;
use crate::domain::escalation::CallEvent;
use crate::domain::sid::Sid;
use crate::secret::Secret;

use call::CallList;
pub use call::{CallResource, NewCall, call_event};
pub use from_number::FromNumber;
pub use lists::{ListedMessage, MessagePage};
use log_in::logged_in;
pub use verdict::error_code;
pub(super) use verdict::{read, read_time, verdict};
pub use wire::wire;

/// Where Twilio's API is, if nothing else is said.
pub const TWILIO: &str = "https://api.twilio.com";
/// Where Studio's is then.
const STUDIO: &str = "https://studio.twilio.com";

/// The account that calls.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its SID.
    pub sid: String,
    /// Its auth tokens, in the order in which they are tried: one, or several while it changes.
    pub tokens: Vec<Secret>,
    /// `https://api.twilio.com`, or what stands in for it and for Studio's.
    pub base_url: String,
}

impl Account {
    fn url(&self) -> &str {
        self.base_url.trim_end_matches('/')
    }

    fn studio_url(&self) -> &str {
        studio_base(self.url())
    }
}

/// Where Studio's API is, if Twilio's is here.
pub fn studio_base(base_url: &str) -> &str {
    let base_url = base_url.trim_end_matches('/');
    if base_url == TWILIO { STUDIO } else { base_url }
}

/// One request to the API.
#[derive(Clone, Debug)]
pub struct ApiRequest {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The whole URL.
    pub url: String,
    /// The header `Authorization`, if there is one.
    pub authorization: Option<Secret>,
    /// The form of a POST.
    pub form: Vec<(&'static str, String)>,
}

/// The result of a request to Twilio.
#[derive(Clone, Debug)]
pub enum ApiResponse {
    /// An answer.
    Answer {
        /// Its HTTP status.
        status: u16,
        /// Its `Retry-After`, in seconds.
        retry_after: Option<u64>,
        /// Its body.
        body: Bytes,
    },
    /// It was never sent.
    NotSent(String),
    /// It may have been sent, and no answer came.
    NoAnswer(String),
}

/// Carries requests to Twilio.
pub type Wire = Arc<
    dyn Fn(ApiRequest) -> Pin<Box<dyn Future<Output = ApiResponse> + Send>> + Send + Sync + 'static,
>;

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// It was not done, and may be later: after so long, if Twilio said so.
    Later(Option<Duration>, String),
    /// It was not done, and never will be.
    Refused(Rejection),
    /// Nobody knows whether it was done.
    Unknown(String),
}

/// Why Twilio, or we ourselves, will never do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Twilio's error code, or the HTTP status where there is none; `None` if Twilio was not even asked.
    pub code: Option<u64>,
    /// The reason, for people.
    pub text: String,
}

impl Rejection {
    /// A reason of our own: Twilio was not asked.
    pub fn ours(text: String) -> Rejection {
        Rejection { code: None, text }
    }
}

impl ApiError {
    /// Whether Twilio has no such thing: error 20404, or status 404 without a code.
    pub fn is_not_found(&self) -> bool {
        let code = match self {
            ApiError::Refused(rejection) => rejection.code,
            ApiError::Later(..) | ApiError::Unknown(_) => None,
        };
        matches!(code, Some(20404 | 404))
    }

    /// Returns the reason, for people.
    pub fn into_text(self) -> String {
        match self {
            ApiError::Later(_, text) | ApiError::Unknown(text) => text,
            ApiError::Refused(rejection) => rejection.text,
        }
    }
}

/// The API of one account.
#[derive(Clone)]
pub struct Api {
    account: Account,
    wire: Wire,
}

impl Api {
    /// The API of this account, over this wire.
    pub fn new(account: Account, wire: Wire) -> Api {
        let wire = logged_in(&account, wire);
        Api { account, wire }
    }

    /// The same API, over what `layer` makes of its wire. A request passes that layer once, whichever token it takes.
    #[must_use]
    pub fn layered(self, layer: impl FnOnce(Wire) -> Wire) -> Api {
        Api { wire: layer(self.wire), ..self }
    }

    /// `POST …/Calls.json`
    pub async fn call(&self, new: &NewCall) -> Result<CallResource, ApiError> {
        read(self.request("POST", "Calls.json", new.form()).await?)
    }

    /// `GET …/Calls/{sid}.json`; `None` if Twilio does not know it.
    pub async fn look_up(&self, sid: &Sid) -> Result<Option<CallResource>, ApiError> {
        match self.request("GET", &format!("Calls/{sid}.json"), Vec::new()).await {
            Ok(body) => read(body).map(Some),
            Err(ApiError::Refused(_)) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    /// The calls to this number that were made at `since` or later and were not over at `at`, but for those known
    /// already. (`GET …/Calls.json` filters by day at best, so we compare `date_created` ourselves.)
    pub async fn find(
        &self,
        to: &E164,
        since: Timestamp,
        at: Timestamp,
        known: &[&Sid],
    ) -> Result<Vec<CallResource>, ApiError> {
        let encoded: String = form_urlencoded::byte_serialize(to.as_str().as_bytes()).collect();
        let path = format!("Calls.json?To={encoded}&PageSize=50");
        let list: CallList = read(self.request("GET", &path, Vec::new()).await?)?;
        // A call without a date is a new one as long as it is under way.
        let is_late = |call: &CallResource| match call.created_at() {
            Some(at) => at >= since,
            None => !matches!(call.call_event(), Some(CallEvent::Ended(_))),
        };
        let is_new = |call: &CallResource| {
            (call.to.is_empty() || call.to == to.as_str())
                && !known.contains(&&call.sid)
                && is_late(call)
                && !call.was_over_before(at)
        };
        Ok(list.calls.into_iter().filter(is_new).collect())
    }

    /// Ends a call, whether it rings or is under way. That it was over already, or is not known, is as good.
    pub async fn hang_up(&self, sid: &Sid) -> Result<(), ApiError> {
        let form = vec![("Status", "completed".to_owned())];
        match self.request("POST", &format!("Calls/{sid}.json"), form).await {
            Err(ApiError::Refused(why)) if why.is_over() => Ok(()),
            // A wrong token, for example: the phone still rings.
            Err(ApiError::Refused(why)) => Err(ApiError::Later(None, why.text)),
            told => told.map(|_| ()),
        }
    }

    /// `POST …/Messages.json`. `status_url` is told what becomes of it, if there is one.
    pub async fn text(
        &self,
        to: &E164,
        from: &FromNumber,
        body: &str,
        status_url: Option<String>,
    ) -> Result<(), ApiError> {
        let mut form = vec![
            ("To", to.as_str().to_owned()),
            ("From", from.as_str().to_owned()),
            ("Body", body.to_owned()),
        ];
        form.extend(status_url.map(|url| ("StatusCallback", url)));
        self.request("POST", "Messages.json", form).await.map(|_| ())
    }

    async fn request(
        &self,
        method: &'static str,
        path: &str,
        form: Vec<(&'static str, String)>,
    ) -> Result<Bytes, ApiError> {
        let (base, sid) = (self.account.url(), &self.account.sid);
        let url = format!("{base}/2010-04-01/Accounts/{sid}/{path}");
        verdict(self.send(method, url, form).await)
    }

    /// Asks Studio: `path` is behind `/v2/`.
    pub(super) async fn request_studio(
        &self,
        method: &'static str,
        path: &str,
        form: Vec<(&'static str, String)>,
    ) -> ApiResponse {
        let base = self.account.studio_url();
        self.send(method, format!("{base}/v2/{path}"), form).await
    }

    async fn send(
        &self,
        method: &'static str,
        url: String,
        form: Vec<(&'static str, String)>,
    ) -> ApiResponse {
        (self.wire)(ApiRequest { method, url, authorization: None, form }).await
    }
}
