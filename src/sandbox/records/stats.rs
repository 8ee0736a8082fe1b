//! Sums over sandboxes.

use super::{SandboxRecord, SandboxStatus};
use crate::clock::Timestamp;
use crate::id::OrgId;

/// Which sandboxes are summed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StatsFilter {
    /// Whose they are.
    pub org: OrgId,
    /// Made then or later.
    pub start: Option<Timestamp>,
    /// Made before then.
    pub end: Option<Timestamp>,
}

impl StatsFilter {
    /// All sandboxes of `org`.
    #[must_use]
    pub const fn new(org: OrgId) -> Self {
        Self {
            org,
            start: None,
            end: None,
        }
    }

    pub(super) fn passes(&self, record: &SandboxRecord) -> bool {
        record.org == self.org
            && self.start.is_none_or(|start| start <= record.created_at)
            && self.end.is_none_or(|end| record.created_at < end)
    }
}

/// The sums. Deleted sandboxes count in what was used, but are not active. What exceeds 2^63 counts as
/// that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SandboxStats {
    /// Sandboxes that have not ended.
    pub active: u64,
    /// Those with the status running.
    pub running: u64,
    /// Those with the status idle.
    pub idle: u64,
    /// Those with the status creating.
    pub creating: u64,
    /// Executions.
    pub executions: u64,
    /// Milliseconds of CPU time.
    pub cpu_time_ms: u64,
    /// Byte-seconds of memory.
    pub memory_byte_seconds: u64,
    /// Bytes sent out.
    pub network_egress_bytes: u64,
}

impl SandboxStats {
    /// Adds `count` sandboxes of a status.
    pub(crate) fn count(&mut self, status: SandboxStatus, count: u64) {
        let of_status = match status {
            SandboxStatus::Running => Some(&mut self.running),
            SandboxStatus::Idle => Some(&mut self.idle),
            SandboxStatus::Creating => Some(&mut self.creating),
            _ => None,
        };
        if let Some(of_status) = of_status {
            *of_status += count;
        }
        if status.is_live() {
            self.active += count;
        }
    }

    pub(super) fn add(&mut self, record: &SandboxRecord) {
        self.count(record.status, 1);
        let sum = |to: &mut u64, number: u64| *to = to.saturating_add(number);
        sum(&mut self.executions, record.executions);
        sum(&mut self.cpu_time_ms, record.cpu_time_ms);
        sum(&mut self.memory_byte_seconds, record.memory_byte_seconds);
        sum(&mut self.network_egress_bytes, record.network_egress_bytes);
    }
}
