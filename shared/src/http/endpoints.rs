//! Every endpoint, in one table: its path, its method, the largest body that it takes, and who may use it. Requests are
//! routed by this table and by nothing else, so an endpoint that states no limit does not exist.

mod table;

use std::collections::BTreeSet;

use super::Request;
use crate::Error;
pub use table::{ENDPOINTS, Endpoint, Function};

/// One row of a table of endpoints. `N` names the endpoints of that table.
#[derive(Clone, Copy, Debug)]
pub struct Route<N> {
    /// Which endpoint it is.
    pub name: N,
    /// The method that it takes.
    pub method: Method,
    /// Its path, in the notation of API Gateway: `{id}` stands for one part, `{proxy+}` for all that follows.
    pub path: &'static str,
    /// The largest body that it takes.
    pub body: Body,
    /// The callers that may use it.
    pub access: Access,
}

/// The method of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`, and `HEAD`.
    Get,
    /// `POST`.
    Post,
    /// `DELETE`: a simulated vendor's API has some.
    Delete,
}

impl Method {
    /// The methods of requests that it takes.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Method::Get => &["GET", "HEAD"],
            Method::Post => &["POST"],
            Method::Delete => &["DELETE"],
        }
    }

    fn matches(self, method: &str) -> bool {
        self.names().contains(&method)
    }
}

/// The largest body that an endpoint takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// None at all: a GET.
    Nothing,
    /// A form or a small document from one of our pages, or one alarm by its name: 16 KiB.
    Page,
    /// A form from Twilio or Slack: 64 KiB and 200 fields.
    Form,
    /// A request to a simulated vendor: 1 MiB.
    Vendor,
    /// Events or alarms: 4 MiB. Lambda's own limit is 6 MB with base64 around it.
    Batch,
}

/// The most fields of a [`Body::Form`].
pub const MAX_FORM_FIELDS: usize = 200;

impl Body {
    /// The most bytes.
    pub const fn max_bytes(self) -> usize {
        match self {
            Body::Nothing => 0,
            Body::Page => 16 * 1024,
            Body::Form => 64 * 1024,
            Body::Vendor => 1024 * 1024,
            Body::Batch => 4 * 1024 * 1024,
        }
    }

    /// Refuses a body of this length, before any of it is read.
    ///
    /// # Errors
    /// 413.
    pub fn check_length(self, bytes: u64) -> Result<(), Error> {
        match bytes <= self.max_bytes() as u64 {
            true => Ok(()),
            false => Err(Error::TooLarge(self.max_bytes())),
        }
    }

    /// Refuses a body that is too long, or a form with too many fields. Nothing of it is decoded for that.
    ///
    /// # Errors
    /// 413.
    pub fn check(self, body: &[u8]) -> Result<(), Error> {
        self.check_length(body.len() as u64)?;
        let fields = || body.split(|byte| *byte == b'&').filter(|field| !field.is_empty()).count();
        match self == Body::Form && fields() > MAX_FORM_FIELDS {
            true => Err(Error::TooManyFields(MAX_FORM_FIELDS)),
            false => Ok(()),
        }
    }
}

/// The callers that may use an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone: the log-in page with what it is made of, and whether the server is well.
    Anyone,
    /// A person who was sent a text about an incident, by the link in it or by the cookie that it was traded for.
    TextLink,
    /// People who are logged in; without a password those who may see this server's pages.
    Viewer,
    /// Another program, by the secret address of a calendar.
    CalendarLink,
    /// Twilio, by the signature of its auth token.
    TwilioSignature,
    /// A Studio Flow, by the token of its call.
    FlowToken,
    /// Slack, by the signature of its signing secret.
    SlackSignature,
    /// A monitor, by its bearer token.
    AlarmsToken,
    /// Prometheus, by its bearer token.
    MetricsToken,
    /// People who may see the pages of the simulated vendors.
    Sandbox,
    /// A client of a simulated vendor's API, by that vendor's own credentials.
    SandboxApi,
}

impl Access {
    /// Whether the caller is a vendor that is known by a secret which it shares with us.
    pub fn is_vendor(self) -> bool {
        matches!(self, Access::TwilioSignature | Access::FlowToken | Access::SlackSignature)
    }

    /// Whether the caller is a machine that is known by a secret: a vendor, a monitor, Prometheus.
    pub fn is_machine(self) -> bool {
        self.is_vendor() || matches!(self, Access::AlarmsToken | Access::MetricsToken)
    }
}

impl<N> Route<N> {
    /// Whether this path is one of this endpoint's.
    pub(super) fn has_path(&self, path: &str) -> bool {
        let (mut ours, mut theirs) = (self.path.split('/'), path.split('/'));
        loop {
            match (ours.next(), theirs.next()) {
                (Some("{proxy+}"), rest) => return rest.is_some(),
                (Some(part), Some(have)) if part.starts_with('{') && !have.is_empty() => {}
                (Some(part), Some(have)) if part == have => {}
                (None, None) => return true,
                _ => return false,
            }
        }
    }

    /// The part of `path` that stands where this endpoint's path says `{…}`, for the first such; for `{proxy+}` it is
    /// all that follows.
    pub fn parameter<'a>(&self, path: &'a str) -> &'a str {
        let Some(at) = self.path.find('{') else { return "" };
        let rest = path.get(at..).unwrap_or_default();
        match self.path[at..].starts_with("{proxy+}") {
            true => rest,
            false => rest.split('/').next().unwrap_or_default(),
        }
    }
}

/// The endpoint of a request's method and path.
///
/// # Errors
/// 404 if nothing lives at this path, 405 if it takes another method.
pub fn find<N>(
    table: &'static [Route<N>],
    method: &str,
    path: &str,
) -> Result<&'static Route<N>, Error> {
    let mut known = false;
    for route in table.iter().filter(|route| route.has_path(path)) {
        if route.method.matches(method) {
            return Ok(route);
        }
        known = true;
    }
    Err(if known { Error::MethodNotAllowed } else { Error::NotFound })
}

/// The page of the product that is meant by the path of a GET with one slash too many at its end.
pub fn page_before_slash(method: &str, path: &str) -> Option<&'static Route<Endpoint>> {
    let route = find(ENDPOINTS, method, path.strip_suffix('/')?).ok()?;
    (route.method == Method::Get && route.access == Access::Viewer).then_some(route)
}

/// The methods that the endpoints of a table take at this path, as the header `Allow` names them.
pub fn allowed<N>(table: &[Route<N>], path: &str) -> String {
    let routes = table.iter().filter(|route| route.has_path(path));
    let names: BTreeSet<&str> = routes.flat_map(|route| route.method.names()).copied().collect();
    Vec::from_iter(names).join(", ")
}

/// The endpoint of a whole request, whose body is not too large for it. This comes before anything else is done.
///
/// # Errors
/// 404, 405 or 413.
pub fn admit(request: &Request) -> Result<&'static Route<Endpoint>, Error> {
    let route = find(ENDPOINTS, &request.method, &request.path)?;
    route.body.check(&request.body)?;
    Ok(route)
}

/// A row: name, method, path, body, access.
pub const fn route<N: Copy>(
    name: N,
    method: Method,
    path: &'static str,
    body: Body,
    access: Access,
) -> Route<N> {
    Route { name, method, path, body, access }
}

#[cfg(test)]
mod tests;
