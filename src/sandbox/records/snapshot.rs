//! Records of kept trees: snapshots, which outlive their sandbox, and checkpoints, which do not.
//!
//! The trees themselves are in the store; a record names one by the digest of its root. As long as
//! the record is there (and, for a snapshot, not deleted), the tree is kept
//! ([`Records::roots`](super::Records::roots)).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::filter::Direction;
use super::model::text_enum;
use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::id::{CheckpointId, OrgId, SandboxId, SnapshotId};

/// A snapshot: a name for a tree that sandboxes can be made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotRecord {
    /// Its id.
    pub id: SnapshotId,
    /// Who owns it.
    pub org: OrgId,
    /// The sandbox it was taken of; none for one that was imported.
    #[serde(default)]
    pub sandbox_id: Option<SandboxId>,
    /// Its name, which several snapshots may share.
    pub name: String,
    /// Its tag. Within an organisation one snapshot at most has a given name and tag.
    #[serde(default)]
    pub tag: Option<String>,
    /// A description for people.
    #[serde(default)]
    pub description: Option<String>,
    /// What changed, as a commit message says it.
    #[serde(default)]
    pub message: Option<String>,
    /// Whether other organisations may use it.
    #[serde(default)]
    pub public: bool,
    /// The name of the runtime that the tree began as.
    pub runtime: String,
    /// Which contents may be executed as programs.
    #[serde(default)]
    pub programs: Vec<Digest>,
    /// The root of its tree.
    pub root: Digest,
    /// The root of the runtime's own tree, which its files are compared with.
    pub runtime_root: Digest,
    /// The snapshot that its sandbox was made from.
    #[serde(default)]
    pub parent: Option<SnapshotId>,
    /// Bytes of its files that differ from the runtime's.
    #[serde(default)]
    pub size_bytes: u64,
    /// How many files differ from the runtime's.
    #[serde(default)]
    pub file_count: u64,
    /// When it was taken.
    pub created_at: Timestamp,
    /// When it was deleted. A deleted one is only kept for the lineage of others: its tree is not.
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
    /// What the client wants to remember about it.
    #[serde(default)]
    pub user_metadata: Option<Map<String, Value>>,
    /// Environment of the sandboxes that are made from it; theirs counts before it.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// What its builder says of its content, to see whether it has to be built again.
    #[serde(default)]
    pub content_hash: Option<String>,
}

impl SnapshotRecord {
    /// Whether it was deleted.
    #[must_use]
    pub const fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }
}

/// A checkpoint: a state of a sandbox's files that it can go back to. It ends with the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointRecord {
    /// Its id.
    pub id: CheckpointId,
    /// The sandbox it belongs to. Never changes.
    pub sandbox_id: SandboxId,
    /// Its name, unique within the sandbox.
    pub name: String,
    /// The name of the checkpoint that the sandbox was at before; none for the first.
    #[serde(default)]
    pub parent: Option<String>,
    /// The root of its tree.
    pub root: Digest,
    /// When it was taken.
    pub created_at: Timestamp,
}

text_enum! {
    /// What a list of snapshots is sorted by (wire-api §2.5).
    pub enum SnapshotSort {
        /// The name, byte by byte.
        Name = "name",
        /// When it was taken.
        Created = "created",
        /// Bytes of its files.
        Size = "size",
        /// How many files it has.
        Files = "files",
    }
}

/// Which snapshots to list. A snapshot is listed if it passes every condition that is set.
///
/// The default is the newest 50 of all organisations, without deleted ones.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SnapshotFilter {
    /// Only those of this organisation. Default: all.
    pub org: Option<OrgId>,
    /// Only those taken of this sandbox. Default: all.
    pub sandbox_id: Option<SandboxId>,
    /// Only those with exactly this name. Default: all.
    pub name: Option<String>,
    /// Only those with exactly this tag. Default: all.
    pub tag: Option<String>,
    /// Only those that every organisation may use. Default: no.
    pub public_only: bool,
    /// Deleted ones too. Default: no.
    pub include_deleted: bool,
    /// What to sort by. Default: when it was taken.
    pub sort: SnapshotSort,
    /// Which end of that order comes first. Default: descending.
    pub direction: Direction,
    /// At most so many. Default: 50.
    pub limit: u32,
    /// Leave out so many at the beginning. Default: none.
    pub offset: u32,
}

impl Default for SnapshotFilter {
    fn default() -> Self {
        Self {
            org: None,
            sandbox_id: None,
            name: None,
            tag: None,
            public_only: false,
            include_deleted: false,
            sort: SnapshotSort::Created,
            direction: Direction::Desc,
            limit: 50,
            offset: 0,
        }
    }
}

impl SnapshotFilter {
    /// Whether `record` passes every condition (paging apart). The one definition of the filter's
    /// meaning for implementations of `Records` that have no query language of their own.
    #[must_use]
    pub fn passes(&self, record: &SnapshotRecord) -> bool {
        fn same<T: PartialEq>(wanted: Option<&T>, have: Option<&T>) -> bool {
            wanted.is_none() || wanted == have
        }
        same(self.org.as_ref(), Some(&record.org))
            && same(self.sandbox_id.as_ref(), record.sandbox_id.as_ref())
            && same(self.name.as_ref(), Some(&record.name))
            && same(self.tag.as_ref(), record.tag.as_ref())
            && (record.public || !self.public_only)
            && (self.include_deleted || !record.is_deleted())
    }
}
