//! A Twilio and a Slack that run on this machine. They ask for the credentials that the vendors would ask for, sign what
//! they send as the vendors do, and can be made to fail.
//!
//! 1. [`settings`]: all that a sandbox is given. [`host`]: the time and the work of the process that it runs in;
//!    [`clock`]: a host of its own.
//! 2. [`routes`]: its endpoints. [`reply`]: requests and answers between the router and our own types.
//! 3. [`twilio`], with its [`phones`]; [`slack`]; [`pages`], what people see of both.
//! 4. [`demo`]: a company with Flows; [`callers`], who walk through them; [`rng`]: their random numbers.
//! 5. [`storage`]: the file of its own in which Slack's messages outlive the process. Calls do not.
//!
//! 6. [`alarms`]: what the server says of those that it raises. [`walk`]: pages on which an uploaded Flow is walked through; [`live`]: its requests, if they leave this machine.
//!
//! Of the product it knows HTTP types and signatures alone: configuration comes in as [`settings::Setup`].
#![warn(missing_docs)]

pub mod alarms;
mod callers;
pub mod clock;
mod demo;
pub mod host;
mod ids;
pub mod live;
pub mod pages;
mod phones;
pub mod reply;
mod rng;
mod routes;
pub mod settings;
pub mod slack;
pub mod storage;
pub mod twilio;
mod walk;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use shared::Error;
use shared::http::{Request, Response};

pub use demo::{DEMO_OUTAGE_FLOW, demo_flows};
pub use ids::uuid;
pub use reply::BODY_LIMIT;
pub use settings::{Channel, Person, PublishedFlow, Secrets, Settings, Setup};

use callers::Callers;
use pages::Vendors;
use reply::KnowsVendors;
use storage::Storage;
use twilio::Twilio;

impl KnowsVendors for Sandbox {
    async fn vendors(&self) -> Result<Vendors, Error> {
        Ok(Vendors::of(&*self.settings.setup().await?))
    }
}

/// Both simulated vendors.
pub struct Sandbox {
    settings: Arc<Settings>,
    storage: Storage,
    http: reqwest::Client,
    twilio: Arc<Twilio>,
    callers: Callers,
}

impl Sandbox {
    /// A sandbox whose file is in this folder.
    ///
    /// # Errors
    /// Says why the file cannot be used.
    pub fn open(settings: Settings, folder: &Path) -> Result<Arc<Sandbox>, String> {
        let settings = Arc::new(settings);
        let storage = Storage::open(folder)?;
        let http = shared::http::client().map_err(|error| error.to_string())?;
        let twilio = Twilio::new(settings.clone(), http.clone());
        let callers = Callers::default();
        Ok(Arc::new(Sandbox { settings, storage, http, twilio, callers }))
    }

    /// The router of all its endpoints. A request's body is limited to [`BODY_LIMIT`]; POSTs of other sites' pages are
    /// refused; who may use the pages is for the caller to enforce.
    pub fn router(self: &Arc<Self>) -> Router {
        routes::router(self.clone())
    }

    /// Answers a request that was read by somebody else.
    pub async fn answer(self: &Arc<Self>, request: Request) -> Response {
        reply::answer(self.router(), request).await
    }

    /// Starts simulated callers, who walk through the demo's Flows while these are in the setup.
    pub fn start_callers(&self) {
        self.callers.start(&self.twilio);
    }

    /// Ends the simulated callers, and their Executions with them.
    pub async fn end_callers(&self) {
        self.callers.end(&self.twilio).await;
    }

    /// The file of its own.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }
}
