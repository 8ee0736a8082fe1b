//! What keeps objects from a collection: writers, notes and pins.
//!
//! A commit puts its objects bottom-up and records its root last. Between, nothing that a
//! collection can see names them. So:
//!
//! 1. Everything between the first put and the recording (or pinning) of the root happens under one
//!    [`Writing`]. Every put takes one of its own for its short duration.
//! 2. A collection first makes every put *note* its object, before the put looks whether the
//!    object is there. Then it waits for the writers that began earlier: the objects of later ones
//!    are noted, those of earlier ones are by then reachable from a root. Only then it asks for the
//!    roots.
//! 3. An object is deleted under the same lock under which it is looked up in the notes. So a put
//!    either is seen by the collection, or finds its object deleted and writes it again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Store;
use super::error::StoreError;
use crate::digest::Digest;

/// How long a collection waits for writers that began before it; the longest ones are imports.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Guards {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Default)]
struct State {
    /// Counts collections.
    generation: u64,
    /// Writers by the generation in which they began.
    writers: BTreeMap<u64, u64>,
    /// While a collection runs: what was put since it began.
    noted: Option<HashSet<Digest>>,
    /// While a collection runs: roots pinned since it read the pins.
    pinned: Vec<Digest>,
    pins: HashMap<Digest, u64>,
}

/// Keeps everything put while it lives from being collected, until it is dropped. Whoever makes a
/// root holds one from the first put until the root is pinned or recorded where
/// [`collect`](Store::collect)'s caller finds it.
#[must_use = "objects are kept only while it lives"]
pub(crate) struct Writing {
    store: Store,
    generation: u64,
}

/// Keeps a root, and all that is reachable from it, from being collected until it is dropped.
#[must_use = "the root is kept only while it lives"]
pub(crate) struct Pin {
    store: Store,
    root: Digest,
}

impl Guards {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be called before looking whether the object is there.
    pub(super) fn note(&self, digest: Digest) {
        if let Some(noted) = &mut self.lock().noted {
            noted.insert(digest);
        }
    }

    /// Puts are noted from now on, until the result is dropped.
    pub(super) fn begin(&self) -> Noting<'_> {
        let mut state = self.lock();
        state.generation += 1;
        state.noted = Some(HashSet::new());
        state.pinned.clear();
        Noting { guards: self }
    }
}

/// A collection's side of the guards.
pub(super) struct Noting<'a> {
    guards: &'a Guards,
}

impl Noting<'_> {
    /// Waits for the writers that began before this collection.
    pub(super) fn wait_for_writers(&self) -> Result<(), StoreError> {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.guards.lock();
        loop {
            let writers = state
                .writers
                .range(..state.generation)
                .map(|(_, n)| n)
                .sum();
            if writers == 0 {
                return Ok(());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(StoreError::Busy {
                    writers,
                    seconds: PATIENCE.as_secs(),
                });
            }
            state = self
                .guards
                .ended
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// The roots pinned now. To be read before the caller's roots are asked for: a root is recorded
    /// before its pin is dropped.
    pub(super) fn pins(&self) -> Vec<Digest> {
        self.guards.lock().pins.keys().copied().collect()
    }

    /// The roots pinned since the last call.
    pub(super) fn new_pins(&self) -> Vec<Digest> {
        std::mem::take(&mut self.guards.lock().pinned)
    }

    /// Does `delete` unless the object was noted. Nothing is noted meanwhile.
    pub(super) fn unless_noted<T>(&self, digest: Digest, delete: impl FnOnce() -> T) -> Option<T> {
        let state = self.guards.lock();
        let noted = state
            .noted
            .as_ref()
            .is_none_or(|noted| noted.contains(&digest));
        (!noted).then(delete)
    }
}

impl Drop for Noting<'_> {
    fn drop(&mut self) {
        let mut state = self.guards.lock();
        state.noted = None;
        state.pinned = Vec::new();
    }
}

impl Store {
    /// Keeps everything that is put from now on, by any thread, from being collected until the
    /// result is dropped.
    pub(crate) fn writing(&self) -> Writing {
        let mut state = self.inner.guards.lock();
        let generation = state.generation;
        *state.writers.entry(generation).or_default() += 1;
        drop(state);
        Writing {
            store: self.clone(),
            generation,
        }
    }

    /// Keeps `root` and all that is reachable from it. The root must be in use when this is called:
    /// pinned, recorded, or made under a [`writing`](Self::writing) that has not ended.
    pub(crate) fn pin(&self, root: Digest) -> Pin {
        let mut state = self.inner.guards.lock();
        *state.pins.entry(root).or_default() += 1;
        if let Some(noted) = &mut state.noted {
            noted.insert(root);
            state.pinned.push(root);
        }
        drop(state);
        Pin {
            store: self.clone(),
            root,
        }
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let guards = &self.store.inner.guards;
        let mut state = guards.lock();
        if let Some(count) = state.writers.get_mut(&self.generation) {
            *count -= 1;
            if *count == 0 {
                state.writers.remove(&self.generation);
                drop(state);
                guards.ended.notify_all();
            }
        }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut state = self.store.inner.guards.lock();
        if let Some(count) = state.pins.get_mut(&self.root) {
            *count -= 1;
            if *count == 0 {
                state.pins.remove(&self.root);
            }
        }
    }
}

impl fmt::Debug for Writing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writing").finish_non_exhaustive()
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pin").field(&self.root).finish()
    }
}
