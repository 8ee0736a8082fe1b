//! The command line: arguments in, printing out, and the wiring of the library to both.
//!
//! Everything that reads the environment, finds folders or writes to a terminal is here. It knows no
//! more of the library than any other program could: it is a module of it only so that tests and
//! `main` share one build. Output of a guest goes to our own stdout and
//! stderr untouched; what the command itself has to say goes to stderr, one line at a time, with
//! `belljar:` before it.

mod args;
mod care;
mod checkpoint;
mod data;
mod diff;
mod exit;
mod file;
mod infer;
mod interrupt;
mod lifecycle;
mod log;
mod output;
mod progress;
mod run;
mod runtime;
mod serve;
mod snapshot;
mod stats;
mod table;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Subcommand};
use exit::CliError;

/// Runs the command that the process's arguments name.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return output::usage(&error),
    };
    log::init();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("belljar-io")
        .build()
    {
        Ok(runtime) => runtime,
        Err(source) => return report(&CliError::Threads { source }),
    };
    let code = match runtime.block_on(dispatch(cli)) {
        Ok(code) => code,
        Err(error) => report(&error),
    };
    // A read of standard input may still be waiting for the terminal; nobody wants its answer.
    runtime.shutdown_background();
    code
}

async fn dispatch(cli: Cli) -> Result<ExitCode, CliError> {
    match cli.command {
        Subcommand::Run(args) => run::run(args, &cli.data).await,
        Subcommand::Runtime(args) => runtime::runtime(args, &cli.data).await,
        Subcommand::Serve(args) => serve::serve(args, &cli.data).await,
        Subcommand::Snapshot(args) => snapshot::snapshot(args, &cli.data).await,
        Subcommand::Checkpoint(args) => checkpoint::checkpoint(args, &cli.data).await,
        Subcommand::Pause(args) => lifecycle::pause(args, &cli.data).await,
        Subcommand::Resume(args) => lifecycle::resume(args, &cli.data).await,
        Subcommand::Fork(args) => lifecycle::fork(args, &cli.data).await,
        Subcommand::Diff(args) => diff::diff(args, &cli.data).await,
        Subcommand::Gc(args) => care::gc(args, &cli.data).await,
        Subcommand::Fsck(args) => care::fsck(args, &cli.data).await,
    }
}

fn report(error: &CliError) -> ExitCode {
    output::error(error);
    ExitCode::from(exit::code(error))
}
