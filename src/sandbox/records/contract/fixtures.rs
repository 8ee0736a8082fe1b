//! Records to test with: only what a test is about needs to be said.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::id::{
    CheckpointId, EventId, ExecutionId, JobId, KeyId, OrgId, PortId, SandboxId, SnapshotId,
    StreamId,
};
use crate::sandbox::records::{
    CheckpointRecord, EventRecord, ExecutionRecord, ExecutionStatus, JobRecord, JobStatus,
    KeyRecord, Network, OrgRecord, Resources, SandboxMode, SandboxRecord, SandboxStatus,
    SnapshotRecord, Timeouts,
};
use crate::units::{ByteSize, Millicores};

/// An idle interactive sandbox `sbx_NAME`, without a name for people.
pub(crate) fn sandbox(name: &str, millis: i64) -> SandboxRecord {
    SandboxRecord {
        id: SandboxId::parse(&format!("sbx_{name}")).unwrap(),
        org: org_id("a"),
        status: SandboxStatus::Idle,
        mode: SandboxMode::Interactive,
        name: None,
        description: None,
        project_id: None,
        runtime: "python:3.14".to_owned(),
        snapshot: None,
        forked_from: None,
        origin: None,
        base: None,
        runtime_root: None,
        saved: false,
        temporary: false,
        programs: Vec::new(),
        parent_checkpoint: None,
        resources: Resources::default(),
        env: BTreeMap::new(),
        network: Network::default(),
        port_id: None,
        timeouts: Timeouts::default(),
        command: None,
        metadata: None,
        dependencies: Vec::new(),
        packages: Vec::new(),
        scopes: Vec::new(),
        created_at: Timestamp::from_millis(millis),
        updated_at: Timestamp::from_millis(millis),
        paused_at: None,
        terminates_at: None,
        ended_at: None,
        executions: 0,
        exit_code: None,
        execution_id: None,
        stdout: None,
        stderr: None,
        cpu_time_ms: 0,
        memory_byte_seconds: 0,
        network_egress_bytes: 0,
    }
}

/// A queued execution `exec_NAME` of the sandbox `sbx_SANDBOX`.
pub(crate) fn execution(name: &str, sandbox: &str, millis: i64) -> ExecutionRecord {
    ExecutionRecord {
        id: ExecutionId::parse(&format!("exec_{name}")).unwrap(),
        sandbox_id: SandboxId::parse(&format!("sbx_{sandbox}")).unwrap(),
        org: org_id("a"),
        kind: "exec".to_owned(),
        command: vec!["true".to_owned()],
        status: ExecutionStatus::Queued,
        exit_code: None,
        created_at: Timestamp::from_millis(millis),
        started_at: None,
        completed_at: None,
        duration_ms: None,
        error: None,
        stdout: None,
        stderr: None,
        output_truncated: false,
        auto_resumed: false,
    }
}

/// A pending job `job_NAME` of the sandbox `sbx_SANDBOX`.
pub(crate) fn job(name: &str, sandbox: &str, millis: i64) -> JobRecord {
    JobRecord {
        id: JobId::parse(&format!("job_{name}")).unwrap(),
        sandbox_id: SandboxId::parse(&format!("sbx_{sandbox}")).unwrap(),
        org: org_id("a"),
        command: vec!["true".to_owned()],
        status: JobStatus::Pending,
        exit_code: None,
        created_at: Timestamp::from_millis(millis),
        started_at: None,
        completed_at: None,
        error: None,
        stdout: None,
        stderr: None,
        output_truncated: false,
    }
}

/// An event `evt_NAME` of the sandbox `sbx_SANDBOX`.
pub(crate) fn event(name: &str, sandbox: &str, millis: i64) -> EventRecord {
    EventRecord {
        id: EventId::parse(&format!("evt_{name}")).unwrap(),
        sandbox_id: SandboxId::parse(&format!("sbx_{sandbox}")).unwrap(),
        kind: "create".to_owned(),
        data: serde_json::Map::new(),
        created_at: Timestamp::from_millis(millis),
    }
}

/// A snapshot `snp_ID` of the organisation `org_a`, called `name`, without a tag.
pub(crate) fn snapshot(id: &str, millis: i64) -> SnapshotRecord {
    SnapshotRecord {
        id: SnapshotId::parse(&format!("snp_{id}")).unwrap(),
        org: org_id("a"),
        sandbox_id: None,
        name: "name".to_owned(),
        tag: None,
        description: None,
        message: None,
        public: false,
        runtime: "python:3.14".to_owned(),
        programs: Vec::new(),
        root: Digest::of(id.as_bytes()),
        runtime_root: Digest::of(b"runtime"),
        parent: None,
        size_bytes: 0,
        file_count: 0,
        created_at: Timestamp::from_millis(millis),
        deleted_at: None,
        user_metadata: None,
        env: BTreeMap::new(),
        content_hash: None,
    }
}

/// A checkpoint `ckpt_NAME` of the sandbox `sbx_SANDBOX`.
pub(crate) fn checkpoint(name: &str, sandbox: &str, millis: i64) -> CheckpointRecord {
    CheckpointRecord {
        id: CheckpointId::parse(&format!("ckpt_{name}")).unwrap(),
        sandbox_id: SandboxId::parse(&format!("sbx_{sandbox}")).unwrap(),
        name: name.to_owned(),
        parent: None,
        root: Digest::of(name.as_bytes()),
        created_at: Timestamp::from_millis(millis),
    }
}

/// A key `key_NAME` of the organisation `org_a`.
pub(crate) fn key(name: &str, millis: i64) -> KeyRecord {
    KeyRecord {
        id: KeyId::parse(&format!("key_{name}")).unwrap(),
        org: org_id("a"),
        name: name.to_owned(),
        digest: Digest::of(name.as_bytes()),
        created_at: Timestamp::from_millis(millis),
        last_used: None,
        revoked: None,
        limits: crate::sandbox::records::KeyLimits::default(),
    }
}

/// An organisation `org_NAME`.
pub(crate) fn org(name: &str, millis: i64) -> OrgRecord {
    OrgRecord {
        id: org_id(name),
        name: name.to_owned(),
        created_at: Timestamp::from_millis(millis),
    }
}

/// The id `org_NAME`.
pub(super) fn org_id(name: &str) -> OrgId {
    OrgId::parse(&format!("org_{name}")).unwrap()
}

/// A sandbox with every field set.
pub(super) fn full_sandbox() -> SandboxRecord {
    let value = json!({"deep": [1, -2, 0.5, null, true, {"é": "\u{0}\n"}], "": ""});
    SandboxRecord {
        name: Some("name".to_owned()),
        description: Some(String::new()),
        project_id: Some("proj_1".to_owned()),
        snapshot: Some(SnapshotId::parse("snp_1").unwrap()),
        forked_from: Some(SandboxId::parse("sbx_other").unwrap()),
        origin: Some(Digest::of(b"origin")),
        base: Some(Digest::of(b"base")),
        runtime_root: Some(Digest::of(b"runtime")),
        saved: true,
        temporary: true,
        programs: vec![Digest::of(b"one"), Digest::of(b"two")],
        parent_checkpoint: Some(CheckpointId::parse("ckpt_1").unwrap()),
        paused_at: Some(Timestamp::from_millis(75)),
        terminates_at: Some(Timestamp::from_millis(76)),
        resources: Resources {
            memory: Some(ByteSize::new(1_000_001)),
            cpu: Millicores::new(750),
            disk: Some(ByteSize::mib(64)),
        },
        env: [
            ("A".to_owned(), "b=c\n\"".to_owned()),
            ("Ü".to_owned(), String::new()),
        ]
        .into(),
        network: Network {
            enabled: true,
            port: Some(8080),
        },
        timeouts: Timeouts {
            idle: Some(Duration::ZERO),
            execution: Some(Duration::from_nanos(1_500_000_001)),
            paused: Some(Duration::MAX),
        },
        command: Some(vec!["sh".to_owned(), "-c".to_owned(), String::new()]),
        metadata: value.as_object().cloned(),
        dependencies: vec!["curl".to_owned()],
        packages: vec!["left-pad".to_owned()],
        scopes: vec!["services:read".to_owned()],
        ended_at: Some(Timestamp::from_millis(77)),
        executions: 3,
        exit_code: Some(-1),
        port_id: Some(PortId::parse("port-1").unwrap()),
        execution_id: Some(ExecutionId::parse("exec_1").unwrap()),
        stdout: Some(StreamId::parse("stream_1").unwrap()),
        stderr: Some(StreamId::parse("stream_2").unwrap()),
        cpu_time_ms: 4,
        memory_byte_seconds: 5,
        network_egress_bytes: 6,
        ..sandbox("full", 11)
    }
}
