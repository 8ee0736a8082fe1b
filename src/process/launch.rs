//! The seam between processes and the engine that runs them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;

use super::control::Control;
use super::description::Description;
use super::exit::ExitStatus;
use super::pipe::{PipeReader, PipeWriter};
use super::session::Process;
use super::spool::Spool;
use crate::limits::MemoryAccount;
use crate::limits::cpu::CpuAccount;
use crate::net;
use crate::registry;
use crate::vfs::{ProgramFile, Vfs};

/// What a process reads as its standard input.
#[derive(Debug)]
pub(crate) enum Input {
    /// Nothing: the end at once.
    Empty,
    /// These bytes, then the end.
    Bytes(Bytes),
    /// What comes through a pipe.
    Pipe(PipeReader),
}

/// Where a process's standard output or error goes.
#[derive(Clone, Debug)]
pub(crate) enum Output {
    /// Dropped.
    Discard,
    /// Kept, up to the spool's limit; beyond that the guest waits for those who read it, if any do.
    Spool(Arc<Spool>),
    /// Into a pipe: the guest waits while it is full.
    Pipe(Arc<PipeWriter>),
}

/// Everything a guest is started with.
#[derive(Debug)]
pub(crate) struct LaunchSpec {
    /// The program.
    pub(crate) program: ProgramFile,
    /// Arguments, the program's name first.
    pub(crate) argv: Vec<String>,
    /// Environment.
    pub(crate) env: Vec<(String, String)>,
    /// Working directory, an absolute path.
    pub(crate) cwd: String,
    /// Filesystem.
    pub(crate) vfs: Vfs,
    /// What it reads from and writes to, by number: 0, 1 and 2 are its standard streams.
    pub(crate) descriptions: BTreeMap<u32, Description>,
    /// What memory is charged to.
    pub(crate) memory: Arc<MemoryAccount>,
    /// What running time is charged to, and its share.
    pub(crate) cpu: Arc<CpuAccount>,
    /// Instruction budget; `None` runs unmetered by fuel.
    pub(crate) fuel: Option<u64>,
    /// Signals in.
    pub(crate) control: Arc<Control>,
    /// What it takes, kept up to date while it runs.
    pub(crate) usage: Arc<LiveUsage>,
    /// Its place among other processes; without one it can start none.
    pub(crate) process: Option<Arc<Process>>,
    /// What it may do on the network.
    pub(crate) network: net::Access,
    /// Whether it may get npm packages.
    pub(crate) packages: registry::Access,
}

/// What a running process takes.
#[derive(Debug, Default)]
pub(crate) struct LiveUsage {
    cpu_nanos: AtomicU64,
    memory: Arc<AtomicU64>,
}

impl LiveUsage {
    /// Time it was running, up to its last pause.
    pub(crate) fn cpu(&self) -> Duration {
        Duration::from_nanos(self.cpu_nanos.load(Ordering::Relaxed))
    }

    /// Adds to the time.
    pub(crate) fn ran(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.cpu_nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    /// Bytes of memory it has.
    pub(crate) fn memory(&self) -> u64 {
        self.memory.load(Ordering::Relaxed)
    }

    /// Where to say how much memory it has.
    pub(crate) fn memory_now(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.memory)
    }
}

/// How a process ended and what it took.
#[derive(Clone, Debug)]
pub(crate) struct Completion {
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// Time it was running (on a core).
    pub(crate) cpu: Duration,
    /// From the start until its first instruction.
    pub(crate) instantiate: Duration,
    /// Most bytes of memory it held.
    pub(crate) peak_memory: u64,
    /// Instructions used, where they were counted.
    pub(crate) fuel_used: Option<u64>,
}

/// A guest could not be started, through no fault of its own.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LaunchError {
    /// The program needs more memory than the sandbox has left.
    #[error(
        "it needs more memory to start than the sandbox has left ({available} of {limit} bytes)"
    )]
    NotEnoughMemory {
        /// Bytes left.
        available: u64,
        /// The sandbox's limit in bytes.
        limit: u64,
    },
    /// The file is no program this version can run.
    #[error("it is not a program that can be run: {reason}")]
    NotAProgram {
        /// Why.
        reason: String,
    },
    /// All places for processes are taken, and none became free in time.
    #[error("too many processes are running: resource temporarily unavailable")]
    NoSlot,
    /// The engine failed.
    #[error("the engine cannot start it")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Who is told how a process ended. Told exactly once, unless it is forgotten: if it is dropped
/// before, that the engine failed.
pub(crate) struct Ended(Option<Tell>);

type Tell = Box<dyn FnOnce(Result<Completion, LaunchError>) + Send>;

impl Ended {
    /// Calls `tell`.
    pub(crate) fn new(tell: impl FnOnce(Result<Completion, LaunchError>) + Send + 'static) -> Self {
        Self(Some(Box::new(tell)))
    }

    /// Tells.
    pub(crate) fn tell(mut self, result: Result<Completion, LaunchError>) {
        if let Some(tell) = self.0.take() {
            tell(result);
        }
    }

    /// Tells nobody: it never started.
    pub(crate) fn forget(mut self) {
        self.0 = None;
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        if let Some(tell) = self.0.take() {
            let lost = "a process was lost: its thread panicked, or the engine is closing";
            tell(Err(LaunchError::Engine(lost.into())));
        }
    }
}

impl std::fmt::Debug for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ended").finish_non_exhaustive()
    }
}

/// Runs programs.
///
/// Implementations run a guest on threads of their own and end it promptly after
/// [`Control::kill`].
pub(crate) trait Launch: Send + Sync + std::fmt::Debug + 'static {
    /// Starts `spec`; the future resolves once it has been started, and the process runs on whether
    /// somebody waits or not. After its end, and only if it was started, `ended` is told; all memory
    /// charged to the account has been released by then, and its descriptions are let go of.
    ///
    /// Waits for a place to run in. A process that others have started waits for a bounded time
    /// only, since all places may be taken by processes that wait for their children.
    fn launch(&self, spec: LaunchSpec, ended: Ended)
    -> BoxFuture<'static, Result<(), LaunchError>>;
}
