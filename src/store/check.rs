//! Checking a store: is every object what its name says, and is everything there that is in use?

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;

use super::Store;
use super::error::StoreError;
use super::gc::Roots;
use super::walk::{Object, Seen, Visitor};
use crate::digest::Digest;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Check {
    /// Objects that are here.
    pub objects: u64,
    /// Their sizes, in bytes.
    pub bytes: u64,
    /// Objects whose bytes are not those of their digest, sorted.
    pub damaged: Vec<Digest>,
    /// Where those of them that are in use are used, one place each.
    pub damaged_in_use: Vec<Missing>,
    /// Objects in use that are neither here nor in the parent.
    pub missing: Vec<Missing>,
    /// Objects in use that are not what they are named as.
    pub malformed: Vec<Malformed>,
    /// Objects in use that only the parent has. They are not verified, except trees, roots and
    /// chunk lists.
    pub in_parent: u64,
    /// Objects that no root reaches; a collection would delete them. Includes what is being made.
    pub unreachable_objects: u64,
    /// Their sizes, in bytes.
    pub unreachable_bytes: u64,
    /// Files among the objects that are none, relative to the store.
    pub foreign: Vec<String>,
}

/// An object in use that is not there, or not whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    /// The object.
    pub digest: Digest,
    /// A root that uses it.
    pub root: Digest,
    /// Where below that root, as an absolute path; the path of a directory if its tree is missing.
    pub path: String,
}

/// An object in use that is not a tree, root or chunk list although it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// The object.
    pub digest: Digest,
    /// A root that uses it.
    pub root: Digest,
    /// Where below that root.
    pub path: String,
    /// What is wrong with it, as a sentence without a full stop.
    pub reason: String,
}

impl Check {
    /// Whether nothing is damaged, missing or malformed.
    #[cfg(test)]
    pub(crate) fn is_clean(&self) -> bool {
        self.damaged.is_empty() && self.missing.is_empty() && self.malformed.is_empty()
    }
}

/// Compares what is reachable with what is there.
struct Reach<'a> {
    store: &'a Store,
    /// What is here, and how large.
    here: &'a HashMap<Digest, u64>,
    reached: HashSet<Digest>,
    damaged: HashSet<Digest>,
    check: &'a mut Check,
    root: Digest,
}

impl Visitor for Reach<'_> {
    fn visit(&mut self, object: &Object<'_>) -> Result<(), StoreError> {
        let Object { digest, .. } = *object;
        let first = self.reached.insert(digest);
        if first && self.damaged.contains(&digest) {
            self.check.damaged_in_use.push(Missing {
                digest,
                root: self.root,
                path: path(object),
            });
        }
        if let Some(len) = self.here.get(&digest) {
            if object.size.is_some_and(|size| size != *len) {
                self.malformed(object, "its size is not the one recorded".to_owned());
            }
        } else if self.store.contains_here(digest) {
            // Put since the objects were listed.
        } else if self
            .store
            .parent()
            .is_some_and(|parent| parent.contains(digest))
        {
            self.check.in_parent += u64::from(first);
        } else {
            self.check.missing.push(Missing {
                digest,
                root: self.root,
                path: path(object),
            });
        }
        Ok(())
    }

    fn failed(&mut self, object: &Object<'_>, error: StoreError) -> Result<(), StoreError> {
        match error {
            // Counted by `visit`.
            StoreError::Missing { .. } => {}
            StoreError::Damaged { digest } => {
                self.damaged.insert(digest);
            }
            StoreError::Io { .. } => return Err(error),
            other => self.malformed(object, other.to_string()),
        }
        Ok(())
    }
}

impl Reach<'_> {
    fn malformed(&mut self, object: &Object<'_>, reason: String) {
        self.check.malformed.push(Malformed {
            digest: object.digest,
            root: self.root,
            path: path(object),
            reason,
        });
    }
}

fn path(object: &Object<'_>) -> String {
    match (object.directory, object.name) {
        ("", "") => "/".to_owned(),
        (directory, "") => directory.to_owned(),
        (directory, name) => format!("{directory}/{name}"),
    }
}

impl Store {
    /// Reads every object that is here and compares it with its digest, and looks for everything
    /// that is reachable from `roots`. Changes nothing. What the parent has is looked for, and not
    /// read unless something has to be found through it.
    ///
    /// Puts may go on meanwhile; a collection waits.
    ///
    /// # Errors
    /// If the host's filesystem refuses to list or read. What is wrong with objects is in the
    /// result.
    pub(crate) fn check(&self, roots: &Roots) -> Result<Check, StoreError> {
        let _survey = self
            .inner
            .survey
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut check = Check::default();
        let mut here = HashMap::new();
        let mut foreign = Vec::new();
        self.each_object(
            &mut |digest, len| {
                here.insert(digest, len);
                Ok(())
            },
            &mut |path| foreign.push(path),
        )?;
        foreign.sort();
        check.foreign = foreign;
        check.objects = here.len() as u64;
        check.bytes = here
            .values()
            .fold(0, |sum: u64, len| sum.saturating_add(*len));
        let mut damaged = HashSet::new();
        for digest in here.keys() {
            if self.is_damaged(*digest)? {
                damaged.insert(*digest);
            }
        }

        let mut seen = Seen::default();
        let mut reach = Reach {
            store: self,
            here: &here,
            reached: HashSet::new(),
            damaged,
            check: &mut check,
            root: Digest::from_bytes([0; 32]),
        };
        for root in &roots.roots {
            reach.root = *root;
            seen.walk(self, *root, &mut reach)?;
        }
        for blob in &roots.blobs {
            reach.root = *blob;
            seen.blob(*blob, &mut reach)?;
        }
        let Reach {
            reached, damaged, ..
        } = reach;
        for (digest, len) in &here {
            if !reached.contains(digest) {
                check.unreachable_objects += 1;
                check.unreachable_bytes = check.unreachable_bytes.saturating_add(*len);
            }
        }
        check.damaged = damaged.into_iter().collect();
        check.damaged.sort();
        Ok(check)
    }

    fn is_damaged(&self, digest: Digest) -> Result<bool, StoreError> {
        let blob = match self.open_blob(digest) {
            Ok(blob) => blob,
            Err(StoreError::Missing { .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        let mut hasher = blake3::Hasher::new();
        let mut at = 0;
        let mut buffer = vec![0; 256 * 1024];
        loop {
            let count = blob
                .read_at(&mut buffer, at)
                .map_err(|source| self.object_io("reading an object", digest, source))?;
            let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else {
                break;
            };
            hasher.update(read);
            at += count as u64;
        }
        Ok(Digest::from_bytes(hasher.finalize().into()) != digest)
    }
}

#[cfg(test)]
mod tests;
