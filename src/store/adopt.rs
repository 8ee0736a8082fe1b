//! Making a store independent of its parent, one root at a time.

use std::io::ErrorKind;

use super::Store;
use super::blob::object_path;
use super::error::StoreError;
use super::walk::{Object, Seen, Visitor};
use crate::digest::Digest;

/// Brings what it sees from the parent.
struct Adopt<'a> {
    store: &'a Store,
}

impl Visitor for Adopt<'_> {
    fn visit(&mut self, object: &Object<'_>) -> Result<(), StoreError> {
        self.store.bring(object.digest, object.size)
    }

    fn failed(&mut self, _: &Object<'_>, error: StoreError) -> Result<(), StoreError> {
        Err(error)
    }
}

impl Store {
    /// Brings everything that is reachable from `root` here from the parent: as hard links where
    /// the host allows, which share the parent's disk space, as copies elsewhere. What is here
    /// already stays. The caller keeps `root` from being collected.
    ///
    /// Trees, roots and chunk lists are verified; blobs are only if they are copied.
    ///
    /// # Errors
    /// [`Missing`](StoreError::Missing) or [`Damaged`](StoreError::Damaged) objects, or that the
    /// host's filesystem refuses. What was brought until then stays and is garbage.
    pub(crate) fn adopt(&self, root: Digest) -> Result<(), StoreError> {
        let _writing = self.writing();
        Seen::default().walk(self, root, &mut Adopt { store: self })
    }

    fn bring(&self, digest: Digest, size: Option<u64>) -> Result<(), StoreError> {
        self.inner.guards.note(digest);
        let failed = |source| self.object_io("adopting an object", digest, source);
        let here = self.inner.len_here(digest).map_err(failed)?;
        let whole = here.is_some_and(|len| size.is_none_or(|size| size == len));
        if whole {
            return Ok(());
        }
        let source = self.parent().and_then(|parent| parent.holder(digest));
        let Some(source) = source else {
            return Err(match here {
                Some(_) => StoreError::Damaged { digest },
                None => StoreError::Missing { digest },
            });
        };
        let linked = here.is_none()
            && self
                .inner
                .in_fan_out(digest, |path| {
                    source
                        .inner
                        .blobs
                        .hard_link(object_path(digest), &self.inner.blobs, path)
                })
                .map_or_else(|error| error.kind() == ErrorKind::AlreadyExists, |()| true);
        if linked {
            return Ok(());
        }
        let bytes = source.get(digest, u64::MAX)?;
        self.put_known(digest, &bytes)
    }

    /// The store, among this one and its parents, that holds an object itself.
    fn holder(&self, digest: Digest) -> Option<&Self> {
        if self.contains_here(digest) {
            return Some(self);
        }
        self.parent()?.holder(digest)
    }
}

#[cfg(test)]
mod tests;
