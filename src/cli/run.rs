//! `belljar run`: one program, one sandbox, our three streams and our exit code.
//!
//! Nothing is kept in between: output goes from a bounded pipe to our stdout and stderr, and the
//! guest waits while ours are full; input is read from our stdin only as fast as the guest takes
//! it. What ended the program against its will the library says on its stderr. The first Ctrl-C (or SIGTERM) is the guest's, which may handle it; the second ends it.

mod streams;

use std::process::ExitCode;

use crate::{
    Belljar, Command, Execution, ExecutionRecord, FileWrite, OutputMode, Sandbox, SandboxOptions,
    Signal, Stdin,
};

use super::args::RunArgs;
use super::data::DataArgs;
use super::exit::{CliError, INTERRUPTED, TERMINATED};
use super::file::FileArg;
use super::interrupt::Interrupts;
use super::{exit, infer, stats};
use streams::Streams;

/// Runs the program that `args` name.
pub(super) async fn run(args: RunArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    if args.server.url.is_some() {
        return super::exec::run(&args, data).await;
    }
    // First of all: an interrupt must never leave a half-written installation unannounced.
    let mut interrupts = Interrupts::listen().map_err(|source| CliError::Threads { source })?;
    tokio::select! {
        biased;
        signal = interrupts.next() => Ok(ExitCode::from(by_signal(signal))),
        started = start(&args, data) => {
            let started = started?;
            let code = attend(&started, &mut interrupts, &args).await;
            if let Err(error) = started.sandbox.destroy().await {
                // Its files stay behind in a temporary folder; the program's result stands.
                tracing::warn!(%error, "the sandbox could not be removed");
            }
            started.belljar.close().await;
            code.map(ExitCode::from)
        }
    }
}

/// A running program and what it runs in.
struct Started {
    belljar: Belljar,
    sandbox: Sandbox,
    execution: Execution,
}

async fn start(args: &RunArgs, data: &DataArgs) -> Result<Started, CliError> {
    let belljar = Belljar::open(data.in_memory()?).await?;
    let (options, command) = describe(args, &belljar)?;
    let files = files(args)?;
    // One step after the other, so that what fails is said here and not found out later.
    belljar.install_runtime(&options.runtime).await?;
    let sandbox = belljar.create(options).await?;
    sandbox.write_files(files).await?;
    let execution = sandbox.execute(command).await?;
    Ok(Started {
        belljar,
        sandbox,
        execution,
    })
}

fn files(args: &RunArgs) -> Result<Vec<FileWrite>, CliError> {
    args.file.iter().map(FileArg::read).collect()
}

/// What the library is asked for.
fn describe(args: &RunArgs, belljar: &Belljar) -> Result<(SandboxOptions, Command), CliError> {
    let runtime = match (&args.runtime, args.command.first()) {
        (Some(runtime), _) => runtime.clone(),
        (None, Some(program)) if args.package.is_empty() => {
            infer::runtime_for(program, &belljar.runtimes())?
        }
        (None, Some(program)) => infer::runtime_with_packages_for(program, &belljar.runtimes())?,
        (None, None) => String::new(),
    };
    let mut options = SandboxOptions::new(runtime).network(args.network);
    if let Some(limit) = args.timeout {
        options = options.execution_timeout(limit);
    }
    if let Some(memory) = args.memory {
        options = options.memory(memory);
    }
    if let Some(cpu) = args.cpu {
        options = options.cpu(cpu);
    }
    for package in &args.package {
        options = options.package(package);
    }
    for (name, value) in &args.env {
        options = options.env(name, value);
    }
    let mut command = Command::new(args.command.iter().cloned())
        .stdin(Stdin::Pipe)
        .output(&OutputMode::Pipe);
    if let Some(fuel) = args.fuel {
        command = command.fuel(fuel);
    }
    if let Some(workdir) = &args.workdir {
        command = command.cwd(workdir);
    }
    Ok((options, command))
}

/// Carries the streams and the signals until the program has ended.
async fn attend(
    started: &Started,
    interrupts: &mut Interrupts,
    args: &RunArgs,
) -> Result<u8, CliError> {
    let execution = &started.execution;
    let streams = Streams::connect(execution);
    let mut already: Option<Signal> = None;
    let record = loop {
        tokio::select! {
            record = execution.wait() => break record,
            signal = interrupts.next() => match already {
                None => {
                    execution.signal(signal);
                    already = Some(signal);
                }
                Some(first) => {
                    execution.signal(Signal::Kill);
                    execution.wait().await;
                    return Ok(by_signal(first));
                }
            },
        }
    };
    // What the program wrote is ours to deliver, but not against the user's will.
    let written = tokio::select! {
        written = streams.finish() => written,
        signal = interrupts.next() => return Ok(by_signal(signal)),
    };
    let code = exit_code(&record);
    if args.stats {
        let delivered = *written.as_ref().unwrap_or(&0);
        let stats = execution.stats();
        stats::print(stats.as_ref(), record.status, code, delivered);
    }
    written
        .map(|_| code)
        .map_err(|source| CliError::WriteOutput { source })
}

fn exit_code(record: &ExecutionRecord) -> u8 {
    // A program's status is one byte; an ended execution always has one.
    record
        .exit_code
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(exit::INTERNAL)
}

fn by_signal(signal: Signal) -> u8 {
    match signal {
        Signal::Terminate => TERMINATED,
        _ => INTERRUPTED,
    }
}
