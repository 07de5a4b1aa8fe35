//! The AWS backend: Store on DynamoDB, Queue on SQS, settings from SSM, entry points in Lambda.

mod clock;
mod dynamodb;
mod http_client;
mod lambda;
mod sqs;
mod ssm;

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::Error;
use crate::config::{Environment, Fallback, SettingsCache};
use crate::jobs::count::Count;
use crate::jobs::escalate::{Escalate, WriterIds};
use crate::slack;
use crate::sns;
use crate::storage::{Queue, Store};
use crate::twilio::rest::wire;

pub use clock::now;
pub use lambda::{
    Failure, serve_http, serve_http_and_events, serve_http_and_ticks, serve_http_queue_and_ticks,
    serve_queue, serve_queue_and_ticks,
};

/// By which ways a function may report that the configuration fails its check: its role permits no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reports {
    /// It queues a line for Slack.
    Slack,
    /// It counts.
    Counter,
    /// It does both.
    Both,
    /// It does neither: others do.
    Nothing,
}

/// The parts that all entry points in Lambda share: the environment, one HTTP client, and the SDK's configuration.
pub struct Backend {
    environment: Environment,
    http: reqwest::Client,
    sdk: SdkConfig,
}

impl Backend {
    /// Opens the backend: reads the environment and begins to log. No call is made yet.
    pub fn open() -> Result<Backend, Error> {
        let environment = Environment::read();
        lambda::log(&environment);
        Backend::of(environment)
    }

    /// The backend that this environment describes.
    pub fn of(environment: Environment) -> Result<Backend, Error> {
        let http = crate::http::client()?;
        let sdk = sdk_config(&environment, &http)?;
        Ok(Backend { environment, http, sdk })
    }

    /// Settings from SSM: these parameters by name, and all that lie under these paths. They are read at once, while
    /// Lambda starts us; if that fails, the first request tries again. The last good configuration is in the table.
    pub async fn live(
        &self,
        names: &'static [&'static str],
        paths: &'static [&'static str],
        reports: Reports,
    ) -> Result<SettingsCache, Error> {
        let root = self.environment.need("PARAMETER_PATH")?.trim_end_matches('/').to_owned();
        let live =
            SettingsCache::new(self.environment.clone(), ssm::fetch(&self.sdk, root, names, paths));
        let live = match self.fallback(reports) {
            Ok(fallback) => live.with_fallback(fallback),
            Err(error) => {
                tracing::error!(%error, "no last good configuration is kept");
                live
            }
        };
        if let Err(error) = live.get(clock::now()).await {
            tracing::error!(%error, "settings could not be read at the start");
        }
        Ok(live)
    }

    fn fallback(&self, reports: Reports) -> Result<Fallback, Error> {
        let queue = match reports {
            Reports::Slack | Reports::Both => Some(self.queue()?),
            Reports::Counter | Reports::Nothing => None,
        };
        let counts = matches!(reports, Reports::Counter | Reports::Both);
        Ok(Fallback { store: self.store()?, queue, counts })
    }

    /// The table.
    pub fn store(&self) -> Result<Arc<dyn Store>, Error> {
        let table = self.environment.need("TABLE_NAME")?;
        Ok(Arc::new(dynamodb::Table::new(&self.sdk, table)))
    }

    /// The queues.
    pub fn queue(&self) -> Result<Arc<dyn Queue>, Error> {
        Ok(Arc::new(self.queues()?))
    }

    /// Slack.
    pub fn slack(&self) -> slack::client::Client {
        slack::client::Client::new(self.http.clone(), self.environment.get("SLACK_API_BASE_URL"))
    }

    fn queues(&self) -> Result<sqs::Queues, Error> {
        Ok(sqs::Queues::new(&self.sdk, &self.environment))
    }

    /// The job Count, with these settings.
    pub fn count(&self, settings: SettingsCache) -> Result<Count, Error> {
        let wire = wire(self.http.clone());
        Ok(Count { settings, store: self.store()?, queue: self.queue()?, wire })
    }

    /// The job Escalate, with these settings.
    pub fn escalate(&self, settings: SettingsCache) -> Result<Escalate, Error> {
        Ok(Escalate {
            settings,
            store: self.store()?,
            queue: self.queue()?,
            wire: wire(self.http.clone()),
            sns: Arc::new(sns::client::Client::new(self.http.clone())),
            clock: Arc::new(clock::now),
            writer_ids: WriterIds::default(),
        })
    }
}

/// No credential chain beyond the environment, which Lambda always fills, and no call without an end.
fn sdk_config(environment: &Environment, http: &reqwest::Client) -> Result<SdkConfig, Error> {
    let credentials = Credentials::new(
        environment.need("AWS_ACCESS_KEY_ID")?,
        environment.need("AWS_SECRET_ACCESS_KEY")?,
        environment.get("AWS_SESSION_TOKEN").map(str::to_owned),
        None,
        "environment",
    );
    let region = environment
        .get("AWS_REGION")
        .or_else(|| environment.get("AWS_DEFAULT_REGION"))
        .ok_or_else(|| Error::NotSetUp("the environment has no AWS_REGION".into()))?;
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(8))
        .build();
    let mut config = SdkConfig::builder()
        .behavior_version(aws_sdk_ssm::config::BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .region(Region::new(region.to_owned()))
        .http_client(http_client::over(http.clone()))
        .sleep_impl(TokioSleep::new())
        .time_source(aws_smithy_async::time::SystemTimeSource::new())
        .retry_config(RetryConfig::standard())
        .timeout_config(timeouts);
    if let Some(url) = environment.get("AWS_ENDPOINT_URL") {
        config = config.endpoint_url(url);
    }
    Ok(config.build())
}

/// An SDK error with its causes, for a log: the SDK's own `Display` says only "service error".
fn with_causes(error: impl std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
