use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

/// A tarball of headers that the `tar` crate itself would refuse to write.
fn tarball(entries: &[(&str, tar::EntryType, &[u8], u32)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, kind, contents, mode) in entries {
        let mut header = tar::Header::new_ustar();
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(contents.len() as u64);
        header.set_mode(*mode);
        header.set_cksum();
        builder.append(&header, *contents).expect("an entry");
    }
    builder.into_inner().expect("a tarball")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("written");
    encoder.finish().expect("a stream")
}

const FILE: tar::EntryType = tar::EntryType::Regular;

#[test]
fn files_land_below_the_target_without_their_first_component() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = gzip(&tarball(&[
        ("package/package.json", FILE, b"{}", 0o644),
        ("package/bin/cli.js", FILE, b"#!x", 0o755),
        ("other/./lib//a.js", FILE, b"a", 0o644),
        ("package/empty/", tar::EntryType::Directory, b"", 0o755),
    ]));
    let unpacked = unpack(&bytes, folder.path(), Limits::default()).expect("unpacked");
    assert_eq!(unpacked.files, 3);
    assert_eq!(unpacked.programs, [PathBuf::from("bin/cli.js")]);
    assert_eq!(
        fs::read(folder.path().join("lib/a.js")).expect("a file"),
        b"a"
    );
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    for path in [
        "/etc/passwd",
        "package/../../x",
        "../x",
        "package/a/../../../x",
        "..",
        "a/..",
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).expect("made");
        let error = unpack(
            &tarball(&[(path, FILE, b"x", 0o644)]),
            &inner,
            Limits::default(),
        );
        assert!(error.is_err(), "{path}");
        assert!(!folder.path().join("x").exists());
    }
}

#[test]
fn links_and_devices_are_never_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = tarball(&[
        ("package/link", tar::EntryType::Symlink, b"", 0o777),
        ("package/hard", tar::EntryType::Link, b"", 0o777),
        ("package/device", tar::EntryType::Char, b"", 0o777),
        ("package/pipe", tar::EntryType::Fifo, b"", 0o777),
        ("package/link/through", FILE, b"x", 0o644),
    ]);
    let unpacked = unpack(&bytes, folder.path(), Limits::default()).expect("unpacked");
    assert_eq!((unpacked.files, unpacked.skipped), (1, 4));
    assert!(folder.path().join("link").is_dir());
}

#[test]
fn long_names_come_from_either_extension() {
    let folder = tempfile::tempdir().expect("a folder");
    let long = format!("package/{}/x.js", "d".repeat(120));
    let record = format!("path={long}\n");
    let length = record.len() + 4;
    let pax = format!("{length} {record}");
    let gnu = format!("{}y\0", long.trim_end_matches("x.js"));
    let bytes = tarball(&[
        ("PaxHeader", tar::EntryType::XHeader, pax.as_bytes(), 0o644),
        ("package/short", FILE, b"pax", 0o644),
        (
            "././@LongLink",
            tar::EntryType::GNULongName,
            gnu.as_bytes(),
            0o644,
        ),
        ("package/short", FILE, b"gnu", 0o644),
    ]);
    unpack(&bytes, folder.path(), Limits::default()).expect("unpacked");
    let below = folder.path().join("d".repeat(120));
    assert_eq!(fs::read(below.join("x.js")).expect("a file"), b"pax");
    assert_eq!(fs::read(below.join("y")).expect("a file"), b"gnu");

    let escape = tarball(&[
        (
            "PaxHeader",
            tar::EntryType::XHeader,
            b"18 path=p/../../x\n",
            0o644,
        ),
        ("package/short", FILE, b"x", 0o644),
    ]);
    assert!(unpack(&escape, folder.path(), Limits::default()).is_err());
}

#[test]
fn bounds_hold() {
    let folder = tempfile::tempdir().expect("a folder");
    let zeros = vec![0; 1 << 20];
    let bomb = gzip(&tarball(&[
        ("p/zeros", FILE, &zeros, 0o644),
        ("p/b", FILE, b"", 0o644),
    ]));
    let limits = Limits::default();
    let few = Limits {
        bytes: 1 << 19,
        ..limits
    };
    assert!(unpack(&bomb, folder.path(), few).is_err());
    let few = Limits {
        entries: 1,
        ..limits
    };
    assert!(unpack(&bomb, folder.path(), few).is_err());
    let few = Limits { path: 5, ..limits };
    assert!(unpack(&bomb, folder.path(), few).is_err());
    assert!(unpack(&bomb, folder.path(), limits).is_ok());
    assert!(unpack(b"", folder.path(), limits).is_err());
    assert!(unpack(&bomb[..bomb.len() / 2], folder.path(), limits).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn damaged_archives_never_write_outside(flips in prop::collection::vec((0usize..3_000, any::<u8>()), 1..8), zip in any::<bool>()) {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).expect("made");
        let mut bytes = tarball(&[("package/a", FILE, b"1234", 0o644), ("package/b/c", FILE, b"1", 0o755)]);
        if zip {
            bytes = gzip(&bytes);
        }
        for (at, value) in flips {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        let _: Result<_, _> = unpack(&bytes, &inner, Limits { bytes: 1 << 20, ..Limits::default() });
        prop_assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
    }
}
