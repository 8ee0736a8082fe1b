//! `belljar serve`: the HTTP API on a socket, until a signal.
//!
//! The socket is opened last, when everything behind it is ready: a client that is refused tries
//! again, one that is answered 503 waits longer. The first signal ends in order (held polls are
//! answered, output may go on for some seconds), the second at once.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use tokio::net::{TcpListener, lookup_host};

use super::data::DataArgs;
use super::exit::CliError;
use super::interrupt::Interrupts;
use super::output;
use super::settings::Settings;
use crate::api::{self, ApiState};
use crate::records::{Change, RecordsError};
use crate::{Belljar, KeyOptions, SandboxError};

/// What a key made by `--dev` is called in the records.
const DEV_KEY: &str = "belljar serve --dev";

/// The organisation of such a key: the one that sandboxes made by the library have, too.
const DEV_ORG: &str = "default";

/// `belljar serve`.
#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    settings: Settings,
    /// Make an API key and print it; only for an address of this machine. The key of the last time
    /// stops working
    #[arg(long)]
    dev: bool,
    /// When ready, write {"url":…,"key":…} to this file (the key only with --dev)
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
}

impl ServeArgs {
    /// Where traces go, if anywhere. `file` is what the configuration file says.
    pub(super) fn collector<'a>(&'a self, file: &'a Settings) -> Option<&'a str> {
        let said = self.settings.otlp_endpoint.as_ref();
        let endpoint = said.or(file.otlp_endpoint.as_ref())?;
        // As OpenTelemetry has it: empty is not there.
        (!endpoint.is_empty()).then_some(endpoint)
    }
}

/// Serves until a signal.
pub(super) async fn serve(
    mut args: ServeArgs,
    data: &DataArgs,
    file: Settings,
) -> Result<ExitCode, CliError> {
    args.settings = args.settings.or(file);
    let mut interrupts = Interrupts::listen().map_err(|source| CliError::Threads { source })?;
    // What can be refused is refused before anything is made.
    let addresses = addresses(&args).await?;
    let belljar = data
        .open_with(|options| args.settings.engine(options))
        .await?;
    let key = if args.dev {
        Some(dev_key(&belljar).await?)
    } else {
        if let Err(refused) = needs_keys(&belljar, &addresses).await {
            belljar.close().await;
            return Err(refused);
        }
        None
    };
    let state = ApiState::open(belljar.clone(), args.settings.api()).await?;
    state.set_ready(false);
    let listener = bind(&addresses, args.settings.address()).await?;
    let address = listener
        .local_addr()
        .map_err(failed("ask for the address listened on"))?;
    let url = args
        .settings
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{address}"));
    let metrics = match &args.settings.metrics {
        None => None,
        Some(address) => {
            let listener = bind(&resolved(address).await?, address).await?;
            if let Ok(address) = listener.local_addr() {
                output::say(format_args!("serving numbers on http://{address}/metrics"));
            }
            Some(listener)
        }
    };
    announce(&url, key.as_deref());
    if let Some(file) = &args.ready_file {
        write_ready(file, &url, key.as_deref())
            .map_err(failed(format!("write {}", file.display())))?;
    }
    let warming = tokio::spawn(warm(belljar.clone(), state.clone()));
    let numbers = metrics.map(|listener| tokio::spawn(serve_metrics(listener, state.clone())));
    let ended = until_signal(listener, state, &mut interrupts).await;
    warming.abort();
    numbers.inspect(tokio::task::JoinHandle::abort);
    if let Some(file) = &args.ready_file {
        // It says that the server is ready, which is no longer true. Gone already is as good.
        let _gone = std::fs::remove_file(file);
    }
    belljar.close().await;
    ended.map(|()| ExitCode::SUCCESS)
}

/// A failure that is not the library's: what was tried, and why it did not work.
fn failed(action: impl Into<String>) -> impl FnOnce(io::Error) -> CliError {
    let action = action.into();
    move |source| CliError::Serve { action, source }
}

async fn resolved(address: &str) -> Result<Vec<SocketAddr>, CliError> {
    let found = lookup_host(address).await;
    Ok(found
        .map_err(failed(format!("listen on {address}")))?
        .collect())
}

async fn bind(addresses: &[SocketAddr], named: &str) -> Result<TcpListener, CliError> {
    TcpListener::bind(addresses)
        .await
        .map_err(failed(format!("listen on {named}")))
}

/// Serves the numbers until it is dropped.
async fn serve_metrics(listener: TcpListener, state: ApiState) {
    if let Err(error) = axum::serve(listener, api::metrics_router(state)).await {
        tracing::error!(%error, "cannot serve numbers");
    }
}

/// What to listen on. A key that is printed on a terminal must not open a server to a network.
async fn addresses(args: &ServeArgs) -> Result<Vec<SocketAddr>, CliError> {
    let found = resolved(args.settings.address()).await?;
    if args.dev && !found.iter().all(|address| address.ip().is_loopback()) {
        let why = "--dev is for addresses of this machine only, such as 127.0.0.1";
        let action = format!("listen on {}", args.settings.address());
        return Err(failed(action)(io::Error::other(why)));
    }
    Ok(found)
}

fn records_failed(error: RecordsError) -> CliError {
    CliError::Sandbox(SandboxError::from(error))
}

/// Makes the key of `--dev` and forgets those of earlier starts, which would only pile up.
async fn dev_key(belljar: &Belljar) -> Result<String, CliError> {
    let ledger = belljar.ledger();
    let keys = ledger.read(|records| records.keys()).await;
    let old: Vec<Change> = keys
        .map_err(records_failed)?
        .into_iter()
        .filter(|key| key.name == DEV_KEY)
        .map(|key| Change::DeleteKey(key.id))
        .collect();
    ledger.commit(old).await.map_err(records_failed)?;
    let key = belljar
        .create_key(KeyOptions::new(DEV_ORG, DEV_KEY))
        .await?;
    Ok(key.text().to_owned())
}

/// Refuses to listen to a network when there is no key: nobody could use the server, and somebody
/// expected it to be protected. On this machine that is only said, since a key made later is noticed.
async fn needs_keys(belljar: &Belljar, addresses: &[SocketAddr]) -> Result<(), CliError> {
    let keys = belljar.list_keys(None).await?;
    if keys.iter().any(|key| key.revoked.is_none()) {
        return Ok(());
    }
    match addresses.iter().find(|address| !address.ip().is_loopback()) {
        Some(address) => Err(CliError::NoKeys { address: *address }),
        None => {
            output::say(
                "there is no API key yet, so every call will be refused; `belljar keys create` \
                 makes one, --dev one for trying things out",
            );
            Ok(())
        }
    }
}

fn announce(url: &str, key: Option<&str>) {
    output::say(format_args!("serving on {url}"));
    if let Some(key) = key {
        // As the published client reads them from the environment.
        output::say(format_args!("AGENTUITY_SANDBOX_URL={url}"));
        output::say(format_args!("AGENTUITY_STREAM_URL={url}/stream"));
        output::say(format_args!("AGENTUITY_SDK_KEY={key}"));
    }
}

/// Writes the file aside and renames it, so that whoever waits for it never reads half of it.
fn write_ready(file: &Path, url: &str, key: Option<&str>) -> io::Result<()> {
    let mut ready = json!({ "url": url });
    if let (Some(key), Some(fields)) = (key, ready.as_object_mut()) {
        fields.insert("key".to_owned(), key.into());
    }
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Readable by its owner only: it holds a key.
    let mut aside = tempfile::NamedTempFile::new_in(folder)?;
    io::Write::write_all(&mut aside, format!("{ready}\n").as_bytes())?;
    aside.persist(file).map_err(|error| error.error)?;
    Ok(())
}

/// Loads what is installed, so that the first sandbox is as fast as the second.
async fn warm(belljar: Belljar, state: ApiState) {
    for runtime in belljar.runtimes() {
        if runtime.installed
            && let Err(error) = belljar.install_runtime(&runtime.name).await
        {
            tracing::warn!(runtime = runtime.name, %error, "cannot load a runtime");
        }
    }
    state.set_ready(true);
}

async fn until_signal(
    listener: TcpListener,
    state: ApiState,
    interrupts: &mut Interrupts,
) -> Result<(), CliError> {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = api::serve(listener, state, async {
        // An error means that the sender is gone, and then this future is, too.
        let _gone = stopped.await;
    });
    tokio::pin!(serving);
    tokio::select! {
        served = &mut serving => return served.map_err(failed("serve")),
        _ = interrupts.next() => {}
    }
    output::say("ending what is open; a second signal ends at once");
    // Nobody listens only if serving has ended already.
    let _ended = stop.send(());
    tokio::select! {
        served = &mut serving => served.map_err(failed("serve")),
        _ = interrupts.next() => Ok(()),
    }
}
