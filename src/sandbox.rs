//! Sandboxes: who may run what, when, and for how long.
//!
//! This layer wires the ones below it: a runtime's tree under a private filesystem, processes on
//! an engine, output in spools, and records of it all. It knows nothing of HTTP, of a command line
//! or of where records are kept.
//!
//! Invariants:
//! - A sandbox's status changes only as [`state`] allows, and every change is recorded in order.
//! - At most one execution runs in a sandbox at a time.
//! - When an execution is seen as ended, its output is complete and its streams are closed.

mod belljar;
mod create;
mod error;
mod event;
mod execution;
mod files;
mod handle;
mod ledger;
mod lookup;
mod options;
mod reaper;
pub(crate) mod records;
mod recover;
mod run;
mod runtimes;
mod state;
mod stream;
mod validate;

pub use belljar::{Belljar, Output};
pub use error::{ErrorKind, SandboxError};
pub use execution::{Execution, Stats, StdinWriter};
pub use files::FileEntry;
pub use handle::Sandbox;
pub use ledger::Ledger;
pub use options::{BelljarOptions, Command, FileWrite, OutputMode, SandboxOptions, Stdin};
pub use runtimes::RuntimeInfo;
pub use stream::{OutputReader, Stream, StreamClosed};
