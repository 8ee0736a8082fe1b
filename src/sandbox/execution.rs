//! Executions: one command in one sandbox, from request to result.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;

use super::records::{ExecutionRecord, ExecutionStatus};
use super::stream::{OutputReader, StreamClosed, Watch};
use super::switch::Switch;
use crate::id::ExecutionId;
use crate::process::{PipeReader, PipeWriter, Signal, Spool};
use crate::units::ByteSize;

/// What an execution took.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// From its start to its end, on the clock on the wall.
    pub wall: Duration,
    /// Time its program was running on a core.
    pub cpu: Duration,
    /// From the start of its process to the first instruction.
    pub instantiate: Duration,
    /// Most memory its process held.
    pub peak_memory: ByteSize,
    /// Bytes it wrote to both streams, also those beyond the limit of what is kept. Discarded output
    /// is not counted.
    pub output_bytes: u64,
    /// Instructions it used, where they were counted.
    pub fuel_used: Option<u64>,
}

/// Where one output stream of a running command can be read.
#[derive(Debug)]
pub(crate) enum Outlet {
    Spool(Arc<Spool>),
    /// Until its one reader takes it.
    Pipe(Mutex<Option<PipeReader>>),
    None,
}

impl Outlet {
    pub(crate) fn reader(&self, watch: Option<WatchGuard>) -> OutputReader {
        match self {
            Self::Spool(spool) => OutputReader::of_spool(spool, watch),
            Self::Pipe(reader) => match lock(reader).take() {
                Some(reader) => OutputReader::of_pipe(reader),
                None => OutputReader::empty(),
            },
            Self::None => OutputReader::empty(),
        }
    }

    pub(crate) fn spool(&self) -> Option<&Arc<Spool>> {
        match self {
            Self::Spool(spool) => Some(spool),
            Self::Pipe(_) | Self::None => None,
        }
    }
}

/// The shared state of one execution.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) id: ExecutionId,
    record: Mutex<ExecutionRecord>,
    stats: Mutex<Option<Stats>>,
    ended: watch::Sender<bool>,
    pub(crate) switch: Switch,
    pub(crate) stdout: Outlet,
    pub(crate) stderr: Outlet,
    pub(crate) stdin: Option<Arc<PipeWriter>>,
    cancelled: AtomicBool,
    watchers: AtomicUsize,
    detached: AtomicBool,
    abandon_after: Option<Duration>,
}

/// What a [`Running`] is made of.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) record: ExecutionRecord,
    pub(crate) stdout: Outlet,
    pub(crate) stderr: Outlet,
    pub(crate) stdin: Option<Arc<PipeWriter>>,
    pub(crate) abandon_after: Option<Duration>,
}

impl Running {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            id: parts.record.id.clone(),
            record: Mutex::new(parts.record),
            stats: Mutex::default(),
            ended: watch::Sender::new(false),
            switch: Switch::default(),
            stdout: parts.stdout,
            stderr: parts.stderr,
            stdin: parts.stdin,
            cancelled: AtomicBool::new(false),
            watchers: AtomicUsize::new(0),
            detached: AtomicBool::new(false),
            abandon_after: parts.abandon_after,
        }
    }

    pub(crate) fn record(&self) -> ExecutionRecord {
        lock(&self.record).clone()
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut ExecutionRecord)) -> ExecutionRecord {
        let mut record = lock(&self.record);
        change(&mut record);
        record.clone()
    }

    pub(crate) fn set_stats(&self, stats: Stats) {
        *lock(&self.stats) = Some(stats);
    }

    /// Wakes everybody who waits. The record must be final.
    pub(crate) fn end(&self) {
        self.ended.send_replace(true);
    }

    pub(crate) fn is_ended(&self) -> bool {
        *self.ended.borrow()
    }

    /// Resolves when the execution has ended.
    pub(crate) async fn ended(&self) {
        // The sender is in `self`, so this only ends with `true`.
        drop(self.ended.subscribe().wait_for(|ended| *ended).await);
    }

    /// Ends the execution as cancelled; no effect on one that has ended.
    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        self.switch.kill();
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// Counts one more who waits for this execution, until the guard is dropped.
    pub(crate) fn watch(self: &Arc<Self>) -> WatchGuard {
        self.watchers.fetch_add(1, Ordering::AcqRel);
        WatchGuard {
            execution: Arc::downgrade(self),
        }
    }

    /// Nobody waits any more: the execution is cancelled unless somebody comes back in time
    /// (wire-api §4.3: a client that aborts sends nothing but a closed connection).
    fn left_alone(self: &Arc<Self>) {
        let Some(grace) = self.abandon_after else {
            return;
        };
        if self.is_ended() || !self.detached.load(Ordering::Acquire) {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let execution = Arc::clone(self);
        runtime.spawn(async move {
            tokio::select! {
                () = execution.ended() => {}
                () = tokio::time::sleep(grace) => {
                    if execution.watchers.load(Ordering::Acquire) == 0 {
                        execution.cancel();
                    }
                }
            }
        });
    }
}

/// Lets the registry of streams count readers without knowing executions.
#[derive(Debug)]
pub(crate) struct Watched(pub(crate) std::sync::OnceLock<Weak<Running>>);

impl Watch for Watched {
    fn watch(&self) -> WatchGuard {
        match self.0.get().and_then(Weak::upgrade) {
            Some(execution) => execution.watch(),
            None => WatchGuard {
                execution: Weak::new(),
            },
        }
    }
}

/// Somebody waits for an execution; see [`Running::watch`].
#[derive(Debug)]
pub(crate) struct WatchGuard {
    execution: Weak<Running>,
}

impl Drop for WatchGuard {
    fn drop(&mut self) {
        if let Some(execution) = self.execution.upgrade()
            && execution.watchers.fetch_sub(1, Ordering::AcqRel) == 1
        {
            execution.left_alone();
        }
    }
}

/// A command that was started in a sandbox.
///
/// Dropping it cancels the command, unless [`Execution::detach`] was called or it has ended.
#[derive(Debug)]
pub struct Execution {
    running: Arc<Running>,
    cancel_on_drop: bool,
}

impl Execution {
    pub(crate) fn new(running: Arc<Running>) -> Self {
        Self {
            running,
            cancel_on_drop: true,
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &ExecutionId {
        &self.running.id
    }

    /// What is known of it now.
    #[must_use]
    pub fn record(&self) -> ExecutionRecord {
        self.running.record()
    }

    /// What it took, once it has ended.
    #[must_use]
    pub fn stats(&self) -> Option<Stats> {
        lock(&self.running.stats).clone()
    }

    /// Reads its standard output from the first byte. Piped output has one reader: the first.
    #[must_use]
    pub fn stdout(&self) -> OutputReader {
        self.running.stdout.reader(Some(self.running.watch()))
    }

    /// Reads its standard error; as [`Execution::stdout`].
    #[must_use]
    pub fn stderr(&self) -> OutputReader {
        self.running.stderr.reader(Some(self.running.watch()))
    }

    /// Its standard input, if it was started with [`Stdin::Pipe`](super::Stdin::Pipe).
    #[must_use]
    pub fn stdin(&self) -> Option<StdinWriter> {
        self.running.stdin.clone().map(StdinWriter::new)
    }

    /// Sends its program a signal, and those that this has started without a group of their own, as
    /// a terminal does. No effect once it has ended.
    pub fn signal(&self, signal: Signal) {
        self.running.switch.signal(signal);
    }

    /// Ends it as cancelled. No effect once it has ended.
    pub fn cancel(&self) {
        self.running.cancel();
    }

    /// Waits for its end. Dropping the future does not cancel the command.
    pub async fn wait(&self) -> ExecutionRecord {
        self.running.ended().await;
        self.running.record()
    }

    /// Lets the command go on when this handle is dropped.
    pub fn detach(mut self) {
        self.running.detached.store(true, Ordering::Release);
        self.cancel_on_drop = false;
    }
}

impl Drop for Execution {
    fn drop(&mut self) {
        if self.cancel_on_drop && self.running.record().status != ExecutionStatus::Completed {
            self.running.cancel();
        }
    }
}

/// Writes the standard input of a command. Dropping it does not end the input; [`finish`] does.
///
/// [`finish`]: StdinWriter::finish
#[derive(Clone, Debug)]
pub struct StdinWriter {
    writer: Arc<PipeWriter>,
}

impl StdinWriter {
    pub(crate) fn new(writer: Arc<PipeWriter>) -> Self {
        Self { writer }
    }

    /// Writes all of `bytes`, waiting while the program does not read.
    ///
    /// # Errors
    /// [`StreamClosed`] once the program has ended.
    pub async fn write(&self, bytes: Bytes) -> Result<(), StreamClosed> {
        self.writer.write_all(bytes).await.map_err(|_| StreamClosed)
    }

    /// The program sees the end of its input after what was written.
    pub fn finish(&self) {
        self.writer.finish();
    }

    /// Resolves when the program no longer reads.
    pub async fn closed(&self) {
        self.writer.closed().await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
