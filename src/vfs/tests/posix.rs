//! What POSIX says of each call, case by case, as far as one user can tell: which error, and which
//! times change. The choice of cases follows what the suite pjdfstest asks of a filesystem.

use super::operations::{Origin, list};
use super::{
    Access, CREATE, Errno, Fixture, Follow, Handle, Kind, LOOK, OpenFlags, RW, SetTime, create,
    empty_root, read,
};

const NONE: OpenFlags = OpenFlags {
    create: false,
    exclusive: false,
    truncate: false,
    directory: false,
    mode: None,
};
const EXCLUSIVE: OpenFlags = OpenFlags {
    exclusive: true,
    ..CREATE
};
const TRUNCATE: OpenFlags = OpenFlags {
    truncate: true,
    ..NONE
};
const DIRECTORY: OpenFlags = OpenFlags {
    directory: true,
    ..NONE
};
const WRITE: Access = Access {
    read: false,
    write: true,
};

/// A filesystem with one of everything.
struct Case {
    /// Its folder goes with it.
    _fixture: Fixture,
    root: Handle,
}

fn case() -> Case {
    let fixture = Fixture::new();
    let origin = Origin::new(
        &fixture.store,
        empty_root(&fixture.store),
        (1 << 30, 100_000),
    );
    let root = origin.open(origin.empty).root();
    create(&root, "file", b"contents");
    create(&root, "other", b"");
    for path in ["dir", "full", "full/dir", "full/dir/below"] {
        root.create_dir(path, 0o755).unwrap();
    }
    create(&root, "full/file", b"");
    for (target, path) in [
        ("file", "to_file"),
        ("dir", "to_dir"),
        ("missing", "dangling"),
        ("loop", "loop"),
        ("/full", "absolute"),
    ] {
        root.symlink(target, path).unwrap();
    }
    Case {
        _fixture: fixture,
        root,
    }
}

/// A call that takes a path, and what it is called.
type Call = (&'static str, fn(&Handle, &str) -> Result<(), Errno>);

const LOOKING: [Call; 6] = [
    ("stat", |root, path| {
        root.stat_at(path, Follow::Yes).map(drop)
    }),
    ("open", |root, path| {
        root.open(path, Follow::Yes, NONE, LOOK).map(drop)
    }),
    ("truncate", |root, path| {
        root.open(path, Follow::Yes, TRUNCATE, WRITE).map(drop)
    }),
    ("chmod", |root, path| {
        root.set_mode_at(path, Follow::Yes, 0o755)
    }),
    ("utimensat", |root, path| {
        root.set_times_at(path, Follow::Yes, SetTime::Now, SetTime::Now)
    }),
    ("link from", |root, path| {
        root.link(path, Follow::Yes, root, "new")
    }),
];

const MAKING: [Call; 5] = [
    ("create", |root, path| {
        root.open(path, Follow::Yes, CREATE, RW).map(drop)
    }),
    ("mkdir", |root, path| root.create_dir(path, 0o755)),
    ("symlink", |root, path| root.symlink("target", path)),
    ("link to", |root, path| {
        root.link("file", Follow::No, root, path)
    }),
    ("rename to", |root, path| root.rename("file", root, path)),
];

const REMOVING: [Call; 4] = [
    ("unlink", |root, path| root.unlink(path)),
    ("rmdir", |root, path| root.remove_dir(path)),
    ("rename from", |root, path| root.rename(path, root, "new")),
    ("readlink", |root, path| root.read_link(path).map(drop)),
];

fn all() -> impl Iterator<Item = Call> {
    LOOKING.into_iter().chain(MAKING).chain(REMOVING)
}

/// Each call on a path of its own filesystem.
fn expect(calls: impl IntoIterator<Item = Call>, path: &str, expected: Result<(), Errno>) {
    for (name, call) in calls {
        let shown: String = path.chars().take(60).collect();
        assert_eq!(call(&case().root, path), expected, "{name} {shown}");
    }
}

#[test]
fn every_call_refuses_what_is_no_path() {
    expect(all(), "", Err(Errno::NoEnt));
    expect(all(), "a\0b", Err(Errno::Inval));
    expect(all(), "/file", Err(Errno::Perm));
    expect(
        all(),
        &format!("{}file", "./".repeat(2047)),
        Err(Errno::NameTooLong),
    );
    expect(all(), &"x".repeat(256), Err(Errno::NameTooLong));
    expect(
        all(),
        &format!("dir/{}/x", "é".repeat(128)),
        Err(Errno::NameTooLong),
    );
}

#[test]
fn every_call_needs_directories_on_the_way() {
    expect(all(), "file/x", Err(Errno::NotDir));
    expect(all(), "to_file/x", Err(Errno::NotDir));
    expect(all(), "missing/x", Err(Errno::NoEnt));
    expect(all(), "dangling/x", Err(Errno::NoEnt));
    expect(all(), "loop/x", Err(Errno::Loop));
    expect(LOOKING, "loop", Err(Errno::Loop));
    expect(LOOKING, "dangling", Err(Errno::NoEnt));
    expect(
        LOOKING.into_iter().chain(REMOVING),
        "missing",
        Err(Errno::NoEnt),
    );
    expect(LOOKING, "file/", Err(Errno::NotDir));
    expect(LOOKING, "file/.", Err(Errno::NotDir));
}

#[test]
fn names_of_255_bytes_and_paths_of_4096_are_fine() {
    let name = "x".repeat(255);
    expect(MAKING, &name, Ok(()));
    expect(MAKING, &format!("{}dir/{name}", "./".repeat(1900)), Ok(()));
    let path = format!("{}full/dir/below", "./".repeat(2041));
    assert_eq!(path.len(), 4096);
    expect([LOOKING[0]], &path, Ok(()));
    expect([LOOKING[0]], &format!("/{path}")[1..], Ok(()));
    expect([LOOKING[0]], &format!("{path}/"), Err(Errno::NameTooLong));
    let root = &case().root;
    assert_eq!(root.symlink(&"x".repeat(4096), "long"), Ok(()));
    assert_eq!(
        root.symlink(&"x".repeat(4097), "longer"),
        Err(Errno::NameTooLong)
    );
    assert_eq!(root.symlink("", "nowhere"), Err(Errno::NoEnt));
}

#[test]
fn what_exists_is_not_made_again() {
    let making = || MAKING[1..4].iter().copied();
    for path in [
        "file", "dir", "to_file", "dangling", "loop", ".", "..", "dir/.", "dir/..",
    ] {
        expect(making(), path, Err(Errno::Exist));
        let open = case().root.open(path, Follow::Yes, EXCLUSIVE, RW);
        assert_eq!(open.unwrap_err(), Errno::Exist, "{path}");
    }
    // Only a directory can be made with a slash after its name.
    expect([MAKING[0]], "new/", Err(Errno::IsDir));
    expect([MAKING[1]], "new/", Ok(()));
    expect([MAKING[2], MAKING[3]], "new/", Err(Errno::NoEnt));
    expect([MAKING[4]], "new/", Err(Errno::NotDir));
}

#[test]
fn open_tells_directories_links_and_files_apart() {
    let open = |path: &str, follow, flags, access| {
        case()
            .root
            .open(path, follow, flags, access)
            .map(|handle| handle.kind())
    };
    for (path, follow, flags, access, expected) in [
        ("file", Follow::No, NONE, RW, Ok(Kind::File)),
        ("dir", Follow::No, NONE, LOOK, Ok(Kind::Directory)),
        ("dir", Follow::No, NONE, WRITE, Err(Errno::IsDir)),
        ("dir", Follow::No, NONE, RW, Err(Errno::IsDir)),
        ("dir", Follow::No, TRUNCATE, LOOK, Err(Errno::IsDir)),
        ("dir", Follow::No, CREATE, LOOK, Err(Errno::IsDir)),
        ("file", Follow::No, DIRECTORY, LOOK, Err(Errno::NotDir)),
        ("to_file", Follow::Yes, DIRECTORY, LOOK, Err(Errno::NotDir)),
        ("to_dir", Follow::Yes, DIRECTORY, LOOK, Ok(Kind::Directory)),
        ("to_dir/", Follow::No, DIRECTORY, LOOK, Ok(Kind::Directory)),
        ("to_file", Follow::No, NONE, LOOK, Err(Errno::Loop)),
        ("dangling", Follow::No, CREATE, RW, Err(Errno::Loop)),
        ("dangling", Follow::Yes, CREATE, RW, Ok(Kind::File)),
        (
            "absolute/dir/../file",
            Follow::No,
            NONE,
            LOOK,
            Ok(Kind::File),
        ),
        ("../../full", Follow::No, NONE, LOOK, Ok(Kind::Directory)),
    ] {
        assert_eq!(
            open(path, follow, flags, access),
            expected,
            "{path} {flags:?} {access:?}"
        );
    }
    let case = case();
    case.root.open("dangling", Follow::Yes, CREATE, RW).unwrap();
    assert_eq!(case.root.stat_at("missing", Follow::No).unwrap().size, 0);
    case.root
        .open("to_file", Follow::Yes, TRUNCATE, WRITE)
        .unwrap();
    assert_eq!(read(&case.root, "file").unwrap(), b"");
}

#[test]
fn removing_is_for_the_kind_that_is_there() {
    for (path, unlink, rmdir) in [
        ("file", Ok(()), Err(Errno::NotDir)),
        ("file/", Err(Errno::NotDir), Err(Errno::NotDir)),
        ("to_dir", Ok(()), Err(Errno::NotDir)),
        ("loop", Ok(()), Err(Errno::NotDir)),
        ("dir", Err(Errno::IsDir), Ok(())),
        ("dir/", Err(Errno::IsDir), Ok(())),
        ("full", Err(Errno::IsDir), Err(Errno::NotEmpty)),
        ("dir/.", Err(Errno::IsDir), Err(Errno::Inval)),
        ("full/dir/..", Err(Errno::IsDir), Err(Errno::NotEmpty)),
        ("..", Err(Errno::IsDir), Err(Errno::NotEmpty)),
        (".", Err(Errno::IsDir), Err(Errno::Busy)),
    ] {
        expect([REMOVING[0]], path, unlink);
        expect([REMOVING[1]], path, rmdir);
    }
    let case = case();
    case.root.unlink("to_file").unwrap();
    assert_eq!(read(&case.root, "file").unwrap(), b"contents");
}

#[test]
fn a_directory_that_was_emptied_can_be_removed() {
    for stored in [false, true] {
        let case = case();
        let vfs = &case.root.vfs;
        let store = || stored.then(|| vfs.commit().unwrap());
        store();
        case.root.unlink("full/file").unwrap();
        store();
        case.root
            .rename("full/dir/below", &case.root, "full/new")
            .unwrap();
        case.root.remove_dir("full/dir").unwrap();
        store();
        assert_eq!(case.root.remove_dir("full"), Err(Errno::NotEmpty));
        case.root.rename("full/new", &case.root, "dir").unwrap();
        case.root.remove_dir("full").unwrap();
        // What was emptied may also be replaced.
        create(&case.root, "dir/x", b"");
        case.root.unlink("dir/x").unwrap();
        case.root.create_dir("moved", 0o755).unwrap();
        case.root.rename("moved", &case.root, "dir").unwrap();
    }
}

#[test]
fn rename_replaces_like_with_like() {
    use Errno::{Busy, Inval, IsDir, NoEnt, NotDir, NotEmpty};
    for (old, new, expected) in [
        ("file", "new", Ok(())),
        ("file", "other", Ok(())),
        ("file", "file", Ok(())),
        ("file", "to_dir", Ok(())),
        ("file", "dangling", Ok(())),
        ("file", "dir", Err(IsDir)),
        ("file", "full", Err(IsDir)),
        ("file", "dir/", Err(NotDir)),
        ("file", "new/", Err(NotDir)),
        ("file/", "new", Err(NotDir)),
        ("to_dir", "file", Ok(())),
        ("to_dir", "dir", Err(IsDir)),
        ("loop", "dangling", Ok(())),
        ("dir", "new", Ok(())),
        ("dir", "new/", Ok(())),
        ("dir/", "new", Ok(())),
        ("dir", "dir", Ok(())),
        ("dir", "file", Err(NotDir)),
        ("dir", "to_dir", Err(NotDir)),
        ("dir", "dangling", Err(NotDir)),
        ("dir", "full", Err(NotEmpty)),
        ("full", "dir", Ok(())),
        ("dir", "full/dir", Err(NotEmpty)),
        ("full/dir", "full", Err(NotEmpty)),
        ("full/file", "full", Err(IsDir)),
        ("full/dir/below", "dir", Ok(())),
        ("full", "full/new", Err(Inval)),
        ("full", "full/dir/below/new", Err(Inval)),
        ("full", "full/dir", Err(Inval)),
        ("full", "absolute/new", Err(Inval)),
        ("dir/.", "new", Err(Busy)),
        ("dir/..", "new", Err(Busy)),
        ("file", "full/.", Err(Busy)),
        ("dir", "full/..", Err(Busy)),
        ("missing", "new", Err(NoEnt)),
        ("missing", "dir", Err(NoEnt)),
        ("file", "missing/new", Err(NoEnt)),
    ] {
        let case = case();
        let before = list(&case.root).unwrap();
        let ino = case.root.stat_at(old, Follow::No).map(|stat| stat.ino);
        let (found, root) = (case.root.rename(old, &case.root, new), &case.root);
        assert_eq!(found, expected, "{old} -> {new}");
        if found.is_err() {
            assert_eq!(list(root).unwrap(), before, "{old} -> {new}");
        } else {
            let new = root.stat_at(new, Follow::No).map(|stat| stat.ino);
            assert_eq!(new, ino, "the same inode");
        }
    }
}

#[test]
fn a_moved_directory_has_another_parent() {
    let case = case();
    let root = &case.root;
    let below = root.open("full/dir", Follow::No, DIRECTORY, LOOK).unwrap();
    root.rename("full/dir", root, "dir/moved").unwrap();
    let parent = below.stat_at("..", Follow::No).unwrap().ino;
    assert_eq!(parent, root.stat_at("dir", Follow::No).unwrap().ino);
    assert_eq!(root.remove_dir("dir"), Err(Errno::NotEmpty));
    assert_eq!(
        root.stat_at("dir/moved/below/../..", Follow::No)
            .unwrap()
            .ino,
        parent
    );
}

#[test]
fn a_removed_directory_takes_nothing_new() {
    let case = case();
    let removed = case.root.open("dir", Follow::No, DIRECTORY, LOOK).unwrap();
    case.root.remove_dir("dir").unwrap();
    for result in [
        removed.create_dir("x", 0o755),
        removed.symlink("t", "x"),
        removed.open("x", Follow::No, CREATE, RW).map(drop),
        case.root.link("file", Follow::No, &removed, "x"),
        case.root.rename("file", &removed, "x"),
        case.root.rename("full", &removed, "x"),
        removed.stat_at("..", Follow::No).map(drop),
    ] {
        assert_eq!(result, Err(Errno::NoEnt));
    }
    assert_eq!(removed.stat().unwrap().nlink, 0);
    assert_eq!(list(&removed).unwrap(), []);
}

#[test]
fn link_gives_a_file_one_more_name_and_nothing_else() {
    for (old, follow, new, expected) in [
        ("file", Follow::No, "new", Ok(2)),
        ("file", Follow::No, "to_dir/new", Ok(2)),
        ("to_file", Follow::Yes, "new", Ok(2)),
        ("to_file", Follow::No, "new", Err(Errno::Perm)),
        ("dir", Follow::No, "new", Err(Errno::Perm)),
        (".", Follow::No, "new", Err(Errno::Perm)),
        ("file", Follow::No, "other", Err(Errno::Exist)),
        ("file", Follow::No, "file", Err(Errno::Exist)),
        ("file", Follow::No, "dangling", Err(Errno::Exist)),
        ("dir", Follow::No, "file", Err(Errno::Exist)),
    ] {
        let root = case().root;
        let found = root.link(old, follow, &root, new);
        let nlink = found.and_then(|()| Ok(root.stat_at("file", Follow::No)?.nlink));
        assert_eq!(nlink, expected, "{old} -> {new}");
    }
    let root = case().root;
    root.link("file", Follow::No, &root, "new").unwrap();
    // Two names of one file: rename does nothing.
    root.rename("file", &root, "new").unwrap();
    assert_eq!(root.stat_at("file", Follow::No).unwrap().nlink, 2);
    root.rename("other", &root, "new").unwrap();
    assert_eq!(root.stat_at("file", Follow::No).unwrap().nlink, 1);
}

#[test]
fn truncating_cuts_extends_and_refuses() {
    let root = case().root;
    let file = root.open("file", Follow::No, NONE, RW).unwrap();
    for (size, expected) in [(3, &b"con"[..]), (5, b"con\0\0"), (0, b""), (2, b"\0\0")] {
        file.set_size(size).unwrap();
        assert_eq!(file.read(100, 0).unwrap(), expected);
    }
    assert_eq!(file.set_size((1 << 40) + 1), Err(Errno::FBig));
    assert_eq!(file.set_size(u64::MAX), Err(Errno::FBig));
    assert_eq!(file.set_size(1 << 31), Err(Errno::NoSpc));
    assert_eq!(file.write(b"x", u64::MAX), Err(Errno::FBig));
    let looking = root.open("file", Follow::No, NONE, LOOK).unwrap();
    assert_eq!(looking.set_size(0), Err(Errno::Inval));
    assert_eq!(looking.write(b"x", 0), Err(Errno::BadF));
    assert_eq!(looking.append(b"x"), Err(Errno::BadF));
    let writing = root.open("file", Follow::No, NONE, WRITE).unwrap();
    assert_eq!(writing.read(1, 0), Err(Errno::BadF));
    let dir = root.open("dir", Follow::No, NONE, LOOK).unwrap();
    assert_eq!(dir.read(1, 0), Err(Errno::IsDir));
    assert_eq!(file.stat().unwrap().size, 2);
}
