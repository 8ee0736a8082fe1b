//! The command line: arguments in, printing out, and the wiring of the library to both.
//!
//! Everything that reads the environment, finds folders or writes to a terminal is here. It knows no
//! more of the library than any other program could: it is a module of it only so that tests and
//! `main` share one build. Output of a guest goes to our own stdout and
//! stderr untouched; what the command itself has to say goes to stderr, one line at a time, with
//! `belljar:` before it.

mod args;
mod attend;
mod bundle;
mod care;
mod checkpoint;
mod client;
mod cp;
mod data;
mod diff;
mod exec;
mod exit;
mod file;
mod files;
mod infer;
mod interrupt;
mod jobs;
mod keys;
mod lifecycle;
mod log;
mod output;
mod progress;
mod run;
mod runtime;
mod sandboxes;
mod serve;
mod settings;
mod snapshot;
mod stats;
mod streams;
mod table;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use crate::otel::Telemetry;
use args::{Cli, Subcommand};
use exit::CliError;
use interrupt::Interrupts;
use settings::Settings;

/// How long work that was interrupted may take to remove what it has begun to write.
const TAKING_BACK: Duration = Duration::from_millis(500);

/// Runs the command that the process's arguments name.
pub fn main() -> ExitCode {
    let mut cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return output::usage(&error),
    };
    let file = match cli.data.configure() {
        Ok(file) => file,
        Err(error) => return report(&error),
    };
    let level = match cli.command {
        Subcommand::Serve(_) => "info",
        _ => "error",
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("belljar-io")
        .build()
    {
        Ok(runtime) => runtime,
        Err(source) => return report(&CliError::Threads { source }),
    };
    let collector = match &cli.command {
        Subcommand::Serve(args) => args.collector(&file),
        _ => None,
    };
    let named = std::env::var_os("OTEL_SERVICE_NAME").is_some();
    let telemetry = collector.map(|url| {
        let telemetry = Telemetry::to(url, named, runtime.handle());
        telemetry.map_err(|reason| CliError::Url {
            url: url.to_owned(),
            reason,
        })
    });
    let telemetry = match telemetry.transpose() {
        Ok(telemetry) => telemetry,
        Err(error) => return report(&error),
    };
    log::init(
        cli.data.log.as_deref().unwrap_or(level),
        cli.data.log_format.unwrap_or_default(),
        telemetry.as_ref(),
    );
    let done = runtime.block_on(until_interrupted(cli, file));
    if matches!(done, Err(CliError::Interrupted(_))) {
        runtime.shutdown_timeout(TAKING_BACK);
        return done.unwrap_or_else(|error| report(&error));
    }
    let code = done.unwrap_or_else(|error| report(&error));
    if let Some(telemetry) = telemetry {
        telemetry.end();
    }
    // A read of standard input may still be waiting for the terminal; nobody wants its answer.
    runtime.shutdown_background();
    code
}

/// Does it. An interrupt ends it, in a way that lets it take back what it has begun to write; those that
/// run programs, or serve, get interrupts themselves.
async fn until_interrupted(cli: Cli, file: Settings) -> Result<ExitCode, CliError> {
    use Subcommand::{Exec, Run, Serve};
    if matches!(cli.command, Run(_) | Exec(_) | Serve(_)) {
        return dispatch(cli, file).await;
    }
    let mut interrupts = Interrupts::listen().map_err(|source| CliError::Threads { source })?;
    tokio::select! {
        biased;
        done = dispatch(cli, file) => done,
        signal = interrupts.next() => Err(CliError::Interrupted(signal)),
    }
}

async fn dispatch(cli: Cli, file: Settings) -> Result<ExitCode, CliError> {
    match cli.command {
        Subcommand::Run(args) => run::run(args, &cli.data).await,
        Subcommand::Create(args) => sandboxes::create(args, &cli.data).await,
        Subcommand::Exec(args) => exec::exec(args, &cli.data).await,
        Subcommand::Ls(args) => sandboxes::list(args, &cli.data).await,
        Subcommand::Get(args) => sandboxes::get(args, &cli.data).await,
        Subcommand::Rm(args) => sandboxes::remove(args, &cli.data).await,
        Subcommand::Cp(args) => cp::copy(args, &cli.data).await,
        Subcommand::Files(args) => files::files(args, &cli.data).await,
        Subcommand::Logs(args) => exec::logs(args, &cli.data).await,
        Subcommand::Jobs(args) => jobs::jobs(args, &cli.data).await,
        Subcommand::Events(args) => sandboxes::events(args, &cli.data).await,
        Subcommand::Completions { shell } => {
            output::completions(shell);
            Ok(ExitCode::SUCCESS)
        }
        Subcommand::Runtime(args) => runtime::runtime(args, &cli.data).await,
        Subcommand::Serve(args) => serve::serve(args, &cli.data, file).await,
        Subcommand::Snapshot(args) => snapshot::snapshot(args, &cli.data).await,
        Subcommand::Checkpoint(args) => checkpoint::checkpoint(args, &cli.data).await,
        Subcommand::Pause(args) => lifecycle::pause(args, &cli.data).await,
        Subcommand::Resume(args) => lifecycle::resume(args, &cli.data).await,
        Subcommand::Fork(args) => lifecycle::fork(args, &cli.data).await,
        Subcommand::Diff(args) => diff::diff(args, &cli.data).await,
        Subcommand::Keys(args) => keys::keys(args, &cli.data).await,
        Subcommand::Gc(args) => care::gc(args, &cli.data).await,
        Subcommand::Fsck(args) => care::fsck(args, &cli.data).await,
    }
}

fn report(error: &CliError) -> ExitCode {
    output::error(error);
    ExitCode::from(exit::code(error))
}
