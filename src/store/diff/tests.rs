//! Differences against what a plain comparison of all paths finds.

use std::collections::BTreeMap;
use std::fs;

use proptest::prelude::*;

use super::*;
use crate::store::tests::{Draft, What, drafts, empty, fewer_cases, host_path};

const ALL: usize = usize::MAX - 1;

fn shown(diff: &Diff) -> Vec<String> {
    let line = |change: &Difference| {
        let Difference {
            path,
            change,
            kind,
            old_size,
            new_size,
            ..
        } = change;
        format!("{change:?} {kind:?} {path} {old_size:?} {new_size:?}")
    };
    diff.changes.iter().map(line).collect()
}

#[test]
fn changes_are_listed_in_order_with_sizes() {
    let (_folder, store) = empty();
    let same = Draft::directory([("x", Draft::file("x"))]);
    let old = Draft::directory([
        ("a", Draft::directory([("changed", Draft::file("1"))])),
        ("a-gone", Draft::directory([("in", Draft::file("22"))])),
        ("kind", Draft::directory([("below", Draft::file("333"))])),
        ("link", Draft::new(0o777, What::Symlink("to".to_owned()))),
        ("same", same.clone()),
    ]);
    let new = Draft::directory([
        (
            "a",
            Draft::directory([("added", Draft::file("")), ("changed", Draft::file("12"))]),
        ),
        ("kind", Draft::file("4444")),
        ("link", Draft::new(0o777, What::Symlink("from".to_owned()))),
        ("new", Draft::directory([("in", Draft::file("55555"))])),
        ("same", Draft::new(0o700, same.what)),
    ]);
    let (old, new) = (old.plant(&store), new.plant(&store));
    let found = diff(&store, old, new, ALL).unwrap();
    let expected = [
        "Added File /a/added None Some(0)",
        "Changed File /a/changed Some(1) Some(2)",
        "Removed Directory /a-gone None None",
        "Removed File /a-gone/in Some(2) None",
        "Removed Directory /kind None None",
        "Removed File /kind/below Some(3) None",
        "Added File /kind None Some(4)",
        "Changed Symlink /link Some(2) Some(4)",
        "Added Directory /new None None",
        "Added File /new/in None Some(5)",
        "Changed Directory /same None None",
    ];
    assert_eq!(shown(&found), expected);
    assert!(!found.truncated);
    assert_eq!(found.changes[1].content.unwrap().size, 2);
    assert_eq!(found.changes[10].mode, 0o700);
    for limit in 0..expected.len() {
        let some = diff(&store, old, new, limit).unwrap();
        assert_eq!(some.changes, found.changes[..limit]);
        assert!(some.truncated);
    }
    assert!(!diff(&store, old, new, expected.len()).unwrap().truncated);
    assert_eq!(diff(&store, old, old, 0).unwrap(), Diff::default());
}

#[test]
fn equal_directories_are_not_read() {
    let (folder, store) = empty();
    let same = Draft::directory([("x", Draft::file("x"))]);
    let old = Draft::directory([("same", same.clone())]).plant(&store);
    let new = Draft::directory([("new", Draft::file("")), ("same", same)]).plant(&store);
    let top = store.root(new).unwrap().tree;
    let Some(tree) = tree_of(store.tree(top).unwrap().get("same").unwrap()) else {
        panic!("not a directory");
    };
    fs::remove_file(host_path(&folder, tree)).unwrap();
    let found = diff(&store, old, new, ALL).unwrap();
    assert_eq!(shown(&found), ["Added File /new None Some(0)"]);
}

#[test]
fn a_changed_hard_linked_file_is_found_under_all_its_names() {
    let (_folder, store) = empty();
    let draft = Draft::directory([
        ("a", Draft::directory([("one", Draft::link(1))])),
        ("b", Draft::directory([("x", Draft::file("x"))])),
        ("c", Draft::directory([("two", Draft::link(1))])),
        ("d", Draft::link(2)),
    ]);
    let old = draft.plant(&store);
    let new = draft.plant_with(&store, |group| match group {
        1 => b"changed".to_vec(),
        _ => format!("group {group}").into_bytes(),
    });
    let found = diff(&store, old, new, ALL).unwrap();
    let expected = [
        "Changed File /a/one Some(7) Some(7)",
        "Changed File /c/two Some(7) Some(7)",
    ];
    assert_eq!(shown(&found), expected);
}

#[test]
fn that_a_file_got_another_name_is_no_change_of_it() {
    let (_folder, store) = empty();
    let linked = |draft: Draft| Draft {
        mode: 0o640,
        ..draft
    };
    let old = Draft::directory([("a", linked(Draft::file("group 1")))]).plant(&store);
    let new = Draft::directory([("a", Draft::link(1)), ("b", Draft::link(1))]).plant(&store);
    let found = diff(&store, old, new, ALL).unwrap();
    assert_eq!(shown(&found), ["Added File /b None Some(7)"]);
}

type Flat = BTreeMap<Vec<String>, (NodeKind, u16, Vec<u8>)>;

fn flatten(draft: &Draft, path: &[String], flat: &mut Flat) {
    let What::Directory(entries) = &draft.what else {
        return;
    };
    for (name, entry) in entries {
        let path = [path, std::slice::from_ref(name)].concat();
        let mut mode = entry.mode;
        let (kind, data) = match &entry.what {
            What::File(content) => (NodeKind::File, content.clone()),
            What::Directory(_) => (NodeKind::Directory, Vec::new()),
            What::Symlink(target) => (NodeKind::Symlink, target.clone().into_bytes()),
            What::Device(device) => (NodeKind::Device, format!("{device:?}").into_bytes()),
            What::Link(group) => {
                mode = 0o640;
                (NodeKind::File, format!("group {group}").into_bytes())
            }
        };
        flat.insert(path.clone(), (kind, mode, data));
        flatten(entry, &path, flat);
    }
}

proptest! {
    #![proptest_config(fewer_cases())]

    #[test]
    fn a_diff_is_what_comparing_every_path_finds(old in drafts(), new in drafts(), mix in any::<u8>()) {
        // Share some of the top's entries, or everything would differ.
        let mut new = new;
        if let (What::Directory(from), What::Directory(to)) = (&old.what, &mut new.what) {
            for (at, (name, entry)) in from.iter().enumerate() {
                if mix >> at & 1 == 1 {
                    to.insert(name.clone(), entry.clone());
                }
            }
        }
        let (_folder, store) = empty();
        let (mut before, mut after) = (Flat::new(), Flat::new());
        flatten(&old, &[], &mut before);
        flatten(&new, &[], &mut after);
        let top = old.mode != new.mode;
        let found = diff(&store, old.plant(&store), new.plant(&store), ALL).unwrap();
        let mut expected = Vec::new();
        if top {
            expected.push((ChangeKind::Changed, "/".to_owned()));
        }
        for (path, old) in &before {
            let text = format!("/{}", path.join("/"));
            match after.get(path) {
                Some(new) if new.0 != old.0 => {
                    expected.push((ChangeKind::Removed, text.clone()));
                    expected.push((ChangeKind::Added, text));
                }
                Some(new) if new != old => expected.push((ChangeKind::Changed, text)),
                Some(_) => {}
                None => expected.push((ChangeKind::Removed, text)),
            }
        }
        for path in after.keys().filter(|path| !before.contains_key(*path)) {
            expected.push((ChangeKind::Added, format!("/{}", path.join("/"))));
        }
        let mut got: Vec<_> = found
            .changes
            .iter()
            .map(|change| (change.change, change.path.clone()))
            .collect();
        let order = |(change, path): &(ChangeKind, String)| (path.clone(), *change as u8);
        expected.sort_by_key(order);
        got.sort_by_key(order);
        prop_assert_eq!(got, expected);
    }
}
