//! Records: what is remembered about organisations, keys, sandboxes, executions, jobs and events.
//!
//! A record is plain data, written whole. The state machine decides what a record says; this module
//! only keeps it. [`Records`] is the contract, [`MemoryRecords`] the implementation for embedders who
//! need nothing to survive, and the `db` module the one in SQLite. Both are held to the contract by
//! the same tests (`records/contract.rs`) and compared with each other over random changes.
//!
//! This module does not know where records are kept, what a legal state transition is, or who may
//! see which record. Nothing here runs on a request's task: see [`Ledger`](super::ledger::Ledger).

mod error;
mod filter;
mod job;
mod memory;
mod model;
mod snapshot;
mod stats;

#[cfg(test)]
pub(crate) mod contract;

use std::fmt::Debug;

pub use self::error::{BackendError, RecordsError};
pub use self::filter::{Direction, SandboxFilter, SandboxSort};
pub use self::job::{JobRecord, JobStatus};
pub use self::memory::MemoryRecords;
pub use self::model::{
    EventRecord, ExecutionRecord, ExecutionStatus, KeyLimits, KeyRecord, Network, OrgRecord,
    Resources, SandboxMode, SandboxRecord, SandboxStatus, Timeouts,
};
pub use self::snapshot::{CheckpointRecord, SnapshotFilter, SnapshotRecord, SnapshotSort};
pub use self::stats::{SandboxStats, StatsFilter};
use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::id::{CheckpointId, ExecutionId, JobId, KeyId, SandboxId, SnapshotId};

/// One step of a batch given to [`Records::apply`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// Adds the sandbox, or replaces the whole record of the same id.
    PutSandbox(Box<SandboxRecord>),
    /// Adds the execution, or replaces the whole record of the same id. An execution stays with the
    /// sandbox it was added for.
    PutExecution(Box<ExecutionRecord>),
    /// Adds the job, or replaces the whole record of the same id. A job stays with the sandbox it was
    /// added for.
    PutJob(Box<JobRecord>),
    /// Adds an event at the end of its sandbox's log. An event never changes: one whose id is already
    /// there is left as it is.
    AddEvent(EventRecord),
    /// Adds the organisation, or replaces the one of the same id.
    PutOrg(OrgRecord),
    /// Adds the key, or replaces the one of the same id.
    PutKey(KeyRecord),
    /// Adds the organisation, unless there is one of its name already.
    AddOrg(OrgRecord),
    /// Notes that a key was used. Nothing happens if there is none of this id.
    TouchKey(KeyId, Timestamp),
    /// Revokes a key. Nothing happens if there is none of this id, or if it is revoked already.
    RevokeKey(KeyId, Timestamp),
    /// Forgets a key. Nothing happens if there is none of this id.
    DeleteKey(KeyId),
    /// Adds the snapshot, or replaces the whole record of the same id.
    PutSnapshot(Box<SnapshotRecord>),
    /// Adds the checkpoint, or replaces the record of the same id. A checkpoint stays with the sandbox
    /// it was added for.
    PutCheckpoint(Box<CheckpointRecord>),
    /// Forgets a checkpoint. Nothing happens if there is none of this id.
    DeleteCheckpoint(CheckpointId),
    /// Forgets all checkpoints of a sandbox.
    DeleteCheckpointsOf(SandboxId),
    /// Forgets a sandbox with all its executions, jobs, events and checkpoints. Nothing happens if there
    /// is none of this id. (A sandbox with the status *deleted* is only hidden; this removes it for good.)
    PurgeSandbox(SandboxId),
}

impl Change {
    /// What kind of change this is, for logs. Carries nothing of the record's content.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::PutSandbox(_) => "put sandbox",
            Self::PutExecution(_) => "put execution",
            Self::PutJob(_) => "put job",
            Self::AddEvent(_) => "add event",
            Self::PutOrg(_) => "put org",
            Self::PutKey(_) => "put key",
            Self::AddOrg(_) => "add org",
            Self::TouchKey(..) => "touch key",
            Self::RevokeKey(..) => "revoke key",
            Self::DeleteKey(_) => "delete key",
            Self::PutSnapshot(_) => "put snapshot",
            Self::PutCheckpoint(_) => "put checkpoint",
            Self::DeleteCheckpoint(_) => "delete checkpoint",
            Self::DeleteCheckpointsOf(_) => "delete checkpoints of",
            Self::PurgeSandbox(_) => "purge sandbox",
        }
    }

    /// The id of what changes, for logs.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::PutSandbox(record) => record.id.as_str(),
            Self::PutExecution(record) => record.id.as_str(),
            Self::PutJob(record) => record.id.as_str(),
            Self::AddEvent(record) => record.id.as_str(),
            Self::PutOrg(record) | Self::AddOrg(record) => record.id.as_str(),
            Self::PutKey(record) => record.id.as_str(),
            Self::DeleteKey(id) | Self::TouchKey(id, _) | Self::RevokeKey(id, _) => id.as_str(),
            Self::PutSnapshot(record) => record.id.as_str(),
            Self::PutCheckpoint(record) => record.id.as_str(),
            Self::DeleteCheckpoint(id) => id.as_str(),
            Self::DeleteCheckpointsOf(id) | Self::PurgeSandbox(id) => id.as_str(),
        }
    }
}

/// Keeps records.
///
/// **Concurrency.** Every method may block on a disk and takes `&mut self`: an implementation is
/// owned by one thread (the ledger's) and needs no locks.
///
/// **Atomicity.** [`apply`](Self::apply) takes effect in the order of its changes, wholly or not at
/// all; after an error the records are as before it. Later calls see what it did.
///
/// **Durability.** An implementation says for itself what survives. One that claims durability (the
/// SQLite one) keeps everything an `apply` returned `Ok` for when the process is killed right after
/// (`kill -9`); after a power failure the last batches may be missing, but never a part of one.
///
/// **Order.** Records of equal sort key come in the order in which they were first put (reversed
/// where the order is descending), which replacing a record does not change. So two events of one
/// millisecond stay in the order in which they happened.
///
/// **References.** Nothing is checked across records: an execution may be put for a sandbox that is
/// not there. Writers put the sandbox first and purge it last.
pub trait Records: Send + Debug + 'static {
    /// Makes all of `changes`, in order, or none of them.
    ///
    /// # Errors
    /// If the changes could not be made; none has been.
    fn apply(&mut self, changes: &[Change]) -> Result<(), RecordsError>;

    /// The sandbox of this id, also a deleted one.
    ///
    /// # Errors
    /// If records cannot be read.
    fn sandbox(&mut self, id: &SandboxId) -> Result<Option<SandboxRecord>, RecordsError>;

    /// One page of the sandboxes that pass the filter, and how many pass it over all pages.
    ///
    /// # Errors
    /// If records cannot be read.
    fn sandboxes(
        &mut self,
        filter: &SandboxFilter,
    ) -> Result<(Vec<SandboxRecord>, u64), RecordsError>;

    /// The sums over the sandboxes of an organisation that were made in a time.
    ///
    /// # Errors
    /// If records cannot be read.
    fn sandbox_stats(&mut self, wanted: &StatsFilter) -> Result<SandboxStats, RecordsError>;

    /// The execution of this id.
    ///
    /// # Errors
    /// If records cannot be read.
    fn execution(&mut self, id: &ExecutionId) -> Result<Option<ExecutionRecord>, RecordsError>;

    /// The newest executions of a sandbox, newest first; at most `limit`. Empty for an unknown
    /// sandbox.
    ///
    /// # Errors
    /// If records cannot be read.
    fn executions(
        &mut self,
        sandbox: &SandboxId,
        limit: u32,
    ) -> Result<Vec<ExecutionRecord>, RecordsError>;

    /// The job of this id.
    ///
    /// # Errors
    /// If records cannot be read.
    fn job(&mut self, id: &JobId) -> Result<Option<JobRecord>, RecordsError>;

    /// The newest jobs of a sandbox, newest first; at most `limit`. Empty for an unknown sandbox.
    ///
    /// # Errors
    /// If records cannot be read.
    fn jobs(&mut self, sandbox: &SandboxId, limit: u32) -> Result<Vec<JobRecord>, RecordsError>;

    /// Jobs of all sandboxes that have not ended, oldest first; at most `limit`.
    ///
    /// # Errors
    /// If records cannot be read.
    fn unfinished_jobs(&mut self, limit: u32) -> Result<Vec<JobRecord>, RecordsError>;

    /// Events of a sandbox: the oldest first (`Asc`) or the newest first (`Desc`); at most `limit`
    /// from that end. Empty for an unknown sandbox.
    ///
    /// # Errors
    /// If records cannot be read.
    fn events(
        &mut self,
        sandbox: &SandboxId,
        limit: u32,
        direction: Direction,
    ) -> Result<Vec<EventRecord>, RecordsError>;

    /// The snapshot of this id, also a deleted one.
    ///
    /// # Errors
    /// If records cannot be read.
    fn snapshot(&mut self, id: &SnapshotId) -> Result<Option<SnapshotRecord>, RecordsError>;

    /// One page of the snapshots that pass the filter, and how many pass it over all pages.
    ///
    /// # Errors
    /// If records cannot be read.
    fn snapshots(
        &mut self,
        filter: &SnapshotFilter,
    ) -> Result<(Vec<SnapshotRecord>, u64), RecordsError>;

    /// All checkpoints of a sandbox, oldest first. Empty for an unknown sandbox.
    ///
    /// # Errors
    /// If records cannot be read.
    fn checkpoints(&mut self, sandbox: &SandboxId) -> Result<Vec<CheckpointRecord>, RecordsError>;

    /// The roots of every tree that a record keeps: of all checkpoints, and of all snapshots that are
    /// not deleted, with their runtimes' trees. Each once, in order.
    ///
    /// # Errors
    /// If records cannot be read.
    fn roots(&mut self) -> Result<Vec<Digest>, RecordsError>;

    /// All organisations, oldest first.
    ///
    /// # Errors
    /// If records cannot be read.
    fn orgs(&mut self) -> Result<Vec<OrgRecord>, RecordsError>;

    /// All keys, oldest first.
    ///
    /// # Errors
    /// If records cannot be read.
    fn keys(&mut self) -> Result<Vec<KeyRecord>, RecordsError>;
}
