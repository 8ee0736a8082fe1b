//! Tests of weighing, against the list of differences.

use std::sync::Arc;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::clock::SystemClock;
use crate::store::{ChangeKind, Root, StoreOptions, Totals, diff};
use crate::vfs::{Follow, GuestPath, Usage, Vfs, VfsOptions};

fn store() -> (TempDir, Store, Digest) {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path(), StoreOptions::default()).unwrap();
    let root = Root {
        mode: 0o755,
        mtime: 0,
        tree: store.put_tree(&Tree::default()).unwrap(),
        totals: Totals::default(),
        links: Vec::new(),
        next_group: 1,
    };
    let root = store.put_root(&root).unwrap();
    (folder, store, root)
}

fn open(store: &Store, root: Digest) -> Vfs {
    let options = VfsOptions {
        quota: Usage {
            bytes: 1 << 30,
            nodes: 1 << 20,
        },
        base: None,
        programs: Arc::from([]),
        clock: Arc::new(SystemClock),
    };
    Vfs::open(store, root, options).unwrap()
}

fn path(text: &str) -> GuestPath {
    GuestPath::parse(text, &GuestPath::root()).unwrap()
}

#[test]
fn only_what_is_new_or_different_weighs() {
    let (_folder, store, empty) = store();
    let vfs = open(&store, empty);
    for name in ["/a", "/d/b", "/d/c"] {
        vfs.write_file(&path(name), &[1; 10]).unwrap();
    }
    let old = vfs.commit().unwrap();
    assert_eq!(weigh(&store, old, old).unwrap(), Weight::default());
    assert_eq!(
        weigh(&store, empty, old).unwrap(),
        Weight {
            bytes: 30,
            files: 3
        }
    );
    vfs.remove_file(&path("/a")).unwrap();
    vfs.write_file(&path("/d/b"), &[2; 7]).unwrap();
    vfs.write_file(&path("/new/x/y"), &[3; 100]).unwrap();
    let new = vfs.commit().unwrap();
    assert_eq!(
        weigh(&store, old, new).unwrap(),
        Weight {
            bytes: 107,
            files: 2
        }
    );
}

#[test]
fn a_file_with_two_names_weighs_once() {
    let (_folder, store, empty) = store();
    let vfs = open(&store, empty);
    vfs.write_file(&path("/a"), &[1; 10]).unwrap();
    let top = vfs.root();
    top.link("a", Follow::No, &top, "b").unwrap();
    drop(top);
    let new = vfs.commit().unwrap();
    let expected = Weight {
        bytes: 10,
        files: 1,
    };
    assert_eq!(weigh(&store, empty, new).unwrap(), expected);
    assert_eq!(weigh(&store, new, new).unwrap(), Weight::default());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn it_is_what_the_list_of_differences_adds_up_to(
        before in proptest::collection::vec(("(/[ab]){1,3}", 0..4_usize), 0..8),
        after in proptest::collection::vec(("(/[ab]){1,3}", 0..4_usize), 0..8),
    ) {
        let (_folder, store, empty) = store();
        let vfs = open(&store, empty);
        for (name, size) in &before {
            // What a file is in the way of is not written.
            drop(vfs.write_file(&path(name), &vec![1; *size]));
        }
        let old = vfs.commit().unwrap();
        for (name, size) in &after {
            drop(vfs.remove_dir(&path(name), true));
            drop(vfs.write_file(&path(name), &vec![2; *size]));
        }
        let new = vfs.commit().unwrap();
        let list = diff(&store, old, new, usize::MAX).unwrap();
        let mut expected = Weight::default();
        for one in list.changes.iter().filter(|one| one.change != ChangeKind::Removed) {
            if let Some(content) = &one.content {
                expected.add(content.size, 1);
            }
        }
        prop_assert_eq!(weigh(&store, old, new).unwrap(), expected);
    }
}
