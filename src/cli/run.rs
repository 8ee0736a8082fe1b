//! `belljar run`: one program, one sandbox, our three streams and our exit code.
//!
//! On a server this is a one-shot sandbox, as the API has it. Without one it is the library itself and
//! not the API over it, as it is for other commands: the API knows no pipe between the program and us
//! (its output is kept, and cut where there is too much), no fuel, no working directory, and no
//! statistics; nor is anything of a data folder needed, and its lock taken. What is asked for, who gets
//! Ctrl-C, and how it ends are the same code.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use futures::StreamExt;
use serde_json::{Value, json};

use super::attend::{Attended, Program, attend, deliver};
use super::client::{Client, Pieces, ServerArgs};
use super::data::DataArgs;
use super::exec::Begun;
use super::exit::{CliError, by_signal};
use super::file::FileArg;
use super::files::written;
use super::infer::{self, Known};
use super::interrupt::Interrupts;
use super::sandboxes::{Made, rows};
use super::stats;
use super::streams::pieces;
use crate::{
    Belljar, Command, Execution, ExecutionRecord, OutputMode, OutputReader, Sandbox,
    SandboxOptions, Signal, Stdin, StdinWriter, format_duration,
};

/// `belljar run`.
#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    made: Made,
    /// Wall time after which the program is stopped (30s, 5m, 1h30m) [default: never]
    #[arg(long, value_name = "DURATION", value_parser = |text: &str| crate::units::parse_duration(text))]
    timeout: Option<Duration>,
    /// Exact number of WebAssembly instructions the program may use; makes it slower; not on a server
    /// [default: no limit]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    fuel: Option<u64>,
    /// Copy a file of this machine into the sandbox before the program starts (repeatable)
    #[arg(long, value_name = "HOST:GUEST", value_parser = FileArg::parse)]
    file: Vec<FileArg>,
    /// Working directory inside the sandbox; not on a server [default: /home/agentuity]
    #[arg(long, value_name = "DIR")]
    workdir: Option<String>,
    /// Say on stderr what the run took; not on a server
    #[arg(long)]
    stats: bool,
    /// The program and its arguments; options of ours end at its name
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    #[arg(value_name = "PROGRAM")]
    command: Vec<String>,
    #[command(flatten)]
    server: ServerArgs,
}

/// Runs the program that `args` name.
pub(super) async fn run(args: RunArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    let client = args.server.client()?;
    args.check(client.is_some())?;
    // First of all: an interrupt must never leave a half-written installation unannounced.
    let mut interrupts = Interrupts::listen().map_err(|source| CliError::Threads { source })?;
    let starting = async {
        match &client {
            Some(client) => Ok::<_, CliError>(Started::There(args.start_there(client).await?)),
            None => Ok(Started::Here(args.start_here(data).await?)),
        }
    };
    let started = tokio::select! {
        biased;
        signal = interrupts.next() => return Ok(ExitCode::from(by_signal(signal))),
        started = starting => started?,
    };
    let code = match started {
        Started::There(program) => attend(&program, &mut interrupts).await?.code(),
        Started::Here(program) => {
            let attended = attend(&program, &mut interrupts).await;
            if let Ok(Attended::Ended {
                record,
                code,
                delivered,
            }) = &attended
                && args.stats
            {
                let stats = program.execution.stats();
                stats::print(stats.as_ref(), record.status, *code, *delivered);
            }
            program.close().await;
            attended?.code()
        }
    };
    Ok(ExitCode::from(code))
}

impl RunArgs {
    /// Refuses what only the other way of running can do.
    fn check(&self, on_server: bool) -> Result<(), CliError> {
        let refused = if on_server {
            [
                (self.fuel.is_some(), "--fuel cannot be used with a server"),
                (
                    self.workdir.is_some(),
                    "--workdir cannot be used with a server",
                ),
                (self.stats, "--stats cannot be used with a server"),
            ]
        } else {
            let why = "--snapshot is for a server, since `run` uses no data folder: `belljar create` \
                       makes a sandbox of one, and `belljar exec` runs programs in it";
            [
                (self.made.snapshot.is_some(), why),
                (false, ""),
                (false, ""),
            ]
        };
        match refused.iter().find(|(given, _)| *given) {
            Some((_, why)) => Err(CliError::Usage((*why).to_owned())),
            None => Ok(()),
        }
    }

    /// The runtime that is named, or has the program.
    fn runtime(&self, known: &[Known]) -> Result<String, CliError> {
        match (&self.made.runtime, self.command.first()) {
            (Some(runtime), _) => Ok(runtime.clone()),
            (None, Some(program)) => {
                infer::runtime_for(program, !self.made.package.is_empty(), known)
            }
            (None, None) => Ok(String::new()),
        }
    }

    async fn start_there(&self, client: &Client) -> Result<Begun, CliError> {
        let mut body = self.made.body();
        if self.made.runtime.is_none() && self.made.snapshot.is_none() {
            // In the order in which the catalogue has them, as here.
            let path = "/sandbox/runtimes?limit=100&sort=created";
            let page = client.get(path).await?;
            let known: Vec<Known> = rows(&page, "runtimes").map(Known::from).collect();
            body.insert("runtime".to_owned(), self.runtime(&known)?.into());
        }
        let mut files = Vec::new();
        for file in &self.file {
            let file = file.read()?;
            files.push(written(&file.path, &file.content));
        }
        let timeout = self.timeout.map(format_duration);
        let more = [
            (
                "command",
                json!({ "exec": self.command, "mode": "oneshot" }),
            ),
            ("files", files.into()),
            ("timeout", json!({ "execution": timeout })),
        ];
        body.extend(more.map(|(name, value)| (name.to_owned(), value)));
        let begin = async |stdin: Option<&str>| {
            body.insert("stream".to_owned(), json!({ "stdin": stdin }));
            client.post("/sandbox", Value::Object(body)).await
        };
        Begun::new(client, true, false, begin).await
    }

    async fn start_here(&self, data: &DataArgs) -> Result<Here, CliError> {
        let belljar = Belljar::open(data.in_memory()?).await?;
        let (options, command) = self.describe(&belljar)?;
        let files = self.file.iter().map(FileArg::read);
        let files = files.collect::<Result<_, _>>()?;
        // One step after the other, so that what fails is said here and not found out later.
        belljar.install_runtime(&options.runtime).await?;
        let sandbox = belljar.create(options).await?;
        sandbox.write_files(files).await?;
        let execution = sandbox.execute(command).await?;
        let stdin = execution.stdin();
        Ok(Here {
            feeding: stdin.map(|to| tokio::spawn(feed(pieces(tokio::io::stdin()), to))),
            belljar,
            sandbox,
            execution,
        })
    }

    /// What the library is asked for.
    fn describe(&self, belljar: &Belljar) -> Result<(SandboxOptions, Command), CliError> {
        let known: Vec<Known> = belljar.runtimes().into_iter().map(Known::from).collect();
        let mut options = self.made.options(self.runtime(&known)?);
        if let Some(limit) = self.timeout {
            options = options.execution_timeout(limit);
        }
        let mut command = Command::new(self.command.iter().cloned())
            .stdin(Stdin::Pipe)
            .output(&OutputMode::Pipe);
        if let Some(fuel) = self.fuel {
            command = command.fuel(fuel);
        }
        if let Some(workdir) = &self.workdir {
            command = command.cwd(workdir);
        }
        Ok((options, command))
    }
}

/// A running program, wherever it runs.
enum Started {
    Here(Here),
    There(Begun),
}

/// A program in this process, and what it runs in.
struct Here {
    belljar: Belljar,
    sandbox: Sandbox,
    execution: Execution,
    feeding: Option<tokio::task::JoinHandle<()>>,
}

impl Here {
    async fn close(self) {
        // Our stdin may go on for ever.
        if let Some(feeding) = &self.feeding {
            feeding.abort();
        }
        if let Err(error) = self.sandbox.destroy().await {
            // Its files stay behind in a temporary folder; the program's result stands.
            tracing::warn!(%error, "the sandbox could not be removed");
        }
        self.belljar.close().await;
    }
}

impl Program for Here {
    type Record = ExecutionRecord;

    /// When ours are closed, the program's are, too: it learns of it at its next write, as behind any
    /// pipe.
    async fn output(&self) -> Result<u64, CliError> {
        let (stdout, stderr) = tokio::try_join!(
            deliver(read(self.execution.stdout()), tokio::io::stdout()),
            deliver(read(self.execution.stderr()), tokio::io::stderr()),
        )?;
        Ok(stdout.unwrap_or(0) + stderr.unwrap_or(0))
    }

    async fn end(&self) -> Result<ExecutionRecord, CliError> {
        Ok(self.execution.wait().await)
    }

    async fn signal(&self, signal: Signal) -> Result<(), CliError> {
        self.execution.signal(signal);
        Ok(())
    }

    fn exit_code(record: &ExecutionRecord) -> Option<i64> {
        record.exit_code.map(i64::from)
    }
}

fn read(from: OutputReader) -> Pieces {
    Box::pin(futures::stream::unfold(from, |mut from| async move {
        Some((from.next().await?, from))
    }))
}

/// Copies our input to the guest, a piece at a time and only when there is room for it.
async fn feed(mut from: Pieces, to: StdinWriter) {
    loop {
        let piece = tokio::select! {
            piece = from.next() => piece,
            () = to.closed() => return,
        };
        match piece {
            Some(Ok(piece)) => {
                if to.write(piece).await.is_err() {
                    return;
                }
            }
            Some(Err(error)) => {
                tracing::debug!(%error, "standard input cannot be read; the guest sees its end");
                break;
            }
            None => break,
        }
    }
    to.finish();
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::Parser;

    use super::*;
    use crate::cli::args::{Cli, Subcommand};
    use crate::{ByteSize, Millicores};

    fn parsed(args: &[&str]) -> RunArgs {
        match Cli::try_parse_from([&["belljar", "run"], args].concat())
            .unwrap()
            .command
        {
            Subcommand::Run(args) => args,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn our_options_end_at_the_program() {
        let args = parsed(&[
            "--stats", "python3", "-c", "print(1)", "--stats", "--data", "x",
        ]);
        assert!(args.stats);
        assert_eq!(
            args.command,
            ["python3", "-c", "print(1)", "--stats", "--data", "x"]
        );
        assert_eq!(parsed(&["--", "python3", "-V"]).command, ["python3", "-V"]);
    }

    #[test]
    fn quantities_are_parsed_where_they_are_given() {
        let args = parsed(&[
            "--memory",
            "256Mi",
            "--cpu",
            "500m",
            "--timeout",
            "1m30s",
            "--fuel",
            "1000",
            "python3",
        ]);
        assert_eq!(args.made.memory, Some(ByteSize::mib(256)));
        assert_eq!(args.made.cpu.map(Millicores::get), Some(500));
        assert_eq!(args.timeout, Some(Duration::from_secs(90)));
        assert_eq!(args.fuel, Some(1000));
        for wrong in [
            ["--memory", "256MB"],
            ["--cpu", "0"],
            ["--timeout", "30"],
            ["--fuel", "0"],
            ["--env", "=x"],
            ["--file", ""],
        ] {
            let all = [&["belljar", "run"][..], &wrong, &["python3"]].concat();
            assert!(Cli::try_parse_from(all).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_library_is_asked_for_what_a_server_would_be() {
        let args = parsed(&[
            "--memory",
            "64Mi",
            "--cpu",
            "500m",
            "--disk",
            "1Mi",
            "--network",
            "--package",
            "zod",
            "-e",
            "A=1",
            "node",
        ]);
        let body = args.made.body();
        let options = args.made.options("node:24".to_owned());
        assert_eq!(body["resources"]["memory"], "64Mi");
        assert_eq!(options.resources.memory, Some(ByteSize::mib(64)));
        assert_eq!(body["resources"]["cpu"], "500m");
        assert_eq!(options.resources.cpu.map(Millicores::get), Some(500));
        assert_eq!(body["resources"]["disk"], "1Mi");
        assert_eq!(options.resources.disk, Some(ByteSize::mib(1)));
        assert_eq!(body["network"]["enabled"], options.network.enabled);
        assert_eq!(body["packages"], json!(options.packages));
        assert_eq!(body["env"], json!(options.env));
        let keys: BTreeSet<&str> = body.keys().map(String::as_str).collect();
        let all = [
            "runtime",
            "snapshot",
            "packages",
            "env",
            "network",
            "resources",
        ];
        assert_eq!(
            keys,
            BTreeSet::from(all),
            "an option that the test does not know"
        );
    }

    #[test]
    fn what_only_the_other_way_can_do_is_refused() {
        for (args, on_server) in [
            (&["--fuel", "1", "x"][..], true),
            (&["--workdir", "/", "x"], true),
            (&["--stats", "x"], true),
            (&["--snapshot", "base", "x"], false),
        ] {
            let args = parsed(args);
            assert!(args.check(on_server).is_err());
            assert!(args.check(!on_server).is_ok());
        }
    }
}
