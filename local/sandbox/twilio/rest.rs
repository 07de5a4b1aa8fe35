//! The door of the REST API: who may ask, for what, and a note of it.

use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::Value;
use shared::Error;
use shared::config::Settings;
use shared::http::{Request, Response};

use super::faults::Placing;
use super::journal::Asked;
use super::refusal::Refusal;
use super::webhook::query_fields;
use super::{SANDBOX_ACCOUNT, Twilio, calls, messages, studio};

/// What is asked of one account.
pub(super) struct Ask<'a> {
    pub(super) twilio: &'a Arc<Twilio>,
    pub(super) settings: &'a Settings,
    pub(super) account: &'a str,
    /// The fields of the form, or of a GET's query.
    pub(super) fields: Vec<(String, String)>,
}

impl Ask<'_> {
    /// The first field of this name, unless it is empty.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        super::webhook::field(&self.fields, name).filter(|value| !value.is_empty())
    }

    /// A field that must be there.
    pub(super) fn need(&self, name: &str, code: u32, otherwise: &str) -> Result<&str, Refusal> {
        self.field(name).ok_or_else(|| Refusal::bad(code, otherwise))
    }

    /// Places a call, in whichever way, unless that goes wrong on purpose: before it is done, or after.
    pub(super) fn places(
        &self,
        place: impl FnOnce() -> Result<Response, Refusal>,
    ) -> Result<Response, Refusal> {
        let placing = self.twilio.state().fault_injector.placing();
        match placing {
            Placing::Refused(refuse) => {
                return Err(Refusal::new(refuse.status, refuse.code, "Refused on purpose"));
            }
            Placing::FailsBefore => return Err(Refusal::out_of_order()),
            Placing::Well | Placing::FailsAfter => {}
        }
        let placed = place()?;
        if placing == Placing::FailsAfter { Err(Refusal::out_of_order()) } else { Ok(placed) }
    }

    /// Asks the status of a call, if that is what is asked, unless that goes wrong on purpose.
    fn looks_up(&self, a_call: bool) -> Result<(), Refusal> {
        let fails = a_call && self.twilio.state().fault_injector.look_up_fails();
        if fails { Err(Refusal::out_of_order()) } else { Ok(()) }
    }
}

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
    let settings = twilio.live.get(twilio.now()).await?;
    let account = twilio.account(request);
    let fields = form.clone();
    let response = match &account {
        Some(account) => {
            let ask = Ask { twilio, settings: &settings, account, fields };
            answer(&ask, request, path).await
        }
        None => Err(Refusal::not_allowed()),
    };
    let response = response.unwrap_or_else(Response::from);
    twilio.state().journal.asked(Asked {
        at: twilio.now(),
        method: request.method.clone(),
        path: path.to_owned(),
        form: form.into_iter().filter(|(name, _)| !name.contains("Password")).collect(),
        status: response.status,
    });
    Ok(response)
}

async fn answer(ask: &Ask<'_>, request: &Request, path: &str) -> Result<Response, Refusal> {
    let not_found = || Refusal::not_found(path);
    let method = request.method.as_str();
    if let Some(resource) = path.strip_prefix("/v2/Flows") {
        ask.looks_up(method == "GET" && resource.contains("/Executions"))?;
        return studio::answer(ask, method, resource);
    }
    let rest = path.strip_prefix("/2010-04-01/Accounts/").ok_or_else(not_found)?;
    let (account, resource) = rest.split_once('/').ok_or_else(not_found)?;
    if account != ask.account {
        return Err(Refusal::not_allowed());
    }
    ask.looks_up(method == "GET" && resource.starts_with("Calls"))?;
    let one_call = resource.strip_prefix("Calls/").and_then(|file| file.strip_suffix(".json"));
    match (method, resource, one_call) {
        ("POST", "Calls.json", _) => calls::create(ask),
        ("GET", "Calls.json", _) => Ok(calls::list(ask)),
        ("GET", _, Some(sid)) => calls::fetch(ask, sid).ok_or_else(not_found),
        ("POST", _, Some(sid)) => calls::update(ask, sid).await,
        ("POST", "Messages.json", _) => messages::create(ask),
        ("GET", "Messages.json", _) => Ok(messages::list(ask)),
        _ => Err(not_found()),
    }
}

impl Twilio {
    /// The account that asks, if it is the one that there is here, and its auth token is right.
    fn account(&self, request: &Request) -> Option<String> {
        let (user, password) = credentials(request)?;
        (user == SANDBOX_ACCOUNT && self.token.is(&password)).then_some(user)
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

/// One page of a list, newest first.
pub(super) struct Page {
    pub(super) number: usize,
    pub(super) size: usize,
    pub(super) start: usize,
    pub(super) shown: Vec<Value>,
    pub(super) has_more: bool,
    /// What the list is filtered by, which each page's URL says again.
    filters: Vec<(String, String)>,
}

impl Page {
    /// The page that is asked for.
    pub(super) fn of(ask: &Ask<'_>, newest_first: Vec<Value>) -> Page {
        let number = |name: &str| ask.field(name).and_then(|text| text.parse::<usize>().ok());
        let size = number("PageSize").unwrap_or(50).clamp(1, 1_000);
        let page = number("Page").unwrap_or(0);
        let start = page.saturating_mul(size);
        let has_more = newest_first.len() > start.saturating_add(size);
        let shown = newest_first.into_iter().skip(start).take(size).collect();
        let mut filters = ask.fields.clone();
        filters.retain(|(name, _)| !matches!(name.as_str(), "Page" | "PageSize"));
        Page { number: page, size, start, shown, has_more, filters }
    }

    /// The query of another page of the same list.
    pub(super) fn query(&self, number: usize) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.filters)
            .append_pair("PageSize", &self.size.to_string())
            .append_pair("Page", &number.to_string())
            .finish()
    }
}

/// One page of a list, newest first, as Twilio wraps it: `name` is the list's own.
pub(super) fn page(ask: &Ask<'_>, name: &str, file: &str, newest_first: Vec<Value>) -> Response {
    let page = Page::of(ask, newest_first);
    let uri = |number: usize| {
        format!("/2010-04-01/Accounts/{}/{file}?{}", ask.account, page.query(number))
    };
    let body = serde_json::json!({
        "first_page_uri": uri(0),
        "previous_page_uri": page.number.checked_sub(1).map(uri),
        "next_page_uri": page.has_more.then(|| uri(page.number + 1)),
        "uri": uri(page.number),
        "page": page.number,
        "page_size": page.size,
        "start": page.start,
        "end": (page.start + page.shown.len()).saturating_sub(1),
        name: page.shown,
    });
    Response::json(200, &body)
}

/// Whether it is a phone number in E.164, which is all that can be called here.
pub(super) fn is_e164(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
}
