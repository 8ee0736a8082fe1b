//! Builds of snapshots in requests and answers (wire-api §2.5).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::field::{self, Object};
use crate::api::error::ApiError;
use crate::id::OrgId;
use crate::sandbox::{BuildContent, BuildFile, BuildOptions, BuildStart, SnapshotOptions};

/// The body of `POST /sandbox/snapshots/build`. `encrypt` asks for a key to encrypt the archive with,
/// which the answer may leave out: what is uploaded here goes to whoever runs the server.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BeginBody {
    runtime: String,
    name: Option<String>,
    tag: Option<String>,
    description: Option<String>,
    message: Option<String>,
    git: Option<Object<GitBody>>,
    content_hash: Option<String>,
    force: Option<bool>,
    public: Option<bool>,
}

/// Where the files come from.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
struct GitBody {
    branch: Option<String>,
    commit: Option<String>,
    repo: Option<String>,
    provider: Option<String>,
    commit_url: Option<String>,
}

impl GitBody {
    /// As entries of the snapshot's metadata, which are texts.
    fn entries(self) -> Map<String, Value> {
        let all = [
            ("git.branch", self.branch),
            ("git.commit", self.commit),
            ("git.repo", self.repo),
            ("git.provider", self.provider),
            ("git.commitUrl", self.commit_url),
        ];
        let said = all.into_iter();
        said.filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?))))
            .collect()
    }
}

impl BeginBody {
    pub(crate) fn options(self, org: OrgId) -> BuildOptions {
        let mut snapshot = SnapshotOptions::new()
            .public(self.public.unwrap_or(false))
            .org(org);
        snapshot.name = self.name;
        snapshot.tag = self.tag;
        snapshot.description = self.description;
        snapshot.message = self.message;
        let git = self.git.map(|git| git.0.entries()).unwrap_or_default();
        snapshot.user_metadata = Some(git).filter(|git| !git.is_empty());
        let mut options = BuildOptions::new(self.runtime);
        options.snapshot = snapshot;
        options.content_hash = self.content_hash;
        options.force = self.force.unwrap_or(false);
        options
    }
}

/// What became of beginning one. Neither `uploadUrl` nor `publicKey`: the archive comes here, as it is.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BegunData {
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unchanged: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    existing_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    existing_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    existing_tag: Option<String>,
}

impl From<BuildStart> for BegunData {
    fn from(start: BuildStart) -> Self {
        match start {
            BuildStart::Begun(id) => Self {
                snapshot_id: Some(id.to_string()),
                ..Self::default()
            },
            BuildStart::Unchanged(record) => Self {
                unchanged: Some(true),
                existing_id: Some(record.id.to_string()),
                existing_name: Some(record.name),
                existing_tag: record.tag,
                ..Self::default()
            },
        }
    }
}

/// The answer to an upload.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct UploadedData {
    success: bool,
    /// Nothing is looked for in what is uploaded: it runs in sandboxes.
    scanned: bool,
}

impl Default for UploadedData {
    fn default() -> Self {
        Self {
            success: true,
            scanned: false,
        }
    }
}

/// The body of `POST /sandbox/snapshots/{snapshot}/finalize`. How many bytes the archive has
/// (`sizeBytes`) is not looked at: the files are compared one by one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FinishBody {
    file_count: Option<u64>,
    #[serde(default)]
    files: Vec<FileBody>,
    #[serde(default)]
    dependencies: Option<Vec<String>>,
    #[serde(default)]
    packages: Option<Vec<String>>,
    #[serde(default)]
    env: Option<BTreeMap<String, String>>,
    #[serde(default)]
    metadata: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct FileBody {
    path: String,
    size: u64,
    sha256: String,
}

impl FinishBody {
    pub(crate) fn content(self) -> Result<BuildContent, ApiError> {
        let listed = self.files.len() as u64;
        if let Some(count) = self.file_count
            && listed > 0
            && count != listed
        {
            return Err(ApiError::invalid(format!(
                "fileCount is {count}, but files has {listed}"
            )));
        }
        let env = self.env.unwrap_or_default();
        field::env(&env)?;
        let files = self.files.into_iter();
        let metadata = self.metadata.unwrap_or_default().into_iter();
        Ok(BuildContent {
            files: files
                .map(|file| BuildFile::new(file.path, file.size, file.sha256))
                .collect(),
            packages: self.packages.unwrap_or_default(),
            dependencies: self.dependencies.unwrap_or_default(),
            env,
            metadata: metadata
                .map(|(name, value)| (name, Value::String(value)))
                .collect(),
        })
    }
}
