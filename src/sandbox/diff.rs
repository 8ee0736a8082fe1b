//! Comparing trees: what changed between two states, and what a snapshot holds.

use super::belljar::Belljar;
use super::content_type;
use super::error::{Repr, SandboxError};
use super::handle::Sandbox;
use super::runtimes::Runtimes;
use crate::digest::Digest;
use crate::id::{OrgId, SandboxId, SnapshotId};
use crate::store::{ChangeKind, Diff, Difference, NodeKind, Pin, Store, diff};

/// Names a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TreeRef {
    /// The files of a sandbox as they are now.
    Sandbox(SandboxId),
    /// A checkpoint of a sandbox, by its id or name.
    Checkpoint(SandboxId, String),
    /// A snapshot.
    Snapshot(SnapshotId),
    /// What a runtime brings, by name or id.
    Runtime(String),
}

/// What happened to a path between two trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TreeChangeKind {
    /// It is in the second only.
    Added,
    /// It is in both, with another content, kind, target or mode.
    Changed,
    /// It is in the first only.
    Removed,
}

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TreeEntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A device such as `/dev/null`.
    Device,
}

/// One difference between two trees.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TreeChange {
    /// The absolute path.
    pub path: String,
    /// What happened to it.
    pub change: TreeChangeKind,
    /// What it names; in the second tree, if it is there.
    pub kind: TreeEntryKind,
    /// Its size in the first tree, in bytes, if it was a file there.
    pub old_size: Option<u64>,
    /// Its size in the second tree, in bytes, if it is a file there.
    pub new_size: Option<u64>,
    /// Its permission bits.
    pub mode: u32,
}

/// The differences between two trees.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TreeDiff {
    /// The differences, by path.
    pub changes: Vec<TreeChange>,
    /// Whether there are more than were asked for.
    pub truncated: bool,
}

/// One file of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SnapshotFile {
    /// The absolute path.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// What its name says it is, such as `text/plain`.
    pub content_type: String,
    /// Its permission bits.
    pub mode: u32,
}

/// Most files that a snapshot's list has. Bounds the memory one answer takes.
const MAX_FILES: usize = 1_000_000;

impl Belljar {
    /// What changed from `old` to `new`: at most `limit` differences, by path. What is equal costs
    /// nothing, however large it is. A sandbox is compared as it is at this moment, running or paused.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) if one of them is not there,
    /// [`ErrorKind::Gone`](super::ErrorKind::Gone) for a sandbox that has ended.
    pub async fn diff(
        &self,
        old: &TreeRef,
        new: &TreeRef,
        limit: usize,
    ) -> Result<TreeDiff, SandboxError> {
        let (old, old_pin) = self.tree(old).await?;
        let (new, new_pin) = self.tree(new).await?;
        let store = self.shared.store.clone();
        let found = self.shared.blocking(move || {
            let _pins = (old_pin, new_pin);
            Ok(diff(&store, old, new, limit)?)
        });
        let Diff { changes, truncated } = found.await?;
        Ok(TreeDiff {
            changes: changes.into_iter().map(TreeChange::from).collect(),
            truncated,
        })
    }

    /// The root of a tree, kept until the pin is dropped.
    async fn tree(&self, of: &TreeRef) -> Result<(Digest, Pin), SandboxError> {
        match of {
            TreeRef::Sandbox(id) => {
                let inner = self.sandbox(id)?.inner;
                let saving = tokio::spawn(async move {
                    let _entered = inner.enter_as_it_is().await?;
                    inner.present().await
                });
                saving.await.map_err(Repr::Task)?
            }
            TreeRef::Checkpoint(id, reference) => {
                let sandbox = self.sandbox(id)?;
                let (record, pin) = sandbox.inner.find_checkpoint(reference).await?;
                Ok((record.root, pin))
            }
            TreeRef::Snapshot(id) => {
                let (record, [pin, _]) = self.pinned_snapshot(id).await?;
                Ok((record.root, pin))
            }
            TreeRef::Runtime(name) => {
                let manifest = Runtimes::manifest(name)?;
                let ready = self.shared.runtimes.prepare(manifest).await?;
                Ok((ready.root, self.shared.store.pin(ready.root)))
            }
        }
    }

    /// Finds the tree that a text means for `org`: `sbx_…` is a sandbox, `sbx_…@NAME` a checkpoint of
    /// it (by name or id), the name or id of a runtime that runtime, anything else a snapshot, as
    /// [`Belljar::find_snapshot`] reads it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound), also for what belongs to others.
    pub async fn find_tree(&self, reference: &str, org: &OrgId) -> Result<TreeRef, SandboxError> {
        let (first, checkpoint) = match reference.split_once('@') {
            Some((first, checkpoint)) => (first, Some(checkpoint)),
            None => (reference, None),
        };
        if let Ok(id) = SandboxId::parse(first) {
            let record = self.sandbox_record(&id).await?;
            if record.org != *org {
                return Err(Repr::SandboxNotFound { id }.into());
            }
            return Ok(match checkpoint {
                Some(checkpoint) => TreeRef::Checkpoint(id, checkpoint.to_owned()),
                None => TreeRef::Sandbox(id),
            });
        }
        if let Ok(manifest) = Runtimes::manifest(reference) {
            return Ok(TreeRef::Runtime(manifest.name.to_owned()));
        }
        let record = self.find_snapshot(reference, org).await?;
        Ok(TreeRef::Snapshot(record.id))
    }

    /// The files of a snapshot that its runtime does not bring, by path; at most a million. The
    /// digests of contents are kept, so only new contents are read.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound).
    pub async fn snapshot_files(&self, id: &SnapshotId) -> Result<Vec<SnapshotFile>, SandboxError> {
        let (record, pins) = self.pinned_snapshot(id).await?;
        let store = self.shared.store.clone();
        let list = self.shared.blocking(move || {
            let _pins = pins;
            files_between(&store, record.runtime_root, record.root)
        });
        list.await
    }
}

impl Sandbox {
    /// Its present files that its runtime does not bring, by path, as [`Belljar::snapshot_files`] has
    /// those of a snapshot.
    pub(super) async fn files_of_its_own(&self) -> Result<Vec<SnapshotFile>, SandboxError> {
        let _entered = self.inner.enter_as_it_is().await?;
        let (root, pin) = self.inner.present().await?;
        let runtime_root = self.inner.record().runtime_root.unwrap_or(root);
        let store = self.inner.shared.store.clone();
        let list = self.inner.blocking(move || {
            let _pin = pin;
            files_between(&store, runtime_root, root)
        });
        list.await
    }
}

fn files_between(
    store: &Store,
    before: Digest,
    after: Digest,
) -> Result<Vec<SnapshotFile>, SandboxError> {
    let found = diff(store, before, after, MAX_FILES)?;
    let files = found.changes.into_iter();
    files.filter_map(|one| file(store, one)).collect()
}

/// A difference as a file of a snapshot, if it is one.
fn file(store: &Store, one: Difference) -> Option<Result<SnapshotFile, SandboxError>> {
    let content = one.content?;
    let listed = |sha256: [u8; 32]| SnapshotFile {
        size: content.size,
        // Both are 32 bytes in the same spelling.
        sha256: Digest::from_bytes(sha256).to_hex(),
        content_type: content_type::of(&one.path).to_owned(),
        mode: u32::from(one.mode),
        path: one.path,
    };
    Some(
        store
            .sha256(&content)
            .map(listed)
            .map_err(SandboxError::from),
    )
}

impl From<Difference> for TreeChange {
    fn from(one: Difference) -> Self {
        Self {
            path: one.path,
            change: match one.change {
                ChangeKind::Added => TreeChangeKind::Added,
                ChangeKind::Changed => TreeChangeKind::Changed,
                ChangeKind::Removed => TreeChangeKind::Removed,
            },
            kind: match one.kind {
                NodeKind::File => TreeEntryKind::File,
                NodeKind::Directory => TreeEntryKind::Directory,
                NodeKind::Symlink => TreeEntryKind::Symlink,
                NodeKind::Device => TreeEntryKind::Device,
            },
            old_size: one.old_size,
            new_size: one.new_size,
            mode: u32::from(one.mode),
        }
    }
}
