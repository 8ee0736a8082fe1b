//! Events: what happened to a sandbox, in order.

use serde_json::{Map, Value};

use super::records::EventRecord;
use crate::clock::Timestamp;
use crate::id::{EventId, SandboxId};

/// Kinds of events, with their names on the wire (wire-api §2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventKind {
    Create,
    Started,
    ExecutionStarted,
    ExecutionCompleted,
    JobStarted,
    JobCompleted,
    EnvUpdate,
    Pause,
    Resume,
    CheckpointCreate,
    CheckpointRestore,
    CheckpointDelete,
    SnapshotCreate,
    Fork,
    IdleTimeout,
    PausedTimeout,
    Failed,
    Terminated,
    Destroy,
}

impl EventKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Started => "lifecycle:started",
            Self::ExecutionStarted => "execution:started",
            Self::ExecutionCompleted => "execution:completed",
            Self::JobStarted => "job:started",
            Self::JobCompleted => "job:completed",
            Self::EnvUpdate => "env:update",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::CheckpointCreate => "checkpoint:create",
            Self::CheckpointRestore => "checkpoint:restore",
            Self::CheckpointDelete => "checkpoint:delete",
            Self::SnapshotCreate => "snapshot:create",
            Self::Fork => "fork",
            Self::PausedTimeout => "lifecycle:paused_timeout",
            Self::IdleTimeout => "lifecycle:idle_timeout",
            Self::Failed => "lifecycle:failed",
            Self::Terminated => "lifecycle:terminated",
            Self::Destroy => "destroy",
        }
    }
}

/// An event of `sandbox`, now.
pub(crate) fn event(
    sandbox: &SandboxId,
    kind: EventKind,
    at: Timestamp,
    data: impl IntoIterator<Item = (&'static str, Value)>,
) -> EventRecord {
    EventRecord {
        id: EventId::generate(),
        sandbox_id: sandbox.clone(),
        kind: kind.as_str().into(),
        data: data
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect::<Map<_, _>>(),
        created_at: at,
    }
}
