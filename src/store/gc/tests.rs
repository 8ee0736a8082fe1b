//! Collections delete what is unreachable, and nothing that anyone is about to use.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::*;
use crate::store::tests::{Draft, empty, host_path};

fn draft(content: &str) -> Draft {
    Draft::directory([
        ("dir", Draft::directory([("file", Draft::file(content))])),
        ("link", Draft::link(2)),
    ])
}

fn only(root: Digest) -> impl FnMut() -> Result<Roots, StoreError> {
    move || {
        Ok(Roots {
            roots: vec![root],
            blobs: Vec::new(),
        })
    }
}

fn none() -> Result<Roots, StoreError> {
    Ok(Roots::default())
}

#[test]
fn what_no_root_reaches_is_deleted() {
    let (_folder, store) = empty();
    let kept = draft("kept").plant(&store);
    let large = Draft::directory([("large", Draft::file(vec![1; (2 << 20) + 1]))]).plant(&store);
    let alone = store.put(b"alone").unwrap();
    let gone = draft("gone").plant(&store);
    let collected = store
        .collect(&mut || {
            Ok(Roots {
                roots: vec![kept, large],
                blobs: vec![alone],
            })
        })
        .unwrap();
    // Root, two trees and the file; the linked file is shared.
    assert_eq!(collected.deleted_objects, 4);
    assert!(!store.contains(gone) && !store.contains(Digest::of(b"gone")));
    assert!(store.contains(alone));
    let check = store
        .check(&Roots {
            roots: vec![kept, large],
            blobs: vec![alone],
        })
        .unwrap();
    assert!(
        check.is_clean() && check.unreachable_objects == 0,
        "{check:?}"
    );
    assert_eq!(check.objects, collected.kept_objects);
    assert!(store.collect(&mut none).unwrap().deleted_objects > 0);
    assert_eq!(store.check(&Roots::default()).unwrap().objects, 0);
}

#[test]
fn a_pin_keeps_its_root_until_the_last_one_is_dropped() {
    let (_folder, store) = empty();
    let root = draft("pinned").plant(&store);
    let pins = (store.pin(root), store.pin(root));
    drop(pins.0);
    assert_eq!(store.collect(&mut none).unwrap().deleted_objects, 0);
    drop(pins.1);
    assert!(store.collect(&mut none).unwrap().deleted_objects > 0);
}

#[test]
fn a_root_pinned_during_the_collection_is_kept_whole() {
    let (_folder, store) = empty();
    let root = draft("pinned").plant(&store);
    let mut pin = None;
    let collected = store
        .collect(&mut || {
            pin = Some(store.pin(root));
            none()
        })
        .unwrap();
    assert_eq!(collected.deleted_objects, 0);
}

#[test]
fn what_is_put_during_the_collection_is_kept() {
    let (_folder, store) = empty();
    store.put(b"hit").unwrap();
    store.put(b"garbage").unwrap();
    let collected = store
        .collect(&mut || {
            store.put(b"new").unwrap();
            store.put(b"hit").unwrap();
            none()
        })
        .unwrap();
    assert_eq!((collected.deleted_objects, collected.kept_objects), (1, 2));
}

#[test]
fn a_collection_waits_for_writers_of_before() {
    let (_folder, store) = empty();
    let recorded = AtomicBool::new(false);
    let writing = store.writing();
    store.put(b"early").unwrap();
    thread::scope(|scope| {
        let collection = scope.spawn(|| {
            store.collect(&mut || {
                assert!(recorded.load(Ordering::SeqCst));
                Ok(Roots {
                    roots: Vec::new(),
                    blobs: vec![Digest::of(b"early")],
                })
            })
        });
        thread::sleep(Duration::from_millis(50));
        assert!(!collection.is_finished());
        recorded.store(true, Ordering::SeqCst);
        drop(writing);
        assert_eq!(collection.join().unwrap().unwrap().deleted_objects, 0);
    });
}

#[test]
fn a_file_that_looks_like_a_tree_does_not_hide_the_tree() {
    let (_folder, store) = empty();
    let inner = Draft::directory([("precious", Draft::file("precious"))]);
    let probe = inner.plant(&store);
    let tree = store.root(probe).unwrap().tree;
    let bytes = store.get(tree, 1 << 20).unwrap();
    let root = Draft::directory([("a", Draft::file(bytes)), ("b", inner)]).plant(&store);
    store.collect(&mut only(root)).unwrap();
    assert!(store.contains(Digest::of(b"precious")));
    let check = store.check(&only(root)().unwrap()).unwrap();
    assert!(check.is_clean() && check.unreachable_objects == 0);
}

#[test]
fn nothing_is_deleted_if_a_root_cannot_be_followed() {
    let (folder, store) = empty();
    let root = draft("broken").plant(&store);
    let garbage = store.put(b"garbage").unwrap();
    let tree = store.root(root).unwrap().tree;
    fs::remove_file(host_path(&folder, tree)).unwrap();
    match store.collect(&mut only(root)) {
        Err(StoreError::Unmarked { root: named, .. }) => assert_eq!(named, root),
        other => panic!("{other:?}"),
    }
    assert!(store.contains(garbage));
    let refused = store.collect(&mut || {
        Err(StoreError::Missing {
            digest: Digest::of(b""),
        })
    });
    assert!(refused.is_err());
    assert!(store.contains(garbage));
}

#[test]
fn commits_beside_collections_lose_nothing() {
    let (_folder, store) = empty();
    let roots = std::sync::Mutex::new(Vec::<Digest>::new());
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let committers: Vec<_> = (0..3)
            .map(|number| {
                let (store, roots) = (&store, &roots);
                scope.spawn(move || {
                    for round in 0..60 {
                        let writing = store.writing();
                        let content = format!("{} {}", number % 2, round % 7);
                        let root = draft(&content).plant(store);
                        let pin = store.pin(root);
                        drop(writing);
                        thread::yield_now();
                        let mut roots = roots.lock().unwrap();
                        roots.push(root);
                        if roots.len() > 5 {
                            roots.remove(0);
                        }
                        drop(roots);
                        drop(pin);
                    }
                })
            })
            .collect();
        let collector = scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                let collected = store.collect(&mut || {
                    Ok(Roots {
                        roots: roots.lock().unwrap().clone(),
                        blobs: Vec::new(),
                    })
                });
                // A root of ours may leave the list while it is marked; it is never deleted then.
                collected.unwrap();
            }
        });
        for committer in committers {
            committer.join().unwrap();
        }
        done.store(true, Ordering::SeqCst);
        collector.join().unwrap();
    });
    let roots = Roots {
        roots: roots.into_inner().unwrap(),
        blobs: Vec::new(),
    };
    store.collect(&mut || Ok(roots.clone())).unwrap();
    let check = store.check(&roots).unwrap();
    assert!(
        check.is_clean() && check.unreachable_objects == 0,
        "{check:?}"
    );
}
