//! `belljar exec` and `belljar logs`, and executions that the API began.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use tokio::io::AsyncWrite;
use tokio::task::JoinHandle;

use super::attend::{Attended, Program, attend, deliver};
use super::client::{Client, PUT, Payload, PlaceArgs, encoded, stream_path};
use super::data::DataArgs;
use super::exit::CliError;
use super::interrupt::Interrupts;
use super::output;
use super::sandboxes::{field, rows};
use super::streams::{pieces, pour};
use crate::{SandboxId, Signal, format_duration};

/// How long one poll for the end of an execution asks to wait.
const WAIT: &str = "5m";

/// `belljar exec`.
#[derive(Args, Debug)]
pub(crate) struct ExecArgs {
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
    #[command(flatten)]
    place: PlaceArgs,
}

/// Runs a program in a sandbox that is there.
pub(super) async fn exec(args: ExecArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    let mut interrupts = Interrupts::listen().map_err(|source| CliError::Threads { source })?;
    args.place
        .with(data, async |client| {
            let path = format!("/sandbox/{}/execute", args.sandbox);
            let begin = async |stdin: Option<&str>| {
                let body = json!({
                    "command": args.command,
                    "timeout": args.timeout.map(format_duration),
                    "stream": { "stdin": stdin },
                });
                client.post(&path, body).await
            };
            let begun = Begun::new(client, args.interactive, args.json, begin).await?;
            let attended = attend(&begun, &mut interrupts).await?;
            if let (Attended::Ended { record, .. }, true) = (&attended, args.json) {
                output::print(format_args!("{record:#}"));
            }
            Ok(ExitCode::from(attended.code()))
        })
        .await
}

/// An execution that was begun through the API.
pub(super) struct Begun {
    client: Client,
    /// What the call answered that began it.
    answer: Value,
    /// Whether its output is not wanted.
    quiet: bool,
    feeding: Option<JoinHandle<()>>,
}

impl Begun {
    /// What `begin` begins; it is given the stream that our stdin goes to, if the program gets it.
    ///
    /// # Errors
    /// What the calls fail with.
    pub(super) async fn new(
        client: &Client,
        interactive: bool,
        quiet: bool,
        begin: impl AsyncFnOnce(Option<&str>) -> Result<Value, CliError>,
    ) -> Result<Self, CliError> {
        let stream = match interactive {
            true => Some(client.post("/stream", json!({ "name": "stdin" })).await?),
            false => None,
        };
        let stdin = stream.map(|stream| field(&stream, "id"));
        let answer = begin(stdin.as_deref()).await?;
        Ok(Self {
            client: client.clone(),
            answer,
            quiet,
            feeding: stdin.map(|id| tokio::spawn(feed(client.clone(), id))),
        })
    }

    /// Copies one of its streams to one of ours. When ours is closed, it is ended, since there is no way
    /// to tell it.
    async fn carry(&self, name: &str, to: impl AsyncWrite + Unpin) -> Result<u64, CliError> {
        let url = field(&self.answer, name);
        let Some(path) = stream_path(&url).filter(|_| !self.quiet) else {
            return Ok(0);
        };
        let delivered = deliver(self.client.read(path).await?, to).await?;
        if delivered.is_none() {
            self.signal(Signal::Terminate).await?;
        }
        Ok(delivered.unwrap_or(0))
    }
}

impl Program for Begun {
    type Record = Value;

    async fn output(&self) -> Result<u64, CliError> {
        let (stdout, stderr) = tokio::try_join!(
            self.carry("stdoutStreamUrl", tokio::io::stdout()),
            self.carry("stderrStreamUrl", tokio::io::stderr()),
        )?;
        Ok(stdout + stderr)
    }

    async fn end(&self) -> Result<Value, CliError> {
        let id = field(&self.answer, "executionId");
        let path = format!("/sandbox/execution/{}?wait={WAIT}", encoded(&id));
        loop {
            let record = self.client.get(&path).await?;
            if !is_running(&record) {
                return Ok(record);
            }
        }
    }

    async fn signal(&self, signal: Signal) -> Result<(), CliError> {
        let id = field(&self.answer, "executionId");
        self.client.signal(&id, signal).await
    }

    fn exit_code(record: &Value) -> Option<i64> {
        record.get("exitCode").and_then(Value::as_i64)
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        // Our stdin may go on for ever.
        if let Some(feeding) = &self.feeding {
            feeding.abort();
        }
    }
}

fn is_running(record: &Value) -> bool {
    matches!(field(record, "status").as_str(), "queued" | "running")
}

/// Sends our stdin to a stream, until either ends.
async fn feed(client: Client, id: String) {
    let payload = Payload::Bytes(pieces(tokio::io::stdin()));
    let path = format!("/stream/{}", encoded(&id));
    if let Err(error) = client.ask(PUT, &path, payload).await {
        tracing::warn!(%error, "standard input could not be sent");
    }
}

/// `belljar logs`.
#[derive(Args, Debug)]
pub(crate) struct LogsArgs {
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
    #[command(flatten)]
    place: PlaceArgs,
}

/// Prints what an execution or job has written.
pub(super) async fn logs(args: LogsArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    args.place
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
            let url = field(&record, name);
            let Some(path) = stream_path(&url) else {
                return Ok(ExitCode::SUCCESS);
            };
            let pouring = pour(client.read(path).await?, tokio::io::stdout());
            if is_running(&record) && !args.follow {
                // A stream ends with its program; what there is comes at once.
                if let Ok(done) = tokio::time::timeout(PRESENT, pouring).await {
                    done?;
                }
            } else {
                pouring.await?;
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
}

/// How long is read of a stream that does not end, for what it has already.
const PRESENT: Duration = Duration::from_secs(1);
