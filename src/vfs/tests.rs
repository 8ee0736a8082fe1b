//! The files API against a private layer and a runtime's tree.

use super::*;
use crate::digest::Digest;

struct Fixture {
    _folder: tempfile::TempDir,
    vfs: Vfs,
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let usr = folder.path().join("usr");
    std::fs::create_dir_all(usr.join("bin")).unwrap();
    std::fs::write(usr.join("bin/tool"), b"\0asm").unwrap();
    let mut base = Base::new("/usr", usr.clone());
    base.add_program(
        path("/usr/bin/tool"),
        ProgramFile {
            digest: Digest::of(b"\0asm"),
            host: usr.join("bin/tool"),
        },
    );
    let vfs = Vfs::open(&folder.path().join("private"), Arc::new(base)).unwrap();
    Fixture {
        _folder: folder,
        vfs,
    }
}

fn path(text: &str) -> GuestPath {
    GuestPath::parse(text, &GuestPath::root()).unwrap()
}

#[test]
fn files_are_written_read_listed_and_removed() {
    let Fixture { vfs, _folder } = fixture();
    vfs.write_file(&path("/home/agentuity/a/b.txt"), b"one")
        .unwrap();
    vfs.write_file(&path("/home/agentuity/a/b.txt"), b"2")
        .unwrap();
    assert_eq!(
        vfs.read_file(&path("/home/agentuity/a/b.txt")).unwrap(),
        b"2"
    );
    let entries = vfs.read_dir(&path("/home/agentuity")).unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].name.as_str(), &entries[0].kind),
        ("a", &EntryKind::Directory)
    );
    let entries = vfs.read_dir(&path("/home/agentuity/a")).unwrap();
    assert_eq!((entries[0].size, &entries[0].kind), (1, &EntryKind::File));
    assert!(vfs.remove_file(&path("/home/agentuity/a/b.txt")).unwrap());
    assert!(!vfs.remove_file(&path("/home/agentuity/a/b.txt")).unwrap());
    assert!(vfs.remove_dir(&path("/home/agentuity/a"), false).unwrap());
    assert!(!vfs.remove_dir(&path("/home/agentuity/a"), true).unwrap());
}

#[test]
fn wrong_calls_have_posix_errors() {
    let Fixture { vfs, _folder } = fixture();
    vfs.write_file(&path("/d/f"), b"x").unwrap();
    assert!(matches!(
        vfs.read_file(&path("/d")),
        Err(FsError::IsADirectory { .. })
    ));
    assert!(matches!(
        vfs.read_file(&path("/no")),
        Err(FsError::NotFound { .. })
    ));
    assert!(matches!(
        vfs.read_file(&path("/d/f/g")),
        Err(FsError::NotADirectory { .. })
    ));
    assert!(matches!(
        vfs.write_file(&path("/d"), b""),
        Err(FsError::IsADirectory { .. })
    ));
    assert!(matches!(
        vfs.read_dir(&path("/d/f")),
        Err(FsError::NotADirectory { .. })
    ));
    assert!(matches!(
        vfs.create_dir(&path("/d"), false),
        Err(FsError::Exists { .. })
    ));
    vfs.create_dir(&path("/d"), true).unwrap();
    assert!(matches!(
        vfs.create_dir(&path("/x/y"), false),
        Err(FsError::NotFound { .. })
    ));
    vfs.create_dir(&path("/x/y"), true).unwrap();
    assert!(matches!(
        vfs.remove_file(&path("/d")),
        Err(FsError::IsADirectory { .. })
    ));
    assert!(matches!(
        vfs.remove_dir(&path("/d"), false),
        Err(FsError::NotEmpty { .. })
    ));
    assert!(matches!(
        vfs.remove_dir(&path("/d/f"), true),
        Err(FsError::NotADirectory { .. })
    ));
    assert!(vfs.remove_dir(&path("/d"), true).unwrap());
}

#[test]
fn the_runtimes_tree_can_be_read_and_never_written() {
    let Fixture { vfs, _folder } = fixture();
    assert_eq!(vfs.read_file(&path("/usr/bin/tool")).unwrap(), b"\0asm");
    assert_eq!(vfs.read_dir(&path("/usr/bin")).unwrap().len(), 1);
    let tool = path("/usr/bin/tool");
    assert!(matches!(
        vfs.write_file(&tool, b""),
        Err(FsError::ReadOnly { .. })
    ));
    assert!(matches!(
        vfs.remove_file(&tool),
        Err(FsError::ReadOnly { .. })
    ));
    assert!(matches!(
        vfs.remove_dir(&path("/usr"), true),
        Err(FsError::ReadOnly { .. })
    ));
    assert!(matches!(
        vfs.remove_dir(&path("/"), true),
        Err(FsError::InvalidPath { .. })
    ));
    assert_eq!(vfs.read_file(&tool).unwrap(), b"\0asm");
}

#[test]
fn programs_are_found_under_both_names_of_the_directory() {
    let Fixture { vfs, _folder } = fixture();
    for name in ["/usr/bin/tool", "/bin/tool"] {
        assert!(
            matches!(vfs.executable(&path(name)), Ok(Executable::Program(_))),
            "{name}"
        );
    }
    vfs.write_file(&path("/home/agentuity/x"), b"#!/bin/sh\n")
        .unwrap();
    let script = vfs.executable(&path("/home/agentuity/x"));
    assert!(matches!(script, Ok(Executable::Other(start)) if start.starts_with(b"#!")));
}

#[cfg(unix)]
#[test]
fn links_that_lead_outside_are_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret");
    std::fs::write(&secret, "host").unwrap();
    let Fixture { vfs, _folder } = fixture();
    let private = vfs.mounts()[0].host.clone();
    let up = "../".repeat(30);
    let relative = format!("{up}{}", secret.strip_prefix("/").unwrap().display());
    for (name, target) in [("abs", secret.to_str().unwrap()), ("rel", &relative)] {
        std::os::unix::fs::symlink(target, private.join("tmp").join(name)).unwrap();
        let link = path(&format!("/tmp/{name}"));
        assert!(vfs.read_file(&link).is_err(), "{name}");
        assert!(vfs.write_file(&link, b"guest").is_err(), "{name}");
    }
    std::os::unix::fs::symlink(outside.path(), private.join("tmp/dir")).unwrap();
    assert!(vfs.read_dir(&path("/tmp/dir")).is_err());
    assert!(vfs.write_file(&path("/tmp/dir/new"), b"guest").is_err());
    // The link itself may go, and alone.
    assert!(vfs.remove_file(&path("/tmp/abs")).unwrap());
    assert!(matches!(
        vfs.remove_dir(&path("/tmp/dir"), true),
        Err(FsError::NotADirectory { .. })
    ));
    assert_eq!(std::fs::read_to_string(&secret).unwrap(), "host");
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 1);
}
