//! What there is now, in numbers: for whoever watches a server.

use std::collections::BTreeMap;

use super::belljar::Belljar;
use super::records::SandboxStatus;
use crate::units::ByteSize;

/// What a [`Belljar`] has and does at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Sandboxes that have not ended, by status.
    pub sandboxes: BTreeMap<SandboxStatus, u64>,
    /// Executions that have not ended.
    pub executions: u64,
    /// Jobs that have not ended.
    pub jobs: u64,
    /// Processes that are alive.
    pub processes: u64,
    /// What their memories take.
    pub memory: ByteSize,
    /// Streams that can be read or written.
    pub streams: u64,
}

impl Belljar {
    /// What there is now. Reads no records.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let all: Vec<_> = self.shared.sandboxes().values().cloned().collect();
        let mut usage = Usage {
            streams: self.shared.streams.count(),
            ..Usage::default()
        };
        let mut memory = 0_u64;
        for sandbox in all {
            let status = sandbox.status();
            if !status.is_live() {
                continue;
            }
            *usage.sandboxes.entry(status).or_default() += 1;
            let running = sandbox.current().is_some_and(|running| !running.is_ended());
            usage.executions += u64::from(running);
            usage.jobs += sandbox.job_places.in_use();
            usage.processes += sandbox.population.alive();
            memory = memory.saturating_add(sandbox.memory.used());
        }
        usage.memory = ByteSize::new(memory);
        usage
    }
}
