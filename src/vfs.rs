//! The filesystem of a sandbox: what guests see and what the files API works on.
//!
//! A [`Vfs`] is a private, writable layer over an immutable tree of the [`Store`]. It lives in memory:
//! inodes in a persistent trie, small contents beside them, larger ones in a scratch file. Nothing
//! of the tree is read before it is used, so opening one costs the same whatever it holds, and
//! [`Vfs::fork`] is the copying of a pointer. Paths are resolved here alone, by POSIX's rules; no
//! path of a guest ever reaches the host. No type of the WebAssembly engine occurs.
//!
//! - **Concurrency.** One lock per filesystem, held for the time of an operation in memory or of one
//!   write to the scratch file; contents are read without it.
//! - **Quota.** Sizes of files count as they are seen, holes and all, so that no file can be larger
//!   than what the sandbox may store.
//! - **Durability.** None before [`Vfs::commit_pinned`]; after it, that of the store.

mod arena;
mod commit;
mod content;
mod errno;
mod error;
mod files;
#[cfg(test)]
pub(crate) mod fixture;
mod handle;
mod inode;
mod ops;
mod path;
mod place;
mod program;
mod resolve;
mod state;
mod table;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::arena::Arena;
use self::content::Io;
pub(crate) use self::errno::Errno;
pub(crate) use self::error::FsError;
pub(crate) use self::files::EntryKind;
pub(crate) use self::handle::{Access, Handle, OpenFlags, SetTime};
pub(crate) use self::inode::{Kind, Stat};
pub(crate) use self::ops::dir::DirStream;
pub(crate) use self::path::GuestPath;
pub(crate) use self::place::FileReader;
pub(crate) use self::program::{Executable, ProgramFile};
use self::resolve::Caller;
pub(crate) use self::resolve::Follow;
pub(crate) use self::state::Usage;
use self::state::{State, usage_of};
use crate::clock::Clock;
use crate::digest::Digest;
use crate::store::{Pin, Roots, Store};

/// Working directory and home of the guest's user; relative API paths resolve against it.
pub(crate) const WORKSPACE: &str = "/home/agentuity";

/// How a filesystem is opened.
#[derive(Clone, Debug)]
pub(crate) struct VfsOptions {
    /// What may be added to what the base has.
    pub(crate) quota: Usage,
    /// The root whose contents are not counted; the one that is opened without it.
    pub(crate) base: Option<Digest>,
    /// Contents that may be run as programs.
    pub(crate) programs: Arc<[Digest]>,
    /// What new times are taken from.
    pub(crate) clock: Arc<dyn Clock>,
}

/// One sandbox's filesystem. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Vfs {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    io: Io,
    programs: Arc<[Digest]>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Held while a commit is under way: they are not worth doing at the same time.
    commits: Mutex<()>,
}

impl Vfs {
    /// A filesystem whose contents are, for now, those of the root object `root`.
    ///
    /// # Errors
    /// [`FsError::Store`] if that cannot be read.
    pub(crate) fn open(store: &Store, root: Digest, options: VfsOptions) -> Result<Self, FsError> {
        let opened = store.root(root)?;
        let base = match options.base {
            Some(base) if base != root => usage_of(&store.root(base)?),
            _ => usage_of(&opened),
        };
        let state = State::new(root, &opened, limit(base, options.quota));
        Ok(Self::of(store.clone(), state, options))
    }

    /// A filesystem of its own with the same contents: neither sees what is changed in the other
    /// from now on. Nothing is copied.
    #[must_use]
    pub(crate) fn fork(&self) -> Self {
        let state = self.lock().fork();
        Self {
            inner: Arc::new(Inner {
                io: self.inner.io.clone(),
                programs: Arc::clone(&self.inner.programs),
                clock: Arc::clone(&self.inner.clock),
                state: Mutex::new(state),
                commits: Mutex::default(),
            }),
        }
    }

    /// A new filesystem with the same contents and options of its own. Nothing is copied, and what
    /// is known of the tree already need not be read again: so one filesystem that nobody writes
    /// to is what all sandboxes of a runtime begin as.
    ///
    /// # Errors
    /// [`FsError::Io`] if this one has changes that are not committed.
    pub(crate) fn start(&self, options: VfsOptions) -> Result<Self, FsError> {
        let mut state = self.lock().fork();
        if state.dirty {
            return Err(FsError::of("/", Errno::Io));
        }
        state.limit = limit(state.usage, options.quota);
        let store = self.inner.io.store.clone();
        Ok(Self::of(store, state, options))
    }

    fn of(store: Store, state: State, options: VfsOptions) -> Self {
        Self {
            inner: Arc::new(Inner {
                io: Io {
                    arena: Arc::new(Arena::new(store.clone())),
                    store,
                },
                programs: options.programs,
                clock: options.clock,
                state: Mutex::new(state),
                commits: Mutex::default(),
            }),
        }
    }

    /// [`Vfs::commit_pinned`] without the pin.
    #[cfg(test)]
    pub(crate) fn commit(&self) -> Result<Digest, FsError> {
        self.commit_pinned().map(|(root, _)| root)
    }

    /// Stores what has changed since the last commit, as it is at this moment, and gives the root
    /// of the whole. Guests go on meanwhile. If it fails, nothing is lost: the next commit stores
    /// it. The root is safe from collection while the pin lives, also if the next commit comes at
    /// once. Blocks.
    ///
    /// # Errors
    /// [`FsError::Io`].
    pub(crate) fn commit_pinned(&self) -> Result<(Digest, Pin), FsError> {
        let store = &self.inner.io.store;
        let _one = self
            .inner
            .commits
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // A collection that begins now waits for what this commit puts, and then sees its root.
        let _writing = store.writing();
        let fork = {
            let mut state = self.lock();
            if !state.dirty {
                return Ok((state.committed, store.pin(state.committed)));
            }
            let fork = state.fork();
            state.epoch += 1;
            fork
        };
        let failed = |errno| FsError::of("/", errno);
        let committed = commit::store(&fork, &self.inner.io).map_err(failed)?;
        let mut state = self.lock();
        if fork.generation == state.generation {
            // Shared inodes would be copied to be marked as clean.
            drop(fork);
            commit::adopt(&mut state, &self.inner.io, &committed).map_err(failed)?;
        }
        let root = committed.root.unwrap_or(state.committed);
        Ok((root, store.pin(root)))
    }

    /// The root of the last commit, or the one that was opened.
    pub(crate) fn committed(&self) -> Digest {
        self.lock().committed
    }

    /// Makes the contents those of another root. What is open becomes stale.
    ///
    /// # Errors
    /// [`FsError::Store`] if that cannot be read; then nothing has changed.
    pub(crate) fn replace(&self, root: Digest) -> Result<(), FsError> {
        let opened = self.inner.io.store.root(root)?;
        let mut state = self.lock();
        let generation = state.generation + 1;
        *state = State::new(root, &opened, state.limit);
        state.generation = generation;
        Ok(())
    }

    /// Commits, and frees all memory that the contents take; they are read again when they are
    /// needed. `false`, with nothing freed, if something is open.
    ///
    /// # Errors
    /// [`FsError::Io`] as [`Vfs::commit_pinned`].
    pub(crate) fn seal(&self) -> Result<bool, FsError> {
        let (root, _pin) = self.commit_pinned()?;
        let opened = self.inner.io.store.root(root)?;
        let mut state = self.lock();
        if state.dirty || !state.open.is_empty() || state.committed != root {
            return Ok(false);
        }
        let (limit, generation) = (state.limit, state.generation);
        *state = State::new(root, &opened, limit);
        state.generation = generation;
        Ok(true)
    }

    /// The root directory, as a guest gets it.
    pub(crate) fn root(&self) -> Handle {
        Handle::root(self, Caller::Guest)
    }

    /// What is used, base and all, and how much that may be.
    pub(crate) fn usage(&self) -> (Usage, Usage) {
        let state = self.lock();
        (state.usage, state.limit)
    }

    /// Whether everything in it is stored.
    pub(crate) fn is_clean(&self) -> bool {
        !self.lock().dirty
    }

    /// What a collection must keep for this filesystem: its last root, and whatever of the store is
    /// in use without being reachable from there.
    pub(crate) fn roots(&self) -> Roots {
        let state = self.lock();
        let store = &self.inner.io.store;
        let mut blobs = Vec::new();
        state.table.for_each(&mut |inode| {
            if let inode::Body::File(data) = &inode.body {
                data.for_each_blob(store, &mut |blob| blobs.push(blob));
            }
        });
        Roots {
            roots: vec![state.committed],
            blobs,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn io(&self) -> &Io {
        &self.inner.io
    }

    /// Nanoseconds since the Unix epoch.
    pub(crate) fn now(&self) -> i64 {
        self.inner.clock.nanos()
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

/// What may be used at most, with what the base uses already.
fn limit(base: Usage, quota: Usage) -> Usage {
    Usage {
        bytes: base.bytes.saturating_add(quota.bytes),
        nodes: base.nodes.saturating_add(quota.nodes),
    }
}

#[cfg(test)]
mod tests;
