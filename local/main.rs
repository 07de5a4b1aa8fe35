//! Reads what was typed, and does it.

use std::process::ExitCode;

use clap::CommandFactory;
use ringdown::commands::callbacks::CallbacksCommand;
use ringdown::commands::dead_letters::DeadLettersOptions;
use ringdown::commands::incidents::IncidentsOptions;
use ringdown::commands::on_call::OnCallOptions;
use ringdown::commands::sessions::{SessionsCommand, SessionsOptions};
use ringdown::commands::silences::SilencesOptions;
use ringdown::commands::{self, Command, CommandLine};
use ringdown::say_error;
use ringdown::settings::{check_dotenv, log_level};
use shared::Error;
use tracing_subscriber::filter::LevelFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let line = match commands::parse(std::env::args_os().skip(1)) {
        Ok(line) => line,
        // The help and the version come this way too. Whoever reads them may have gone.
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let level = log_level().and_then(|level| level.parse().ok());
    let log = tracing_subscriber::fmt()
        .with_max_level(level.unwrap_or(LevelFilter::INFO))
        .with_writer(std::io::stderr)
        .with_target(false);
    // In a terminal it has colours, unless NO_COLOR is set: it looks at that by itself.
    match std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        true => log.init(),
        false => log.with_ansi(false).init(),
    }
    match run(line).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say_error!("{error}");
            ExitCode::from(2)
        }
    }
}

async fn run(line: CommandLine) -> Result<bool, String> {
    let Some(command) = line.command else {
        check_dotenv()?;
        return commands::serve::run(&line.server).await.map(|()| true);
    };
    if command.uses_settings() {
        check_dotenv()?;
    }
    match command {
        Command::Config(options) => commands::config::run(&options).map(|()| true),
        Command::Check(options) => {
            let deployment = backend::deployment(options.folder.path()).await;
            commands::check::run(&options, deployment.as_ref())
        }
        Command::OnCall(options) => on_call(&options).await,
        Command::Flow(command) => commands::flow::run(&command).await,
        Command::Send(options) => {
            let earlier = backend::earlier(&options).await?;
            commands::send::run(&options, earlier.as_ref()).await
        }
        Command::Alarm(options) => commands::alarm::run(&options).await,
        Command::Raise(options) => commands::raise::run(&options).await,
        Command::Verify(options) => commands::verify::run(&options),
        Command::Incidents(options) => incidents(&options).await,
        Command::Sessions(options) => sessions(&options).await,
        Command::Silences(options) => silences(&options).await,
        Command::Callbacks(CallbacksCommand::Reconcile(options)) => {
            let count = backend::count(&options).await?;
            commands::callbacks::reconcile(&count, &options).await.map(|()| true)
        }
        Command::DeadLetters(options) => dead_letters(&options).await,
        Command::Completions(options) => {
            commands::completions::run(&options, &mut CommandLine::command());
            Ok(true)
        }
    }
}

async fn dead_letters(options: &DeadLettersOptions) -> Result<bool, String> {
    let backend = backend::open(options.folder.path(), options.config.path());
    let backend = backend.await.map_err(|error| error.to_string())?;
    let (store, queue) = (backend.store.as_ref(), backend.queue.as_ref());
    let ids = &options.id;
    let done = match (options.replay, backend.config) {
        (false, _) if options.dismiss => {
            commands::dead_letters::dismiss(store, ids).await.map(|()| true)
        }
        (false, _) => commands::dead_letters::list(store, ids, options.json).await.map(|()| true),
        (true, Ok(config)) => {
            commands::dead_letters::replay(store, queue, &config.routes, ids).await
        }
        (true, Err(error)) => Err(error),
    };
    done.map_err(|error| error.to_string())
}

async fn incidents(options: &IncidentsOptions) -> Result<bool, String> {
    let backend = backend::open(options.folder.path(), options.config.path());
    let backend = backend.await.map_err(|error| error.to_string())?;
    let (store, queue) = (backend.store.as_ref(), backend.queue.as_ref());
    let done = match &options.command {
        None => commands::incidents::list(store, options.json).await.map(|()| true),
        Some(command) => {
            let config =
                backend.config.as_deref().map_err(|error| Error::NotSetUp(error.to_string()));
            commands::incidents::act((store, queue), config, command, options).await
        }
    };
    done.map_err(|error| error.to_string())
}

async fn on_call(options: &OnCallOptions) -> Result<bool, String> {
    let told = |error: shared::Error| error.to_string();
    let (data, config) = (options.folder.path(), options.config.path());
    let Some(command) = &options.command else {
        // The file is read all the same, as calls do it.
        let overrides = backend::overrides(data).await.unwrap_or_else(|error| {
            say_error!("PROBLEM: {error}; this is what the configuration alone says");
            shared::domain::schedule::StoredOverrides::default()
        });
        return commands::on_call::run(options, &overrides).map(|()| true);
    };
    let backend = backend::open(data, config).await.map_err(told)?;
    let config = backend.config.map_err(told)?;
    let ports = (backend.store.as_ref(), backend.queue.as_ref());
    commands::on_call::overrides::act(ports, &config, command, options.json).await.map_err(told)
}

async fn silences(options: &SilencesOptions) -> Result<bool, String> {
    let told = |error: Error| error.to_string();
    let backend =
        backend::open(options.folder.path(), options.config.path()).await.map_err(told)?;
    let (store, queue) = (backend.store.as_ref(), backend.queue.as_ref());
    let config = backend.config.map_err(told)?;
    commands::silences::run(store, queue, &config, options).await.map_err(told)
}

async fn sessions(options: &SessionsOptions) -> Result<bool, String> {
    let told = |error: shared::Error| error.to_string();
    let backend =
        backend::open(options.folder.path(), options.config.path()).await.map_err(told)?;
    let store = backend.store.as_ref();
    if let Some(SessionsCommand::Revoke { which }) = &options.command {
        return commands::sessions::revoke(store, which).await.map_err(told);
    }
    let config = backend.config.map_err(told)?;
    let done = match &options.command {
        Some(SessionsCommand::New { person, address }) => {
            commands::sessions::new(store, &config, person, address, &options.folder).await
        }
        _ => commands::sessions::list(store, &config, options.json).await.map(|()| true),
    };
    done.map_err(told)
}

/// The backend that a command looks into: the one SQLite file, or with the feature `aws` and a `TABLE_NAME` the cloud.
mod backend {
    use std::path::Path;
    use std::sync::Arc;

    use ringdown::access;
    use ringdown::clock::now;
    use ringdown::commands::callbacks::ReconcileOptions;
    use ringdown::commands::check::Deployment;
    use ringdown::commands::send::{Earlier, SendOptions};
    use ringdown::database::Database;
    use ringdown::queue::Messages;
    use ringdown::settings::{
        self, Local, Source, config_of_data_folder, keeps_own, own_environment,
    };
    use ringdown::store::Records;
    use shared::Error;
    use shared::config::file::Config;
    use shared::config::{ConfigStatus, kept_config};
    use shared::domain::schedule::StoredOverrides;
    use shared::jobs::count::Count;
    use shared::storage::overrides;
    use shared::storage::{Queue, Store};
    use shared::twilio::rest::wire;

    pub(super) struct Backend {
        pub(super) store: Arc<dyn Store>,
        pub(super) queue: Arc<dyn Queue>,
        pub(super) config: Result<Arc<Config>, Error>,
    }

    /// The deployment that a command may look into, and how its configuration stands; `None` if there is none.
    pub(super) async fn deployment(data: &Path) -> Option<Deployment> {
        #[cfg(feature = "aws")]
        if let Some(table) = ringdown::settings::environment().get("TABLE_NAME") {
            let backend = shared::aws::Backend::of(ringdown::settings::environment()).ok()?;
            let standing = ConfigStatus::of(backend.store().ok()?.as_ref(), now()).await.ok()?;
            let name = format!("the table {table}");
            return Some(Deployment { name, standing, keeps_own: false });
        }
        if !data.join("ringdown.sqlite").exists() {
            return None;
        }
        let store = Records(Database::open(data).ok()?);
        let standing = ConfigStatus::of(&store, now()).await.ok()?;
        let keeps_own = keeps_own(&store, now()).await.unwrap_or(false);
        let good_since = standing.good_since.filter(|_| keeps_own);
        let name = format!("the data folder {}", data.display());
        Some(Deployment { name, standing: ConfigStatus { good_since, ..standing }, keeps_own })
    }

    /// The overrides of who is on call; none, where there is no server.
    pub(super) async fn overrides(data: &Path) -> Result<StoredOverrides, Error> {
        #[cfg(feature = "aws")]
        if ringdown::settings::environment().get("TABLE_NAME").is_some() {
            let backend = shared::aws::Backend::of(ringdown::settings::environment())?;
            return overrides::read(backend.store()?.as_ref(), now()).await;
        }
        if !data.join("ringdown.sqlite").exists() {
            return Ok(StoredOverrides::default());
        }
        overrides::read(&Records(Database::open(data).map_err(Error::Store)?), now()).await
    }

    pub(super) async fn open(data: &Path, config: Option<&Path>) -> Result<Backend, Error> {
        #[cfg(feature = "aws")]
        if ringdown::settings::environment().get("TABLE_NAME").is_some() {
            let backend = shared::aws::Backend::of(ringdown::settings::environment())?;
            let live = backend.live(&[], &["config"], shared::aws::Reports::Both).await?;
            let config =
                live.get(ringdown::clock::now()).await.map(|settings| settings.config.clone());
            return Ok(Backend { store: backend.store()?, queue: backend.queue()?, config });
        }
        if !data.join("ringdown.sqlite").exists() {
            let data = data.display();
            return Err(Error::NotSetUp(format!(
                "{data} holds no data yet: start the server, or name it with --data DIR"
            )));
        }
        let database = Database::open(data).map_err(Error::Store)?;
        let store = Arc::new(Records(database.clone()));
        let config = config_of_data_folder(config, store.as_ref()).await;
        Ok(Backend { store, queue: Arc::new(Messages::new(database)), config })
    }

    /// The deliveries of the server with this data folder, if there is one. Its configuration is the one that was asked
    /// for, else the one that its data folder keeps, else the demo, which is never kept: the file `ringdown.toml` of the
    /// folder that we are in may be another's.
    pub(super) async fn earlier(options: &SendOptions) -> Result<Option<Earlier>, String> {
        let data = options.folder.path();
        let read = |source: Source| {
            let parts = source.parts().map_err(|error| error.to_string())?;
            Config::parse(parts).map_err(|problems| problems.to_string())
        };
        let asked = options.config.path().map(|path| read(Source::File(path.to_owned())));
        let asked = asked.transpose()?;
        if !data.join("ringdown.sqlite").exists() {
            return Ok(None);
        }
        let Ok(database) = Database::open(data) else { return Ok(None) };
        let store = Arc::new(Records(database));
        let config = match (asked, kept_config(store.as_ref(), now()).await) {
            (Some(config), _) | (None, Ok(Some(config))) => config,
            (None, Ok(None)) => read(Source::Demo)?,
            (None, Err(_)) => return Ok(None),
        };
        Ok(Some(Earlier { store, config: Arc::new(config) }))
    }

    /// The job Count on this backend, with the account of the environment; without one, with the simulated Twilio of the
    /// server that was named.
    pub(super) async fn count(options: &ReconcileOptions) -> Result<Count, String> {
        let told = |error: Error| error.to_string();
        #[cfg(feature = "aws")]
        if ringdown::settings::environment().get("TABLE_NAME").is_some() {
            let backend =
                shared::aws::Backend::of(ringdown::settings::environment()).map_err(told)?;
            let names = &["public-base-url", "twilio/account-sid", "twilio/auth-token"];
            let settings = backend.live(names, &["config"], shared::aws::Reports::Counter).await;
            return backend.count(settings.map_err(told)?).map_err(told);
        }
        let (data, config) = (options.folder.path(), options.config.path());
        let backend = open(data, config).await.map_err(told)?;
        let keeps_own = keeps_own(backend.store.as_ref(), now()).await.unwrap_or(true);
        let source = Source::of_server(config, keeps_own);
        let start_token = access::read(data)?;
        let address = options.address.to.trim_end_matches('/').to_owned();
        // Nobody scrapes here.
        let metrics_token = start_token.clone();
        let local = Local { address, start_token, metrics_token, sandbox: false };
        let settings = settings::live(own_environment(), source, local);
        let http = shared::http::client().map_err(told)?;
        let Backend { store, queue, .. } = backend;
        Ok(Count { settings, store, queue, wire: wire(http) })
    }
}
