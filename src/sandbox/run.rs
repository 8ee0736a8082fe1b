//! The course of one execution: files, process, timeout, result.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use serde_json::json;

use super::error::{Repr, SandboxError};
use super::event::{EventKind, event};
use super::execution::{Outlet, Parts, Running, Stats, Watched};
use super::handle::Inner;
use super::options::{Command, OutputMode, Stdin};
use super::records::{Change, ExecutionRecord, ExecutionStatus, SandboxMode, SandboxStatus};
use super::state::Step;
use crate::engine::Metering;
use crate::id::{ExecutionId, StreamId};
use crate::process::{
    Completion, ExitStatus, Input, LaunchSpec, Output, ProcessError, SpawnSpec, pipe, spawn,
};
use crate::units::{ByteSize, format_duration};
use crate::vfs::{GuestPath, WORKSPACE};

/// Exit code of an execution that ran out of time, as `timeout(1)` has it.
const TIMEOUT_CODE: i32 = 124;
/// Exit code of a cancelled execution: 128 + `SIGINT`.
const CANCELLED_CODE: i32 = 130;

/// A command with its streams connected, ready to start.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) running: Arc<Running>,
    command: Command,
    cwd: GuestPath,
    stdin: Input,
    stdout: Output,
    stderr: Output,
}

/// Connects the streams of `command` and makes its record, without starting anything.
pub(crate) fn prepare(
    sandbox: &Arc<Inner>,
    mut command: Command,
    auto_resumed: bool,
) -> Result<Prepared, SandboxError> {
    let workspace = GuestPath::parse(WORKSPACE, &GuestPath::root())?;
    let cwd = match &command.cwd {
        Some(path) => GuestPath::parse(path, &workspace)?,
        None => workspace,
    };
    let watched = Arc::new(Watched(OnceLock::new()));
    let (stdout, stdout_outlet, stdout_id) = connect(sandbox, &command, &command.stdout, &watched)?;
    let (stderr, stderr_outlet, stderr_id) = connect(sandbox, &command, &command.stderr, &watched)?;
    let (stdin, stdin_writer) = match std::mem::take(&mut command.stdin) {
        Stdin::Empty => (Input::Empty, None),
        Stdin::Bytes(bytes) => (Input::Bytes(bytes), None),
        Stdin::Pipe => {
            let (writer, reader) = pipe();
            (Input::Pipe(reader), Some(writer))
        }
        Stdin::Stream(id) => {
            let org = sandbox.record().org;
            let reader = sandbox
                .shared
                .streams
                .take_input(&id, &org)
                .ok_or_else(|| {
                    SandboxError::invalid(
                        "stream.stdin",
                        format!("there is no unused input stream {id}"),
                    )
                })?;
            (Input::Pipe(reader), None)
        }
    };
    let record = sandbox.record();
    let running = Arc::new(Running::new(Parts {
        record: ExecutionRecord {
            id: ExecutionId::generate(),
            sandbox_id: record.id,
            org: record.org,
            kind: "exec".into(),
            command: command.argv.clone(),
            status: ExecutionStatus::Queued,
            exit_code: None,
            created_at: sandbox.shared.clock.now(),
            started_at: None,
            completed_at: None,
            duration_ms: None,
            error: None,
            stdout: stdout_id,
            stderr: stderr_id,
            output_truncated: false,
            auto_resumed,
        },
        stdout: stdout_outlet,
        stderr: stderr_outlet,
        stdin: stdin_writer,
        abandon_after: sandbox.shared.abandon_after,
    }));
    // Set once, here; it breaks the circle between streams and the execution they belong to.
    drop(watched.0.set(Arc::downgrade(&running)));
    Ok(Prepared {
        running,
        command,
        cwd,
        stdin,
        stdout,
        stderr,
    })
}

fn connect(
    sandbox: &Arc<Inner>,
    command: &Command,
    mode: &OutputMode,
    watched: &Arc<Watched>,
) -> Result<(Output, Outlet, Option<StreamId>), SandboxError> {
    let spooled = |id: StreamId| {
        let org = sandbox.record().org;
        let watch = Arc::clone(watched);
        let shared = &sandbox.shared;
        let stamps = command.timestamps.then(|| Arc::clone(&shared.clock));
        let spool = shared.streams.create_output(&id, &org, watch, stamps);
        let spool = spool.ok_or_else(|| {
            SandboxError::invalid("stream", format!("output cannot be routed to {id}"))
        })?;
        sandbox.own_stream(id.clone());
        Ok((
            Output::Spool(Arc::clone(&spool)),
            Outlet::Spool(spool),
            Some(id),
        ))
    };
    match mode {
        OutputMode::Discard => Ok((Output::Discard, Outlet::None, None)),
        OutputMode::Capture => spooled(StreamId::generate()),
        OutputMode::Route(id) => spooled(id.clone()),
        OutputMode::Pipe => {
            let (writer, reader) = pipe();
            let outlet = Outlet::Pipe(std::sync::Mutex::new(Some(reader)));
            Ok((Output::Pipe(Arc::new(writer)), outlet, None))
        }
    }
}

/// Runs a prepared command to its end and records everything about it. Never fails: what goes
/// wrong is in the record.
pub(crate) async fn run(sandbox: Arc<Inner>, prepared: Prepared) {
    let running = Arc::clone(&prepared.running);
    let shared = Arc::clone(&sandbox.shared);
    let started = Instant::now();
    let started_at = shared.clock.now();
    let record = running.update(|record| {
        record.status = ExecutionStatus::Running;
        record.started_at = Some(started_at);
    });
    shared.ledger.write(vec![
        Change::PutExecution(Box::new(record)),
        Change::AddEvent(event(
            &sandbox.id,
            EventKind::ExecutionStarted,
            started_at,
            [("executionId", json!(running.id))],
        )),
    ]);

    let (stdout, stderr) = (prepared.stdout.clone(), prepared.stderr.clone());
    let ended = launch(&sandbox, prepared).await;
    // Before anybody hears of the end: what they hear of survives a crash.
    let saved = sandbox.save().await;
    let written = written(&stdout, &stderr);
    drop(stdout);
    let mut outcome = Outcome::of(ended, &running);
    if let Err(error) = saved {
        let error = super::error::chain(&error);
        tracing::error!(sandbox = %sandbox.id, error, "the files of an execution are not saved");
        let text = format!("its files are not saved: {error}");
        outcome.error.get_or_insert(text);
    }
    if let Some(message) = &outcome.message {
        say(&stderr, message).await;
    }
    drop(stderr);
    finish(&sandbox, &running, outcome, written, started.elapsed());
}

/// Bytes that came out of both streams, which may be one.
fn written(stdout: &Output, stderr: &Output) -> u64 {
    let same =
        matches!((stdout, stderr), (Output::Spool(a), Output::Spool(b)) if Arc::ptr_eq(a, b));
    let count = |output: &Output| match output {
        Output::Discard => 0,
        Output::Spool(spool) => spool.written(),
        Output::Pipe(writer) => writer.written(),
    };
    count(stdout) + if same { 0 } else { count(stderr) }
}

/// How a launch ended, before it is decided what that means.
struct Ended {
    result: Result<Completion, ProcessError>,
    timed_out: Option<Duration>,
}

async fn launch(sandbox: &Arc<Inner>, prepared: Prepared) -> Result<Ended, SandboxError> {
    let Prepared {
        running,
        mut command,
        cwd,
        stdin,
        stdout,
        stderr,
    } = prepared;
    // A checkpoint may be being restored since before this execution was accepted.
    drop(sandbox.disk.shared().await);
    if !command.files.is_empty() {
        sandbox
            .write_files(std::mem::take(&mut command.files))
            .await?;
    }
    let vfs = sandbox.filesystem().await?;
    if command.cwd.is_some() {
        // Here, since no guest would notice: WASI has no working directory to fail to change to.
        vfs.check_directory(&cwd)?;
    }
    let record = sandbox.record();
    let limit = command
        .timeout
        .or(record.timeouts.execution)
        .filter(|limit| !limit.is_zero());
    let env = environment(&record.env, &command.env, &cwd);
    let metering = if command.fuel.is_some() {
        Metering::Fuel
    } else {
        Metering::Epoch
    };
    let launcher = sandbox.shared.runtimes.launcher(metering).await?;
    let program = command.argv.first().cloned().unwrap_or_default();
    let control = Arc::clone(&running.control);
    let lookup = SpawnSpec {
        program: &program,
        env: &env,
        cwd: &cwd,
        vfs: &vfs,
    };
    let process = spawn(&*launcher, lookup, |program| LaunchSpec {
        program,
        argv: command.argv,
        env: env.clone().into_iter().collect(),
        vfs: vfs.clone(),
        stdin,
        stdout,
        stderr,
        memory: Arc::clone(&sandbox.memory),
        cpu: Arc::clone(&sandbox.cpu),
        fuel: command.fuel,
        control: Arc::clone(&control),
    });
    let mut process = std::pin::pin!(process);
    let Some(limit) = limit else {
        return Ok(Ended {
            result: process.await,
            timed_out: None,
        });
    };
    tokio::select! {
        biased;
        result = &mut process => Ok(Ended { result, timed_out: None }),
        () = tokio::time::sleep(limit) => {
            control.kill();
            Ok(Ended { result: process.await, timed_out: Some(limit) })
        }
    }
}

/// The environment of a process: what every sandbox has, what this one has, what the command has.
fn environment(
    sandbox: &BTreeMap<String, String>,
    command: &BTreeMap<String, String>,
    cwd: &GuestPath,
) -> BTreeMap<String, String> {
    let defaults = [
        ("HOME", WORKSPACE),
        ("LANG", "C.UTF-8"),
        ("LOGNAME", "agentuity"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("SHELL", "/bin/sh"),
        ("USER", "agentuity"),
    ];
    let mut env: BTreeMap<String, String> = defaults
        .into_iter()
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    for (name, value) in sandbox.iter().chain(command) {
        env.insert(name.clone(), value.clone());
    }
    // Not a matter of taste: WASI has no working directory, programs take it from here.
    env.insert("PWD".into(), cwd.as_str().into());
    env
}

/// What an execution's end means for its record.
struct Outcome {
    status: ExecutionStatus,
    exit_code: i32,
    /// For the record, if it could not be run to its own end.
    error: Option<String>,
    /// For the guest's standard error.
    message: Option<String>,
    completion: Option<Completion>,
}

impl Outcome {
    /// Of an execution that was cancelled before it began.
    fn cancelled() -> Self {
        Self {
            status: ExecutionStatus::Cancelled,
            exit_code: CANCELLED_CODE,
            error: Some("cancelled".to_owned()),
            message: None,
            completion: None,
        }
    }

    fn of(ended: Result<Ended, SandboxError>, running: &Running) -> Self {
        let program = running
            .record()
            .command
            .first()
            .cloned()
            .unwrap_or_default();
        let (result, timed_out) = match ended {
            Ok(ended) => (ended.result, ended.timed_out),
            // Its sandbox was taken away before it could begin.
            Err(_) if running.is_cancelled() => return Self::cancelled(),
            Err(error) => {
                let text = error.to_string();
                return Self {
                    status: ExecutionStatus::Failed,
                    exit_code: 126,
                    message: Some(format!("belljar: {text}")),
                    error: Some(text),
                    completion: None,
                };
            }
        };
        let completion = match result {
            Ok(completion) => completion,
            Err(error) => {
                let text = error.to_string();
                return Self {
                    status: ExecutionStatus::Failed,
                    exit_code: error.code(),
                    message: Some(format!("belljar: {text}")),
                    error: Some(text),
                    completion: None,
                };
            }
        };
        let killed = matches!(completion.status, ExitStatus::Signaled(_));
        let (status, exit_code, error, message) = match (&completion.status, timed_out) {
            (_, Some(limit)) if killed => {
                let text = format!("timed out after {}", format_duration(limit));
                let message = format!("belljar: {program}: {text}");
                (
                    ExecutionStatus::Timeout,
                    TIMEOUT_CODE,
                    Some(text),
                    Some(message),
                )
            }
            (_, _) if killed && running.is_cancelled() => (
                ExecutionStatus::Cancelled,
                CANCELLED_CODE,
                Some("cancelled".to_owned()),
                None,
            ),
            (ExitStatus::OutOfFuel, _) => {
                let text = "out of fuel".to_owned();
                let message = format!("belljar: {program}: {text}");
                let code = completion.status.code();
                (ExecutionStatus::Failed, code, Some(text), Some(message))
            }
            (ExitStatus::OutOfMemory, _) => {
                let message = format!("belljar: {program}: out of memory");
                (ExecutionStatus::Completed, 137, None, Some(message))
            }
            (ExitStatus::Trapped(reason), _) => {
                let message = format!("belljar: {program}: {reason}");
                (
                    ExecutionStatus::Completed,
                    completion.status.code(),
                    None,
                    Some(message),
                )
            }
            (status, _) => (ExecutionStatus::Completed, status.code(), None, None),
        };
        Self {
            status,
            exit_code,
            error,
            message,
            completion: Some(completion),
        }
    }
}

/// Adds a line of ours to the guest's standard error.
async fn say(stderr: &Output, message: &str) {
    let line = format!("{message}\n");
    match stderr {
        Output::Discard => {}
        Output::Spool(spool) => spool.append(line.as_bytes()),
        // Nobody may be reading any more: not worth waiting for.
        Output::Pipe(writer) => {
            let write = writer.write_all(line.into());
            drop(tokio::time::timeout(Duration::from_millis(100), write).await);
        }
    }
}

/// Makes the end visible, in the order that clients rely on (wire-api §4.1): exit code, streams,
/// sandbox status, waiters.
fn finish(
    sandbox: &Arc<Inner>,
    running: &Arc<Running>,
    outcome: Outcome,
    written: u64,
    wall: Duration,
) {
    let shared = &sandbox.shared;
    let now = shared.clock.now();
    let spools = [running.stdout.spool(), running.stderr.spool()];
    let truncated = spools.iter().flatten().any(|spool| spool.truncated());
    let record = running.update(|record| {
        record.status = outcome.status;
        record.exit_code = Some(outcome.exit_code);
        record.completed_at = Some(now);
        record.duration_ms = Some(u64::try_from(wall.as_millis()).unwrap_or(u64::MAX));
        record.error = outcome.error;
        record.output_truncated = truncated;
    });
    let mut memory_byte_seconds = 0;
    let cpu_time_ms = u64::try_from(sandbox.cpu.used().as_millis()).unwrap_or(u64::MAX);
    if let Some(completion) = &outcome.completion {
        memory_byte_seconds = completion.peak_memory.saturating_mul(wall.as_secs());
        running.set_stats(Stats {
            wall,
            cpu: completion.cpu,
            instantiate: completion.instantiate,
            peak_memory: ByteSize::new(completion.peak_memory),
            output_bytes: written,
            fuel_used: completion.fuel_used,
        });
    }
    for spool in spools.iter().flatten() {
        spool.close();
    }
    let sandbox_now = sandbox.record();
    let oneshot = sandbox_now.mode == SandboxMode::Oneshot;
    let mut changes = vec![
        Change::PutExecution(Box::new(record)),
        Change::AddEvent(event(
            &sandbox.id,
            EventKind::ExecutionCompleted,
            now,
            [
                ("executionId", json!(running.id)),
                ("status", json!(outcome.status)),
                ("exitCode", json!(outcome.exit_code)),
            ],
        )),
    ];
    // One that is being destroyed ends in another way.
    if oneshot && sandbox_now.status == SandboxStatus::Running {
        changes.push(Change::AddEvent(event(
            &sandbox.id,
            EventKind::Terminated,
            now,
            [("exitCode", json!(outcome.exit_code))],
        )));
    }
    // Before the status: whoever sees that one finds the events.
    shared.ledger.write(changes);
    let stepped = sandbox.take_step(Step::Finish, |sandbox| {
        sandbox.cpu_time_ms = cpu_time_ms;
        sandbox.memory_byte_seconds += memory_byte_seconds;
        if oneshot {
            sandbox.exit_code = Some(outcome.exit_code);
            sandbox.ended_at = Some(now);
        }
    });
    if let Err(refusal) = stepped {
        tracing::debug!(sandbox = %sandbox.id, ?refusal, "the sandbox had ended first");
    }
    running.end();
    sandbox.execution_ended(running, oneshot);
    if sandbox.shared.durable || !oneshot {
        settle(sandbox, &running.record());
    }
}

/// Puts the output on disk, behind everybody's back: nobody waits for it. A long-lived sandbox
/// would otherwise hold the output of all its executions in memory.
fn settle(sandbox: &Arc<Inner>, record: &ExecutionRecord) {
    let shared = Arc::clone(&sandbox.shared);
    let ids = [record.stdout.clone(), record.stderr.clone()];
    sandbox.shared.runtimes.engine().spawn_blocking(move || {
        for id in ids.iter().flatten() {
            shared.streams.settle(id);
        }
    });
}

/// Refuses work for a sandbox that is ending or busy.
pub(crate) fn refused(sandbox: &Inner, refusal: super::state::Refusal) -> SandboxError {
    let record = sandbox.record();
    match refusal {
        super::state::Refusal::Busy => Repr::Busy { id: record.id },
        super::state::Refusal::Ended => Repr::Ended {
            id: record.id,
            status: record.status,
        },
        super::state::Refusal::Creating | super::state::Refusal::Impossible => Repr::Conflict {
            id: record.id,
            status: record.status,
        },
    }
    .into()
}

/// Ends an execution that was prepared and will never start.
pub(crate) fn give_up(sandbox: &Arc<Inner>, prepared: Prepared, reason: &str) {
    let running = Arc::clone(&prepared.running);
    if let Output::Spool(spool) = &prepared.stderr {
        spool.append(format!("belljar: {reason}\n").as_bytes());
    }
    drop(prepared);
    let cancelled = running.is_cancelled();
    let outcome = Outcome {
        status: if cancelled {
            ExecutionStatus::Cancelled
        } else {
            ExecutionStatus::Failed
        },
        exit_code: if cancelled { CANCELLED_CODE } else { 126 },
        error: Some(reason.to_owned()),
        message: None,
        completion: None,
    };
    finish(sandbox, &running, outcome, 0, Duration::ZERO);
}
