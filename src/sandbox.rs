//! Sandboxes: who may run what, when, and for how long.
//!
//! This layer wires the ones below it: a runtime's tree under a private filesystem, processes on
//! an engine, output in spools, and records of it all. It knows nothing of HTTP, of a command line
//! or of where records are kept.
//!
//! Invariants:
//! - A sandbox's status changes only as [`state`] allows, and every change is recorded in order.
//! - At most one execution runs in a sandbox at a time; jobs run beside it.
//! - When an execution or a job is seen as ended, its output is complete and its streams are closed.

mod archive;
mod belljar;
mod build;
mod bundle;
mod checkpoint;
mod collector;
mod component;
mod content_type;
mod create;
mod diff;
mod disk;
mod error;
mod event;
mod execution;
mod files;
mod filesystem;
mod folder;
mod forget;
mod fork;
mod garbage;
mod handle;
mod job;
mod journal;
mod keys;
mod ledger;
mod lineage;
mod lookup;
mod name;
mod options;
mod packages;
mod pause;
mod port;
mod reaper;
pub(crate) mod records;
mod recover;
mod run;
mod runtimes;
mod snapshot;
mod state;
mod stream;
mod switch;
mod usage;
mod validate;
mod weight;

/// The target of spans that are for traces and not for the log: requests, executions, jobs.
pub(crate) const TRACE: &str = "belljar::trace";

pub use belljar::{Belljar, Output};
pub use build::{BuildContent, BuildFile, BuildOptions, BuildStart};
pub use bundle::ArchiveFormat;
pub use component::ComponentOutput;
pub use diff::{SnapshotFile, TreeChange, TreeChangeKind, TreeDiff, TreeEntryKind, TreeRef};
pub use error::{ErrorKind, SandboxError};
pub use execution::{Execution, Stats, StdinWriter};
pub use files::FileEntry;
pub use fork::ForkOptions;
pub use garbage::{DamagedObject, GarbageReport, MissingObject, StoreReport};
pub use handle::Sandbox;
pub use job::Job;
pub use keys::{KeyOptions, NewKey};
pub use ledger::Ledger;
pub use options::{BelljarOptions, Command, FileWrite, OutputMode, SandboxOptions, Stdin};
pub use pause::Paused;
pub use port::PortConnection;
pub use runtimes::RuntimeInfo;
pub use snapshot::SnapshotOptions;
pub use stream::{
    OutputReader, Stream, StreamClosed, StreamFilter, StreamInfo, StreamOptions, StreamSort,
};
pub use usage::Usage;
