//! `belljar serve`: the HTTP API on a socket, until a signal.
//!
//! The socket is opened last, when everything behind it is ready: a client that is refused tries
//! again, one that is answered 503 waits longer. The first signal ends in order (held polls are
//! answered, output may go on for some seconds), the second at once.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::json;
use tokio::net::{TcpListener, lookup_host};

use super::data::DataArgs;
use super::exit::CliError;
use super::interrupt::Interrupts;
use super::output;
use crate::api::{self, ApiOptions, ApiState, TypedErrors};
use crate::records::{Change, RecordsError};
use crate::{Belljar, BelljarOptions, SandboxError};

/// What a key made by `--dev` is called in the records.
const DEV_KEY: &str = "belljar serve --dev";

/// The organisation of such a key: the one that sandboxes made by the library have, too.
const DEV_ORG: &str = "default";

/// `belljar serve`.
#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    /// Where to listen; port 0 is any free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:7070")]
    listen: String,
    /// Make an API key and print it; only for an address of this machine. The key of the last time
    /// stops working
    #[arg(long)]
    dev: bool,
    /// When ready, write {"url":…,"key":…} to this file (the key only with --dev)
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// The URL under which clients reach the server, if it is not the one they connect to
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// A path before all others, such as /api/v1, that a proxy leaves in
    #[arg(long, value_name = "PATH")]
    path_prefix: Option<String>,
    /// How failures that the TypeScript client has classes for are sent to it
    #[arg(long, value_name = "HOW", default_value = "off")]
    typed_errors: TypedErrorsArg,
    /// Let sandboxes run WebAssembly that did not come with their runtime, such as uploaded files
    #[arg(long, env = "BELLJAR_UPLOADED_PROGRAMS", hide_env_values = true)]
    uploaded_programs: bool,
    /// How long there is at least between two collections of garbage, as 5m or 1h30m [default: 5m, if
    /// there is much to collect]
    #[arg(
        long,
        value_name = "DURATION",
        env = "BELLJAR_GC_INTERVAL",
        hide_env_values = true
    )]
    #[arg(value_parser = |text: &str| crate::units::parse_duration(text))]
    gc_interval: Option<Duration>,
}

/// As [`TypedErrors`], for the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum TypedErrorsArg {
    /// With their HTTP status
    Off,
    /// As 200 with "success": false, so that it throws SandboxNotFoundError and its relatives
    Sdk,
}

/// Serves until a signal.
pub(super) async fn serve(args: ServeArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    let mut interrupts = Interrupts::listen().map_err(|source| CliError::Threads { source })?;
    // What can be refused is refused before anything is made.
    let addresses = addresses(&args).await?;
    let serving = |options: BelljarOptions| {
        let options = options.uploaded_programs(args.uploaded_programs);
        match args.gc_interval {
            Some(period) => options.collect_every(period),
            None => options,
        }
    };
    let belljar = data.open_with(serving).await?;
    let key = if args.dev {
        Some(dev_key(&belljar).await?)
    } else {
        warn_without_keys(&belljar).await?;
        None
    };
    let state = ApiState::open(belljar.clone(), options(&args)).await?;
    let listener = TcpListener::bind(addresses.as_slice())
        .await
        .map_err(failed(format!("listen on {}", args.listen)))?;
    let address = listener
        .local_addr()
        .map_err(failed("ask for the address listened on"))?;
    let url = args
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{address}"));
    announce(&url, key.as_deref());
    if let Some(file) = &args.ready_file {
        write_ready(file, &url, key.as_deref())
            .map_err(failed(format!("write {}", file.display())))?;
    }
    let warming = tokio::spawn(warm(belljar.clone()));
    let ended = until_signal(listener, state, &mut interrupts).await;
    warming.abort();
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

fn options(args: &ServeArgs) -> ApiOptions {
    let mut options = ApiOptions::default();
    options.public_url.clone_from(&args.public_url);
    options.path_prefix.clone_from(&args.path_prefix);
    options.typed_errors = match args.typed_errors {
        TypedErrorsArg::Off => TypedErrors::Off,
        TypedErrorsArg::Sdk => TypedErrors::Sdk,
    };
    options
}

/// What to listen on. A key that is printed on a terminal must not open a server to a network.
async fn addresses(args: &ServeArgs) -> Result<Vec<SocketAddr>, CliError> {
    let action = || format!("listen on {}", args.listen);
    let found: Vec<SocketAddr> = lookup_host(&args.listen)
        .await
        .map_err(failed(action()))?
        .collect();
    if args.dev && !found.iter().all(|address| address.ip().is_loopback()) {
        let why = "--dev is for addresses of this machine only, such as 127.0.0.1";
        return Err(failed(action())(io::Error::other(why)));
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
    let (key, _) = api::create_key(belljar, DEV_ORG, DEV_KEY).await?;
    Ok(key)
}

async fn warn_without_keys(belljar: &Belljar) -> Result<(), CliError> {
    let keys = belljar.ledger().read(|records| records.keys()).await;
    if keys.map_err(records_failed)?.is_empty() {
        output::say("there is no API key yet, so every call will be refused; --dev makes one");
    }
    Ok(())
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
async fn warm(belljar: Belljar) {
    for runtime in belljar.runtimes() {
        if runtime.installed
            && let Err(error) = belljar.install_runtime(&runtime.name).await
        {
            tracing::warn!(runtime = runtime.name, %error, "cannot load a runtime");
        }
    }
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
