//! Which sandboxes a list shows and in which order (wire-api §2.1).

use super::model::{SandboxMode, SandboxRecord, SandboxStatus, text_enum};
use crate::id::{OrgId, SnapshotId};

text_enum! {
    /// What a list of sandboxes is sorted by.
    pub enum SandboxSort {
        /// The name, byte by byte; sandboxes without one before all others.
        Name = "name",
        /// When it was created.
        Created = "created",
        /// When its record last changed.
        Updated = "updated",
        /// The name of its status.
        Status = "status",
        /// The name of its mode.
        Mode = "mode",
        /// How many executions it has had.
        ExecutionCount = "execution_count",
    }
}

text_enum! {
    /// Which end of an order comes first.
    pub enum Direction {
        /// Smallest or oldest first.
        Asc = "asc",
        /// Largest or newest first.
        Desc = "desc",
    }
}

/// Which sandboxes to list. A sandbox is listed if it passes every condition that is set.
///
/// The default is the newest 50 of all organisations, without deleted ones.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SandboxFilter {
    /// Only those of this organisation. Default: all.
    pub org: Option<OrgId>,
    /// Only those with exactly this name. Default: all.
    pub name: Option<String>,
    /// Only those of this mode. Default: all.
    pub mode: Option<SandboxMode>,
    /// Only those of this project. Default: all.
    pub project_id: Option<String>,
    /// Only those made from this snapshot. Default: all.
    pub snapshot_id: Option<SnapshotId>,
    /// Only those with this status. Default: all but deleted ones.
    pub status: Option<SandboxStatus>,
    /// Only those that are live (`true`) or that have ended (`false`). Default: both.
    pub live: Option<bool>,
    /// Only deleted ones, which are hidden otherwise. Default: no.
    pub deleted_only: bool,
    /// What to sort by. Default: when it was created.
    pub sort: SandboxSort,
    /// Which end of that order comes first. Default: descending.
    pub direction: Direction,
    /// At most so many. Default: 50.
    pub limit: u32,
    /// Leave out so many at the beginning. Default: none.
    pub offset: u32,
}

impl Default for SandboxFilter {
    fn default() -> Self {
        Self {
            org: None,
            name: None,
            mode: None,
            project_id: None,
            snapshot_id: None,
            status: None,
            live: None,
            deleted_only: false,
            sort: SandboxSort::Created,
            direction: Direction::Desc,
            limit: 50,
            offset: 0,
        }
    }
}

impl SandboxFilter {
    /// Whether deleted sandboxes are left out: unless they are asked for.
    #[must_use]
    pub fn hides_deleted(&self) -> bool {
        !self.deleted_only && self.status != Some(SandboxStatus::Deleted)
    }

    /// Whether `record` passes every condition (paging apart). The one definition of the filter's
    /// meaning for implementations of `Records` that have no query language of their own.
    #[must_use]
    pub fn passes(&self, record: &SandboxRecord) -> bool {
        fn same<T: PartialEq>(wanted: Option<&T>, have: Option<&T>) -> bool {
            wanted.is_none() || wanted == have
        }
        let deleted = record.status == SandboxStatus::Deleted;
        same(self.org.as_ref(), Some(&record.org))
            && same(self.name.as_ref(), record.name.as_ref())
            && same(self.mode.as_ref(), Some(&record.mode))
            && same(self.project_id.as_ref(), record.project_id.as_ref())
            && same(self.snapshot_id.as_ref(), record.snapshot.as_ref())
            && same(self.status.as_ref(), Some(&record.status))
            && same(self.live.as_ref(), Some(&record.status.is_live()))
            && (deleted || !self.deleted_only)
            && !(deleted && self.hides_deleted())
    }
}
