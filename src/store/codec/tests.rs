//! Encodings: there and back, one for each value, nothing else accepted.

use proptest::prelude::*;

use super::*;
use crate::store::tests::{Draft, drafts, empty, fewer_cases};

fn file(name: &str) -> Entry {
    Entry {
        name: name.into(),
        mode: 0o644,
        mtime: 1,
        node: Node::File(Content::EMPTY),
    }
}

fn reason(bytes: &[u8]) -> &'static str {
    match decode_tree(bytes) {
        Err(Fault::Malformed(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

/// `BJT`, version, and entries of the given names as empty files.
fn raw(names: &[&[u8]]) -> Vec<u8> {
    let mut out = b"BJT\x01".to_vec();
    for name in names {
        put_number(&mut out, name.len() as u64);
        out.extend_from_slice(name);
        out.extend_from_slice(&[0; 2 + 8 + 1 + 1]);
    }
    out
}

#[test]
fn the_format_is_what_the_specification_says() {
    let tree = Tree {
        entries: vec![
            file("a"),
            Entry {
                node: Node::Symlink("t".into()),
                ..file("b")
            },
            Entry {
                mode: 0,
                mtime: 0,
                node: Node::Link(300),
                ..file("c")
            },
        ],
    };
    let expected = [
        b"BJT\x01".as_slice(),
        b"\x01a\xa4\x01\x01\0\0\0\0\0\0\0\x00\x00",
        b"\x01b\xa4\x01\x01\0\0\0\0\0\0\0\x02\x01t",
        b"\x01c\0\0\0\0\0\0\0\0\0\0\x04\xac\x02",
    ]
    .concat();
    assert_eq!(encode_tree(&tree).unwrap(), expected);
    assert_eq!(decode_tree(&expected), Ok(tree));
    assert_eq!(decode_tree(b"BJT\x01"), Ok(Tree::default()));
}

/// Made by the first version; a change of this digest is a change of the format.
#[test]
fn a_filesystem_has_the_root_that_it_always_had() {
    let (_folder, store) = empty();
    let root = Draft::directory([
        ("empty", Draft::directory([])),
        ("file", Draft::file("content")),
        ("one", Draft::link(3)),
        ("two", Draft::link(3)),
    ])
    .plant(&store);
    assert_eq!(
        root.to_hex(),
        "b033139a0fac045bbb3d393ee507955c486c52cd028296c3e6da276a5ba62f45"
    );
}

#[test]
fn bad_names_are_refused_in_both_directions() {
    let long = "x".repeat(256);
    for name in ["", ".", "..", "a/b", "/", "a\0", &long] {
        let tree = Tree {
            entries: vec![file(name)],
        };
        assert!(encode_tree(&tree).is_err(), "{name:?}");
        assert!(decode_tree(&raw(&[name.as_bytes()])).is_err(), "{name:?}");
    }
    assert!(decode_tree(&raw(&["x".repeat(255).as_bytes(), b"y"])).is_ok());
    assert_eq!(reason(&raw(&[b"\xff"])), "a text is not UTF-8");
}

#[test]
fn order_is_strict() {
    assert!(decode_tree(&raw(&[b"A", b"a", b"a-b", b"ab", "ä".as_bytes()])).is_ok());
    for names in [[b"b", b"a"], [b"a", b"a"]] {
        let names: Vec<&[u8]> = names.iter().map(|name| name.as_slice()).collect();
        assert_eq!(reason(&raw(&names)), "names are out of order");
    }
    let tree = Tree {
        entries: vec![file("b"), file("a")],
    };
    assert!(encode_tree(&tree).is_err());
}

#[test]
fn whatever_is_longer_than_needed_or_cut_off_is_refused() {
    let good = raw(&[b"a"]);
    for len in 0..good.len() {
        let is_empty_tree = len == 4;
        assert_eq!(decode_tree(&good[..len]).is_ok(), is_empty_tree, "{len}");
    }
    assert!(decode_tree(&[good.as_slice(), b"\0"].concat()).is_err());
    // The name's length in two bytes.
    let padded = [b"BJT\x01\x81\x00".as_slice(), &good[5..]].concat();
    assert_eq!(reason(&padded), "a number is longer than needed");
    let huge = [b"BJT\x01".as_slice(), &[0xff; 9], &[2]].concat();
    assert_eq!(reason(&huge), "a number is too large");
    let endless = [b"BJT\x01".as_slice(), &[0xff; 12]].concat();
    assert_eq!(reason(&endless), "a number is too large");
    let most = [b"BJT\x01".as_slice(), &[0xff; 9], &[1]].concat();
    assert_eq!(reason(&most), "it ends early");
}

#[test]
fn other_kinds_versions_and_attributes_are_refused() {
    assert_eq!(decode_tree(b"BJT\x02"), Err(Fault::Version(2)));
    assert_eq!(reason(b"BJT"), "it ends early");
    assert_eq!(reason(b"BJR\x01"), "it does not begin as one does");
    let kind = |bytes: &[u8]| [b"BJT\x01\x01a\0\0\0\0\0\0\0\0\0\0".as_slice(), bytes].concat();
    assert_eq!(reason(&kind(&[5])), "an entry is of an unknown kind");
    assert_eq!(reason(&kind(&[3, 6])), "a device is of an unknown kind");
    assert_eq!(reason(&kind(&[2, 0])), "a symbolic link's target is empty");
    assert!(decode_tree(&kind(&[4, 1])).is_ok());
    let mode = b"BJT\x01\x01a\x00\x10\0\0\0\0\0\0\0\0\x00\x00";
    assert_eq!(reason(mode), "a mode has more than the permission bits");
    let link = b"BJT\x01\x01a\x01\x00\0\0\0\0\0\0\0\0\x04\x01";
    assert_eq!(reason(link), "a link has attributes of its own");
}

#[test]
fn link_groups_are_in_order_below_the_next_and_have_names() {
    let link = |group, nlink| LinkGroup {
        group,
        mode: 0,
        mtime: 0,
        content: Content::EMPTY,
        nlink,
    };
    let root = |links| Root {
        mode: 0,
        mtime: 0,
        tree: Digest::of(b""),
        totals: Totals::default(),
        links,
        next_group: 3,
    };
    let good = root(vec![link(1, 2), link(2, 1)]);
    let bytes = encode_root(&good).unwrap();
    assert_eq!(decode_root(&bytes), Ok(good));
    for bad in [
        vec![link(2, 1), link(1, 1)],
        vec![link(1, 1), link(1, 1)],
        vec![link(3, 1)],
        vec![link(1, 0)],
    ] {
        assert!(encode_root(&root(bad)).is_err());
    }
}

proptest! {
    #![proptest_config(fewer_cases())]

    #[test]
    fn what_is_encoded_decodes_to_the_same(draft in drafts()) {
        let (_folder, store) = empty();
        let root = store.root(draft.plant(&store)).unwrap();
        prop_assert_eq!(decode_root(&encode_root(&root).unwrap()), Ok(root.clone()));
        let mut pending = vec![root.tree];
        while let Some(digest) = pending.pop() {
            let tree = store.tree(digest).unwrap();
            let again = decode_tree(&encode_tree(&tree).unwrap()).unwrap();
            prop_assert_eq!(&again, &*tree);
            for entry in &tree.entries {
                prop_assert_eq!(tree.get(&entry.name), Some(entry));
                if let Node::Directory { tree, totals } = &entry.node {
                    prop_assert_eq!(store.tree(*tree).unwrap().totals(), *totals);
                    pending.push(*tree);
                }
            }
        }
    }

    #[test]
    fn one_changed_byte_is_refused_or_another_value(
        draft in drafts(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let (_folder, store) = empty();
        let root = store.root(draft.plant(&store)).unwrap();
        let mut bytes = encode_tree(&store.tree(root.tree).unwrap()).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(tree) = decode_tree(&bytes) {
            prop_assert_eq!(encode_tree(&tree).unwrap(), bytes.clone());
        }
        let mut bytes = encode_root(&root).unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(root) = decode_root(&bytes) {
            prop_assert_eq!(encode_root(&root).unwrap(), bytes);
        }
    }
}

proptest! {
    #[test]
    fn accepted_bytes_are_canonical(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for bytes in [bytes.clone(), [b"BJT\x01".as_slice(), &bytes].concat()] {
            if let Ok(tree) = decode_tree(&bytes) {
                prop_assert_eq!(encode_tree(&tree).unwrap(), bytes);
            }
        }
        let bytes = [b"BJR\x01".as_slice(), &bytes].concat();
        if let Ok(root) = decode_root(&bytes) {
            prop_assert_eq!(encode_root(&root).unwrap(), bytes);
        }
    }

    #[test]
    fn numbers_have_one_form(number in any::<u64>()) {
        let mut bytes = Vec::new();
        put_number(&mut bytes, number);
        let mut input = Input { rest: &bytes };
        prop_assert_eq!(input.number(), Ok(number));
        prop_assert!(input.is_empty());
    }
}
