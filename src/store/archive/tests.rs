//! Archives: there and back, archives of others, archives of enemies.

use std::io::Write;

use proptest::prelude::*;
use tar::{Builder, EntryType, Header};

use super::*;
use crate::store::tests::{Draft, What, drafts, empty, fewer_cases};
use crate::store::{Node, Roots, Store, StoreError, Tree};

const LIMITS: ImportLimits = ImportLimits {
    bytes: 10 << 20,
    nodes: 1000,
};

fn exported(store: &Store, root: Digest, meta: &ArchiveMeta) -> Vec<u8> {
    let mut out = Vec::new();
    export(store, root, meta, &mut out).unwrap();
    out
}

fn imported(store: &Store, archive: &[u8]) -> Result<(Digest, ArchiveMeta), StoreError> {
    import(store, &mut &*archive, LIMITS)
}

/// One block, as it comes: names may be anything.
fn block(name: &[u8], kind: u8, size: u64, target: &[u8]) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.as_old_mut().linkname[..target.len()].copy_from_slice(target);
    header.set_entry_type(EntryType::new(kind));
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(1);
    header.set_size(size);
    header.set_cksum();
    header.as_bytes().to_vec()
}

fn file(name: &[u8], content: &[u8]) -> Vec<u8> {
    let mut out = block(name, b'0', content.len() as u64, b"");
    out.extend_from_slice(content);
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

/// An extended header of these records.
fn pax(records: &[u8]) -> Vec<u8> {
    let mut out = block(b"pax", b'x', records.len() as u64, b"");
    out.extend_from_slice(records);
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

fn archive(parts: &[Vec<u8>]) -> Vec<u8> {
    [parts.concat(), vec![0; 1024]].concat()
}

/// The reason for which an archive of these parts is refused.
#[track_caller]
fn refusal(parts: &[Vec<u8>]) -> String {
    let (_folder, store) = empty();
    match imported(&store, &archive(parts)) {
        Err(StoreError::Archive { reason, .. }) => {
            let check = store.check(&Roots::default()).unwrap();
            assert!(check.is_clean());
            reason.to_owned()
        }
        other => panic!("{other:?}"),
    }
}

fn tree(store: &Store, root: Digest) -> Tree {
    store.read_tree(store.root(root).unwrap().tree).unwrap()
}

fn shown(store: &Store, root: Digest) -> Vec<String> {
    let entry = |entry: &crate::store::Entry| {
        let what = match &entry.node {
            Node::File(content) => format!("file {}", content.size),
            Node::Directory { totals, .. } => format!("directory {}", totals.nodes),
            Node::Symlink(target) => format!("-> {target}"),
            Node::Device(device) => format!("{device:?}"),
            Node::Link(group) => format!("link {group}"),
        };
        format!("{} {:o} {what}", entry.name, entry.mode)
    };
    tree(store, root).entries.iter().map(entry).collect()
}

#[test]
fn an_archive_is_made_of_plain_entries_that_others_read() {
    let (_folder, store) = empty();
    let root = Draft::directory([
        (
            "bin",
            Draft::new(0o777, What::Symlink("usr/bin".to_owned())),
        ),
        ("dir", Draft::directory([("file", Draft::file("content"))])),
        ("one", Draft::link(7)),
        (
            "stdin",
            Draft::new(0o666, What::Device(crate::store::Device::Stdin)),
        ),
        ("two", Draft::link(7)),
        (&"ü".repeat(80), Draft::file("")),
    ])
    .plant(&store);
    let bytes = exported(&store, root, &ArchiveMeta::default());
    let mut read = tar::Archive::new(bytes.as_slice());
    let entries: Vec<_> = read
        .entries()
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let path = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
            let header = entry.header();
            assert_eq!(header.username().unwrap(), Some("agentuity"));
            let target = entry.link_name_bytes().map(|target| target.into_owned());
            let target = String::from_utf8(target.unwrap_or_default()).unwrap();
            let kind = char::from(header.entry_type().as_byte());
            (path, kind, header.mode().unwrap(), entry.size(), target)
        })
        .collect();
    let expected = [
        ("pax_global_header", 'g', 0o644, entries[0].3, ""),
        ("./", '5', 0o755, 0, ""),
        ("bin", '2', 0o777, 0, "usr/bin"),
        ("dir/", '5', 0o755, 0, ""),
        ("dir/file", '0', 0o644, 7, ""),
        ("one", '0', 0o640, 7, ""),
        ("stdin", '3', 0o666, 0, ""),
        ("two", '1', 0o640, 0, "one"),
        (&"ü".repeat(80), '0', 0o644, 0, ""),
    ];
    let own = |(path, kind, mode, size, target): (&str, char, u32, u64, &str)| {
        (path.to_owned(), kind, mode, size, target.to_owned())
    };
    assert_eq!(entries, expected.map(own));
}

#[test]
fn an_ordinary_archive_is_taken_over() {
    let mut builder = Builder::new(Vec::new());
    let mut add = |path: &str, content: &[u8]| {
        let mut header = Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o100_755);
        header.set_mtime(77);
        builder.append_data(&mut header, path, content).unwrap();
    };
    let long = format!("{}/{}", "d".repeat(200), "f".repeat(255));
    add("./deep/in/here", b"1");
    add(&long, b"2");
    add("twice", b"old");
    add("twice", b"newer");
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Symlink);
    header.set_size(0);
    header.set_mode(0o777);
    header.set_mtime(0);
    builder
        .append_link(&mut header, "link", "t".repeat(150))
        .unwrap();
    header.set_entry_type(EntryType::Link);
    builder
        .append_link(&mut header, "hard", "./deep/in/here")
        .unwrap();
    let bytes = builder.into_inner().unwrap();
    let zstd = zstd::encode_all(bytes.as_slice(), 19).unwrap();
    let (_folder, store) = empty();
    let (root, meta) = imported(&store, &bytes).unwrap();
    assert_eq!(meta, ArchiveMeta::default());
    assert_eq!(imported(&store, &zstd).unwrap().0, root);
    let expected = [
        "deep 755 directory 1".to_owned(),
        format!("{} 755 directory 1", "d".repeat(200)),
        "hard 0 link 1".to_owned(),
        format!("link 777 -> {}", "t".repeat(150)),
        "twice 755 file 5".to_owned(),
    ];
    let mut expected = expected;
    expected.sort();
    assert_eq!(shown(&store, root), expected);
    let root = store.root(root).unwrap();
    assert_eq!(
        (root.links.len(), root.links[0].nlink, root.next_group),
        (1, 2, 2)
    );
    assert_eq!(root.links[0].mtime, 77_000_000_000);
    // deep, in, the long directory and its file, link, twice, and the linked file once.
    assert_eq!((root.totals.nodes, root.totals.files), (7, 3));
    assert_eq!(root.totals.bytes, 1 + 1 + 5 + 150);
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    let one = |name: &[u8]| refusal(&[file(name, b"x")]);
    assert_eq!(one(b"/etc/passwd"), "the path is absolute");
    assert_eq!(one(b"../up"), "the path contains ..");
    assert_eq!(one(b"a/../../up"), "the path contains ..");
    assert_eq!(one(b"a/.."), "the path contains ..");
    assert_eq!(one(b""), "the path is empty");
    assert_eq!(one(b"\xff"), "a name is not UTF-8");
    assert_eq!(one(b"."), "the top is not a directory");
    assert_eq!(
        refusal(&[pax(b"12 path=a\0b\n"), file(b"x", b"")]),
        "the path contains NUL"
    );
    let record = |path: &str| {
        let mut records = Vec::new();
        export::push_record(&mut records, "path", path);
        pax(&records)
    };
    let long = "n".repeat(256);
    assert_eq!(
        refusal(&[record(&long), file(b"x", b"")]),
        "a name is longer than 255 bytes"
    );
    let long = "n/".repeat(2050);
    assert_eq!(
        refusal(&[record(&long), file(b"x", b"")]),
        "the path is longer than 4096 bytes"
    );
}

#[test]
fn nothing_goes_through_links_or_files() {
    let link = block(b"link", b'2', 0, b"/etc");
    assert_eq!(
        refusal(&[link.clone(), file(b"link/passwd", b"x")]),
        "it is below a symbolic link"
    );
    assert_eq!(
        refusal(&[file(b"file", b""), file(b"file/x/y", b"x")]),
        "it is below something that is not a directory"
    );
    assert_eq!(
        refusal(&[file(b"a/b", b""), file(b"a", b"")]),
        "it replaces a directory that is not empty"
    );
    // The link itself may be replaced, by a file and by a directory.
    let (_folder, store) = empty();
    let parts = [link.clone(), file(b"link", b"x")];
    let (root, _) = imported(&store, &archive(&parts)).unwrap();
    assert_eq!(shown(&store, root), ["link 644 file 1"]);
    let parts = [link, block(b"link/", b'5', 0, b""), file(b"link/in", b"")];
    let (root, _) = imported(&store, &archive(&parts)).unwrap();
    assert_eq!(shown(&store, root), ["link 644 directory 1"]);
    assert_eq!(
        refusal(&[block(b"link", b'2', 0, b"")]),
        "a symbolic link's target is empty"
    );
}

#[test]
fn hard_links_are_to_earlier_files_only() {
    let link = |target: &[u8]| block(b"hard", b'1', 0, target);
    let later = "it is a hard link to something not earlier in it";
    let outside = "it is a hard link to something outside the archive";
    assert_eq!(refusal(&[link(b"later"), file(b"later", b"")]), later);
    assert_eq!(refusal(&[link(b"hard")]), later);
    assert_eq!(refusal(&[link(b"/etc/passwd")]), outside);
    assert_eq!(refusal(&[link(b"../x")]), outside);
    let symlink = block(b"s", b'2', 0, b"d");
    let parts = [file(b"d/f", b""), symlink.clone(), link(b"s/f")];
    assert_eq!(refusal(&parts), later);
    let not_a_file = "it is a hard link to something that is not a file";
    assert_eq!(refusal(&[symlink, link(b"s")]), not_a_file);
    assert_eq!(refusal(&[file(b"d/f", b""), link(b"d")]), not_a_file);
    assert_eq!(refusal(&[link(b".")]), not_a_file);

    let (_folder, store) = empty();
    let again = [
        file(b"f", b"x"),
        block(b"f", b'1', 0, b"./f"),
        link(b"f"),
        file(b"f", b"new"),
    ];
    let (root, _) = imported(&store, &archive(&again)).unwrap();
    assert_eq!(shown(&store, root), ["f 644 file 3", "hard 0 link 1"]);
    assert_eq!(store.root(root).unwrap().links[0].nlink, 1);
}

#[test]
fn other_kinds_of_entries_are_refused() {
    for (kind, reason) in [
        (b'3', "it is a device that sandboxes do not have"),
        (b'4', "it is a block device"),
        (b'6', "it is a named pipe"),
        (b'S', "sparse entries are not supported"),
        (b'Z', "it is of an unknown type"),
    ] {
        assert_eq!(refusal(&[block(b"x", kind, 0, b"")]), reason);
    }
    let sparse = pax(b"22 GNU.sparse.major=1\n");
    assert_eq!(
        refusal(&[sparse, file(b"x", b"")]),
        "sparse entries are not supported"
    );
}

#[test]
fn extended_headers_are_checked() {
    let malformed = "an extended header is malformed";
    for records in [
        b"path".as_slice(),
        b"99 path=a\n",
        b"9 path=a\nx",
        b"0 path=a\n",
        b"18446744073709551616 path=a\n",
        b"9 path=aa",
        b"3 \n",
    ] {
        assert_eq!(
            refusal(&[pax(records), file(b"x", b"")]),
            malformed,
            "{records:?}"
        );
    }
    let time = "an extended header's time is not one";
    for value in [
        "",
        "-",
        "1e3",
        "1.2.3",
        "99999999999999999999",
        "+1",
        "--1",
        "1.-1",
    ] {
        let mut records = Vec::new();
        export::push_record(&mut records, "mtime", value);
        assert_eq!(
            refusal(&[pax(&records), file(b"x", b"")]),
            time,
            "{value:?}"
        );
    }
    let dangling = pax(b"9 path=a\n");
    assert_eq!(refusal(&[dangling]), "an extended header is of no entry");
    let huge = block(b"pax", b'x', 2 << 20, b"");
    assert_eq!(refusal(&[huge]), "an extended header is too large");
    let group = pax(b"17 BELLJAR.link=9\n".as_slice());
    assert_eq!(refusal(&[group, file(b"x", b"")]), malformed);
    let group = pax(b"18 BELLJAR.link=9\n".as_slice());
    let twice = [group.clone(), file(b"x", b""), group, file(b"y", b"")];
    assert_eq!(refusal(&twice), "its link group is another file's");
}

#[test]
fn what_is_cut_off_or_no_archive_is_refused() {
    let whole = archive(&[pax(b"9 path=a\n"), file(b"x", b"content")]);
    let (_folder, store) = empty();
    for len in (0..whole.len() - 1024).step_by(64) {
        match imported(&store, &whole[..len]) {
            Err(StoreError::Archive { reason, .. }) => assert_eq!(reason, "the archive is cut off"),
            other => panic!("{len}: {other:?}"),
        }
    }
    let zstd = zstd::encode_all(whole.as_slice(), 3).unwrap();
    for len in 0..zstd.len() {
        assert!(imported(&store, &zstd[..len]).is_err(), "{len}");
    }
    assert!(imported(&store, &zstd).is_ok());
    assert!(refusal(&[b"no archive ".repeat(100)]).contains("checksum"));
    let more = [archive(&[]), vec![1; 2 << 20]].concat();
    assert!(imported(&store, &more).is_err());
}

#[test]
fn limits_end_the_import() {
    let (_folder, store) = empty();
    let limited = |parts: &[Vec<u8>], bytes, nodes| match import(
        &store,
        &mut archive(parts).as_slice(),
        ImportLimits { bytes, nodes },
    ) {
        Ok(_) => None,
        Err(StoreError::ArchiveTooLarge { what, .. }) => Some(what),
        Err(other) => panic!("{other:?}"),
    };
    let parts = [
        file(b"a", b"12345"),
        block(b"b", b'2', 0, b"123"),
        file(b"c/d", b""),
    ];
    assert_eq!(limited(&parts, 8, 4), None);
    assert_eq!(limited(&parts, 7, 4), Some("bytes"));
    assert_eq!(limited(&parts, 8, 3), Some("entries"));
    // Says that it is huge: refused before anything is read.
    assert_eq!(
        limited(&[block(b"a", b'0', 1 << 40, b"")], 1 << 30, 9),
        Some("bytes")
    );
    // The same entry over and over.
    assert_eq!(limited(&vec![file(b"a", b""); 10], 9, 9), Some("entries"));

    // A bomb: a gigabyte of headers that come to nothing, and a file of zeros.
    let mut bomb = zstd::Encoder::new(Vec::new(), 1).unwrap();
    let header = pax(&[b"999999 comment=".as_slice(), &[b'x'; 999_983], b"\n"].concat());
    for _ in 0..64 {
        bomb.write_all(&header).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    let result = import(
        &store,
        &mut bomb.as_slice(),
        ImportLimits {
            bytes: 1 << 20,
            nodes: 10,
        },
    );
    assert!(
        matches!(result, Err(StoreError::ArchiveTooLarge { .. })),
        "{result:?}"
    );
}

#[test]
fn meta_comes_back_and_other_versions_are_refused() {
    let (_folder, store) = empty();
    let root = Draft::directory([]).plant(&store);
    let meta = ArchiveMeta {
        runtime: "python:3.14\nwith = newline".to_owned(),
        programs: vec![Digest::of(b"1"), Digest::of(b"2")],
    };
    let bytes = exported(&store, root, &meta);
    assert_eq!(imported(&store, &bytes).unwrap(), (root, meta));
    let newer = bytes
        .windows(17)
        .position(|window| window == b"BELLJAR.version=1")
        .unwrap();
    let mut other = bytes;
    other[newer + 16] = b'2';
    assert!(matches!(
        imported(&store, &other),
        Err(StoreError::DifferentVersion { found, .. }) if found == "2"
    ));
}

proptest! {
    #![proptest_config(fewer_cases())]

    #[test]
    fn importing_what_was_exported_gives_the_same_root(draft in drafts()) {
        let (_folder, store) = empty();
        let root = draft.plant(&store);
        let meta = ArchiveMeta { runtime: "r".to_owned(), programs: vec![root] };
        let bytes = exported(&store, root, &meta);
        let (_other_folder, other) = empty();
        prop_assert_eq!(imported(&other, &bytes).unwrap(), (root, meta.clone()));
        prop_assert_eq!(exported(&other, root, &meta), bytes);
    }

    #[test]
    fn changed_archives_are_refused_or_sound(
        draft in drafts(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        checksums in any::<bool>(),
    ) {
        let (_folder, store) = empty();
        let root = draft.plant(&store);
        let mut bytes = exported(&store, root, &ArchiveMeta::default());
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if checksums {
                let start = at / 512 * 512;
                let mut header = Header::from_byte_slice(&bytes[start..start + 512]).clone();
                header.set_cksum();
                bytes[start..start + 512].copy_from_slice(header.as_bytes());
            }
        }
        let (_folder, store) = empty();
        if let Ok((root, _)) = imported(&store, &bytes) {
            let roots = Roots { roots: vec![root], blobs: Vec::new() };
            prop_assert!(store.check(&roots).unwrap().is_clean());
        }
    }

    #[test]
    fn noise_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let (_folder, store) = empty();
        prop_assert!(imported(&store, &bytes).is_err());
        let zstd = [b"\x28\xb5\x2f\xfd".as_slice(), &bytes].concat();
        prop_assert!(imported(&store, &zstd).is_err());
    }
}
