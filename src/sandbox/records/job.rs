//! The record of a job.

use serde::{Deserialize, Serialize};

use super::model::text_enum;
use crate::clock::Timestamp;
use crate::id::{JobId, OrgId, SandboxId, StreamId};

text_enum! {
    /// Where a job is in its life (wire-api §2.3).
    pub enum JobStatus {
        /// Accepted, not started.
        Pending = "pending",
        /// Its process runs.
        Running = "running",
        /// Its process ended by itself, with whatever exit code.
        Completed = "completed",
        /// Could not be started, or was ended by a limit or by the end of the server.
        Failed = "failed",
        /// Ended because that was asked for, of it or of its sandbox.
        Cancelled = "cancelled",
    }
}

impl JobStatus {
    /// Whether the job has ended.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        !matches!(self, Self::Pending | Self::Running)
    }
}

/// A command that runs in the background of a sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRecord {
    /// Its id.
    pub id: JobId,
    /// Where it runs. Never changes.
    pub sandbox_id: SandboxId,
    /// Who owns it.
    pub org: OrgId,
    /// The command and its arguments.
    pub command: Vec<String>,
    /// Where it is in its life.
    pub status: JobStatus,
    /// How its process ended; set with every terminal status.
    #[serde(default)]
    pub exit_code: Option<i32>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its process started.
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default)]
    pub completed_at: Option<Timestamp>,
    /// Why it failed or was ended, for people.
    #[serde(default)]
    pub error: Option<String>,
    /// Its standard output, unless that is thrown away.
    #[serde(default)]
    pub stdout: Option<StreamId>,
    /// Its standard error, unless that is thrown away.
    #[serde(default)]
    pub stderr: Option<StreamId>,
    /// Whether output was lost because there was too much of it.
    #[serde(default)]
    pub output_truncated: bool,
}
