//! What the tests of the store share, and tests of opening and of objects.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::digest::Digest;

/// An empty store, and the folder that goes with it.
pub(super) fn empty() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), StoreOptions::default()).unwrap();
    (folder, store)
}

/// For properties that write many files: a fraction of the usual cases.
pub(super) fn fewer_cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: usual.cases.div_ceil(6),
        ..usual
    }
}

/// Where an object is on the host.
pub(super) fn host_path(folder: &TempDir, digest: Digest) -> PathBuf {
    folder
        .path()
        .join(LAYOUT)
        .join("blobs")
        .join(blob::object_path(digest))
}

/// A filesystem as a value, to be planted in a store.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub mode: u16,
    pub mtime: i64,
    pub what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    File(Vec<u8>),
    Directory(BTreeMap<String, Draft>),
    Symlink(String),
    Device(Device),
    /// The file of a group holds its number in words.
    Link(u64),
}

impl Draft {
    pub(super) fn new(mode: u16, what: What) -> Self {
        Self {
            mode,
            mtime: 1_700_000_000_000_000_000,
            what,
        }
    }

    pub(super) fn file(content: impl Into<Vec<u8>>) -> Self {
        Self::new(0o644, What::File(content.into()))
    }

    pub(super) fn link(group: u64) -> Self {
        Self::new(0, What::Link(group))
    }

    pub(super) fn directory<const N: usize>(entries: [(&str, Self); N]) -> Self {
        let own = |(name, draft): (&str, Self)| (name.to_owned(), draft);
        Self::new(0o755, What::Directory(entries.map(own).into()))
    }

    /// Stores it, which must be a directory, and answers the root.
    pub(super) fn plant(&self, store: &Store) -> Digest {
        self.plant_with(store, |group| format!("group {group}").into_bytes())
    }

    pub(super) fn plant_with(&self, store: &Store, linked: impl Fn(u64) -> Vec<u8>) -> Digest {
        let mut names = BTreeMap::new();
        let Node::Directory { tree, totals } = self.node(store, &mut names) else {
            panic!("not a directory");
        };
        let link = |(group, nlink): (&u64, &u32)| LinkGroup {
            group: *group,
            mode: 0o640,
            mtime: 5,
            content: store.put_content(&mut linked(*group).as_slice()).unwrap(),
            nlink: *nlink,
        };
        let links: Vec<_> = names.iter().map(link).collect();
        let root = Root {
            mode: self.mode,
            mtime: self.mtime,
            tree,
            totals: Root::totals_of(totals, &links),
            next_group: links.last().map_or(1, |link| link.group + 1),
            links,
        };
        store.put_root(&root).unwrap()
    }

    fn node(&self, store: &Store, names: &mut BTreeMap<u64, u32>) -> Node {
        match &self.what {
            What::File(content) => Node::File(store.put_content(&mut content.as_slice()).unwrap()),
            What::Symlink(target) => Node::Symlink(target.as_str().into()),
            What::Device(device) => Node::Device(*device),
            What::Link(group) => {
                *names.entry(*group).or_default() += 1;
                Node::Link(*group)
            }
            What::Directory(entries) => {
                let mut entry = |(name, draft): (&String, &Self)| {
                    let link = matches!(draft.what, What::Link(_));
                    Entry {
                        name: name.as_str().into(),
                        mode: if link { 0 } else { draft.mode },
                        mtime: if link { 0 } else { draft.mtime },
                        node: draft.node(store, names),
                    }
                };
                let tree = Tree {
                    entries: entries.iter().map(&mut entry).collect(),
                };
                Node::Directory {
                    tree: store.put_tree(&tree).unwrap(),
                    totals: tree.totals(),
                }
            }
        }
    }
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-d]",
        2 => "[ -.0-~]{1,5}",
        1 => "[^/\\x00]{1,6}",
        1 => Just("long ".repeat(51)),
        1 => Just("line\nbreak=".to_owned()),
        1 => Just("ü".repeat(60)),
    ]
    .prop_filter("no name", |name| codec::name_fault(name).is_none())
}

fn mtimes() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        Just(i64::MIN),
        Just(i64::MAX),
        Just(-1),
        (0..2_000_000_000_i64).prop_map(|seconds| seconds * 1_000_000_000),
    ]
}

/// Directories of everything, a few levels deep.
pub(super) fn drafts() -> impl Strategy<Value = Draft> {
    let device = prop::sample::select(vec![
        Device::Null,
        Device::Zero,
        Device::Random,
        Device::Stdin,
        Device::Stdout,
        Device::Stderr,
    ]);
    let target = prop_oneof!["[a-z/.]{1,9}", "[^\\x00]{1,130}"];
    let leaf = prop_oneof![
        6 => prop::collection::vec(any::<u8>(), 0..700).prop_map(What::File),
        2 => target.prop_map(What::Symlink),
        1 => device.prop_map(What::Device),
        2 => (0..4_u64).prop_map(|group| What::Link(group * 7)),
    ];
    let draft = |what| {
        (0..=codec::MODE_BITS, mtimes(), what).prop_map(|(mode, mtime, what)| Draft {
            mode,
            mtime,
            what,
        })
    };
    let tree = draft(leaf.boxed()).prop_recursive(4, 40, 8, move |inner| {
        let directory = prop::collection::btree_map(names(), inner, 0..8);
        draft(directory.prop_map(What::Directory).boxed())
    });
    let top = prop::collection::btree_map(names(), tree, 0..8).prop_map(What::Directory);
    draft(top.boxed())
}

#[test]
fn what_is_put_is_got_and_stays_after_reopening() {
    let (folder, store) = empty();
    let digest = store.put(b"hello").unwrap();
    assert_eq!(digest, Digest::of(b"hello"));
    assert_eq!(store.put(b"hello").unwrap(), digest);
    drop(store);
    let store = Store::open(
        folder.path(),
        StoreOptions {
            sync: true,
            parent: None,
        },
    )
    .unwrap();
    assert!(store.contains(digest));
    assert_eq!(store.get(digest, 5).unwrap(), b"hello");
    let tmp = folder.path().join(LAYOUT).join("tmp");
    assert_eq!(fs::read_dir(tmp).unwrap().count(), 0);
    let synced = store.put(b"synced").unwrap();
    assert_eq!(store.get(synced, 100).unwrap(), b"synced");
}

#[test]
fn what_is_too_large_missing_or_damaged_is_refused() {
    let (folder, store) = empty();
    let digest = store.put(b"hello").unwrap();
    assert!(matches!(
        store.get(digest, 4),
        Err(StoreError::TooLarge {
            size: 5,
            limit: 4,
            ..
        })
    ));
    let absent = Digest::of(b"absent");
    assert!(!store.contains(absent));
    assert!(matches!(
        store.get(absent, 100),
        Err(StoreError::Missing { digest }) if digest == absent
    ));
    fs::write(host_path(&folder, digest), b"hallo").unwrap();
    assert!(matches!(
        store.get(digest, 100),
        Err(StoreError::Damaged { .. })
    ));
}

#[test]
fn an_object_cut_off_by_a_crash_is_written_again() {
    let (folder, store) = empty();
    let digest = store.put(b"hello").unwrap();
    fs::write(host_path(&folder, digest), b"").unwrap();
    assert!(matches!(
        store.get(digest, 100),
        Err(StoreError::Damaged { .. })
    ));
    store.put(b"hello").unwrap();
    assert_eq!(store.get(digest, 100).unwrap(), b"hello");
}

#[test]
fn a_blob_is_read_at_any_position() {
    let (_folder, store) = empty();
    let blob = store.open_blob(store.put(b"hello").unwrap()).unwrap();
    let mut buffer = [0; 4];
    assert_eq!(blob.read_at(&mut buffer, 1).unwrap(), 4);
    assert_eq!(&buffer, b"ello");
    assert_eq!(blob.read_at(&mut buffer, 4).unwrap(), 1);
    assert_eq!(blob.read_at(&mut buffer, 5).unwrap(), 0);
    assert_eq!(blob.read_at(&mut buffer, u64::MAX / 2).unwrap(), 0);
}

#[test]
fn only_old_temporaries_are_removed() {
    let (folder, store) = empty();
    drop(store);
    let tmp = folder.path().join(LAYOUT).join("tmp");
    for (name, days) in [("1-0", 2), ("1-1", 0)] {
        let file = fs::File::create(tmp.join(name)).unwrap();
        let time = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60);
        file.set_modified(time).unwrap();
    }
    Store::open(folder.path(), StoreOptions::default()).unwrap();
    let left: Vec<_> = fs::read_dir(tmp)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["1-1"]);
}

#[test]
fn many_threads_put_the_same_objects() {
    let (_folder, store) = empty();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in 0..60_u32 {
                    store.put(&number.to_le_bytes()).unwrap();
                }
            });
        }
    });
    let check = store.check(&Roots::default()).unwrap();
    assert_eq!((check.objects, check.unreachable_objects), (60, 60));
    assert!(check.is_clean());
}

#[test]
fn a_parent_is_read_and_never_written() {
    let (parent_folder, parent) = empty();
    let folder = tempfile::tempdir().unwrap();
    let options = StoreOptions {
        sync: false,
        parent: Some(parent.clone()),
    };
    let store = Store::open(folder.path(), options).unwrap();
    let above = parent.put(b"above").unwrap();
    assert!(store.contains(above));
    assert_eq!(store.get(above, 100).unwrap(), b"above");
    let here = store.put(b"here").unwrap();
    assert!(!parent.contains(here));
    store.put(b"above").unwrap();
    fs::remove_file(host_path(&parent_folder, above)).unwrap();
    assert_eq!(store.get(above, 100).unwrap(), b"above");
}

#[test]
fn trees_are_shared_while_held_and_found_again_after() {
    let (_folder, store) = empty();
    let root = Draft::directory([("a", Draft::file("x"))]).plant(&store);
    let digest = store.root(root).unwrap().tree;
    let tree = store.tree(digest).unwrap();
    assert!(Arc::ptr_eq(&tree, &store.tree(digest).unwrap()));
    assert_eq!(tree.get("a").unwrap().name.as_ref(), "a");
    assert!(tree.get("b").is_none());
    // More trees than are kept.
    for number in 0..1100_u32 {
        let name = number.to_string();
        let root = Draft::directory([(name.as_str(), Draft::file("x"))]).plant(&store);
        store.tree(store.root(root).unwrap().tree).unwrap();
    }
    assert!(Arc::ptr_eq(&tree, &store.tree(digest).unwrap()));
}

#[test]
fn a_blob_that_is_no_tree_is_malformed() {
    let (_folder, store) = empty();
    let digest = store.put(b"not a tree").unwrap();
    assert!(matches!(
        store.tree(digest),
        Err(StoreError::Malformed { .. })
    ));
    assert!(matches!(
        store.root(digest),
        Err(StoreError::Malformed { .. })
    ));
    let newer = store.put(b"BJT\x02").unwrap();
    assert!(matches!(
        store.tree(newer),
        Err(StoreError::DifferentVersion { found, .. }) if found == "2"
    ));
}

#[test]
#[ignore = "a measurement, for people"]
fn speed() {
    let (_folder, store) = empty();
    let measure = |what: &str, count: u32, work: &mut dyn FnMut(u32)| {
        let start = std::time::Instant::now();
        (0..count).for_each(work);
        println!("{what}: {:?} each", start.elapsed() / count);
    };
    measure("put 100 bytes, new", 10_000, &mut |number| {
        store.put(&[number.to_le_bytes(); 25].concat()).unwrap();
    });
    measure("put 100 bytes, known", 10_000, &mut |number| {
        store.put(&[number.to_le_bytes(); 25].concat()).unwrap();
    });
    measure("get 100 bytes", 10_000, &mut |number| {
        let digest = Digest::of(&[number.to_le_bytes(); 25].concat());
        store.get(digest, 100).unwrap();
    });
    let mut large = vec![1; 1 << 20];
    measure("put 1 MiB, new", 100, &mut |number| {
        large[0] = number.to_le_bytes()[0];
        store.put(&large).unwrap();
    });
    measure("get 1 MiB", 100, &mut |number| {
        large[0] = number.to_le_bytes()[0];
        store.get(Digest::of(&large), 1 << 20).unwrap();
    });
    let entry = |number: u32| Entry {
        name: format!("file-{number:06}").into(),
        mode: 0o644,
        mtime: 0,
        node: Node::File(Content {
            size: 1,
            digest: Digest::of(&number.to_le_bytes()),
        }),
    };
    let mut tree = Tree {
        entries: (0..1000).map(entry).collect(),
    };
    let mut last = Digest::of(b"");
    measure("put a tree of 1000", 1000, &mut |number| {
        tree.entries[0].mtime = i64::from(number);
        last = store.put_tree(&tree).unwrap();
    });
    measure("read a tree of 1000", 1000, &mut |_| {
        store.read_tree(last).unwrap();
    });
    let small = Tree {
        entries: (0..100).map(entry).collect(),
    };
    let root = Draft::directory([]).plant(&store);
    let root = store.root(root).unwrap();
    measure(
        "commit 10 files in 10 directories of 100 in one of 1000",
        100,
        &mut |number| {
            let _writing = store.writing();
            let mut small = small.clone();
            for index in 0..10_u32 {
                store
                    .put(&[number.to_le_bytes(), index.to_le_bytes()].concat())
                    .unwrap();
                small.entries[0].mtime = i64::from(number * 10 + index);
                store.put_tree(&small).unwrap();
            }
            tree.entries[1].mtime = i64::from(number);
            let tree = store.put_tree(&tree).unwrap();
            store
                .put_root(&Root {
                    tree,
                    ..root.clone()
                })
                .unwrap();
        },
    );
    measure("tree from the cache", 10_000, &mut |_| {
        store.tree(last).unwrap();
    });
}
