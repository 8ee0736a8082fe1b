//! Collection: what no root reaches is deleted.
//!
//! Mark and sweep, beside everything else that goes on in this process; `guard` says why nothing
//! that is being made is lost. The parent is never touched. Marking reads trees, roots and chunk
//! lists and verifies them; if one cannot be read, what it uses is unknown, so the collection ends
//! and has deleted nothing. That a marked blob is there is not looked at: see
//! [`check`](super::Store::check).
//!
//! After `kill -9` in the middle of a sweep some unreachable objects are gone and others are not;
//! nothing infers from the presence of an object that what it names is present.

use std::collections::HashSet;
use std::io::{self, ErrorKind};
use std::sync::PoisonError;

use super::Store;
use super::blob::object_path;
use super::error::StoreError;
use super::guard::Noting;
use super::walk::{Object, Seen, Visitor};
use crate::digest::Digest;

/// What is in use.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roots {
    /// Root objects, with all that is reachable from them.
    pub roots: Vec<Digest>,
    /// Objects in use by themselves.
    pub blobs: Vec<Digest>,
}

/// What a collection did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Collected {
    /// Objects that were deleted.
    pub deleted_objects: u64,
    /// Their sizes, in bytes.
    pub deleted_bytes: u64,
    /// Objects that stayed.
    pub kept_objects: u64,
}

/// Remembers what is reachable.
#[derive(Default)]
struct Mark {
    reachable: HashSet<Digest>,
}

impl Visitor for Mark {
    fn visit(&mut self, object: &Object<'_>) -> Result<(), StoreError> {
        self.reachable.insert(object.digest);
        Ok(())
    }

    fn failed(&mut self, _: &Object<'_>, error: StoreError) -> Result<(), StoreError> {
        Err(error)
    }
}

impl Store {
    /// Deletes what is reachable neither from the roots that `roots` gives, nor from a
    /// [`pin`](Self::pin), and was not put under a [`writing`](Self::writing) that has not ended.
    /// `roots` is called once, after the writers of before have ended, so the caller must not hold
    /// one itself. A second collection waits for the first.
    ///
    /// Everything else may go on meanwhile, in this process; no other may write to the store.
    ///
    /// # Errors
    /// [`Busy`](StoreError::Busy) if writers have not ended after a minute, what `roots` answers,
    /// [`Unmarked`](StoreError::Unmarked) if what a root uses cannot be found out; in these cases
    /// nothing was deleted. That the host's filesystem refuses to delete.
    pub(crate) fn collect(
        &self,
        roots: &mut dyn FnMut() -> Result<Roots, StoreError>,
    ) -> Result<Collected, StoreError> {
        let _survey = self
            .inner
            .survey
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let noting = self.inner.guards.begin();
        noting.wait_for_writers()?;
        let mut pending = noting.pins();
        let Roots { roots, blobs } = roots()?;
        pending.extend(roots);

        let mut mark = Mark::default();
        let mut seen = Seen::default();
        mark.reachable.extend(blobs);
        loop {
            for root in pending {
                seen.walk(self, root, &mut mark)
                    .map_err(|source| StoreError::Unmarked {
                        root,
                        source: Box::new(source),
                    })?;
            }
            pending = noting.new_pins();
            if pending.is_empty() {
                break;
            }
        }
        let collected = self.sweep(&mark.reachable, &noting)?;
        if collected.deleted_objects > 0 {
            self.forget_facts()?;
        }
        Ok(collected)
    }

    fn sweep(
        &self,
        reachable: &HashSet<Digest>,
        noting: &Noting<'_>,
    ) -> Result<Collected, StoreError> {
        let mut collected = Collected::default();
        let mut visit = |digest: Digest, len: u64| {
            let deleted = !reachable.contains(&digest)
                && self
                    .delete_unless_noted(digest, noting)
                    .map_err(|source| self.object_io("deleting an object", digest, source))?;
            if deleted {
                collected.deleted_objects += 1;
                collected.deleted_bytes = collected.deleted_bytes.saturating_add(len);
            } else {
                collected.kept_objects += 1;
            }
            Ok(())
        };
        self.each_object(&mut visit, &mut |_| {})?;
        Ok(collected)
    }

    fn delete_unless_noted(&self, digest: Digest, noting: &Noting<'_>) -> io::Result<bool> {
        let delete = || self.inner.blobs.remove_file(object_path(digest));
        match noting.unless_noted(digest, delete) {
            Some(Ok(())) => Ok(true),
            None => Ok(false),
            Some(Err(error)) if error.kind() == ErrorKind::NotFound => Ok(false),
            Some(Err(error)) => Err(error),
        }
    }

    /// Calls `object` with the digest and size in bytes of every object that is here, in no
    /// particular order, and `foreign` with the path of every file that is none.
    pub(super) fn each_object(
        &self,
        object: &mut dyn FnMut(Digest, u64) -> Result<(), StoreError>,
        foreign: &mut dyn FnMut(String),
    ) -> Result<(), StoreError> {
        let failed = |source| self.io("listing objects", "blobs", source);
        for folder in self.inner.blobs.entries().map_err(failed)? {
            let folder = folder.map_err(failed)?;
            let start = folder.file_name().to_string_lossy().into_owned();
            if !folder.file_type().map_err(failed)?.is_dir() {
                foreign(format!("blobs/{start}"));
                continue;
            }
            for file in folder
                .open_dir()
                .and_then(|dir| dir.entries())
                .map_err(failed)?
            {
                let file = file.map_err(failed)?;
                let rest = file.file_name().to_string_lossy().into_owned();
                let digest = Digest::from_hex(&format!("{start}{rest}"));
                match (digest, file.metadata()) {
                    (Ok(digest), Ok(metadata)) if start.len() == 2 && metadata.is_file() => {
                        object(digest, metadata.len())?;
                    }
                    // Deleted since the folder was read.
                    (_, Err(error)) if error.kind() == ErrorKind::NotFound => {}
                    (_, Err(error)) => return Err(failed(error)),
                    _ => foreign(format!("blobs/{start}/{rest}")),
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
