//! Differences between trees in answers.

use schemars::JsonSchema;
use serde::Serialize;

use crate::sandbox::{TreeChange, TreeChangeKind, TreeDiff, TreeEntryKind};

/// What changed from one tree to another.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DiffData {
    changes: Vec<ChangeData>,
    /// Whether there are more than the limit.
    truncated: bool,
}

/// One path that is not the same in both.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ChangeData {
    path: String,
    change: &'static str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_size: Option<u64>,
    /// A number, as in the files of a snapshot.
    mode: u32,
}

impl From<TreeDiff> for DiffData {
    fn from(diff: TreeDiff) -> Self {
        Self {
            changes: diff.changes.into_iter().map(ChangeData::from).collect(),
            truncated: diff.truncated,
        }
    }
}

impl From<TreeChange> for ChangeData {
    fn from(change: TreeChange) -> Self {
        Self {
            path: change.path,
            change: match change.change {
                TreeChangeKind::Added => "added",
                TreeChangeKind::Changed => "changed",
                TreeChangeKind::Removed => "removed",
            },
            kind: match change.kind {
                TreeEntryKind::File => "file",
                TreeEntryKind::Directory => "directory",
                TreeEntryKind::Symlink => "symlink",
                TreeEntryKind::Device => "device",
            },
            old_size: change.old_size,
            new_size: change.new_size,
            mode: change.mode,
        }
    }
}
