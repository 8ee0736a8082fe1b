//! Pausing in answers, forking in requests.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::error::ApiError;
use crate::api::wire::field;
use crate::id::SandboxId;
use crate::sandbox::records::SandboxStatus;
use crate::sandbox::{ForkOptions, Paused};

/// The answer to `POST /sandbox/{id}/pause`: flat, its fields beside `success`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PauseAnswer {
    success: bool,
    sandbox_id: String,
    status: &'static str,
    /// Absent if it may stay paused for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    terminates_at: Option<String>,
}

impl PauseAnswer {
    pub(crate) fn new(id: &SandboxId, paused: &Paused) -> Self {
        Self {
            success: true,
            sandbox_id: id.to_string(),
            status: SandboxStatus::Paused.as_str(),
            terminates_at: paused.terminates_at.map(|time| time.to_string()),
        }
    }
}

/// The body of `POST /sandbox/{id}/fork`. All fields are optional.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct ForkBody {
    name: Option<String>,
    description: Option<String>,
    metadata: Option<Map<String, Value>>,
    /// On top of that of the sandbox that is forked.
    env: Option<BTreeMap<String, String>>,
}

impl ForkBody {
    /// Checks the body and converts it.
    pub(crate) fn into_options(self) -> Result<ForkOptions, ApiError> {
        let env = self.env.unwrap_or_default();
        field::env(&env)?;
        let mut options = ForkOptions::new();
        options.name = self.name;
        options.description = self.description;
        options.metadata = self.metadata;
        options.env = env;
        Ok(options)
    }
}
