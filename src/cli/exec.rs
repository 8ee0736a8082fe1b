//! `belljar exec`, `belljar logs`, and `belljar run` on a server: output as it comes, the exit code of
//! the program, Ctrl-C for the program first.

use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use futures::StreamExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::args::RunArgs;
use super::client::{Client, Pieces, ServerArgs, encoded, stream_path};
use super::data::DataArgs;
use super::exit::{self, CliError, INTERRUPTED, TERMINATED};
use super::interrupt::Interrupts;
use super::sandboxes::{field, rows};
use crate::{SandboxId, Signal, format_duration};

/// What is read of our stdin at once.
const PIECE_BYTES: usize = 64 * 1024;

/// How long one poll for the end of an execution asks to wait.
const WAIT: &str = "5m";

/// `belljar exec`.
#[derive(Args, Debug)]
pub(crate) struct ExecArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// The sandbox, sbx_…
    sandbox: SandboxId,
    /// Give the program our stdin [default: it has none]
    #[arg(long, short)]
    interactive: bool,
    /// Stop the program after so long (30s, 5m) [default: the sandbox's]
    #[arg(long, value_name = "DURATION", value_parser = |text: &str| crate::units::parse_duration(text))]
    timeout: Option<Duration>,
    /// Print the execution as JSON when it has ended, instead of its output
    #[arg(long, conflicts_with = "interactive")]
    json: bool,
    /// The program and its arguments; options of ours end at its name
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    #[arg(value_name = "PROGRAM")]
    command: Vec<String>,
}

/// Runs a program in a sandbox that is there.
pub(super) async fn exec(args: ExecArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    let mut interrupts = Interrupts::listen().map_err(|source| CliError::Threads { source })?;
    args.server
        .with(data, async |client| {
            let stdin = input(client, args.interactive).await?;
            let body = json!({
                "command": args.command,
                "timeout": args.timeout.map(format_duration),
                "stream": { "stdin": stdin },
            });
            let path = format!("/sandbox/{}/execute", args.sandbox);
            let begun = client.post(&path, body).await?;
            attend(client, &begun, stdin, args.json, &mut interrupts).await
        })
        .await
}

/// `belljar run --url`: a sandbox for one program, on a server.
pub(super) async fn run(args: &RunArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    let local = [
        (args.fuel.is_some(), "--fuel"),
        (args.workdir.is_some(), "--workdir"),
        (args.stats, "--stats"),
    ];
    if let Some((_, option)) = local.iter().find(|(given, _)| *given) {
        return Err(CliError::Usage(format!(
            "{option} cannot be used with a server"
        )));
    }
    let mut interrupts = Interrupts::listen().map_err(|source| CliError::Threads { source })?;
    args.server
        .with(data, async |client| {
            let runtime = match &args.runtime {
                Some(runtime) => runtime.clone(),
                None => infer(client, args).await?,
            };
            let mut files = Vec::new();
            for file in &args.file {
                let file = file.read()?;
                files.push(super::files::written(&file.path, &file.content));
            }
            let stdin = input(client, true).await?;
            let body = json!({
                "runtime": runtime,
                "command": { "exec": args.command, "mode": "oneshot" },
                "files": files,
                "stream": { "stdin": stdin },
                "packages": args.package,
                "network": { "enabled": args.network },
                "env": args.env.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
                "timeout": { "execution": args.timeout.map(format_duration) },
                "resources": {
                    "memory": args.memory.map(|size| size.to_string()),
                    "cpu": args.cpu.map(|cpu| cpu.to_string()),
                },
            });
            let made = client.post("/sandbox", body).await?;
            attend(client, &made, stdin, false, &mut interrupts).await
        })
        .await
}

/// The runtime that has the program.
async fn infer(client: &Client, args: &RunArgs) -> Result<String, CliError> {
    let page = client.get("/sandbox/runtimes?limit=100").await?;
    let program = args.command.first().map(String::as_str).unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or(program);
    let has = |runtime: &&Value, wanted: &str| {
        rows(runtime, "programs").any(|program| program.as_str() == Some(wanted))
    };
    let takers = |runtime: &&Value| args.package.is_empty() || has(runtime, "bun");
    let found = rows(&page, "runtimes")
        .filter(takers)
        .find(|runtime| has(runtime, name))
        // What no runtime has for itself, such as a shell, all have.
        .or_else(|| rows(&page, "runtimes").find(takers));
    found
        .map(|runtime| field(runtime, "name"))
        .ok_or_else(|| CliError::Usage("the server has no runtimes".to_owned()))
}

/// A stream for our stdin.
async fn input(client: &Client, wanted: bool) -> Result<Option<String>, CliError> {
    if !wanted {
        return Ok(None);
    }
    let stream = client.post("/stream", json!({ "name": "stdin" })).await?;
    Ok(Some(field(&stream, "id")))
}

/// Carries streams and signals until an execution has ended; its exit code is ours.
async fn attend(
    client: &Client,
    begun: &Value,
    stdin: Option<String>,
    json: bool,
    interrupts: &mut Interrupts,
) -> Result<ExitCode, CliError> {
    let execution = field(begun, "executionId");
    let feeding = stdin.map(|id| tokio::spawn(feed(client.clone(), id)));
    let outputs = async {
        if json {
            return Ok::<_, CliError>(());
        }
        tokio::try_join!(
            pour(client, begun, "stdoutStreamUrl", tokio::io::stdout()),
            pour(client, begun, "stderrStreamUrl", tokio::io::stderr()),
        )?;
        Ok(())
    };
    let ended = async {
        let (record, poured) = tokio::join!(until_ended(client, &execution), outputs);
        poured?;
        record
    };
    tokio::pin!(ended);
    let mut already: Option<Signal> = None;
    let record = loop {
        tokio::select! {
            record = &mut ended => break record,
            signal = interrupts.next() => match already {
                None => {
                    client.signal(&execution, signal).await?;
                    already = Some(signal);
                }
                Some(first) => {
                    client.signal(&execution, Signal::Kill).await?;
                    feeding.inspect(tokio::task::JoinHandle::abort);
                    return Ok(ExitCode::from(by_signal(first)));
                }
            },
        }
    };
    feeding.inspect(tokio::task::JoinHandle::abort);
    let record = record?;
    if json {
        super::output::print(format_args!("{record:#}"));
    }
    let code = record.get("exitCode").and_then(Value::as_u64);
    let code = code.and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(exit::INTERNAL)))
}

fn by_signal(signal: Signal) -> u8 {
    match signal {
        Signal::Terminate => TERMINATED,
        _ => INTERRUPTED,
    }
}

async fn until_ended(client: &Client, execution: &str) -> Result<Value, CliError> {
    let path = format!("/sandbox/execution/{}?wait={WAIT}", encoded(execution));
    loop {
        let record = client.get(&path).await?;
        let status = field(&record, "status");
        if !matches!(status.as_str(), "queued" | "running") {
            return Ok(record);
        }
    }
}

/// Copies a stream of an execution to one of ours.
async fn pour(
    client: &Client,
    begun: &Value,
    name: &str,
    to: impl AsyncWrite + Unpin,
) -> Result<(), CliError> {
    let url = field(begun, name);
    match stream_path(&url) {
        Some(path) => write_out(client.read(path).await?, to).await,
        None => Ok(()),
    }
}

/// Writes bytes as they come.
pub(super) async fn write_out(
    mut pieces: Pieces,
    mut to: impl AsyncWrite + Unpin,
) -> Result<(), CliError> {
    let failed = |source| CliError::WriteOutput { source };
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|source| CliError::CutOff { source })?;
        to.write_all(&piece).await.map_err(failed)?;
        to.flush().await.map_err(failed)?;
    }
    Ok(())
}

/// Sends our stdin to a stream, until either ends.
async fn feed(client: Client, id: String) {
    let pieces = futures::stream::unfold(tokio::io::stdin(), |mut stdin| async move {
        let mut buffer = vec![0_u8; PIECE_BYTES];
        match stdin.read(&mut buffer).await {
            Ok(0) => None,
            Ok(read) => {
                buffer.truncate(read);
                Some((Ok(Bytes::from(buffer)), stdin))
            }
            Err(error) => Some((Err(error), stdin)),
        }
    });
    let payload = super::client::Payload::Bytes(Box::pin(pieces));
    let path = format!("/stream/{}", encoded(&id));
    if let Err(error) = client.ask(super::client::PUT, &path, payload).await {
        tracing::warn!(%error, "standard input could not be sent");
    }
}

/// `belljar logs`.
#[derive(Args, Debug)]
pub(crate) struct LogsArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// The sandbox, sbx_…
    sandbox: SandboxId,
    /// An execution (exec_…) or job (job_…) of it [default: the newest execution]
    id: Option<String>,
    /// Print what comes until it has ended, instead of what there is
    #[arg(long, short)]
    follow: bool,
    /// Print what it wrote to stderr instead of stdout
    #[arg(long)]
    stderr: bool,
}

/// Prints what an execution or job has written.
pub(super) async fn logs(args: LogsArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    args.server
        .with(data, async |client| {
            let of = format!("/sandbox/sandboxes/{}", args.sandbox);
            let record = match &args.id {
                Some(id) if id.starts_with("job_") => {
                    client.get(&format!("{of}/jobs/{}", encoded(id))).await?
                }
                Some(id) => {
                    client
                        .get(&format!("/sandbox/execution/{}", encoded(id)))
                        .await?
                }
                None => {
                    let page = client.get(&format!("{of}/executions?limit=1")).await?;
                    rows(&page, "executions").next().cloned().ok_or_else(|| {
                        CliError::Usage(format!("nothing was executed in {}", args.sandbox))
                    })?
                }
            };
            let name = if args.stderr {
                "stderrStreamUrl"
            } else {
                "stdoutStreamUrl"
            };
            let running = matches!(field(&record, "status").as_str(), "queued" | "running");
            let pouring = pour(client, &record, name, tokio::io::stdout());
            if running && !args.follow {
                // A stream ends with its program; what there is comes at once.
                let patience = tokio::time::timeout(PRESENT, pouring);
                return match patience.await {
                    Ok(done) => done.map(|()| ExitCode::SUCCESS),
                    Err(_) => Ok(ExitCode::SUCCESS),
                };
            }
            pouring.await.map(|()| ExitCode::SUCCESS)
        })
        .await
}

/// How long is read of a stream that does not end, for what it has already.
const PRESENT: Duration = Duration::from_secs(1);
