//! Tests of a filesystem as a whole.

mod attributes;
mod fsx;
mod hostile;
mod model;
mod operations;
mod posix;
#[cfg(target_os = "linux")]
mod real;
mod reference;

use std::sync::Arc;

pub(super) use super::fixture::{Fixture, empty_root, options};
use super::*;

impl Fixture {
    fn reopened(&self) -> Vfs {
        let root = self.vfs.commit().unwrap();
        Vfs::open(&self.store, root, options(1 << 30, 100_000)).unwrap()
    }
}

const RW: Access = Access {
    read: true,
    write: true,
};
const LOOK: Access = Access {
    read: true,
    write: false,
};
const CREATE: OpenFlags = OpenFlags {
    create: true,
    exclusive: false,
    truncate: false,
    directory: false,
    mode: None,
};

fn create(root: &Handle, path: &str, contents: &[u8]) -> Handle {
    let file = root.open(path, Follow::Yes, CREATE, RW).unwrap();
    assert_eq!(file.write(contents, 0).unwrap(), contents.len());
    file
}

fn read(root: &Handle, path: &str) -> Result<Vec<u8>, Errno> {
    let file = root.open(path, Follow::Yes, OpenFlags::default(), RW)?;
    file.read(1 << 30, 0)
}

fn names(directory: &Handle) -> Vec<String> {
    let names = directory.read_dir().unwrap();
    names.map(|item| item.name.as_ref().to_owned()).collect()
}

#[test]
fn a_file_lives_on_while_it_is_open() {
    let fixture = Fixture::new();
    let root = fixture.vfs.root();
    let file = create(&root, "a", b"kept");
    root.unlink("a").unwrap();
    assert_eq!(read(&root, "a"), Err(Errno::NoEnt));
    assert_eq!(file.read(10, 0).unwrap(), b"kept");
    assert_eq!(file.stat().unwrap().nlink, 0);
    assert_eq!(fixture.vfs.usage().0.bytes, 4);
    drop(file);
    assert_eq!(fixture.vfs.usage().0, Usage::default());
}

#[test]
fn hard_links_are_one_file_also_after_a_commit() {
    let fixture = Fixture::new();
    let root = fixture.vfs.root();
    create(&root, "a", b"one");
    root.create_dir("d", 0o755).unwrap();
    root.link("a", Follow::No, &root, "d/b").unwrap();
    assert_eq!(root.stat_at("a", Follow::No).unwrap().nlink, 2);
    let again = fixture.reopened();
    let root = again.root();
    create(&root, "d/b", b"two");
    assert_eq!(read(&root, "a").unwrap(), b"two");
    assert_eq!(root.stat_at("a", Follow::No).unwrap().nlink, 2);
    root.unlink("a").unwrap();
    let third = Vfs::open(
        &fixture.store,
        again.commit().unwrap(),
        options(1 << 20, 100),
    )
    .unwrap();
    assert_eq!(read(&third.root(), "d/b").unwrap(), b"two");
    assert_eq!(third.root().stat_at("d/b", Follow::No).unwrap().nlink, 1);
}

#[test]
fn a_fork_and_its_origin_do_not_see_each_other() {
    let fixture = Fixture::new();
    let root = fixture.vfs.root();
    let large = vec![7; 3 << 20];
    create(&root, "large", &large);
    create(&root, "small", b"small");
    let fork = fixture.vfs.fork();
    create(&fork.root(), "small", b"other");
    create(&fork.root(), "large", b"xx");
    fork.root().unlink("small").unwrap();
    create(&root, "new", b"new");
    assert_eq!(read(&root, "small").unwrap(), b"small");
    assert_eq!(read(&root, "large").unwrap(), large);
    assert_eq!(names(&fork.root()), ["large"]);
    assert_eq!(read(&fork.root(), "large").unwrap()[..3], [b'x', b'x', 7]);
}

#[test]
fn what_was_committed_is_there_when_it_is_opened_again() {
    let fixture = Fixture::new();
    let root = fixture.vfs.root();
    root.create_dir("d", 0o700).unwrap();
    create(&root, "d/a", b"a");
    let large: Vec<u8> = (0..=255).cycle().take((2 << 20) + 5).collect();
    create(&root, "d/large", &large);
    root.symlink("d/a", "link").unwrap();
    root.set_times_at("d/a", Follow::Yes, SetTime::Keep, SetTime::At(-5))
        .unwrap();
    let again = fixture.reopened();
    let root = again.root();
    assert_eq!(read(&root, "link").unwrap(), b"a");
    assert_eq!(read(&root, "d/large").unwrap(), large);
    assert_eq!(root.stat_at("d/a", Follow::No).unwrap().mtime, -5);
    assert_eq!(root.stat_at("d", Follow::No).unwrap().mode, 0o700);
    assert_eq!(again.commit().unwrap(), fixture.vfs.committed());
    assert_eq!(again.usage().0, fixture.vfs.usage().0);
}

#[test]
fn a_small_change_of_a_large_file_stores_a_chunk() {
    let fixture = Fixture::new();
    let root = fixture.vfs.root();
    let file = create(&root, "large", &vec![1; 8 << 20]);
    fixture.vfs.commit().unwrap();
    file.write(b"x", 5 << 20).unwrap();
    file.set_size((8 << 20) - 10).unwrap();
    file.set_size(9 << 20).unwrap();
    let again = fixture.reopened();
    let now = read(&again.root(), "large").unwrap();
    let mut expected = vec![1; 8 << 20];
    expected[5 << 20] = b'x';
    expected.truncate((8 << 20) - 10);
    expected.resize(9 << 20, 0);
    assert!(now == expected);
}

#[test]
fn the_quota_is_an_error_and_what_fits_is_written() {
    let fixture = Fixture::with(100, 3);
    let root = fixture.vfs.root();
    let file = create(&root, "a", &[1; 60]);
    assert_eq!(file.write(&[2; 60], 60), Ok(40));
    assert_eq!(file.write(&[2; 60], 100), Err(Errno::NoSpc));
    assert_eq!(file.set_size(101), Err(Errno::NoSpc));
    file.set_size(50).unwrap();
    assert_eq!(root.symlink(&"x".repeat(51), "l"), Err(Errno::NoSpc));
    root.create_dir("d", 0o755).unwrap();
    root.link("a", Follow::No, &root, "b").unwrap();
    assert_eq!(root.create_dir("e", 0o755), Err(Errno::NoSpc));
    assert_eq!(root.link("a", Follow::No, &root, "c"), Err(Errno::NoSpc));
    root.unlink("b").unwrap();
    root.create_dir("e", 0o755).unwrap();
    let path = GuestPath::parse("/b", &GuestPath::root()).unwrap();
    assert!(matches!(
        fixture.vfs.write_file(&path, &[0; 51]),
        Err(FsError::NoSpace { .. })
    ));
}

#[test]
fn sealing_frees_everything_and_nothing_is_lost() {
    let fixture = Fixture::new();
    let root = fixture.vfs.root();
    create(&root, "a", b"a");
    assert!(!fixture.vfs.seal().unwrap());
    drop(root);
    assert!(fixture.vfs.seal().unwrap());
    let root = fixture.vfs.root();
    assert_eq!(read(&root, "a").unwrap(), b"a");
    create(&root, "b", b"b");
    assert_eq!(names(&root), ["a", "b"]);
}

#[test]
fn restoring_makes_handles_stale() {
    let fixture = Fixture::new();
    let before = fixture.vfs.commit().unwrap();
    let root = fixture.vfs.root();
    let file = create(&root, "a", b"a");
    fixture.vfs.replace(before).unwrap();
    assert_eq!(file.read(1, 0), Err(Errno::Stale));
    assert_eq!(root.stat().unwrap_err(), Errno::Stale);
    assert_eq!(names(&fixture.vfs.root()), Vec::<String>::new());
}

#[test]
fn a_listing_gives_what_stays_exactly_once() {
    let fixture = Fixture::new();
    let root = fixture.vfs.root();
    for n in 0..1000 {
        create(&root, &format!("base{n:04}"), b"");
    }
    let again = fixture.reopened();
    let root = again.root();
    for n in 0..1000 {
        create(&root, &format!("own{n:04}"), b"");
    }
    root.unlink("base0000").unwrap();
    create(&root, "base0001", b"changed");
    let mut seen = Vec::new();
    for (turn, item) in root.read_dir().unwrap().enumerate() {
        seen.push(item.name.as_ref().to_owned());
        // Before, at and after where the listing is.
        create(&root, &format!("new{turn:04}"), b"");
        if turn % 3 == 0 {
            root.unlink(&item.name).unwrap();
        }
        let odd = format!("own{:04}", (turn * 7 + 1) % 1000 / 2 * 2 + 1);
        if root.stat_at(&odd, Follow::No).is_ok() {
            root.unlink(&odd).unwrap();
        }
    }
    assert!(seen.is_sorted());
    for n in (0..1000).step_by(2) {
        let name = format!("own{n:04}");
        assert_eq!(seen.iter().filter(|one| **one == name).count(), 1, "{name}");
    }
    assert!(!seen.contains(&"base0000".to_owned()));
    let stream = root.read_dir().unwrap();
    drop(again.seal());
    assert!(stream.count() > 500);
}

#[test]
fn a_commit_during_changes_is_of_one_moment_and_loses_none() {
    let fixture = Fixture::new();
    let vfs = fixture.vfs.clone();
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let writer = {
        let done = Arc::clone(&done);
        std::thread::spawn(move || {
            let root = vfs.root();
            root.create_dir("d", 0o755).unwrap();
            for i in 0..3000u32 {
                let name = format!("d/{}", i % 100);
                create(&root, &name, &i.to_le_bytes());
                create(&root, &format!("{}", i % 50), &i.to_le_bytes());
                root.set_times_at(&name, Follow::No, SetTime::Keep, SetTime::At(i.into()))
                    .unwrap();
                if i % 3 == 0 {
                    root.rename(&name, &root, &format!("d/{}", (i + 1) % 100))
                        .unwrap();
                }
            }
            done.store(true, std::sync::atomic::Ordering::Release);
        })
    };
    while !done.load(std::sync::atomic::Ordering::Acquire) {
        fixture.vfs.commit().unwrap();
    }
    writer.join().unwrap();
    let again = fixture.reopened();
    for directory in [".", "d"] {
        for item in fixture
            .vfs
            .root()
            .open(directory, Follow::No, OpenFlags::default(), LOOK)
            .unwrap()
            .read_dir()
            .unwrap()
        {
            let path = format!("{directory}/{}", item.name);
            let (live, stored) = (fixture.vfs.root(), again.root());
            let (a, b) = (
                live.stat_at(&path, Follow::No).unwrap(),
                stored.stat_at(&path, Follow::No).unwrap(),
            );
            assert_eq!(
                (a.kind, a.mtime, a.size),
                (b.kind, b.mtime, b.size),
                "{path}"
            );
            if a.kind == Kind::File {
                assert_eq!(read(&live, &path), read(&stored, &path));
            }
        }
    }
    assert_eq!(again.usage().0, fixture.vfs.usage().0);
}

#[test]
fn directories_may_nest_deeper_than_any_stack() {
    let fixture = Fixture::new();
    let mut at = fixture.vfs.root();
    let mut depth = 0;
    while at.create_dir("d", 0o755).is_ok() {
        depth += 1;
        at = at
            .open("d", Follow::No, OpenFlags::default(), LOOK)
            .unwrap();
    }
    assert!(depth >= 4000);
    drop(at);
    let again = fixture.reopened();
    let path = GuestPath::parse("/d", &GuestPath::root()).unwrap();
    assert!(again.remove_dir(&path, true).unwrap());
    assert_eq!(again.usage().0, Usage::default());
}

#[test]
fn mode_bits_hold_for_guests_and_not_for_the_host() {
    let fixture = Fixture::new();
    let root = fixture.vfs.root();
    create(&root, "a", b"a");
    root.set_mode_at("a", Follow::No, 0).unwrap();
    assert_eq!(read(&root, "a"), Err(Errno::Access));
    let path = GuestPath::parse("/a", &GuestPath::root()).unwrap();
    assert_eq!(fixture.vfs.read_file(&path).unwrap(), b"a");
}

#[test]
fn handles_do_what_they_were_opened_for() {
    let fixture = Fixture::new();
    let root = fixture.vfs.root();
    create(&root, "a", b"a");
    root.create_dir("d", 0o755).unwrap();
    let file = root
        .open("a", Follow::No, OpenFlags::default(), LOOK)
        .unwrap();
    assert_eq!(file.write(b"b", 0), Err(Errno::BadF));
    assert_eq!(file.set_size(0), Err(Errno::Inval));
    let directory = root
        .open("d", Follow::No, OpenFlags::default(), LOOK)
        .unwrap();
    directory.create_dir("x", 0o755).unwrap();
    let opened = root.open("d", Follow::No, OpenFlags::default(), RW);
    assert!(matches!(opened, Err(Errno::IsDir)));
}
