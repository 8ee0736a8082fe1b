//! A sandbox engine that runs code nobody has reviewed, inside WebAssembly.
//!
//! A *sandbox* is a private filesystem, an environment, limits and a life cycle. A *process* in it
//! is one WebAssembly instance whose only door to the world is the host functions that Belljar
//! links: no root, no container, no virtual machine, the same on Linux, macOS and Windows.
//!
//! ```no_run
//! use belljar::{Belljar, BelljarOptions, Command, SandboxOptions};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), belljar::SandboxError> {
//! let belljar = Belljar::open(BelljarOptions::at("data")).await?;
//! let command = Command::new(["python3", "-c", "print(sum([1, 2, 3]))"]);
//! let output = belljar.run(SandboxOptions::new("python:3.14"), command).await?;
//! assert_eq!((output.exit_code, output.stdout), (0, b"6\n".to_vec()));
//! # Ok(())
//! # }
//! ```
//!
//! The first command of a runtime on a machine installs it, which takes about half a minute; from
//! then on a sandbox starts in milliseconds.
//!
//! # Terms
//!
//! *guest*: code inside a sandbox. *host*: this library. *runtime*: what a sandbox is made of, a
//! tree of programs and their library. *component*, *instance*, *store*, *linker*: wasmtime's.
//! *process*: one instance. *execution*: one command of a sandbox, from request to exit status.
//! *job*: a command in a sandbox's background, beside its execution.
//! *one-shot*: a sandbox made for one execution. *spool*: retained output of a process. *epoch*:
//! the clock tick at which guests can be stopped. *fuel*: an exact budget of instructions.
//! *account*: what memory or CPU time is charged to. *ledger*: the records of all that happened.
//!
//! # Features
//!
//! `sqlite`: records that survive a restart. `http`: requests of guests over `wasi:http`. `registry`:
//! npm packages, through the host's npm configuration. `server`: the HTTP API as a router. `cli`
//! (default): the `belljar` command, with all of them. Embedders use `default-features = false`.

pub(crate) mod clock;
pub(crate) mod digest;
pub(crate) mod engine;
pub(crate) mod host;
pub(crate) mod id;
pub(crate) mod limits;
pub(crate) mod net;
pub(crate) mod process;
pub(crate) mod registry;
pub(crate) mod runtime;
pub(crate) mod sandbox;
pub(crate) mod store;
pub(crate) mod units;
pub(crate) mod vfs;

#[cfg(feature = "server")]
pub mod api;
#[cfg(feature = "sqlite")]
pub(crate) mod db;
#[cfg(feature = "http")]
pub(crate) mod http;
#[cfg(not(feature = "http"))]
pub(crate) mod no_http;
#[cfg(all(feature = "server", not(feature = "otel")))]
pub(crate) mod no_otel;
#[cfg(feature = "registry")]
pub(crate) mod npm;
#[cfg(feature = "otel")]
pub(crate) mod otel;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;

#[cfg(not(feature = "http"))]
pub(crate) use no_http as http;
#[cfg(all(feature = "server", not(feature = "otel")))]
pub(crate) use no_otel as otel;

pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use digest::Digest;
pub use id::{
    CheckpointId, EventId, ExecutionId, JobId, KeyId, OrgId, PortId, RuntimeId, SandboxId,
    SnapshotId, StreamId,
};
pub use process::Signal;
pub use runtime::{InstallProgress, Stage};
pub use sandbox::records::{
    CheckpointRecord, Direction, EventRecord, ExecutionRecord, ExecutionStatus, JobRecord,
    JobStatus, Network, Resources, SandboxFilter, SandboxMode, SandboxRecord, SandboxSort,
    SandboxStatus, SnapshotFilter, SnapshotRecord, SnapshotSort, Timeouts,
};
pub use sandbox::{
    ArchiveFormat, Belljar, BelljarOptions, BuildContent, BuildFile, BuildOptions, BuildStart,
    Command, ComponentOutput, DamagedObject, ErrorKind, Execution, FileEntry, FileWrite,
    ForkOptions, GarbageReport, Job, KeyOptions, Ledger, MissingObject, NewKey, Output, OutputMode,
    OutputReader, Paused, PortConnection, RuntimeInfo, Sandbox, SandboxError, SandboxOptions,
    SnapshotFile, SnapshotOptions, Stats, Stdin, StdinWriter, StoreReport, Stream, StreamClosed,
    StreamFilter, StreamInfo, StreamOptions, StreamSort, TreeChange, TreeChangeKind, TreeDiff,
    TreeEntryKind, TreeRef, Usage,
};
pub use units::{ByteSize, Millicores, UnitError, format_duration, parse_duration};

/// Where the npm packages come from that sandboxes install.
pub mod packages {
    pub use crate::registry::{
        Asked, Content, Error, PackageSpec, ReadAt, Registry, check_name, check_version,
    };

    #[cfg(feature = "registry")]
    pub use crate::npm::{Client as NpmRegistry, Config as NpmConfig};
}

/// Where records are kept.
pub mod records {
    pub use crate::sandbox::records::{
        BackendError, Change, KeyLimits, KeyRecord, MemoryRecords, OrgRecord, Records,
        RecordsError, SandboxStats, StatsFilter,
    };

    #[cfg(feature = "sqlite")]
    pub use crate::db::SqliteRecords;
}
