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

/// The messages or calls of one page. Twilio takes a thousand; of an answer 1 MiB is read, a message has up to 3 KB, and a
/// call about 2 KB.
const PAGE_SIZE: u32 = 200;
/// The most pages of calls that are counted: ten thousand calls.
const MAX_CALL_PAGES: u32 = 50;

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
        let mut path = format!("Calls.json?Status=in-progress&PageSize={PAGE_SIZE}");
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::{Account, ApiRequest, ApiResponse, TWILIO};
    use super::*;
    use crate::http::MAX_ANSWER;
    use crate::secret::Secret;

    /// A call in progress of 2 KB, as long as Twilio's are.
    fn call() -> String {
        let filler = "x".repeat(1_990);
        format!(r#"{{"sid":"CA1","status":"in-progress","subresource_uris":"{filler}"}}"#)
    }

    /// The API of an account with so many calls in progress, and how often it is asked.
    fn api(calls: usize) -> (Api, Arc<AtomicUsize>) {
        let requests = Arc::<AtomicUsize>::default();
        let asked = requests.clone();
        let wire = Arc::new(move |request: ApiRequest| {
            asked.fetch_add(1, Ordering::Relaxed);
            let (_, query) = request.url.split_once('?').expect("a query");
            let number = |name: &str| {
                let fields = form_urlencoded::parse(query.as_bytes());
                let value = fields.into_iter().find(|(key, _)| key == name).map(|(_, value)| value);
                value.map(|value| value.parse::<usize>().expect("a number"))
            };
            let (size, page) = (number("PageSize").expect("a size"), number("Page").unwrap_or(0));
            let on_page = calls.saturating_sub(page * size).min(size);
            let list = vec![call(); on_page].join(",");
            let next = match calls > (page + 1) * size {
                true => format!(
                    r#""/2010-04-01/Accounts/AC1/Calls.json?PageSize={size}&Page={}""#,
                    page + 1
                ),
                false => "null".to_owned(),
            };
            let mut body = format!(r#"{{"calls":[{list}],"next_page_uri":{next}}}"#);
            // As the wire cuts it.
            body.truncate(MAX_ANSWER);
            let response =
                ApiResponse::Answer { status: 200, retry_after: None, body: body.into() };
            Box::pin(std::future::ready(response)) as _
        });
        let (tokens, base_url) = (vec![Secret::new("token")], TWILIO.to_owned());
        (Api::new(Account { sid: "AC1".to_owned(), tokens, base_url }, wire), requests)
    }

    #[tokio::test]
    async fn busy_accounts_calls_in_progress_are_counted_up_to_ten_thousand() {
        for (calls, expected) in
            [(0, (0, 1)), (200, (200, 1)), (1_234, (1_234, 7)), (10_300, (10_000, 50))]
        {
            let (api, requests) = api(calls);
            let count = api.calls_in_progress().await.expect("a count");
            assert_eq!((count, requests.load(Ordering::Relaxed)), expected);
        }
    }
}
