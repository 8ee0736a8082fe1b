//! Snapshots in requests and answers.
//!
//! The client tells two kinds apart: of a public one it wants the organisation, of a private one the
//! user. Belljar has no users, only organisations with keys; so the user of a private snapshot is the
//! organisation that owns it, under the same id.

use std::collections::{BTreeMap, HashMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::api::wire::schema;
use crate::id::{OrgId, RuntimeId, SnapshotId};
use crate::sandbox::records::{OrgRecord, SnapshotRecord};
use crate::sandbox::{SnapshotFile, SnapshotOptions};

/// The body of `POST /sandbox/{id}/snapshot`. All fields are optional.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct SnapshotBody {
    name: Option<String>,
    description: Option<String>,
    message: Option<String>,
    tag: Option<String>,
    public: Option<bool>,
}

impl From<SnapshotBody> for SnapshotOptions {
    fn from(body: SnapshotBody) -> Self {
        let mut options = Self::new().public(body.public.unwrap_or(false));
        options.name = body.name;
        options.tag = body.tag;
        options.description = body.description;
        options.message = body.message;
        options
    }
}

/// The body of `PATCH /sandbox/snapshots/{snapshot}`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct TagBody {
    /// `null` takes the tag away, which is not the same as an absent field.
    #[serde(deserialize_with = "given")]
    #[schemars(schema_with = "schema::tag")]
    pub(crate) tag: Option<String>,
}

/// Reads an `Option` that must be there: serde takes an absent one for `None` unless the field is
/// read by a function.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

/// The organisations, as answers name them.
#[derive(Debug, Default)]
pub(crate) struct Owners(HashMap<OrgId, Owner>);

#[derive(Clone, Debug)]
struct Owner {
    name: String,
    /// What can stand in `@slug/name:tag`.
    slug: String,
}

impl Owners {
    pub(crate) fn new(records: Vec<OrgRecord>) -> Self {
        let mut seen = HashSet::new();
        let twice: HashSet<String> = records
            .iter()
            .filter(|record| !seen.insert(record.name.as_str()))
            .map(|record| record.name.clone())
            .collect();
        let owner = |record: OrgRecord| {
            // A name that two have finds neither, and a slash would end it.
            let usable = !record.name.is_empty()
                && !record.name.contains('/')
                && !twice.contains(&record.name);
            let slug = if usable {
                record.name.clone()
            } else {
                record.id.to_string()
            };
            let name = record.name;
            (record.id, Owner { name, slug })
        };
        Self(records.into_iter().map(owner).collect())
    }

    fn of(&self, id: &OrgId) -> Owner {
        self.0.get(id).cloned().unwrap_or_else(|| Owner {
            name: id.to_string(),
            slug: id.to_string(),
        })
    }

    /// Whose a snapshot is, and under which name everybody finds it.
    fn describe(&self, record: &SnapshotRecord) -> Described {
        if !record.public {
            let id = record.org.to_string();
            return Described {
                full_name: None,
                org: None,
                user: Some(UserData { id }),
            };
        }
        let Owner { name, slug } = self.of(&record.org);
        let full_name = match &record.tag {
            Some(tag) => format!("@{slug}/{}:{tag}", record.name),
            None => format!("@{slug}/{}", record.name),
        };
        Described {
            full_name: Some(full_name),
            org: Some(OwnerData {
                id: record.org.to_string(),
                name,
                slug,
            }),
            user: None,
        }
    }
}

/// The part of an answer that depends on whether a snapshot is public.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Described {
    #[serde(skip_serializing_if = "Option::is_none")]
    full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<OwnerData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserData>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct OwnerData {
    id: String,
    name: String,
    slug: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct UserData {
    id: String,
}

/// What sandboxes were made from.
#[derive(Debug, Default)]
pub(crate) struct Bases {
    snapshots: HashMap<SnapshotId, SnapshotRecord>,
    owners: Owners,
}

impl Bases {
    pub(crate) fn new(records: Vec<SnapshotRecord>, owners: Owners) -> Self {
        let snapshots = records.into_iter().map(|one| (one.id.clone(), one));
        Self {
            snapshots: snapshots.collect(),
            owners,
        }
    }

    /// A snapshot as the information about a sandbox shows it.
    pub(crate) fn of(&self, id: &SnapshotId) -> Option<BaseData> {
        let record = self.snapshots.get(id)?;
        Some(BaseData {
            id: record.id.to_string(),
            name: record.name.clone(),
            tag: record.tag.clone(),
            public: record.public,
            described: self.owners.describe(record),
        })
    }
}

/// The snapshot that a sandbox was made from. With `public` the client requires `org`, without it
/// `user`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BaseData {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    public: bool,
    #[serde(flatten)]
    described: Described,
}

/// One snapshot.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SnapshotData {
    snapshot_id: String,
    runtime_id: String,
    /// Its name. Not known to the published client.
    runtime: String,
    /// Not read by the client, but what a list filtered by sandbox is about; for the owner only.
    #[serde(skip_serializing_if = "Option::is_none")]
    sandbox_id: Option<String>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    size_bytes: u64,
    file_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_snapshot_id: Option<String>,
    public: bool,
    #[serde(flatten)]
    described: Described,
    #[serde(skip_serializing_if = "Option::is_none")]
    org_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org_slug: Option<String>,
    created_at: String,
    /// Texts only: the client refuses anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_metadata: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    download_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<SnapshotFileData>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SnapshotFileData {
    path: String,
    size: u64,
    sha256: String,
    content_type: String,
    /// A number here, unlike in the files of a sandbox.
    mode: u32,
}

impl SnapshotData {
    /// A snapshot for `viewer`; for anybody without one.
    pub(crate) fn new(record: SnapshotRecord, owners: &Owners, viewer: Option<&OrgId>) -> Self {
        let described = owners.describe(&record);
        let own = viewer == Some(&record.org);
        Self {
            snapshot_id: record.id.to_string(),
            runtime_id: RuntimeId::of_name(&record.runtime).to_string(),
            runtime: record.runtime,
            sandbox_id: record.sandbox_id.filter(|_| own).map(|id| id.to_string()),
            name: record.name,
            tag: record.tag,
            description: record.description,
            message: record.message,
            size_bytes: record.size_bytes,
            file_count: record.file_count,
            parent_snapshot_id: record.parent.map(|id| id.to_string()),
            public: record.public,
            org_name: described.org.as_ref().map(|org| org.name.clone()),
            org_slug: described.org.as_ref().map(|org| org.slug.clone()),
            described,
            created_at: record.created_at.to_string(),
            user_metadata: record
                .user_metadata
                .map(|data| data.into_iter().map(texts).collect()),
            download_url: None,
            files: None,
        }
    }

    /// Adds what only `get` shows: where its archive is, and its files.
    pub(crate) fn with_content(mut self, download_url: String, files: Vec<SnapshotFile>) -> Self {
        self.download_url = Some(download_url);
        let to_data = |file: SnapshotFile| SnapshotFileData {
            path: file.path,
            size: file.size,
            sha256: file.sha256,
            content_type: file.content_type,
            mode: file.mode,
        };
        self.files = Some(files.into_iter().map(to_data).collect());
        self
    }
}

/// An entry of user metadata with a text as its value.
fn texts((key, value): (String, Value)) -> (String, String) {
    match value {
        Value::String(text) => (key, text),
        other => (key, other.to_string()),
    }
}

/// A page of snapshots.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SnapshotsData {
    snapshots: Vec<SnapshotData>,
    /// All that match, not only those of this page.
    total: u64,
}

impl SnapshotsData {
    pub(crate) fn new(
        records: Vec<SnapshotRecord>,
        total: u64,
        owners: &Owners,
        viewer: Option<&OrgId>,
    ) -> Self {
        let to_row = |record| SnapshotData::new(record, owners, viewer);
        Self {
            snapshots: records.into_iter().map(to_row).collect(),
            total,
        }
    }
}

/// A snapshot and what it comes from, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LineageData {
    lineage: Vec<LineageEntry>,
    /// The length of the whole line, not only of this part of it.
    total: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct LineageEntry {
    snapshot_id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_snapshot_id: Option<String>,
    public: bool,
    deleted: bool,
    #[serde(flatten)]
    described: Described,
    created_at: String,
}

impl LineageData {
    /// The first `limit` of a whole line.
    pub(crate) fn new(records: Vec<SnapshotRecord>, limit: usize, owners: &Owners) -> Self {
        let total = records.len();
        let to_entry = |record: SnapshotRecord| LineageEntry {
            described: owners.describe(&record),
            deleted: record.is_deleted(),
            snapshot_id: record.id.to_string(),
            name: record.name,
            tag: record.tag,
            message: record.message,
            parent_snapshot_id: record.parent.map(|id| id.to_string()),
            public: record.public,
            created_at: record.created_at.to_string(),
        };
        Self {
            lineage: records.into_iter().take(limit).map(to_entry).collect(),
            total,
        }
    }
}

#[cfg(test)]
mod tests;
