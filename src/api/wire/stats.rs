//! Statistics in answers.

use schemars::JsonSchema;
use serde::Serialize;

use crate::sandbox::records::SandboxStats;

/// The answer to `GET /services/stats/{org}`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ServicesData {
    services: Services,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Services {
    sandbox: SandboxStatsData,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SandboxStatsData {
    total_active: u64,
    running: u64,
    idle: u64,
    creating: u64,
    total_executions: u64,
    total_cpu_time_ms: u64,
    total_memory_byte_sec: u64,
    total_network_egress_bytes: u64,
}

impl ServicesData {
    pub(crate) const fn new(stats: &SandboxStats) -> Self {
        Self {
            services: Services {
                sandbox: SandboxStatsData {
                    total_active: stats.active,
                    running: stats.running,
                    idle: stats.idle,
                    creating: stats.creating,
                    total_executions: stats.executions,
                    total_cpu_time_ms: stats.cpu_time_ms,
                    total_memory_byte_sec: stats.memory_byte_seconds,
                    total_network_egress_bytes: stats.network_egress_bytes,
                },
            },
        }
    }
}
