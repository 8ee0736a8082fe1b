//! What can go wrong, for callers.

use thiserror::Error;

use super::journal::JournalError;
use super::records::{RecordsError, SandboxStatus};
use crate::engine::EngineError;
use crate::id::{ExecutionId, JobId, KeyId, PortId, SandboxId, StreamId};
use crate::process::LaunchError;
use crate::runtime::RuntimeError;
use crate::store::StoreError;
use crate::vfs::FsError;

/// The kind of an error: what a caller branches on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The thing named does not exist.
    NotFound,
    /// The call contradicts the present state.
    Conflict,
    /// Another execution is running; try again later.
    Busy,
    /// The sandbox has ended.
    Gone,
    /// The call itself is wrong and will never work.
    InvalidArgument,
    /// No or no valid credentials.
    Unauthorized,
    /// A limit or quota is reached.
    LimitExceeded,
    /// Not now: starting up, shutting down.
    Unavailable,
    /// A guest does not answer.
    Unreachable,
    /// A bug or a failing machine.
    Internal,
}

/// An error of the sandbox layer. Branch on [`SandboxError::kind`]; the text is for people.
///
/// What a guest does is never an error: exit codes, traps, timeouts and running out of memory are
/// values in records.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct SandboxError(#[from] Repr);

/// The cases, private so that they may grow.
#[derive(Debug, Error)]
pub(crate) enum Repr {
    #[error("there is no sandbox {id}")]
    SandboxNotFound { id: SandboxId },
    #[error("there is no execution {id}")]
    ExecutionNotFound { id: ExecutionId },
    #[error("there is no job {id}")]
    JobNotFound { id: JobId },
    #[error("there is no stream {id}")]
    StreamNotFound { id: StreamId },
    #[error("stream {id} {what}")]
    StreamUse { id: StreamId, what: &'static str },
    #[error("stream {id} would have {size} bytes, more than the limit of {limit}")]
    StreamTooLarge { id: StreamId, size: u64, limit: u64 },
    #[error("no sandbox exposes a port as {id}")]
    PortNotFound { id: PortId },
    #[error("sandbox {id} exposes no port; create it with network.port")]
    NoPort { id: SandboxId },
    #[error("nothing answers on port {port} of this sandbox, which is {status}")]
    PortClosed { port: u16, status: SandboxStatus },
    #[error("there is no key {id}")]
    KeyNotFound { id: KeyId },
    #[error("there is no snapshot {reference:?}")]
    SnapshotNotFound { reference: String },
    #[error("sandbox {sandbox} has no checkpoint {reference:?}")]
    CheckpointNotFound {
        sandbox: SandboxId,
        reference: String,
    },
    #[error(
        "sandbox {sandbox} has a checkpoint {name:?} already; choose another name or delete it"
    )]
    CheckpointExists { sandbox: SandboxId, name: String },
    #[error("there is no runtime {name:?}; available: {available}")]
    RuntimeNotFound { name: String, available: String },
    #[error("sandbox {id} is {status} and accepts no more work")]
    Ended {
        id: SandboxId,
        status: SandboxStatus,
    },
    #[error("sandbox {id} is running another execution")]
    Busy { id: SandboxId },
    #[error("sandbox {id} is {status}")]
    Conflict {
        id: SandboxId,
        status: SandboxStatus,
    },
    #[error("jobs are running in sandbox {id} ({jobs}); stop them first")]
    JobsRunning { id: SandboxId, jobs: usize },
    #[error("files of sandbox {id} are still in use")]
    FilesInUse { id: SandboxId },
    #[error("{what}: {reason}")]
    Invalid { what: &'static str, reason: String },
    #[error("{limit} is reached ({value}); {advice}")]
    Limit {
        limit: &'static str,
        value: u64,
        advice: &'static str,
    },
    #[error("cannot install {packages} (exit code {code}){}{said}", if said.is_empty() { "" } else { ":\n" })]
    Packages {
        packages: String,
        code: i32,
        /// The end of what the installation wrote.
        said: String,
        /// Whether the registry is to blame, as far as is known.
        outage: bool,
    },
    #[error("this Belljar is closing")]
    Closing,
    #[error(transparent)]
    Fs(#[from] FsError),
    #[error("the store failed")]
    Store(#[from] StoreError),
    #[error("the archive cannot be imported")]
    Import(#[source] StoreError),
    #[error("the archive has more than {limit} {what}")]
    ArchiveTooLarge { what: &'static str, limit: u64 },
    #[error(
        "the archive takes {bytes} bytes and {entries} entries more; the sandbox's disk has {disk} \
         bytes and {files} entries left"
    )]
    NoRoom {
        bytes: u64,
        entries: u64,
        disk: u64,
        files: u64,
    },
    #[error("{written} of {entries} entries of the archive were unpacked before this happened")]
    Unpacked {
        written: u64,
        entries: u64,
        source: Box<SandboxError>,
    },
    #[error("files cannot be saved")]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("the engine cannot be set up")]
    Launch(#[from] LaunchError),
    #[error(transparent)]
    Records(#[from] RecordsError),
    #[error("the data folder cannot be used")]
    Data(#[source] std::io::Error),
    #[error("the data folder {} is in use by another Belljar", folder.display())]
    DataInUse { folder: std::path::PathBuf },
    #[error("kept output cannot be read")]
    Output(#[source] std::io::Error),
    #[error("a background task failed")]
    Task(#[source] tokio::task::JoinError),
}

impl SandboxError {
    /// The kind of this error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match &self.0 {
            Repr::SandboxNotFound { .. }
            | Repr::ExecutionNotFound { .. }
            | Repr::JobNotFound { .. }
            | Repr::KeyNotFound { .. }
            | Repr::PortNotFound { .. }
            | Repr::SnapshotNotFound { .. }
            | Repr::StreamNotFound { .. }
            | Repr::CheckpointNotFound { .. }
            | Repr::RuntimeNotFound { .. }
            | Repr::Fs(FsError::NotFound { .. }) => ErrorKind::NotFound,
            Repr::Ended { .. } => ErrorKind::Gone,
            Repr::Busy { .. } => ErrorKind::Busy,
            Repr::Conflict { .. }
            | Repr::CheckpointExists { .. }
            | Repr::StreamUse { .. }
            | Repr::JobsRunning { .. }
            | Repr::FilesInUse { .. }
            | Repr::Fs(FsError::Exists { .. } | FsError::NotEmpty { .. }) => ErrorKind::Conflict,
            Repr::Invalid { .. }
            | Repr::Fs(
                FsError::NotADirectory { .. }
                | FsError::IsADirectory { .. }
                | FsError::InvalidPath { .. }
                | FsError::NameTooLong { .. }
                | FsError::PermissionDenied { .. },
            ) => ErrorKind::InvalidArgument,
            Repr::Unpacked { source, .. } => source.kind(),
            Repr::Limit { .. }
            | Repr::ArchiveTooLarge { .. }
            | Repr::NoRoom { .. }
            | Repr::StreamTooLarge { .. }
            | Repr::Fs(FsError::TooLarge { .. } | FsError::NoSpace { .. }) => {
                ErrorKind::LimitExceeded
            }
            Repr::Import(StoreError::ArchiveTooLarge { .. }) => ErrorKind::LimitExceeded,
            Repr::Import(
                StoreError::Archive { .. }
                | StoreError::Input { .. }
                | StoreError::DifferentVersion { .. },
            ) => ErrorKind::InvalidArgument,
            Repr::Packages { outage: false, .. } | Repr::NoPort { .. } => {
                ErrorKind::InvalidArgument
            }
            Repr::PortClosed { .. } => ErrorKind::Unreachable,
            Repr::Closing | Repr::DataInUse { .. } | Repr::Packages { .. } => {
                ErrorKind::Unavailable
            }
            Repr::Fs(FsError::Io { .. } | FsError::Store(_))
            | Repr::Store(_)
            | Repr::Import(_)
            | Repr::Journal(_)
            | Repr::Runtime(_)
            | Repr::Engine(_)
            | Repr::Launch(_)
            | Repr::Records(_)
            | Repr::Data(_)
            | Repr::Output(_)
            | Repr::Task(_) => ErrorKind::Internal,
        }
    }

    /// A stable machine code, as the wire names it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.0 {
            Repr::SandboxNotFound { .. } => "SANDBOX_NOT_FOUND",
            Repr::ExecutionNotFound { .. } => "EXECUTION_NOT_FOUND",
            Repr::JobNotFound { .. } => "JOB_NOT_FOUND",
            Repr::KeyNotFound { .. } => "KEY_NOT_FOUND",
            Repr::PortNotFound { .. } => "PORT_NOT_FOUND",
            Repr::PortClosed { .. } => "PORT_CLOSED",
            Repr::SnapshotNotFound { .. } => "SNAPSHOT_NOT_FOUND",
            Repr::StreamNotFound { .. } => "STREAM_NOT_FOUND",
            Repr::CheckpointNotFound { .. } => "CHECKPOINT_NOT_FOUND",
            Repr::RuntimeNotFound { .. } => "RUNTIME_NOT_FOUND",
            Repr::Fs(FsError::NotFound { .. }) => "FILE_NOT_FOUND",
            Repr::Ended { .. } => "SANDBOX_TERMINATED",
            Repr::Busy { .. } => "SANDBOX_BUSY",
            Repr::Unpacked { source, .. } => source.code(),
            Repr::StreamTooLarge { .. }
            | Repr::ArchiveTooLarge { .. }
            | Repr::NoRoom { .. }
            | Repr::Fs(FsError::TooLarge { .. })
            | Repr::Import(StoreError::ArchiveTooLarge { .. }) => "TOO_LARGE",
            _ => match self.kind() {
                ErrorKind::NotFound => "NOT_FOUND",
                ErrorKind::Conflict => "CONFLICT",
                ErrorKind::Busy => "SANDBOX_BUSY",
                ErrorKind::Gone => "SANDBOX_TERMINATED",
                ErrorKind::InvalidArgument => "INVALID_ARGUMENT",
                ErrorKind::Unauthorized => "UNAUTHORIZED",
                ErrorKind::LimitExceeded => "RATE_LIMITED",
                ErrorKind::Unavailable => "UNAVAILABLE",
                ErrorKind::Unreachable => "UNREACHABLE",
                ErrorKind::Internal => "INTERNAL",
            },
        }
    }

    pub(crate) fn invalid(what: &'static str, reason: impl Into<String>) -> Self {
        Self(Repr::Invalid {
            what,
            reason: reason.into(),
        })
    }
}

/// Lets `?` lift the errors of the layers below.
macro_rules! lift {
    ($($error:ty),*) => {
        $(impl From<$error> for SandboxError {
            fn from(error: $error) -> Self {
                Self(error.into())
            }
        })*
    };
}
lift!(
    FsError,
    StoreError,
    JournalError,
    RuntimeError,
    EngineError,
    LaunchError,
    RecordsError
);

/// An error with all its sources, for a log.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
