//! The lists of the REST API, page by page: messages of a day, calls in progress. (twilio.com/docs/messaging/api/message-resource,
//! twilio.com/docs/voice/api/call-resource: "read multiple resources".)

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;

use super::verdict::{read, read_time};
use super::{Api, ApiError, Rejection};
use crate::domain::callbacks::Callback;
use crate::twilio::status;

/// The messages of one page. Twilio takes a thousand; an answer of ours may have 1 MiB, and a message up to 3 KB.
const PAGE_SIZE: u32 = 200;
/// The most pages of calls that are counted: a thousand calls each.
const MAX_CALL_PAGES: u32 = 10;

/// A page of the list of messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessagePage {
    /// The outbound messages on it that can be read.
    pub messages: Vec<ListedMessage>,
    /// Where the next page is; `None` on the last.
    pub next: Option<String>,
}

/// A message as the list has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedMessage {
    /// Its status.
    pub report: Callback,
    /// When Twilio sent it.
    pub sent_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Messages {
    messages: Vec<Value>,
    next_page_uri: Option<String>,
}

#[derive(Deserialize)]
struct Calls {
    calls: Vec<serde::de::IgnoredAny>,
    next_page_uri: Option<String>,
}

impl Api {
    /// A page of the messages that were sent on this day (GMT): the first one, or the one at this address, which a page
    /// before named.
    pub async fn messages(&self, day: Date, page: Option<&str>) -> Result<MessagePage, ApiError> {
        let first = format!("Messages.json?DateSent={day}&PageSize={PAGE_SIZE}");
        let path = match page {
            Some(page) => self.behind_account(page, "Messages.json?")?,
            None => &first,
        };
        let list: Messages = read(self.request("GET", path, Vec::new()).await?)?;
        Ok(MessagePage {
            messages: list.messages.iter().filter_map(listed).collect(),
            next: list.next_page_uri.filter(|uri| !uri.is_empty()),
        })
    }

    /// How many calls of the account are in progress; ten thousand at most.
    pub async fn calls_in_progress(&self) -> Result<u64, ApiError> {
        let mut path = "Calls.json?Status=in-progress&PageSize=1000".to_owned();
        let mut count = 0;
        for _ in 0..MAX_CALL_PAGES {
            let list: Calls = read(self.request("GET", &path, Vec::new()).await?)?;
            count += list.calls.len() as u64;
            match list.next_page_uri.filter(|uri| !uri.is_empty()) {
                Some(next) => path = self.behind_account(&next, "Calls.json?")?.to_owned(),
                None => break,
            }
        }
        Ok(count)
    }

    /// The part of a page's address that stands behind the account. One that leads elsewhere is not followed.
    fn behind_account<'a>(&self, page: &'a str, resource: &str) -> Result<&'a str, ApiError> {
        let account = format!("/2010-04-01/Accounts/{}/", self.account.sid);
        let path = page.strip_prefix(account.as_str()).filter(|path| path.starts_with(resource));
        path.ok_or_else(|| {
            ApiError::Refused(Rejection::ours(
                "a next page of Twilio's list leads elsewhere".to_owned(),
            ))
        })
    }
}

fn listed(message: &Value) -> Option<ListedMessage> {
    let is_outbound = message["direction"].as_str().is_some_and(|way| way.starts_with("outbound"));
    let report = status::of_resource(message).filter(|_| is_outbound)?;
    Some(ListedMessage { report, sent_at: read_time(message["date_sent"].as_str()) })
}
