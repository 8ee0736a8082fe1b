//! Records that live as long as the program.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Change, CheckpointRecord, Direction, EventRecord, ExecutionRecord, JobRecord, KeyRecord,
    OrgRecord, Records, RecordsError, SandboxFilter, SandboxRecord, SandboxSort, SandboxStats,
    SnapshotFilter, SnapshotRecord, SnapshotSort, StatsFilter,
};
use crate::digest::Digest;
use crate::id::{CheckpointId, EventId, ExecutionId, JobId, KeyId, OrgId, SandboxId, SnapshotId};

/// Keeps records in memory. **Durability:** none; they are gone when it is dropped.
///
/// Never fails. Grows until sandboxes are purged.
#[derive(Debug, Default)]
pub struct MemoryRecords {
    sandboxes: Numbered<SandboxId, SandboxRecord>,
    executions: Numbered<ExecutionId, ExecutionRecord>,
    jobs: Numbered<JobId, JobRecord>,
    events: Numbered<EventId, EventRecord>,
    orgs: Numbered<OrgId, OrgRecord>,
    keys: Numbered<KeyId, KeyRecord>,
    snapshots: Numbered<SnapshotId, SnapshotRecord>,
    checkpoints: Numbered<CheckpointId, CheckpointRecord>,
    /// What belongs to which sandbox, also to one that was never put.
    owned: BTreeMap<SandboxId, Owned>,
}

/// The executions, jobs, events and checkpoints of one sandbox.
#[derive(Debug, Default)]
struct Owned {
    executions: BTreeSet<ExecutionId>,
    jobs: BTreeSet<JobId>,
    events: BTreeSet<EventId>,
    checkpoints: BTreeSet<CheckpointId>,
}

impl MemoryRecords {
    /// No records.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn make(&mut self, change: &Change) {
        match change {
            Change::PutSandbox(record) => self.sandboxes.put(&record.id, record),
            Change::PutExecution(record) => {
                self.executions.put(&record.id, record);
                self.owned(&record.sandbox_id)
                    .executions
                    .insert(record.id.clone());
            }
            Change::PutJob(record) => {
                self.jobs.put(&record.id, record);
                self.owned(&record.sandbox_id)
                    .jobs
                    .insert(record.id.clone());
            }
            Change::AddEvent(record) => {
                if self.events.get(&record.id).is_none() {
                    self.events.put(&record.id, record);
                    self.owned(&record.sandbox_id)
                        .events
                        .insert(record.id.clone());
                }
            }
            Change::PutOrg(record) => self.orgs.put(&record.id, record),
            Change::PutKey(record) => self.keys.put(&record.id, record),
            Change::AddOrg(record) => {
                if !self.orgs.iter().any(|(_, org)| org.name == record.name) {
                    self.orgs.put(&record.id, record);
                }
            }
            Change::TouchKey(id, at) => self.change_key(id, |key| key.touch(*at)),
            Change::RevokeKey(id, at) => self.change_key(id, |key| key.revoke(*at)),
            Change::DeleteKey(id) => self.keys.remove(id),
            Change::PutSnapshot(record) => self.snapshots.put(&record.id, record),
            Change::PutCheckpoint(record) => {
                self.checkpoints.put(&record.id, record);
                self.owned(&record.sandbox_id)
                    .checkpoints
                    .insert(record.id.clone());
            }
            Change::DeleteCheckpoint(id) => {
                if let Some(record) = self.checkpoints.get(id) {
                    let sandbox = record.sandbox_id.clone();
                    self.owned(&sandbox).checkpoints.remove(id);
                }
                self.checkpoints.remove(id);
            }
            Change::DeleteCheckpointsOf(id) => self.forget_checkpoints(id),
            Change::PurgeSandbox(id) => {
                self.forget_checkpoints(id);
                self.sandboxes.remove(id);
                let owned = self.owned.remove(id).unwrap_or_default();
                owned
                    .executions
                    .iter()
                    .for_each(|id| self.executions.remove(id));
                owned.jobs.iter().for_each(|id| self.jobs.remove(id));
                owned.events.iter().for_each(|id| self.events.remove(id));
            }
        }
    }

    fn change_key(&mut self, id: &KeyId, change: impl FnOnce(&mut KeyRecord)) {
        if let Some(mut record) = self.keys.get(id).cloned() {
            change(&mut record);
            self.keys.put(id, &record);
        }
    }

    fn forget_checkpoints(&mut self, sandbox: &SandboxId) {
        if let Some(owned) = self.owned.get_mut(sandbox) {
            let ids = std::mem::take(&mut owned.checkpoints);
            ids.iter().for_each(|id| self.checkpoints.remove(id));
        }
    }

    fn owned(&mut self, sandbox: &SandboxId) -> &mut Owned {
        self.owned.entry(sandbox.clone()).or_default()
    }
}

impl Records for MemoryRecords {
    fn apply(&mut self, changes: &[Change]) -> Result<(), RecordsError> {
        // No change can fail, so the batch cannot stop half-way.
        changes.iter().for_each(|change| self.make(change));
        Ok(())
    }

    fn sandbox(&mut self, id: &SandboxId) -> Result<Option<SandboxRecord>, RecordsError> {
        Ok(self.sandboxes.get(id).cloned())
    }

    fn sandboxes(
        &mut self,
        filter: &SandboxFilter,
    ) -> Result<(Vec<SandboxRecord>, u64), RecordsError> {
        let mut found: Vec<_> = self
            .sandboxes
            .iter()
            .filter(|(_, record)| filter.passes(record))
            .collect();
        sort(&mut found, filter.sort, filter.direction);
        let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
        Ok((page(&found, filter.offset, filter.limit), total))
    }

    fn sandbox_stats(&mut self, wanted: &StatsFilter) -> Result<SandboxStats, RecordsError> {
        let mut stats = SandboxStats::default();
        let records = self.sandboxes.iter().map(|(_, record)| record);
        let wanted = records.filter(|record| wanted.passes(record));
        wanted.for_each(|record| stats.add(record));
        Ok(stats)
    }

    fn execution(&mut self, id: &ExecutionId) -> Result<Option<ExecutionRecord>, RecordsError> {
        Ok(self.executions.get(id).cloned())
    }

    fn executions(
        &mut self,
        sandbox: &SandboxId,
        limit: u32,
    ) -> Result<Vec<ExecutionRecord>, RecordsError> {
        let ids = self.owned.get(sandbox).map(|owned| &owned.executions);
        let mut found: Vec<_> = ids
            .into_iter()
            .flatten()
            .filter_map(|id| self.executions.numbered(id))
            .collect();
        found.sort_by_key(|(number, record)| (record.created_at, *number));
        found.reverse();
        Ok(page(&found, 0, limit))
    }

    fn job(&mut self, id: &JobId) -> Result<Option<JobRecord>, RecordsError> {
        Ok(self.jobs.get(id).cloned())
    }

    fn jobs(&mut self, sandbox: &SandboxId, limit: u32) -> Result<Vec<JobRecord>, RecordsError> {
        let ids = self.owned.get(sandbox).map(|owned| &owned.jobs);
        let mut found: Vec<_> = ids
            .into_iter()
            .flatten()
            .filter_map(|id| self.jobs.numbered(id))
            .collect();
        found.sort_by_key(|(number, record)| (record.created_at, *number));
        found.reverse();
        Ok(page(&found, 0, limit))
    }

    fn unfinished_jobs(&mut self, limit: u32) -> Result<Vec<JobRecord>, RecordsError> {
        let mut found: Vec<_> = self
            .jobs
            .iter()
            .filter(|(_, record)| !record.status.is_terminal())
            .collect();
        found.sort_by_key(|(number, record)| (record.created_at, *number));
        Ok(page(&found, 0, limit))
    }

    fn events(
        &mut self,
        sandbox: &SandboxId,
        limit: u32,
        direction: Direction,
    ) -> Result<Vec<EventRecord>, RecordsError> {
        let ids = self.owned.get(sandbox).map(|owned| &owned.events);
        let mut found: Vec<_> = ids
            .into_iter()
            .flatten()
            .filter_map(|id| self.events.numbered(id))
            .collect();
        found.sort_by_key(|(number, record)| (record.created_at, *number));
        if direction == Direction::Desc {
            found.reverse();
        }
        Ok(page(&found, 0, limit))
    }

    fn snapshot(&mut self, id: &SnapshotId) -> Result<Option<SnapshotRecord>, RecordsError> {
        Ok(self.snapshots.get(id).cloned())
    }

    fn snapshots(
        &mut self,
        filter: &SnapshotFilter,
    ) -> Result<(Vec<SnapshotRecord>, u64), RecordsError> {
        let mut found: Vec<_> = self
            .snapshots
            .iter()
            .filter(|(_, record)| filter.passes(record))
            .collect();
        sort_snapshots(&mut found, filter.sort, filter.direction);
        let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
        Ok((page(&found, filter.offset, filter.limit), total))
    }

    fn checkpoints(&mut self, sandbox: &SandboxId) -> Result<Vec<CheckpointRecord>, RecordsError> {
        let ids = self.owned.get(sandbox).map(|owned| &owned.checkpoints);
        let mut found: Vec<_> = ids
            .into_iter()
            .flatten()
            .filter_map(|id| self.checkpoints.numbered(id))
            .collect();
        found.sort_by_key(|(number, record)| (record.created_at, *number));
        Ok(page(&found, 0, u32::MAX))
    }

    fn roots(&mut self) -> Result<Vec<Digest>, RecordsError> {
        let snapshots = self.snapshots.iter().map(|(_, record)| record);
        let roots: BTreeSet<Digest> = snapshots
            .filter(|record| !record.is_deleted())
            .flat_map(|record| [record.root, record.runtime_root])
            .chain(self.checkpoints.iter().map(|(_, record)| record.root))
            .collect();
        Ok(roots.into_iter().collect())
    }

    fn orgs(&mut self) -> Result<Vec<OrgRecord>, RecordsError> {
        let mut found: Vec<_> = self.orgs.iter().collect();
        found.sort_by_key(|(number, record)| (record.created_at, *number));
        Ok(page(&found, 0, u32::MAX))
    }

    fn keys(&mut self) -> Result<Vec<KeyRecord>, RecordsError> {
        let mut found: Vec<_> = self.keys.iter().collect();
        found.sort_by_key(|(number, record)| (record.created_at, *number));
        Ok(page(&found, 0, u32::MAX))
    }
}

/// Sorts by the key and, where it is equal, by the order of arrival.
fn sort(found: &mut [(u64, &SandboxRecord)], by: SandboxSort, direction: Direction) {
    found.sort_by(|(a_number, a), (b_number, b)| {
        let order = match by {
            SandboxSort::Name => a.name.cmp(&b.name),
            SandboxSort::Created => a.created_at.cmp(&b.created_at),
            SandboxSort::Updated => a.updated_at.cmp(&b.updated_at),
            SandboxSort::Status => a.status.as_str().cmp(b.status.as_str()),
            SandboxSort::Mode => a.mode.as_str().cmp(b.mode.as_str()),
            SandboxSort::ExecutionCount => a.executions.cmp(&b.executions),
        };
        order.then(a_number.cmp(b_number))
    });
    if direction == Direction::Desc {
        found.reverse();
    }
}

/// As [`sort`].
fn sort_snapshots(found: &mut [(u64, &SnapshotRecord)], by: SnapshotSort, direction: Direction) {
    found.sort_by(|(a_number, a), (b_number, b)| {
        let order = match by {
            SnapshotSort::Name => a.name.cmp(&b.name),
            SnapshotSort::Created => a.created_at.cmp(&b.created_at),
            SnapshotSort::Size => a.size_bytes.cmp(&b.size_bytes),
            SnapshotSort::Files => a.file_count.cmp(&b.file_count),
        };
        order.then(a_number.cmp(b_number))
    });
    if direction == Direction::Desc {
        found.reverse();
    }
}

fn page<T: Clone>(found: &[(u64, &T)], offset: u32, limit: u32) -> Vec<T> {
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    found
        .iter()
        .skip(offset)
        .take(limit)
        .map(|(_, record)| (*record).clone())
        .collect()
}

/// Records by id, each with the number under which it first came.
#[derive(Debug)]
struct Numbered<K, V> {
    records: BTreeMap<K, (u64, V)>,
    next: u64,
}

impl<K, V> Default for Numbered<K, V> {
    fn default() -> Self {
        Self {
            records: BTreeMap::new(),
            next: 0,
        }
    }
}

impl<K: Ord + Clone, V: Clone> Numbered<K, V> {
    fn put(&mut self, id: &K, record: &V) {
        if let Some((_, old)) = self.records.get_mut(id) {
            old.clone_from(record);
        } else {
            self.records.insert(id.clone(), (self.next, record.clone()));
            self.next = self.next.saturating_add(1);
        }
    }

    fn remove(&mut self, id: &K) {
        self.records.remove(id);
    }

    fn get(&self, id: &K) -> Option<&V> {
        self.records.get(id).map(|(_, record)| record)
    }

    fn numbered(&self, id: &K) -> Option<(u64, &V)> {
        self.records
            .get(id)
            .map(|(number, record)| (*number, record))
    }

    fn iter(&self) -> impl Iterator<Item = (u64, &V)> {
        self.records
            .values()
            .map(|(number, record)| (*number, record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::records::contract::contract_tests;

    contract_tests!(|| ((), Box::new(MemoryRecords::new()) as Box<dyn Records>));
}
