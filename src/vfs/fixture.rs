//! A filesystem for tests, here and in the modules above.

use std::sync::Arc;

use tempfile::TempDir;

use super::{Usage, Vfs, VfsOptions};
use crate::clock::SystemClock;
use crate::digest::Digest;
use crate::store::{Root, Store, StoreOptions, Totals, Tree};

/// A filesystem on a store of its own.
#[derive(Debug)]
pub(crate) struct Fixture {
    pub(crate) vfs: Vfs,
    pub(crate) store: Store,
    _folder: TempDir,
}

/// Options with this quota.
pub(crate) fn options(bytes: u64, nodes: u64) -> VfsOptions {
    VfsOptions {
        quota: Usage { bytes, nodes },
        base: None,
        programs: Arc::new([]),
        clock: Arc::new(SystemClock),
    }
}

/// The root object of a filesystem with nothing in it.
pub(crate) fn empty_root(store: &Store) -> Digest {
    let tree = Tree {
        entries: Vec::new(),
    };
    let root = Root {
        mode: 0o755,
        mtime: 0,
        tree: store.put_tree(&tree).unwrap(),
        totals: Totals::default(),
        links: Vec::new(),
        next_group: 1,
    };
    store.put_root(&root).unwrap()
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(1 << 30, 100_000)
    }

    pub(crate) fn with(bytes: u64, nodes: u64) -> Self {
        Self::of(options(bytes, nodes))
    }

    /// One in which these contents are programs.
    pub(crate) fn with_programs(programs: Arc<[Digest]>) -> Self {
        Self::of(VfsOptions {
            programs,
            ..options(1 << 30, 100_000)
        })
    }

    fn of(options: VfsOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), StoreOptions::default()).unwrap();
        let root = empty_root(&store);
        Self {
            vfs: Vfs::open(&store, root, options).unwrap(),
            store,
            _folder: folder,
        }
    }
}
