//! Checkpoints in requests and answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::sandbox::records::CheckpointRecord;

/// The body of `POST /sandbox/{id}/checkpoint`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct CheckpointBody {
    pub(crate) name: String,
}

/// The checkpoints of a sandbox.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CheckpointsData {
    checkpoints: Vec<CheckpointData>,
}

impl CheckpointsData {
    pub(crate) fn new(records: Vec<CheckpointRecord>) -> Self {
        Self {
            checkpoints: records.into_iter().map(CheckpointData::from).collect(),
        }
    }
}

/// One checkpoint.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckpointData {
    id: String,
    name: String,
    created_at: String,
    /// The name of the one before; empty for the first, since the client requires a text.
    parent: String,
}

impl From<CheckpointRecord> for CheckpointData {
    fn from(record: CheckpointRecord) -> Self {
        Self {
            id: record.id.to_string(),
            name: record.name,
            created_at: record.created_at.to_string(),
            parent: record.parent.unwrap_or_default(),
        }
    }
}
