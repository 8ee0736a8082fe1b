//! The files of one sandbox: live in memory, or only known by the root they were saved as.
//!
//! Who may do what at the same time is decided here:
//!
//! - Calls that use the files hold the *gate* for reading; pausing, resuming and restoring hold it for
//!   writing, so that nobody uses files that are being taken away. A command holds it only until it
//!   starts: the state machine keeps an execution from being paused or restored under, a pause stops
//!   jobs first, and nothing is restored under them.
//! - Saves happen one after the other. Whoever asks while one is under way shares the next one.
//!
//! Nothing here knows of states, records or events.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use super::error::SandboxError;
use super::journal::Journal;
use crate::digest::Digest;
use crate::store::{Pin, Roots, Store};
use crate::vfs::Vfs;

/// See the module.
#[derive(Debug)]
pub(crate) struct Disk {
    store: Store,
    gate: Arc<RwLock<()>>,
    /// The live filesystem; none before it is needed, while paused, and after the end.
    live: Mutex<Option<Vfs>>,
    /// Held while the live filesystem is being made.
    pub(super) opening: tokio::sync::Mutex<()>,
    /// The root that a restart, or the end of a pause, begins with.
    root: Mutex<Option<Digest>>,
    /// How many saves have been asked for.
    asked: AtomicU64,
    saves: Mutex<Saves>,
    ended: AtomicBool,
    /// Whether there is something in the journal.
    journaled: AtomicBool,
}

/// Files to begin another sandbox with.
#[derive(Debug)]
pub(crate) struct Forked {
    /// What they are saved as.
    pub(crate) root: Digest,
    /// Keeps that.
    pub(crate) pin: Pin,
    /// The files themselves, if they are in memory.
    pub(crate) vfs: Option<Vfs>,
}

#[derive(Debug)]
struct Saves {
    /// None where nothing outlives the process.
    journal: Option<Journal>,
    /// Up to which asking everything is saved.
    done: u64,
}

impl Disk {
    /// The files of a sandbox that begins with `root`, if that is known yet. With a journal, what is
    /// saved outlives this process, and its last root comes first.
    pub(crate) fn new(store: Store, root: Option<Digest>, journal: Option<Journal>) -> Self {
        let saved = journal.as_ref().and_then(Journal::last);
        Self {
            store,
            gate: Arc::default(),
            live: Mutex::default(),
            opening: tokio::sync::Mutex::default(),
            root: Mutex::new(saved.or(root)),
            asked: AtomicU64::new(0),
            saves: Mutex::new(Saves { journal, done: 0 }),
            ended: AtomicBool::new(false),
            journaled: AtomicBool::new(saved.is_some()),
        }
    }

    /// Waits until nobody takes the files away, and keeps it so.
    pub(crate) async fn shared(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.gate).read_owned().await
    }

    /// Waits until nobody uses the files, and keeps it so.
    pub(crate) async fn alone(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.gate).write_owned().await
    }

    /// The live filesystem, if there is one.
    pub(crate) fn live(&self) -> Option<Vfs> {
        lock(&self.live).clone()
    }

    /// The root that the live filesystem is to be opened with, if it is known.
    pub(crate) fn root(&self) -> Option<Digest> {
        *lock(&self.root)
    }

    /// As [`Disk::root`]; it is kept until the pin is dropped.
    pub(crate) fn pin_root(&self) -> Option<(Digest, Pin)> {
        // Under the lock, so that it is in use when it is pinned.
        let root = lock(&self.root);
        root.map(|root| (root, self.store.pin(root)))
    }

    /// Whether anything was ever saved where it outlives this process.
    pub(crate) fn has_journal(&self) -> bool {
        self.journaled.load(Ordering::Acquire)
    }

    /// Makes `vfs` the live filesystem; its root is in use from here on. `false` if the sandbox has
    /// ended.
    #[must_use]
    pub(crate) fn set_live(&self, vfs: Vfs) -> bool {
        let mut live = lock(&self.live);
        if self.ended.load(Ordering::Acquire) {
            return false;
        }
        lock(&self.root).get_or_insert_with(|| vfs.committed());
        *live = Some(vfs);
        true
    }

    /// Stores what has changed; what was in the files before this was called is in the root that it
    /// gives, and is there after a restart if anything is. Blocks.
    ///
    /// # Errors
    /// What the store or the journal gives; the files are as they were.
    pub(crate) fn save(&self, vfs: &Vfs) -> Result<(Digest, Pin), SandboxError> {
        let mine = self.asked.fetch_add(1, Ordering::AcqRel) + 1;
        let mut saves = lock(&self.saves);
        if saves.done >= mine
            && let Some(root) = self.root()
        {
            // Nobody replaces it while the lock is held, so it is in use.
            return Ok((root, self.store.pin(root)));
        }
        let covered = self.asked.load(Ordering::Acquire);
        let (root, pin) = vfs.commit_pinned()?;
        self.note(&mut saves, root)?;
        saves.done = covered;
        Ok((root, pin))
    }

    /// Whether [`Disk::save`] would find nothing to do, which is so of most commands: nothing has changed
    /// since a restart would begin with it. Also false if somebody saves just now. Does not block.
    pub(crate) fn is_saved(&self, vfs: &Vfs) -> bool {
        let Ok(_saves) = self.saves.try_lock() else {
            return false;
        };
        // Not if the journal could not be written after the last commit.
        vfs.is_clean() && self.root() == Some(vfs.committed())
    }

    /// As [`Disk::fork`] if nothing has to be saved for it and nobody saves just now; does not block.
    pub(crate) fn fork_saved(&self, vfs: &Vfs) -> Option<Forked> {
        let _saves = self.saves.try_lock().ok()?;
        let fork = vfs.fork();
        if !fork.is_clean() {
            return None;
        }
        // There is nothing to commit; its root is in use by the filesystem that it is a fork of.
        let (root, pin) = fork.commit_pinned().ok()?;
        Some(Forked {
            root,
            pin,
            vfs: Some(fork),
        })
    }

    /// A filesystem of its own with the same contents, and what it is saved as. Blocks.
    ///
    /// # Errors
    /// As [`Disk::save`].
    pub(crate) fn fork(&self, vfs: &Vfs) -> Result<Forked, SandboxError> {
        // Saved first, so that the next fork has nothing to save. Nothing is saved between that and
        // the fork, so that what they share stays in use.
        let mut saves = lock(&self.saves);
        let (root, first) = vfs.commit_pinned()?;
        self.note(&mut saves, root)?;
        let fork = vfs.fork();
        // What a command has written since.
        let (root, pin) = fork.commit_pinned()?;
        drop(first);
        Ok(Forked {
            root,
            pin,
            vfs: Some(fork),
        })
    }

    /// Makes the files those of another root. Blocks. The caller is alone, and `root` is pinned.
    ///
    /// # Errors
    /// As [`Disk::save`].
    pub(crate) fn replace(&self, vfs: &Vfs, root: Digest) -> Result<(), SandboxError> {
        let mut saves = lock(&self.saves);
        vfs.replace(root)?;
        self.note(&mut saves, root)
    }

    /// Saves the files and frees the memory that they take, as far as nobody uses them: they are read
    /// again when they are needed. Blocks.
    ///
    /// # Errors
    /// As [`Disk::save`].
    pub(crate) fn rest(&self, vfs: &Vfs) -> Result<bool, SandboxError> {
        let mut saves = lock(&self.saves);
        let resting = vfs.seal()?;
        self.note(&mut saves, vfs.committed())?;
        Ok(resting)
    }

    /// Saves the files and forgets the live filesystem; `false`, with nothing forgotten, if something
    /// in it is open. Blocks. The caller is alone.
    ///
    /// # Errors
    /// As [`Disk::save`].
    pub(crate) fn put_away(&self, vfs: &Vfs) -> Result<bool, SandboxError> {
        let mut saves = lock(&self.saves);
        if !vfs.seal()? {
            return Ok(false);
        }
        self.note(&mut saves, vfs.committed())?;
        lock(&self.live).take();
        Ok(true)
    }

    fn note(&self, saves: &mut Saves, root: Digest) -> Result<(), SandboxError> {
        if let Some(journal) = &mut saves.journal {
            journal.append(root)?;
            self.journaled.store(true, Ordering::Release);
        }
        let mut last = lock(&self.root);
        if !self.ended.load(Ordering::Acquire) {
            *last = Some(root);
        }
        Ok(())
    }

    /// Ends files that are in memory only.
    pub(crate) fn forget(&self) {
        self.ended.store(true, Ordering::Release);
        lock(&self.live).take();
        lock(&self.root).take();
    }

    /// Ends it: forgets what is in memory and removes what is on disk. Blocks.
    ///
    /// # Errors
    /// If something cannot be removed.
    pub(crate) fn remove(&self) -> Result<(), SandboxError> {
        self.forget();
        match &mut lock(&self.saves).journal {
            Some(journal) => Ok(journal.remove()?),
            None => Ok(()),
        }
    }

    /// Waits for what is being written; nothing is written afterwards. What is on disk stays. Blocks.
    pub(crate) fn close(&self) {
        if let Some(journal) = &mut lock(&self.saves).journal {
            journal.close();
        }
    }

    /// Adds what a collection must keep for these files.
    pub(crate) fn roots(&self, roots: &mut Roots) {
        // In this order: a commit moves the live root on first.
        roots.roots.extend(self.root());
        if let Some(vfs) = self.live() {
            let Roots { roots: live, blobs } = vfs.roots();
            roots.roots.extend(live);
            roots.blobs.extend(blobs);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
