//! Records that survive a restart, in one SQLite file.
//!
//! Each kind of record has a table with the columns that lists are filtered and sorted by, and the
//! whole record as JSON beside them; so a new field of a record needs no migration (see `schema`).
//! The columns are derived from the record in the same statement and never read back.
//!
//! **Durability.** The file is in WAL mode with `synchronous = NORMAL`: what
//! [`apply`](Records::apply) returned `Ok` for survives the death of the process at any moment. After
//! a power failure the newest batches may be missing; a batch is never there in part.
//!
//! **Refusal.** A file that is damaged, of another program, or of a newer Belljar is looked at through
//! a read-only connection, reported, and left as it is (see `open`).
//!
//! This module does not know who calls it or from where; it blocks, and belongs on the ledger's
//! thread. Keys are here as digests only.

mod checkpoints;
mod events;
mod executions;
mod jobs;
mod keys;
mod migrate;
mod open;
mod orgs;
mod row;
mod sandboxes;
mod schema;
mod snapshots;

use std::fmt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use self::row::{reading, writing};
use crate::digest::Digest;
use crate::id::{ExecutionId, JobId, SandboxId, SnapshotId};
use crate::sandbox::records::{
    Change, CheckpointRecord, Direction, EventRecord, ExecutionRecord, JobRecord, KeyRecord,
    OrgRecord, Records, RecordsError, SandboxFilter, SandboxRecord, SandboxStats, SnapshotFilter,
    SnapshotRecord, StatsFilter,
};

/// Keeps records in an SQLite file.
///
/// Other processes may read the file meanwhile, also with this type; a write waits for another
/// process's write for up to five seconds.
pub struct SqliteRecords {
    connection: Connection,
    path: PathBuf,
}

impl SqliteRecords {
    /// Opens the records in the file at `path`; makes the file, readable by its owner only, if there
    /// is none. Its folder must exist. Beside the file SQLite keeps two others (`-wal`, `-shm`) that
    /// belong to it while it is open and after a crash.
    ///
    /// # Errors
    /// [`RecordsError::Open`] if the file cannot be opened or made, [`RecordsError::Damaged`],
    /// [`RecordsError::Foreign`] or [`RecordsError::Newer`] if its content cannot be used. It is then
    /// left as it is.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RecordsError> {
        // Absolute, so that no path means something else to SQLite (`:memory:`, an empty name).
        let path = std::path::absolute(path.as_ref()).map_err(|error| RecordsError::Open {
            path: path.as_ref().to_owned(),
            source: Box::new(error),
        })?;
        let connection = open::open(&path)?;
        Ok(Self { connection, path })
    }

    /// The file, as an absolute path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Debug for SqliteRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteRecords")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Records for SqliteRecords {
    fn apply(&mut self, changes: &[Change]) -> Result<(), RecordsError> {
        // Immediate: waits for another writer at the beginning, where waiting is possible, and not in
        // the middle, where SQLite answers "busy" at once.
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(writing)?;
        for change in changes {
            match change {
                Change::PutSandbox(record) => sandboxes::put(&transaction, record)?,
                Change::PutExecution(record) => executions::put(&transaction, record)?,
                Change::PutJob(record) => jobs::put(&transaction, record)?,
                Change::AddEvent(record) => events::add(&transaction, record)?,
                Change::PutOrg(record) => orgs::put(&transaction, record)?,
                Change::PutKey(record) => keys::put(&transaction, record)?,
                Change::AddOrg(record) => orgs::add(&transaction, record)?,
                Change::TouchKey(id, at) => {
                    keys::change(&transaction, id, |key| key.touch(*at))?;
                }
                Change::RevokeKey(id, at) => {
                    keys::change(&transaction, id, |key| key.revoke(*at))?;
                }
                Change::DeleteKey(id) => keys::delete(&transaction, id)?,
                Change::PutSnapshot(record) => snapshots::put(&transaction, record)?,
                Change::PutCheckpoint(record) => checkpoints::put(&transaction, record)?,
                Change::DeleteCheckpoint(id) => checkpoints::delete(&transaction, id)?,
                Change::DeleteCheckpointsOf(id) => checkpoints::delete_of(&transaction, id)?,
                Change::PurgeSandbox(id) => {
                    checkpoints::delete_of(&transaction, id)?;
                    events::delete_of(&transaction, id)?;
                    jobs::delete_of(&transaction, id)?;
                    executions::delete_of(&transaction, id)?;
                    sandboxes::delete(&transaction, id)?;
                }
            }
        }
        transaction.commit().map_err(writing)
    }

    fn sandbox(&mut self, id: &SandboxId) -> Result<Option<SandboxRecord>, RecordsError> {
        sandboxes::get(&self.connection, id)
    }

    fn sandboxes(
        &mut self,
        filter: &SandboxFilter,
    ) -> Result<(Vec<SandboxRecord>, u64), RecordsError> {
        // One transaction, so that the page and the total are of one moment.
        let transaction = self.connection.transaction().map_err(reading)?;
        sandboxes::list(&transaction, filter)
    }

    fn sandbox_stats(&mut self, wanted: &StatsFilter) -> Result<SandboxStats, RecordsError> {
        sandboxes::stats(&self.connection, wanted)
    }

    fn execution(&mut self, id: &ExecutionId) -> Result<Option<ExecutionRecord>, RecordsError> {
        executions::get(&self.connection, id)
    }

    fn executions(
        &mut self,
        sandbox: &SandboxId,
        limit: u32,
    ) -> Result<Vec<ExecutionRecord>, RecordsError> {
        executions::list(&self.connection, sandbox, limit)
    }

    fn job(&mut self, id: &JobId) -> Result<Option<JobRecord>, RecordsError> {
        jobs::get(&self.connection, id)
    }

    fn jobs(&mut self, sandbox: &SandboxId, limit: u32) -> Result<Vec<JobRecord>, RecordsError> {
        jobs::list(&self.connection, sandbox, limit)
    }

    fn unfinished_jobs(&mut self, limit: u32) -> Result<Vec<JobRecord>, RecordsError> {
        jobs::unfinished(&self.connection, limit)
    }

    fn events(
        &mut self,
        sandbox: &SandboxId,
        limit: u32,
        direction: Direction,
    ) -> Result<Vec<EventRecord>, RecordsError> {
        events::list(&self.connection, sandbox, limit, direction)
    }

    fn snapshot(&mut self, id: &SnapshotId) -> Result<Option<SnapshotRecord>, RecordsError> {
        snapshots::get(&self.connection, id)
    }

    fn snapshots(
        &mut self,
        filter: &SnapshotFilter,
    ) -> Result<(Vec<SnapshotRecord>, u64), RecordsError> {
        let transaction = self.connection.transaction().map_err(reading)?;
        snapshots::list(&transaction, filter)
    }

    fn checkpoints(&mut self, sandbox: &SandboxId) -> Result<Vec<CheckpointRecord>, RecordsError> {
        checkpoints::list(&self.connection, sandbox)
    }

    fn roots(&mut self) -> Result<Vec<Digest>, RecordsError> {
        snapshots::roots(&self.connection)
    }

    fn orgs(&mut self) -> Result<Vec<OrgRecord>, RecordsError> {
        orgs::list(&self.connection)
    }

    fn keys(&mut self) -> Result<Vec<KeyRecord>, RecordsError> {
        keys::list(&self.connection)
    }
}

#[cfg(test)]
mod tests;
