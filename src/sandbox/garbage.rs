//! What the store holds and nobody refers to, and whether what it holds is whole.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::runtime::Handle;
use tokio::sync::MutexGuard;

use super::belljar::{Belljar, Shared};
use super::error::{Repr, SandboxError, chain};
use super::handle::Inner;
use crate::digest::Digest;
use crate::store::{Check, Roots, StoreError};
use crate::units::ByteSize;

/// What a collection did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GarbageReport {
    /// Objects that were removed.
    pub removed: u64,
    /// Their size.
    pub freed: ByteSize,
    /// Objects that are still there.
    pub kept: u64,
}

/// An object that is not what its name says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DamagedObject {
    /// Its name.
    pub digest: Digest,
    /// What is wrong with it.
    pub reason: String,
}

/// An object that something refers to and that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingObject {
    /// Its name.
    pub digest: Digest,
    /// The root of a tree that needs it.
    pub root: Digest,
    /// The path in that tree, as far as it is known.
    pub path: String,
}

/// What a check of the store found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreReport {
    /// Objects that were checked.
    pub objects: u64,
    /// Their size.
    pub size: ByteSize,
    /// Objects that are not what their name says.
    pub damaged: Vec<DamagedObject>,
    /// Objects that should be there and are not.
    pub missing: Vec<MissingObject>,
    /// Objects that nothing refers to; collecting garbage removes them.
    pub unreachable: u64,
    /// Their size.
    pub unreachable_size: ByteSize,
    /// Files in the store's folder that are no objects.
    pub foreign: Vec<String>,
}

impl StoreReport {
    /// Whether everything that is referred to is there and whole.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.damaged.is_empty() && self.missing.is_empty()
    }
}

impl Shared {
    /// Everything that is in use. Blocks; not for a thread that runs futures.
    fn roots(&self, runtime: &Handle) -> Result<Roots, SandboxError> {
        let mut roots = Roots::default();
        // Records first. What a request takes from a record into a sandbox meanwhile is pinned where
        // records are read, until the sandbox is there.
        let recorded = self.ledger.read(|records| records.roots());
        roots.roots.extend(runtime.block_on(recorded)?);
        roots.roots.extend(self.runtimes.roots());
        let sandboxes: Vec<_> = self.sandboxes().values().cloned().collect();
        for sandbox in sandboxes {
            sandbox.roots(&mut roots);
        }
        Ok(roots)
    }
}

impl Inner {
    /// Adds what a collection must keep for this sandbox.
    fn roots(&self, roots: &mut Roots) {
        let record = self.record();
        if !record.status.is_live() {
            return;
        }
        self.disk.roots(roots);
        // Snapshots are compared with it.
        roots.roots.extend(record.runtime_root);
        // The root object alone: it says what of the disk limit is used up.
        roots.blobs.extend(record.base);
    }
}

impl Shared {
    pub(super) async fn collect_garbage(self: &Arc<Self>) -> Result<GarbageReport, SandboxError> {
        let _survey = self.survey().await?;
        let (shared, runtime) = (Arc::clone(self), Handle::current());
        let collecting = self.blocking(move || {
            let mut failed = None;
            let collected = shared.store.collect(&mut || {
                shared.roots(&runtime).map_err(|error| {
                    let source = io::Error::other(chain(&error));
                    failed = Some(error);
                    StoreError::Input { source }
                })
            });
            match (failed, collected) {
                (Some(error), _) => Err(error),
                (None, collected) => Ok(collected?),
            }
        });
        let collected = collecting.await?;
        Ok(GarbageReport {
            removed: collected.deleted_objects,
            freed: ByteSize::new(collected.deleted_bytes),
            kept: collected.kept_objects,
        })
    }

    async fn check_store(self: &Arc<Self>) -> Result<Check, SandboxError> {
        // No collection between the question what is in use and the look at it: what was in use then
        // and is not any more would be missing.
        let _survey = self.survey().await?;
        let (shared, runtime) = (Arc::clone(self), Handle::current());
        let checking = self.blocking(move || {
            let roots = shared.roots(&runtime)?;
            Ok(shared.store.check(&roots)?)
        });
        checking.await
    }

    /// Closing waits for the result, and there is none afterwards: the folder may be somebody else's.
    async fn survey(&self) -> Result<MutexGuard<'_, ()>, SandboxError> {
        let survey = self.survey.lock().await;
        if self.closing.load(Ordering::Acquire) {
            return Err(Repr::Closing.into());
        }
        Ok(survey)
    }
}

impl Belljar {
    /// Removes what no sandbox, checkpoint or snapshot refers to. Everything else goes on meanwhile.
    /// The cache of runtimes is not touched. (This also happens by itself every few minutes, if there
    /// is something to remove.)
    ///
    /// # Errors
    /// [`ErrorKind::Internal`](super::ErrorKind::Internal) if the store cannot be read, or something
    /// that is in use is damaged: nothing is removed then.
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) when closing.
    pub async fn collect_garbage(&self) -> Result<GarbageReport, SandboxError> {
        let shared = Arc::clone(&self.shared);
        // Given up half-way it goes on, and closing must know.
        let collecting = tokio::spawn(async move { shared.collect_garbage().await });
        collecting.await.map_err(Repr::Task)?
    }

    /// Reads and verifies everything in the store. What is wrong is in the report.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`](super::ErrorKind::Internal) if the store cannot be read at all,
    /// [`ErrorKind::Unavailable`](super::ErrorKind::Unavailable) when closing.
    pub async fn check_store(&self) -> Result<StoreReport, SandboxError> {
        let shared = Arc::clone(&self.shared);
        let checking = tokio::spawn(async move { shared.check_store().await });
        Ok(checking.await.map_err(Repr::Task)??.into())
    }
}

impl From<Check> for StoreReport {
    fn from(check: Check) -> Self {
        let wrong = "its bytes are not those that its name stands for";
        let used = check.damaged_in_use;
        let damaged = check.damaged.into_iter().map(|digest| DamagedObject {
            digest,
            // Whoever reads it wants to know what is lost with it.
            reason: match used.iter().find(|one| one.digest == digest) {
                Some(one) => format!("{}: {wrong} (root {})", one.path, one.root),
                None => wrong.to_owned(),
            },
        });
        let malformed = check.malformed.into_iter().map(|one| DamagedObject {
            digest: one.digest,
            reason: format!("{}: {} (root {})", one.path, one.reason, one.root),
        });
        let missing = check.missing.into_iter().map(|one| MissingObject {
            digest: one.digest,
            root: one.root,
            path: one.path,
        });
        Self {
            objects: check.objects,
            size: ByteSize::new(check.bytes),
            damaged: damaged.chain(malformed).collect(),
            missing: missing.collect(),
            unreachable: check.unreachable_objects,
            unreachable_size: ByteSize::new(check.unreachable_bytes),
            foreign: check.foreign,
        }
    }
}
