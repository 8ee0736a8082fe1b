//! The catalogue of runtimes.

use schemars::JsonSchema;
use serde::Serialize;

use crate::sandbox::RuntimeInfo;

/// A page of runtimes.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RuntimesData {
    pub(crate) runtimes: Vec<RuntimeData>,
    /// All runtimes, not only those of this page.
    pub(crate) total: usize,
}

/// One runtime.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RuntimeData {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    readme: String,
    /// What its programs are called. Not known to the published client.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    programs: Vec<String>,
    /// Whether the first sandbox of it does not have to wait until it is. Not known to the published
    /// client.
    installed: bool,
    requirements: RequirementsData,
}

/// The least that a sandbox of a runtime needs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RequirementsData {
    memory: String,
    /// Required by the client once `requirements` is there.
    network_enabled: bool,
}

impl From<RuntimeInfo> for RuntimeData {
    fn from(info: RuntimeInfo) -> Self {
        Self {
            id: info.id.to_string(),
            name: info.name,
            description: info.description,
            tags: info.tags,
            readme: info.readme,
            programs: info.programs,
            installed: info.installed,
            requirements: RequirementsData {
                memory: info.least_memory.to_string(),
                network_enabled: false,
            },
        }
    }
}
