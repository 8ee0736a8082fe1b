//! The seam between processes and the engine that runs them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;

use super::control::Control;
use super::exit::ExitStatus;
use super::pipe::{PipeReader, PipeWriter};
use super::spool::Spool;
use crate::limits::MemoryAccount;
use crate::limits::cpu::CpuAccount;
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
    /// Kept, up to the spool's limit; never blocks the guest.
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
    /// Filesystem.
    pub(crate) vfs: Vfs,
    /// Standard input.
    pub(crate) stdin: Input,
    /// Standard output.
    pub(crate) stdout: Output,
    /// Standard error.
    pub(crate) stderr: Output,
    /// What memory is charged to.
    pub(crate) memory: Arc<MemoryAccount>,
    /// What running time is charged to, and its share.
    pub(crate) cpu: Arc<CpuAccount>,
    /// Instruction budget; `None` runs unmetered by fuel.
    pub(crate) fuel: Option<u64>,
    /// Signals in.
    pub(crate) control: Arc<Control>,
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
    /// The engine failed.
    #[error("the engine cannot start it")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Runs a program to its end.
///
/// Implementations run the guest on threads of their own and return promptly after
/// [`Control::kill`]. Dropping the future ends the guest, too. All memory charged to the account
/// has been released when the future resolves. The streams are closed by then.
pub(crate) trait Launch: Send + Sync + std::fmt::Debug + 'static {
    /// Starts and runs `spec` until it ends.
    fn launch(&self, spec: LaunchSpec) -> BoxFuture<'static, Result<Completion, LaunchError>>;
}
