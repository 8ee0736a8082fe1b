//! Checks find what is wrong, and say where.

use std::fs;

use super::*;
use crate::store::tests::{Draft, empty, host_path};

fn roots(root: Digest) -> Roots {
    Roots {
        roots: vec![root],
        blobs: Vec::new(),
    }
}

#[test]
fn a_sound_store_is_clean() {
    let (_folder, store) = empty();
    let root = Draft::directory([
        ("a", Draft::directory([("b", Draft::file("1"))])),
        ("empty", Draft::file("")),
        ("large", Draft::file(vec![1; (1 << 20) + 1])),
    ])
    .plant(&store);
    let alone = store.put(b"alone").unwrap();
    let stray = store.put(b"stray").unwrap();
    let mut roots = roots(root);
    roots.blobs.push(alone);
    let check = store.check(&roots).unwrap();
    assert!(check.is_clean(), "{check:?}");
    // Root, two trees, "1", the large file's list and two chunks, and the two alone.
    assert_eq!(check.objects, 9);
    assert_eq!((check.unreachable_objects, check.unreachable_bytes), (1, 5));
    assert!(store.contains(stray));
}

#[test]
fn damage_is_found_and_reported_once() {
    let (folder, store) = empty();
    let root = Draft::directory([
        ("a", Draft::directory([("b", Draft::file("1"))])),
        ("c", Draft::file("content")),
    ])
    .plant(&store);
    let file = Digest::of(b"content");
    fs::write(host_path(&folder, file), b"CONTENT").unwrap();
    let tree = store.root(root).unwrap().tree;
    let below = store.tree(tree).unwrap();
    let super::super::Node::Directory { tree: below, .. } = below.get("a").unwrap().node else {
        panic!("not a directory");
    };
    fs::write(host_path(&folder, below), b"").unwrap();
    fs::write(folder.path().join("store-v1/blobs/ab-foreign"), b"").unwrap();
    let check = store.check(&roots(root)).unwrap();
    let mut expected = vec![file, below];
    expected.sort();
    assert_eq!(check.damaged, expected);
    assert_eq!((check.missing.len(), check.malformed.len()), (0, 0));
    // What is only named by the damaged tree.
    assert_eq!(check.unreachable_objects, 1);
    assert_eq!(check.foreign, ["blobs/ab-foreign"]);
    assert!(!check.is_clean());
}

#[test]
fn what_is_missing_is_reported_with_its_path() {
    let (folder, store) = empty();
    let inner = Draft::directory([("file", Draft::file("content"))]);
    let root = Draft::directory([("a", Draft::directory([("b", inner)]))]).plant(&store);
    let file = Digest::of(b"content");
    fs::remove_file(host_path(&folder, file)).unwrap();
    let check = store.check(&roots(root)).unwrap();
    let missing = |digest, path: &str| Missing {
        digest,
        root,
        path: path.to_owned(),
    };
    assert_eq!(check.missing, [missing(file, "/a/b/file")]);

    let top = store.root(root).unwrap().tree;
    fs::remove_file(host_path(&folder, top)).unwrap();
    let check = store.check(&roots(root)).unwrap();
    assert_eq!(check.missing, [missing(top, "/")]);

    let check = store.check(&roots(file)).unwrap();
    assert_eq!(check.missing.len(), 1);
}

#[test]
fn what_is_not_what_it_is_named_as_is_malformed() {
    let (_folder, store) = empty();
    let no_root = store.put(b"not a root").unwrap();
    let check = store.check(&roots(no_root)).unwrap();
    let [malformed] = check.malformed.as_slice() else {
        panic!("{check:?}");
    };
    assert_eq!((malformed.digest, malformed.path.as_str()), (no_root, "/"));
    assert!(check.damaged.is_empty() && check.missing.is_empty());
}
