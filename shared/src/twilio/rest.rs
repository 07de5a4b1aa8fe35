//! Twilio's REST API: calls and text messages, and what its answers mean.
//!
//! There is no idempotency key: after a time-out or a 5xx nobody knows whether a call was placed, so it is looked up
//! before it is placed again. A 429 was not processed and is always safe to repeat. (docs/voice/api/call-resource; the
//! API's best practices.)

mod wire;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::Bytes;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::Deserialize;

use crate::escalation::{End, News};
use crate::mask_numbers;
use crate::secret::Secret;

pub use wire::wire;

/// Where Twilio's API is, if nothing else is said.
pub const TWILIO: &str = "https://api.twilio.com";

/// The account that calls.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its SID.
    pub sid: String,
    /// Its auth token.
    pub token: Secret,
    /// `https://api.twilio.com`, or what stands in for it.
    pub base_url: String,
}

/// One request to the API.
#[derive(Clone, Debug)]
pub struct Ask {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The whole URL.
    pub url: String,
    /// The header `Authorization`, if there is one.
    pub authorization: Option<Secret>,
    /// The form of a POST.
    pub form: Vec<(&'static str, String)>,
}

/// What came back.
#[derive(Clone, Debug)]
pub enum Told {
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
pub type Wire =
    Arc<dyn Fn(Ask) -> Pin<Box<dyn Future<Output = Told> + Send>> + Send + Sync + 'static>;

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It was not done, and may be later: after so long, if Twilio said so.
    Later(Option<Duration>, String),
    /// It was not done, and never will be.
    Refused(String),
    /// Nobody knows whether it was done.
    Unknown(String),
}

/// What is asked of a new call.
#[derive(Clone, Debug)]
pub struct NewCall {
    /// Who is called, in E.164.
    pub to: String,
    /// Who calls, in E.164.
    pub from: String,
    /// Gives the TwiML.
    pub url: String,
    /// Is told how the call fares.
    pub status_url: String,
    /// Is told whether a machine answered.
    pub machine_url: String,
    /// How long it rings.
    pub ring_seconds: u32,
    /// How long it lasts at most once it is answered.
    pub most_seconds: u32,
}

/// A call as Twilio has it.
#[derive(Clone, Debug, Deserialize)]
pub struct CallResource {
    /// Its SID.
    pub sid: String,
    /// `queued`, `ringing`, …
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    to: String,
    date_created: Option<String>,
    date_updated: Option<String>,
}

#[derive(Deserialize)]
struct CallList {
    #[serde(default)]
    calls: Vec<CallResource>,
}

impl CallResource {
    /// How it fares.
    pub fn news(&self) -> Option<News> {
        news(&self.status)
    }

    /// When it was made, if Twilio says so in a way that we can read.
    fn created_at(&self) -> Option<Timestamp> {
        read_time(self.date_created.as_deref())
    }

    /// Whether it was over before that moment, as far as Twilio says.
    fn was_over_before(&self, at: Timestamp) -> bool {
        matches!(self.news(), Some(News::Ended(_)))
            && read_time(self.date_updated.as_deref()).is_some_and(|over_at| over_at < at)
    }
}

fn read_time(text: Option<&str>) -> Option<Timestamp> {
    let text = text?;
    rfc2822::parse(text).map(|at| at.timestamp()).or_else(|_| text.parse()).ok()
}

/// What a call's status means. A callback also says `initiated`.
pub fn news(status: &str) -> Option<News> {
    Some(match status {
        "queued" | "initiated" => News::Queued,
        "ringing" => News::Ringing,
        "in-progress" | "answered" => News::Answered,
        "completed" => News::Ended(End::Completed),
        "busy" => News::Ended(End::Busy),
        "no-answer" => News::Ended(End::NoAnswer),
        "failed" => News::Ended(End::Failed),
        "canceled" => News::Ended(End::Canceled),
        _ => return None,
    })
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
        Api { account, wire }
    }

    /// `POST …/Calls.json`
    pub async fn call(&self, new: &NewCall) -> Result<CallResource, Trouble> {
        let mut form = vec![
            ("To", new.to.clone()),
            ("From", new.from.clone()),
            ("Url", new.url.clone()),
            ("Method", "POST".to_owned()),
            ("StatusCallback", new.status_url.clone()),
            ("StatusCallbackMethod", "POST".to_owned()),
        ];
        let events = ["initiated", "ringing", "answered", "completed"];
        form.extend(events.map(|event| ("StatusCallbackEvent", event.to_owned())));
        form.extend([
            ("Timeout", new.ring_seconds.to_string()),
            ("TimeLimit", new.most_seconds.to_string()),
            ("MachineDetection", "Enable".to_owned()),
            ("AsyncAmd", "true".to_owned()),
            ("AsyncAmdStatusCallback", new.machine_url.clone()),
            ("AsyncAmdStatusCallbackMethod", "POST".to_owned()),
        ]);
        read(self.ask("POST", "Calls.json", form).await?)
    }

    /// `GET …/Calls/{sid}.json`; `None` if Twilio does not know it.
    pub async fn look_up(&self, sid: &str) -> Result<Option<CallResource>, Trouble> {
        match self.ask("GET", &format!("Calls/{sid}.json"), Vec::new()).await {
            Ok(body) => read(body).map(Some),
            Err(Trouble::Refused(_)) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    /// The calls to this number that were made at `since` or later and were not over at `at`, but for those known
    /// already. (`GET …/Calls.json` filters by day at best, so we compare `date_created` ourselves.)
    pub async fn find(
        &self,
        to: &str,
        since: Timestamp,
        at: Timestamp,
        known: &[&str],
    ) -> Result<Vec<CallResource>, Trouble> {
        let encoded: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
        let path = format!("Calls.json?To={encoded}&PageSize=50");
        let list: CallList = read(self.ask("GET", &path, Vec::new()).await?)?;
        // A call without a date is a new one as long as it is under way.
        let is_late = |call: &CallResource| match call.created_at() {
            Some(at) => at >= since,
            None => !matches!(call.news(), Some(News::Ended(_))),
        };
        let is_new = |call: &CallResource| {
            (call.to.is_empty() || call.to == to)
                && !known.contains(&call.sid.as_str())
                && is_late(call)
                && !call.was_over_before(at)
        };
        Ok(list.calls.into_iter().filter(is_new).collect())
    }

    /// Ends a call, whether it rings or is under way. That it was over already, or is not known, is as good.
    pub async fn hang_up(&self, sid: &str) -> Result<(), Trouble> {
        let form = vec![("Status", "completed".to_owned())];
        match self.ask("POST", &format!("Calls/{sid}.json"), form).await {
            Err(Trouble::Refused(why)) if is_over(&why) => Ok(()),
            // A wrong token, for example: the phone still rings.
            Err(Trouble::Refused(why)) => Err(Trouble::Later(None, why)),
            told => told.map(|_| ()),
        }
    }

    /// `POST …/Messages.json`
    pub async fn text(&self, to: &str, from: &str, body: &str) -> Result<(), Trouble> {
        let form =
            vec![("To", to.to_owned()), ("From", from.to_owned()), ("Body", body.to_owned())];
        self.ask("POST", "Messages.json", form).await.map(|_| ())
    }

    async fn ask(
        &self,
        method: &'static str,
        path: &str,
        form: Vec<(&'static str, String)>,
    ) -> Result<Bytes, Trouble> {
        let Account { sid, token, base_url } = &self.account;
        let base = base_url.trim_end_matches('/');
        let login = BASE64_STANDARD.encode(format!("{sid}:{}", token.expose()));
        let ask = Ask {
            method,
            url: format!("{base}/2010-04-01/Accounts/{sid}/{path}"),
            authorization: Some(Secret::new(&format!("Basic {login}"))),
            form,
        };
        verdict((self.wire)(ask).await)
    }
}

fn verdict(told: Told) -> Result<Bytes, Trouble> {
    match told {
        Told::Answer { status: 200..=299, body, .. } => Ok(body),
        Told::Answer { status: 429, retry_after, .. } => {
            let after = retry_after.map(Duration::from_secs);
            Err(Trouble::Later(after, "Twilio has too many requests (429)".to_owned()))
        }
        Told::Answer { status: status @ 400..=499, body, .. } => {
            Err(Trouble::Refused(refusal(status, &body)))
        }
        Told::Answer { status, .. } => Err(Trouble::Unknown(format!("Twilio answered {status}"))),
        Told::NotSent(why) => Err(Trouble::Later(None, format!("Twilio: {why}"))),
        Told::NoAnswer(why) => Err(Trouble::Unknown(format!("Twilio: {why}"))),
    }
}

fn read<T: serde::de::DeserializeOwned>(body: Bytes) -> Result<T, Trouble> {
    serde_json::from_slice(&body)
        .map_err(|_| Trouble::Unknown("Twilio's answer could not be read".to_owned()))
}

/// Whether a call cannot be changed because it is over (21220, "invalid call state") or unknown (20404).
fn is_over(refusal: &str) -> bool {
    ["Twilio 21220", "Twilio 20404", "Twilio 404"].iter().any(|code| refusal.starts_with(code))
}

/// Twilio's own words: a code and a message, where they can be read.
fn refusal(status: u16, body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        code: Option<u64>,
        message: Option<String>,
    }
    let told = serde_json::from_slice::<Refusal>(body).ok();
    let code = told.as_ref().and_then(|told| told.code).unwrap_or(u64::from(status));
    let message = told.and_then(|told| told.message).unwrap_or_default();
    let message: String = mask_numbers(&message).chars().take(200).collect();
    format!("Twilio {code} {message}").trim_end().to_owned()
}
