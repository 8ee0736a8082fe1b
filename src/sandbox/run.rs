//! The course of a command: files, process, timeout, result. What an execution adds to that is here,
//! too; what a job does is in `job`.

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
use super::stream::Watch;
use super::switch::Switch;
use crate::engine::Metering;
use crate::id::{ExecutionId, StreamId};
use crate::process::{
    Completion, ExitStatus, Input, Output, PipeWriter, Request, Session, Setting, StartError, pipe,
};
use crate::registry;
use crate::units::{ByteSize, format_duration};
use crate::vfs::{GuestPath, WORKSPACE};

/// Exit code of an execution that ran out of time, as `timeout(1)` has it.
const TIMEOUT_CODE: i32 = 124;
/// Exit code of a cancelled execution: 128 + `SIGINT`.
const CANCELLED_CODE: i32 = 130;

/// Mode bits that new files do not get unless a program says otherwise: the usual 022.
const UMASK: u32 = 0o022;

/// A command with its streams connected, ready to start.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) command: Command,
    cwd: GuestPath,
    stdin: Input,
    stdout: Output,
    stderr: Output,
    /// Whether its processes may get npm packages.
    packages: registry::Access,
}

impl Connected {
    /// A command of our own: it is no execution and no job, and all it says goes to one place.
    pub(crate) fn aside(
        command: Command,
        output: Output,
        packages: registry::Access,
    ) -> Result<Self, SandboxError> {
        Ok(Self {
            command,
            cwd: GuestPath::parse(WORKSPACE, &GuestPath::root())?,
            stdin: Input::Empty,
            stdout: output.clone(),
            stderr: output,
            packages,
        })
    }
}

/// The other ends of a command's streams.
#[derive(Debug)]
pub(crate) struct Ends {
    pub(crate) stdin: Option<Arc<PipeWriter>>,
    pub(crate) stdout: Outlet,
    pub(crate) stderr: Outlet,
    /// What the outputs are found by, if they are kept.
    pub(crate) stdout_id: Option<StreamId>,
    pub(crate) stderr_id: Option<StreamId>,
}

/// An execution that is ready to start.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) running: Arc<Running>,
    process: Connected,
}

/// Connects the streams of `command`. `watch` counts who reads its outputs.
pub(crate) fn connect(
    sandbox: &Arc<Inner>,
    mut command: Command,
    watch: Option<&Arc<dyn Watch>>,
) -> Result<(Connected, Ends), SandboxError> {
    let workspace = GuestPath::parse(WORKSPACE, &GuestPath::root())?;
    let cwd = match &command.cwd {
        Some(path) => GuestPath::parse(path, &workspace)?,
        None => workspace,
    };
    // Dropped on the way out, it takes back the outputs of a command that will not be.
    let mut opened = Opened {
        sandbox,
        ids: Vec::new(),
    };
    let (stdout, stdout_outlet, stdout_id) = opened.output(&command, &command.stdout, watch)?;
    let (stderr, stderr_outlet, stderr_id) = opened.output(&command, &command.stderr, watch)?;
    let (stdin, stdin_writer) = match std::mem::take(&mut command.stdin) {
        Stdin::Empty => (Input::Empty, None),
        Stdin::Bytes(bytes) => (Input::Bytes(bytes), None),
        Stdin::Pipe => {
            let (writer, reader) = pipe();
            (Input::Pipe(reader), Some(Arc::new(writer)))
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
            opened.ids.push(id);
            (Input::Pipe(reader), None)
        }
    };
    for id in std::mem::take(&mut opened.ids) {
        sandbox.own_stream(id);
    }
    let process = Connected {
        command,
        cwd,
        stdin,
        stdout,
        stderr,
        packages: sandbox.packages.clone(),
    };
    let ends = Ends {
        stdin: stdin_writer,
        stdout: stdout_outlet,
        stderr: stderr_outlet,
        stdout_id,
        stderr_id,
    };
    Ok((process, ends))
}

/// Connects the streams of `command` and makes its record, without starting anything.
pub(crate) fn prepare(
    sandbox: &Arc<Inner>,
    command: Command,
    auto_resumed: bool,
) -> Result<Prepared, SandboxError> {
    let watched = Arc::new(Watched(OnceLock::new()));
    let watch: Arc<dyn Watch> = Arc::<Watched>::clone(&watched);
    let (process, ends) = connect(sandbox, command, Some(&watch))?;
    let record = sandbox.record();
    let running = Arc::new(Running::new(Parts {
        record: ExecutionRecord {
            id: ExecutionId::generate(),
            sandbox_id: record.id,
            org: record.org,
            kind: "exec".into(),
            command: process.command.argv.clone(),
            status: ExecutionStatus::Queued,
            exit_code: None,
            created_at: sandbox.shared.clock.now(),
            started_at: None,
            completed_at: None,
            duration_ms: None,
            error: None,
            stdout: ends.stdout_id,
            stderr: ends.stderr_id,
            output_truncated: false,
            auto_resumed,
        },
        stdout: ends.stdout,
        stderr: ends.stderr,
        stdin: ends.stdin,
        abandon_after: sandbox.shared.abandon_after,
    }));
    // Set once, here; it breaks the circle between streams and the execution they belong to.
    drop(watched.0.set(Arc::downgrade(&running)));
    Ok(Prepared { running, process })
}

/// Streams opened for a command that is not there yet.
struct Opened<'a> {
    sandbox: &'a Inner,
    ids: Vec<StreamId>,
}

impl Opened<'_> {
    fn output(
        &mut self,
        command: &Command,
        mode: &OutputMode,
        watch: Option<&Arc<dyn Watch>>,
    ) -> Result<(Output, Outlet, Option<StreamId>), SandboxError> {
        let (id, keep) = match mode {
            OutputMode::Discard => return Ok((Output::Discard, Outlet::None, None)),
            OutputMode::Pipe => {
                let (writer, reader) = pipe();
                let outlet = Outlet::Pipe(std::sync::Mutex::new(Some(reader)));
                return Ok((Output::Pipe(Arc::new(writer)), outlet, None));
            }
            OutputMode::Capture => (StreamId::generate(), false),
            OutputMode::Route(id) => (id.clone(), true),
        };
        let org = self.sandbox.record().org;
        let shared = &self.sandbox.shared;
        let stamps = command.timestamps.then(|| Arc::clone(&shared.clock));
        let watch = watch.map(Arc::clone);
        let spool = shared.streams.create_output(&id, &org, keep, watch, stamps);
        let spool = spool.ok_or_else(|| {
            let reason = format!(
                "output cannot be routed to {id}: it is not a stream of yours, or is used for \
                 something else; make one with POST /stream"
            );
            SandboxError::invalid("stream", reason)
        })?;
        self.ids.push(id.clone());
        let output = Output::Spool(Arc::clone(&spool));
        Ok((output, Outlet::Spool(spool), Some(id)))
    }
}

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        for id in &self.ids {
            self.sandbox.shared.streams.undo_output(id);
        }
    }
}

/// Runs a prepared execution to its end and records everything about it. Never fails: what goes
/// wrong is in the record.
pub(crate) async fn run(sandbox: Arc<Inner>, prepared: Prepared) {
    let Prepared { running, process } = prepared;
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

    let cancelled = || running.is_cancelled();
    let (outcome, written) = carry_out(&sandbox, process, &running.switch, cancelled).await;
    if sandbox.mode == SandboxMode::Oneshot {
        // It ends with its command, and they with it.
        sandbox.end_jobs("the sandbox has ended").await;
    }
    record_end(outcome.status.as_str(), outcome.exit_code);
    finish(&sandbox, &running, outcome, written, started.elapsed());
}

/// Says in the span of an execution or a job how it ended.
pub(super) fn record_end(status: &str, exit_code: i32) {
    let span = tracing::Span::current();
    span.record("status", status);
    span.record("exit_code", exit_code);
}

/// Runs a command to its end and saves what it has done to the files; also gives how many bytes came
/// out of it. `cancelled` is asked at the end.
pub(crate) async fn carry_out(
    sandbox: &Arc<Inner>,
    process: Connected,
    switch: &Switch,
    cancelled: impl Fn() -> bool + Send,
) -> (Outcome, u64) {
    let program = process.command.argv.first().cloned().unwrap_or_default();
    let (stdout, stderr) = (process.stdout.clone(), process.stderr.clone());
    let ended = launch(sandbox, process, switch).await;
    // Before anybody hears of the end: what they hear of survives a crash.
    let saved = sandbox.save().await;
    let written = written(&stdout, &stderr);
    drop(stdout);
    let mut outcome = Outcome::of(ended, &program, cancelled());
    if let Err(error) = saved {
        let error = super::error::chain(&error);
        tracing::error!(sandbox = %sandbox.id, error, "the files of an execution are not saved");
        let text = format!("its files are not saved: {error}");
        outcome.error.get_or_insert(text);
    }
    if let Some(message) = &outcome.message {
        say(&stderr, message).await;
    }
    (outcome, written)
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
    result: Result<Completion, StartError>,
    timed_out: Option<Duration>,
}

async fn launch(
    sandbox: &Arc<Inner>,
    process: Connected,
    switch: &Switch,
) -> Result<Ended, SandboxError> {
    let Connected {
        mut command,
        cwd,
        stdin,
        stdout,
        stderr,
        packages,
    } = process;
    // A checkpoint may be being restored since before this command was accepted, or the sandbox is
    // being paused, which waits for this.
    let begins = tokio::select! {
        biased;
        _ = switch.fatal() => false,
        _entered = sandbox.disk.shared() => true,
    };
    if begins && !command.files.is_empty() {
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
    let setting = Setting {
        launch: launcher,
        vfs,
        memory: Arc::clone(&sandbox.memory),
        cpu: Arc::clone(&sandbox.cpu),
        fuel: command.fuel,
        uploads: sandbox.shared.uploads,
        network: sandbox.network.clone(),
        packages,
    };
    let session = Session::new(setting, Arc::clone(&sandbox.population));
    switch.connect(&session);
    let process = session.run(Request {
        program,
        argv: command.argv,
        env: env.into_iter().collect(),
        cwd,
        descriptions: BTreeMap::from([(0, stdin.into()), (1, stdout.into()), (2, stderr.into())]),
        new_group: true,
        umask: UMASK,
        control: Some(Arc::clone(switch.control())),
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
            switch.kill();
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

/// What a command's end means for its record.
pub(crate) struct Outcome {
    pub(crate) status: ExecutionStatus,
    pub(crate) exit_code: i32,
    /// For the record, if it could not be run to its own end.
    pub(crate) error: Option<String>,
    /// For the guest's standard error.
    message: Option<String>,
    pub(crate) completion: Option<Completion>,
}

impl Outcome {
    /// Of a command that was cancelled before it began.
    fn cancelled() -> Self {
        Self {
            status: ExecutionStatus::Cancelled,
            exit_code: CANCELLED_CODE,
            error: Some("cancelled".to_owned()),
            message: None,
            completion: None,
        }
    }

    fn of(ended: Result<Ended, SandboxError>, program: &str, cancelled: bool) -> Self {
        let (result, timed_out) = match ended {
            Ok(ended) => (ended.result, ended.timed_out),
            // Its sandbox was taken away before it could begin.
            Err(_) if cancelled => return Self::cancelled(),
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
            (_, _) if killed && cancelled => (
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
    let sent = sandbox.network.take_sent();
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
        sandbox.network_egress_bytes += sent;
        if oneshot {
            sandbox.exit_code = Some(outcome.exit_code);
            sandbox.ended_at = Some(now);
        }
    });
    if let Err(refusal) = stepped {
        tracing::debug!(sandbox = %sandbox.id, ?refusal, "the sandbox had ended first");
    }
    if oneshot {
        // Those that began after the others were ended.
        sandbox.kill_jobs("the sandbox has ended");
    }
    running.end();
    sandbox.execution_ended(running, oneshot);
    if sandbox.shared.durable || !oneshot {
        let record = running.record();
        settle(sandbox, [record.stdout, record.stderr]);
    }
}

/// Puts the output on disk, behind everybody's back: nobody waits for it. A long-lived sandbox
/// would otherwise hold the output of all its commands in memory.
pub(crate) fn settle(sandbox: &Arc<Inner>, ids: [Option<StreamId>; 2]) {
    let shared = Arc::clone(&sandbox.shared);
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
    let Prepared { running, process } = prepared;
    if let Output::Spool(spool) = &process.stderr {
        spool.append(format!("belljar: {reason}\n").as_bytes());
    }
    drop(process);
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
