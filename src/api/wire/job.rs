//! Jobs in requests and answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::error::ApiError;
use crate::api::wire::field::{self, BaseUrl, Object, StreamRef};
use crate::sandbox::Command;
use crate::sandbox::records::JobRecord;

/// The body of `POST /sandbox/sandboxes/{id}/jobs`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct JobBody {
    command: Vec<String>,
    /// Where its outputs go. Plural in the published client, though `execute` has it singular.
    #[serde(default, alias = "stream")]
    streams: Option<Object<JobStreamsBody>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct JobStreamsBody {
    stdout: Option<StreamRef>,
    stderr: Option<StreamRef>,
}

impl JobBody {
    /// The command to start. Its standard input is empty: this call has none.
    pub(crate) fn into_command(self) -> Result<Command, ApiError> {
        field::argv("command", &self.command)?;
        let mut command = Command::new(self.command);
        let Object(streams) = self.streams.unwrap_or_default();
        if let Some(stdout) = streams.stdout {
            command.stdout = stdout.into();
        }
        if let Some(stderr) = streams.stderr {
            command.stderr = stderr.into();
        }
        Ok(command)
    }
}

/// A list of jobs.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct JobsData {
    jobs: Vec<JobData>,
}

impl JobsData {
    pub(crate) fn new(records: Vec<JobRecord>, base: &BaseUrl) -> Self {
        let to_data = |record| JobData::new(record, base);
        Self {
            jobs: records.into_iter().map(to_data).collect(),
        }
    }
}

/// One job.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobData {
    job_id: String,
    sandbox_id: String,
    command: Vec<String>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_code: Option<i32>,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stdout_stream_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stderr_stream_url: Option<String>,
    output_truncated: bool,
}

impl JobData {
    pub(crate) fn new(record: JobRecord, base: &BaseUrl) -> Self {
        Self {
            job_id: record.id.to_string(),
            sandbox_id: record.sandbox_id.to_string(),
            command: record.command,
            status: record.status.as_str(),
            exit_code: record.exit_code,
            created_at: record.created_at.to_string(),
            started_at: record.started_at.map(|time| time.to_string()),
            completed_at: record.completed_at.map(|time| time.to_string()),
            error: record.error,
            stdout_stream_url: record.stdout.map(|id| base.stream(&id)),
            stderr_stream_url: record.stderr.map(|id| base.stream(&id)),
            output_truncated: record.output_truncated,
        }
    }
}
