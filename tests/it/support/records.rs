//! Records that tests look into.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use belljar::records::{
    Change, KeyRecord, MemoryRecords, OrgRecord, Records, RecordsError, SandboxStats, StatsFilter,
};
use belljar::{
    CheckpointRecord, Digest, Direction, EventRecord, ExecutionId, ExecutionRecord, JobId,
    JobRecord, SandboxFilter, SandboxId, SandboxRecord, SnapshotFilter, SnapshotId, SnapshotRecord,
};

/// Records that show every change that was made to them, and what was read.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) changes: Arc<Mutex<Vec<Change>>>,
    /// Calls that read.
    pub(crate) reads: Arc<Mutex<Vec<&'static str>>>,
    records: MemoryRecords,
    /// Nothing can be recorded while this is so.
    pub(crate) broken: Arc<AtomicBool>,
}

impl Seen {
    fn read(&self, what: &'static str) {
        self.reads.lock().unwrap().push(what);
    }
}

impl Records for Seen {
    fn apply(&mut self, changes: &[Change]) -> Result<(), RecordsError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(RecordsError::Backend {
                operation: "test",
                source: "the disk is full".into(),
            });
        }
        self.changes.lock().unwrap().extend_from_slice(changes);
        self.records.apply(changes)
    }

    fn sandbox(&mut self, id: &SandboxId) -> Result<Option<SandboxRecord>, RecordsError> {
        self.read("sandbox");
        self.records.sandbox(id)
    }

    fn sandboxes(
        &mut self,
        filter: &SandboxFilter,
    ) -> Result<(Vec<SandboxRecord>, u64), RecordsError> {
        self.read("sandboxes");
        self.records.sandboxes(filter)
    }

    fn sandbox_stats(&mut self, wanted: &StatsFilter) -> Result<SandboxStats, RecordsError> {
        self.read("sandbox_stats");
        self.records.sandbox_stats(wanted)
    }

    fn execution(&mut self, id: &ExecutionId) -> Result<Option<ExecutionRecord>, RecordsError> {
        self.read("execution");
        self.records.execution(id)
    }

    fn executions(
        &mut self,
        sandbox: &SandboxId,
        limit: u32,
    ) -> Result<Vec<ExecutionRecord>, RecordsError> {
        self.read("executions");
        self.records.executions(sandbox, limit)
    }

    fn job(&mut self, id: &JobId) -> Result<Option<JobRecord>, RecordsError> {
        self.read("job");
        self.records.job(id)
    }

    fn jobs(&mut self, sandbox: &SandboxId, limit: u32) -> Result<Vec<JobRecord>, RecordsError> {
        self.read("jobs");
        self.records.jobs(sandbox, limit)
    }

    fn unfinished_jobs(&mut self, limit: u32) -> Result<Vec<JobRecord>, RecordsError> {
        self.read("unfinished_jobs");
        self.records.unfinished_jobs(limit)
    }

    fn events(
        &mut self,
        sandbox: &SandboxId,
        limit: u32,
        direction: Direction,
    ) -> Result<Vec<EventRecord>, RecordsError> {
        self.read("events");
        self.records.events(sandbox, limit, direction)
    }

    fn snapshot(&mut self, id: &SnapshotId) -> Result<Option<SnapshotRecord>, RecordsError> {
        self.read("snapshot");
        self.records.snapshot(id)
    }

    fn snapshots(
        &mut self,
        filter: &SnapshotFilter,
    ) -> Result<(Vec<SnapshotRecord>, u64), RecordsError> {
        self.read("snapshots");
        self.records.snapshots(filter)
    }

    fn checkpoints(&mut self, sandbox: &SandboxId) -> Result<Vec<CheckpointRecord>, RecordsError> {
        self.read("checkpoints");
        self.records.checkpoints(sandbox)
    }

    fn roots(&mut self) -> Result<Vec<Digest>, RecordsError> {
        self.read("roots");
        self.records.roots()
    }

    fn orgs(&mut self) -> Result<Vec<OrgRecord>, RecordsError> {
        self.read("orgs");
        self.records.orgs()
    }

    fn keys(&mut self) -> Result<Vec<KeyRecord>, RecordsError> {
        self.read("keys");
        self.records.keys()
    }
}
