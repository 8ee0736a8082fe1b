//! Trees of artefacts.

use super::*;
use crate::store::StoreOptions;

fn archive(name: &str, kind: tar::EntryType) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_size(1);
    header.set_mode(0o644);
    header.set_cksum();
    let mut builder = tar::Builder::new(Vec::new());
    builder.append(&header, &b"x"[..]).unwrap();
    builder.into_inner().unwrap()
}

#[test]
fn a_tree_has_what_its_archive_has_and_the_skeleton() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), StoreOptions::default()).unwrap();
    let mut tree = Builder::new(&store).unwrap();
    tree.unpack(&archive("usr/lib/file", tar::EntryType::Regular))
        .unwrap();
    let root = store.root(tree.root().unwrap()).unwrap();
    let top = store.tree(root.tree).unwrap();
    let names: Vec<_> = top.entries.iter().map(|entry| &*entry.name).collect();
    assert_eq!(
        names,
        [
            "bin", "dev", "etc", "home", "lib", "root", "tmp", "usr", "var"
        ]
    );
    let Some(Item::Other(FILE_MODE, Node::File(content))) = tree.find("usr/lib/file").unwrap()
    else {
        panic!("the file is missing");
    };
    assert_eq!(content.size, 1);
}

#[test]
fn an_archive_cannot_lead_outside() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), StoreOptions::default()).unwrap();
    let mut tree = Builder::new(&store).unwrap();
    for (name, kind) in [
        ("../out", tar::EntryType::Regular),
        ("/out", tar::EntryType::Regular),
        ("link", tar::EntryType::Symlink),
        ("etc/passwd/x", tar::EntryType::Regular),
    ] {
        assert!(tree.unpack(&archive(name, kind)).is_err(), "{name}");
    }
}
