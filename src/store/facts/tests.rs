//! Facts are kept, checked, and forgotten with their contents.

use std::fs;

use super::*;
use crate::store::tests::{Draft, empty, host_path};
use crate::store::{Roots, StoreOptions};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// From FIPS 180-4's examples.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[test]
fn digests_are_the_published_ones_and_computed_once() {
    let (folder, store) = empty();
    let content = store.put_content(&mut b"abc".as_slice()).unwrap();
    assert_eq!(hex(&store.sha256(&content).unwrap()), ABC);
    assert_eq!(hex(&store.sha256(&Content::EMPTY).unwrap()), EMPTY);
    // It is known now, also to the next process.
    fs::remove_file(host_path(&folder, content.digest)).unwrap();
    assert_eq!(hex(&store.sha256(&content).unwrap()), ABC);
    drop(store);
    let store = Store::open(folder.path(), StoreOptions::default()).unwrap();
    assert_eq!(hex(&store.sha256(&content).unwrap()), ABC);
    let absent = Content { size: 4, ..content };
    assert!(matches!(
        store.sha256(&absent),
        Err(StoreError::Missing { .. })
    ));
}

#[test]
fn a_torn_file_loses_only_what_is_torn() {
    let (folder, store) = empty();
    let contents: Vec<_> = [b"1", b"2", b"3"]
        .iter()
        .map(|bytes| store.put_content(&mut bytes.as_slice()).unwrap())
        .collect();
    let known: Vec<_> = contents
        .iter()
        .map(|content| store.sha256(content).unwrap())
        .collect();
    drop(store);
    let path = folder.path().join("store-v1").join(NAME);
    let whole = fs::read(&path).unwrap();
    assert_eq!(whole.len(), 4 + 3 * RECORD);
    for cut in 0..whole.len() {
        let mut bytes = whole[..cut].to_vec();
        if let Some(byte) = bytes.get_mut(40) {
            *byte ^= 1;
        }
        fs::write(&path, bytes).unwrap();
        let store = Store::open(folder.path(), StoreOptions::default()).unwrap();
        for (content, sha256) in contents.iter().zip(&known) {
            assert_eq!(store.sha256(content).unwrap(), *sha256);
        }
        drop(store);
        let store = Store::open(folder.path(), StoreOptions::default()).unwrap();
        assert_eq!(store.sha256(&contents[0]).unwrap(), known[0]);
    }
}

#[test]
fn a_collection_drops_the_facts_about_what_it_deleted() {
    let (folder, store) = empty();
    let root = Draft::directory([("a", Draft::file("abc"))]).plant(&store);
    let kept = store.put_content(&mut b"abc".as_slice()).unwrap();
    let gone = store.put_content(&mut b"gone".as_slice()).unwrap();
    store.sha256(&kept).unwrap();
    store.sha256(&gone).unwrap();
    let mut roots = || {
        Ok(Roots {
            roots: vec![root],
            blobs: Vec::new(),
        })
    };
    store.collect(&mut roots).unwrap();
    let path = folder.path().join("store-v1").join(NAME);
    assert_eq!(fs::metadata(path).unwrap().len(), 4 + RECORD as u64);
    assert_eq!(hex(&store.sha256(&kept).unwrap()), ABC);
    assert!(store.sha256(&gone).is_err());
}
