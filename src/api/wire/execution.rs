//! Executions in requests and answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::error::ApiError;
use crate::api::wire::create::StreamBody;
use crate::api::wire::field::{self, BaseUrl, Object, Span};
use crate::api::wire::file::{self, FileBody};
use crate::sandbox::Command;
use crate::sandbox::records::ExecutionRecord;

/// The body of `execute`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ExecuteBody {
    command: Vec<String>,
    #[serde(default)]
    files: Option<Vec<Object<FileBody>>>,
    #[serde(default)]
    timeout: Option<Span>,
    #[serde(default)]
    stream: Option<Object<StreamBody>>,
}

impl ExecuteBody {
    /// The command to execute. Its standard input is empty, unless the body names a stream: the published
    /// client has no such field.
    pub(crate) fn into_command(self) -> Result<Command, ApiError> {
        field::argv("command", &self.command)?;
        let mut command = Command::new(self.command);
        command.files = file::writes("files", self.files.unwrap_or_default())?;
        command.timeout = self.timeout.map(|Span(timeout)| timeout);
        if let Some(Object(stream)) = self.stream {
            command = stream.apply(command);
        }
        Ok(command)
    }
}

/// The answer to `execute`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExecuteAnswer {
    success: bool,
    data: ExecutionData,
    /// Beside `data` as well as in it: the two versions of the client look in different places.
    auto_resumed: bool,
}

impl ExecuteAnswer {
    pub(crate) fn new(record: ExecutionRecord, base: &BaseUrl) -> Self {
        Self {
            success: true,
            auto_resumed: record.auto_resumed,
            data: ExecutionData::new(record, base),
        }
    }
}

/// A list of executions.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ExecutionsData {
    executions: Vec<ExecutionData>,
}

impl ExecutionsData {
    pub(crate) fn new(records: Vec<ExecutionRecord>, base: &BaseUrl) -> Self {
        let to_data = |record| ExecutionData::new(record, base);
        Self {
            executions: records.into_iter().map(to_data).collect(),
        }
    }
}

/// One execution; also the data of `execute`, whose fields are a part of these.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExecutionData {
    execution_id: String,
    sandbox_id: String,
    status: &'static str,
    r#type: String,
    command: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_code: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
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
    auto_resumed: bool,
}

impl ExecutionData {
    pub(crate) fn new(record: ExecutionRecord, base: &BaseUrl) -> Self {
        Self {
            execution_id: record.id.to_string(),
            sandbox_id: record.sandbox_id.to_string(),
            status: record.status.as_str(),
            r#type: record.kind,
            command: record.command,
            exit_code: record.exit_code,
            duration_ms: record.duration_ms,
            created_at: record.created_at.to_string(),
            started_at: record.started_at.map(|time| time.to_string()),
            completed_at: record.completed_at.map(|time| time.to_string()),
            error: record.error,
            stdout_stream_url: record.stdout.map(|id| base.stream(&id)),
            stderr_stream_url: record.stderr.map(|id| base.stream(&id)),
            output_truncated: record.output_truncated,
            auto_resumed: record.auto_resumed,
        }
    }
}
