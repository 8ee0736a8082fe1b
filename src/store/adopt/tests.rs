//! Adoption.

use std::fs;

use super::*;
use crate::store::tests::{Draft, empty, host_path};
use crate::store::{Roots, StoreOptions};

#[test]
fn an_adopted_root_needs_its_parent_no_more() {
    let (parent_folder, parent) = empty();
    let large = vec![3; (1 << 20) + 9];
    let root = Draft::directory([
        ("dir", Draft::directory([("file", Draft::file("content"))])),
        ("large", Draft::file(large)),
        ("link", Draft::link(1)),
    ])
    .plant(&parent);
    let folder = tempfile::tempdir().unwrap();
    let options = StoreOptions {
        sync: false,
        parent: Some(parent),
    };
    let store = Store::open(folder.path(), options).unwrap();
    let roots = Roots {
        roots: vec![root],
        blobs: Vec::new(),
    };
    assert!(store.check(&roots).unwrap().in_parent > 0);
    store.adopt(root).unwrap();
    store.adopt(root).unwrap();
    drop(store);
    #[cfg(unix)]
    {
        // On one filesystem, nothing is copied.
        let path = host_path(&folder, Digest::of(b"content"));
        let metadata = fs::metadata(path).unwrap();
        assert_eq!(std::os::unix::fs::MetadataExt::nlink(&metadata), 2);
    }
    fs::remove_dir_all(parent_folder.path()).unwrap();
    let store = Store::open(folder.path(), StoreOptions::default()).unwrap();
    let check = store.check(&roots).unwrap();
    assert!(check.is_clean(), "{check:?}");
    assert_eq!((check.in_parent, check.unreachable_objects), (0, 0));
}

#[test]
fn what_nobody_has_is_missing_and_what_is_cut_off_is_replaced() {
    let (parent_folder, parent) = empty();
    let root = Draft::directory([("file", Draft::file("content"))]).plant(&parent);
    let folder = tempfile::tempdir().unwrap();
    let options = StoreOptions {
        sync: false,
        parent: Some(parent.clone()),
    };
    let store = Store::open(folder.path(), options).unwrap();
    let content = Digest::of(b"content");
    store.put(b"content").unwrap();
    fs::write(host_path(&folder, content), b"").unwrap();
    store.adopt(root).unwrap();
    assert_eq!(store.get(content, 100).unwrap(), b"content");

    fs::remove_file(host_path(&folder, content)).unwrap();
    fs::remove_file(host_path(&parent_folder, content)).unwrap();
    assert!(matches!(
        store.adopt(root),
        Err(StoreError::Missing { digest }) if digest == content
    ));
}
