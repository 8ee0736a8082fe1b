//! Sandboxes in answers.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::api::auth::Caller;
use crate::api::wire::field::BaseUrl;
use crate::api::wire::schema;
use crate::api::wire::snapshot::{BaseData, Bases};
use crate::id::{ExecutionId, RuntimeId, StreamId};
use crate::sandbox::records::{SandboxMode, SandboxRecord, SandboxStatus, Timeouts};
use crate::units::format_duration;

/// The one region there is. Clients want a name; nothing depends on it.
const REGION: &str = "local";

/// The exit code of a one-shot sandbox that ended without one (destroyed before its program
/// ended). Without a number the client reports success.
const ENDED_WITHOUT_EXIT: i32 = 130;

/// The answer to `POST /sandbox`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateData {
    sandbox_id: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    execution_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stdout_stream_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stdout_stream_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stderr_stream_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stderr_stream_url: Option<String>,
}

/// What a create answer says about the command that was started with the sandbox.
#[derive(Debug, Default)]
pub(crate) struct Started {
    pub(crate) execution: Option<ExecutionId>,
    pub(crate) stdout: Option<StreamId>,
    pub(crate) stderr: Option<StreamId>,
}

impl CreateData {
    pub(crate) fn new(record: &SandboxRecord, started: Started, base: &BaseUrl) -> Self {
        // The client refuses `deleted` here; nothing can be deleted before it was answered.
        let status = match record.status {
            SandboxStatus::Deleted => SandboxStatus::Terminated,
            other => other,
        };
        Self {
            sandbox_id: record.id.to_string(),
            status: status.as_str(),
            execution_id: started.execution.map(|id| id.to_string()),
            stdout_stream_url: started.stdout.as_ref().map(|id| base.stream(id)),
            stdout_stream_id: started.stdout.map(|id| id.to_string()),
            stderr_stream_url: started.stderr.as_ref().map(|id| base.stream(id)),
            stderr_stream_id: started.stderr.map(|id| id.to_string()),
        }
    }
}

/// The answer to `GET /sandbox/status/{id}`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatusData {
    sandbox_id: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_code: Option<i32>,
}

impl StatusData {
    pub(crate) fn new(record: &SandboxRecord) -> Self {
        Self {
            sandbox_id: record.id.to_string(),
            status: record.status.as_str(),
            exit_code: exit_code(record),
        }
    }
}

fn exit_code(record: &SandboxRecord) -> Option<i32> {
    match record.mode {
        SandboxMode::Oneshot if !record.status.is_live() => {
            Some(record.exit_code.unwrap_or(ENDED_WITHOUT_EXIT))
        }
        SandboxMode::Oneshot | SandboxMode::Interactive => record.exit_code,
    }
}

/// A page of sandboxes.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SandboxesData {
    sandboxes: Vec<SandboxData>,
    /// All that match, not only those of this page.
    total: u64,
}

impl SandboxesData {
    pub(crate) fn new(
        records: Vec<SandboxRecord>,
        total: u64,
        bases: &Bases,
        caller: &Caller,
        base: &BaseUrl,
    ) -> Self {
        let to_row = |record| SandboxData::row(record, bases, caller, base);
        Self {
            sandboxes: records.into_iter().map(to_row).collect(),
            total,
        }
    }
}

/// One sandbox: all fields for `get`, those of a row for `list`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SandboxData {
    sandbox_id: String,
    status: &'static str,
    created_at: String,
    updated_at: String,
    executions: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Not read by the client, but what a list filtered by project is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    project_id: Option<String>,
    #[schemars(schema_with = "schema::mode")]
    mode: SandboxMode,
    region: &'static str,
    runtime: RuntimeRef,
    /// The snapshot it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot: Option<BaseData>,
    /// The sandbox it is a fork of. Not known to the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    forked_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stdout_stream_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stderr_stream_url: Option<String>,
    network_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_port: Option<u16>,
    /// What the exposed port is known as.
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<String>,
    /// Where the exposed port is reached. It needs no key.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Required in a row.
    org: OrgRef,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<TimeoutData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<CommandData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_code: Option<i32>,
    #[serde(flatten)]
    detail: Option<DetailData>,
}

/// The fields that only `get` shows.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct DetailData {
    #[serde(skip_serializing_if = "Option::is_none")]
    paused_at: Option<String>,
    /// When the paused timeout ends it, if it is paused and has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    terminates_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    packages: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<ProjectRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "ResourcesData::is_empty")]
    resources: ResourcesData,
    cpu_time_ms: u64,
    memory_byte_sec: u64,
    network_egress_bytes: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RuntimeRef {
    id: String,
    name: String,
}

/// Of a project nothing is known but what its sandboxes were given.
#[derive(Debug, Serialize, JsonSchema)]
struct ProjectRef {
    id: String,
    name: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct OrgRef {
    id: String,
    name: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CommandData {
    exec: Vec<String>,
    #[schemars(schema_with = "schema::mode")]
    mode: SandboxMode,
}

#[derive(Debug, Serialize, JsonSchema)]
struct TimeoutData {
    #[serde(skip_serializing_if = "Option::is_none")]
    idle: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    execution: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paused: Option<String>,
}

impl TimeoutData {
    fn of(timeouts: &Timeouts) -> Option<Self> {
        let data = Self {
            idle: timeouts.idle.map(format_duration),
            execution: timeouts.execution.map(format_duration),
            paused: timeouts.paused.map(format_duration),
        };
        let any = data.idle.is_some() || data.execution.is_some() || data.paused.is_some();
        any.then_some(data)
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct ResourcesData {
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk: Option<String>,
}

impl ResourcesData {
    fn is_empty(&self) -> bool {
        self.memory.is_none() && self.cpu.is_none() && self.disk.is_none()
    }
}

impl SandboxData {
    /// A row of a list.
    pub(crate) fn row(
        record: SandboxRecord,
        bases: &Bases,
        caller: &Caller,
        base: &BaseUrl,
    ) -> Self {
        let exit_code = exit_code(&record);
        let mode = record.mode;
        Self {
            sandbox_id: record.id.to_string(),
            status: record.status.as_str(),
            created_at: record.created_at.to_string(),
            updated_at: record.updated_at.to_string(),
            executions: record.executions,
            name: record.name,
            description: record.description,
            project_id: record.project_id,
            mode,
            region: REGION,
            snapshot: record.snapshot.as_ref().and_then(|id| bases.of(id)),
            forked_from: record.forked_from.map(|id| id.to_string()),
            runtime: RuntimeRef {
                id: RuntimeId::of_name(&record.runtime).to_string(),
                name: record.runtime,
            },
            stdout_stream_url: record.stdout.map(|id| base.stream(&id)),
            stderr_stream_url: record.stderr.map(|id| base.stream(&id)),
            network_enabled: record.network.enabled,
            network_port: record.network.port,
            url: record
                .port_id
                .as_ref()
                .filter(|_| record.status.is_live())
                .map(|id| base.port(id)),
            identifier: record.port_id.map(|id| id.to_string()),
            org: OrgRef {
                id: record.org.to_string(),
                name: caller.org_name.to_string(),
            },
            timeout: TimeoutData::of(&record.timeouts),
            command: record.command.map(|exec| CommandData { exec, mode }),
            exit_code,
            detail: None,
        }
    }

    /// All of a sandbox.
    pub(crate) fn detail(
        mut record: SandboxRecord,
        bases: &Bases,
        caller: &Caller,
        base: &BaseUrl,
    ) -> Self {
        let detail = DetailData {
            paused_at: record.paused_at.map(|time| time.to_string()),
            terminates_at: record.terminates_at.map(|time| time.to_string()),
            ended_at: record.ended_at.map(|time| time.to_string()),
            dependencies: std::mem::take(&mut record.dependencies),
            packages: std::mem::take(&mut record.packages),
            scopes: std::mem::take(&mut record.scopes),
            project: record.project_id.clone().map(|id| ProjectRef {
                name: id.clone(),
                id,
            }),
            metadata: record.metadata.take(),
            resources: ResourcesData {
                memory: record.resources.memory.map(|size| size.to_string()),
                cpu: record.resources.cpu.map(|cpu| cpu.to_string()),
                disk: record.resources.disk.map(|size| size.to_string()),
            },
            cpu_time_ms: record.cpu_time_ms,
            memory_byte_sec: record.memory_byte_seconds,
            network_egress_bytes: record.network_egress_bytes,
        };
        let mut data = Self::row(record, bases, caller, base);
        data.detail = Some(detail);
        data
    }
}

/// The answer to `GET /cli/sandbox/{id}`. Its optional fields must be present, as `null`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResolveData {
    id: String,
    name: Option<String>,
    region: &'static str,
    status: &'static str,
    org_id: String,
    project_id: Option<String>,
}

impl From<SandboxRecord> for ResolveData {
    fn from(record: SandboxRecord) -> Self {
        Self {
            id: record.id.to_string(),
            name: record.name,
            region: REGION,
            status: record.status.as_str(),
            org_id: record.org.to_string(),
            project_id: record.project_id,
        }
    }
}

/// The answer to `GET /cli/sandbox`. Its optional fields must be present, as `null`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CliSandboxesData {
    sandboxes: Vec<CliSandboxData>,
    total: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CliSandboxData {
    id: String,
    name: Option<String>,
    description: Option<String>,
    status: &'static str,
    region: &'static str,
    created_at: String,
    org_id: String,
    org_name: String,
    project_id: Option<String>,
}

impl CliSandboxesData {
    pub(crate) fn new(records: Vec<SandboxRecord>, total: u64, caller: &Caller) -> Self {
        let to_row = |record: SandboxRecord| CliSandboxData {
            id: record.id.to_string(),
            name: record.name,
            description: record.description,
            status: record.status.as_str(),
            region: REGION,
            created_at: record.created_at.to_string(),
            org_id: record.org.to_string(),
            org_name: caller.org_name.to_string(),
            project_id: record.project_id,
        };
        Self {
            sandboxes: records.into_iter().map(to_row).collect(),
            total,
        }
    }
}
